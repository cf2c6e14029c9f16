"""The classical neuron against closed forms: relaxation, ringing, memristance, spikes, gates, Johnson noise."""

import jax
import numpy as np
import pytest

import quspike as qs
from quspike.constants import k_B
from quspike.run.compile import compile_run
from spike_derivatives import check_spike_derivatives

RC = "C1 m 0 100fF\nR1 m 0 100kohm\nI1 0 m input"  # τ = 10 ns


def problem(circuit, duration="50 ns", method="classical", **settings):
    settings.setdefault("save_every", "0.5 ns")
    return compile_run(qs.Run(circuit=circuit, duration=duration, method=method, classical=False, **settings))


def spikes(solution):
    return np.asarray(solution.spike_time)[: int(solution.spike_count[0])]


def test_a_membrane_charges_as_rc():
    """V = RI(1 − e^{−t/RC}). Catches a factor 2 in the leak, and a step that straddles the drive's edge."""
    s = problem(RC, drives={"input": qs.Step("1 nA", start="5 ns")}).solve()
    t = np.asarray(s.time)
    expected = 1e-4 * -np.expm1(-np.clip(t - 5e-9, 0, None) / 1e-8)
    np.testing.assert_allclose(s.voltage[:, 0], expected, rtol=0, atol=1e-8 * 1e-4)


def test_an_underdamped_membrane_rings_at_its_own_frequency():
    """φ(t) of C ‖ L ‖ R kicked to V0: e^{−γt} sin(ω1 t)V0/ω1. Catches a sign in φ/L and damping at κ instead of κ/2."""
    s = problem(
        "C1 m 0 100fF\nL1 m 0 10nH\nR1 m 0 2kohm", duration="2 ns", save_every="20 ps", initial={"voltage": "5 uV"}
    ).solve()
    t = np.asarray(s.time)
    gamma = 1 / (2 * 2e3 * 1e-13)
    omega = np.sqrt(1 / (1e-8 * 1e-13) - gamma**2)
    expected = 5e-6 * np.exp(-gamma * t) * np.sin(omega * t) / omega
    np.testing.assert_allclose(s.flux[:, 0], expected, rtol=0, atol=1e-7 * np.max(expected))


def test_an_hp_membrane_follows_the_closed_memristance():
    """M(φ) = √(R0² − 2ΔRkφ) along a driven run. Catches a memory driven by V/R_off, or with the wrong sign."""
    s = problem(
        "C1 m 0 10nF\nMEM1 m 0 model=hp x0=0.3\nI1 0 m input",
        duration="0.4 s",
        save_every="2 ms",
        drives={"input": qs.Sine("80 uA", frequency="5 Hz")},
    ).solve()
    k, r0 = 1e-14 * 100 / 1e-16, 100 * 0.3 + 16e3 * 0.7
    expected = np.sqrt(r0**2 - 2 * 15900 * k * np.asarray(s.flux)[:, 0])
    assert np.ptp(expected) > 500
    np.testing.assert_allclose(s.memristance[:, 0], expected, rtol=1e-7)


def test_the_polarity_of_a_memristor_is_its_own():
    """A memristor turned round in the netlist sees −V: HP then moves the other way, the current into ground stays."""
    text = "C1 m 0 10nF\nMEM1 {} model=hp x0=0.3\nI1 0 m input"
    drive = {"input": qs.Step("5 uA")}
    common = {"duration": "20 ms", "save_every": "1 ms", "drives": drive}
    forward, backward = (problem(text.format(nodes), **common).solve() for nodes in ("m 0", "0 m"))
    assert forward.memory[-1, 0] > 0.3 > backward.memory[-1, 0]
    assert forward.memristor_current[-1, 0] > 0 > backward.memristor_current[-1, 0]


