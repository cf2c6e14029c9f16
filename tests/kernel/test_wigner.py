"""Wigner functions over flux and charge, of the three ways in which a state is written.

QuTiP's quadratures are x = (a + a†)/√2, p = −i(a − a†)/√2, so that φ = √2 φ_zpf x, q = √2 q_zpf p, dφ dq = ħ dx dp, and
W(φ, q) = W_QuTiP(x, p)/ħ.
"""

import numpy as np
import pytest
import qutip

from quspike.constants import hbar
from quspike.kernel.centre_states import cat_state, gaussian_state
from quspike.kernel.hermite_grid import hermite_grid
from quspike.kernel.wigner import centre_wigner, fock_wigner, gaussian_wigner

ALPHA = 1.1 + 0.6j  # off both axes: every reflection of phase space shows
X = np.linspace(-4, 4, 41)


@pytest.fixture(scope="module")
def cat():
    """QuTiP's odd cat, and its W over (x, p), first x."""
    state = (qutip.coherent(40, ALPHA, method="analytic") - qutip.coherent(40, -ALPHA, method="analytic")).unit()
    return state.proj().full(), qutip.wigner(state, X, X).T


def test_a_cat_in_fock_space_is_qutips(cat):
    """Catches: √2 lost in a coordinate; q for −q; the axes exchanged; ħ in place of 2ħ."""
    rho, peer = cat
    assert peer.min() == pytest.approx(-1 / np.pi, rel=1e-6)  # odd: as negative as can be
    beta = (X[:, None] + 1j * X) / np.sqrt(2)
    np.testing.assert_allclose(fock_wigner(rho, beta) / 2, peer, atol=1e-9)


def test_a_cat_on_centre_and_difference_is_qutips(cat):
    """a = φ_zpf, b = 2φ_zpf: ξ = φ/φ_zpf = √2 x, κ = bq/ħ = √2 p. Catches: the sign of q; a parity's sign; √2."""
    grid = hermite_grid(44)
    packed = np.asarray(cat_state(grid, ALPHA, "odd"))
    coefficients = grid.transform.T @ packed @ grid.transform
    found = 2 * centre_wigner(coefficients, 0.0, np.sqrt(2) * X, np.sqrt(2) * X)
    np.testing.assert_allclose(found, cat[1], atol=1e-9)


def test_a_chirp_shears_the_charge_with_the_flux():
    """A Gaussian of unit widths with κ → κ − χξ: Σ = [[1, χ], [χ, 1 + χ²]]. Catches: χ's sign; a shear of φ."""
    grid, chirp = hermite_grid(12), 0.8
    coefficients = grid.transform.T @ np.asarray(gaussian_state(grid)) @ grid.transform
    expected = gaussian_wigner(X, X, np.array([[1, chirp], [chirp, 1 + chirp**2]]))
    np.testing.assert_allclose(centre_wigner(coefficients, chirp, X, X), expected, atol=1e-12)


def test_a_gaussian_is_that_of_its_covariance():
    """Its moments, by sums. Catches: √detΣ left out; σ_φq's sign; a width for a variance."""
    covariance = np.array([[2e-32, -5e-36], [-5e-36, 3e-38]])
    phi, q = (6.5 * np.linspace(-1, 1, 201) * s for s in np.sqrt(np.diag(covariance)))
    w = gaussian_wigner(phi, q, covariance) * (phi[1] - phi[0]) * (q[1] - q[0])
    found = [w.sum(), (w * phi[:, None] ** 2).sum(), (w * phi[:, None] * q).sum(), (w * q**2).sum()]
    np.testing.assert_allclose(found, [1, 2e-32, -5e-36, 3e-38], rtol=1e-8)
    pure = gaussian_wigner(np.zeros(1), np.zeros(1), hbar / 2 * np.diag([1e3, 1e-3]))
    assert pure[0, 0] == pytest.approx(1 / (np.pi * hbar), rel=1e-12)
