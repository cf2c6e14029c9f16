"""Steps of a circuit with the modes of a line: the propagator of a closed system, symplectic at any step."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.linalg import expm

from quspike.baths.comb import comb, graded_grid
from quspike.baths.spectral_density import drude_admittance
from quspike.kernel.boundary_scan import Columns, Push, along, linear_step, scan_steps, straight
from quspike.kernel.boundary_step import boundary_tables, projections, stretched
from quspike.precision import enable_x64

enable_x64()
C, STIFF, LAMBDA, MODES = 1.0, 1.3, 0.5, 30
LINE = comb(*graded_grid(0.3, 30.0, MODES, [(1.0, 0.3)]), lambda w: drude_admittance(w, 1.0, 5.0))
OMEGA, WEIGHT = LINE.omega, LINE.omega * LINE.capacitance
NOTHING = Push(jnp.zeros(3), jnp.zeros(3))


def generator(stiffness=STIFF):
    """ż = A z over the canonical (φ, φ_m, q, q_m), Hamilton's equations written out; and H = ½ zᵀEz."""
    size = MODES + 1
    k = np.zeros((size, size))
    k[0, 0], k[0, 1:], k[1:, 0] = stiffness + LAMBDA**2 * LINE.stiffness, -LAMBDA / LINE.inductance, 0.0
    k[1:, 0], k[1:, 1:] = k[0, 1:], np.diag(1 / LINE.inductance)
    inverse = np.diag(1 / np.append(C, LINE.capacitance))
    nothing = np.zeros_like(k)
    return np.block([[nothing, inverse], [-k, nothing]]), np.block([[k, nothing], [nothing, inverse]])


def to_columns():
    """S: canonical → (φ, q, Re b, Im b), b_m = ω(λφ − φ_m) + i q_m/C_m."""
    s = np.zeros((2 * MODES + 2, 2 * MODES + 2))
    s[0, 0] = s[1, MODES + 1] = 1.0
    s[2 : MODES + 2, 0], s[2 : MODES + 2, 1 : MODES + 1] = OMEGA * LAMBDA, -np.diag(OMEGA)
    s[MODES + 2 :, MODES + 2 :] = np.diag(1 / LINE.capacitance)
    return s


