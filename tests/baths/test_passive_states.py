"""Admittances as equations of first order: the same function of frequency, passive, with its own Johnson noise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import solve_continuous_lyapunov

from baths.test_positive_real import CIRCUITS, OMEGA, S
from quspike.baths.passive_states import beside, drude, first_order_section, passive_states, second_order_section
from quspike.baths.positive_real import fit_positive_real, sections


@pytest.mark.parametrize("name", list(CIRCUITS))
def test_states_have_the_admittance_of_the_fit(name: str):
    """Catches: κ of the other sign, a feed counted twice."""
    fit = fit_positive_real(OMEGA, CIRCUITS[name](S))
    states = passive_states(fit)
    omega = np.concatenate([OMEGA, 1j * OMEGA, OMEGA * (1 + 0.3j)])
    np.testing.assert_allclose(states(omega), fit(omega), rtol=1e-9)


def test_sections_of_any_shape_have_their_polynomials():
    """On the edge of passivity and inside of it."""
    s = -1j * np.geomspace(0.01, 100, 50)
    for a, b, c, width, centre in ((0.0, 1.0, 0.0, 0.1, 2.0), (1.0, 3.0, 0.5, 2.0, 0.7), (0.3, 5.0, 2.0, 0.4, 1.3)):
        assert b * width >= (a**0.5 * centre - c**0.5) ** 2
        expected = (a * s**2 + b * s + c) / (s**2 + width * s + centre**2)
        np.testing.assert_allclose(second_order_section(a, b, c, width, centre)(1j * s), expected, rtol=1e-11)
    np.testing.assert_allclose(first_order_section(2.0, 5.0, 3.0)(1j * s), (2 * s + 5) / (s + 3), rtol=1e-12)
    np.testing.assert_allclose(drude(2.0, 3.0)(1j * s), 2 / (1 + s / 3), rtol=1e-12)
    tops, bottoms = sections(np.array([1.0]), np.array([[0.1, 2.0]]))
    for top, bottom in zip(tops[-9:], bottoms[-9:], strict=True):  # the edge: b − κ² is rounding
        states = second_order_section(*top, bottom[1], bottom[2] ** 0.5)
        np.testing.assert_allclose(states(1j * s), np.polyval(top, s) / np.polyval(bottom, s), rtol=1e-6)


def test_noise_of_the_channels_is_that_of_the_admittance():
    """`|n + Nᵀ(s + J + NNᵀ)⁻¹ …|²` of all channels is Re Y at every frequency. Catches: a channel with the wrong sign,
    noise of the states that is not correlated with that of the port.
    """
    states = beside([second_order_section(1.0, 3.0, 0.5, 2.0, 0.7), first_order_section(2.0, 5.0, 3.0)])
    for omega in np.geomspace(0.01, 100, 30):
        within = np.linalg.solve((-1j * omega * np.eye(states.size) + states.decay).T, states.drawn)
        seen = states.feed - within @ states.channels
        assert np.sum(np.abs(seen) ** 2) == pytest.approx(states(omega).real, rel=1e-12)


def test_a_capacitor_beside_it_has_kt():
    """⟨q²⟩ = kTC and ⟨w²⟩ = kT in equilibrium (kT = 1): the white equations leave the identity."""
    states = beside([second_order_section(1.0, 3.0, 0.5, 2.0, 0.7), drude(2.0, 5.0)])
    drift = -np.block([[states.direct, states.drawn], [-states.driven[:, None], states.decay]])
    noise = np.vstack([states.feed, states.channels])
    covariance = solve_continuous_lyapunov(drift, -2 * noise @ noise.T)
    np.testing.assert_allclose(covariance, np.eye(1 + states.size), atol=1e-12)
