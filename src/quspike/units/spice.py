"""SPICE's bare suffixes (`1k`, `1meg`, `1u`) and its trap `1F`, refused with every reading offered.

SPICE reads `M` and `m` as milli, and `F` as femto; SI reads `M` as mega and `F` as farad. Nothing here chooses.
A farad is spelt `1 F` or `1e0F`: somebody who leaves a space or writes an exponent does not mean a suffix.
"""

from __future__ import annotations

import re

from quspike.errors import InputError
from quspike.units.number import NUMBER, shifted
from quspike.units.quantities import Quantity, without_one
from quspike.units.symbols import PREFIX_NAMES, PREFIXES, SYMBOLS, measures

SUFFIX = re.compile(r"t|g|meg|k|m|u|n|p|f", re.IGNORECASE)
UNIT_NAMES = {"F": "farad", "K": "kelvin", "m": "metre"}


def is_femto_trap(number: str, unit: str, attached: bool) -> bool:
    """`100F`: attached and without an exponent, it is 100 farad to SI and 100 femtofarad to SPICE."""
    return unit == "F" and attached and "e" not in number.lower()


def refuse_suffix(number: str, unit: str, attached: bool, kind: Quantity, key: str, value: str) -> None:
    """Raise InputError if `unit` is a SPICE suffix rather than a unit of this quantity; offer what it could mean."""
    trap = kind.unit == "F" and is_femto_trap(number, unit, attached)
    if not trap and (not SUFFIX.fullmatch(unit) or measures(unit, kind.dimension)):
        return
    remedy = f"must be written as {readings(number, unit, kind)}: SPICE's bare suffixes are refused"
    raise InputError(key, value, remedy)


def readings(number: str, suffix: str, kind: Quantity) -> str:
    """`1Mohm (mega) or 1mohm (milli)`: what `1M` of that quantity could mean."""
    meant = []
    if suffix.lower() == kind.unit.lower():
        exponent = "e0" if kind.unit == "F" and "e" not in number.lower() else ""
        meant.append(f"{number}{exponent}{kind.unit} ({UNIT_NAMES[kind.unit]})")
    for prefix in dict.fromkeys((suffix, "M" if suffix.lower() == "meg" else suffix.lower(), suffix.upper())):
        if prefix in PREFIX_NAMES:
            meant.append(f"{_with_prefix(number, prefix, kind)} ({PREFIX_NAMES[prefix]})")
    return " or ".join(meant)


def _with_prefix(number: str, prefix: str, kind: Quantity) -> str:
    if kind.unit in SYMBOLS:
        return number + prefix + kind.unit
    match = NUMBER.fullmatch(number)
    assert match is not None  # `number` was cut out by the same expression
    return f"{shifted(match, PREFIXES[prefix])!r}{without_one(kind.unit)}"
