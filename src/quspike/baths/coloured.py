"""Coloured quantum noise of a membrane, as a linear stochastic model with white noise only.

The leak of conductance W is a reference line Z0 with a Drude cutoff, coupled by λ = √(Z0 W) (a memristor moves λ, not
the line, so no λ̇ appears):

    φ̇ = q/C,   q̇ = −λI_0 − φ/L,   L_0 İ_0 = λ q/C − Z0 I_0 + v,   L_0 = Z0/ω_c,   I_M = λI_0
    v = √(2kTZ0) [w_0 + Σ_k √(2η_k)(w_k − y_k)],   ẏ_k = −ν_k(y_k − w_k),   ν_k = ξ_k kT/ħ

with unit white noises w and the Padé poles of coth (`pade.py`): S_v = ħω Z0 coth(ħω/2kT) up to the last poles, and
never negative. In the units √(kT/C) of V, √(kT/L_0) of I_0 and √ν_k of y_k, z = (φ, V, I_0) obeys

    ż = A z + √(2ω_c) e_I [w_0 + Σ_k √(2η_k)(w_k − √ν_k y_k)],   A = [[0, Ω, 0], [−ω_0²/Ω, 0, −g], [0, g, −ω_c]]

with g = √(W ω_c/C), from which Z0 has gone; φ is in √(kT/C)/Ω, Ω = ω_0, or ω_c without an inductor. Fluctuations are a
covariance (3, 3 + N): of z with itself, then with each y_k, which are themselves stationary (variance ½) for ever.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from quspike.baths.noise import flux_variance, impedance, voltage_variance
from quspike.baths.pade import pade_coth
from quspike.constants import hbar, k_B
from quspike.errors import ConvergenceError, InputError

Array = Any

FLUX, CHARGE, LINE = 0, 1, 2  # rows of the covariance: φ, V = q/C, I_0
MOST_POLES = 200
NOISE = 5e-4  # of ⟨V²⟩ and ⟨φ²⟩: two rungs that are each off by so much agree to 1e-3


class ColouredBath(eqx.Module):
    """One membrane and the line that it leaks into, without the conductance between them.

    `voltage`, `flux` are the units of V and φ [V, Wb]; rates in 1/s: `cutoff` ω_c, `omega_0_sq` ω_0² [1/s²],
    `omega_flux` Ω, `nu` (N,) the Padé poles; `eta` (N,) their residues. `inductive`: there is an inductor to ground.
    """

    capacitance: Array
    cutoff: Array
    omega_0_sq: Array
    omega_flux: Array
    voltage: Array
    flux: Array
    nu: Array
    eta: Array
    inductive: bool = eqx.field(static=True)


class Fluctuations(NamedTuple):
    """Second moments of the membrane in SI: Wb², Wb·V, V²."""

    flux_variance: Array
    flux_voltage: Array
    voltage_variance: Array


def coloured_bath(
    capacitance: Array, cutoff: Array, temperature: Array, n_poles: int, inductance: Array = math.inf
) -> ColouredBath:
    """The model's constants; C [F], ω_c [rad/s], T [K] > 0, L [H] or inf. All but `n_poles` may be traced.

    Raises InputError at T = 0, where the poles fall together at zero.
    """
    check_temperature(temperature)
    inductive = not (isinstance(inductance, int | float) and math.isinf(inductance))
    xi, eta = pade_coth(n_poles)
    omega_0_sq = 1.0 / (inductance * capacitance)
    omega_flux = jnp.sqrt(omega_0_sq) if inductive else cutoff
    voltage = jnp.sqrt(k_B * temperature / capacitance)
    return ColouredBath(
        capacitance=jnp.asarray(capacitance, dtype=float),
        cutoff=jnp.asarray(cutoff, dtype=float),
        omega_0_sq=jnp.asarray(omega_0_sq, dtype=float),
        omega_flux=jnp.asarray(omega_flux, dtype=float),
        voltage=voltage,
        flux=voltage / omega_flux,
        nu=jnp.asarray(xi) * (k_B * temperature / hbar),
        eta=jnp.asarray(eta),
        inductive=inductive,
    )


def check_temperature(temperature: Any) -> None:
    """Refuse T = 0, at which the poles ξ_k kT/ħ are no decomposition any more; a tracer is not compared."""
    if isinstance(temperature, int | float) and not temperature > 0:
        raise InputError("temperature", temperature, "must be > 0 K for the Padé poles of coloured noise")


def drift(conductance: Array, bath: ColouredBath) -> Array:
    """A of the docstring above, (3, 3) [1/s]; conductance W [S] > 0."""
    g = jnp.sqrt(conductance * bath.cutoff / bath.capacitance)
    nothing = jnp.zeros_like(g)
    return jnp.stack(
        [
            jnp.stack([nothing, bath.omega_flux + nothing, nothing]),
            jnp.stack([-bath.omega_0_sq / bath.omega_flux + nothing, nothing, -g]),
            jnp.stack([nothing, g, -bath.cutoff + nothing]),
        ]
    )


def clamped_drift(bath: ColouredBath) -> Array:
    """A while V is held and the flux waits: the line alone fluctuates, (3, 3) [1/s]."""
    return jnp.zeros((3, 3)).at[LINE, LINE].set(-bath.cutoff)


def noise_vectors(bath: ColouredBath) -> tuple[Array, Array]:
    """`2ω_c(1 + Σ2η_k)`, how fast white noise spreads I_0, and the strengths `√(4ω_c η_k ν_k)` of y_k, (N,) [1/s]."""
    white = 2 * bath.cutoff * (1 + jnp.sum(2 * bath.eta))
    return white, jnp.sqrt(4 * bath.cutoff * bath.eta * bath.nu)


def solve_shifted(matrix: Array, shift: Array, vectors: Array) -> Array:
    """`(s_k − A)⁻¹ x_k` for a drift A (3, 3), shifts s (N,) [1/s] and vectors (3, N): (3, N), by Cramer's rule."""
    omega, spring, g, leak = (
        matrix[FLUX, CHARGE],
        -matrix[CHARGE, FLUX],
        matrix[LINE, CHARGE],
        shift - matrix[LINE, LINE],
    )
    x, y, z = vectors
    flux = (shift * leak + g**2) * x + omega * leak * y - omega * g * z
    charge = -spring * leak * x + shift * leak * y - g * shift * z
    line = -spring * g * x + g * shift * y + (shift**2 + omega * spring) * z
    return jnp.stack([flux, charge, line]) / shifted_determinant(matrix, shift)


