"""Fock algebra on packed matrices against the same algebra with full complex matrices."""

import jax.numpy as jnp
import numpy as np
import pytest
import qutip

from quspike.kernel.fock import (
    Band,
    banded_commutator,
    damping,
    dense_commutator,
    expectation,
    lowering,
    moments,
    pack,
    unpack,
)
from quspike.kernel.fock_states import cat_state, displacement_elements, number_state, thermal_state

LEVELS = 11
A = np.diag(np.sqrt(np.arange(1, LEVELS)), 1)
AD = A.T


def hermitian(seed, width=LEVELS):
    rng = np.random.default_rng(seed)
    m = rng.normal(size=(LEVELS, LEVELS)) + 1j * rng.normal(size=(LEVELS, LEVELS))
    return np.triu(np.tril(m + m.conj().T, width), -width)


RHO = hermitian(0)


def test_one_real_matrix_holds_a_hermitian_one():
    """Catches a lost sign of the imaginary part."""
    np.testing.assert_allclose(unpack(pack(RHO)), RHO, rtol=0, atol=1e-15)
    np.testing.assert_allclose(unpack(jnp.stack([pack(RHO)] * 2))[1], RHO, rtol=0, atol=1e-15)


def test_commutators_of_packed_matrices_are_those_of_the_full_ones():
    """Dense, and banded by shifts of rows. Catches a band on the wrong side, or H_a with the wrong sign."""
    h = hermitian(1)
    np.testing.assert_allclose(
        unpack(dense_commutator(h.real, h.imag, pack(RHO))), -1j * (h @ RHO - RHO @ h), atol=1e-13
    )
    h = hermitian(2, width=2)
    bands = [np.pad(np.diag(h, -k), (0, k)) for k in (0, 1, 2)]
    found = banded_commutator(bands[0].real, tuple(Band(b.real, b.imag) for b in bands[1:]), pack(RHO))
    np.testing.assert_allclose(unpack(found), -1j * (h @ RHO - RHO @ h), rtol=0, atol=1e-13)


def test_damping_is_the_lindblad_form_and_keeps_the_trace():
    """κ↓𝓓[a] + κ↑𝓓[a†] with truncated a. Catches ½{aa†, ρ} with a population that leaves through the last level."""

    def dissipator(jump):
        rate = jump.T @ jump
        return jump @ RHO @ jump.T - 0.5 * (rate @ RHO + RHO @ rate)

    found = unpack(damping(0.3, 0.2, pack(RHO)))
    np.testing.assert_allclose(found, 0.3 * dissipator(A) + 0.2 * dissipator(AD), rtol=0, atol=1e-13)
    assert abs(np.trace(found)) < 1e-13


def test_moments_are_traces_with_operators():
    """Catches ρ_{m,m+k} in the place of ρ_{m+k,m}: the conjugate of ⟨a⟩."""
    found = moments(pack(RHO))
    np.testing.assert_allclose(found.a, np.trace(A @ RHO), rtol=0, atol=1e-13)
    np.testing.assert_allclose(found.aa, np.trace(A @ A @ RHO), rtol=0, atol=1e-13)
    np.testing.assert_allclose(found.adaa, np.trace(AD @ A @ A @ RHO), rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.number, np.trace(AD @ A @ RHO).real, rtol=0, atol=1e-12)
    observable = hermitian(3)
    np.testing.assert_allclose(
        expectation(pack(RHO), pack(observable)), np.trace(RHO @ observable).real, rtol=0, atol=1e-12
    )
    np.testing.assert_allclose(np.diag(lowering(LEVELS, 2)[:-2], 2), A @ A, rtol=0, atol=1e-13)


@pytest.mark.parametrize("eta", [0.05, 0.4, 1.7])
def test_displacements_are_the_corner_of_an_infinite_matrix(eta):
    """Laguerre's closed form against the exponential in a space so large that its edge is not felt.

    Catches the exponential of the truncated matrix, which is wrong in the upper levels.
    """
    larger = (1j * eta * (qutip.create(150) + qutip.destroy(150))).expm().full()[:LEVELS, :LEVELS]
    phase = 1j ** np.abs(np.subtract.outer(np.arange(LEVELS), np.arange(LEVELS)))
    np.testing.assert_allclose(displacement_elements(LEVELS, eta) * phase, larger, rtol=0, atol=1e-12)


def test_states_are_those_of_qutip():
    """Thermal, number and both cats, of unit trace. Catches a cat whose parity or phase is lost."""
    levels = 40
    np.testing.assert_allclose(
        unpack(thermal_state(levels, 0.7)), qutip.thermal_dm(levels, 0.7, "analytic").full(), atol=1e-9
    )
    np.testing.assert_allclose(unpack(thermal_state(levels, 0.0)), qutip.fock_dm(levels, 0).full(), rtol=0, atol=1e-15)
    np.testing.assert_allclose(unpack(number_state(levels, 3)), qutip.fock_dm(levels, 3).full(), rtol=0, atol=1e-15)
    alpha = 1.2 - 0.9j
    for parity, sign in (("even", 1), ("odd", -1)):
        psi = (
            qutip.coherent(levels, alpha, method="analytic") + sign * qutip.coherent(levels, -alpha, method="analytic")
        ).unit()
        np.testing.assert_allclose(
            unpack(cat_state(levels, alpha, parity)), (psi * psi.dag()).full(), rtol=0, atol=1e-12
        )
    np.testing.assert_allclose(
        unpack(cat_state(levels, 0.0, "even")), qutip.fock_dm(levels, 0).full(), rtol=0, atol=1e-15
    )
