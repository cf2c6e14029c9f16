"""Algebra of matrices with a few rows, written out: a library call in every stage of a step would cost more."""

from __future__ import annotations

import jax.numpy as jnp
from jax import Array


def small_inverse(a: Array) -> Array:
    """a⁻¹ (n, n): by cofactors up to n = 3, by elimination beyond."""
    n = a.shape[-1]
    if n == 0 or n > 3:
        return jnp.linalg.inv(a) if n else a
    if n == 1:
        return 1 / a
    if n == 2:
        adjugate = jnp.array([[a[1, 1], -a[0, 1]], [-a[1, 0], a[0, 0]]])
        return adjugate / (a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0])
    cofactors = jnp.stack([jnp.cross(a[1], a[2]), jnp.cross(a[2], a[0]), jnp.cross(a[0], a[1])])
    return cofactors.T / (a[0] @ cofactors[0])


def small_product(a: Array, b: Array) -> Array:
    """a b (n, k)(k, m): as a sum that fuses with what is around it where the matrices are small."""
    if a.shape[0] * a.shape[1] * b.shape[1] > 512:
        return a @ b
    return jnp.sum(a[:, :, None] * b[None, :, :], axis=1)