def shifted_determinant(matrix: Array, shift: Array) -> Array:
    """`det(s_k − A)`, (N,) [1/s³]."""
    leak, spring = shift - matrix[LINE, LINE], -matrix[FLUX, CHARGE] * matrix[CHARGE, FLUX]
    return shift * (shift * leak + matrix[LINE, CHARGE] ** 2) + spring * leak


def resting_correlations(matrix: Array, bath: ColouredBath) -> Array:
    """⟨z y_k⟩ when A stands still: `(ν_k − A)⁻¹ s_k/2`, s_k the strength of w_k, (3, N)."""
    _, strengths = noise_vectors(bath)
    sources = jnp.zeros((3, strengths.shape[0])).at[LINE].set(strengths / 2)
    return solve_shifted(matrix, bath.nu, sources)


def diffusion(correlations: Array, bath: ColouredBath) -> Array:
    """Q in `Ṗ = AP + PAᵀ + Q`: white noise, less what the y_k take back, (3, 3)."""
    white, _ = noise_vectors(bath)
    return jnp.zeros((3, 3)).at[LINE, LINE].set(white) - exchange(correlations, bath)


def exchange(correlations: Array, bath: ColouredBath) -> Array:
    """`Σ_k s_k (e c_kᵀ + c_k eᵀ)`, e the unit vector of I_0: how the y_k act on ⟨z zᵀ⟩, (3, 3)."""
    _, strengths = noise_vectors(bath)
    row = jnp.zeros((3, 3)).at[LINE].set(correlations @ strengths)
    return row + row.T


class RestingPoint(NamedTuple):
    """Values that the moments would keep, `state` (3, 3 + N), and `residual` R = AP + PAᵀ + Q, by which P does not."""

    state: Array
    residual: Array


def resting_point(conductance: Array, bath: ColouredBath) -> RestingPoint:
    """Equilibrium at a fixed W [S]; without an inductor the flux spreads, and only its fast correlations rest."""
    correlations = resting_correlations(drift(conductance, bath), bath)
    q = diffusion(correlations, bath)
    g = jnp.sqrt(conductance * bath.cutoff / bath.capacitance)
    line, flux_line, nothing = q[LINE, LINE] / (2 * bath.cutoff), q[FLUX, LINE] / bath.cutoff, jnp.zeros_like(g)
    charge = line - q[CHARGE, LINE] / g + (bath.omega_0_sq / bath.omega_flux) * flux_line / g
    spreads = bath.omega_flux * charge - g * flux_line
    flux = spreads / bath.omega_flux if bath.inductive else nothing
    residual = nothing if bath.inductive else spreads
    rows = [[flux, nothing, flux_line], [nothing, charge, nothing], [flux_line, nothing, line]]
    block = jnp.stack([jnp.stack(row) for row in rows])
    left = jnp.zeros((3, 3)).at[FLUX, CHARGE].set(residual).at[CHARGE, FLUX].set(residual)
    return RestingPoint(jnp.concatenate([block, correlations], axis=1), left)


def stationary_state(conductance: Array, bath: ColouredBath) -> Array:
    """Where a run starts at rest, (3, 3 + N); without an inductor the flux is known, and yet to spread."""
    state = resting_point(conductance, bath).state
    return state if bath.inductive else state.at[FLUX, :].set(0.0).at[:, FLUX].set(0.0)


