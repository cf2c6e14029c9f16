"""The validity numbers of a circuit of several nodes, which runs in the laboratory frame, mostly with white noise.

κ = eigenvalues of C⁻¹G,  G = Σ W b b over the memristances that occurred;   ω = √ eigenvalues of C⁻¹(K + junctions)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from quspike.constants import hbar, k_B, phi0
from quspike.methods.inputs import fastest_drive
from quspike.methods.method import Setup, Solution
from quspike.quantize.line_parts import how_many
from quspike.quantize.numbers.finite_line_modes import fastest_rate, finite_lines, line_error
from quspike.quantize.numbers.massless import inverse_capacitance, settled
from quspike.quantize.numbers.matrices import Matrices, matrices
from quspike.quantize.system import System
from quspike.validity.bounds import BROWNIAN_QUANTA, CUTOFF, WHITE_LEAK, WHITE_MEMBRANE
from quspike.validity.common import memristance_drift
from quspike.verdict import Check, bounded, info

ZERO = 1e-9  # of the largest eigenvalue
POLES = 1e-3  # of a variance: what Padé poles are chosen for
MOST_ERROR = 1e-2  # of a line's admittance: ten times what modes are chosen for


def network_checks(setup: Setup, method: str, params: Mapping[str, Any], solution: Solution) -> list[Check]:
    """What the circuit's rates say of its memory, and of the white noise that its lines are taken to have."""
    assert isinstance(setup.membrane, System)
    system, elements = setup.membrane, params["elements"]
    m = matrices(system.network, {name: {k: float(v) for k, v in own.items()} for name, own in elements.items()})
    rates = [leak_rates(m, system, solution, pick) for pick in (np.min, np.max)]
    slowest, fastest = (r[r > ZERO * np.max(r, initial=0.0)] for r in rates)
    omega = oscillations(m)
    checks = []
    if system.memristors and len(slowest):
        drift = memristance_drift(setup, solution)
        checks.append(info("memory drift/kappa", drift / np.min(slowest), "|Ṁ/M|/κ: slow memory if ≪ 1"))
    if len(fastest) and len(omega):
        checks.append(
            info("kappa/omega", np.max(fastest) / np.min(omega), "overdamped if ≳ 1; no secular equation here")
        )
    checks += line_checks(setup, system, elements)
    if method == "classical":
        return checks
    coldest = min(float(elements[d.name]["T"]) for d in system.dissipators)
    if setup.coloured:
        text = f"⟨V²⟩ and ⟨φ²⟩ of {setup.poles} poles against fluctuation–dissipation"
        checks.append(bounded("noise error", setup.noise_error, POLES, text))
        return checks + _quantumness(m, system, coldest, solution)
    if len(fastest):
        ratio = hbar * np.max(fastest) / (k_B * coldest)
        checks.append(bounded("hbar kappa/kT", ratio, WHITE_LEAK, WHITE_MEMBRANE))
    if len(omega):
        text = "white noise at kT ≳ ħω/3: quantum noise of the modes is missing beyond"
        checks.append(bounded("hbar omega/kT", hbar * np.max(omega) / (k_B * coldest), BROWNIAN_QUANTA.bound, text))
    return checks + _cutoffs(system, elements, [*fastest, *omega]) + _quantumness(m, system, coldest, solution)


def line_checks(setup: Setup, system: System, elements: Mapping[str, Any]) -> list[Check]:
    """What the modes of each finite line leave out at the fastest rate of the run."""
    lines = finite_lines(system.network.circuit)
    if not lines:
        return []
    fastest = max(fastest_rate(system.network, elements), fastest_drive(setup.inputs.drives.values()))
    found = []
    for line in lines:
        text = f"error of {line.name}'s admittance by {how_many(line)} modes, at {fastest:.3g} rad/s, times Z0"
        found.append(bounded(f"{line.name} modes", line_error(line, elements[line.name], fastest), MOST_ERROR, text))
    return found


def leak_rates(m: Matrices, system: System, solution: Solution, pick: Any) -> np.ndarray:
    """Eigenvalues of C⁻¹G (m,) [1/s], at the least or largest conductance of each memristor in the run."""
    remembered = pick(1 / np.asarray(solution.memristance), axis=0)
    of_memristors = dict(zip((d.name for d in system.memristors), remembered, strict=True))
    w = [of_memristors.get(b.element) or 1 / m.elements[b.element]["R"] for b in system.network.of("dissipator")]
    leak = (m.dissipators * np.array(w)) @ m.dissipators.T
    return np.linalg.eigvals(inverse_capacitance(m) @ settled(leak, m.massless)).real


def oscillations(m: Matrices) -> np.ndarray:
    """ω of the modes that something holds, junctions at zero flux [rad/s]."""
    stiffness = m.stiffness + (m.junctions * np.asarray(m.josephson_energies)) @ m.junctions.T / phi0**2
    squares = np.linalg.eigvals(inverse_capacitance(m) @ stiffness).real
    return np.sqrt(squares[squares > ZERO * np.max(squares, initial=0.0)])


def _cutoffs(system: System, elements: Mapping[str, Any], rates: list[float]) -> list[Check]:
    cutoffs = [float(elements[d.name]["cutoff"]) for d in system.dissipators if "cutoff" in elements[d.name]]
    if not cutoffs or not rates:
        return []
    text = "the lines' cutoff, above which a Markovian bath has no say"
    return [bounded("fastest rate/cutoff", max(rates) / min(cutoffs), CUTOFF.bound, text)]


def _quantumness(m: Matrices, system: System, coldest: float, solution: Solution) -> list[Check]:
    inverse = inverse_capacitance(m)
    thermal = np.sqrt([k_B * coldest * (m.port(n) @ inverse @ m.port(n)) for n in system.nodes])
    charged = thermal > 0  # a node without a capacitance has none
    largest = np.max((np.max(np.asarray(solution.voltage_std), axis=0))[charged] / thermal[charged])
    return [info("V_rms/sqrt(kT/C)", largest, "1 for a classical membrane; the largest of the nodes")]
