"""The scales of a quantized circuit as rows of text: modes, damping, zero-point and thermal fluctuations."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from quspike.quantize.numbers.memristance_range import resting_voltage
from quspike.quantize.report.network_scales import damping_ranges, own_modes
from quspike.quantize.symbols.spelling import DIGITS
from quspike.units import format_si

if TYPE_CHECKING:
    from quspike.quantize.quantized import QuantizedCircuit


def scale_rows(c: QuantizedCircuit) -> list[tuple[str, str, str]]:
    """Letter, value, meaning."""
    if c.membrane is None:
        return [*_mode_rows(c), *_vacuum_rows(c)]
    rows: list[tuple[str, str, str]] = []
    for mode in c.modes:
        rows += [("ω₀", f"= {format_si(mode.omega, 'angular_frequency')}", "frequency of the mode")]
        rows += [("Z", f"= {format_si(mode.impedance, 'resistance')}", "its impedance √(L/C)")]
        rows += [("Q", f"= {span(mode.quality, 'dimensionless')}", "ω₀/κ")]
    rows += [("κ", f"= {span(c.leak_rate, 'rate')}", "W/C over the memristance's range")]
    zero = c.zero_point
    for letter, value, quantity, meaning in (
        ("φ_zpf", zero.phi_zpf, "flux", "zero-point flux"),
        ("q_zpf", zero.q_zpf, "charge", "zero-point charge"),
        ("V_zpf", zero.v_zpf, "voltage", "zero-point voltage"),
        ("n̄", zero.occupation, "dimensionless", "thermal occupation of the mode"),
        ("(kT/C)^½", zero.thermal_voltage, "voltage", "V_rms of a classical membrane"),
    ):
        rows += [(letter, f"= {format_si(value, quantity)}", meaning)] if value is not None else []
    for letter, values, quantity in (("V_rms", zero.voltage_rms, "voltage"), ("φ_rms", zero.flux_rms, "flux")):
        rows += [(letter, f"= {span(values, quantity)}", "in equilibrium, quantum noise included")] if values else []
    return rows


def span(values: tuple[float, float], quantity: str) -> str:
    """`10 … 100 kohm`, or one value where there is one; the smaller first."""
    low, high = sorted(values)
    first, last = format_si(low, quantity), format_si(high, quantity)
    return first if first == last else f"{first} … {last}"


def _mode_rows(c: QuantizedCircuit) -> list[tuple[str, str, str]]:
    """Frequency and damping of each mode of the circuit; charges that stay, and what goes on in the lines, are none."""
    if any(bath.kind == "table" for bath in c.baths):
        return _first_order_rows(c)
    rows = []
    for k, mode in enumerate(own_modes(c.modes, c.baths), start=1):
        index, where = str(k).translate(DIGITS), shares(mode.participation)
        if mode.frequency.real > 0:
            frequency = format_si(mode.frequency.real, "angular_frequency")
            rows.append((f"ω{index}", f"= {frequency}", f"mode, with its energy in {where}"))
        if mode.damping > 0:
            text = (
                "damping of its energy" if mode.frequency.real > 0 else f"no oscillation: the energy in {where} falls"
            )
            rows.append((f"κ{index}", f"= {format_si(mode.damping, 'rate')}", f"{text}, by {shares(mode.loss)}"))
    if c.circuit.of("MEM"):
        rows.append(("", "", _start_of_memristors(c)))
    return rows


def _start_of_memristors(c: QuantizedCircuit) -> str:
    """At which memory and voltage memristors count."""
    own = [b for b in c.network.of("dissipator") if c.circuit.element(b.element).card == "MEM"]
    names = [b.element for b in own if resting_voltage(b, c.elements)]
    return "memristors as they start" + f", {', '.join(names)} at the voltage of the source in series" * bool(names)


def _first_order_rows(c: QuantizedCircuit) -> list[tuple[str, str, str]]:
    """Beside a table, whose poles are not of the circuit's own: modes without loss, and κ to first order in it."""
    rows = []
    for k, (omega, kappa) in enumerate(zip(c.zero_point.omega, damping_ranges(c.zero_point, c.baths), strict=True), 1):
        index = str(k).translate(DIGITS)
        rows.append((f"ω{index}", f"= {format_si(float(omega), 'angular_frequency')}", "mode without losses"))
        rows.append((f"κ{index}", f"= {span(kappa, 'rate')}", "damping of its energy, to first order"))
    return rows


def _vacuum_rows(c: QuantizedCircuit) -> list[tuple[str, str, str]]:
    """φ_zpf and q_zpf of each coordinate that something holds, all modes together."""
    zero, rows = c.zero_point, []
    held = {x.name for x in c.coordinates if x.kind in ("periodic", "extended")}
    found = zip(zero.coordinates, zero.flux, zero.charge, strict=True)
    for name, flux, charge in (own for own in found if own[0] in held):
        for letter, values, quantity in (("φ_zpf", flux, "flux"), ("q_zpf", charge, "charge")):
            width = math.sqrt(sum(float(v) ** 2 for v in values))
            if width > 0:
                rows.append((letter, f"= {format_si(width, quantity)}", f"zero-point {quantity} of {name}"))
    return rows


def shares(parts: Mapping[str, float], most: int = 3) -> str:
    """`L1 50 %, C1 44 %, …`: the largest parts first."""
    ordered = sorted(parts.items(), key=lambda item: (-round(item[1], 6), item[0]))
    shown = [f"{name} {100 * part:.0f} %" for name, part in ordered[:most] if part > 5e-3]
    return ", ".join(shown) or "many elements"
