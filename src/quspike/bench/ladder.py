"""A ladder of 300 nodes with four junctions, from its netlist to matrices and modes.

    C ẍ = −K x,      1/L_J = E_J/φ0²

quspike reads the netlist, classifies 300 coordinates, and gives every mode with its voltages and shares of energy. The
peer has both matrices written down for it, and finds frequencies alone: what no reader of netlists can be faster than.
The reference is the ladder's tridiagonal matrix, in frequencies alone.
"""

from __future__ import annotations

import math
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from quspike.bench.race import InProcess, Rival, Running
from quspike.bench.rivals import versions
from quspike.constants import phi0, planck

NAME, TITLE = "ladder", "a ladder of 300 nodes with four junctions: matrices and modes"
NODES, JUNCTIONS = 300, (0, 80, 160, 240)
CAPACITANCE, INDUCTANCE, OWN, ENERGY = 100e-15, 1e-9, 2e-15, 10e9 * planck


@dataclass(frozen=True)
class Frequencies:
    """ω of each mode [rad/s], ascending."""

    values: np.ndarray

    def error(self, reference: Frequencies) -> float:
        """The largest relative deviation; inf where modes are missing."""
        if len(self.values) != len(reference.values):
            return math.inf
        return float(np.max(np.abs(self.values / reference.values - 1)))


def ladder() -> str:
    """The netlist."""
    lines = [f"C{i} n{i} 0 100fF\nL{i} n{i} {f'n{i + 1}' if i < NODES - 1 else 0} 1nH" for i in range(NODES)]
    return "\n".join([*lines, *(f"JJ{i} n{i} 0 EJ=10GHz C=2fF" for i in JUNCTIONS)])


def matrices() -> tuple[np.ndarray, np.ndarray]:
    """C [F] and K [1/H], by hand."""
    c = np.full(NODES, CAPACITANCE)
    c[list(JUNCTIONS)] += OWN
    k = np.diag(np.full(NODES, 2 / INDUCTANCE)) - np.eye(NODES, k=1) / INDUCTANCE - np.eye(NODES, k=-1) / INDUCTANCE
    k[0, 0] = 1 / INDUCTANCE
    k[JUNCTIONS, JUNCTIONS] += ENERGY / phi0**2
    return np.diag(c), k


def ladder_reference() -> Frequencies:
    """LAPACK's tridiagonal solver on C^{−½}K C^{−½}."""
    from scipy.linalg import eigvalsh_tridiagonal

    c, k = matrices()
    root = np.sqrt(np.diagonal(c))
    beside = np.diagonal(k, 1) / (root[:-1] * root[1:])
    return Frequencies(np.sqrt(eigvalsh_tridiagonal(np.diagonal(k) / root**2, beside)))


def ladder_rivals() -> list[Rival]:
    """quspike from the netlist; SciPy from the matrices."""

    def own(stack: ExitStack) -> Running:
        return InProcess(_modes, versions("quspike", "numpy"))

    def floor(stack: ExitStack) -> Running:
        c, k = matrices()
        return InProcess(lambda: _eigh(c, k), versions("scipy"))

    return [
        Rival("quspike `modes`", "netlist to modes", "as it comes", "quspike", own),
        Rival("SciPy `eigh`", "matrices to frequencies", "matrices by hand", "floor", floor),
    ]


def _modes() -> Frequencies:
    import quspike as qs

    return Frequencies(np.array([mode.frequency.real for mode in qs.quantize(ladder()).modes]))


def _eigh(c: np.ndarray, k: np.ndarray) -> Frequencies:
    from scipy.linalg import eigh

    return Frequencies(np.sqrt(eigh(k, c, eigvals_only=True)))
