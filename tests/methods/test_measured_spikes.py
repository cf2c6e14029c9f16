"""Spikes on a record, or on a mean that a record moves: first passages in closed form, resets, refusals."""

import jax
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import erfcx
from scipy.stats import norm

import quspike as qs
from quspike.constants import k_B
from quspike.run.compile import compile_run

T, C, R, T_REF, DURATION = 0.02, 1e-13, 2e4, 0.5e-9, 60e-9
GAMMA, THERMAL = 1 / (R * C), k_B * T / C
RC = "C1 m 0 100fF\nR1 m 0 20kohm T=20mK\nI1 0 m input"
LC = "C1 m 0 100fF\nL1 m 0 10nH\nR1 m 0 10kohm T=20mK\nI1 0 m input"


def problem(circuit, strength, neuron, **settings):
    settings = {"memory": "measured", "save_every": "1 ns", "duration": "5 ns", "trajectories": 16} | settings
    settings.setdefault("drives", {"input": qs.Step("0 A")})
    return compile_run(qs.Run(circuit=circuit, neuron=neuron, measurement={"strength": strength}, **settings))


def passage(start, level, sigma, mean, rate):
    """Siegert's mean first passage of an Ornstein–Uhlenbeck process, s."""
    low, high = (start - mean) / sigma / np.sqrt(2), (level - mean) / sigma / np.sqrt(2)
    return np.sqrt(np.pi) / rate * quad(lambda u: erfcx(-u), low, high)[0]


def mean_interval(found):
    """1/rate after a third of the run, and its standard error, s."""
    times = np.asarray(found.solve().spike_time)
    count = np.sum((times > DURATION / 3) & (times <= DURATION), axis=1)
    span = DURATION * 2 / 3
    return span / count.mean(), span / count.mean() ** 2 * count.std() / np.sqrt(len(count))


def on_the_mean(dt, trajectories):
    """⟨V⟩ is such a process once σ_VV has settled, which the reset leaves it at; with its exact mean interval."""
    information, level, current = 8 * 2e9 / THERMAL, 2.5e-6, 0.05e-9
    settled = GAMMA / information * (np.sqrt(1 + 2 * information * THERMAL / GAMMA) - 1)
    neuron = qs.Neuron("m", v_threshold=level, t_ref=T_REF, reset_std=float(np.sqrt(settled)))
    drives = {"input": qs.Step(current)}
    found = problem(RC, 2e9, neuron, drives=drives, dt=dt, trajectories=trajectories, duration=DURATION)
    return found, T_REF + passage(0, level, np.sqrt(THERMAL - settled), current * R, GAMMA)


def on_the_record(dt, trajectories):
    """A record that is nothing but noise; it moves on in a hold, so that the next passage begins anywhere."""
    rate = 1e9
    sigma = np.sqrt(rate * THERMAL / (16 * 1e5))
    neuron = qs.Neuron("m", v_threshold=1.5 * sigma, t_ref=T_REF, spike="record", record={"filter": 1 / rate})
    found = problem(RC, 1e5, neuron, dt=dt, trajectories=trajectories, duration=DURATION)
    spread = sigma * np.sqrt(-np.expm1(-2 * rate * T_REF))
    points = np.linspace(-6 * spread, 1.5 * sigma, 400)
    after = [passage(x, 1.5 * sigma, sigma, 0, rate) * norm.pdf(x, 0, spread) for x in points]
    return found, T_REF + np.trapezoid(after, points)


@pytest.fixture(scope="module")
def recorded():
    """The neuron on its record, at a twentieth of the filter's time, and its mean interval."""
    return on_the_record(5e-11, 500)


@pytest.mark.slow
def test_first_passages_are_those_of_an_ornstein_uhlenbeck_process(recorded):
    """The mean interval within 2 % and 4 standard errors, at a twentieth of the shortest time.

    Catches crossings that are looked for at the nodes alone (15 % late), a hold that is rounded to the grid, a record
    that is not reset, a noise of the membrane that is off by √2 in the bridge.
    """
    found, exact = recorded
    interval, error = mean_interval(found)
    assert error < 0.016 * exact
    assert abs(interval - exact) < 0.02 * exact + 4 * error


