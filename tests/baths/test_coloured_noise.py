"""Coloured quantum noise: its equilibrium against fluctuation–dissipation, its motion against a dense equation.

The dense model is written once more from the stochastic equations in SI, with a reference line of arbitrary Z0.
"""

import math
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.constants import hbar, k
from scipy.integrate import solve_ivp
from scipy.linalg import solve_continuous_lyapunov

from quspike.baths.coloured import (
    CHARGE,
    FLUX,
    LINE,
    choose_poles,
    clamped_drift,
    coloured_bath,
    drift,
    fluctuations,
    pade_variances,
    prepared_state,
    replace_charge,
    stationary_state,
)
from quspike.baths.coloured_step import coloured_step, propagate, propagator, varying_propagator
from quspike.baths.noise import flux_variance, impedance, voltage_variance
from quspike.baths.pade import pade_coth
from quspike.errors import ConvergenceError, InputError

C, L, W, CUTOFF = 100e-15, 10e-9, 1 / 2e3, 1e12
FEW = 5  # poles, where their number is of no account
Z0 = 77.0  # of the reference line: nothing may depend on it

move = jax.jit(coloured_step)
move_constant = jax.jit(lambda state, matrix, h, bath: propagate(state, propagator(matrix, h, bath)))
rest = jax.jit(stationary_state)
prepare = jax.jit(prepared_state)


def dense(w, n, cutoff, temperature, inductance):
    """Drift and noise matrix of (φ, q, I_0, y …) in SI, scaled by `units` only."""
    xi, eta = pade_coth(n)
    nu, lam, l_0 = xi * k * temperature / hbar, math.sqrt(Z0 * w), Z0 / cutoff
    a, b = np.zeros((3 + n, 3 + n)), np.zeros((3 + n, 1 + n))
    a[0, 1], a[1, 0], a[1, 2] = 1 / C, -1 / inductance, -lam
    a[2, 1], a[2, 2] = lam / C / l_0, -Z0 / l_0
    strength = math.sqrt(2 * k * temperature * Z0) / l_0
    a[2, 3:], a[3:, 3:] = -strength * np.sqrt(2 * eta), -np.diag(nu)
    b[2, 0], b[2, 1:], b[3:, 1:] = strength, strength * np.sqrt(2 * eta), np.diag(nu)
    units = np.array([1e-16, 1e-19, 1e-9, *np.sqrt(nu)])
    return a * units / units[:, None], b / units[:, None], units


def to_dense(state, bath, units):
    """The covariance of (φ, q, I_0, y …) in `units`."""
    line = math.sqrt(k * (float(bath.voltage) ** 2 * C / k) * float(bath.cutoff) / Z0)  # √(kT/L_0)
    scale = np.array([float(bath.flux), float(bath.voltage) * C, line]) / units[:3]
    full = np.zeros((state.shape[1], state.shape[1]))
    full[:3, :3] = np.asarray(state[:, :3]) * scale * scale[:, None]
    full[:3, 3:] = np.asarray(state[:, 3:]) * scale[:, None]
    full[3:, :3], full[3:, 3:] = full[:3, 3:].T, np.eye(state.shape[1] - 3) / 2
    return full


@pytest.mark.parametrize(("temperature", "poles", "error"), [(0.02, 20, 1.5e-3), (0.005, 40, 1.6e-3)])
def test_membrane_noise_obeys_fluctuation_dissipation(temperature, poles, error):
    """Catches: a factor 2 in the Padé residues, a swapped sign of w_k − y_k, noise that does not see the cutoff."""
    bath = coloured_bath(C, CUTOFF, temperature, poles, L)
    got = fluctuations(rest(W, bath), bath)
    assert got.voltage_variance == pytest.approx(voltage_variance(C, W, CUTOFF, temperature, L), rel=error)
    assert got.flux_variance == pytest.approx(flux_variance(C, W, CUTOFF, temperature, L), rel=1e-6)
    assert float(got.flux_voltage) == 0.0


