"""What a line tied to G(X̂) does to an oscillator that it hardly damps: one jump for each number of quanta.

    e^{iθn̂} G(X̂) e^{−iθn̂} = G(ae^{−iθ} + a†e^{iθ}) = Σ_k e^{−ikθ} G_k,      G_k† = G_−k, G_k lowers n by k
    dρ/dt = Γ_0 𝓓[G_0]ρ + Σ_{k≥1} (Γ_k 𝓓[G_k] + Γ_−k 𝓓[G_k†])ρ

In the frame D(s), s = |s|e^{iβ}, G_k is that of G(X̂_θ + A cos(θ − β)), A = 2|s|: an average over the carrier, and no
product of truncated matrices. Turned by β its elements are real, ⟨m|G_k|n⟩ = ∫dψ/2π cos (k+m−n)ψ ⟨m|G(X̂ + A cos ψ)|n⟩.
"""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.kernel.displaced import Turn, phase_table
from quspike.kernel.fock import Band, banded_commutator, lowering, moments, once
from quspike.kernel.hermite_grid import hermite_grid

ROOM = 48  # points of the grid beyond the levels: 5e-9 of G for a law that switches within φ_zpf/2, at 32 levels
SPARE = 24  # harmonics of the carrier beyond those that are used, before the sum over its phase aliases


def position_basis(levels: int) -> tuple[np.ndarray, np.ndarray]:
    """X = a + a† at points (Q,), and the number states there times roots of weights (Q, N)."""
    grid = hermite_grid(levels + ROOM)
    return np.sqrt(2) * grid.points, grid.transform[:, :levels]


def densities(packed: Array) -> tuple[Array, Array, Array]:
    """Points X (Q,), and there the probability and ½{|X⟩⟨X|, P̂}, P = −i(a − a†), of one state (Q,) each."""
    levels = packed.shape[0]
    grid = hermite_grid(levels + ROOM)
    basis, root = grid.transform[:, : levels + 1], np.sqrt(np.arange(1, levels + 1))
    slope = np.zeros((len(basis), levels))  # of the number states: (a − a†)|n⟩ = √n |n−1⟩ − √(n+1) |n+1⟩
    slope[:, 1:] += basis[:, : levels - 1] * root[:-1]
    slope -= basis[:, 1:] * root
    here = basis[:, :levels]
    imaginary = 0.5 * (packed - packed.T)
    probability = jnp.sum((here @ packed) * here, axis=1)
    return np.sqrt(2) * jnp.asarray(grid.points), probability, jnp.sum((slope @ imaginary) * here, axis=1)


def jump_elements(levels: int, most: int, coupling: Callable[[Array], Array], amplitude) -> Array:
    """⟨m|G_k|n⟩, k = 0 … most, of G(X̂ + A cos ψ); (most + 1, N, N), real. coupling : G at X of any shape."""
    points, basis = position_basis(levels)
    waves = most + levels  # |k + m − n| is below
    phases = waves + SPARE
    psi = (np.arange(phases) + 0.5) * np.pi / phases
    values = coupling(points + amplitude * np.cos(psi)[:, None])
    harmonics = once((np.cos(np.outer(np.arange(waves), psi)) / phases) @ values)
    products = (basis[:, :, None] * basis[:, None, :]).reshape(len(points), -1)
    elements = once(harmonics @ products).reshape(waves, levels, levels)
    row, column = np.arange(levels)[:, None], np.arange(levels)
    wave = np.abs(np.arange(most + 1)[:, None, None] + row - column)
    return once(elements[wave, row, column])


def weighted(elements: Array, down: Array, up: Array) -> Array:
    """All jumps with the roots of their rates (2K + 1, N, N). down, up : Γ_k, Γ_−k for k = 0 … K, up[0] is not used."""
    rising = jnp.swapaxes(elements[1:], 1, 2) * jnp.sqrt(up[1:])[:, None, None]
    return once(jnp.concatenate([elements * jnp.sqrt(down)[:, None, None], rising]))


def lindblad(jumps: Array, packed: Array) -> Array:
    """Σ (J R Jᵀ − ½{JᵀJ, R}) of real jumps (K, N, N), packed; the trace is kept exactly in any truncated space."""
    levels = packed.shape[0]
    tall = jumps.reshape(-1, levels)
    moved = once((tall @ packed).reshape(jumps.shape))
    lost = 0.5 * once(tall.T @ tall)
    return jnp.einsum("kmj,knj->mn", moved, jumps) - lost @ packed - packed @ lost


def turned(packed: Array, angle) -> Array:
    """e^{−iθn̂} ρ e^{iθn̂}, packed."""
    even, odd = phase_table(packed.shape[0], angle)
    return packed * even - packed.T * odd


def activity(jumps: Array, packed: Array) -> Array:
    """Tr(J†Jρ) of each jump (K,), 1/s."""
    levels = packed.shape[0]
    moved = (jumps.reshape(-1, levels) @ packed).reshape(jumps.shape)
    return jnp.sum(moved * jumps, axis=(1, 2))


def recentred(packed: Array, rate: Array) -> Turn:
    """g = Tr(a dρ/dt) and dρ/dt − [g a† − g* a, ρ] of a packed rate dρ/dt: the frame takes the motion of the mean."""
    drift = moments(rate).a
    root = lowering(packed.shape[0])
    band = Band(drift.imag * root, -drift.real * root)
    return Turn(drift, rate + banded_commutator(jnp.zeros(packed.shape[0]), (band,), packed))
