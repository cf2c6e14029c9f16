"""A Drude line's correlation function as few exponentials, with a noise spectrum that is positive everywhere.

    J(ω) = 2λγω/(γ² + ω²),   γ = ω_c,   C(t) = ∫_0^∞ dω/π J(ω) [coth(ħω/2kT) cos ωt − i sin ωt]
    C(t) = (c_0 − iλγ) e^{−γt} + Σ_k c_k e^{−ν_k t},             t ≥ 0
    c_0 = 2λT [1 + Σ_k 2η_kγ²/(γ² − ν_k²)],   c_k = −4λTη_kν_kγ/(γ² − ν_k²)          T in units of ħ/k

for any fraction (x/2) coth(x/2) ≈ 1 + Σ 2η_k x²/(x² + ξ_k²), x = ħω/kT, ν_k = ξ_k kT/ħ: its spectrum is that fraction
times a positive function, so never negative if η_k > 0. The exact c_0 = λγ cot(γ/2T) beside finitely many c_k is not
the transform of any such fraction, and its spectrum goes negative where few terms are kept.

`pade_coth` is one such fraction, exact about x = 0. A line needs x only up to a few of its cutoff: the fraction fitted
there (`few_poles`) meets 1e-3 with 4 or 5 poles where Padé takes 15. Hu, Xu & Yan, J. Chem. Phys. 133, 101106 (2010).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from quspike.baths.coloured import exact_variances
from quspike.baths.noise import impedance
from quspike.constants import hbar, k_B
from quspike.errors import ConvergenceError

Array = Any

BAND = 3.0  # the fraction is fitted up to this many cutoffs
LOWEST = 0.3  # … and from this x = ħω/kT: below it the fraction is 1 + O(x²) by construction
FIT_POINTS = 240
MOST_POLES = 8
APART = 0.02  # relative distance of a pole from the cutoff, at which c_0 and c_k would cancel each other
DIGITS = 3  # to which the fit's own arguments are rounded, so that nearly equal runs share it


class Exponents(NamedTuple):
    """rates γ, ν_k (M,) 1/s, and c_0, c_k (M,) 1/s²: the real parts. The imaginary one is −λγ, of the first."""

    rates: Array
    noise: Array


def drude_exponents(coupling: Array, cutoff: Array, thermal_rate: Array, xi: Array, eta: Array) -> Exponents:
    """The exponents of λ [1/s], γ [1/s] and kT/ħ [1/s], for poles ξ_k and residues η_k (P,); traceable."""
    import jax.numpy as jnp

    nu = jnp.asarray(xi) * thermal_rate
    eta = jnp.asarray(eta)
    gap = cutoff**2 - nu**2
    first = 2 * coupling * thermal_rate * (1 + jnp.sum(2 * eta * cutoff**2 / gap))
    others = -4 * coupling * thermal_rate * eta * nu * cutoff / gap
    first_rate = jnp.atleast_1d(jnp.asarray(cutoff, dtype=float))
    return Exponents(jnp.concatenate([first_rate, nu]), jnp.concatenate([jnp.atleast_1d(first), others]))


def noise_spectrum(exponents: Exponents, omega: Array) -> Array:
    """`S(ω) = Σ_k c_k 2ν_k/(ν_k² + ω²)` [1/s], the symmetrised noise of the coupled force; ω broadcasts."""
    rates, noise = np.asarray(exponents.rates), np.asarray(exponents.noise)
    return np.sum(2 * noise * rates / (rates**2 + np.asarray(omega, dtype=float)[..., None] ** 2), axis=-1)


def assert_positive(exponents: Exponents) -> None:
    """Refuse coefficients whose noise is negative somewhere. Raises ConvergenceError, naming the frequency."""
    rates = np.asarray(exponents.rates)
    omega = np.concatenate([[0.0], np.geomspace(1e-3 * rates.min(), 1e3 * rates.max(), 2000)])
    spectrum = noise_spectrum(exponents, omega)
    if spectrum.min() < 0:
        at = omega[np.argmin(spectrum)]
        raise ConvergenceError(
            f"the noise spectrum of the line is negative at {at:.3g} rad/s: no bath has such a noise"
        )


def few_poles(cutoff: float, temperature: float, count: int) -> tuple[Array, Array]:
    """ξ_k and η_k > 0 (count,) fitted to coth up to a few cutoffs, no ν_k at the cutoff itself."""
    reach = float(f"{hbar * cutoff / (k_B * temperature):.{DIGITS}g}")
    xi, eta = (np.array(values) for values in _fit(max(BAND * reach, 4 * LOWEST), count))
    edge = hbar * cutoff / (k_B * temperature)
    near = abs(xi / edge - 1) < APART
    return np.where(near, edge * np.where(xi < edge, 1 - APART, 1 + APART), xi), eta


@lru_cache(maxsize=256)
def _fit(highest: float, count: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Least squares of the relative error over a logarithmic grid, in ln ξ and ln η; deterministic."""
    from scipy.optimize import least_squares

    x = np.geomspace(LOWEST, highest, FIT_POINTS)
    target = 0.5 * x / np.tanh(0.5 * x)

    def error(p: Array) -> Array:
        xi, eta = np.exp(p[:count]), np.exp(p[count:])
        return (1 + np.sum(2 * eta * x[:, None] ** 2 / (x[:, None] ** 2 + xi**2), axis=1)) / target - 1

    first = 2 * np.pi
    guess = np.append(first, 1.3 * np.geomspace(first, max(highest, 3 * first), count + 1)[1:-1])
    residue = np.maximum(np.gradient(guess) / first, 0.5) if count > 1 else np.ones(1)
    found = least_squares(error, np.log(np.concatenate([guess, residue])), max_nfev=200)
    order = np.argsort(found.x[:count])
    return tuple(np.exp(found.x[:count][order])), tuple(np.exp(found.x[count:][order]))


