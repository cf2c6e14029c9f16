"""Text → SI, from a fixed list of units: `x_SI = number · 10^prefix · factor(unit)`.

A general units library reads `1M` as molar, `1a` as a year and `1 GHz` as 1e9 rad/s; a circuit needs none of these, so
the list here is short and closed. A prefix is joined to its number before rounding: `"20 uV"` is the float `20e-6`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from numbers import Real
from typing import Any
from unicodedata import normalize

from quspike.errors import InputError

PREFIXES = {"f": -15, "p": -12, "n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12}
UNIT_NAMES = {"F": "farad", "K": "kelvin", "m": "metre"}
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

_NUMBER = re.compile(r"(?P<mantissa>[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?:[eE](?P<exponent>[+-]?[0-9]{1,9}))?")
_ATOM = re.compile(r"(?P<symbol>Phi0|[A-Za-zΩ]+)\^?(?P<power>-?[1-9])?")
_SPICE = re.compile(r"t|g|meg|k|m|u|n|p|f", re.IGNORECASE)
_LONGEST = 200  # characters; no quantity needs more, and a pasted file should not be echoed whole


@dataclass(frozen=True)
class Quantity:
    """What a number measures: its SI unit, and the few other units in which the field writes it."""

    name: str
    unit: str
    example: str
    also: Mapping[str, Callable[[], float]] = field(default_factory=dict)
    note: str = ""

    @property
    def dimensionless(self) -> bool:
        return self.unit == ""

    @property
    def described(self) -> str:
        """`an energy in J or Hz (E/h), such as 12GHz`: the clause that errors and docs share."""
        noun = self.name.replace("_", " ")
        article = "an" if noun[0] in "aei" else "a"
        units = " or ".join([self.unit, *self.also])
        return f"{article} {noun} in {units}{self.note}, such as {self.example}"


def _planck() -> float:
    from quspike.constants import planck

    return planck


def _flux_quantum() -> float:
    from quspike.constants import Phi0

    return Phi0


QUANTITIES: dict[str, Quantity] = {
    q.name: q
    for q in (
        Quantity("dimensionless", "", "0.3"),
        Quantity("time", "s", "5ns"),
        Quantity("voltage", "V", "20uV"),
        Quantity("current", "A", "0.6nA"),
        Quantity("charge", "C", "1fC"),
        Quantity("flux", "Wb", "1.5pWb", {"Phi0": _flux_quantum}),
        Quantity("resistance", "ohm", "10kohm"),
        Quantity("conductance", "S", "100uS"),
        Quantity("capacitance", "F", "100fF"),
        Quantity("inductance", "H", "10nH"),
        Quantity("energy", "J", "12GHz", {"Hz": _planck}, note=" (E/h)"),
        Quantity("temperature", "K", "20mK"),
        Quantity("frequency", "Hz", "5GHz"),
        Quantity("angular_frequency", "rad/s", "1e12rad/s", {"Hz": lambda: 2 * math.pi}, note=" (multiplied by 2π)"),
        Quantity("rate", "1/s", "1e9/s"),
        Quantity("length", "m", "10nm"),
        Quantity("velocity", "m/s", "1e8m/s"),
        Quantity("angle", "rad", "90deg", {"deg": lambda: math.pi / 180}),
        Quantity("mobility", "m2/Vs", "1e-14m2/Vs"),
        Quantity("inverse_voltage", "1/V", "0.05/V"),
        Quantity("resistance_rate", "ohm/Vs", "1e6ohm/Vs"),
    )
}


def quantity_of(name: str) -> Quantity:
    """The quantity of that name; a unit expression (`"A/V2"`) stands for a quantity that has no name of its own."""
    if name in QUANTITIES:
        return QUANTITIES[name]
    _dimension(name)  # KeyError for anything else: a mistake in the program, not of the user
    return Quantity(f"quantity in {name}", name, f"1e-3{_attached(name)}")


def to_si(value: Any, quantity: str, key: str, *, bare_ok: bool = True, infinite_ok: bool = False) -> Any:
    """`value` in SI: a float is SI already, text and pint quantities are converted, arrays and tracers pass through.

    Parameters
    ----------
    value : number, text (`"20 uV"`, `"1e12rad/s"`), pint quantity, or array.
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
    if isinstance(value, bool) or value is None:
        raise InputError(key, value, f"must be {_wanted(kind)}")
    if isinstance(value, Real):
        if not (bare_ok or kind.dimensionless or math.isinf(value)):
            raise InputError(key, value, f"must carry its unit: {kind.described}")
        return _checked(float(value), value, key, infinite_ok)
    if hasattr(value, "magnitude") and hasattr(value, "units"):
        return _from_pint(value, kind, key, infinite_ok)
    if hasattr(value, "dtype"):
        return value
    raise InputError(key, repr(value), f"must be {_wanted(kind)}")


