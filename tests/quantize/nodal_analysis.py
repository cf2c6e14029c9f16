"""Modified nodal analysis as in a textbook: unknowns are node voltages and the currents of coils, lines, sources.

An oracle of its own: it reads a Circuit's elements, and nothing of how quspike quantizes them. f ∝ e^{−iωt}, so that a
coil is −iωL and a capacitor −iωC; a junction is the coil φ0²/E_J. Ho, Ruehli & Brennan, IEEE Trans. Circuits Syst. 22,
504 (1975).
"""

from __future__ import annotations

import numpy as np

from quspike.circuit import Circuit
from quspike.constants import phi0


class NodalAnalysis:
    """The complex linear system of a circuit at one frequency."""

    def __init__(self, circuit: Circuit, omega: complex) -> None:
        self.nodes = {node: i for i, node in enumerate(circuit.nodes)}
        self.omega = omega
        self.currents: dict[tuple[str, int], int] = {}
        for e in circuit.elements:
            for k in range({"L": 1, "V": 1}.get(e.card, 2 if len(e.nodes) == 4 else 0)):
                self.currents[e.name, k] = len(self.nodes) + len(self.currents)
        size = len(self.nodes) + len(self.currents)
        self.matrix = np.zeros((size, size), dtype=complex)
        for e in circuit.elements:
            getattr(self, f"stamp_{e.card}")(e, circuit)

    def impedance(self, plus: str, minus: str) -> complex:
        """Volts across the port per ampere into plus and out of minus."""
        right = np.zeros(len(self.matrix), dtype=complex)
        for node, sign in ((plus, 1), (minus, -1)):
            if node != "0":
                right[self.nodes[node]] = sign
        scale = 1 / np.abs(self.matrix).max(axis=1)
        found = np.linalg.solve(scale[:, None] * self.matrix, scale * right)
        return sum(sign * found[self.nodes[n]] for n, sign in ((plus, 1), (minus, -1)) if n != "0")

    def add(self, row: int | None, column: int | None, value: complex) -> None:
        if row is not None and column is not None:
            self.matrix[row, column] += value

    def between(self, e, admittance: complex) -> None:
        """An admittance from n+ to n−."""
        for row, a in zip(e.nodes, (1, -1), strict=True):
            for column, b in zip(e.nodes, (1, -1), strict=True):
                self.add(self.nodes.get(row), self.nodes.get(column), a * b * admittance)

    def branch_current(self, row: int, nodes) -> None:
        """A current from n+ to n− through the element, and the voltage across it in the element's own row."""
        for node, sign in zip(nodes, (1, -1), strict=True):
            self.add(self.nodes.get(node), row, sign)
            self.add(row, self.nodes.get(node), sign)

    def stamp_C(self, e, circuit) -> None:
        self.between(e, -1j * self.omega * e.params["C"])

    def stamp_R(self, e, circuit) -> None:
        r = e.params["R"]
        self.between(e, 1 / (r - 1j * self.omega * (r / e.params["cutoff"] if "cutoff" in e.params else 0)))

    def stamp_JJ(self, e, circuit) -> None:
        self.between(e, 1j * e.params["EJ"] / phi0**2 / self.omega - 1j * self.omega * e.params.get("C", 0.0))

    def stamp_I(self, e, circuit) -> None:
        pass

    def stamp_V(self, e, circuit) -> None:
        self.branch_current(self.currents[e.name, 0], e.nodes)

    def stamp_L(self, e, circuit) -> None:
        row = self.currents[e.name, 0]
        self.branch_current(row, e.nodes)
        self.add(row, row, 1j * self.omega * e.params["L"])

    def stamp_K(self, e, circuit) -> None:
        one, other = e.params["L1"], e.params["L2"]
        mutual = e.params["k"] * np.sqrt(circuit.element(one).params["L"] * circuit.element(other).params["L"])
        for a, b in ((one, other), (other, one)):
            self.add(self.currents[a, 0], self.currents[b, 0], 1j * self.omega * mutual)

    def stamp_TL(self, e, circuit) -> None:
        """Waves e^{±ikx}: `V_a = cos θ V_b − iZ0 sin θ I`, `I_a = cos θ I − i sin θ V_b/Z0`, I from b+."""
        z0 = e.params["Z0"]
        if len(e.nodes) == 2:
            self.between(e, 1 / z0)
            return
        theta = self.omega * e.params["length"] / e.params["v"]
        into_a, into_b = self.currents[e.name, 0], self.currents[e.name, 1]
        for nodes, current in ((e.nodes[:2], into_a), (e.nodes[2:], into_b)):
            for node, sign in zip(nodes, (1, -1), strict=True):
                self.add(self.nodes.get(node), current, sign)
        for node, sign in zip(e.nodes, (1, -1, -np.cos(theta), np.cos(theta)), strict=True):
            self.add(into_a, self.nodes.get(node), sign)
        self.add(into_a, into_b, -1j * z0 * np.sin(theta))  # I = −(the current into b+)
        for node, sign in zip(e.nodes[2:], (1j, -1j), strict=True):
            self.add(into_b, self.nodes.get(node), sign * np.sin(theta) / z0)
        self.add(into_b, into_a, 1)
        self.add(into_b, into_b, np.cos(theta))