@pytest.mark.parametrize(("reset", "v_reset"), [("zero", 0.0), ("zero", 5e-6), ("subtract", 0.0)])
def test_intervals_obey_the_f_i_curve(reset, v_reset):
    """1/f = t_ref + RC ln((RI − v_reset)/(RI − v_th)); after `subtract` the membrane leaks freely for t_ref.

    Catches a hold that lets the input in, a reset to 0 instead of v_reset, and a refractory time rounded to the grid.
    """
    neuron = qs.Neuron("m", v_threshold="20 uV", v_reset=v_reset, reset=reset, t_ref="2.3 ns")
    s = problem(RC, neuron=neuron, drives={"input": qs.Step("0.6 nA")}, duration="100 ns").solve()
    ri, tau = 6e-5, 1e-8
    after = v_reset * np.exp(-2.3e-9 / tau) if reset == "subtract" else v_reset
    interval = 2.3e-9 + tau * np.log((ri - after) / (ri - 2e-5))
    found = np.diff(spikes(s))
    assert len(found) > 12
    np.testing.assert_allclose(found, interval, rtol=1e-8)


@pytest.mark.parametrize("method", ["classical", "moments"])
def test_the_adapting_working_point_has_every_stated_digit(method):
    """16 spikes, 9.2785 … 115.542 ns, intervals 6.308 → 9.929 ns, M 82.86 → 10.13 kΩ, then silence."""
    s = compile_run(qs.load("examples/adapting.toml"), method).solve()
    times = spikes(s) * 1e9
    assert len(times) == 16
    assert times[0] == pytest.approx(9.2785, abs=5e-5)
    assert times[-1] == pytest.approx(115.542, abs=5e-4)
    assert np.diff(times)[[0, -1]] == pytest.approx([6.308, 9.929], abs=5e-4)
    assert np.asarray(s.memristance)[[0, -1], 0] == pytest.approx([82.86e3, 10.13e3], rel=1e-3)


def test_memory_passes_through_the_reset():
    """φ is continuous across spikes, while V jumps. Catches a reset that touches the flux."""
    s = compile_run(qs.load("examples/adapting.toml"), "classical").solve()
    steps = np.abs(np.diff(np.asarray(s.memory)[:, 0]))
    assert np.max(steps) <= 2e-5 * 0.5e-9 * 1.001
    assert np.max(np.abs(np.diff(np.asarray(s.voltage)[:, 0]))) > 5e-6


def test_spike_times_converge_at_fifth_order():
    """Of the working point, dt against dt/2 with dt/8 as the reference. Catches an event located at lower order."""
    p = compile_run(qs.load("examples/adapting.toml"), "classical")
    found = [spikes(p.with_step(dt).solve()) for dt in (5e-10, 2.5e-10, 6.25e-11)]
    coarse, fine = (np.max(np.abs(f - found[2])) for f in found[:2])
    assert np.log2(coarse / fine) > 4.3


def test_spike_times_have_exact_derivatives():
    """Of the eighth spike, by every kind of parameter. Catches a crossing without its slope, a clock without t_ref."""
    p = compile_run(qs.load("examples/adapting.toml").replace(duration="60 ns", save_every="1 ns"), "classical")
    paths = [
        ("elements", "C1", "C"),
        ("elements", "MEM1", "phi_s"),
        ("elements", "MEM1", "R_off"),
        ("drives", "input", "amplitude"),
        ("drives", "input", "start"),
        ("neuron", "v_threshold"),
        ("neuron", "t_ref"),
    ]
    check_spike_derivatives(p, 7, paths, shift=1e-5, backwards=True)


def test_a_gate_divides_a_voltage_step():
    """A step U behind C_g lifts V by U C_g/(C + C_g) at once, then it leaks with R(C + C_g)."""
    s = problem(
        "C1 m 0 80fF\nCg m g 20fF\nR1 m 0 100kohm\nV1 g 0 gate", drives={"gate": qs.Step("100 uV", start="5 ns")}
    ).solve()
    t = np.asarray(s.time)
    expected = np.where(t > 5e-9, 2e-5 * np.exp(-(t - 5e-9) / 1e-8), 0.0)
    after = t > 5.1e-9
    np.testing.assert_allclose(s.voltage[after, 0], expected[after], rtol=0, atol=1e-8 * 2e-5)


def test_a_gate_step_over_threshold_fires_at_the_step():
    """The membrane jumps across the threshold between two steps; the spike is at the jump itself."""
    circuit = "C1 m 0 80fF\nCg m g 20fF\nR1 m 0 100kohm\nV1 g 0 gate"
    neuron = qs.Neuron("m", v_threshold="10 uV", t_ref="2 ns")
    s = problem(circuit, neuron=neuron, drives={"gate": qs.Step("100 uV", start="5.3 ns")}).solve()
    assert spikes(s) == pytest.approx([5.3e-9], rel=1e-12, abs=0)


