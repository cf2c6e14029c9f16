"""Padé poles of coth against an independent Padé approximant, coth itself, and what they are chosen for."""

import mpmath
import numpy as np
import pytest

from quspike.baths.pade import pade_coth, pade_series
from quspike.errors import InputError


def taylor(order):
    """(x/2) coth(x/2) = Σ B_{2n} x^{2n}/(2n)!: coefficients of x^{2n}, n ≤ order."""
    return [mpmath.bernoulli(2 * n) / mpmath.factorial(2 * n) for n in range(order + 1)]


def test_one_pole_is_at_the_root_of_sixty():
    """(5x²)/(60 + x²) = x²/12 − x⁴/720 + …, by hand. Catches: a factor 2 in η, an index off by one in b_m."""
    xi, eta = pade_coth(1)
    assert xi == pytest.approx([np.sqrt(60)], rel=1e-14)
    assert eta == pytest.approx([2.5], rel=1e-14)


@pytest.mark.parametrize("n", [2, 3, 5])
def test_few_poles_are_those_of_the_pade_approximant_of_the_taylor_series(n):
    """The [N/N] approximant in u = x², with 40 digits: its roots are −ξ_k², and 2η_k follows from its residues."""
    with mpmath.workdps(40):
        above, below = (list(reversed(side)) for side in mpmath.pade(taylor(2 * n), n, n))
        roots = sorted(mpmath.polyroots(below, maxsteps=500, extraprec=200), reverse=True)
        residues = [mpmath.polyval(above, u) / mpmath.polyval(below, u, derivative=True)[1] for u in roots]
    xi, eta = pade_coth(n)
    np.testing.assert_allclose(xi, [float(mpmath.sqrt(-u)) for u in roots], rtol=1e-12)
    np.testing.assert_allclose(eta, [float(r / (2 * u)) for r, u in zip(residues, roots, strict=True)], rtol=1e-12)


@pytest.mark.parametrize("n", [1, 2, 5, 20, 40, 100, 200])
def test_every_pole_and_residue_is_positive(n):
    """So that the noise's spectrum is. Catches: products paired in the wrong order, overflow at many poles."""
    xi, eta = pade_coth(n)
    assert len(xi) == len(eta) == n
    assert (np.diff(xi) > 0).all()
    assert xi[0] > 0
    assert (eta > 0.999).all()


def test_ten_poles_are_coth_up_to_x_of_50():
    """Where ten Matsubara terms are 5 % off at x = 6 already."""
    x = np.linspace(0.1, 50, 500)
    np.testing.assert_allclose(pade_series(x, 10), x / 2 / np.tanh(x / 2), rtol=2e-3)
    np.testing.assert_allclose(pade_series(x[:100], 10), (x / 2 / np.tanh(x / 2))[:100], rtol=1e-12)
    matsubara = 1 + np.sum(2 * 36.0 / (36.0 + (2 * np.pi * np.arange(1, 11)) ** 2))
    assert matsubara < 0.95 * 3 / np.tanh(3)


def test_the_first_poles_are_matsubaras():
    xi, eta = pade_coth(20)
    np.testing.assert_allclose(xi[:10], 2 * np.pi * np.arange(1, 11), rtol=1e-6)
    np.testing.assert_allclose(eta[:8], 1.0, rtol=1e-6)


@pytest.mark.parametrize("n", [0, -1, 2.0])
def test_a_number_of_poles_is_a_whole_one(n):
    with pytest.raises(InputError, match="n_poles must be a whole number ≥ 1"):
        pade_coth(n)
