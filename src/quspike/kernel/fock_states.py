"""States of a mode in Fock space, packed (see `fock.py`), and the matrix elements of its displacements.

thermal Σ n̄ⁿ/(1+n̄)ⁿ⁺¹ |n⟩⟨n| · number |n⟩⟨n| · cat ∝ |α⟩ ± |−α⟩
⟨m|D(ξ)|n⟩ = √(n!/m!) ξ^{m−n} e^{−|ξ|²/2} L_n^{(m−n)}(|ξ|²),  m ≥ n   (Cahill & Glauber, Phys. Rev. 177, 1857 (1969))
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.scipy.special import gammaln


def thermal_state(levels: int, occupation) -> Array:
    """The thermal state of mean occupation n̄ (vacuum for 0), of unit trace in the levels kept; packed (N, N)."""
    ratio = occupation / (1 + occupation)
    weights = ratio ** jnp.arange(levels)
    return jnp.diag(weights / jnp.sum(weights))


def number_state(levels: int, n: int) -> Array:
    """|n⟩⟨n|, packed (N, N)."""
    return jnp.zeros((levels, levels)).at[n, n].set(1.0)


def cat_state(levels: int, alpha, parity: str) -> Array:
    """The even or odd superposition of |α⟩ and |−α⟩, of unit norm in the levels kept; packed (N, N)."""
    psi = cat_amplitudes(levels, alpha, parity)
    rho = jnp.outer(psi, psi.conj())
    return rho.real + rho.imag


def cat_amplitudes(levels: int, alpha, parity: str) -> Array:
    """The same as ψ (N,), complex."""
    n = np.arange(levels)
    kept = n % 2 == (0 if parity == "even" else 1)
    alpha = jnp.asarray(alpha, dtype=complex)
    size = jnp.maximum(jnp.abs(alpha), 1e-150)
    logarithm = n * jnp.log(size) - 0.5 * gammaln(n + 1.0)
    amplitude = jnp.where(kept, jnp.exp(logarithm - jnp.max(jnp.where(kept, logarithm, -jnp.inf))), 0.0)
    return amplitude / jnp.linalg.norm(amplitude) * jnp.exp(1j * n * jnp.angle(alpha))


def displacement_elements(levels: int, size) -> Array:
    """|ξ| = size ≥ 0: √(n!/m!) |ξ|^{m−n} e^{−|ξ|²/2} L_n^{(m−n)}(|ξ|²) for m ≥ n, mirrored above the diagonal; (N, N).

    Multiply by the phase of ξ^{m−n} (below the diagonal) and of (−ξ*)^{n−m} (above it) to have ⟨m|D(ξ)|n⟩.
    """
    difference = np.subtract.outer(np.arange(levels), np.arange(levels))
    laguerre = _laguerre(levels, size**2)  # [n, d] = L_n^{(d)}
    lower = np.minimum.outer(np.arange(levels), np.arange(levels))
    gap = np.abs(difference)
    scale = 0.5 * (gammaln(lower + 1.0) - gammaln(lower + gap + 1.0)) + gap * jnp.log(jnp.maximum(size, 1e-150))
    return jnp.exp(scale - 0.5 * size**2) * laguerre[lower, gap]


def _laguerre(levels: int, x) -> Array:
    """L_n^{(d)}(x) for n, d = 0 … N−1 by recurrence in n: (n+1)L_{n+1} = (2n+1+d−x)L_n − (n+d)L_{n−1}."""
    d = jnp.arange(levels) * 1.0

    def next_row(pair, n):
        before, last = pair
        return (last, ((2 * n + 1 + d - x) * last - (n + d) * before) / (n + 1)), last

    _, rows = jax.lax.scan(next_row, (jnp.zeros(levels), jnp.ones(levels)), jnp.arange(levels) * 1.0)
    return rows
