"""Functions of each coordinate in the mean field of the others, of which products are made.

    H = Σ_k own_k + Σ_t (c_t Π_k O_tk + h.c.),        h_k = own_k + Σ_t (c_t O_tk Π_{l≠k}⟨O_tl⟩ + h.c.)

The lowest eigenfunctions of h_k keep separate what is nearly separable. What h_k is matters for how many of them are
needed, and never for what the levels are: H is exact between them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from quspike.quantize.spectrum.axes import Axis, ChargeAxis, FluxAxis, FockAxis, exponential
from quspike.quantize.spectrum.phases import DECOUPLED, Phases

ROUNDS = 8  # of the self-consistent field; what is left of its error costs nothing but functions
SIGN = 0.3  # of its largest value: the last such value of a function is made positive
ROUNDING = 1e-12  # of a matrix, relative


@dataclass(frozen=True)
class Term:
    """`c Π_k O_k + h.c.`. factors : operator by coordinate; one on those left out. least : their values where the
    potential is least.
    """

    coefficient: complex
    factors: Mapping[int, np.ndarray]
    least: Mapping[int, complex]


@dataclass(frozen=True)
class Functions:
    """Functions of one coordinate. energies : (n,) [E0]. states : over the axis's primitive basis (size, n)."""

    axis: Axis
    energies: np.ndarray
    states: np.ndarray

    def of(self, operator: np.ndarray) -> np.ndarray:
        """An operator between these functions (n, n)."""
        return self.states.conj().T @ operator @ self.states


def axes_of(h: Phases, counts: Sequence[int], margin: float) -> list[Axis]:
    """A primitive basis for each coordinate in which `counts` functions are well represented, the better the larger
    the margin (1: a few digits; 2: all).
    """
    count = len(h.kinetic)
    periodic = [_charge_axis(h, k, counts[k], margin) for k in range(count)]
    return [*periodic, *(_extended_axis(h, k, counts[count + k], margin) for k in range(len(h.stiffness)))]


def _charge_axis(h: Phases, k: int, functions: int, margin: float) -> ChargeAxis:
    """Functions above the junctions are rotors, two of them an |N|; below, they are as wide as their energy allows."""
    kinetic = float(h.kinetic[k, k])
    inside = np.sqrt(4 * float(h.energies @ np.abs(h.periodic[:, k])) / kinetic)
    return ChargeAxis(kinetic, float(h.pairs[k]), float(inside + functions / 2 + 5 * margin))


def _extended_axis(h: Phases, k: int, functions: int, margin: float) -> Axis:
    """Fock where one well is all there is, `Σ b² E_J < κ`; a flux grid where junctions make several."""
    b, stiffness = h.extended[:, k], float(h.stiffness[k, k])
    bend = float(h.energies @ b**2)
    if bend < stiffness:
        return FockAxis(stiffness, float(np.sqrt(h.curvature[k])), int(functions * (1 + 0.5 * margin) + 12 * margin))
    height, frequency = 2 * float(h.energies[np.abs(b) > DECOUPLED].sum()), np.sqrt(stiffness)
    top = (functions + 12 * margin) * frequency + height
    step = np.pi / np.sqrt(2 * (top + 4 * margin * np.sqrt(stiffness + bend)))
    return FluxAxis(stiffness, float(step), int(2 * np.sqrt(2 * top) / frequency / step) + 2)


def terms_of(h: Phases, axes: Sequence[Axis]) -> list[Term]:
    """The junctions, those that see one coordinate in one term, and what couples coordinates in the other energies."""
    count, found, alone = len(h.kinetic), [], dict[int, list[tuple[complex, float]]]()
    for energy, phase, weights in zip(h.energies, h.offsets, np.hstack([h.periodic, h.extended]), strict=True):
        acting = [int(k) for k in np.flatnonzero(np.abs(weights) > DECOUPLED)]
        factor = -0.5 * energy * np.exp(1j * phase)
        if len(acting) == 1:
            alone.setdefault(acting[0], []).append((factor, float(weights[acting[0]])))
            continue
        factors = {k: exponential(axes[k], float(weights[k])) for k in acting}
        found.append(Term(factor, factors, {k: complex(np.exp(1j * weights[k] * h.least[k])) for k in acting}))
    for k, pairs in alone.items():
        coefficients, weights = zip(*pairs, strict=True)
        own = axes[k].exponentials(np.array(coefficients), np.array(weights))
        found.append(Term(0.5, {k: real_if_close(own + own.conj().T)}, {k: 0.0}))
    for matrix, first in ((h.kinetic, 0), (h.stiffness, count)):
        least = DECOUPLED * np.max(np.abs(matrix), initial=0.0)
        for i, j in combinations(range(len(matrix)), 2):
            if abs(matrix[i, j]) > least:
                pair = {k + first: axes[k + first].linear for k in (i, j)}
                places = {k: complex(h.least[k]) if first else 0.0 for k in pair}
                found.append(Term(0.5 * float(matrix[i, j]), pair, places))
    return found


def mean_field(axes: Sequence[Axis], terms: Sequence[Term], counts: Sequence[int]) -> list[Functions]:
    """`counts` functions of each coordinate, of least energy in the field of the others' lowest."""
    own = [axis.own for axis in axes]
    means = [dict(term.least) for term in terms]
    found: list[Functions] = []
    for _ in range(ROUNDS if len(axes) > 1 else 1):
        found = []
        for k, axis in enumerate(axes):
            field = own[k] + sum(_field(term, means[t], k) for t, term in enumerate(terms) if k in term.factors)
            found.append(_lowest(axis, field, counts[k]))
            lowest = found[-1].states[:, 0]
            for t, term in enumerate(terms):
                if k in term.factors:
                    means[t][k] = complex(lowest.conj() @ term.factors[k] @ lowest)
    return found


def _field(term: Term, means: Mapping[int, complex], k: int) -> np.ndarray:
    """What a term is to one coordinate."""
    others = term.coefficient * np.prod([mean for other, mean in means.items() if other != k])
    operator = others * term.factors[k]
    return operator + operator.conj().T


def _lowest(axis: Axis, field: np.ndarray, count: int) -> Functions:
    energies, states = np.linalg.eigh(real_if_close(field))
    last = np.argmax(np.abs(states[::-1]) > SIGN * np.max(np.abs(states), axis=0), axis=0)
    edge = states[len(states) - 1 - last, np.arange(len(energies))]
    return Functions(axis, energies[:count], (states * (np.abs(edge) / edge))[:, :count])


def real_if_close(matrix: np.ndarray) -> np.ndarray:
    """Without its imaginary part, if that is rounding."""
    if np.max(np.abs(matrix.imag), initial=0.0) <= ROUNDING * np.max(np.abs(matrix), initial=0.0):
        return np.ascontiguousarray(matrix.real)
    return matrix
