"""The closed list of unit symbols and prefixes, and what a unit expression of them measures."""

from __future__ import annotations

import re
from functools import lru_cache

PREFIXES = {"f": -15, "p": -12, "n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12}
PREFIX_NAMES = dict(
    zip("fpnumkMGT", ("femto", "pico", "nano", "micro", "milli", "kilo", "mega", "giga", "tera"), strict=True)
)

# Exponents of (kg, m, s, A, K, rad, cycle): radian and cycle count, so that Hz, rad/s and 1/s never mix silently.
Dimension = tuple[int, ...]
SYMBOLS: dict[str, Dimension] = {
    "s": (0, 0, 1, 0, 0, 0, 0),
    "m": (0, 1, 0, 0, 0, 0, 0),
    "A": (0, 0, 0, 1, 0, 0, 0),
    "K": (0, 0, 0, 0, 1, 0, 0),
    "rad": (0, 0, 0, 0, 0, 1, 0),
    "Hz": (0, 0, -1, 0, 0, 0, 1),
    "V": (1, 2, -3, -1, 0, 0, 0),
    "C": (0, 0, 1, 1, 0, 0, 0),
    "Wb": (1, 2, -2, -1, 0, 0, 0),
    "Vs": (1, 2, -2, -1, 0, 0, 0),
    "ohm": (1, 2, -3, -2, 0, 0, 0),
    "Ω": (1, 2, -3, -2, 0, 0, 0),
    "S": (-1, -2, 3, 2, 0, 0, 0),
    "F": (-1, -2, 4, 2, 0, 0, 0),
    "H": (1, 2, -2, -2, 0, 0, 0),
    "J": (1, 2, -2, 0, 0, 0, 0),
}
NO_DIMENSION: Dimension = (0,) * 7

_ATOM = re.compile(r"(?P<symbol>[A-Za-zΩ]+)\^?(?P<power>-?[1-9])?")


@lru_cache(maxsize=512)
def dimension_of(unit: str) -> tuple[int, Dimension]:
    """Power of ten and dimension of a unit expression (`"um2/Vs"`: −12 and m² V⁻¹ s⁻¹).

    Symbols are joined by a space, `·` or `*`; what follows a `/` divides. Raises KeyError for anything else.
    """
    shift, total = 0, list(NO_DIMENSION)
    numerator, *denominators = unit.split("/")
    factors = [(1, numerator)] if unit and not (denominators and numerator.strip() in ("", "1")) else []
    for sign, part in factors + [(-1, part) for part in denominators]:
        for atom in re.split(r"[*· ]+", re.sub(r"^\((.*)\)$", r"\1", part.strip())):
            match = _ATOM.fullmatch(atom)
            if match is None:
                raise KeyError(atom)
            ten, dimension = _symbol(match["symbol"])
            power = sign * int(match["power"] or 1)
            shift += power * ten
            total = [t + power * d for t, d in zip(total, dimension, strict=True)]
    return shift, tuple(total)


def measures(unit: str, dimension: Dimension) -> bool:
    """Whether `unit` is a unit of the list and has this dimension."""
    try:
        return dimension_of(unit)[1] == dimension
    except KeyError:
        return False


def _symbol(symbol: str) -> tuple[int, Dimension]:
    if symbol in SYMBOLS:
        return 0, SYMBOLS[symbol]
    return PREFIXES[symbol[0]], SYMBOLS[symbol[1:]]