@pytest.mark.parametrize(("temperature", "error"), [(0.02, 0.09), (0.005, 0.24)])
def test_forty_matsubara_terms_would_be_far_off(temperature, error):
    """Why the poles are Padé's: the same model with ξ_k = 2πk, η_k = 1."""
    nu = 2 * np.pi * np.arange(1, 41) * k * temperature / hbar
    variance = k * temperature * (1 / C + 2 * np.sum(1 / C - nu * impedance(nu, C, W, CUTOFF, L)))
    assert 1 - variance / voltage_variance(C, W, CUTOFF, temperature, L) == pytest.approx(error, abs=0.006)


@pytest.mark.parametrize("inductance", [L, math.inf])
def test_the_stationary_state_solves_the_dense_lyapunov_equation(inductance):
    """Catches: any slip in the closed form, and a Z0 that has not gone."""
    poles, temperature = FEW, 0.02
    bath = coloured_bath(C, CUTOFF, temperature, poles, inductance)
    a, b, units = dense(W, poles, CUTOFF, temperature, inductance)
    first = 0 if inductance < math.inf else 1
    expected = solve_continuous_lyapunov(a[first:, first:], -(b @ b.T)[first:, first:])
    got = to_dense(rest(W, bath), bath, units)[first:, first:]
    scale = np.sqrt(np.diag(expected))
    np.testing.assert_allclose(got / scale / scale[:, None], expected / scale / scale[:, None], atol=1e-9)


@pytest.mark.parametrize("inductance", [L, math.inf])
def test_the_closed_form_of_the_models_noise_is_the_models_noise(inductance):
    bath = coloured_bath(C, CUTOFF, 0.02, FEW, inductance)
    got = fluctuations(rest(W, bath), bath)
    expected = pade_variances(C, W, CUTOFF, 0.02, inductance, FEW)
    assert [got.voltage_variance, got.flux_variance][: len(expected)] == pytest.approx(expected, rel=1e-10)


@jax.jit
def moved(state, conductances, h, bath):
    """The state after steps of length h between the given conductances."""
    ends = jnp.stack([conductances[:-1], conductances[1:]], axis=1)
    return jax.lax.scan(lambda s, w: (coloured_step(s, w[0], w[1], h, bath), None), state, ends)[0]


@pytest.mark.parametrize("inductance", [L, math.inf])
def test_a_moving_conductance_moves_the_noise_as_the_dense_equation_says(inductance):
    """W swings by ±80 % within one RC, from a state out of equilibrium; the error falls as h².

    Catches: a residue without its factor 2, a sign of the exchange with y_k, a lag ρ_k left out (first order then).
    """
    poles, cutoff, temperature, duration = FEW, 2e11, 0.02, 1e-9
    bath = coloured_bath(C, cutoff, temperature, poles, inductance)

    def conductance(t):
        return W * (1 + 0.8 * np.sin(2 * np.pi * t / duration + 0.3))

    start = rest(2 * W, bath)
    _, _, units = dense(W, poles, cutoff, temperature, inductance)

    def flow(t, p):
        a, b, _ = dense(conductance(t), poles, cutoff, temperature, inductance)
        p = p.reshape(a.shape)
        return (a @ p + p @ a.T + b @ b.T).ravel()

    first = to_dense(start, bath, units)
    exact = solve_ivp(flow, (0, duration), first.ravel(), "DOP853", rtol=1e-10, atol=1e-9).y[:, -1].reshape(first.shape)
    scale = np.sqrt(np.diag(exact))

    def error(steps):
        w = conductance(np.linspace(0, duration, steps + 1))
        got = to_dense(moved(start, w, duration / steps, bath), bath, units)
        return np.max(abs(got - exact) / scale / scale[:, None])

    coarse, fine = error(80), error(320)
    assert fine < 2e-5
    assert coarse / fine == pytest.approx(16, rel=0.25)


