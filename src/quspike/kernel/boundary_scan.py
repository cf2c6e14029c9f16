"""A coordinate and the lines at its end through many steps: variational, so symplectic, of fourth order, and closed.

    δ Σ_steps { ∫ [½ C φ̇² − U(φ) + I φ − Q_g φ̇] ds + S_lines[F(φ)] } = 0

over paths that are parabolas in each step, φ(s) = Σ_j φ_j ℓ_j(s/h), with the lines' own action exact for the parabola
F(s) = Σ_j F_j ℓ_j. The charges at both ends, and what must vanish in the middle, are the derivatives by φ_0, φ_2, φ_1:

    −q(0), 0, q(h) = (C/h) Σ_j D_ij φ_j + h w_i (I_i − U′_i) − Σ_j G_ij Q_g,j − Σ_lines F′_i ∫ ℓ_i i_0 ds

Energy has no drift, and a step must resolve the circuit but not its lines (`boundary_step.py`). Columns are what is
carried together: one mean, the rows of a propagator, or the trajectories of an ensemble.
Marsden & West, Acta Numerica 10, 357 (2001), for variational integrators.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from quspike.kernel.boundary_step import BoundaryTables

Array = Any
KINETIC = np.array([[7.0, -8.0, 1.0], [-8.0, 16.0, -8.0], [1.0, -8.0, 7.0]]) / 3  # D_ij = ∫ℓ_i′ ℓ_j′
WEIGHTS = np.array([1.0, 4.0, 1.0]) / 6  # w_i = ∫ℓ_i: Simpson's
GATE = np.array([[-3.0, -4.0, 1.0], [4.0, 0.0, -4.0], [-1.0, 4.0, 3.0]]) / 6  # G_ij = ∫ℓ_i′ ℓ_j
FIRST_HALF = np.array([[-6.0, 7.0, -1.0], [-7.0, 6.0, 1.0], [1.0, -1.0, 0.0]]) / 12  # ∫_0^½ ℓ_i ℓ_j′


class Columns(NamedTuple):
    """φ [Wb] and q [C] of the circuit (K,), and b of its lines, real then imaginary parts (E, 2N, K) [V]."""

    phi: Array
    charge: Array
    lines: Array


class Coupling(NamedTuple):
    """How the lines hang on the coordinate in one step, F_j − F_0 = Σ_k path_jk (φ_k − φ_0) + slip_j φ_0, j, k = 1, 2.

    slope : F′ at the three nodes (E, 3). path : (E, 2, 2). slip : (E, 2). stiffness : U″ at the nodes (3,) [1/H].
    """

    slope: Array
    path: Array
    slip: Array
    stiffness: Array


class Push(NamedTuple):
    """I [A] and Q_g [C] at the three nodes of one step (3,)."""

    current: Array
    gate: Array


Move = Callable[[Array, Array, Any, Array, Any], tuple[Array, Array, Array, Any, Any]]


def scan_steps(state: Columns, carry: Any, tables: BoundaryTables, inputs: Any, move: Move) -> tuple[Columns, Any, Any]:
    """n equal steps; what they leave in the lines is added at the end.

    move(φ, q, carry, P, input) gives φ, q and F_j − F_0 (E, 2, K) at its end, the carry, and a record; P (E, r, K) are
    the integrals of the lines' current over ℓ_i, and the current at the start, without what the step itself does.
    inputs : a pytree with a leading axis n. Returns the last columns and carry, and the records, stacked.
    """
    n, elements, columns = tables.history.shape[0], state.lines.shape[0], state.phi.shape[0]
    free = jnp.einsum("erm,emk->erk", tables.free, state.lines)
    free = jnp.swapaxes(free.reshape(elements, n, -1, columns), 0, 1)

    def body(now, given):
        phi, charge, carry, past = now
        k, alone, history, step_input = given
        felt = alone + jnp.einsum("leij,lejk->eik", history, past)
        phi, charge, moved, carry, record = move(phi, charge, carry, felt, step_input)
        return (phi, charge, carry, past.at[k].set(moved)), record

    start = (state.phi, state.charge, carry, jnp.zeros((n, elements, 2, columns)))
    given = (jnp.arange(n), free, tables.history, inputs)
    (phi, charge, carry, past), records = jax.lax.scan(body, start, given)
    left = jnp.einsum("emj,ejk->emk", tables.emit, jnp.swapaxes(past, 0, 1).reshape(elements, -1, columns))
    return Columns(phi, charge, turned(state.lines, tables) + left), carry, records


def turned(lines: Array, tables: BoundaryTables) -> Array:
    """b e^{iωnh}."""
    re, im = jnp.split(lines, 2, axis=1)
    cos, sin = tables.cos[..., None], tables.sin[..., None]
    return jnp.concatenate([cos * re - sin * im, sin * re + cos * im], axis=1)


def linear_step(
    capacitance: Array, h: Array, inner: Array, coupling: Coupling, push: Push, felt: Array, phi: Array, charge: Array
) -> tuple[Array, Array, Array]:
    """φ_1 − φ_0 and φ_2 − φ_0 (2, K), q at the end (K,), F_1 − F_0 and F_2 − F_0 (E, 2, K) of a linear circuit.

    inner (E, r, 2) and P = `felt` (E, r, K) of `BoundaryTables`.
    """
    own = inner[:, :3] * coupling.slope[:, :, None]  # (E, 3, 2): F′_i K_ij
    rows = capacitance / h * KINETIC[:, 1:] - jnp.einsum("eij,ejk->ik", own, coupling.path)
    rows = rows.at[jnp.arange(1, 3), jnp.arange(2)].add(-h * WEIGHTS[1:] * coupling.stiffness[1:])
    pushed = h * WEIGHTS * push.current - GATE @ push.gate
    held = h * WEIGHTS * coupling.stiffness + jnp.einsum("eij,ej->i", own, coupling.slip)
    given = pushed[:, None] - held[:, None] * phi - jnp.einsum("ei,eik->ik", coupling.slope, felt[:, :3])
    given = given.at[0].add(charge)
    u = -solve_two(rows[:2], given[:2])
    moved = jnp.einsum("ejk,kc->ejc", coupling.path, u) + coupling.slip[:, :, None] * phi
    return u, rows[2] @ u + given[2], moved


def solve_two(matrix: Array, right: Array) -> Array:
    """x of a 2 × 2 system (2, 2) x = (2, …)."""
    (a, b), (c, d) = matrix
    first, second = right
    return jnp.stack([d * first - b * second, a * second - c * first]) / (a * d - b * c)


def straight(slope: Array, stiffness: Array) -> Coupling:
    """F = λ(t) φ, from λ at the nodes (E, 3) and U″ (3,)."""
    path = jnp.zeros((slope.shape[0], 2, 2)).at[:, jnp.arange(2), jnp.arange(2)].set(slope[:, 1:])
    return Coupling(slope, path, slope[:, 1:] - slope[:, :1], stiffness)


def along(slope: Array, stiffness: Array) -> Coupling:
    """dF = λ dφ along the path, from λ at the nodes (E, 3) and U″ (3,)."""
    whole = GATE.T  # ∫_0^1 ℓ_i ℓ_j′
    path = jnp.stack([slope @ FIRST_HALF[:, 1:], slope @ whole[:, 1:]], axis=1)
    return Coupling(slope, path, jnp.zeros_like(slope[:, 1:]), stiffness)
