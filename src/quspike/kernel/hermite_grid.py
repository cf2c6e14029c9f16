"""A grid of Gauss–Hermite points, on which functions times a Gaussian are exact polynomials, and what is linear on it.

    f(ξ) = Σ_n c_n ψ_n(ξ),  ψ_n = H_n(ξ) e^{−ξ²/2}/√(2ⁿ n! √π),        f_i = √w_i f(ξ_i) = Σ_n T_in c_n,  T orthogonal

Values are kept times √w_i, so that sums of squares are integrals. ξ is diagonal on the points, the derivative one dense
antisymmetric matrix. Light, Hamilton & Lill, J. Chem. Phys. 82, 1400 (1985).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


@dataclass(frozen=True, eq=False)
class HermiteGrid:
    """N points. Vectors are functionals: their dot product with the values of f is the number.

    points : ξ_i (N,). root_weights : √w_i (N,). transform : T (N, N). derivative : d/dξ (N, N).
    stretch : ½(ξ d/dξ + d/dξ ξ) (N, N), antisymmetric.
    integral, first, second : ∫f dξ, ∫ξf dξ, ∫ξ²f dξ. at_zero, slope, curvature : f(0), f′(0), −f″(0); (N,) each.
    """

    points: np.ndarray
    root_weights: np.ndarray
    transform: np.ndarray
    derivative: np.ndarray
    stretch: np.ndarray
    integral: np.ndarray
    first: np.ndarray
    second: np.ndarray
    at_zero: np.ndarray
    slope: np.ndarray
    curvature: np.ndarray


@lru_cache(maxsize=32)
def hermite_grid(size: int) -> HermiteGrid:
    """The grid of N points: eigenvalues of ξ in the first N functions (Golub & Welsch, Math. Comp. 23, 221 (1969)).

    T comes from the functions themselves: the far points' eigenvectors begin below rounding, and lose their sign.
    """
    root = np.sqrt(np.arange(1, size) / 2)
    points = np.linalg.eigvalsh(np.diag(root, 1) + np.diag(root, -1))
    points = 0.5 * (points - points[::-1])  # symmetric to the last bit, as mirrored values have to be
    values = hermite_functions(size, points)
    root_weights = 1 / np.sqrt(np.sum(values**2, axis=0))
    transform = values.T * root_weights[:, None]
    derivative = transform @ (np.diag(root, 1) - np.diag(root, -1)) @ transform.T
    stretch = 0.5 * (points[:, None] * derivative + derivative * points)
    integral = transform @ _integrals(size)
    at_zero = transform @ hermite_functions(size, np.zeros(1))[:, 0]
    slope = derivative.T @ at_zero
    return HermiteGrid(
        points, root_weights, transform, derivative, stretch, integral, points * integral,
        points**2 * integral, at_zero, slope, -derivative.T @ slope,
    )  # fmt: skip


def hermite_functions(count: int, u) -> Any:
    """ψ_0 … ψ_{count−1} at u of any shape: (count, *u.shape); √(n+1) ψ_{n+1} = √2 u ψ_n − √n ψ_{n−1}.

    In numpy for an array of numpy: a grid is laid out once, outside of what is compiled.
    """
    if isinstance(u, np.ndarray):
        rows = [np.zeros_like(u), np.pi**-0.25 * np.exp(-0.5 * u**2)]
        for n in range(count - 1):
            rows.append(_next(n, u, rows[-1], rows[-2]))
        return np.stack(rows[1:])

    def step(carry, n):
        last, before = carry
        return (_next(n, u, last, before), last), last

    first = jnp.pi**-0.25 * jnp.exp(-0.5 * u**2)
    return jax.lax.scan(step, (first, jnp.zeros_like(first)), jnp.arange(count) * 1.0)[1]


def _next(n, u, last, before):
    return (np.sqrt(2.0) * u * last - n**0.5 * before) / (n + 1) ** 0.5


def _integrals(size: int) -> np.ndarray:
    """∫ψ_n dξ (N,): √2 π^{1/4} for n = 0, ∫ψ_{n+1} = √(n/(n+1)) ∫ψ_{n−1}, since ∫ψ_n′ = 0."""
    values = np.zeros(size)
    values[0] = np.sqrt(2) * np.pi**0.25
    for n in range(1, size - 1):
        values[n + 1] = np.sqrt(n / (n + 1)) * values[n - 1]
    return values
