"""Numbers as people read them: an SI prefix chosen by size, a stated number of digits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from quspike.units.symbols import PREFIXES

BY_POWER = {power: prefix.replace("u", "µ") for prefix, power in PREFIXES.items()}
TAKES_PREFIX = ("s", "V", "A", "Wb", "C", "ohm", "S", "F", "H", "J", "K", "Hz", "1/s")


def scale(values: Any, unit: str) -> tuple[float, str]:
    """Factor and label that bring the largest of `values` between 1 and 1000: (1e6, "µV")."""
    finite = np.abs(np.asarray(values, dtype=float))
    finite = finite[np.isfinite(finite)]
    largest = float(finite.max()) if finite.size else 0.0
    symbol = unit.replace("ohm", "Ω")
    if unit not in TAKES_PREFIX or largest == 0.0 or unit == "1/s":
        return 1.0, "" if unit == "1" else symbol
    power = math.floor(math.log10(float(f"{largest:.3g}"))) // 3 * 3
    power = min(max(power, min(BY_POWER)), max(BY_POWER))
    return 10.0**-power, BY_POWER[power] + symbol


def human(value: float, unit: str, digits: int = 4) -> str:
    """One number with its unit: "9.279 ns"."""
    factor, label = scale(value, unit)
    return f"{float(value) * factor:.{digits}g} {label}".rstrip()


def human_range(low: float, high: float, unit: str, digits: int = 4) -> str:
    """Two numbers that share a unit: "6.308 → 9.929 ns"."""
    factor, label = scale((low, high), unit)
    return f"{low * factor:.{digits}g} → {high * factor:.{digits}g} {label}".rstrip()


def human_error(value: float, error: float, unit: str, digits: int = 4) -> str:
    """A number with its standard error, both to the error's second digit: "8.124 ± 0.032 ns"; alone without one."""
    if not (math.isfinite(error) and error > 0):
        return human(value, unit, digits)
    factor, label = scale((value, error), unit)
    places = max(1 - math.floor(math.log10(error * factor)), 0)
    return f"{value * factor:.{places}f} ± {error * factor:.{places}f} {label}".rstrip()