def propagate(steps: int, h: float, start: np.ndarray, block: int = 4, push: Push = NOTHING, coupling=None):
    """Columns after `steps` steps of h, over (φ, q, Re b, Im b)."""
    tables = jax.tree.map(jnp.asarray, boundary_tables(OMEGA[None], WEIGHT[None], h, block))
    coupling = coupling or straight(jnp.full((1, 3), LAMBDA), jnp.full(3, STIFF))

    def move(phi, charge, carry, felt, _):
        u, end, moved = linear_step(C, h, tables.inner, coupling, push, felt, phi, charge)
        return phi + u[1], end, moved, carry, ()

    go = jax.jit(lambda state: scan_steps(state, (), tables, jnp.arange(block), move)[0])
    state = Columns(jnp.asarray(start[0]), jnp.asarray(start[1]), jnp.asarray(start[2:][None]))
    for _ in range(steps // block):
        state = go(state)
    return np.vstack([state.phi, state.charge, state.lines[0]])


def test_a_comb_of_thirty_modes_is_propagated_as_by_the_exponential():
    """Fourth order, to 1e-10 with small steps. Catches: κ_ij without its nested integral, a lag of a step, e^{−ix}."""
    s = to_columns()
    exact = s @ expm(generator()[0] * 4.0) @ np.linalg.inv(s)
    errors = [np.max(np.abs(propagate(n, 4.0 / n, np.eye(len(s))) - exact)[:2]) for n in (16, 32, 512)]
    assert 3.7 < np.log2(errors[0] / errors[1]) < 4.3
    assert errors[-1] < 1e-10


@pytest.mark.parametrize("h", [0.01, 0.5, 3.0])
def test_a_step_is_symplectic_and_keeps_energy_whatever_its_length(h):
    """h ω_max from 0.3 to 90. Catches: a trapezoidal charge (2 % at h = 0.5), a Hermitian part of κ left out."""
    s = to_columns()
    one = np.linalg.inv(s) @ propagate(4, h, np.eye(len(s))) @ s
    size = MODES + 1
    j = np.block([[np.zeros((size, size)), np.eye(size)], [-np.eye(size), np.zeros((size, size))]])
    np.testing.assert_allclose(one.T @ j @ one, j, atol=2e-11)


def test_energy_of_the_closed_system_is_kept_for_a_thousand_steps():
    """It oscillates at fourth order and does not drift. Catches: steps that lose what they do not resolve."""
    s, energy = to_columns(), generator()[1]
    z = np.linalg.inv(s)
    start = np.eye(len(s))[:, [1]]
    first = z @ start
    found = []
    for steps in (400, 4000):
        last = z @ propagate(steps, 0.1, start)
        found.append(float((last.T @ energy @ last / (first.T @ energy @ first))[0, 0]) - 1)
    assert max(abs(e) for e in found) < 1e-5


def test_current_and_gate_push_the_circuit():
    """Against the exponential with sources. Catches: a gate's charge of the wrong sign, Simpson's weights lost."""
    current, gate = 0.7, 0.3  # constant; q is shifted by the gate: V = (q + Q_g)/C
    s, (a, _) = to_columns(), generator()
    force = np.zeros(len(s))
    force[0], force[MODES + 1] = gate / C, current
    augmented = np.block([[a, force[:, None]], [np.zeros((1, len(s) + 1))]])
    exact = s @ expm(augmented * 4.0)[:-1, -1]
    push = Push(jnp.full(3, current), jnp.full(3, gate))
    found = propagate(256, 4.0 / 256, np.zeros((len(s), 1)), push=push)[:, 0]
    np.testing.assert_allclose(found[:2], exact[:2], rtol=2e-9)


def test_a_coupling_along_the_path_that_stands_still_is_straight():
    """dF = λ dφ and F = λφ agree where λ does not move. Catches: the half-step integrals of ℓ_i ℓ_j′."""
    slope, stiffness = jnp.full((1, 3), LAMBDA), jnp.full(3, STIFF)
    for a, b in zip(along(slope, stiffness), straight(slope, stiffness), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-15)
    rising = along(jnp.array([[1.0, 1.5, 2.0]]), stiffness)  # λ = 1 + σ, φ = σ²: ∫λ dφ = σ² + 2σ³/3
    np.testing.assert_allclose(rising.path[0] @ np.array([0.25, 1.0]), [0.25 + 1 / 12, 5 / 3], rtol=1e-14)


@pytest.mark.parametrize("x", [1e-3, 0.999, 1.001, 30.0])
def test_projections_of_an_oscillation_are_its_integrals(x):
    """Series and closed forms against Gauss and Legendre. Catches: a sign in the recursion, (1 − σ) for σ."""
    shapes = [np.array([1.0, -3, 2]), np.array([0.0, 4, -4]), np.array([0.0, -1, 2])]
    points, weights = np.polynomial.legendre.leggauss(60)
    points, weights = (points + 1) / 2, weights / 2
    value = [np.polyval(c[::-1], points) for c in shapes]
    slope = [lambda s, c=c: c[1] + 2 * c[2] * s for c in shapes]
    flat, nested = projections(np.array([x]))
    kept = stretched(np.array([x]))
    for i in range(3):
        assert abs(flat[i, 0] - np.sum(weights * value[i] * np.exp(1j * x * points))) < 1e-12
        for j in (1, 2):
            inner = [s * np.sum(weights * np.exp(1j * x * s * (1 - points)) * slope[j](s * points)) for s in points]
            assert abs(nested[i, j - 1, 0] - np.sum(weights * value[i] * inner)) < 1e-11
    for j in (1, 2):
        assert abs(kept[j - 1, 0] - np.sum(weights * np.exp(1j * x * (1 - points)) * slope[j](points))) < 1e-12