def exact_si(value: float, quantity: str, *, sep: str = " ") -> str:
    """The shortest text that `to_si` reads back bit for bit, `"2e-05 V"`; `sep=""` attaches the unit as netlists do."""
    unit, number = quantity_of(quantity).unit, repr(float(value))
    if not unit or math.isinf(value):
        return number
    if unit == "F" and not sep and "e" not in number:
        number += "e0"  # `1.0F` attached is SPICE's femto trap, which to_si refuses
    return number + (_attached(unit) if unit.startswith("1/") else sep + unit)


def format_si(value: float, quantity: str) -> str:
    """`value` for people: six digits and an SI prefix (`"20 µV"`); energies as E/h; compound units without a prefix."""
    kind, value = quantity_of(quantity), float(value)
    unit = kind.unit
    if quantity == "energy":
        value, unit = value / _planck(), "Hz"
    if not unit or not math.isfinite(value):
        return f"{value:.6g}"
    decade = math.floor(math.log10(abs(float(f"{value:.6g}")))) // 3 * 3 if value else 0
    if unit not in SYMBOLS or decade not in PREFIXES.values():
        return f"{value:.6g}" + (_attached(unit) if unit.startswith("1/") else f" {unit}")
    prefix = next(p for p, power in PREFIXES.items() if power == decade).replace("u", "µ")
    return f"{value / 10.0**decade:.6g} {prefix}{unit}"


def _attached(unit: str) -> str:
    return unit.removeprefix("1")


def _wanted(kind: Quantity) -> str:
    return f"a plain number, such as {kind.example}" if kind.dimensionless else kind.described


def _checked(number: Any, value: object, key: str, infinite_ok: bool) -> Any:
    if math.isnan(number) or (math.isinf(number) and not infinite_ok):
        raise InputError(key, value, "must be a finite number")
    return number


def _from_text(value: str, kind: Quantity, key: str, infinite_ok: bool) -> float:
    text = normalize("NFKC", value).strip().replace("μ", "u").replace("−", "-")
    if infinite_ok and text in ("inf", "+inf", "-inf"):
        return float(text)
    match = _NUMBER.match(text) if len(text) <= _LONGEST else None
    if match is None:
        raise InputError(key, repr(value[:_LONGEST]), f"must be {_wanted(kind)}")
    rest = text[match.end() :]
    unit, attached = rest.strip(), rest[:1] not in ("", " ")
    _refuse_spice(match[0], unit, attached, kind, key, value)
    if not unit and not kind.dimensionless:
        raise InputError(key, value, f"must carry its unit: {kind.described}")
    shift, factor = _scale(unit, kind, key, value)
    return _shifted(match, shift) * factor


def _shifted(match: re.Match[str], shift: int) -> float:
    """The decimal number with its prefix, rounded once."""
    return float(f"{match['mantissa']}e{int(match['exponent'] or 0) + shift}")


def _from_pint(value: Any, kind: Quantity, key: str, infinite_ok: bool) -> Any:
    """A pint quantity, read by its unit's own symbol so that `GHz` is never taken for 1e9 rad/s."""
    unit = normalize("NFKC", f"{value.units:~C}").replace("**", "").replace("μ", "u")
    shift, factor = _scale(unit, kind, key, value)
    magnitude = value.magnitude
    if not isinstance(magnitude, Real):
        return magnitude * (10.0**shift * factor)
    match = _NUMBER.fullmatch(repr(float(magnitude)))
    number = float(magnitude) if match is None else _shifted(match, shift) * factor
    return _checked(number, value, key, infinite_ok)


