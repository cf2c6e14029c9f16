"""How the fluctuations of a membrane in coloured noise move in time, while its conductance changes.

With P = ⟨z zᵀ⟩, c_k = ⟨z y_k⟩ (notation of `coloured.py`; s_k the strength of w_k in İ_0, e the unit vector of I_0)

    ċ_k = (A − ν_k) c_k + e s_k/2,        Ṗ = AP + PAᵀ + e eᵀ 2ω_c(1 + Σ2η_k) − Σ_k s_k (e c_kᵀ + c_k eᵀ)

Rates reach from 1/RC to ω_c and ν_N, and correlations of all these speeds follow W(t). So a step moves only the
deviations p = P − P̄(W), d_k = c_k − c̄_k(W) from a resting point that belongs to the W of the moment. It runs away from
them at a constant rate through the step; they move exactly for the A in its middle. With E = e^{Ah}:

    d_k → e^{−ν_k h} E (d_k + ρ_k) − ρ_k,        ρ_k = (ν_k − A)⁻¹ Δc̄_k/h
    p   → E p Eᵀ + ∫_0^h e^{As} [Σ_k s_k (e ρ_kᵀ + ρ_k eᵀ) + R − ΔP̄/h] e^{Aᵀs} ds − Σ_k (j_k m_kᵀ + m_k j_kᵀ)
    m_k = E (d_k + ρ_k),    j_k = s_k ∫_0^h e^{A(h−s)} e^{−ν_k s} ds e = s_k (A + ν_k)⁻¹ (E − e^{−ν_k h}) e

with R = AP̄ + P̄Aᵀ + Q̄, 0 in equilibrium. Exact for a constant W however long the step is, and of second order in h for
a W(t) that varies. ⟨V²⟩ nearly keeps that order for ω_c h ≫ 1, where freezing W, in mid-step or by Magnus'
series, falls back to the first. (A free flux, whose own tie to the line lags half a step, keeps 1.5.)
Magnus, Commun. Pure Appl. Math. 7, 649 (1954); Hochbruck & Ostermann, Acta Numerica 19, 209 (2010).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from quspike.baths.coloured import (
    LINE,
    ColouredBath,
    RestingPoint,
    clamped_drift,
    diffusion,
    drift,
    exchange,
    noise_vectors,
    resting_correlations,
    resting_point,
    shifted_determinant,
    solve_shifted,
)

Array = Any

DOUBLINGS = 24  # the step is 2^24 times a first one, which must be short beside the fastest rate: ω_c h < 1e6
TERMS = 6  # of the Taylor series of that first one
LONGEST = 0.1  # first step times the largest rate, above which the series would be wrong: the step returns nan
RESONANCE = 1e-8  # relative distance of ν_k from a rate of A below which j_k cannot be divided out
DETUNING = 1e-6  # by which ν_k is then moved


class Propagator(NamedTuple):
    """One step, as it acts on any covariance.

    `start`, `end` the resting points (P̄, c̄_k) on both sides, (3, 3 + N); `growth` F = E − 1 and `source`, the integral,
    (3, 3); `lag` ρ_k and `memory` j_k, (3, N); `decay` e^{−ν_k h}, (N,).
    """

    start: Array
    end: Array
    growth: Array
    source: Array
    lag: Array
    memory: Array
    decay: Array


def coloured_step(state: Array, w_start: Array, w_end: Array, h: Array, bath: ColouredBath) -> Array:
    """The covariance (3, 3 + N) after h [s], in which the conductance goes from `w_start` to `w_end` [S].

    Where W(t) is known beforehand, `jax.vmap` of `varying_propagator` leaves only `propagate` to the scan.
    """
    return propagate(state, varying_propagator(w_start, w_end, h, bath))


def varying_propagator(
    w_start: Array, w_end: Array, h: Array, bath: ColouredBath, clamped: Array = False
) -> Propagator:
    """The step of length h [s] from `w_start` to `w_end` [S]; λ = √(Z0 W) is taken as linear in between.

    `clamped` (bool, may be traced): V is held and the flux waits, only the line forgets; W is of no account then.
    """
    free = (drift(w_start, bath) + drift(w_end, bath)) / 2, resting_point(w_start, bath), resting_point(w_end, bath)
    held = clamped_drift(bath), *(floating_point(clamped_drift(bath), bath),) * 2
    matrix, start, end = jax.tree.map(lambda a, b: jnp.where(clamped, a, b), held, free)
    return assembled(matrix, start, end, h, bath)


def propagator(matrix: Array, h: Array, bath: ColouredBath) -> Propagator:
    """The step of length h [s] with a constant drift A (3, 3) [1/s], `drift(W, bath)` or `clamped_drift(bath)`."""
    point = floating_point(matrix, bath)
    return assembled(matrix, point, point, h, bath)


def floating_point(matrix: Array, bath: ColouredBath) -> RestingPoint:
    """A point where only the c_k rest, which any A has: P̄ = 0, R = Q."""
    correlations = resting_correlations(matrix, bath)
    state = jnp.concatenate([jnp.zeros((3, 3)), correlations], axis=1)
    return RestingPoint(state, diffusion(correlations, bath))


def assembled(matrix: Array, start: RestingPoint, end: RestingPoint, h: Array, bath: ColouredBath) -> Propagator:
    """The propagator of the drift A (3, 3) [1/s] about a point that moves from `start` to `end`."""
    rate = (end.state - start.state) / h
    lag = solve_shifted(matrix, bath.nu, rate[:, 3:])
    source = (start.residual + end.residual) / 2 + exchange(lag, bath) - rate[:, :3]
    growth, integral = exponential_and_integral(matrix, source, h)
    memory = memory_integral(matrix, growth, h, bath)
    return Propagator(start.state, end.state, growth, integral, lag, memory, jnp.exp(-bath.nu * h))


def propagate(state: Array, step: Propagator) -> Array:
    """The covariance (3, 3 + N) after the step."""
    deviation = state - step.start
    covariance, displaced = deviation[:, :3], deviation[:, 3:] + step.lag
    moved = displaced + step.growth @ displaced
    exchanged = step.memory @ moved.T
    half = covariance + step.growth @ covariance
    covariance = half + half @ step.growth.T + step.source - exchanged - exchanged.T
    covariance = (covariance + covariance.T) / 2
    return step.end + jnp.concatenate([covariance, step.decay * moved - step.lag], axis=1)


def exponential_and_integral(matrix: Array, source: Array, h: Array) -> tuple[Array, Array]:
    """`F = e^{Ah} − 1` and `S = ∫_0^h e^{As} Q e^{Aᵀs} ds`, by a Taylor series for h/2^24 and doubling.

    `F(2h) = 2F + F²`, `S(2h) = S + e^{Ah} S e^{Aᵀh}`: stable whatever the spread of the rates, and S needs no inverse
    of A, which a free flux does not have. nan where ω_c h is beyond the series' reach.
    """
    step = matrix * (h / 2**DOUBLINGS)
    growth, power = step, step
    total = term = source * (h / 2**DOUBLINGS)
    for n in range(2, TERMS + 1):
        power = power @ step / n
        growth = growth + power
        term = (step @ term + term @ step.T) / n
        total = total + term

    def double(pair: tuple[Array, Array], _: None) -> tuple[tuple[Array, Array], None]:
        growth, total = pair
        half = total + growth @ total
        return (2 * growth + growth @ growth, total + half + half @ growth.T), None

    pair, _ = jax.lax.scan(double, (growth, total), None, length=DOUBLINGS)
    within = jnp.where(jnp.max(jnp.abs(step)) < LONGEST, 1.0, jnp.nan)
    return pair[0] * within, pair[1] * within


def memory_integral(matrix: Array, growth: Array, h: Array, bath: ColouredBath) -> Array:
    """j_k, (3, N): what y_k, as it is at the start of the step, will have put into z at its end."""
    _, strengths = noise_vectors(bath)
    nu = detuned(matrix, bath.nu)
    unit = jnp.zeros((3, 1)).at[LINE].set(1.0)
    # E − e^{−νh}, without the cancellation in short steps
    change = growth[:, LINE : LINE + 1] - unit * jnp.expm1(-nu * h)
    return -solve_shifted(matrix, -nu, strengths * change)


def detuned(matrix: Array, nu: Array) -> Array:
    """ν_k, moved off the rates of A where it meets one: j_k is smooth there, but 0/0."""
    scale = nu * (nu**2 + jnp.sum(matrix**2))
    meets = jnp.abs(shifted_determinant(matrix, -nu)) < RESONANCE * scale
    return jnp.where(meets, nu * (1 + DETUNING), nu)
