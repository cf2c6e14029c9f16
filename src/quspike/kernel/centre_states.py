"""States on centre and difference: Gaussian ones, oscillator states, and the way back to a density matrix.

x/ℓ = (aξ + bη/2)/ℓ and y/ℓ are the oscillator's coordinates, ℓ = √2 φ_zpf; in its vacuum's own frame a = φ_zpf,
b = 2φ_zpf, so that x/ℓ = (ξ + η)/√2.
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.kernel.centre_difference import Frame, mirror
from quspike.kernel.hermite_grid import HermiteGrid, hermite_functions, hermite_grid

SPARE = 8  # points of a quadrature beyond the levels it is for


def gaussian_state(grid: HermiteGrid) -> Array:
    """The state whose standard deviations are the frame's own: e^{−ξ²/2−η²/2}/√2π."""
    wave = np.exp(-0.5 * grid.points**2) * grid.root_weights
    return jnp.asarray(np.outer(wave, wave) / np.sqrt(2 * np.pi))


def number_state(grid: HermiteGrid, n: int) -> Array:
    """|n⟩⟨n| in the vacuum's frame."""
    return _pure(grid, hermite_functions(n + 1, _vacuum_arguments(grid))[n])


def cat_state(grid: HermiteGrid, alpha, parity: str) -> Array:
    """∝ |α⟩ ± |−α⟩ in the vacuum's frame."""
    alpha = jnp.asarray(alpha, dtype=complex)
    u = _vacuum_arguments(grid)
    sign = 1.0 if parity == "even" else -1.0
    wave = _coherent_wave(u, alpha) + sign * _coherent_wave(u, -alpha)
    return _pure(grid, wave) / (2 * (1 + sign * jnp.exp(-2 * jnp.abs(alpha) ** 2)))


def charge_replaced(grid: HermiteGrid, packed: Array) -> Array:
    """ρ(φ) kept, the charge a Gaussian one without correlation: what stands at η = 0, times e^{−η²/2}."""
    wave = np.exp(-0.5 * grid.points**2) * grid.root_weights
    return jnp.outer(packed @ grid.at_zero, wave)


def flux_smeared(grid: HermiteGrid, packed: Array, std) -> tuple[Array, Array]:
    """ρ after a convolution over ξ with a Gaussian of this width, on a frame that is wider by the factor returned."""
    squares, vectors = _derivative_modes(grid)
    smeared = vectors @ (jnp.exp(0.5 * std**2 * squares)[:, None] * (vectors.T @ packed))
    seen = smeared @ grid.at_zero
    factor = jnp.sqrt((grid.second @ seen) / (grid.integral @ seen))
    stretched = hermite_functions(len(grid.points), factor * grid.points).T * grid.root_weights[:, None]
    return factor * (stretched @ (grid.transform.T @ smeared)), factor


def fock_matrix(grid: HermiteGrid, frame: Frame, packed: Array, length, levels: int) -> Array:
    """⟨m|ρ|n⟩ about the mean for m, n < levels, of an oscillator of this ℓ (Wb); complex (levels, levels).

    The chirp is kept. A projection of a positive ρ is positive, whatever is left out.
    """
    other = hermite_grid(levels + SPARE)
    u = other.points[:, None] * length
    xi, eta = 0.5 * (u + u.T) / frame.width, (u - u.T) / frame.reach
    coefficients = grid.transform.T @ packed @ grid.transform
    rows, columns = hermite_functions(len(grid.points), xi), hermite_functions(len(grid.points), eta)
    signs = (-1.0) ** np.arange(len(grid.points))
    even = jnp.einsum("jxy,jk,kxy->xy", rows, coefficients * (signs > 0), columns, optimize="optimal")
    odd = jnp.einsum("jxy,jk,kxy->xy", rows, coefficients * (signs < 0), columns, optimize="optimal")
    values = (even + 1j * odd) * jnp.exp(1j * frame.chirp * xi * eta) / frame.width
    weighted = values * np.outer(other.root_weights, other.root_weights) * length
    project = other.transform[:, :levels]
    return project.T @ weighted @ project


def _vacuum_arguments(grid: HermiteGrid) -> np.ndarray:
    return (grid.points[:, None] + grid.points) / np.sqrt(2)


def _pure(grid: HermiteGrid, wave) -> Array:
    """ψ(x)ψ*(y) from ψ at x/ℓ; a/ℓ = 1/√2."""
    values = wave * jnp.conj(mirror(wave)) / np.sqrt(2)
    return (jnp.real(values) + jnp.imag(values)) * np.outer(grid.root_weights, grid.root_weights)


def _coherent_wave(u, alpha):
    """⟨u|α⟩ = π^{−1/4} exp[−½(u − √2 Re α)² + i√2 Im α u − i Re α Im α]."""
    root = np.sqrt(2)
    real = -0.5 * (u - root * alpha.real) ** 2
    return jnp.pi**-0.25 * jnp.exp(real + 1j * (root * alpha.imag * u - alpha.real * alpha.imag))


def _derivative_modes(grid: HermiteGrid) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues (≤ 0) and vectors of d²/dξ²."""
    squares, vectors = np.linalg.eigh(grid.derivative @ grid.derivative)
    return squares, vectors
