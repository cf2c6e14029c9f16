"""Pure states of an oscillator, ψ (N,) complex, in the frame displaced by β and turning at ω0.

    aψ, a†ψ by shifts;    e^{pa + qa†}ψ ∝ D(q) e^{(p + q*)a}ψ:  a displacement, which the frame takes, and a finite sum
    H(a + β)ψ of a Kerr term, of a junction's cosine and of its secular part: `displaced.py` has them for ρ

Everything is linear in ψ, whose norm is free; a constant in H is left out.
"""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.kernel.displaced import carrier_averages, position_elements, position_square, trigonometric_elements
from quspike.kernel.fock import lowering, once

TERMS = 18  # of an exponential's series
Displaced = Callable[[Array, Array, Array], Array]  # (t, β, ψ) → H(a + β)ψ, 1/s


def lower(psi: Array) -> Array:
    """aψ."""
    return jnp.pad(lowering(psi.shape[0])[:-1] * psi[1:], (0, 1))


def raised(psi: Array) -> Array:
    """a†ψ, cut at the last level."""
    return jnp.pad(lowering(psi.shape[0])[:-1] * psi[:-1], (1, 0))


def inner(bra: Array, ket: Array) -> Array:
    """⟨bra|ket⟩."""
    return jnp.sum(bra.conj() * ket)


def square(psi: Array) -> Array:
    """‖ψ‖²."""
    return jnp.sum(psi.real**2 + psi.imag**2)


def leaps(psi: Array, after: Array) -> Array:
    """What jumps ψ ← L_kψ do to ⟨a⟩ on average, Σ‖L_kψ‖²(⟨a⟩_k − ⟨a⟩)/‖ψ‖²; after : L_kψ (K, N), in 1/√s."""
    down, size = after[:, 1:] * lowering(psi.shape[0])[:-1], square(psi)
    mean = inner(psi, lower(psi)) / size
    return (inner(after[:, :-1], down) - mean * square(after)) / size


def attenuated(psi: Array, size: Array) -> Array:
    """e^{ca}ψ, exactly: a takes N steps to the ground."""

    def add(k, series):
        term = size / k * lower(series[0])
        return term, series[1] + term

    return jax.lax.fori_loop(1, psi.shape[0], add, (psi, psi))[1]


def exponential(generator: Array, psi: Array) -> Array:
    """e^Aψ by Taylor's series, of any A (N, N) with ‖A‖ ≲ 1: what is left out is ‖A‖¹⁸/18!."""

    def add(k, series):
        term = generator @ series[0] / k
        return term, series[1] + term

    return jax.lax.fori_loop(1, TERMS, add, (psi, psi))[1]


def displaced(psi: Array, amplitude) -> Array:
    """D(s)ψ of a small s, unitary in the levels kept: the exponential of the truncated s a† − s* a."""

    def add(k, series):
        term = (amplitude * raised(series[0]) - jnp.conj(amplitude) * lower(series[0])) / k
        return term, series[1] + term

    return jax.lax.fori_loop(1, TERMS, add, (psi, psi))[1]


def followed(psi: Array, rate_of_change: Array, centring, leap=0.0) -> tuple[Array, Array]:
    """dβ/dt and dψ/dt in a frame that takes over the motion of the mean, and the mean itself within 1/γ.

    rate_of_change : dψ/dt in a frame that stands still. centring : γ, 1/s; slower for a mean so large that its way in
    would shake the last levels. leap : what jumps add to it (`leaps`), 1/s. A phase that nobody sees is left out, which
    would only cost accuracy.
    """
    down, size = lower(psi), square(psi)
    mean, overlap = inner(psi, down) / size, inner(psi, rate_of_change) / size
    raw = rate_of_change - 1j * overlap.imag * psi
    moved = (inner(psi, lower(raw)) + inner(raw, down)) / size - 2 * mean * overlap.real
    follow = moved + leap + centring * mean / jnp.sqrt(1 + psi.shape[0] * jnp.abs(mean) ** 2)
    return follow, raw - follow * raised(psi) + follow.conj() * down


def kerr(strength, detuning=0.0) -> Displaced:
    """δ b†b + (K/2) b†²b², b = a + β, in normal order: what a†, at last, lifts over the top is all that is cut."""

    def hamiltonian(t, beta, psi):
        down = lower(psi) + beta * psi
        twice = lower(down) + beta * down
        inside = detuning * down + 0.5 * strength * (raised(twice) + beta.conj() * twice)
        return raised(inside) + beta.conj() * inside

    return hamiltonian


def junction(levels: int, energy, eta, omega) -> Displaced:
    """−E_J[cos x + ½x²], x = η(a e^{−iω0t} + h.c.), whole: see `displaced.junction`. energy : E_J/ħ, 1/s."""
    cosine, sine = trigonometric_elements(levels, eta)
    position, squared = position_elements(levels), position_square(levels)

    def hamiltonian(t, beta, psi):
        carrier = jnp.exp(1j * omega * t * np.arange(levels))
        theta = 2 * eta * jnp.real(beta * jnp.exp(-1j * omega * t))
        seen = psi * carrier.conj()
        seen = jnp.stack([seen.real, seen.imag], axis=1)
        c, s = jnp.cos(theta), jnp.sin(theta)
        even, odd = once((cosine @ seen, sine @ seen))
        harmonic = 0.5 * eta**2 * (squared @ seen) + eta * theta * (position @ seen)
        lab = -energy * (c * even - s * odd + harmonic)
        return (lab[:, 0] + 1j * lab[:, 1]) * carrier

    return hamiltonian


def secular_junction(levels: int, energy, eta) -> Displaced:
    """The number-conserving part of the same: see `displaced.secular_junction`."""
    cosine, sine = trigonometric_elements(levels, eta)
    position, number = position_elements(levels), np.arange(levels, dtype=float)
    gap = np.abs(np.subtract.outer(np.arange(levels), np.arange(levels)))

    def hamiltonian(t, beta, psi):
        size = jnp.sqrt(beta.real**2 + beta.imag**2 + 1e-300)
        turn = jnp.exp(1j * jnp.angle(beta + 1e-300) * np.arange(levels))
        same = once(carrier_averages(levels + 1, 2 * eta * size))[gap]
        potential = (cosine - sine) * same + eta**2 * (np.diag(number + 0.5) + size * position)
        return -energy * turn * (potential @ (turn.conj() * psi))

    return hamiltonian
