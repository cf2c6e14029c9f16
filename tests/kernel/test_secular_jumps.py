"""The jumps of a line tied to a function of position, against matrices of a larger space and against closed forms."""

import jax.numpy as jnp
import numpy as np
import pytest
import qutip
from scipy.integrate import solve_ivp
from scipy.linalg import expm

from lab_oscillator import function_of_position
from quspike.kernel import secular_jumps
from quspike.kernel.fock import damping, pack, unpack
from quspike.kernel.fock_states import cat_state, number_state, thermal_state
from quspike.memristors.sigmoid import LAW as SIGMOID

QUANTA = 1.3
"""ħω0/kT."""


def bent(x):
    return np.log1p(np.exp((x - 0.7) / 1.5)) + 0.4 * x


def bent_jax(x):
    return jnp.log1p(jnp.exp((x - 0.7) / 1.5)) + 0.4 * x


def golden(most, quanta=QUANTA):
    """2k(n̄_k + 1) and 2k n̄_k, 2kT for k = 0; ħ = ω0 = Z0 = 1."""
    k = np.arange(1, most + 1)
    occupation = np.exp(-k * quanta) / -np.expm1(-k * quanta)
    return np.append(2 / quanta, 2 * k * (occupation + 1)), np.append(0.0, 2 * k * occupation)


def random_state(levels, seed=3, filled=None):
    rng = np.random.default_rng(seed)
    filled = filled or levels
    root = np.zeros((levels, levels), dtype=complex)
    root[:filled, :filled] = rng.normal(size=(filled, filled)) + 1j * rng.normal(size=(filled, filled))
    rho = root @ root.conj().T
    return rho / np.trace(rho)


@pytest.mark.parametrize("shift", [0.0, 1.1 * np.exp(0.8j)])
def test_displaced_jumps_are_those_of_the_larger_space(shift):
    """D†(s) G_k D(s) for k = 0, 1, 2, 5 within 1e-8, G_k the k-th band of G(a + a†) in a space of 150 levels.

    Catches e^{+ikβ} for e^{−ikβ}, and a carrier average that is taken after the state is cut.
    """
    levels, room = 10, 150
    large = function_of_position(room, bent, 1.0)
    displace = expm(shift * qutip.create(room).full() - np.conj(shift) * qutip.destroy(room).full())
    found = np.asarray(secular_jumps.jump_elements(levels, 6, bent_jax, 2 * abs(shift)))
    phase = np.exp(1j * np.angle(shift) * np.subtract.outer(np.arange(levels), np.arange(levels)))
    for k in (0, 1, 2, 5):
        band = np.diag(np.diag(large, k), k)
        wanted = (displace.conj().T @ band @ displace)[:levels, :levels]
        assert np.max(np.abs(found[k] * phase * np.exp(1j * k * np.angle(shift)) - wanted)) < 1e-8


def test_a_line_that_is_linear_is_a_and_its_adjoint_about_any_mean():
    """G = g X displaced by s: κ(n̄+1)𝓓[a], κn̄𝓓[a†] and −κs/2 for the mean, κ = 2g², to rounding.

    Catches a golden rule without its 2, and a mean that is left in the state.
    """
    levels, g, shift = 10, 0.3, 2.5 * np.exp(0.4j)
    packed = pack(random_state(levels, filled=5))
    down, up = golden(3)
    elements = secular_jumps.jump_elements(levels, 3, lambda x: g * x, 2 * abs(shift))
    jumps = secular_jumps.weighted(elements, down, up)
    angle = np.angle(shift)
    lost = secular_jumps.turned(secular_jumps.lindblad(jumps, secular_jumps.turned(packed, angle)), -angle)
    found = secular_jumps.recentred(packed, lost)
    kappa, occupation = 2 * g**2, 1 / np.expm1(QUANTA)
    wanted = secular_jumps.recentred(packed, damping(kappa * (occupation + 1), kappa * occupation, packed))
    mean = np.trace(qutip.destroy(levels).full() @ unpack(packed))
    assert abs(found.drift + 0.5 * kappa * (shift + mean)) < 1e-13
    assert np.max(np.abs(found.packed - wanted.packed)) < 1e-13