def test_the_order_survives_a_line_much_faster_than_the_step():
    """ω_c h = 250 … 50. Catches: W frozen inside the step, which is 1e-3 off here, and of first order."""
    bath = coloured_bath(C, CUTOFF, 0.02, FEW)

    def conductance(t):
        return 5e-5 * (1 + 0.8 * np.sin(2 * np.pi * t / 20e-9 + 0.3))

    def variance(steps):
        w = conductance(np.linspace(0, 13e-9, steps + 1))
        return float(fluctuations(moved(rest(w[0], bath), w, 13e-9 / steps, bath), bath).voltage_variance)

    exact = variance(2000)
    assert variance(52) == pytest.approx(exact, rel=1e-4)
    assert abs(variance(52) / exact - 1) / abs(variance(260) / exact - 1) > 8


@pytest.mark.parametrize("inductance", [L, math.inf])
def test_equilibrium_stands_still_for_any_step(inductance):
    bath = coloured_bath(C, CUTOFF, 0.02, FEW, inductance)
    state = rest(W, bath)
    first = FLUX if bath.inductive else CHARGE
    for h in (1e-15, 1e-12, 1e-9, 1e-7):
        np.testing.assert_allclose(
            move_constant(state, drift(W, bath), h, bath)[first:, first:], state[first:, first:], atol=1e-10
        )


def test_both_kinds_of_step_agree_where_the_conductance_stands():
    """One runs about the equilibrium, the other about zero. Catches: a source counted twice."""
    bath = coloured_bath(C, CUTOFF, 0.02, FEW, L)
    state = prepare(1e-32, 0.0, 4e-12, bath)
    one = move(state, W, W, 3e-11, bath)
    other = move_constant(state, drift(W, bath), 3e-11, bath)
    np.testing.assert_allclose(one, other, rtol=1e-8, atol=1e-9)


def test_the_noise_forgets_how_it_began():
    bath = coloured_bath(C, CUTOFF, 0.02, FEW, L)
    state = prepare(1e-30, 1e-24, 1e-10, bath)
    found = fluctuations(state, bath)
    assert [float(x) for x in found] == pytest.approx([1e-30, 1e-24, 1e-10], rel=1e-12)
    after = move(state, W, W, 1e-8, bath)
    np.testing.assert_allclose(after, rest(W, bath), atol=1e-9)


def test_a_free_flux_diffuses_at_2_kt_r():
    """Over many RC, d⟨φ²⟩/dt = 2kTR: the noise at zero frequency is classical at any T. Catches: a lost residual R."""
    bath = coloured_bath(C, CUTOFF, 0.02, FEW)
    state = move(rest(W, bath), W, W, 1e-8, bath)
    later = move(state, W, W, 1e-8, bath)
    spread = float(fluctuations(later, bath).flux_variance - fluctuations(state, bath).flux_variance)
    assert spread == pytest.approx(2 * k * 0.02 / W * 1e-8, rel=1e-6)


def test_a_clamped_membrane_waits_while_its_line_forgets():
    """Catches: a clamp that lets V or φ move, or keeps the line's correlations with them for ever."""
    bath = coloured_bath(C, CUTOFF, 0.02, FEW, L)
    state = rest(W, bath)
    clamp = jax.jit(lambda s, h: propagate(s, varying_propagator(W, 3 * W, h, bath, clamped=True)))
    after = clamp(state, 1e-7)
    np.testing.assert_allclose(after[:LINE, :LINE], state[:LINE, :LINE], rtol=1e-10)
    alone = prepare(0.0, 0.0, 0.0, bath)
    np.testing.assert_allclose(after[LINE, LINE:], alone[LINE, LINE:], rtol=1e-9)
    np.testing.assert_allclose(after[:LINE, LINE:], 0.0, atol=1e-9)
    same = move_constant(state, clamped_drift(bath), 3e-11, bath)
    np.testing.assert_allclose(clamp(state, 3e-11), same, rtol=1e-12, atol=1e-12)


