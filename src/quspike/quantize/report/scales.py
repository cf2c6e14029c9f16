"""The numbers of a quantized membrane: its mode, its zero-point scales, how much it fluctuates, whether to believe it.

resonator   ω0 = 1/√(LC),  Z = √(L/C),  κ = W/C,  Q = ω0/κ,  φ_zpf = √(ħZ/2),  q_zpf = √(ħ/2Z),  V_zpf = q_zpf/C
baseband    κ = W/C is the leak of V;  √(kT/C), and V_rms of the quantum noise below the lines' cutoff
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from quspike.baths.noise import flux_variance, thermal_voltage, voltage_variance
from quspike.constants import hbar, k_B
from quspike.quantize.membrane import Membrane, Params, total_capacitance
from quspike.quantize.numbers.line_boundary import Bath
from quspike.quantize.numbers.memristance_range import Range
from quspike.quantize.numbers.zero_point import resonator_mode, thermal_occupation


@dataclass(frozen=True)
class ResonatorMode:
    """One mode: ω0 [rad/s], Z [ohm], and over the memristance's range the damping rate κ [1/s] and Q = ω0/κ."""

    node: str
    omega: float
    impedance: float
    kappa: Range
    quality: Range


@dataclass(frozen=True)
class ZeroPoint:
    """How much the membrane fluctuates, in SI; None where there is no such number.

    phi_zpf [Wb], q_zpf [C], v_zpf [V] : half widths of the mode's vacuum, [φ, q] = iħ; a resonator's only.
    occupation : n̄ of the mode at the lines' temperature.
    thermal_voltage : (kT/C)^½ [V].
    voltage_rms [V], flux_rms [Wb] : quantum noise in equilibrium, at the least and the largest conductance; it needs
        one temperature and one cutoff for all lines, and φ an inductor.
    """

    phi_zpf: float | None
    q_zpf: float | None
    v_zpf: float | None
    occupation: float | None
    thermal_voltage: float | None
    voltage_rms: Range | None
    flux_rms: Range | None


def leak_range(membrane: Membrane, elements: Params, baths: tuple[Bath, ...]) -> Range:
    """`κ = Σ W/C_Σ` [1/s] at the least and the largest conductance."""
    capacitance = total_capacitance(membrane, elements)
    low, high = (sum(bath.conductance[end] for bath in baths) for end in (0, 1))
    return low / capacitance, high / capacitance


def modes_of(membrane: Membrane, elements: Params, baths: tuple[Bath, ...]) -> tuple[ResonatorMode, ...]:
    """The node's mode, junctions expanded about φ = 0; none in a baseband membrane."""
    if membrane.kind == "baseband":
        return ()
    mode, (low, high) = resonator_mode(membrane, elements), leak_range(membrane, elements, baths)
    omega = float(mode.omega)
    quality = omega / high if high > 0 else math.inf, omega / low if low > 0 else math.inf
    return (ResonatorMode(membrane.node, omega, float(mode.impedance), (low, high), quality),)


def zero_point_of(membrane: Membrane, elements: Params, baths: tuple[Bath, ...]) -> ZeroPoint:
    """The scales on which the membrane is a quantum object."""
    capacitance = float(total_capacitance(membrane, elements))
    temperature = common([bath.temperature for bath in baths])
    mode = resonator_mode(membrane, elements) if membrane.kind == "resonator" else None
    voltage, flux = _noise(membrane, elements, baths, capacitance, temperature)
    return ZeroPoint(
        phi_zpf=float(mode.phi_zpf) if mode else None,
        q_zpf=float(mode.q_zpf) if mode else None,
        v_zpf=float(mode.v_zpf) if mode else None,
        occupation=float(thermal_occupation(mode.omega, temperature)) if mode and temperature is not None else None,
        thermal_voltage=thermal_voltage(capacitance, temperature) if temperature is not None else None,
        voltage_rms=voltage,
        flux_rms=flux,
    )


def common(values: list[float | None]) -> float | None:
    """The value that all lines share; None if they do not."""
    return values[0] if values and len(set(values)) == 1 else None


def _noise(
    membrane: Membrane, elements: Params, baths: tuple[Bath, ...], capacitance: float, temperature: float | None
) -> tuple[Range | None, Range | None]:
    """V_rms and φ_rms by the fluctuation–dissipation theorem, junctions as linear inductors."""
    cutoff = common([bath.cutoff for bath in baths])
    leak = leak_range(membrane, elements, baths)
    if temperature is None or cutoff is None or math.isinf(leak[1]):
        return None, None
    inductance = effective_inductance(membrane, elements)
    numbers = [(capacitance, w * capacitance, cutoff, temperature, inductance) for w in leak]
    voltage = tuple(math.sqrt(voltage_variance(*n)) for n in numbers)
    if math.isinf(inductance):
        return (voltage[0], voltage[1]), None
    flux = tuple(math.sqrt(flux_variance(*n)) for n in numbers)
    return (voltage[0], voltage[1]), (flux[0], flux[1])


def effective_inductance(membrane: Membrane, elements: Params) -> float:
    """`L_eff = 1/ω0²C` [H], junctions at φ = 0; inf in a baseband membrane."""
    if membrane.kind == "baseband":
        return math.inf
    mode = resonator_mode(membrane, elements)
    return 1 / float(mode.omega**2 * mode.capacitance)


def quantum_over_thermal(rate: float, temperature: float) -> float:
    """ħω/kT."""
    return hbar * rate / (k_B * temperature) if temperature > 0 else math.inf
