"""The validity numbers of one membrane, baseband or resonator: κ/ω0, |Ṁ/M|/κ, ħω/kT, ħκ/kT, ω_c, quantumness."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from quspike.baths.noise import voltage_variance
from quspike.constants import hbar, k_B, phi0
from quspike.methods.method import Setup, Solution
from quspike.quantize.membrane import total_capacitance
from quspike.quantize.numbers.zero_point import resonator_mode
from quspike.validity.bounds import (
    BROWNIAN_LEAK,
    BROWNIAN_QUANTA,
    CUTOFF,
    DRIFT,
    HIERARCHY_COUPLING,
    HIERARCHY_CUTOFF,
    JOHNSON_QUANTA,
    PAGE,
    SECULAR_COUPLING,
    SECULAR_CUTOFF,
    WHITE_LEAK,
    WHITE_MEMBRANE,
    WHITE_NOISE,
    Crossing,
)
from quspike.validity.common import memristance_drift
from quspike.validity.measured import measured_checks, smooth_drift
from quspike.verdict import Check, bounded, info

RECURRENCE = 2e-3  # of a voltage step; past it the modes' return is seen
SETTLING = 1e-2  # of ⟨V²⟩, half of that in V_rms


def membrane_checks(setup: Setup, method: str, params: Mapping[str, Any], solution: Solution) -> list[Check]:
    """What one membrane's dynamics and its quantum state say."""
    checks = dynamics(setup, method, params, solution)
    if method == "classical":
        return checks + johnson(setup, params)
    return checks + quantum(setup, method, params, solution) + measured_checks(solution)


def johnson(setup: Setup, params: Mapping[str, Any]) -> list[Check]:
    """What classical noise leaves out of a resonator's; without it the classical neuron has no noise to be wrong."""
    if not (setup.johnson and setup.omega):
        return []
    coldest = min(float(params["elements"][d.name]["T"]) for d in setup.one.dissipators)
    return [_against(JOHNSON_QUANTA, "hbar omega0/kT", hbar * setup.omega / (k_B * coldest), "no quantum noise")]


def _against(crossing: Crossing, name: str, value: float, text: str) -> Check:
    """A number against the bound that the map gives it."""
    return bounded(name, value, crossing.bound, f"{text}; {crossing.text}")


def leak_rates(setup: Setup, params: Mapping[str, Any], solution: Solution) -> np.ndarray:
    """κ(t) = Σ W/C over the run (T,), 1/s."""
    elements = params["elements"]
    capacitance = float(total_capacitance(setup.one, elements))
    fixed = sum(1 / float(elements[d.name]["R"]) for d in setup.one.dissipators if d.law is None)
    return (fixed + np.sum(1 / np.asarray(solution.memristance), axis=-1)) / capacitance


def dynamics(setup: Setup, method: str, params: Mapping[str, Any], solution: Solution) -> list[Check]:
    """Damping and memory, against the carrier and against each other."""
    kappa = leak_rates(setup, params, solution)
    measured = setup.memory == "measured"
    drift = smooth_drift(setup, params, solution) if measured else memristance_drift(setup, solution)
    if not np.any(kappa > 0):
        return []
    checks = []
    secular = _secular(setup, method)
    if setup.resonator:
        assert setup.omega is not None
        ratio = np.max(kappa) / setup.omega
        text = "the secular equation is of leading order in κ/ω0"
        if method == "heom":
            text = f"operators and junctions in it are compared with another hierarchy up to here ({PAGE})"
            checks.append(bounded("kappa/omega0", ratio, HIERARCHY_COUPLING, text))
        elif secular:
            checks.append(_against(SECULAR_COUPLING, "kappa/omega0", ratio, text))
        else:
            checks.append(info("kappa/omega0", ratio, text))
    if setup.one.memristors:
        checks.append(info("memory drift/kappa", drift / np.min(kappa), "|Ṁ/M|/κ: slow memory if ≪ 1"))
        if setup.resonator and setup.omega:
            text = f"|Ṁ/M|/ω0: a memristance that follows the carrier adds to the error of κ/ω0 ({PAGE})"
            averaged = secular and setup.memory != "operator"  # whose jumps are those of a W that swings
            checks.append(bounded("memory drift/omega0", drift / setup.omega, DRIFT, text) if averaged
                          else info("memory drift/omega0", drift / setup.omega, text))  # fmt: skip
    return checks


def _secular(setup: Setup, method: str) -> bool:
    """True for equations that average over the carrier, and know nothing of the cutoff."""
    return setup.resonator and (method == "gksl" or (method == "moments" and not setup.coloured))


