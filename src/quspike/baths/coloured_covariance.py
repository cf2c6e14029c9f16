"""The covariance of any linear circuit whose dissipators make white or coloured quantum noise, moved by exact steps.

    ẋ = A x + Σ_c n_c [w_c + Σ_k √(2η_k) (w_ck − √ν_ck y_ck)],     ẏ_ck = −ν_ck y_ck + √ν_ck w_ck,     ν_ck = ξ_k kT_c/ħ

Each channel c is one resistor at T_c, n_c = √(2kT_c) times what a unit of its voltage or current does; with no poles it
is white. The y are stationary, ⟨y²⟩ = ½; what moves is P = ⟨x xᵀ⟩ and c_ck = ⟨x y_ck⟩, with s_ck = √(2η_kν_ck):

    ċ_ck = (A − ν_ck) c_ck + n_c s_ck/2
    Ṗ    = AP + PAᵀ + Q,     Q = Σ_c (1 + Σ_k 2η_k) n_c n_cᵀ − Σ_ck s_ck (n_c c_ckᵀ + c_ck n_cᵀ)

A step of length h holds A. About the point where the c rest, c̄ = (ν − A)⁻¹ n s/2 and Q̄ with it, deviations d decay:

    c → c̄ + e^{−νh} m,     m = E d,     E = e^{Ah}
    P → E P Eᵀ + ∫_0^h e^{As} Q̄ e^{Aᵀs} ds − Σ_ck s_ck (j_ck m_ckᵀ + m_ck j_ckᵀ),     j = ∫_0^h e^{A(h−s)−νs} ds n

exact however long the step is. E − 1, the integral and the j are doubled from h/2^30, which needs no inverse of A (a
free flux has none) and no distance of ν from A's rates. While A varies, c̄ runs at a constant rate through the step, and
P lags by what A changes in a step. This is the general form of `coloured_step`, which knows one node and is of higher
order in the change of its conductance. Hu, Xu & Yan, J. Chem. Phys. 133, 101106 (2010) for the poles.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from quspike.baths.pade import pade_coth
from quspike.constants import hbar, k_B

Array = Any

DOUBLINGS = 30  # of a step
FOREVER = 50  # doublings that reach equilibrium: rates from the fastest down to 1e-12 of it
TERMS = 6  # of the Taylor series of the first, short step
SHORT = 0.02  # the first step times the largest rate


class Noise(NamedTuple):
    """vectors : n_c (M, C). rates : ν_ck (C, N) [1/s]. strengths : s_ck (C, N). white : 1 + Σ2η_k."""

    vectors: Array
    rates: Array
    strengths: Array
    white: Array


class Spread(NamedTuple):
    """P (M, M), and c_ck (C, N, M)."""

    covariance: Array
    correlations: Array


def coloured_noise(vectors: Array, temperatures: Array, n_poles: int) -> Noise:
    """The noise of these channels (M, C) at T (C,) [K]; white without poles."""
    if n_poles == 0:
        nothing = jnp.zeros((vectors.shape[1], 0))
        return Noise(vectors, nothing, nothing, jnp.ones(()))
    xi, eta = (jnp.asarray(part) for part in pade_coth(n_poles))
    rates = xi * (k_B * temperatures[:, None] / hbar)
    return Noise(vectors, rates, jnp.sqrt(2 * eta * rates), 1 + jnp.sum(2 * eta))


def resting(drift: Array, noise: Noise) -> Array:
    """c̄ = (ν − A)⁻¹ n s/2, (C, N, M)."""
    if not noise.rates.size:
        return jnp.zeros((*noise.rates.shape, len(drift)))
    sources = 0.5 * noise.strengths[..., None] * noise.vectors.T[:, None, :]
    shifted = noise.rates[..., None, None] * jnp.eye(len(drift)) - drift
    return jnp.linalg.solve(shifted, sources[..., None])[..., 0]


def source(correlations: Array, noise: Noise) -> Array:
    """Q = white n nᵀ − Σ s (n cᵀ + c nᵀ), (M, M)."""
    exchanged = jnp.einsum("mc,cn,cnk->mk", noise.vectors, noise.strengths, correlations)
    return noise.white * noise.vectors @ noise.vectors.T - exchanged - exchanged.T


def advanced(state: Spread, drifts: tuple[Array, Array], h: Array, noise: Noise) -> Spread:
    """The state after h [s], in which A goes from one drift to the other (M, M) [1/s]."""
    drift = (drifts[0] + drifts[1]) / 2
    start, end = resting(drifts[0], noise), resting(drifts[1], noise)
    lag = _lag(drift, jnp.where(h > 0, (end - start) / jnp.where(h > 0, h, 1.0), 0.0), noise)
    growth, integral, memory = exponentials(drift, source((start + end) / 2 - lag, noise), h, noise)
    deviation = state.correlations - start + lag
    moved = deviation + jnp.einsum("ij,cnj->cni", growth, deviation)
    exchanged = jnp.einsum("cni,cn,cnj->ij", memory, noise.strengths, moved)
    half = state.covariance + growth @ state.covariance
    covariance = half + half @ growth.T + integral - exchanged - exchanged.T
    decayed = jnp.exp(-noise.rates * h)[..., None] * moved
    return Spread((covariance + covariance.T) / 2, end + decayed - lag)


def _lag(drift: Array, rate: Array, noise: Noise) -> Array:
    """(ν − A)⁻¹ dc̄/dt: how far c stays behind a resting point that runs."""
    if not noise.rates.size:
        return rate
    shifted = noise.rates[..., None, None] * jnp.eye(len(drift)) - drift
    return jnp.linalg.solve(shifted, rate[..., None])[..., 0]


def exponentials(
    drift: Array, q: Array, h: Array, noise: Noise, doublings: int = DOUBLINGS
) -> tuple[Array, Array, Array]:
    """E − 1 (M, M), ∫_0^h e^{As} Q e^{Aᵀs} ds (M, M), and j (C, N, M); nan where h is beyond their reach."""
    short = h / 2.0**doublings
    step, nu = drift * short, noise.rates[..., None] * short
    n = jnp.broadcast_to(noise.vectors.T[:, None, :], (*noise.rates.shape, len(drift)))
    growth, power, total, term = step, step, q * short, q * short
    memory, mixed, sign = n, n, n
    factor = 1.0
    for order in range(2, TERMS + 1):
        power = power @ step / order
        term = (step @ term + term @ step.T) / order
        growth, total = growth + power, total + term
        sign = -nu * sign
        mixed = jnp.einsum("ij,cnj->cni", step, mixed) + sign
        factor /= order
        memory = memory + factor * mixed

    def double(carry: tuple[Array, Array, Array], i: Array) -> tuple[tuple[Array, Array, Array], None]:
        growth, total, memory = carry
        half = total + growth @ total
        fading = jnp.exp(-noise.rates * short * 2.0**i)[..., None]
        memory = memory + jnp.einsum("ij,cnj->cni", growth, memory) + fading * memory
        return (2 * growth + growth @ growth, total + half + half @ growth.T, memory), None

    first = (growth, total, memory * short)
    (growth, total, memory), _ = jax.lax.scan(double, first, jnp.arange(float(doublings)))
    fast = jnp.maximum(jnp.max(jnp.abs(step)), jnp.max(nu, initial=0.0))
    within = jnp.where(fast < SHORT, 1.0, jnp.nan)
    return growth * within, total * within, memory * within


def equilibrium(drift: Array, noise: Noise) -> Spread:
    """Where a state comes to rest: P = ∫_0^∞ e^{As} Q̄ e^{Aᵀs} ds and c̄; zero for what is neither driven nor decays."""
    correlations = resting(drift, noise)
    shortest = SHORT / 2 / jnp.max(jnp.abs(drift))
    none = Noise(noise.vectors[:, :0], noise.rates[:0], noise.strengths[:0], noise.white)
    _, found, _ = exponentials(drift, source(correlations, noise), shortest * 2.0**FOREVER, none, FOREVER)
    return Spread((found + found.T) / 2, correlations)
