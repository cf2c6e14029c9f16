"""The prediction of the zero-point force against a sum over states, brute sums over ν_n, and its own limits."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from quspike.claims.zero_point_force import _conductance, force, matsubara_sum, rest, shift, slope_of_conductance

LEVELS = 40


def ground_energy(centre: float, cutoff: float) -> float:
    """Σ_n |F_0n|² ∫dω/π Re Y(ω) E_n/(ω + E_n): second order about an oscillator at φ̄, counter-term included.

    In ħ = L = C = 1. The line's oscillators shift the ground state by −Σ|F_0n|² ∫dω/π ω Re Y/(ω + E_n), the
    counter-term by +⟨F²⟩ ∫dω/π Re Y.
    """
    root = np.sqrt(np.arange(1.0, LEVELS))
    x, vectors = np.linalg.eigh(np.diag(root, 1) + np.diag(root, -1))
    fine = np.linspace(-16.0, 16.0, 20001)
    slope = np.sqrt(_conductance(fine))
    coupling = np.concatenate([[0.0], np.cumsum(0.5 * (slope[1:] + slope[:-1]) * np.diff(fine))])
    elements = vectors[0] * np.interp(centre + x / np.sqrt(2), fine, coupling) @ vectors.T
    energies = np.arange(LEVELS)
    line = [quad(lambda w, e=e: e / (w + e) / (1 + (w / cutoff) ** 2) / np.pi, 0, np.inf)[0] for e in energies[1:12]]
    return float(np.sum(elements[1:12] ** 2 * line))


@pytest.mark.parametrize("cutoff", [2.0, 10.0])
def test_the_prediction_is_the_slope_of_the_ground_state_energy(cutoff: float) -> None:
    """−dδE₀/dφ̄ over real frequencies and number states, against the sum over ν_n at kT = 0.005 ħω0, within 1e-3.

    Catches: a factor of two of ħ or W′, its sign, a line without its counter-term, a cutoff squared.
    """
    h = 0.02
    expected = -(ground_energy(h, cutoff) - ground_energy(-h, cutoff)) / (2 * h)
    assert shift(cutoff, 0.005) == pytest.approx(expected, rel=1e-3)


def test_the_closed_sum_is_the_sum() -> None:
    """400,000 terms and the integral of the rest. Catches: ψ(x) for ψ(1 + x), n = 0 counted twice."""
    e, cutoff, warmth = 1.0, 7.0, 0.5
    nu = 2 * np.pi * warmth * np.arange(1, 400_001)
    brute = np.sum(nu * cutoff / ((nu + cutoff) * (nu**2 + e**2)))
    tail = cutoff / (2 * np.pi * warmth) / nu[-1]
    assert matsubara_sum(e, cutoff, warmth) == pytest.approx(brute + tail, rel=1e-6)


def test_the_force_grows_by_one_logarithm_and_dies_in_the_heat() -> None:
    """−ħ⟨W′⟩/2πC an e-fold at ω_c = 10⁶ ω0; −ħ²W′ω_c/24CkT for kT ≫ ħω_c (Σ1/n²). Catches: a classical remainder."""
    fold = shift(1e6 * np.e) - shift(1e6)
    assert fold == pytest.approx(-slope_of_conductance() / (2 * np.pi), rel=1e-5)
    hot = 500.0
    assert force(3.0, hot) == pytest.approx(2 * np.pi * 3.0 / (24 * hot), rel=1e-2)


def test_rest_of_a_ringdown() -> None:
    """Catches: a mean over unwhole periods."""
    time = np.linspace(0, 13, 131)
    flux = -3e-3 * (1 - np.exp(-0.03 * time) * np.cos(1.01 * time))
    assert rest(time, flux) == pytest.approx(-3e-3, rel=1e-8)