@pytest.mark.slow
@pytest.mark.parametrize("neuron", [on_the_mean, on_the_record])
def test_first_passages_converge_at_first_order(neuron):
    """A step of 0.2 of the shortest time errs by less than 10 %, one of 1/40 by less than an eighth of 10 %."""
    for dt, bound in ((2e-10, 0.1), (2.5e-11, 0.0125)):
        found, exact = neuron(dt, 6000)
        interval, error = mean_interval(found)
        assert error < 0.0045 * exact
        assert abs(interval - exact) < bound * exact + 3 * error


@pytest.mark.slow
def test_a_trajectory_knows_nothing_of_the_others():
    """The first of 24 are the 8 of a smaller ensemble, spikes included; another seed gives others.

    Catches noise that is drawn for the ensemble as a whole, and a spike that resets its neighbours.
    """
    neuron = qs.Neuron("m", v_threshold="3 uV", t_ref="0.2 ns", spike="record", record={"filter": "0.2 ns"})
    few = problem(RC, 1e10, neuron, drives={"input": qs.Step("0.3 nA")}, dt="20 ps", trajectories=8)
    one, other = few.solve(), few.with_setup(trajectories=24).solve()
    assert int(np.sum(one.spike_count)) > 8
    assert len(set(np.asarray(one.spike_count)[:, 0])) > 1
    np.testing.assert_array_equal(one.spike_time, other.spike_time[:8])
    np.testing.assert_array_equal(one.voltage, other.voltage[:8])
    again = few.solve(key=jax.random.key(1))
    assert not np.array_equal(one.voltage, again.voltage)


def test_a_reset_takes_the_record_with_it(recorded):
    """In a hold ⟨V⟩ is v_reset, σ_V reset_std, and φ gains v_reset·t_ref; the record starts at v_reset and goes on.

    Catches a hold during which the input still acts, and a record that keeps what came before the spike.
    """
    found, _ = recorded
    levels = {"v_threshold": 3e-6, "v_reset": 1e-6, "t_ref": 100e-9, "record_filter": 2e-9, "reset_std": 0.7e-6}
    changes = {
        "neuron": found.params["neuron"] | levels,
        "drives": {"input": found.params["drives"]["input"] | {"amplitude": 0.3e-9}},
        "measurement": found.params["measurement"] | {"strength": 1e13 / THERMAL},
    }
    s = found.solve(found.params | changes)
    t, fired = np.asarray(s.time), np.asarray(s.spike_time)[:, 0]
    held = t[None] > fired[:, None] + 5e-11
    assert np.all(np.asarray(s.spike_count) == 1)
    np.testing.assert_allclose(np.asarray(s.voltage)[..., 0][held], 1e-6, rtol=1e-12)
    np.testing.assert_allclose(np.asarray(s.voltage_std)[..., 0][held], 0.7e-6, rtol=1e-12)
    noise = np.sqrt(5e8 * THERMAL / (16 * 1e13))
    np.testing.assert_allclose(np.asarray(s.membrane)[..., 0][held], 1e-6, atol=6 * noise)
    flux = np.asarray(s.flux)[..., 0]
    gained = [f[h][-1] - f[h][0] - 1e-6 * (t[h][-1] - t[h][0]) for f, h in zip(flux, held, strict=True)]
    assert np.max(np.abs(gained)) < 1e-9 * 1e-6 * DURATION


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["quadrature", "envelope"])
def test_a_resonators_record_is_demodulated(kind):
    """On resonance X_θ = 2V_zpf Re⟨a⟩e^{−iθ} settles at I/(κC)·cos(angle), the envelope at I/(κC), within 2 %.

    The record of a strong measurement of short back-action shows it. Catches a lock-in that is off by a quarter turn,
    turns the wrong way or lacks its factor of two.
    """
    omega, kappa, amplitude = 1 / np.sqrt(1e-8 * C), 1 / (1e4 * C), 40e-9
    phase = {"quadrature_phase": 0.6} if kind == "quadrature" else {}
    neuron = qs.Neuron(
        "m", membrane=kind, v_threshold="1 V", spike="record", record={"filter": "1.5 ns"}, **phase
    )  # fmt: skip
    drive = {"input": qs.Sine(amplitude, frequency=float(omega / (2 * np.pi)))}
    s = problem(LC, 1e8, neuron, drives=drive, duration="12 ns", trajectories=64).solve()
    shown = np.asarray(s.membrane)[:, -1, 0]
    size = amplitude / (kappa * C)
    # dα/dt = −κα/2 + iφ_zpf I e^{iω0t}/ħ with I = I0 sin ω0t: α settles at −φ_zpf I0/(ħκ), on the negative real axis
    expected = size if kind == "envelope" else -size * np.cos(0.6)
    assert shown.mean() == pytest.approx(expected, abs=0.02 * size + 4 * shown.std() / 8)


