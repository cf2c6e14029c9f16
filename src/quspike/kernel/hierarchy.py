"""Hierarchical equations of motion on packed matrices: a mode, its flux on a grid, and lines of exponential memory.

    dρ_n/dt = −i[H, ρ_n] − Γ_n ρ_n − i[Q, Y_n] + (λ/s_0) √n_0 {Q̇, ρ_{n−0}}          Γ_n = Σ_k n_k ν_k
              + iω0 (λ/s_0)² √(n_0(n_0 − 1)) [(dQ/dX)², ρ_{n−0−0}]
    Y_n = Σ_k s_k √(n_k + 1) ρ_{n+k} + Σ_k (c_k/s_k) √n_k ρ_{n−k},                  s_k = √|c_k|

of a line of J(ω) = 2λγω/(γ² + ω²) whose noise is Σ c_k e^{−ν_k t}, ν_0 = γ; n counts its exponents, ρ_0 is the state,
and the scale s_k leaves all ρ_n alike in size (Tanimura & Kubo, J. Phys. Soc. Jpn. 58, 101 (1989); Shi et al., J. Chem.
Phys. 130, 084105 (2009)). It is the usual hierarchy with the line's answer integrated by parts: to the motion of Q,

    −λγ∫e^{−γ(t−s)}{Q(s), ·}ds = −λ{Q(t), ·} + λ∫e^{−γ(t−s)}{Q̇(s), ·}ds.

The first term is the counter-term's and takes it away. So all ρ_n but the first are zero where the line follows Q,
however strongly it is coupled; what is left to count is smaller by ω0/γ, and stays stable where the usual one does not.
Σ_n ρ_n z^n/n! of the usual ones is e^{−λz{Q, ·}} of these. Q and Q̇ do not commute, and where Q is bent [Q, [Q, H]] =
−2ω0(dQ/dX)² is no number: hence the second line above, for two lines with the product of their slopes and twice.

Everything is kept on the eigenvectors of X = a + a† in N Fock levels (a discrete-variable representation), where Q and
every potential are diagonal: no function of the flux costs a product. All rates are real, so every ρ_n is Hermitian
and is stored as one real matrix (`fock.py`), on which −i[V, ρ] is ((V_i − V_j) ρ_ij)ᵀ for a diagonal V, and {−iA, ρ} is
−(Aρᵀ + ρᵀA) for an antisymmetric A.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations_with_replacement
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.errors import InputError


@dataclass(frozen=True)
class Layout:
    """Which ρ_n a hierarchy has: counts n (K, M), the rows of n + e_k and n − e_k (K, M), K where there is none."""

    counts: np.ndarray = field(repr=False)
    above: np.ndarray = field(repr=False)
    below: np.ndarray = field(repr=False)

    @property
    def size(self) -> int:
        """K, the number of matrices."""
        return len(self.counts)

    @property
    def tier(self) -> np.ndarray:
        """|n| (K,)."""
        return self.counts.sum(axis=1)

    def two_below(self, i: int, j: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Rows n that have an n − e_i − e_j, the rows of that, and 2√(n_i n_j); √(n_i(n_i − 1)) where i = j."""
        taken = np.zeros(self.counts.shape[1], dtype=int)
        np.add.at(taken, [i, j], 1)
        rows = np.flatnonzero(np.all(self.counts >= taken, axis=1))
        n = self.counts[rows]
        often = np.sqrt(n[:, i] * (n[:, i] - 1)) if i == j else 2 * np.sqrt(n[:, i] * n[:, j])
        return rows, self.below[self.below[rows, i], j], often


class Grid(NamedTuple):
    """N Fock levels on the eigenvectors of X: points x (N,), vectors (N, N) [level, point], a†a + ½ and P (N, N).

    `momentum` is the antisymmetric A of P = −iA, and `kinetic` P².
    """

    x: np.ndarray
    vectors: np.ndarray
    energy: np.ndarray
    momentum: np.ndarray


class Line(NamedTuple):
    """One line on the grid: Q and dQ/dX (N,), Q̇ = v − iA as its diagonal (N,) and A (N, N) in 1/s, its coefficients.

    above, below (K, M): s_k √(n_k + 1) and (c_k/s_k) √n_k of its own exponents, which are the columns from `first`;
    answer: λ/s_0. bent: whether dQ/dX depends on X.
    """

    coupling: Array
    slope: Array
    velocity: Array
    motion: Array
    above: Array
    below: Array
    answer: Array
    first: int
    bent: bool