def _scale(unit: str, kind: Quantity, key: str, value: object) -> tuple[int, float]:
    """Power of ten and factor that take a number in `unit` to SI."""
    try:
        shift, dimension = _dimension(unit)
        if dimension == _dimension(kind.unit)[1]:
            return shift, 1.0
    except KeyError:
        dimension = None
    for other, factor in kind.also.items():
        if unit.endswith(other) and unit.removesuffix(other) in PREFIXES:
            return PREFIXES[unit.removesuffix(other)], factor()
    raise InputError(key, value, f"must be {_wanted(kind)}{_unknown(unit, kind) if dimension is None else ''}")


def _unknown(unit: str, kind: Quantity) -> str:
    """What to say of a unit outside the list: the nearest spelling of this quantity's own."""
    if any(unit.endswith(other) for q in QUANTITIES.values() for other in q.also):
        return ""
    spellings = {(p + u).lower(): p + u for u in (kind.unit, *kind.also) for p in PREFIXES}
    nearest = get_close_matches(unit.lower().removesuffix("s"), spellings, 1)
    return f" ({unit} is not in the list of units{f'; did you mean {spellings[nearest[0]]}?' if nearest else ''})"


@lru_cache(maxsize=512)
def _dimension(unit: str) -> tuple[int, Dimension]:
    """Power of ten and dimension of a unit expression (`"m2/Vs"`); KeyError where the list does not hold it."""
    shift, total = 0, list(NO_DIMENSION)
    for position, part in enumerate(unit.replace("(", "").replace(")", "").split("/")):
        sign = -1 if position else 1
        atoms = re.split(r"[*·. ]+", part.strip()) if part.strip() not in ("", "1") else []
        for atom in atoms:
            match = _ATOM.fullmatch(atom)
            if match is None:
                raise KeyError(atom)
            ten, dimension = _symbol(match["symbol"])
            power = sign * int(match["power"] or 1)
            shift += power * ten
            total = [t + power * d for t, d in zip(total, dimension, strict=True)]
    return shift, tuple(total)


def _symbol(symbol: str) -> tuple[int, Dimension]:
    if symbol in SYMBOLS:
        return 0, SYMBOLS[symbol]
    return PREFIXES[symbol[0]], SYMBOLS[symbol[1:]]


def _refuse_spice(number: str, unit: str, attached: bool, kind: Quantity, key: str, value: str) -> None:
    """Refuse `1k`, `1meg`, `1u`, and `1F` of a capacitor, offering each thing that they could mean."""
    trap = unit == "F" == kind.unit and attached and "e" not in number.lower()
    if not trap and (not _SPICE.fullmatch(unit) or _holds(unit, kind)):
        return
    readings = []
    if unit.lower() == kind.unit.lower():
        plain = "e0" if kind.unit == "F" and "e" not in number.lower() else ""
        readings.append(f"{number}{plain}{kind.unit} ({UNIT_NAMES.get(kind.unit, 'no prefix')})")
    for prefix in dict.fromkeys((unit, "M" if unit.lower() == "meg" else unit.lower(), unit.upper())):
        if prefix in PREFIX_NAMES:
            readings.append(f"{_prefixed(number, prefix, kind)} ({PREFIX_NAMES[prefix]})")
    raise InputError(key, value, f"must be written as {' or '.join(readings)}: SPICE's bare suffixes are refused")


def _prefixed(number: str, prefix: str, kind: Quantity) -> str:
    if kind.unit in SYMBOLS:
        return number + prefix + kind.unit
    match = _NUMBER.fullmatch(number)
    assert match is not None
    return f"{_shifted(match, PREFIXES[prefix])!r}{_attached(kind.unit)}"


def _holds(unit: str, kind: Quantity) -> bool:
    try:
        return _dimension(unit)[1] == _dimension(kind.unit)[1]
    except KeyError:
        return False
