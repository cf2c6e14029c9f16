"""Decimal numbers in text, joined to their prefix before they are rounded."""

from __future__ import annotations

import re
from unicodedata import normalize

NUMBER = re.compile(r"(?P<mantissa>[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?:[eE](?P<exponent>[+-]?[0-9]{1,9}))?")
LONGEST = 200  # characters: no value needs more, and a pasted file should be neither parsed nor echoed as one


def plain(text: str) -> str:
    """One spelling for what looks alike: `µ` and `μ` are u, `Ω` and the ohm sign one letter, `²` is 2, `−` is -."""
    return normalize("NFKC", text).strip().replace("μ", "u").replace("−", "-")


def shifted(match: re.Match[str], power: int) -> float:
    """The matched number times 10^power, rounded once: `20` and −6 give the float 2e-05, not 20·1e-06."""
    return float(f"{match['mantissa']}e{int(match['exponent'] or 0) + power}")