@pytest.mark.slow
@pytest.mark.parametrize("reset", ["zero", "subtract"])
def test_a_resonators_reset_follows_the_record(reset):
    """A spike of the envelope takes the record to v_reset along its own phase; `zero` leaves a thermal mode there.

    Catches a displacement along a fixed phase, and one of twice its size.
    """
    omega = 1 / np.sqrt(1e-8 * C)
    neuron = qs.Neuron(
        "m", membrane="envelope", v_threshold="60 uV", v_reset="20 uV", reset=reset, t_ref="1 ns", spike="record",
        record={"filter": "0.5 ns"},
    )  # fmt: skip
    drive = {"input": qs.Sine("40 nA", frequency=float(omega / (2 * np.pi)))}
    s = problem(LC, 1e9, neuron, drives=drive, duration="4 ns", save_every="2.5 ps", dt="2.5 ps").solve()
    v, t = np.asarray(s.voltage)[..., 0], np.asarray(s.time)
    fired = np.asarray(s.spike_time)[:, 0]
    assert np.all(np.isfinite(fired))
    for i, when in enumerate(fired):
        n = int(np.searchsorted(t, when))
        assert np.asarray(s.membrane)[i, n, 0] == pytest.approx(20e-6, rel=1e-3)  # a vector on a chord
        scale = np.hypot(v[i, n], omega * np.asarray(s.flux)[i, n, 0])
        before = np.hypot(v[i, n - 1], omega * np.asarray(s.flux)[i, n - 1, 0])
        assert scale == pytest.approx(20e-6 if reset == "zero" else before - 40e-6, abs=1.5e-6)


NOISY = {"v_threshold": "1 uV", "spike": "record", "record": {"filter": "0.1 ns"}}


@pytest.mark.parametrize(
    ("neuron", "settings", "key", "words"),
    [
        (NOISY, {}, "v_threshold", "times a second at rest"),
        ({"v_threshold": "0.5 uV"}, {"strength": "1e11/s"}, "v_threshold", "a measurement finds at rest"),
        (NOISY | {"v_threshold": "1 V"}, {"dt": "0.5 ns"}, "dt", "must be ≤ 100 ps, the shortest filter"),
        (NOISY | {"v_threshold": "1 V"}, {"strength": "1e30/s"}, "[measurement] strength", "must be smaller"),
        (NOISY | {"record": {"filter": "1e-21 s"}}, {}, "[neuron] record.filter", "must be ≥ "),
        (NOISY | {"v_threshold": "1 V"}, {"save": {"states": True}}, "[save] states", "covariance keeps it"),
        (NOISY | {"v_threshold": "1 V"}, {"closure": "gaussian"}, "closure", "must be none with memory measured"),
        (NOISY | {"v_threshold": "1 V"}, {"method": "classical"}, "memory", "moments"),
    ],
)
def test_what_would_be_noise_alone_is_refused(neuron, settings, key, words):
    """Catches a run that spikes on its record's noise without a word, and a filter that the step cannot follow."""
    settings = dict(settings)
    strength = settings.pop("strength", "1e9/s")
    with pytest.raises(qs.InputError, match=words) as caught:
        problem(RC, strength, qs.Neuron("m", **neuron), **settings).solve()
    assert caught.value.key == key
