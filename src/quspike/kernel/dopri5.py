"""One step of the Dormand–Prince 5(4) Runge–Kutta pair.

    y₁ = y₀ + h Σ b_i k_i,   k_i = f(t₀ + c_i h, y₀ + h Σ_{j<i} a_ij k_j)

Order 5; the difference to an embedded solution of order 4 estimates the local error.
Dormand & Prince, J. Comput. Appl. Math. 6, 19 (1980).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

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


class Step(NamedTuple):
    """End state y₁, slopes at both ends, and the embedded error estimate, all of y's shape."""

    end: Array
    slope_start: Array
    slope_end: Array
    error: Array


def dopri5(f: Callable[[Array, Array], Array], t: Array, h: Array, y: Array) -> Step:
    """Advance y (n,) from t to t + h (s) under dy/dt = f(t, y)."""
    k: list[Array] = []
    for c, row in zip(C, A, strict=True):
        k.append(f(t + c * h, y + h * _combine(row, k) if row else y))
    end = y + h * _combine(B, k)
    k.append(f(t + h, end))
    return Step(end, k[0], k[-1], h * _combine(E, k))


def _combine(weights: tuple[float, ...], slopes: list[Array]) -> Array:
    total = weights[0] * slopes[0]
    for w, k in zip(weights[1:], slopes[1:], strict=True):
        if w:
            total = total + w * k
    return total
