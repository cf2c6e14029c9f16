"""spike "escape": the register's equation and its intervals against closed forms and against another solver."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import simpson
from scipy.special import erfc

import quspike as qs
from escape_neurons import (
    CURRENT,
    KAPPA,
    OMEGA,
    RATE,
    SHUNT,
    STD,
    T_REF,
    THRESHOLD,
    V_ZPF,
    WIDTH,
    C,
    R,
    T,
    curves,
    membrane,
    resonator,
)
from quspike.analysis.interval_statistics import interval_statistics
from quspike.constants import hbar, k_B
from quspike.methods.escape.baseband import baseband_space
from quspike.methods.escape.detector import Detector
from quspike.methods.escape.fock import fock_space
from quspike.methods.escape.intervals import Chain, densities, moments, resolvent, with_erlang
from quspike.methods.escape.quadrature import quadrature_space
from quspike.methods.escape.sources import current_of


def generator(space):
    """The matrix of a neuron whose drive does not change."""
    return space.combined(space.coefficients(0.0, space.first_memory, space.means(space.start)))


def chain_of(space, start=None):
    return Chain(generator(space), space.rate, space.trace, space.after if start is None else start)


@pytest.fixture(scope="module")
def rc():
    problem = qs.compile(membrane())
    return baseband_space(problem.setup, problem.params)


def test_the_click_rate_of_a_gaussian_state_has_both_widths(rc):
    """⟨Γ⟩ = Γ0½erfc((v_th − ⟨V⟩)/√2(σ² + ΔV²)), here of the thermal state at rest and of a displaced one in Fock space.

    Catches: √2 left out of the edge; a variance in place of a standard deviation.
    """
    closed = RATE * 0.5 * erfc(THRESHOLD / np.sqrt(2 * (WIDTH**2 + STD**2)))
    assert rc.rate @ rc.start == pytest.approx(closed, rel=1e-4)  # twelve standard deviations out: 1e-21 of Γ0
    near = Detector(RATE, 3e-6, WIDTH)
    volts = rc.seen["membrane"]
    assert near.at(volts) @ rc.start == pytest.approx(near.mean_rate(0.0, STD), rel=1e-8)  # where no element is short
    problem = qs.compile(resonator(initial={"voltage": 8e-6}, width=2e-6, truncation=28))
    mode = fock_space(problem.setup, problem.params)
    n = 1 / np.expm1(hbar * OMEGA / (k_B * T))
    closed = 1e8 * 0.5 * erfc((10e-6 - 8e-6) / np.sqrt(2 * ((2e-6) ** 2 + V_ZPF**2 * (2 * n + 1))))
    assert mode.rate @ mode.start == pytest.approx(closed, rel=1e-7)


SUMS = [
    ({}, "stationary"),
    ({"reset": "subtract"}, "stationary"),
    ({"reset": "subtract"}, 3),
    ({"stages": 3}, "stationary"),
    ({"current": 0.25e-9}, "first"),
]


@pytest.mark.parametrize(("changes", "kind"), SUMS)
def test_the_density_and_what_survives_are_one(changes, kind):
    """∫p + S(τ_max) = 1 to 1e-8, whatever the register, the reset and the interval.

    Catches: −Γ for −½{Γ, ·} doubled, a reset that loses probability, an axis too coarse for what it shows.
    """
    interval, density, survival = curves(interval_statistics(membrane(**changes), kind))
    assert simpson(density, x=interval) + survival[-1] == pytest.approx(1, abs=1e-8)
    assert np.all(density > -1e-6 * density.max())


def constant_rate(stages="auto", rate=2e7):
    """A detector far below everything: clicks come at Γ0 whatever the voltage does."""
    problem = qs.compile(membrane(rate=rate, stages=stages))
    params = dict(problem.params)
    params["neuron"] = dict(params["neuron"]) | {"v_threshold": jnp.asarray(-1e-3)}
    return baseband_space(problem.setup, params)


def test_a_constant_rate_gives_a_poisson_process_behind_its_hold():
    """Γ0e^{−Γ0τ}; behind Erlang's m states the hypoexponential, for m = 1 λΓ0(e^{−Γ0t} − e^{−λt})/(λ − Γ0).

    Catches: a register's rate 1/t_ref in place of m/t_ref; the last stage that leaves at another rate than the first.
    """
    rate = 2e7
    space = constant_rate(rate=rate)
    times = np.linspace(0, 400e-9, 401)
    density, survival = densities(chain_of(space), times)
    np.testing.assert_allclose(density, rate * np.exp(-rate * times), rtol=1e-8)
    np.testing.assert_allclose(survival, np.exp(-rate * times), rtol=1e-8)
    leave = 1 / T_REF
    density, _ = densities(with_erlang(chain_of(space), 1, T_REF, None), times)
    closed = leave * rate / (leave - rate) * (np.exp(-rate * times) - np.exp(-leave * times))
    np.testing.assert_allclose(density, closed, rtol=1e-8, atol=1e-6 * rate)
    mean, variance = moments(with_erlang(chain_of(space), 5, T_REF, None))
    assert mean == pytest.approx(T_REF + 1 / rate, rel=1e-9)
    assert variance == pytest.approx(T_REF**2 / 5 + 1 / rate**2, rel=1e-8)


def test_many_stages_become_the_delay():
    """The distribution behind m states goes to that behind a delay as 1/√m. Catches: m states of m/t_ref each in a row
    of m − 1, and a hold that counts from the wrong end."""
    delayed = interval_statistics(membrane())
    time = delayed.interval.values
    distances = []
    for stages in (10, 40):
        found = interval_statistics(membrane(stages=stages))
        other = np.interp(time, found.interval.values, found.survival.values[:, 0])
        distances.append(np.max(np.abs(other - delayed.survival.values[:, 0])))
        assert found.mean_interval.item() == pytest.approx(delayed.mean_interval.item(), rel=1e-9)
    assert distances[1] < 0.6 * distances[0] < 0.05


def test_rare_clicks_are_a_thinned_poisson_process():
    """Γ0 → 0: the rate is Γ0 times the share of the resting state above the edge, and CV = 1.

    Catches: a rate per click of the wrong state (that after a reset).
    """
    rate = 1e-5 * KAPPA
    ds = interval_statistics(membrane(rate=rate, t_ref=0.0))
    resting = Detector(rate, THRESHOLD, WIDTH).mean_rate(R * CURRENT, STD)
    assert ds.spike_rate.item() == pytest.approx(resting, rel=1e-4)
    assert ds.cv.item() == pytest.approx(1, abs=1e-4)


def test_without_noise_and_with_a_sharp_edge_the_spike_comes_when_the_classical_one_does():
    """RC ln(RI/(RI − v_th)), up to noise of 0.8 % of the threshold. Catches: a leak of half the rate."""
    problem = qs.compile(membrane(temperature=2e-4, width=20e-9, rate=2e12, current=0.6e-9))
    mean, variance = moments(chain_of(baseband_space(problem.setup, problem.params)))
    classical = R * C * np.log(R * 0.6e-9 / (R * 0.6e-9 - THRESHOLD))
    assert mean == pytest.approx(classical, rel=5e-3)
    assert variance**0.5 < 0.05 * mean


REGISTERS = [
    {"stages": 4},
    pytest.param({}, marks=pytest.mark.slow),
    pytest.param({"reset": "subtract"}, marks=pytest.mark.slow),
]


@pytest.mark.parametrize("changes", REGISTERS)
def test_the_register_keeps_probability_and_settles_at_the_stationary_rate(changes):
    """Tr ρ_I and the register's populations are one, and after many intervals spikes come at 1/⟨τ⟩.

    The run solves the equation in time; the rate comes from the fixed point of the click-to-click map.
    Catches: a hold that lets go twice, or too early; 𝓡_ref before the hold's end.
    """
    run = membrane(duration=150e-9, save_every=1e-9, **changes)
    ds = qs.run(run)
    diagnostics = ds.attrs["diagnostics"]
    assert '"trace_error"' in diagnostics
    assert ds.spike_rate.values[-1, 0] == pytest.approx(interval_statistics(run).spike_rate.item(), rel=2e-4)
    register = 1 - ds.integrating.values[-1, 0]
    assert register == pytest.approx(T_REF * ds.spike_rate.values[-1, 0], rel=1e-3)  # Little's law
    assert ds.qs.validity["trace error"].value < 1e-8
    assert ds.spike_time.size == 0
    assert ds.spike_count.item() == pytest.approx(simpson(ds.spike_rate.values[:, 0], x=ds.time.values), rel=2e-3)


def test_a_linear_quadrature_is_an_rc_membrane_of_twice_the_resistance():
    """κ/2 for 1/RC, half the drive, and the temperature ħω coth(ħω/2kT)/2k: interval by interval the same.

    Catches: κ in place of κ/2; n̄ + ½ in place of 2n̄ + 1; the other quadrature.
    """
    temperature = hbar * OMEGA / (2 * k_B) / np.tanh(hbar * OMEGA / (2 * k_B * T))
    neuron = qs.Neuron("m", v_threshold=10e-6, t_ref=T_REF, spike="escape", escape={"rate": 1e8, "width": 0.5e-6})
    twin = qs.Run(
        circuit=f"C1 m 0 {C}F\nR1 m 0 {2 * SHUNT}ohm T={temperature}K\nI1 0 m 0.1nA",
        neuron=neuron, duration=1e-7, method="brownian", classical=False,
    )  # fmt: skip
    found, expected = interval_statistics(resonator()), interval_statistics(twin)
    assert found.mean_interval.item() == pytest.approx(expected.mean_interval.item(), rel=1e-9)
    assert found.cv.item() == pytest.approx(expected.cv.item(), rel=1e-9)


def test_fock_space_agrees_with_the_quadrature_and_converges():
    """Superoperators on ρ against spectral elements over X: 1e-3 at 16 levels, of order 1/N after.

    Catches: a Γ that is a function of the truncated X; √Γ in place of Γ; a damping of the wrong sign of phase.
    """
    problem = qs.compile(resonator(truncation=16))
    exact, _ = moments(chain_of(quadrature_space(problem.setup, problem.params)))
    errors = []
    for levels in (16, 24):
        setup = qs.compile(resonator(truncation=levels)).setup
        mean, _ = moments(chain_of(fock_space(setup, problem.params)))
        errors.append(abs(mean / exact - 1))
    assert errors[0] < 2e-3
    assert errors[1] < 0.6 * errors[0]


def test_a_subtracting_reset_moves_the_state_down_and_keeps_the_rest(rc):
    """⟨V⟩ falls by v_threshold − v_reset, the variance stays. Catches: a shift the wrong way, one that smears."""
    problem = qs.compile(membrane(reset="subtract"))
    space = baseband_space(problem.setup, problem.params)
    before = space.start * space.rate / (space.rate @ space.start)
    after = space.clicked(space.start) / (space.rate @ space.start)
    volts = space.seen["membrane"]
    assert np.sum(after) == pytest.approx(1, abs=1e-9)
    assert volts @ after == pytest.approx(volts @ before - THRESHOLD, abs=1e-9 * THRESHOLD)
    spread = [(volts - volts @ y) ** 2 @ y for y in (before, after)]
    assert spread[1] == pytest.approx(spread[0], rel=1e-8)


def test_a_click_gives_the_mode_the_same_energy_in_both_equations():
    """ħω0 V_zpf²⟨(∂√Γ/∂X)²⟩/⟨Γ⟩ of the quadrature, and Tr H(√Γρ√Γ − ½{Γ, ρ}) in Fock space, a click.

    Catches: the energy of what is thrown away with a reset; a factor of two of the double commutator.
    """
    run = resonator(drive=0.35e-9, rate=2e8, width=3e-6, truncation=24)
    problem = qs.compile(run)
    spent = []
    for make in (quadrature_space, fock_space):
        space = make(problem.setup, problem.params)
        spent.append(space.energy @ resolvent(generator(space))(space.after) / (hbar * OMEGA))
    assert spent[1] == pytest.approx(spent[0], rel=2e-3)
    assert 0.1 < spent[0] < 1


BAD = [
    (lambda: membrane(threshold=1.5e-6), "v_threshold", "spike at rest, at the rate"),
    (lambda: membrane(t_ref=0.0, stages=4), "stages", "no time"),
    (lambda: resonator(junction="JJ1 m 0 Ic=10nA"), "nonlinearity", "secular or kerr"),
    (lambda: resonator(method="brownian"), "membrane", "must be voltage"),
    (lambda: membrane(method="moments"), "spike", "brownian"),
]


@pytest.mark.parametrize(("make", "key", "words"), BAD)
def test_what_cannot_click_is_refused_before_it_runs(make, key, words):
    """Each by its key and with what would do. Catches: a neuron that spikes at rest and calls it noise."""
    with pytest.raises(qs.InputError, match=words) as caught:
        qs.compile(make())
    assert key in caught.value.key


def test_the_envelope_is_refused_and_the_quadrature_named():
    """|⟨a⟩| is no observable. Catches: an escape rate of an expectation value."""
    neuron = {"membrane": "envelope", "quadrature_phase": 0.0}
    run = resonator()
    with pytest.raises(qs.InputError, match="must be quadrature"):
        qs.compile(run.replace(neuron=run.neurons["neuron"].model_copy(update=neuron)))


def moving(**changes):
    """The same membrane with a memristor that moves."""
    run = membrane(**changes)
    circuit = (
        f"C1 m 0 {C}F\nMEM1 m 0 model=sigmoid R_on=20kohm R_off=100kohm phi_c=0.3pWb phi_s=0.1pWb T=20mK\nI1 0 m 0.5nA"
    )
    return run.replace(circuit=circuit)


def test_a_state_that_moves_in_a_delay_under_a_moving_memory_needs_stages():
    """Catches: a hold that is propagated with the memory of its beginning."""
    with pytest.raises(qs.NotAvailable, match="such as 20"):
        qs.compile(moving(reset="subtract"))


def test_intervals_that_do_not_exist_are_refused_with_the_nearest_that_do():
    """Catches: a stationary density of a memory that moves; one of a drive that does."""
    with pytest.raises(qs.InputError, match="first or next"):
        interval_statistics(moving(), "stationary")
    with pytest.raises(qs.InputError, match="must be first with reset subtract"):
        interval_statistics(moving(reset="subtract", stages=3), "next")
    with pytest.raises(qs.InputError, match="trajectory has a memory of its own"):
        interval_statistics(membrane(memory="measured", measurement={"strength": "1e6/s"}))
    with pytest.raises(qs.InputError, match="stationary, or a number"):
        interval_statistics(membrane(reset="subtract"), "next")
    with pytest.raises(qs.InputError, match="first, next, stationary"):
        interval_statistics(membrane(), 0)
    with pytest.raises(qs.InputError, match="must be first with a drive that goes on changing"):
        interval_statistics(swinging(0.5e-9, 8e-9), 2)


UNFIT = [
    *(({"points": points}, "points", "integer ≥ 3") for points in (0, 1, -3, 1.5, True, "many")),
    ({"longest": "soon"}, "longest", "time"),
    ({"longest": np.inf}, "longest", "finite"),
    ({"longest": "-1 ns"}, "longest", "must be > 2 ns"),
]


@pytest.mark.parametrize(("asked", "key", "words"), UNFIT)
def test_an_axis_that_is_none_is_refused(asked, key, words):
    """Catches: Python's own errors, which name no key; a negative number of points."""
    with pytest.raises(qs.InputError, match=words) as caught:
        interval_statistics(membrane(), **asked)
    assert caught.value.key == key


