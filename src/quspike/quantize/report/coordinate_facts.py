"""What each coordinate of a circuit is, for people and programs: its letter, its meaning, the fate of its charge."""

from __future__ import annotations

from typing import Any, NamedTuple

from quspike.quantize.symbols.frozen import held_by_lines
from quspike.quantize.symbols.notation import Notation
from quspike.quantize.symbols.variables import Expr, flux

CHARGES = {
    "periodic": "only junctions see it: φ and φ + 2πφ₀ are one state, q = 2e n with n whole, offset n_g",
    "extended": "inductors hold it, or junctions whose turns a dissipator or a source can tell apart",
    "baseband": "no energy but charging: a dissipator or a current source acts on it",
    "free": "nothing acts on it: q is a conserved parameter",
    "frozen": "no capacitor sees it: it follows the others",
}
WITH_LINES = "nothing acts on it and the inner coordinates of its lines together: their charge is conserved"
HELD = "no capacitor sees it: dissipators make it follow, in first order"


class Fact(NamedTuple):
    """A coordinate: letter φ, the node fluxes that it is, kind, and what the kind means."""

    letter: Expr
    nodes: Expr
    kind: str
    meaning: str


class Node(NamedTuple):
    """The flux of a node through the coordinates, where it is none itself."""

    letter: Expr
    coordinates: Expr


def coordinate_facts(n: Notation) -> tuple[Fact, ...]:
    """One for each coordinate, in order."""
    import sympy as sp

    dissipated, found = held_by_lines(n), []
    ports = {i for line in n.network.lines for v in (line.a, line.b) for i, weight in enumerate(v) if weight}
    for i, c in enumerate(n.network.coordinates):
        nodes = sp.Add(*(weight * flux(node) for node, weight in _node_weights(n, i)))
        meaning = HELD if i in dissipated else WITH_LINES if c.kind == "free" and i in ports else CHARGES[c.kind]
        found.append(Fact(n.flux(i), nodes, c.kind, meaning))
    return tuple(found)


def node_fluxes(n: Notation) -> tuple[Node, ...]:
    """`φ_b = φ_a + φ_{b−a}`, `φ_g = ∫V dt`: of the nodes that are no coordinate."""
    import sympy as sp

    from quspike.quantize.symbols.branch_flux import source_flux

    found = []
    for node, row in zip(n.network.nodes, n.network.basis, strict=True):
        letters = sp.Add(*(weight * n.flux(i) for i, weight in enumerate(row) if weight))
        offset = sp.Add(*(sign * source_flux(n, name) for name, sign in n.network.offsets.get(node, ())))
        if letters + offset != flux(node) and not (n.alone and not offset):
            found.append(Node(flux(node), letters + offset))
    return tuple(found)


def _node_weights(n: Notation, i: int) -> list[tuple[str, int]]:
    """The combination of node fluxes that coordinate i is, a row of P⁻¹: voltage sources at rest."""
    import numpy as np

    roots = [k for k, node in enumerate(n.network.nodes) if node not in n.network.offsets and any(n.network.basis[k])]
    basis: Any = np.array([n.network.basis[k] for k in roots], dtype=float)
    row = np.rint(np.linalg.inv(basis)[i]).astype(int)
    return [(n.network.nodes[k], int(weight)) for k, weight in zip(roots, row, strict=True) if weight]
