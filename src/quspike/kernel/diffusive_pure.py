"""A quadrature of an oscillator under continuous measurement, of a pure state: `diffusive.py`, with nothing lost.

    dψ = −k(X_θ − ⟨X_θ⟩)²ψ dt + √2k (X_θ − ⟨X_θ⟩)ψ dW,      dW = √η dW₁ + √(1−η) dW₂,      dy = ⟨X_θ⟩dt + dW₁/√(8kη)

What does not reach the record, a share 1 − η of the information, is a second record that nobody reads, y₂ of W₂: ψ is
what both of them tell, and its average over W₂ is the conditional ρ of the one that is read. Between the eigenvalues x
of X_θ

    ψ(x) → ψ(x) exp(−2khx² + 4kx y_tot),      y_tot = ηy + (1 − η)y₂

is exact while X_θ stands still. Wiseman & Milburn, Quantum Measurement and Control (2010), ch. 4.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.kernel.diffusive import points
from quspike.kernel.hermite_grid import hermite_grid
from quspike.kernel.pure_states import inner, lower, square

NOISES = 3  # standard normal numbers of a look: of the record, of what is lost, and of X itself


class Looked(NamedTuple):
    """ψ after a look, of norm one; ∫dy over it; and what the frame takes over, β → β + shift (complex)."""

    psi: Array
    record: Array
    shift: Array


def look(psi: Array, angle, strength, efficiency, h, normal: Array) -> Looked:
    """A look of length h at X_θ; its record counts from the frame, whose own 2Re(βe^{−iθ})h comes on top.

    angle : θ. strength : k, 1/s. efficiency : η > 0. normal : (NOISES,). The records scatter about X itself, which
    scatters as ψ does: their means and variances are those of the true mixture.
    """
    x, basis = points(psi.shape[0]), hermite_grid(psi.shape[0]).transform
    turn = jnp.exp(-1j * angle * np.arange(psi.shape[0]))
    across = jnp.imag(inner(psi, lower(psi)) / square(psi) * jnp.exp(-1j * angle))
    seen = basis @ (turn * psi)
    weights = (seen.real**2 + seen.imag**2) / square(psi)
    mean = jnp.sum(weights * x)
    about = x - mean
    spread = h * jnp.sqrt(jnp.sum(weights * about**2)) * normal[2]
    told = spread + jnp.sqrt(h / (8 * strength * efficiency)) * normal[0]
    noise = jnp.sqrt(h / (8 * strength)) * (jnp.sqrt(efficiency) * normal[0] + jnp.sqrt(1 - efficiency) * normal[1])
    exponent = about * (4 * strength * (spread + noise) - 2 * strength * h * about)
    moved = seen * jnp.exp(exponent - jnp.max(exponent) - 1j * across * x)
    after = turn.conj() * (basis.T @ moved)
    return Looked(after / jnp.sqrt(square(after)), mean * h + told, 1j * across * jnp.exp(1j * angle))