def choose_few_poles(
    capacitance: float, conductances: Array, cutoff: float, temperature: float, inductance: float, tol: float
) -> tuple[Array, Array, float]:
    """The fewest fitted poles with which ⟨V²⟩ and ⟨φ²⟩ obey fluctuation–dissipation within `tol`, and their error.

    The error is relative, the largest over `conductances` [S]. Raises ConvergenceError if `MOST_POLES` do not suffice.
    """
    membranes = [(capacitance, float(w), cutoff, temperature, inductance) for w in np.atleast_1d(conductances)]
    exact = [exact_variances(*membrane) for membrane in membranes]
    errors = []
    for count in range(1, MOST_POLES + 1):
        xi, eta = few_poles(cutoff, temperature, count)
        found = [_variances(*membrane, xi, eta) for membrane in membranes]
        errors.append(max(float(np.max(abs(f / e - 1))) for f, e in zip(found, exact, strict=True)))
        if errors[-1] <= tol:
            return xi, eta, errors[-1]
    raise ConvergenceError(
        f"up to {MOST_POLES} poles the line's noise stays {min(errors):.1e} off fluctuation–dissipation, {tol:.1e} was "
        f"asked for, at {temperature:g} K, a cutoff of {cutoff:.3g} rad/s and {np.max(conductances):.3g} S: weaken the "
        "coupling, warm the line or lower its cutoff, or use modes"
    )


def _variances(
    capacitance: float, w: float, cutoff: float, temperature: float, inductance: float, xi: Array, eta: Array
) -> Array:
    """⟨V²⟩ [V²] and ⟨φ²⟩ [Wb²] of a linear membrane with this fraction in the place of coth."""
    nu = xi * k_B * temperature / hbar
    z = impedance(nu, capacitance, w, cutoff, inductance)
    voltage = 1 / capacitance + np.sum(2 * eta * (1 / capacitance - nu * z))
    return k_B * temperature * np.array([voltage, inductance + np.sum(2 * eta * z / nu)])
