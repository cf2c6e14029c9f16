"""The modes of modified nodal analysis: roots of `det(G + sC)` over node voltages and currents of L and V."""

from __future__ import annotations

import numpy as np
import scipy.linalg

from quspike.circuit import Circuit, Element


def nodal_matrices(circuit: Circuit) -> tuple[np.ndarray, np.ndarray, dict[str, int]]:
    """G, C and the row of each node; elements C, L, K, R, V and I (open)."""
    place = {node: i for i, node in enumerate(circuit.nodes)}
    rows = {e.name: len(place) + i for i, e in enumerate(circuit.of("L", "V"))}
    size = len(place) + len(rows)
    g, c = np.zeros((size, size)), np.zeros((size, size))

    def ends(e: Element) -> np.ndarray:
        u = np.zeros(size)
        for node, sign in zip(e.nodes, (1, -1), strict=True):
            if node != "0":
                u[place[node]] += sign
        return u

    for e in circuit.elements:
        if e.card == "C":
            c += e.params["C"] * np.outer(ends(e), ends(e))
        elif e.card == "R":
            g += np.outer(ends(e), ends(e)) / e.params["R"]
        elif e.card in "LV":
            g[:, rows[e.name]] += ends(e)
            g[rows[e.name]] -= ends(e)
            c[rows[e.name], rows[e.name]] += e.params.get("L", 0.0)
        elif e.card == "K":
            one, other = (circuit.element(e.params[key]) for key in ("L1", "L2"))
            mutual = e.params["k"] * np.sqrt(one.params["L"] * other.params["L"])
            c[rows[one.name], rows[other.name]] += mutual
            c[rows[other.name], rows[one.name]] += mutual
    return g, c, place


def nodal_modes(circuit: Circuit, slowest: float, fastest: float) -> np.ndarray:
    """ω of the solutions between two rates, Re ω ≥ 0, by ascending |ω|: eigenvalues of the pencil."""
    g, c, place = nodal_matrices(circuit)
    scale = np.ones(len(g))
    scale[len(place) :] = 1e-2  # currents against voltages, in units of 100 ohm
    g, c = 100 * g * np.outer(scale, scale), 1e13 * c * np.outer(scale, scale)
    above, below = scipy.linalg.eig(-g, c, right=False, homogeneous_eigvals=True)
    finite = np.abs(below) * fastest > np.abs(above) * 1e11
    omega = 1j * 1e11 * above[finite] / below[finite]
    omega = omega[(np.abs(omega) > slowest) & (omega.real > -1e-8 * np.abs(omega))]
    return omega[np.lexsort((omega.real, np.abs(omega)))]