def quantum(setup: Setup, method: str, params: Mapping[str, Any], solution: Solution) -> list[Check]:
    """Quanta and damping against the temperature, the cutoff against all of them, and how quantum the state is."""
    elements = params["elements"]
    coldest = min(float(elements[d.name]["T"]) for d in setup.one.dissipators)
    kappa = float(np.max(leak_rates(setup, params, solution)))
    checks = []
    white = method == "brownian" or (not setup.resonator and not setup.quantum_lines)
    ratio = hbar * kappa / (k_B * coldest)
    if white and setup.resonator:
        checks.append(_against(BROWNIAN_LEAK, "hbar kappa/kT", ratio, WHITE_NOISE))
    elif white:
        checks.append(bounded("hbar kappa/kT", ratio, WHITE_LEAK, WHITE_MEMBRANE))
    else:
        checks.append(info("hbar kappa/kT", ratio, "quantum noise over the linewidth if ≳ 1"))
    if setup.resonator:
        assert setup.omega is not None
        checks.append(_quantum_of_the_mode(method, hbar * setup.omega / (k_B * coldest)))
    checks += _cutoffs(setup, method, elements, kappa)
    return checks + _quantumness(setup, elements, coldest, kappa, solution)


def _quantum_of_the_mode(method: str, ratio: float) -> Check:
    """ħω0/kT, which white noise has to bear in method brownian."""
    if method == "brownian":
        text = "white noise at kT ≳ ħω/3: the line's quantum noise is missing beyond"
        return _against(BROWNIAN_QUANTA, "hbar omega0/kT", ratio, text)
    return info("hbar omega0/kT", ratio, "quantum noise if ≳ 1")


def _cutoffs(setup: Setup, method: str, elements: Mapping[str, Any], kappa: float) -> list[Check]:
    fastest = max(kappa, setup.omega or 0.0)
    cutoffs = [float(elements[d.name]["cutoff"]) for d in setup.one.dissipators if "cutoff" in elements[d.name]]
    if not cutoffs:
        return []
    text = "the lines' cutoff" + ("" if setup.quantum_lines else ", above which a Markovian bath has no say")
    value = fastest / min(cutoffs)
    if setup.hierarchy is not None and setup.omega:
        text = f"ω_c/ω0: operators and junctions in it are compared with another hierarchy up to here ({PAGE})"
        return [bounded("cutoff/omega0", max(cutoffs) / setup.omega, HIERARCHY_CUTOFF, text)]
    if setup.quantum_lines:
        return [info("fastest rate/cutoff", value, text)]
    return [_against(SECULAR_CUTOFF if _secular(setup, method) else CUTOFF, "fastest rate/cutoff", value, text)]


def _white_noise_deficit(
    setup: Setup, elements: Mapping[str, Any], temperature: float, kappa: float, thermal: float
) -> list[Check]:
    """What white noise leaves out: the exact V_rms with the cutoff, at the fastest leak, over √(kT/C)."""
    cutoffs = [float(elements[d.name]["cutoff"]) for d in setup.one.dissipators if "cutoff" in elements[d.name]]
    if setup.quantum_lines or not cutoffs:
        return []
    capacitance = float(total_capacitance(setup.one, elements))
    exact = voltage_variance(capacitance, kappa * capacitance, max(cutoffs), temperature) ** 0.5
    text = f"bath=drude has the quantum noise below the cutoff: V_rms up to {exact * 1e6:.3g} µV"
    return [info("coloured/white V_rms", exact / thermal, text)]


def _line_errors(setup: Setup) -> list[Check]:
    """How well the lines' own memory is represented: by poles, or by modes, which also come back."""
    if not setup.quantum_lines:
        return []
    form = f"{setup.poles} poles of coth" if setup.lines is None else f"{setup.lines.omega.size} modes"
    text = f"of ⟨V²⟩ with {form}, against the exact fluctuation–dissipation integral"
    checks = [bounded("noise error", setup.noise_error, 1e-3, text)]
    if setup.lines is not None:
        text = "of a voltage step: what the lines took and give back within the run, against lines without end"
        checks.append(bounded("recurrence", setup.recurrence, RECURRENCE, text))
        if setup.settling_error > 0:
            text = "of ⟨V²⟩ while it settles after a reset or a start out of equilibrium, against very many modes"
            checks.append(bounded("settling error", setup.settling_error, SETTLING, text))
    return checks


def _quantumness(
    setup: Setup, elements: Mapping[str, Any], temperature: float, kappa: float, solution: Solution
) -> list[Check]:
    capacitance = float(total_capacitance(setup.one, elements))
    thermal = (k_B * temperature / capacitance) ** 0.5
    largest = float(np.max(np.asarray(solution.voltage_std)))
    checks = [info("V_rms/sqrt(kT/C)", largest / thermal, "1 for a classical membrane")]
    checks += _line_errors(setup)
    if not setup.resonator:
        return checks + _white_noise_deficit(setup, elements, temperature, kappa, thermal)
    mode = resonator_mode(setup.one, elements)
    for d in setup.one.memristors:
        if "phi_s" in elements[d.name]:
            ratio = float(mode.phi_zpf) / float(elements[d.name]["phi_s"])
            checks.append(info(f"phi_zpf/phi_s ({d.name})", ratio, "the memristance is an operator if ≳ 1"))
    for name in setup.one.junctions:
        checks.append(info(f"phi_zpf/phi0 ({name})", float(mode.phi_zpf) / phi0, "non-linearity of one quantum"))
    return checks
