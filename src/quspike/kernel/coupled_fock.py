"""Fock algebra of several oscillators: ρ is a complex (D, D) matrix over |n_1 … n_m⟩, D = N^m, N levels of each.

dρ/dt = −i[H, ρ] + Σ_L 𝓓[L]ρ = X + X†,     X = (−iH − ½Σ L†L)ρ + ½Σ LρL†
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.kernel.displaced import trigonometric_elements
from quspike.kernel.fock import lowering


def annihilators(levels: int, modes: int) -> np.ndarray:
    """a_k of each oscillator in the whole space (m, D, D), real."""
    own = np.diag(lowering(levels)[:-1], 1)
    return np.array([_embedded(own, k, modes, levels) for k in range(modes)])


def _embedded(own: np.ndarray, place: int, modes: int, levels: int) -> np.ndarray:
    return reduce(np.kron, [own if k == place else np.eye(levels) for k in range(modes)])


def kron(factors: Sequence[Array]) -> Array:
    """O_1 ⊗ … ⊗ O_m."""
    return reduce(jnp.kron, factors)


def lindblad_rate(hamiltonian: Array, jumps: Sequence[Array], rho: Array) -> Array:
    """dρ/dt (D, D); H in 1/s, jump operators in 1/√s."""
    lost = sum((jump.conj().T @ jump for jump in jumps), jnp.zeros_like(rho))
    half = (-1j * hamiltonian - 0.5 * lost) @ rho
    half = half + 0.5 * sum((jump @ rho @ jump.conj().T for jump in jumps), jnp.zeros_like(rho))
    return half + half.conj().T


def wave(levels: int, eta: Array, turn: Array) -> Array:
    """exp(i Σ η_k(a_k e_k + h.c.)) of oscillators turned by e_k, |e_k| = 1: closed matrix elements (D, D)."""
    powers = turn[:, None] ** jnp.arange(levels)  # a e turns |n⟩ by n
    factors = []
    for k in range(len(eta)):
        cosine, sine = trigonometric_elements(levels, jnp.abs(eta[k]))
        factors.append((cosine + 1j * jnp.sign(eta[k]) * sine) * powers[k][None, :] / powers[k][:, None])
    return kron(factors)


def expectation(rho: Array, operator: Array) -> Array:
    """Tr ρO, complex."""
    return jnp.sum(rho.T * operator)


def replaced(rho: Array, place: int, modes: int, occupation: Array) -> Array:
    """One oscillator swapped with a thermal one: Tr_k ρ ⊗ thermal, the others as they were."""
    levels = round(rho.shape[0] ** (1 / modes))
    tensor = rho.reshape((levels,) * (2 * modes))
    rest = jnp.trace(tensor, axis1=place, axis2=modes + place)
    fresh = jnp.diag(_thermal_weights(levels, occupation))
    whole = jnp.tensordot(rest, fresh, axes=0)  # the new pair of axes stands last
    whole = jnp.moveaxis(whole, 2 * modes - 2, place)
    return jnp.moveaxis(whole, 2 * modes - 1, modes + place).reshape(rho.shape)


def top_populations(rho: Array, modes: int, watched: int) -> Array:
    """Population of the `watched` highest levels of each oscillator (m,)."""
    levels = round(rho.shape[0] ** (1 / modes))
    weights = jnp.real(jnp.diagonal(rho)).reshape((levels,) * modes)
    axes = range(modes)
    return jnp.stack([jnp.sum(jnp.moveaxis(weights, k, 0)[-watched:]) for k in axes])


def _thermal_weights(levels: int, occupation: Array) -> Array:
    weights = (occupation / (1 + occupation)) ** jnp.arange(levels)
    return weights / jnp.sum(weights)
