"""What each coordinate of a circuit is, for people and programs: its letter, its meaning, the fate of its charge."""

from __future__ import annotations

from typing import Any, NamedTuple

from quspike.quantize.symbols.frozen import held_by_lines, implicit
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
IMPLICIT = "no capacitor sees it: it follows the others where currents balance, a junction's too"
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

    special, found = _special(n), []
    for i, (c, weights) in enumerate(zip(n.network.coordinates, _node_weights(n), strict=True)):
        nodes = sp.Add(*(weight * flux(node) for node, weight in weights))
        found.append(Fact(n.flux(i), nodes, c.kind, special.get(i, CHARGES[c.kind])))
    return tuple(found)


def _special(n: Notation) -> dict[int, str]:
    """What is to be said of a coordinate beyond its kind."""
    lines = {i: WITH_LINES for i, c in enumerate(n.network.coordinates) if c.shared_with}
    return lines | dict.fromkeys(held_by_lines(n), HELD) | dict.fromkeys(implicit(n), IMPLICIT)


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


def _node_weights(n: Notation) -> list[list[tuple[str, int]]]:
    """The combination of node fluxes that each coordinate is, the rows of P⁻¹: voltage sources at rest."""
    import numpy as np

    roots = [k for k, node in enumerate(n.network.nodes) if node not in n.network.offsets and any(n.network.basis[k])]
    basis: Any = np.array([n.network.basis[k] for k in roots], dtype=float)
    rows = np.rint(np.linalg.inv(basis)).astype(int)
    return [[(n.network.nodes[k], int(w)) for k, w in zip(roots, row, strict=True) if w] for row in rows]
