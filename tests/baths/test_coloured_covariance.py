"""Covariances in coloured noise, of any linear circuit: against one big matrix exponential of circuit and filters, and
against the membrane's own machine."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.linalg import expm

from quspike.baths.coloured import coloured_bath, drift, fluctuations, stationary_state
from quspike.baths.coloured_covariance import Spread, advanced, coloured_noise, equilibrium, resting, source
from quspike.baths.pade import pade_coth
from quspike.constants import hbar, k_B
from quspike.precision import enable_x64

enable_x64()
UNIT = k_B * 1.0 / hbar  # rates are given in units of k·1K/ħ, so that ν = ξT


def whole(a: np.ndarray, vectors: np.ndarray, temperatures: list[float], n_poles: int):
    """Drift and noise of (x, y) as one white system, y in the order of channels, then poles."""
    xi, eta = pade_coth(n_poles)
    m, c = vectors.shape
    size = m + c * n_poles
    big, noise = np.zeros((size, size)), np.zeros((size, c * (1 + n_poles)))
    big[:m, :m] = a
    for i in range(c):
        noise[:m, i * (1 + n_poles)] = vectors[:, i]
        for k in range(n_poles):
            nu, y, w = xi[k] * temperatures[i] * UNIT, m + i * n_poles + k, i * (1 + n_poles) + 1 + k
            big[:m, y], big[y, y] = -vectors[:, i] * np.sqrt(2 * eta[k] * nu), -nu
            noise[:m, w], noise[y, w] = vectors[:, i] * np.sqrt(2 * eta[k]), np.sqrt(nu)
    return big, noise @ noise.T


def test_a_step_is_the_exponential_of_circuit_and_filters():
    """Two channels at two temperatures, a flux that nothing holds. Catches: c with the other sign of y, the white part
    without its 2η, j with e^{+νs}.
    """
    r = np.random.default_rng(5)
    a = np.array([[0, 1.0, 0, 0], [0, -0.2, -0.7, 0.1], [0, 0.7, -1.0, 0], [0, -0.1, 0, -3.0]]) * UNIT
    vectors, temperatures, n = r.normal(size=(4, 2)) * UNIT**0.5, [1.0, 0.4], 3
    big, q = whole(a, vectors, temperatures, n)
    noise = coloured_noise(jnp.asarray(vectors), jnp.asarray(temperatures), n)
    start = r.normal(size=(10, 10))
    start = start @ start.T
    start[4:, 4:] = np.eye(6) / 2
    state = Spread(jnp.asarray(start[:4, :4]), jnp.asarray(start[:4, 4:].T.reshape(2, 3, 4)))
    for h in (0.3 / UNIT, 4.0 / UNIT):
        van_loan = expm(np.block([[-big, q], [np.zeros((10, 10)), big.T]]) * h / 256)
        turn, expected = van_loan[10:, 10:].T, start
        for _ in range(256):
            expected = turn @ expected @ turn.T + turn @ van_loan[:10, 10:]
        found = advanced(state, (jnp.asarray(a), jnp.asarray(a)), jnp.asarray(h), noise)
        np.testing.assert_allclose(found.covariance, expected[:4, :4], rtol=1e-8, atol=1e-9 * np.abs(expected).max())
        correlations = np.asarray(found.correlations).reshape(6, 4).T
        np.testing.assert_allclose(correlations, expected[:4, 4:], rtol=1e-8, atol=1e-9 * np.abs(expected).max())


def test_a_rate_of_the_circuit_that_meets_a_pole_is_no_trouble():
    """ν_1 = the decay itself: (A + ν)⁻¹ does not exist. Catches: a division by their difference."""
    nu = pade_coth(2)[0][0] * UNIT
    noise = coloured_noise(jnp.array([[1.0]]), jnp.array([1.0]), 2)
    both = []
    for shift in (0.0, 1e-5):
        a = jnp.array([[-nu * (1 + shift)]])
        both.append(float(advanced(equilibrium(a * 2, noise), (a, a), jnp.asarray(0.5 / UNIT), noise).covariance[0, 0]))
    assert both[0] == pytest.approx(both[1], rel=1e-4)
    assert np.isfinite(both[0])


@pytest.mark.parametrize("inductance", [np.inf, 10e-9])
def test_equilibrium_is_that_of_the_membrane(inductance: float):
    """⟨V²⟩ and ⟨φ²⟩ of one node by its own closed forms. Catches: an equilibrium that has not been reached."""
    bath = coloured_bath(100e-15, 1e12, 0.02, 20, inductance)
    a = drift(jnp.asarray(1 / 2e3), bath)
    if not bath.inductive:
        a = a[1:, 1:]
    vector = jnp.zeros((len(a), 1)).at[-1, 0].set(jnp.sqrt(2 * bath.cutoff))
    found = equilibrium(a, coloured_noise(vector, jnp.array([0.02]), 20)).covariance
    exact = fluctuations(stationary_state(jnp.asarray(1 / 2e3), bath), bath)
    assert float(found[-2, -2] * bath.voltage**2) == pytest.approx(float(exact.voltage_variance), rel=1e-9)
    if bath.inductive:
        assert float(found[0, 0] * bath.flux**2) == pytest.approx(float(exact.flux_variance), rel=1e-9)


def test_equilibrium_stays():
    noise = coloured_noise(jnp.array([[0.0], [1.0]]), jnp.array([0.5]), 4)
    a = jnp.array([[0.0, 1.0], [-1.0, -0.3]]) * UNIT
    noise = noise._replace(vectors=noise.vectors * UNIT**0.5)
    rest = equilibrium(a, noise)
    np.testing.assert_allclose(
        a @ rest.covariance + rest.covariance @ a.T + source(resting(a, noise), noise), 0, atol=1e-6 * UNIT
    )
    later = advanced(rest, (a, a), jnp.asarray(3.0 / UNIT), noise)
    np.testing.assert_allclose(later.covariance, rest.covariance, rtol=1e-9, atol=1e-12)
