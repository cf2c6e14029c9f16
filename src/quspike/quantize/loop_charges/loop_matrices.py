"""The numbers of a circuit as matrices over its loop charges Q.

    L = ½ Q̇ᵀ𝓛 Q̇ + Q̇ᵀG I(t) − ½ Qᵀ𝓚 Q − QᵀS Q_I(t) − QᵀA V(t),      Q_I = ∫I dt
    Φ = 𝓛 Q̇ + G I,     H = ½ (Φ − G I)ᵀ𝓛⁻¹(Φ − G I) + ½ Qᵀ𝓚 Q + QᵀS Q_I + QᵀA V

𝓛 = B_L L B_Lᵀ of the coils, 𝓚 = B_C C⁻¹ B_Cᵀ of the capacitors: the dual of `quantize.matrices`, with which it agrees
in every mode that stores energy and at every port. Small signals: with s = −iω,

    D(ω) Q̇ = −Bᵀv,     D(ω) = s𝓛 + 𝓚/s + Σ_d R_d b_d b_dᵀ,     Z(ω) = pᵀZ_b p − pᵀZ_b B D⁻¹ Bᵀ Z_b p

where Z_b are the branches' impedances, and p is a way through the branches between the port's nodes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from quspike.circuit import Circuit, law_of
from quspike.circuit.inductance import coupling_factor
from quspike.quantize.loop_charges.loops import LoopBranch, LoopNetwork

Array = Any
Elements = Mapping[str, Mapping[str, Any]]
Memory = Mapping[str, float] | None  # of memristors, where it is not that of t = 0


@dataclass(frozen=True)
class LoopMatrices:
    """SI matrices over the loops x that are left, frozen ones eliminated.

    kept : which of the loops x are (m,). transform : T (n, m), Q = T x with the sources at rest.
    inductance : 𝓛 (m, m) [H], zero on massless loops. elastance : 𝓚 (m, m) [1/F].
    coil_pull : G (m, I) [H]. charge_pull : S (m, I) [1/F]. voltages : A (m, V).
    dissipators : b of each (m, D), in the order of `network.of("dissipator")`.
    """

    network: LoopNetwork
    kept: np.ndarray
    transform: np.ndarray
    inductance: np.ndarray
    elastance: np.ndarray
    coil_pull: np.ndarray
    charge_pull: np.ndarray
    voltages: np.ndarray
    dissipators: np.ndarray
    elements: Elements = field(repr=False)

    @property
    def massless(self) -> np.ndarray:
        """Where in x the loops stand that have no inductance."""
        return np.array([i for i, k in enumerate(self.kept) if self.network.loops[k].kind == "massless"], dtype=int)


def loop_matrices(network: LoopNetwork, elements: Elements) -> LoopMatrices:
    """Assemble and eliminate: exact, whatever the sources do.

    A frozen loop y follows the others, `𝓚_yy y = −𝓚_yx x − S_y Q_I − A_y V`: capacitors in parallel share a charge.
    """
    coils, plates = network.incidence("inductance"), network.incidence("capacitance")
    henries, elastances = branch_inductances(network, elements), np.diag(branch_elastances(network, elements))
    full = plates @ elastances @ plates.T
    follow, kept = network.indices("frozen"), network.indices("extended", "baseband", "free", "massless")
    t = np.eye(network.size)[:, kept]
    if len(follow):
        t[follow] = -np.linalg.solve(full[np.ix_(follow, follow)], full[np.ix_(follow, kept)])
    return LoopMatrices(
        network=network,
        kept=kept,
        transform=t,
        inductance=t.T @ coils @ henries @ coils.T @ t,
        elastance=t.T @ full @ t,
        coil_pull=t.T @ coils @ henries @ network.source_signs("inductance"),
        charge_pull=t.T @ plates @ elastances @ network.source_signs("capacitance"),
        voltages=t.T @ network.incidence("voltage"),
        dissipators=t.T @ network.incidence("dissipator"),
        elements=elements,
    )


def branch_inductances(network: LoopNetwork, elements: Elements) -> np.ndarray:
    """The inductance matrix of the inductive branches (L, L) [H]: coils with their couplings, R/ω_c of cutoffs."""
    branches = network.of("inductance")
    names = [b.element for b in branches]
    own = np.array([_inductance(network.circuit, b, elements) for b in branches], dtype=float)
    found = np.diag(own)
    for coupling, one, other in network.couplings:
        i, j, element = names.index(one), names.index(other), network.circuit.element
        k = coupling_factor(element(coupling), element(one), element(other))
        found[i, j] = found[j, i] = k * np.sqrt(own[i] * own[j])
    return found


def branch_elastances(network: LoopNetwork, elements: Elements) -> np.ndarray:
    """1/C of the capacitors (C,) [1/F]."""
    return np.array([1 / elements[b.element]["C"] for b in network.of("capacitance")], dtype=float)


def branch_resistances(network: LoopNetwork, elements: Elements, memory: Memory = None) -> np.ndarray:
    """R of the dissipators (D,) [ohm], memristors at rest where their memory stands."""
    return np.array([_resistance(network.circuit, b, elements, memory or {}) for b in network.of("dissipator")])


def _inductance(circuit: Circuit, branch: LoopBranch, elements: Elements) -> float:
    p = elements[branch.element]
    if circuit.element(branch.element).card == "L":
        return p["L"]
    return p["R" if "R" in p else "Z0"] / p["cutoff"]


def _resistance(circuit: Circuit, branch: LoopBranch, elements: Elements, memory: Mapping[str, float]) -> float:
    element, p = circuit.element(branch.element), elements[branch.element]
    if element.card != "MEM":
        return p["R" if element.card == "R" else "Z0"]
    from quspike.precision import enable_x64

    enable_x64()
    law = law_of(element)
    start = law.default_memory(p) if p.get("x0") is None else p["x0"]
    return float(law.memristance(memory.get(branch.element, start), 0.0, p))


def impedance(m: LoopMatrices, plus: str, minus: str, omega: Array, memory: Memory = None) -> Array:
    """Z(ω) of a port [ohm]; omega [rad/s] of any shape, and may be complex. f(t) = ∫ dω/2π f(ω) e^{−iωt}."""
    network, way = m.network, m.network.port(plus, minus)
    b = np.array([branch.vector for branch in network.branches], dtype=float)
    henries = _placed(network, "inductance", branch_inductances(network, m.elements))
    elastances = _placed(network, "capacitance", np.diag(branch_elastances(network, m.elements)))
    ohms = _placed(network, "dissipator", np.diag(branch_resistances(network, m.elements, memory)))
    s = -1j * np.asarray(omega)[..., None, None]
    branches = s * henries + elastances / s + ohms
    across = branches @ way
    driven = across @ b
    currents = -np.linalg.solve(b.T @ branches @ b, driven[..., None])[..., 0]
    return across @ way + np.sum(driven * currents, axis=-1)


def _placed(network: LoopNetwork, role: str, values: np.ndarray) -> np.ndarray:
    """A matrix over the branches of one role, placed among all branches."""
    rows = [i for i, branch in enumerate(network.branches) if branch.role == role]
    found = np.zeros((len(network.branches), len(network.branches)))
    found[np.ix_(rows, rows)] = values
    return found