def hierarchy_layout(exponents: int, depth: int) -> Layout:
    """All ρ_n with |n| ≤ depth, as QuTiP's `HierarchyADOs` lists them.

    Raises InputError without QuTiP, naming the extra that brings it.
    """
    require_qutip()
    return _layout(exponents, depth)


def require_qutip() -> None:
    """Refuse to go on without QuTiP."""
    try:
        import qutip.solver.heom  # noqa: F401
    except ImportError:
        remedy = "needs QuTiP: pip install quspike[heom]"
        raise InputError("method", "heom", remedy) from None


@lru_cache(maxsize=32)
def _layout(exponents: int, depth: int) -> Layout:
    import qutip
    from qutip.solver.heom import BathExponent, HierarchyADOs

    bare = [BathExponent("R", None, qutip.qeye(1), 0.0, 0.0) for _ in range(exponents)]
    ados = HierarchyADOs(bare, max_depth=depth)
    size = len(ados.labels)

    def row(label: Any) -> int:
        return size if label is None else ados.idx(label)

    above = [[row(ados.next(label, k)) for k in range(exponents)] for label in ados.labels]
    below = [[row(ados.prev(label, k)) for k in range(exponents)] for label in ados.labels]
    return Layout(np.array(ados.labels), np.array(above), np.array(below))


@lru_cache(maxsize=32)
def flux_grid(levels: int) -> Grid:
    """The grid of N levels."""
    root = np.sqrt(np.arange(1.0, levels))
    x, vectors = np.linalg.eigh(np.diag(root, 1) + np.diag(root, -1))
    energy = vectors.T @ np.diag(np.arange(levels) + 0.5) @ vectors
    lowered = np.diag(root, 1)
    momentum = vectors.T @ (lowered - lowered.T) @ vectors
    return Grid(x, vectors, energy, momentum)


def line_coefficients(
    layout: Layout, first: int, coupling: Array, rates: Array, noise: Array
) -> tuple[Array, Array, Array]:
    """`above`, `below` and `answer` of a line of coupling λ (1/s), ν_k and c_k (M,), at the columns from `first`."""
    scale = jnp.sqrt(jnp.abs(noise))
    counts = layout.counts[:, first : first + len(rates)]
    return scale * np.sqrt(counts + 1.0), noise / scale * np.sqrt(counts), coupling / scale[0]


def pull(layout: Layout, line: Line, stack: Array) -> Array:
    """Y_0 of one line, packed (N, N): Tr(Q_x Y_0) is the force with which its memory answers."""
    rows = layout.above[0, line.first : line.first + line.above.shape[1]]
    return jnp.tensordot(line.above[0], stack[rows], axes=1)


def hierarchy_flow(
    layout: Layout, grid: Grid, omega, decay: Array, potential: Array, lines: tuple[Line, ...], stack: Array
) -> Array:
    """d/dt of the packed stack (K, N, N), 1/s. omega: ω0. decay: Γ_n (K,). potential: (N,) beyond ω0(a†a + ½), 1/s."""
    padded = jnp.concatenate([stack, jnp.zeros_like(stack[:1])])
    turned = omega * (jnp.matmul(grid.energy, stack) - jnp.matmul(stack, grid.energy))
    turned = turned + _difference(potential) * stack
    flow = -decay[:, None, None] * stack
    for line in lines:
        columns = range(line.first, line.first + line.above.shape[1])
        near = [line.above[:, i, None, None] * padded[layout.above[:, k]] for i, k in enumerate(columns)]
        near += [line.below[:, i, None, None] * padded[layout.below[:, k]] for i, k in enumerate(columns)]
        turned = turned + _difference(line.coupling) * sum(near)
        rows = np.flatnonzero(layout.counts[:, line.first])
        often = np.sqrt(layout.counts[rows, line.first])[:, None, None]
        driven = line.answer * often * stack[layout.below[rows, line.first]]
        turned = turned.at[rows].add(jnp.matmul(driven, line.motion) + jnp.matmul(line.motion, driven))
        flow = flow.at[rows].add((line.velocity[:, None] + line.velocity[None, :]) * driven)
    for first, second in combinations_with_replacement(lines, 2):
        if first.bent or second.bent:
            rows, sources, often = layout.two_below(first.first, second.first)
            size = omega * first.answer * second.answer * often[:, None, None]
            turned = turned.at[rows].add(-size * _difference(first.slope * second.slope) * stack[sources])
    return jnp.swapaxes(turned, 1, 2) + flow


def _difference(values: Array) -> Array:
    """v_i − v_j (N, N)."""
    return values[:, None] - values[None, :]
