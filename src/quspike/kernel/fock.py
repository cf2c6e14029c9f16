"""Fock algebra on Hermitian matrices that are stored as one real matrix.

    ρ = S + iA,  S = Sᵀ, A = −Aᵀ   →   R = S + A,         so that Tr ρ² = ΣR² and Tr ρO = Σ R_ρ R_O
    −i[H, ρ]                        →   −[H_s, Rᵀ] + [H_a, R],  H = H_s + iH_a

R holds the N² real numbers of ρ and nothing else. Ladder operators are bands, applied by shifting rows: no product.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

REACH = 2  # rows of zeros above and below a matrix whose rows are shifted: the furthest band


class Band(NamedTuple):
    """⟨m+k|H|m⟩ for m = 0 … N−1 (N,), zero where m + k is beyond the last level: the k-th band below the diagonal."""

    real: Array
    imag: Array


class Moments(NamedTuple):
    """⟨a⟩, ⟨a²⟩ and ⟨a†a²⟩ (complex), ⟨a†a⟩ (real) of one state."""

    a: Array
    aa: Array
    adaa: Array
    number: Array


def once(arrays):
    """The same arrays, computed once: fused into its users, each of them would be computed again in every one."""
    return jax.lax.optimization_barrier(arrays)


def pack(rho):
    """R = Re ρ + Im ρ of a Hermitian (N, N) matrix."""
    return jnp.real(rho) + jnp.imag(rho)


def unpack(packed):
    """ρ = (R + Rᵀ)/2 + i(R − Rᵀ)/2, for any leading axes (…, N, N)."""
    other = jnp.swapaxes(packed, -1, -2)
    return 0.5 * (packed + other) + 0.5j * (packed - other)


def lowering(levels: int, power: int = 1) -> np.ndarray:
    """⟨m|a^k|m+k⟩ = √((m+1)…(m+k)) (N,), zero in the last k levels: a^k as a band."""
    m = np.arange(levels, dtype=float)
    band = np.sqrt(np.prod([m + j for j in range(1, power + 1)], axis=0))
    band[levels - power :] = 0.0
    return band


def banded_commutator(diagonal, bands: tuple[Band, ...], packed: Array) -> Array:
    """−i[H, ρ], packed, for H with a real diagonal (N,) and bands k = 1, 2 … (at most REACH)."""
    levels = packed.shape[0]
    rows, columns = _halo(packed), _halo(packed.T)
    from_columns, from_rows = -diagonal[:, None] * packed.T, diagonal[:, None] * packed
    for k, band in enumerate(bands, 1):
        re, im = band.real[:, None], band.imag[:, None]
        re_up, im_up = jnp.pad(re[:-k], ((k, 0), (0, 0))), jnp.pad(im[:-k], ((k, 0), (0, 0)))
        above, below = _rows(rows, -k, levels), _rows(rows, k, levels)
        left, right = _rows(columns, -k, levels), _rows(columns, k, levels)
        from_columns = from_columns - re_up * left - re * right + im_up * above - im * below
        from_rows = from_rows + re_up * above + re * below + im_up * left - im * right
    from_columns, from_rows = once((from_columns, from_rows))
    return from_columns + from_rows.T


def dense_commutator(symmetric: Array, antisymmetric: Array, packed: Array) -> Array:
    """−i[H, ρ], packed, for H = H_s + iH_a of (N, N) real matrices."""
    symmetric, antisymmetric = once((symmetric, antisymmetric))
    columns = antisymmetric @ packed - symmetric @ packed.T
    rows = symmetric @ packed + antisymmetric @ packed.T
    return columns + rows.T


def damping(down, up, packed: Array) -> Array:
    """κ↓ 𝓓[a]ρ + κ↑ 𝓓[a†]ρ, packed; 𝓓[L]ρ = LρL† − ½{L†L, ρ}. The rates are in 1/s.

    In the truncated space a†|N−1⟩ = 0, so that the trace is kept exactly.
    """
    levels = packed.shape[0]
    root = lowering(levels)
    emitted, absorbed = np.arange(levels, dtype=float), root**2
    jump = np.outer(root, root)
    lost = 0.5 * down * np.add.outer(emitted, emitted) + 0.5 * up * np.add.outer(absorbed, absorbed)
    fallen = jnp.pad(packed[1:, 1:], ((0, 1), (0, 1)))
    risen = jnp.pad((jump * packed)[:-1, :-1], ((1, 0), (1, 0)))
    return down * jump * fallen + up * risen - lost * packed


def moments(packed: Array) -> Moments:
    """The low moments of a state: sums along its diagonal and its first two off-diagonals."""
    levels = packed.shape[0]
    number = jnp.arange(levels) * 1.0
    first, second = _off_diagonal(packed, 1), _off_diagonal(packed, 2)
    a, aa = lowering(levels)[:-1], lowering(levels, 2)[:-2]
    return Moments(
        jnp.sum(a * first),
        jnp.sum(aa * second),
        jnp.sum(number[:-1] * a * first),
        jnp.sum(number * jnp.diagonal(packed)),
    )


def expectation(packed: Array, observable: Array):
    """⟨O⟩ = Σ R_ρ R_O of a packed Hermitian observable."""
    return jnp.sum(packed * observable)


def _off_diagonal(packed: Array, k: int) -> Array:
    """ρ_{m+k, m} (N−k,), complex."""
    lower, upper = jnp.diagonal(packed, -k), jnp.diagonal(packed, k)
    return 0.5 * (lower + upper) + 0.5j * (lower - upper)


def _halo(matrix: Array) -> Array:
    """The matrix between rows of zeros, built once for all shifts."""
    return once(jnp.pad(matrix, ((REACH, REACH), (0, 0))))


def _rows(padded: Array, shift: int, levels: int) -> Array:
    """Row m + shift in the place of row m."""
    return jax.lax.slice_in_dim(padded, REACH + shift, REACH + shift + levels, axis=0)
