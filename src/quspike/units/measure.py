"""A number with its dimension: what a netlist's `{2*Cm}` computes with before it is known what it is for."""

from __future__ import annotations

import math
from dataclasses import dataclass

from quspike.errors import InputError
from quspike.units.number import LONGEST, NUMBER, plain, shifted
from quspike.units.quantities import QUANTITIES
from quspike.units.spice import SUFFIX, is_femto_trap, readings
from quspike.units.symbols import NO_DIMENSION, PREFIXES, SYMBOLS, Dimension, dimension_of


@dataclass(frozen=True)
class Measure:
    """A value in SI and its dimension; sums need equal dimensions, products combine them.

    Raises InputError for a sum of unlike dimensions, a division by zero, and an overflow.
    """

    value: float
    dimension: Dimension = NO_DIMENSION
    text: str = ""

    def __str__(self) -> str:
        return self.text or f"{self.value:g}"

    def __neg__(self) -> Measure:
        return Measure(-self.value, self.dimension)

    def __add__(self, other: Measure) -> Measure:
        if self.dimension != other.dimension:
            raise InputError("a sum", f"{self} and {other}", "must be of like quantities")
        return _finite(self.value + other.value, self.dimension)

    def __sub__(self, other: Measure) -> Measure:
        return self + (-other)

    def __mul__(self, other: Measure) -> Measure:
        return _finite(self.value * other.value, _combined(self.dimension, other.dimension, 1))

    def __truediv__(self, other: Measure) -> Measure:
        if other.value == 0.0:
            raise InputError("a divisor", other, "must differ from zero")
        return _finite(self.value / other.value, _combined(self.dimension, other.dimension, -1))


def measure(text: str, key: str) -> Measure:
    """`"100fF"` as a number with a dimension, whatever it is for.

    Raises InputError where the text is no number with a unit of the list, and for SPICE's suffixes and its trap `1F`.
    """
    cleaned = plain(text) if len(text) <= LONGEST else ""
    match = NUMBER.match(cleaned)
    if match is None:
        raise InputError(key, text[:LONGEST], "must be a number with its SI unit, such as 100fF")
    rest = cleaned[match.end() :]
    unit = rest.strip()
    trap = is_femto_trap(match[0], unit, not rest.startswith(" "))
    if trap or (SUFFIX.fullmatch(unit) and unit not in SYMBOLS):
        kind = QUANTITIES["capacitance" if trap else "resistance"]
        remedy = f"must carry its SI unit, such as {readings(match[0], unit, kind)}: SPICE's bare suffixes are refused"
        raise InputError(key, text, remedy)
    power, dimension, factor = _unit(unit, key, text)
    return Measure(shifted(match, power) * factor, dimension, text)


def _unit(unit: str, key: str, text: str) -> tuple[int, Dimension, float]:
    try:
        return *dimension_of(unit), 1.0
    except KeyError:
        pass
    for kind in QUANTITIES.values():
        for other, factor in kind.also.items():
            if unit.endswith(other) and unit.removesuffix(other) in PREFIXES:
                return PREFIXES[unit.removesuffix(other)], kind.dimension, factor()
    raise InputError(key, text, f"must carry an SI unit, such as 100fF or 10kohm ({unit} is not in the list of units)")


def _combined(one: Dimension, other: Dimension, sign: int) -> Dimension:
    return tuple(a + sign * b for a, b in zip(one, other, strict=True))


def _finite(value: float, dimension: Dimension) -> Measure:
    if not math.isfinite(value):
        raise InputError("an expression", value, "must be a finite number")
    return Measure(value, dimension)