def test_two_quanta_are_lost_at_their_own_rate():
    """G = gX² at T → 0: |4⟩ → |2⟩ → |0⟩ at γ n(n − 1), γ = 2·2ω0·g², populations within 1e-9 of the closed form.

    Catches J(ω0) for J(2ω0), and the half of a double commutator.
    """
    levels, g = 9, 0.11
    elements = secular_jumps.jump_elements(levels, 4, lambda x: g * x**2, 0.0)
    down, up = golden(4, quanta=200.0)
    down[0] = 0.0
    jumps = secular_jumps.weighted(elements, down, up)
    gamma, t = 4 * g**2, 2.0
    first = np.asarray(number_state(levels, 4)).ravel()

    def flow(_, y):
        return np.asarray(secular_jumps.lindblad(jumps, y.reshape(levels, levels))).ravel()

    final = solve_ivp(flow, (0, t), first, "DOP853", rtol=1e-11, atol=1e-13).y[:, -1].reshape(levels, levels)
    four, two = np.exp(-12 * gamma * t), 12 / 10 * (np.exp(-2 * gamma * t) - np.exp(-12 * gamma * t))
    assert np.max(np.abs(np.diag(final)[[4, 2, 0, 3, 1]] - [four, two, 1 - four - two, 0, 0])) < 1e-9


def test_what_moves_no_quantum_dephases_at_zero_frequency():
    """G = gX²: G_0 = g(2n + 1), and ρ_02 decays at ½·2kT·(4g)² by it, to rounding. Catches Γ_0 counted for ±0."""
    levels, g = 6, 0.2
    elements = secular_jumps.jump_elements(levels, 2, lambda x: g * x**2, 0.0)
    down, up = golden(2)
    down[1:], up[1:] = 0.0, 0.0
    packed = np.zeros((levels, levels))
    packed[0, 2] = packed[2, 0] = 0.5
    rate = np.asarray(secular_jumps.lindblad(secular_jumps.weighted(elements, down, up), packed))
    assert rate[0, 2] == pytest.approx(-0.5 * (2 / QUANTA) * (4 * g) ** 2 * 0.5, rel=1e-10)


def test_a_thermal_state_is_stationary():
    """dρ/dt of it is below 1e-15 of a random state's, however cut. Catches one n̄(ω0) for all jumps."""
    levels, most = 7, 6
    elements = secular_jumps.jump_elements(levels, most, bent_jax, 0.0)
    jumps = secular_jumps.weighted(elements, *golden(most))
    ratio = np.exp(-QUANTA)
    thermal = thermal_state(levels, ratio / (1 - ratio))
    moved = np.max(np.abs(secular_jumps.lindblad(jumps, thermal)))
    assert moved < 1e-15 * np.max(np.abs(secular_jumps.lindblad(jumps, pack(random_state(levels)))))


def test_densities_are_those_of_position_and_of_its_flow():
    """Σ f(X) of both against Tr fρ and Tr ½{f, P}ρ with QuTiP's matrices of a larger space: within 1e-10."""
    levels, room = 8, 40
    rho = random_state(levels)
    points, probability, flow = (np.asarray(values) for values in secular_jumps.densities(pack(rho)))
    large = np.zeros((room, room), dtype=complex)
    large[:levels, :levels] = rho
    f = function_of_position(room, np.tanh, 0.5)
    p = -1j * (qutip.destroy(room) - qutip.create(room)).full()
    assert np.tanh(0.5 * points) @ probability == pytest.approx(np.trace(f @ large).real, abs=1e-10)
    assert np.tanh(0.5 * points) @ flow == pytest.approx(np.trace((f @ p + p @ f) @ large).real / 2, abs=1e-10)


def test_a_superposition_of_two_swings_dies_as_the_coupling_tells_them_apart():
    """(kT/ħ²Z0)⟨[F(φ1 cos θ) − F(φ2 cos θ)]²⟩_θ of a cat at kT = 20 ħω0, within 1 %: 1.5 times the mean field's.

    Coherence over its largest possible value, at t = 0; what is left, 0.7 %, is the width of each half. Catches jumps
    of odd k alone, and W at the mean flux.
    """
    levels, alpha, kT = 60, 4.0, 20.0
    p = {"R_on": 1 / 0.08, "R_off": 1 / 0.008, "phi_c": 3.0, "phi_s": 1.2}

    def coupling(x):
        return SIGMOID.coupling(x / np.sqrt(2), p)

    elements = secular_jumps.jump_elements(levels, 30, coupling, 0.0)
    packed = cat_state(levels, alpha, "even")
    moved = unpack(secular_jumps.lindblad(secular_jumps.weighted(elements, *golden(30, 1 / kT)), packed))
    one, other = (qutip.coherent(levels, sign * alpha, method="analytic").full()[:, 0] for sign in (1, -1))

    def decay(left, right):
        return -(left @ moved @ right).real / (left @ unpack(packed) @ right).real

    found = decay(one, other) - 0.5 * (decay(one, one) + decay(other, other))
    x = 2 * alpha * np.cos(2 * np.pi * (np.arange(400) + 0.5) / 400)
    wanted = kT * np.mean(np.asarray(coupling(x) - coupling(-x)) ** 2)
    mean_field = kT * float(SIGMOID.conductance(0.0, 0.0, p)) * np.mean(2 * x**2)
    assert found == pytest.approx(wanted, rel=1e-2)
    assert wanted > 1.45 * mean_field
