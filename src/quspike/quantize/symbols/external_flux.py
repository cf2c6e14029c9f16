"""External flux: how much of each `Φ` of a FLUX card stands in the flux of each branch, in two gauges.

    flux of a branch = b·θ + Σ_s ± ∫V_s dt + Σ_f o_f Φ_f(t),        Σ_loop ± o_f = 1

FLUX names a junction, and every loop of inductors and junctions that passes it n+ → n− encloses Φ; a loop that does not
encloses none of it. What stands right across the junction (capacitors, resistors, memristors) has the junction's
flux, as if it were written on its line: the flux threads the loop beyond.

    static         o = 1 on the junction and what stands across it: θ̇ᵀ B C o Φ̇ is left in the kinetic energy
    irrotational   o → o + Bᵀg with C g = −B C o: no Φ̇ anywhere, Φ is shared by capacitance around its loop

Where Φ is a constant both have the same spectrum. You, Sauls & Koch, Phys. Rev. B 99, 174512 (2019).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from quspike.quantize.network import Network, Role
from quspike.quantize.numbers.matrices import (
    Elements,
    branch_capacitances,
    capacitance_matrix,
    inverse_inductances,
)

Array = Any
Gauge = Literal["static", "irrotational"]


@dataclass(frozen=True)
class FluxWeights:
    """Offsets per external flux, dimensionless.

    fluxes : the FLUX elements, in natural order, (F,). static, irrotational : o by branch, in the order of
    `network.branches`, (B, F). shift : g by coordinate, `θ_static = θ_irrotational + g Φ`, (n, F).
    """

    network: Network
    fluxes: tuple[str, ...]
    static: np.ndarray
    irrotational: Array
    shift: Array

    def of(self, *roles: Role, gauge: Gauge = "irrotational") -> Array:
        """o of the branches of these roles, in the order of `network.of(*roles)`, (branches, F)."""
        rows = [i for i, b in enumerate(self.network.branches) if b.role in roles]
        return (self.irrotational if gauge == "irrotational" else self.static)[np.array(rows, dtype=int)]


def flux_weights(network: Network, elements: Elements) -> FluxWeights:
    """o and g of each external flux; numpy, or JAX where a capacitance is traced."""
    fluxes = flux_names(network)
    static = static_weights(network)
    shift = _shift(network, elements, static)
    vectors = np.array([b.vector for b in network.branches], dtype=float).reshape(len(network.branches), network.size)
    return FluxWeights(network, fluxes, static, static + vectors @ shift, shift)


def flux_names(network: Network) -> tuple[str, ...]:
    """The FLUX elements, in the natural order of the junctions' branches."""
    by_junction = {str(e.params["target"]): e.name for e in network.circuit.of("FLUX")}
    return tuple(by_junction[b.element] for b in network.of("junction") if b.element in by_junction)


def static_weights(network: Network) -> np.ndarray:
    """o of the static gauge: ±1 on each named junction and on what stands across it, whole numbers (B, F)."""
    fluxes = flux_names(network)
    found = np.zeros((len(network.branches), len(fluxes)))
    taken: set[frozenset[str]] = set()
    for column, name in enumerate(fluxes):
        junction = network.circuit.element(str(network.circuit.element(name).params["target"]))
        ends = frozenset(junction.nodes)
        for row, branch in enumerate(network.branches):
            nodes = network.circuit.element(branch.element).nodes
            across = branch.role not in ("inductance", "junction") and frozenset(nodes) == ends and ends not in taken
            if branch.element == junction.name or (across and not _of_a_junction(network, branch.element)):
                found[row, column] = 1 if nodes == junction.nodes else -1
        taken.add(ends)  # of several junctions in parallel the first has the capacitors
    return found


def flux_pull(network: Network, elements: Elements, offsets: Array) -> Array:
    """`B L⁻¹ o`, the current per Φ with which inductors pull on θ (n, F) [1/H]; offsets : o of the inductors (L, F)."""
    return network.incidence("inductance") @ inverse_inductances(network, elements) @ offsets


def _of_a_junction(network: Network, element: str) -> bool:
    """A junction's own capacitance stays with its junction."""
    return network.circuit.element(element).card == "JJ"


def _shift(network: Network, elements: Elements, static: np.ndarray) -> Array:
    """`C g = −B C o` on the coordinates that have a capacitance, zero on the others (n, F)."""
    rows = np.array([i for i, b in enumerate(network.branches) if b.role == "capacitance"], dtype=int)
    moving = np.setdiff1d(np.arange(network.size), network.indices("frozen"))
    if not static.shape[1] or not len(moving):
        return np.zeros((network.size, static.shape[1]))
    values = branch_capacitances(network, elements)
    charge = (network.incidence("capacitance") * values) @ static[rows]
    capacitance = capacitance_matrix(network, elements)[np.ix_(moving, moving)]
    embed = np.eye(network.size)[:, moving]
    if isinstance(charge, np.ndarray):
        return -embed @ np.linalg.solve(capacitance, charge[moving])
    import jax.numpy as jnp

    return -embed @ jnp.linalg.solve(capacitance, charge[moving])