def prepared_state(flux_variance: Array, flux_voltage: Array, voltage_variance: Array, bath: ColouredBath) -> Array:
    """A membrane with these moments (SI), not yet correlated with its line, which is in equilibrium: (3, 3 + N)."""
    alone = clamped_drift(bath)
    correlations = resting_correlations(alone, bath)
    line = diffusion(correlations, bath)[LINE, LINE] / (2 * bath.cutoff)
    mixed = flux_voltage / (bath.flux * bath.voltage)
    block = jnp.zeros((3, 3)).at[FLUX, FLUX].set(flux_variance / bath.flux**2).at[LINE, LINE].set(line)
    block = block.at[CHARGE, CHARGE].set(voltage_variance / bath.voltage**2)
    return jnp.concatenate([block.at[FLUX, CHARGE].set(mixed).at[CHARGE, FLUX].set(mixed), correlations], axis=1)


def replace_charge(state: Array, voltage_variance: Array, bath: ColouredBath, flux_variance: Array = 0.0) -> Array:
    """A `zero` reset: V forgets everything and gets this variance [V²]; φ gains `flux_variance` [Wb²]."""
    state = state.at[CHARGE, :].set(0.0).at[:, CHARGE].set(0.0)
    state = state.at[CHARGE, CHARGE].set(voltage_variance / bath.voltage**2)
    return state.at[FLUX, FLUX].add(flux_variance / bath.flux**2)


def fluctuations(state: Array, bath: ColouredBath) -> Fluctuations:
    """⟨δφ²⟩, ⟨δφ δV⟩, ⟨δV²⟩ in SI."""
    mixed = state[FLUX, CHARGE] * bath.flux * bath.voltage
    return Fluctuations(state[FLUX, FLUX] * bath.flux**2, mixed, state[CHARGE, CHARGE] * bath.voltage**2)


def choose_poles(
    capacitance: float,
    conductances: Array,
    cutoff: float,
    temperature: float,
    inductance: float = math.inf,
    tol: float = NOISE,
) -> tuple[int, float]:
    """The fewest poles with which ⟨V²⟩ (and ⟨φ²⟩ with L) obeys fluctuation–dissipation within `tol`, and the error.

    The error is relative, the largest over `conductances` [S], which should span what W does in the run. Raises
    ConvergenceError if 200 poles do not suffice: the temperature is too low for the cutoff.
    """
    check_temperature(temperature)
    membranes = [(capacitance, float(w), cutoff, temperature, inductance) for w in np.atleast_1d(conductances)]
    exact = [exact_variances(*membrane) for membrane in membranes]

    def error(n_poles: int) -> float:
        pairs = zip(membranes, exact, strict=True)
        return max(float(np.max(abs(pade_variances(*membrane, n_poles) / truth - 1))) for membrane, truth in pairs)

    return fewest_poles(error, f"at {temperature:g} K with a cutoff of {cutoff:g} rad/s", tol)


def fewest_poles(error: Callable[[int], float], where: str, tol: float = NOISE) -> tuple[int, float]:
    """The least number with `error(number)` ≤ tol, and that error. Raises ConvergenceError, which says where."""
    enough = 1
    while enough <= MOST_POLES and error(enough) > tol:
        enough *= 2
    if enough > MOST_POLES and error(MOST_POLES) > tol:
        raise ConvergenceError(
            f"coloured noise {where} is {error(MOST_POLES):.1e} off fluctuation–dissipation with {MOST_POLES} Padé "
            f"poles; {tol:.1e} was asked for"
        )
    too_few, enough = enough // 2, min(enough, MOST_POLES)
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        too_few, enough = (middle, enough) if error(middle) > tol else (too_few, middle)
    return enough, error(enough)


def exact_variances(capacitance: float, w: float, cutoff: float, temperature: float, inductance: float) -> Array:
    """⟨V²⟩ [V²], and with an inductor ⟨φ²⟩ [Wb²], from fluctuation–dissipation."""
    voltage = voltage_variance(capacitance, w, cutoff, temperature, inductance)
    if math.isinf(inductance):
        return np.array([voltage])
    return np.array([voltage, flux_variance(capacitance, w, cutoff, temperature, inductance)])


def pade_variances(
    capacitance: float, w: float, cutoff: float, temperature: float, inductance: float, n_poles: int
) -> Array:
    """The same of the model: `⟨V²⟩ = kT [1/C + Σ 2η_k (1/C − ν_k Z(ν_k))]`, `⟨φ²⟩ = kT [L + Σ 2η_k Z(ν_k)/ν_k]`."""
    xi, eta = pade_coth(n_poles)
    nu = xi * k_B * temperature / hbar
    z = impedance(nu, capacitance, w, cutoff, inductance)
    voltage = k_B * temperature * (1 / capacitance + np.sum(2 * eta * (1 / capacitance - nu * z)))
    if math.isinf(inductance):
        return np.array([voltage])
    return np.array([voltage, k_B * temperature * (inductance + np.sum(2 * eta * z / nu))])