def swinging(current, duration):
    """The membrane below a slow sine."""
    swing = qs.Sine(current, frequency=5e7)
    run = membrane(rate=2e8, duration=duration, width=2e-6)
    return run.replace(circuit=f"C1 m 0 {C}F\nR1 m 0 {R}ohm T=20mK\nI1 0 m swing", drives={"swing": swing})


def test_what_is_known_of_some_intervals_is_not_told_of_all():
    """Under a drive that swings one in a few comes: ⟨τ⟩(1 − S) = ∫S − τ_max S by parts, and no rate.

    Catches: a mean that is not divided by the share; one over a conditional mean, sold as a rate; rounding, as a mean.
    """
    found = interval_statistics(swinging(0.5e-9, 8e-9), "first", points=161)
    interval, _, survival = curves(found)
    share = found.spikes_within.item()
    assert share == 1 - survival[-1]
    assert 0.01 < share < 0.9
    whole = simpson(survival, x=interval) - interval[-1] * survival[-1]
    assert found.mean_interval.item() == pytest.approx(whole / share, rel=1e-5)
    assert np.isnan(found.spike_rate.item())
    assert all("end on the axis" in found[name].long_name for name in ("mean_interval", "cv"))
    silent = interval_statistics(swinging(1e-12, 1e-12), "first", points=11)
    assert silent.spikes_within.item() < 1e-9
    assert np.isnan(silent.mean_interval.item())
    assert "end on the axis" not in interval_statistics(membrane()).mean_interval.long_name


def test_a_current_that_swings_is_not_taken_for_one_that_stands_still():
    """Whole periods of 1 GHz fit into a second's parts. Catches: samples of a drive at even times, where a cosine is
    always one and a sine always zero, so that the line is laid out too short for its swing."""
    for phase in (0.0, np.pi / 2):
        run = membrane().replace(
            circuit=f"C1 m 0 {C}F\nR1 m 0 {R}ohm T=20mK\nI1 0 m swing",
            drives={"swing": qs.Sine("0.4 nA", frequency=1e9, phase=phase)},
        )
        problem = qs.compile(run)
        current = current_of(problem.setup, problem.params)
        assert current.constant == (None,)
        np.testing.assert_allclose(current.extremes, [-0.4e-9, 0.4e-9], rtol=5e-3)
