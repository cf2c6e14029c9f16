"""The quantities of a spiking circuit: the SI unit of each, and the few other units in which the field writes it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from quspike.units.symbols import Dimension, dimension_of


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
    def dimension(self) -> Dimension:
        return dimension_of(self.unit)[1]

    @property
    def described(self) -> str:
        """`an energy in J or Hz (E/h), such as 12GHz`: the clause that errors and docs share."""
        if self.dimensionless:
            return f"a plain number, such as {self.example}"
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
    dimension_of(name)  # KeyError for anything else: a mistake in the program, not of the user
    return Quantity(f"quantity in {name}", name, f"1e-3{without_one(name)}")


def without_one(unit: str) -> str:
    """`/s` for `1/s`: attached to a number, the 1 would be read as its last digit."""
    return unit.removeprefix("1")
