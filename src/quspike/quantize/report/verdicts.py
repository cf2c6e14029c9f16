"""What can be said about a quantized membrane before it is run: the ratios that its approximations rest on.

κ/ω0 · ħω0/kT · ħκ/kT · ω_c against all of them · V_rms against (kT/C)^½ · φ_zpf/φ_s · φ_zpf/φ0
"""

from __future__ import annotations

from quspike.constants import Phi0, phi0
from quspike.quantize.membrane import Membrane
from quspike.quantize.numbers.line_boundary import Bath
from quspike.quantize.numbers.memristance_range import Range
from quspike.quantize.report.scales import ResonatorMode, ZeroPoint, quantum_over_thermal
from quspike.verdict import SMALL, Check, bounded, info


def verdicts(
    membrane: Membrane, leak: Range, modes: tuple[ResonatorMode, ...], zero: ZeroPoint, baths: tuple[Bath, ...]
) -> tuple[Check, ...]:
    """Every number, worst case over the memristance's range; those without bound only inform."""
    checks = [bounded("kappa/omega0", m.kappa[1] / m.omega, SMALL, "weak coupling, for secular methods") for m in modes]
    checks += _temperatures(leak[1], modes, baths)
    checks += _cutoffs(leak[1], modes, baths)
    if zero.voltage_rms and zero.thermal_voltage:
        ratio = max(zero.voltage_rms) / zero.thermal_voltage
        checks.append(info("V_rms/sqrt(kT/C)", ratio, "1 for a classical membrane"))
    return (*checks, *_nonlinearity(membrane, zero, baths))


def _temperatures(kappa: float, modes: tuple[ResonatorMode, ...], baths: tuple[Bath, ...]) -> list[Check]:
    temperatures = [bath.temperature for bath in baths if bath.temperature is not None]
    if not temperatures:
        return []
    coldest = min(temperatures)
    text = "quantum noise of the mode if ≳ 1"
    checks = [info("hbar omega0/kT", quantum_over_thermal(m.omega, coldest), text) for m in modes]
    ratio = quantum_over_thermal(kappa, coldest)
    if modes:
        return [*checks, info("hbar kappa/kT", ratio, "quantum noise over the linewidth if ≳ 1")]
    return [bounded("hbar kappa/kT", ratio, 1.0, "white noise leaves out zero-point motion of order ħκ/kT")]


def _cutoffs(kappa: float, modes: tuple[ResonatorMode, ...], baths: tuple[Bath, ...]) -> list[Check]:
    cutoffs = [bath.cutoff for bath in baths if bath.cutoff is not None]
    if not cutoffs:
        return []
    fastest = max(kappa, *(m.omega for m in modes)) if modes else kappa
    return [bounded("fastest rate/cutoff", fastest / min(cutoffs), SMALL, "below it the lines are resistors")]


def _nonlinearity(membrane: Membrane, zero: ZeroPoint, baths: tuple[Bath, ...]) -> list[Check]:
    """How non-linear one quantum finds memristors and junctions; of a baseband memristor, its scale in flux quanta."""
    checks = []
    for bath in baths:
        scale = float(bath.params["phi_s"]) if bath.kind == "flux" and "phi_s" in bath.params else None
        if scale and zero.phi_zpf:
            text = "the memristance is an operator if ≳ 1"
            checks.append(info(f"phi_zpf/phi_s ({bath.element})", zero.phi_zpf / scale, text))
        elif scale:
            text = "the memory is nearly classical if ≫ 1"
            checks.append(info(f"phi_s/Phi0 ({bath.element})", scale / Phi0, text))
    for name in membrane.junctions if zero.phi_zpf else ():
        checks.append(info(f"phi_zpf/phi0 ({name})", float(zero.phi_zpf or 0.0) / phi0, "non-linearity of one quantum"))
    return checks
