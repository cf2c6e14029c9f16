"""Wigner functions against closed forms and against QuTiP.

coherent (2/π) e^{−2|β−α|²} · thermal (2/π) e^{−2|β|²/(2n̄+1)}/(2n̄+1) · |n⟩ (2/π)(−1)ⁿ e^{−2|β|²} L_n(4|β|²)
even cat  [W_α + W_−α + (4/π) e^{−2|β|²} cos(4 Im αβ*)] / 2(1 + e^{−2|α|²})
"""

import numpy as np
import pytest
import qutip
import xarray as xr
from scipy.special import eval_laguerre

from quspike.analysis.wigner import LOWEST, wigner, wigner_minimum, wigner_of_run
from quspike.errors import InputError
from quspike.kernel import fock_states
from quspike.kernel.fock import unpack

AXIS = np.linspace(-5, 5, 101)
BETA = AXIS + 1j * AXIS[:, None]
CELL = (AXIS[1] - AXIS[0]) ** 2
LEVELS, ALPHA = 40, 1.2 - 0.7j


def coherent(alpha):
    return 2 / np.pi * np.exp(-2 * abs(BETA - alpha) ** 2)


def pure(vector):
    return np.outer(vector, vector.conj())


def number(n):
    return pure(np.eye(LEVELS)[n])


def cat():
    overlap = np.exp(-2 * abs(ALPHA) ** 2)
    fringes = 4 / np.pi * np.exp(-2 * abs(BETA) ** 2) * np.cos(4 * (ALPHA * BETA.conj()).imag)
    return (coherent(ALPHA) + coherent(-ALPHA) + fringes) / (2 * (1 + overlap))


def laguerre(n):
    return 2 / np.pi * (-1) ** n * np.exp(-2 * abs(BETA) ** 2) * eval_laguerre(n, 4 * abs(BETA) ** 2)


CLOSED = {
    "vacuum": (number(0), coherent(0)),
    "one quantum": (number(1), laguerre(1)),
    "six quanta": (number(6), laguerre(6)),
    "coherent": (pure(qutip.coherent(LEVELS, ALPHA, method="analytic").full().ravel()), coherent(ALPHA)),
    "thermal": (
        np.asarray(unpack(fock_states.thermal_state(LEVELS, 0.6))),
        2 / np.pi / 2.2 * np.exp(-2 * abs(BETA) ** 2 / 2.2),
    ),
    "cat": (np.asarray(unpack(fock_states.cat_state(LEVELS, ALPHA, "even"))), cat()),
}


@pytest.mark.parametrize("state", CLOSED)
def test_wigner_functions_are_the_closed_forms(state):
    """Catches: β* for β (the coherent state mirrored), a factor 2 in the off-diagonal terms, n − 1 for n in a root."""
    rho, expected = CLOSED[state]
    found = wigner(rho, BETA)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-8)
    assert found.sum() * CELL == pytest.approx(1, abs=1e-6)


def test_one_quantum_is_as_negative_as_a_state_can_be():
    """Catches: a Wigner function of another normalisation (1/π, or over dq dp with ħ = 1)."""
    assert wigner(number(1), np.zeros(1))[0] == pytest.approx(-2 / np.pi, rel=1e-12)
    assert wigner(number(1), np.zeros(1))[0] == pytest.approx(LOWEST, rel=1e-12)


def test_any_state_agrees_with_qutip():
    """QuTiP's own sum over Laguerre polynomials. Catches: a wrong sign of the imaginary part of a coherence."""
    rho = qutip.rand_dm(12, seed=7)
    peer = qutip.wigner(rho, AXIS, AXIS, g=2, method="clenshaw")
    np.testing.assert_allclose(wigner(rho.full(), BETA), peer, rtol=0, atol=1e-10)


def run_with(rho, amplitude):
    """A result that saved one state twice, about `amplitude`."""
    states = np.array([rho, rho])
    return xr.Dataset(
        {
            "states_real": (("time", "level", "level_"), states.real),
            "states_imag": (("time", "level", "level_"), states.imag),
            "amplitude_real": (("time", "node"), np.full((2, 1), amplitude.real)),
            "amplitude_imag": (("time", "node"), np.full((2, 1), amplitude.imag)),
        },
        coords={"time": [0.0, 1e-9]},
    )


def test_a_run_is_shown_where_its_mean_is():
    """One displaced quantum: W is lowest at the mean. Catches: −α for α, or a frame that is left out."""
    (found,) = wigner_of_run(run_with(number(1), ALPHA), [1e-9], BETA)
    expected = -coherent(ALPHA) * eval_laguerre(1, 4 * abs(BETA - ALPHA) ** 2)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-8)


def test_a_saved_state_off_its_own_centre_is_not_moved_twice():
    """Amplitude is ⟨a⟩ of the whole state; what ρ′ has of it is not added again. Catches: α taken as ⟨a⟩."""
    rho, expected = CLOSED["coherent"]
    (found,) = wigner_of_run(run_with(rho, ALPHA), [0.0], BETA)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-8)


def test_the_minimum_is_found_wherever_the_state_is():
    """Catches: a search about the origin that misses a state far away."""
    found = wigner_minimum(run_with(number(1), 9 + 4j))
    np.testing.assert_allclose(found, [LOWEST, LOWEST], rtol=1e-9)
    assert wigner_minimum(run_with(number(0), ALPHA)).min() >= -1e-12


def test_a_run_without_states_says_which_key_would_keep_them():
    """Catches: a KeyError from the depths of xarray."""
    with pytest.raises(InputError, match="states = true"):
        wigner_minimum(xr.Dataset({"time": [0.0]}))