def test_a_reset_replaces_the_charge_and_nothing_else():
    bath = coloured_bath(C, CUTOFF, 0.02, FEW, L)
    before = rest(W, bath)
    after = replace_charge(before, 4e-12, bath, flux_variance=1e-34)
    moments = fluctuations(after, bath)
    assert moments.voltage_variance == pytest.approx(4e-12)
    flux = float(fluctuations(before, bath).flux_variance) + 1e-34
    assert moments.flux_variance == pytest.approx(flux, rel=1e-12)
    assert float(moments.flux_voltage) == 0.0
    np.testing.assert_array_equal(np.delete(after[CHARGE], CHARGE), 0.0)
    np.testing.assert_array_equal(after[LINE, LINE:], before[LINE, LINE:])


def test_a_pole_that_meets_a_rate_of_the_membrane_does_no_harm():
    """ω_c = ν_1 exactly, line clamped: j_1 is 0/0. Catches: nan, or a detuning that shows."""
    nu = pade_coth(FEW)[0][0] * k * 0.02 / hbar

    def line(cutoff):
        bath = coloured_bath(C, cutoff, 0.02, FEW, L)
        state = rest(W, bath)
        return move_constant(state, clamped_drift(bath), 1e-11, bath)

    np.testing.assert_allclose(line(nu), line(nu * (1 + 1e-5)), atol=1e-4)


def test_a_step_beyond_reach_is_no_number():
    bath = coloured_bath(C, 1e16, 0.02, FEW)
    assert np.isnan(move(rest(W, bath), W, W, 1.0, bath)).any()


def test_noise_is_differentiable_by_conductance_and_temperature():
    def variance(w, temperature):
        bath = coloured_bath(C, CUTOFF, temperature, FEW, L)
        state = coloured_step(stationary_state(W, bath), W, w, 1e-10, bath)
        return fluctuations(state, bath).voltage_variance * 1e12

    graded = jax.jit(jax.value_and_grad(variance, (0, 1)))

    def slope(dw, dt):
        up, down = (float(graded(2 * W + s * dw, 0.02 + s * dt)[0]) for s in (1, -1))
        return (up - down) / 2

    by_w, by_t = graded(2 * W, 0.02)[1]
    assert by_w == pytest.approx(slope(1e-4 * W, 0.0) / (1e-4 * W), rel=1e-5)
    assert by_t == pytest.approx(slope(0.0, 1e-6) / 1e-6, rel=1e-5)


def test_the_fewest_poles_that_suffice_are_chosen():
    """Catches: an error that is taken at one conductance of the range only."""
    poles, error = choose_poles(C, [1e-5, 1e-4], CUTOFF, 0.02)
    off = partial(pade_variances, C, cutoff=CUTOFF, temperature=0.02, inductance=math.inf)
    exact = {w: voltage_variance(C, w, CUTOFF, 0.02) for w in (1e-5, 1e-4)}
    enough = max(abs(off(w=w, n_poles=poles)[0] / exact[w] - 1) for w in exact)
    fewer = max(abs(off(w=w, n_poles=poles - 1)[0] / exact[w] - 1) for w in exact)
    assert error == pytest.approx(enough)
    assert enough <= 5e-4 < fewer


def test_a_bath_too_cold_for_its_cutoff_is_refused():
    with pytest.raises(ConvergenceError, match=r"with 200 Padé poles; 5\.0e-04 was asked for"):
        choose_poles(C, W, 1e14, 1e-4)
    with pytest.raises(InputError, match="temperature must be > 0 K"):
        coloured_bath(C, CUTOFF, 0.0, 5)
    with pytest.raises(InputError, match="temperature must be > 0 K"):
        choose_poles(C, W, CUTOFF, 0.0)
