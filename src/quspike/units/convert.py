"""Into SI and out of it: `x_SI = number · 10^prefix · factor(unit)`."""

from __future__ import annotations

import math
from difflib import get_close_matches
from numbers import Real
from typing import Any

from quspike.errors import InputError
from quspike.units.measure import Measure
from quspike.units.number import LONGEST, NUMBER, plain, shifted
from quspike.units.quantities import QUANTITIES, Quantity, quantity_of, without_one
from quspike.units.spice import refuse_suffix
from quspike.units.symbols import PREFIXES, SYMBOLS, dimension_of


def to_si(value: Any, quantity: str, key: str, *, bare_ok: bool = True, infinite_ok: bool = False) -> Any:
    """`value` in SI: a float is SI already, text and pint quantities are converted, arrays and tracers pass through.

    Parameters
    ----------
    value : number, text (`"20 uV"`, `"1e12rad/s"`), pint quantity, `Measure`, or array.
    quantity : a name of `QUANTITIES`, or a unit expression (`"A/V2"`).
    key : what the user calls this value; errors start with it.
    bare_ok : accept a bare number where the quantity has a dimension: Python's floats are SI, a file's are refused.
    infinite_ok : accept `inf`.

    Raises
    ------
    InputError : no number, an unknown or wrong unit, SPICE's bare suffixes, NaN, an infinity.
    """
    kind = quantity_of(quantity)
    if isinstance(value, str):
        return _checked(_from_text(value, kind, key, infinite_ok), value, key, infinite_ok)
    if isinstance(value, Measure):
        return _checked(_from_measure(value, kind, key), value, key, infinite_ok)
    if isinstance(value, bool) or value is None:
        raise InputError(key, value, f"must be {kind.described}")
    if isinstance(value, Real):
        if not (bare_ok or kind.dimensionless or math.isinf(value)):
            raise InputError(key, value, f"must carry its unit: {kind.described}")
        try:
            number = float(value)
        except OverflowError:  # a whole number of more than 308 digits
            raise InputError(key, "a number of that length", "must be a number below 1e308") from None
        return _checked(number, value, key, infinite_ok)
    if hasattr(value, "magnitude") and hasattr(value, "units"):
        return _from_pint(value, kind, key, infinite_ok)
    if hasattr(value, "dtype"):
        return value
    raise InputError(key, repr(value), f"must be {kind.described}")


def exact_si(value: float, quantity: str, *, sep: str = " ") -> str:
    """The shortest text that `to_si` reads back bit for bit, `"2e-05 V"`; `sep=""` attaches the unit as netlists do."""
    unit, number = quantity_of(quantity).unit, repr(float(value))
    if not unit or math.isinf(value):
        return number
    if unit == "F" and not sep and "e" not in number:
        number += "e0"  # `1.0F` attached is SPICE's femto trap, which to_si refuses
    return number + (without_one(unit) if unit.startswith("1/") else sep + unit)


def format_si(value: float, quantity: str) -> str:
    """`value` for people: six digits and an SI prefix (`"20 µV"`); energies as E/h; compound units without a prefix."""
    value, unit = float(value), quantity_of(quantity).unit
    if quantity == "energy":
        value, unit = value / QUANTITIES["energy"].also["Hz"](), "Hz"
    if not unit or not math.isfinite(value):
        return f"{value:.6g}"
    decade = math.floor(math.log10(abs(float(f"{value:.6g}")))) // 3 * 3 if value else 0
    if unit not in SYMBOLS or decade not in PREFIXES.values():
        return f"{value:.6g}" + (without_one(unit) if unit.startswith("1/") else f" {unit}")
    prefix = next(letter for letter, power in PREFIXES.items() if power == decade).replace("u", "µ")
    return f"{value / 10.0**decade:.6g} {prefix}{unit}"


def _checked(number: Any, value: object, key: str, infinite_ok: bool) -> Any:
    if math.isnan(number) or (math.isinf(number) and not infinite_ok):
        raise InputError(key, value, "must be a finite number")
    return number


def _from_text(value: str, kind: Quantity, key: str, infinite_ok: bool) -> float:
    text = plain(value) if len(value) <= LONGEST else ""
    if infinite_ok and text in ("inf", "+inf", "-inf"):
        return float(text)
    match = NUMBER.match(text)
    if match is None:
        raise InputError(key, repr(value[:LONGEST]), f"must be {kind.described}")
    rest = text[match.end() :]
    unit = rest.strip()
    refuse_suffix(match[0], unit, not rest.startswith(" "), kind, key, value)
    if not unit and not kind.dimensionless:
        raise InputError(key, value, f"must carry its unit: {kind.described}")
    power, factor = _scale(unit, kind, key, value)
    return shifted(match, power) * factor


def _from_measure(value: Measure, kind: Quantity, key: str) -> float:
    if value.dimension == kind.dimension:
        return value.value
    for unit, factor in kind.also.items():
        if unit in SYMBOLS and SYMBOLS[unit] == value.dimension:
            return value.value * factor()
    raise InputError(key, value, f"must be {kind.described}")


def _from_pint(value: Any, kind: Quantity, key: str, infinite_ok: bool) -> Any:
    """A pint quantity, read by its unit's own symbol so that `GHz` is never taken for 1e9 rad/s."""
    power, factor = _scale(plain(f"{value.units:~C}").replace("**", ""), kind, key, value)
    magnitude = value.magnitude
    if not isinstance(magnitude, Real):
        return magnitude * (10.0**power * factor)
    match = NUMBER.fullmatch(repr(float(magnitude)))
    number = float(magnitude) if match is None else shifted(match, power) * factor
    return _checked(number, value, key, infinite_ok)


def _scale(unit: str, kind: Quantity, key: str, value: object) -> tuple[int, float]:
    """Power of ten and factor that take a number in `unit` to SI."""
    try:
        power, dimension = dimension_of(unit)
        hint = ""
        if dimension == kind.dimension:
            return power, 1.0
    except KeyError:
        hint = _unknown(unit, kind)
    for other, factor in kind.also.items():
        if unit.endswith(other) and unit.removesuffix(other) in PREFIXES:
            return PREFIXES[unit.removesuffix(other)], factor()
    raise InputError(key, value, f"must be {kind.described}{hint}")


def _unknown(unit: str, kind: Quantity) -> str:
    """What to say of a unit outside the list: the nearest spelling of this quantity's own."""
    if any(unit.endswith(other) for quantity in QUANTITIES.values() for other in quantity.also):
        return ""
    spellings = {(prefix + own).lower(): prefix + own for own in (kind.unit, *kind.also) for prefix in PREFIXES}
    nearest = get_close_matches(unit.lower().removesuffix("s"), spellings, 1)
    return f" ({unit} is not in the list of units{f'; did you mean {spellings[nearest[0]]}?' if nearest else ''})"
