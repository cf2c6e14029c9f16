"""The co-moving frame against QuTiP in the laboratory frame, and its generator against operators displaced by hand."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import qutip
from scipy.special import eval_laguerre

from lab_oscillator import cat, displaced, function_of_position, solve
from quspike.kernel.displaced import co_moving_flow, junction, kerr, secular_junction
from quspike.kernel.dopri5 import dopri5_rolled
from quspike.kernel.fock import moments, pack, unpack
from quspike.kernel.fock_states import cat_state, number_state, thermal_state

KERR, DETUNING = 0.02, 0.013
ENERGY, ETA = 0.4, 0.35
LAB = 40


def junction_potential(x):
    return -ENERGY * (np.cos(x) + 0.5 * x**2)


def secular_energies(n):
    return -ENERGY * (np.exp(-(ETA**2) / 2) * eval_laguerre(n, ETA**2) + ETA**2 * (n + 0.5))


def lab_hamiltonian(name, levels=LAB):
    """H_nl of one case as a matrix in the laboratory frame."""
    a = qutip.destroy(levels)
    return {
        "none": 0 * a.dag() * a,
        "kerr": DETUNING * a.dag() * a + 0.5 * KERR * a.dag() ** 2 * a**2,
        "junction": qutip.Qobj(function_of_position(levels, junction_potential, ETA)),
        "secular": qutip.Qobj(np.diag(secular_energies(np.arange(levels)))),
    }[name]


def model(name, levels):
    return {
        "none": lambda: None,
        "kerr": lambda: kerr(levels, KERR, DETUNING),
        "junction": lambda: junction(levels, ENERGY, ETA, 1.0),
        "secular": lambda: secular_junction(levels, ENERGY, ETA),
    }[name]()


def kappa(t):
    return 0.06 * (1 + 0.5 * jnp.sin(0.3 * t))


def force(t):
    return 0.12 * jnp.cos(1.03 * t + 0.4)


N_BAR = 0.1


def evolve(nonlinearity, packed, alpha, times, steps, rates=(kappa, N_BAR), drive=force):
    """(α, ρ′) at the times by fixed Dormand–Prince steps: the frame without the rest of the package."""
    rate, n_bar = rates
    h = (times[1] - times[0]) / steps

    def flow(t, y):
        push = 1j * drive(t) * jnp.exp(1j * t)
        return co_moving_flow(nonlinearity, t, y[0], y[1], rate(t) * (n_bar + 1), rate(t) * n_bar, push)

    def step(y, t):
        return dopri5_rolled(flow, t, h, y).end, None

    def save(y, t):
        y, _ = jax.lax.scan(step, y, t + h * jnp.arange(steps))
        return y, y

    start = (jnp.asarray(alpha, dtype=complex), packed)
    _, (alphas, states) = jax.jit(lambda y: jax.lax.scan(save, y, times[:-1]))(start)
    return np.append(alpha, alphas), np.concatenate([np.asarray(packed)[None], states])


def voltages(times, alphas, states):
    """⟨V⟩ and ⟨V²⟩ in the laboratory, V = −i(a − a†)."""
    m = jax.vmap(moments)(jnp.asarray(states))
    lab = (alphas + m.a) * np.exp(-1j * times)
    aa = (alphas**2 + 2 * alphas * m.a + m.aa) * np.exp(-2j * times)
    number = np.abs(alphas) ** 2 + 2 * np.real(np.conj(alphas) * m.a) + m.number
    return 2 * lab.imag, 2 * number + 1 - 2 * aa.real


CASES = {  # non-linearity, ρ′(0), α(0), the same state in the laboratory, levels
    "linear, thermal": (
        "none",
        lambda n: thermal_state(n, 0.3),
        1.5j,
        lambda: qutip.thermal_dm(LAB, 0.3, "analytic"),
        16,
    ),
    "Kerr, displaced |1⟩": ("kerr", lambda n: number_state(n, 1), 2.0, lambda: qutip.fock(LAB, 1), 28),
    "junction, displaced |1⟩": ("junction", lambda n: number_state(n, 1), 1.5 - 0.5j, lambda: qutip.fock(LAB, 1), 28),
    "Kerr, cat": ("kerr", lambda n: cat_state(n, 1.3j, "even"), 0.8, lambda: cat(1.3j, LAB), 30),
    "secular junction, odd cat": ("secular", lambda n: cat_state(n, 1.2, "odd"), 1.0, lambda: cat(1.2, LAB, -1), 30),
}


@pytest.mark.parametrize("case", CASES)
def test_the_co_moving_frame_is_the_laboratory(case):
    """⟨V⟩ and ⟨V²⟩ over five periods within 1e-5 of QuTiP, with a prescribed κ(t) and every carrier phase.

    Catches a rotating-wave approximation, D[a] displaced without its linear term, a wrong sign in g.
    """
    name, state, alpha, lab_state, levels = CASES[case]
    times = np.linspace(0, 10 * np.pi, 21)
    rho = lab_state()
    if rho.isket:
        psi = displaced(rho, alpha, LAB)
        rho = psi * psi.dag()
    else:
        shift = qutip.displace(LAB + 60, alpha).full()[:LAB, :LAB]
        rho = qutip.Qobj(shift @ rho.full() @ shift.conj().T)
    rate, drive = (lambda t: 0.06 * (1 + 0.5 * np.sin(0.3 * t))), (lambda t: 0.12 * np.cos(1.03 * t + 0.4))
    v, vv = solve(lab_hamiltonian(name), rho, times, drive, rate, N_BAR)
    found = evolve(model(name, levels), state(levels), alpha, times, 20)
    found_v, found_vv = voltages(times, *found)
    np.testing.assert_allclose(found_v, v, atol=1e-5 * np.max(np.abs(v)), rtol=0)
    np.testing.assert_allclose(found_vv, vv, atol=1e-5 * np.max(vv), rtol=0)
    populations = np.diagonal(found[1], axis1=1, axis2=2)
    assert np.max(np.abs(populations.sum(axis=1) - 1)) < 1e-12
    assert np.min(np.linalg.eigvalsh(unpack(jnp.asarray(found[1])))) > -1e-9
    assert np.max(np.abs(jax.vmap(moments)(jnp.asarray(found[1])).a)) < 1e-6


@pytest.mark.parametrize("name", ["kerr", "junction", "secular"])
def test_the_generator_is_that_of_operators_displaced_by_hand(name):
    """g and −i[H_nl(a+α) − …, ρ′] against D†(α) H_nl D(α) in 160 levels, for a state with ⟨a⟩ ≠ 0 too.

    Catches products of truncated matrices, and terms dropped because ⟨a⟩ should vanish.
    """
    levels, larger, alpha, t = 12, 160, 1.3 - 0.7j, 0.7
    rng = np.random.default_rng(4)
    psi = np.zeros(larger, dtype=complex)
    psi[:6] = rng.normal(size=6) + 1j * rng.normal(size=6)
    rho = np.outer(psi, psi.conj()) / np.linalg.norm(psi) ** 2
    a = qutip.destroy(larger).full()
    turn = np.diag(np.exp(1j * t * np.arange(larger)))
    shift = qutip.displace(larger, alpha).full()
    h = shift.conj().T @ turn @ lab_hamiltonian(name, larger).full() @ turn.conj() @ shift
    g = -1j * np.trace((a @ h - h @ a) @ rho)
    total = h - 1j * (g * a.T - np.conj(g) * a)
    expected = (-1j * (total @ rho - rho @ total))[:levels, :levels]
    found = model(name, levels)(t, jnp.asarray(alpha), pack(rho[:levels, :levels]))
    np.testing.assert_allclose(found.drift, g, rtol=0, atol=1e-12)
    np.testing.assert_allclose(unpack(found.packed), expected, rtol=0, atol=1e-12)


def test_a_driven_linear_mode_needs_no_levels():
    """⟨a†a⟩ reaches 80 with three levels, against the closed form of a resonant drive. Catches a frame that lags."""
    times = np.linspace(0, 200 * np.pi, 11)
    alphas, states = evolve(
        None, thermal_state(3, 0.0), 0.0, times, 800, (lambda t: 0.02, 0.0), lambda t: 0.18 * jnp.cos(t)
    )
    s = 0.01  # κ/2
    rotating, counter = 0.09j * -np.expm1(-s * times) / s, 0.09j * (np.exp(2j * times) - np.exp(-s * times)) / (s + 2j)
    np.testing.assert_allclose(alphas, rotating + counter, rtol=0, atol=1e-7)
    assert np.abs(alphas[-1]) ** 2 > 75
    np.testing.assert_allclose(states[-1], states[0], rtol=0, atol=1e-14)
