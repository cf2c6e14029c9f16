"""The modes of a circuit at small signals, with their damping: solutions e^{−iωt} with a complex ω.

    det D(ω) = 0,     κ = −2 Im ω,     Q = |ω|/κ,     κ = Σ_d (power lost in d)/(energy stored)

κ is how fast the energy of a mode falls: 1/RC in a resonator; a voltage without oscillation falls at κ/2. The roots are
eigenvalues of the equations of first order (`first_order`). Finite lines enter by their modes, junctions as inductors
at zero flux, memristors at the memory where they stand, tables by their fit: the poles of its sections, where they are
no resonances of what was measured, are modes too, which hardly any other element takes part in.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from quspike.circuit import Circuit
from quspike.constants import phi0
from quspike.quantize.network import Branch, Network
from quspike.quantize.numbers.admittance import LinearResponse, linear_response
from quspike.quantize.numbers.first_order import FirstOrder, first_order
from quspike.quantize.numbers.matrices import Elements, branch_capacitances, inverse_inductances

Shares = Mapping[str, float]


@dataclass(frozen=True)
class NormalMode:
    """One mode.

    frequency : ω [rad/s], Re ω ≥ 0 ≥ Im ω. voltages : of each node, relative to the largest.
    participation : each element's share of the stored energy (a resistor has some in the inductance of its cutoff, a
    table in what its fit stores).
    loss : each dissipator's share of the power lost; empty where none is.
    """

    frequency: complex
    voltages: Mapping[str, complex] = field(repr=False)
    participation: Shares = field(repr=False)
    loss: Shares = field(repr=False)

    @property
    def damping(self) -> float:
        """κ = −2 Im ω [1/s]."""
        return -2 * self.frequency.imag

    @property
    def quality(self) -> float:
        """|ω|/κ: ½ without oscillation, inf without loss."""
        return abs(self.frequency) / self.damping if self.damping > 0 else math.inf


def normal_modes(
    circuit: Circuit | str | Network,
    elements: Elements | None = None,
    *,
    memory: Mapping[str, Any] | None = None,
    junctions: bool = True,
    base_dir: str | Path | None = None,
) -> tuple[NormalMode, ...]:
    """The modes by ascending |ω|; arguments as of `linear_response`."""
    response = linear_response(circuit, elements, memory=memory, junctions=junctions, lines="modes", base_dir=base_dir)
    system = first_order(response)
    frequencies, shapes = solutions(system)
    order = np.lexsort((frequencies.real, np.abs(frequencies)))
    return _modes(response, system, frequencies[order], shapes[:, order])


def solutions(system: FirstOrder) -> tuple[np.ndarray, np.ndarray]:
    """ω (M,) and (u, w) in columns (k + l, M) of the solutions with Re ω ≥ 0."""
    if not system.lossless:
        rates, shapes = np.linalg.eig(system.generator)
        once = rates.imag <= 0
        return 1j * rates[once], shapes[:, once]
    u, values, w = np.linalg.svd(system.coupling)
    still = u.shape[1] - len(values)  # a capacitor that only a current source charges
    across = np.vstack([w[: len(values)], np.zeros((still, w.shape[1]))])
    return np.concatenate([values, np.zeros(still)]).astype(complex), np.vstack([u, 1j * across.T])


def _modes(
    response: LinearResponse, system: FirstOrder, frequencies: np.ndarray, shapes: np.ndarray
) -> tuple[NormalMode, ...]:
    nodes = response.matrices.network.nodes
    ports = np.array([response.matrices.network.node_vector(node) for node in nodes]).reshape(len(nodes), -1)
    voltages = ports @ (response.matrices.transform @ (system.voltages @ shapes))
    largest = voltages[np.argmax(np.abs(voltages), axis=0), np.arange(len(frequencies))]
    voltages = voltages / np.where(largest == 0, 1, largest)
    stored, lost = _stored(response, system, shapes), _lost(system, shapes)
    energy, loss = np.linalg.norm(shapes, axis=0) ** 2, sum(lost.values(), np.zeros(len(frequencies)))
    return tuple(
        NormalMode(
            frequency=complex(frequencies[k]),
            voltages=dict(zip(nodes, voltages[:, k].tolist(), strict=True)),
            participation={name: float(e[k] / energy[k]) for name, e in stored.items() if e[k]},
            loss={name: float(p[k] / loss[k]) for name, p in lost.items()} if loss[k] else {},
        )
        for k in range(len(frequencies))
    )


def _stored(response: LinearResponse, system: FirstOrder, shapes: np.ndarray) -> dict[str, np.ndarray]:
    """Twice the energy in each element, (M,)."""
    m, w = response.matrices, response.matrices.network
    v, x = m.transform @ (system.voltages @ shapes), m.transform @ (system.fluxes @ shapes)
    across, flux = w.incidence("capacitance").T @ v, w.incidence("inductance").T @ x
    found: dict[str, np.ndarray] = {}
    _add(found, w.of("capacitance"), branch_capacitances(w, m.elements)[:, None] * np.abs(across) ** 2)
    _add(found, w.of("inductance"), (flux.conj() * (inverse_inductances(w, m.elements) @ flux)).real)
    if response.junctions:
        phase = np.abs(w.incidence("junction").T @ x) / phi0
        _add(found, w.of("junction"), m.josephson_energies[:, None] * phase**2)
    return found | {name: _power(rows @ shapes) for name, rows in system.stored.items() if len(rows)}


def _lost(system: FirstOrder, shapes: np.ndarray) -> dict[str, np.ndarray]:
    """The power that each dissipator takes, (M,)."""
    return {name: _power(rows @ shapes) for name, rows in system.lost.items()}


def _power(amplitudes: np.ndarray) -> np.ndarray:
    return np.sum(np.abs(amplitudes) ** 2, axis=0)


def _add(found: dict[str, np.ndarray], branches: tuple[Branch, ...], values: np.ndarray) -> None:
    for branch, value in zip(branches, values, strict=True):
        found[branch.element] = found.get(branch.element, 0.0) + value