JOHNSON = {"johnson_noise": True, "duration": "200 ns", "save_every": "1 ns"}


def ensemble(p, count, seed=0):
    keys = jax.random.split(jax.random.key(seed), count)
    return jax.lax.map(lambda key: p.solve(p.params, key), keys)


@pytest.mark.parametrize(
    "leak",
    [
        "R1 m 0 10kohm T=20mK",
        "MEM1 m 0 model=sigmoid R_on=5kohm R_off=50kohm phi_c=0.1fWb phi_s=0.05fWb T=20mK",
        "MEM1 m 0 model=yakopcic a1=4e-10A a2=4e-10A b=5e5/V eta=0 x0=0.5 T=20mK",
        "MEM1 m 0 model=hp R_on=5kohm R_off=20kohm mu=1e-3m2/Vs x0=0.5 T=20mK",
    ],
)
def test_johnson_noise_leaves_every_leak_in_equilibrium(leak):
    """⟨V²⟩ = kT/C whatever the law: flux-, voltage- or charge-controlled. Five standard errors.

    Catches a factor 2 in the intensity, and the missing drift (kT/C)∂W/∂V of a law that depends on V.
    """
    p = problem(f"C1 m 0 100fF\n{leak}", **JOHNSON).with_step(5e-11)
    v = np.asarray(ensemble(p, 400).voltage)[:, 100:, 0]
    assert np.all(np.isfinite(v))
    per_run = np.mean(v**2, axis=1) / (k_B * 0.02 / 1e-13)
    assert np.mean(per_run) == pytest.approx(1.0, abs=5 * np.std(per_run) / np.sqrt(len(per_run)))
    assert np.std(per_run) / np.sqrt(len(per_run)) < 0.02


def test_johnson_noise_does_not_stop_in_the_hold_of_a_subtract_reset():
    """There only the input is off: twenty leak times into the hold Var V is kT/C again, from a start at rest.

    Catches noise that is cut off with the input.
    """
    neuron = qs.Neuron("m", v_threshold="1 uV", reset="subtract", t_ref="100 ns")
    drives = {"input": qs.Pulses("100 nA", width="10 ps", period="1 us", count=1)}
    settings = JOHNSON | {"duration": "21 ns", "neuron": neuron, "drives": drives}
    s = ensemble(problem("C1 m 0 100fF\nR1 m 0 10kohm T=20mK\nI1 0 m input", **settings).with_step(5e-11), 2000)
    assert np.all(np.asarray(s.spike_count) == 1)
    variance = np.var(np.asarray(s.voltage)[:, -1, 0]) / (k_B * 0.02 / 1e-13)
    assert variance == pytest.approx(1.0, abs=5 * np.sqrt(2 / 2000))


def test_the_noisy_working_point_spikes_seventeen_times():
    """One spike more than without noise, give or take one: the mean is 17.4 ± 0.1 as dt → 0.

    The independent number is Euler–Maruyama with the threshold seen at its nodes: 16.43 at dt = 0.1 ns and 16.99 ± 0.05
    at 0.02 ns, which extrapolates as √dt to 17.4. Catches a factor 2 in the noise, and a memory that the kicks reach.
    """
    run = qs.load("examples/adapting.toml").replace(method="classical", johnson_noise=True, save_every="20 ns")
    counts = np.asarray(ensemble(compile_run(run).with_step(1e-10), 200).spike_count)[:, 0]
    assert np.mean(counts) == pytest.approx(17.3, abs=0.3)
    assert np.std(counts) == pytest.approx(1.0, abs=0.25)


def test_a_noisy_run_is_repeated_by_its_seed():
    """The same seed gives the same trajectory bit for bit, another seed another one."""
    runs = [problem("C1 m 0 100fF\nR1 m 0 10kohm T=20mK", seed=seed, **JOHNSON).solve() for seed in (1, 1, 2)]
    assert np.array_equal(runs[0].voltage, runs[1].voltage)
    assert not np.array_equal(runs[0].voltage, runs[2].voltage)
