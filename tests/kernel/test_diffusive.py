"""A measured quadrature, step by step: against matrix exponentials, the Itô equation itself, and what has to hold."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from scipy.linalg import expm

from quspike.kernel.diffusive import kick, measure, points, relax
from quspike.kernel.fock import pack, unpack
from quspike.precision import enable_x64

enable_x64()

LEVELS = 18
ANGLE, STRENGTH, EFFICIENCY = 0.7, 0.9, 0.6
LOWER = np.diag(np.sqrt(np.arange(1, LEVELS)), 1).astype(complex)
X = LOWER * np.exp(-1j * ANGLE) + LOWER.conj().T * np.exp(1j * ANGLE)

measured = jax.jit(measure)
relaxed = jax.jit(relax)


def some_state(filled: int = 7) -> np.ndarray:
    """A mixed state of the lowest levels, of full rank there."""
    rng = np.random.default_rng(0)
    m = rng.normal(size=(filled, filled)) + 1j * rng.normal(size=(filled, filled))
    rho = np.zeros((LEVELS, LEVELS), dtype=complex)
    rho[:filled, :filled] = m @ m.conj().T
    return rho / np.trace(rho)


def shifted(rho: np.ndarray, alpha: complex) -> np.ndarray:
    """D(α) ρ D†(α)."""
    d = expm(alpha * LOWER.conj().T - np.conj(alpha) * LOWER)
    return d @ rho @ d.conj().T


def after(rho: np.ndarray, h: float, normal: float, efficiency: float = EFFICIENCY) -> np.ndarray:
    """One step, in the frame that stands still."""
    step = measured(pack(rho), ANGLE, STRENGTH, efficiency, h, normal)
    return shifted(np.asarray(unpack(step.packed)), complex(step.shift))


def innovation(rho: np.ndarray) -> np.ndarray:
    """{X, ρ} − 2⟨X⟩ρ."""
    return X @ rho + rho @ X - 2 * np.trace(X @ rho).real * rho


def superoperator(generator) -> np.ndarray:
    """A linear map of matrices as a matrix (N², N²)."""
    units = np.eye(LEVELS**2).reshape(-1, LEVELS, LEVELS)
    return np.stack([generator(u).ravel() for u in units], axis=1)


def exponential(generator, h: float, rho: np.ndarray) -> np.ndarray:
    return (expm(h * superoperator(generator)) @ rho.ravel()).reshape(rho.shape)


def test_unread_a_measurement_is_dephasing_to_third_order_in_the_step():
    """∫ρ_W dP(W) = e^{−kh[X,[X,·]]}ρ, whatever the efficiency: the error falls eightfold for half the step.

    Catches: k, η or the record's variance wrong by two; one without the spread of X, which leaves h².
    """
    rho = some_state()
    normals, weights = np.polynomial.hermite_e.hermegauss(9)
    weights = weights / weights.sum()
    errors = []
    for h in (2e-3, 1e-3):
        average = sum(w * after(rho, h, z) for z, w in zip(normals, weights, strict=True))
        exact = exponential(lambda r: -STRENGTH * (X @ X @ r - 2 * X @ r @ X + r @ X @ X), h, rho)
        errors.append(np.abs(average - exact).max())
    assert errors[1] < 1e-6
    assert errors[0] / errors[1] > 7


def test_a_step_solves_the_ito_equation_to_strong_order_one():
    """Against Milstein's scheme written out: what is left of a step is of order h^{3/2}.

    Catches: a factor of two in k or η (an error of order h or √h), Stratonovich for Itô.
    """
    rho, normal = some_state(), 1.1
    errors = []
    for h in (1e-4, 2.5e-5):
        noise = normal * np.sqrt(h)
        kicked = innovation(rho)
        slope = X @ kicked + kicked @ X - 2 * np.trace(X @ rho).real * kicked - 2 * np.trace(X @ kicked).real * rho
        milstein = rho - STRENGTH * h * (X @ X @ rho - 2 * X @ rho @ X + rho @ X @ X)
        milstein = milstein + np.sqrt(2 * STRENGTH * EFFICIENCY) * kicked * noise
        milstein = milstein + STRENGTH * EFFICIENCY * slope * (noise**2 - h)
        errors.append(np.abs(after(rho, h, normal) - milstein).max())
    assert errors[0] < 2e-5
    assert errors[0] / errors[1] > 7


def test_a_measured_state_stays_a_state_whatever_the_step():
    """At k h = 30, a projective measurement: trace one, no negative eigenvalue; a pure state stays pure for η = 1.

    Catches: an update by the increments of the equation instead of a Kraus map.
    """
    rho = after(some_state(), 30.0 / STRENGTH, 0.4)
    assert np.trace(rho).real == pytest.approx(1, abs=1e-12)
    assert np.linalg.eigvalsh(rho)[0] > -1e-14
    pure = np.zeros((LEVELS, LEVELS), dtype=complex)
    pure[:3, :3] = np.outer([0.6, 0.0, 0.8j], [0.6, 0.0, -0.8j])
    for normal in (0.3, -1.2, 2.0):
        pure = after(pure, 0.05, normal, efficiency=1.0)
    assert np.trace(pure @ pure).real == pytest.approx(1, abs=1e-10)


def test_relaxation_is_the_exponential_of_its_generator():
    """Against e^{h𝓛} as a matrix of 324²; the truncated series leaves (κhN)⁵/5!.

    Catches: loss and gain exchanged, κ↓ where κ↑ belongs.
    """
    down, up, h, rho = 1.3, 0.3, 0.01, some_state()

    def dissipator(op, r):
        square = op.conj().T @ op
        return op @ r @ op.conj().T - 0.5 * (square @ r + r @ square)

    exact = exponential(lambda r: down * dissipator(LOWER, r) + up * dissipator(LOWER.conj().T, r), h, rho)
    assert np.abs(np.asarray(unpack(relaxed(pack(rho), down, up, h))) - exact).max() < 1e-8


def test_a_kick_is_the_exponential_of_a_potential():
    """e^{−iΦ(X)}ρe^{iΦ(X)} with Φ = 0.3 cos 0.4X − 0.1X, the frame's share included.

    Catches: a phase of the wrong sign, the mean force counted twice.
    """
    rho = some_state()
    values, vectors = np.linalg.eigh(X)
    unitary = (vectors * np.exp(-1j * (0.3 * np.cos(0.4 * values) - 0.1 * values))) @ vectors.conj().T
    kicked = kick(pack(rho), ANGLE, lambda x: 0.3 * np.cos(0.4 * x) - 0.1 * x, lambda x: -0.12 * np.sin(0.4 * x) - 0.1)
    got = shifted(np.asarray(unpack(kicked.packed)), complex(kicked.shift))
    assert np.abs(got - unitary @ rho @ unitary.conj().T)[:12, :12].max() < 1e-6
    assert points(LEVELS) == pytest.approx(values, abs=1e-10)
