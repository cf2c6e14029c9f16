"""Functions of X = a + a†, and their products with P = −i(a − a†), between number states: integrals, no products.

    ⟨m|f(X̂)|n⟩ = ∫ψ_m f ψ_n dX,      ⟨m|½{f(X̂), P̂}|n⟩ = −½i ∫f (ψ_m ψ̇_n − ψ̇_m ψ_n) dX,   ψ̇_n = (a − a†)ψ_n

on Gauss–Hermite points, as far beyond the levels as `secular_jumps.ROOM` goes.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.kernel.hermite_grid import hermite_grid
from quspike.kernel.secular_jumps import ROOM


class Positions(NamedTuple):
    """X (Q,), and at each the number states and (a − a†) of them, times roots of weights; (Q, N) each."""

    points: np.ndarray
    here: np.ndarray
    slopes: np.ndarray


def positions(levels: int) -> Positions:
    """For matrices of so many levels."""
    grid = hermite_grid(levels + ROOM)
    basis, root = grid.transform[:, : levels + 1], np.sqrt(np.arange(1, levels + 1))
    slopes = -basis[:, 1:] * root
    slopes[:, 1:] += basis[:, : levels - 1] * root[:-1]
    return Positions(np.sqrt(2) * grid.points, basis[:, :levels], slopes)


def of_position(at: Positions, values: Array) -> Array:
    """⟨m|f(X̂)|n⟩ (N, N) of f at the points; real and symmetric."""
    return jnp.asarray(at.here.T @ (values[:, None] * at.here))


def with_momentum(at: Positions, values: Array) -> Array:
    """A (N, N), real and antisymmetric: ½{f(X̂), P̂} = −iA."""
    product = at.here.T @ (values[:, None] * at.slopes)
    return jnp.asarray(0.5 * (product - product.T))
