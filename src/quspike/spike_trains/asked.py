"""What may be asked of a spike train: whole numbers, and patterns of 0 and 1; anything else is refused by its name."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np

from quspike.errors import InputError


def whole(key: str, value: Any, least: int, what: str) -> int:
    """An integer ≥ least; InputError else: `key must be an integer ≥ least (what)`."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
        raise InputError(key, repr(value), f"must be an integer ≥ {least} ({what})")
    return int(value)


def as_patterns(bins: int, patterns: Any) -> np.ndarray:
    """(M, K) of 0 and 1, from arrays, lists or texts such as "0010"; InputError where they are none of K bins."""
    rows = [patterns] if _single(patterns) else list(patterns)
    return np.array([_bits(bins, row) for row in rows], dtype=int).reshape(len(rows), bins)


def _single(patterns: Any) -> bool:
    """True for one text, one row of numbers, or what is no row at all."""
    if isinstance(patterns, str) or not _row(patterns):
        return True
    return len(patterns) > 0 and not any(isinstance(entry, str) or _row(entry) for entry in patterns)


def _row(entry: Any) -> bool:
    return np.ndim(entry) > 0 if isinstance(entry, np.ndarray) else isinstance(entry, Sequence)


def _bits(bins: int, row: Any) -> np.ndarray:
    """One pattern (K,)."""
    if not _row(row):
        raise InputError("pattern", repr(row), f"must be a row of {bins} bins, 0 (silent) or 1 (spike), or such a text")
    if len(row) != bins:
        raise InputError("pattern", f"{len(row)} bins", f"must have {bins} bins, one a qubit")
    values = np.array(list(row))
    right = np.isin(values, ("0", "1") if values.dtype.kind == "U" else (0, 1))
    if values.ndim != 1 or not right.all():
        wrong = row if values.ndim != 1 else values[~right].tolist()[0]
        raise InputError("pattern", repr(wrong), "must hold 0 (silent) and 1 (spike) alone")
    return values.astype(int)
