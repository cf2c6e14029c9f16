"""One step of the Dormand–Prince 5(4) Runge–Kutta pair.

    y₁ = y₀ + h Σ b_i k_i,   k_i = f(t₀ + c_i h, y₀ + h Σ_{j<i} a_ij k_j)

Order 5; the difference to an embedded solution of order 4 estimates the local error.
Dormand & Prince, J. Comput. Appl. Math. 6, 19 (1980).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

ORDER = 5
C = (0.0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0)
A: tuple[tuple[float, ...], ...] = (
    (),
    (1 / 5,),
    (3 / 40, 9 / 40),
    (44 / 45, -56 / 15, 32 / 9),
    (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
    (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
)
B = (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84)
E = (71 / 57600, 0.0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40)  # b − b̂

State = Any  # a pytree of float64 arrays: one vector, or a density matrix beside a few numbers
Flow = Callable[[Array, State], State]


class Step(NamedTuple):
    """End state y₁, slopes at both ends, and the embedded error estimate, all of y's shape."""

    end: State
    slope_start: State
    slope_end: State
    error: State


def dopri5(f: Flow, t: Array, h: Array, y: State) -> Step:
    """Advance y from t to t + h (s) under dy/dt = f(t, y)."""
    k: list[State] = []
    for c, row in zip(C, A, strict=True):
        k.append(f(t + c * h, _moved(y, h, row, k) if row else y))
    end = _moved(y, h, B, k)
    k.append(f(t + h, end))
    error = jax.tree.map(lambda *slopes: h * _combine(E, slopes), *k)
    return Step(end, k[0], k[-1], error)


def dopri5_rolled(f: Flow, t: Array, h: Array, y: State) -> Step:
    """The same step with its stages in a loop: f is compiled once, not seven times; for rare steps and large states."""
    table = np.zeros((len(E), len(E)))
    for i, row in enumerate((*A, B)):
        table[i, : len(row)] = row
    rows, fractions = jnp.asarray(table), jnp.asarray([*C, 1.0])

    def stage(i, carry):
        k, _ = carry
        y_i = jax.tree.map(lambda u, slopes: u + h * sum(rows[i, j] * slopes[j] for j in range(len(B))), y, k)
        slope = f(t + fractions[i] * h, y_i)
        return jax.tree.map(lambda slopes, new: slopes.at[i].set(new), k, slope), y_i

    nothing = jax.tree.map(lambda u: jnp.zeros((len(E), *jnp.shape(u)), jnp.result_type(u)), y)
    k, end = jax.lax.fori_loop(0, len(E), stage, (nothing, y))
    first, last = jax.tree.map(lambda s: s[0], k), jax.tree.map(lambda s: s[-1], k)
    return Step(end, first, last, jax.tree.map(lambda slopes: h * _combine(E, slopes), k))


def _moved(y: State, h: Array, weights: tuple[float, ...], k: list[State]) -> State:
    return jax.tree.map(lambda u, *slopes: u + h * _combine(weights, slopes), y, *k)


def _combine(weights: tuple[float, ...], slopes: Sequence[Array] | Array) -> Array:
    total = weights[0] * slopes[0]
    for w, k in zip(weights[1:], slopes[1:], strict=True):
        if w:
            total = total + w * k
    return total
