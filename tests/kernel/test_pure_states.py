"""Displaced non-linearities on ψ against those on ρ, which have tests of their own; the exponential of a kick."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.linalg import expm

from quspike.kernel import displaced, pure_states
from quspike.kernel.fock import unpack
from quspike.precision import enable_x64

enable_x64()
LEVELS, FILLED, BETA, TIME = 24, 8, 0.9 - 0.4j, 0.3
LOWER = np.diag(np.sqrt(np.arange(1, LEVELS)), 1)
PAIRS = {
    "kerr": (displaced.kerr(LEVELS, 0.7, 0.3), pure_states.kerr(0.7, 0.3)),
    "junction": (displaced.junction(LEVELS, 2.0, 0.4, 1.3), pure_states.junction(LEVELS, 2.0, 0.4, 1.3)),
    "secular": (displaced.secular_junction(LEVELS, 2.0, 0.4), pure_states.secular_junction(LEVELS, 2.0, 0.4)),
}


def state():
    """A random ψ of a few levels, far from the last one."""
    rng = np.random.default_rng(1)
    psi = np.zeros(LEVELS, complex)
    psi[:FILLED] = rng.normal(size=FILLED) + 1j * rng.normal(size=FILLED)
    return psi / np.linalg.norm(psi)


@pytest.mark.parametrize("kind", PAIRS)
def test_a_pure_state_turns_as_its_density_matrix(kind):
    """−i(H|ψ⟩⟨ψ| − h.c.) is the commutator there. Catches: a lost conjugate of β; a carrier turned backwards."""
    on_rho, on_psi = PAIRS[kind]
    psi = state()
    rho = np.outer(psi, psi.conj())
    turn = on_rho(TIME, jnp.asarray(BETA), jnp.asarray(rho.real + rho.imag))
    g = complex(turn.drift)
    slope = -1j * np.asarray(on_psi(TIME, jnp.asarray(BETA), jnp.asarray(psi)))
    slope -= g * LOWER.T @ psi - np.conj(g) * LOWER @ psi
    found = np.outer(slope, psi.conj())
    np.testing.assert_allclose(found + found.conj().T, unpack(np.asarray(turn.packed)), atol=1e-11)
    force = np.vdot(psi, LOWER @ slope) + np.vdot(slope, LOWER @ psi)
    assert abs(force) < 1e-11  # what the frame took is the whole of d⟨a⟩/dt


def test_a_kick_is_a_displacement_and_a_finite_sum():
    """e^{pa + qa†}ψ ∝ D(q)e^{(p+q*)a}ψ. Catches: q for q* in what is left."""
    p, q = 0.11 + 0.05j, -0.08 + 0.13j
    psi = state()
    left = np.asarray(pure_states.attenuated(jnp.asarray(psi), p + np.conj(q)))
    found = expm(q * LOWER.T - np.conj(q) * LOWER) @ left
    exact = expm(p * LOWER + q * LOWER.T) @ psi
    overlap = abs(np.vdot(found, exact)) / np.linalg.norm(found) / np.linalg.norm(exact)
    assert overlap == pytest.approx(1, abs=1e-12)
