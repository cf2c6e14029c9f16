"""Ensembles of conditional states in Fock space: beside QuTiP's with feedback, and each trajectory its own."""

import jax
import numpy as np
import pytest
from scipy.stats import kstest, spearmanr

import quspike as qs
from quspike.bench import measured_memory as bench
from quspike.constants import hbar, phi0
from quspike.methods.measured_fock import solution
from quspike.run.compile import compile_run

PARALLEL = 4 / 3  # of L1 and LJ to L: 13.3 nH and 40 nH make 10 nH
ENOUGH, COMPARED = 1e-4, 9  # of Kolmogorov and Smirnov: times and quantities, Bonferroni


def kerr_neuron(trajectories, **changes):
    """The resonator of the benchmark, a quarter of its inductance a junction, its memory driven by its record."""
    law = f"R_on={bench.R_ON!r}ohm R_off={bench.R_OFF!r}ohm phi_c={2 * bench.PHI_ZPF!r}Wb phi_s={2 * bench.PHI_ZPF!r}Wb"
    settings = {
        "circuit": f"C1 m 0 {bench.C!r}F\nL1 m 0 {PARALLEL * bench.L!r}H\nJJ1 m 0 Lj={4 * bench.L!r}H\n"
        f"MEM1 m 0 model=sigmoid {law} T={bench.T}K\nI1 0 m input",
        "drives": {"input": qs.Sine(bench.AMPLITUDE, frequency=bench.OMEGA / (2 * np.pi))},
        "method": "gksl", "nonlinearity": "kerr", "memory": "measured", "truncation": 18,
        "measurement": {"strength": bench.STRENGTH, "efficiency": bench.EFFICIENCY},
        "duration": bench.DURATION, "save_every": bench.DURATION / bench.SAMPLES, "dt": 1 / (bench.STEPS * bench.OMEGA),
        "trajectories": trajectories, "classical": False,
    }  # fmt: skip
    return compile_run(qs.Run(**settings | changes))


def kerr():
    """χ = −½E_J η⁴/ħω0 of a junction of 4L."""
    energy = phi0**2 / (4 * bench.L) / (hbar * bench.OMEGA)
    return -0.5 * energy * (bench.PHI_ZPF / phi0) ** 4


@pytest.mark.slow
def test_trajectories_with_feedback_are_those_of_smesolve_in_distribution():
    """⟨V⟩, W and ⟨V²⟩ of 240 trajectories and of 100 of QuTiP's, at three times: Bonferroni p > 1e-4, means alike.

    A Kerr resonator whose κ follows its record, as the correlation of W with what is left later shows: neither
    Gaussian nor linear. Catches: κ that forgets the record; η of half the size; a Kerr term of the other sign.
    """
    found = kerr_neuron(240).solve()
    v, std = (np.asarray(values)[..., 0] / bench.V_ZPF for values in (found.voltage, found.voltage_std))
    ours = v, (bench.L / bench.C) ** 0.5 / np.asarray(found.memristance)[..., 0], v**2 + std**2
    theirs = bench.qutip_trajectories(100, kerr=kerr())()
    assert float(found.diagnostics["top_level_population"]) < 0.01
    for mine, other in zip(ours, theirs, strict=True):
        for at in (7, 13, 20):
            assert COMPARED * kstest(mine[:, at], other[:, at]).pvalue > ENOUGH
    assert bench.Seen.of(*ours).error(bench.Seen.of(*theirs)) < bench.ACCURATE
    mine, other = feedback(ours), feedback(theirs)
    assert max(mine, other) < -0.5
    assert abs(mine - other) < 4 * np.hypot(1 / np.sqrt(240), 1 / np.sqrt(100))


def feedback(seen):
    """Arctanh of the rank correlation of a trajectory's W with the ⟨V²⟩ that it has later."""
    _, w, square = seen
    return np.arctanh(spearmanr(w[:, 5:16].mean(axis=1), square[:, 14:21].mean(axis=1)).statistic)


def spiking(**changes):
    """A driven linear resonator that spikes on its record, at six levels: what it does, and not how well, is asked."""
    neuron = qs.Neuron("m", membrane="envelope", v_threshold="30 uV", t_ref="0.3 ns", spike="record",
                       record={"filter": "0.2 ns"})  # fmt: skip
    settings = {
        "circuit": "C1 m 0 100fF\nL1 m 0 10nH\nMEM1 m 0 model=sigmoid R_on=10kohm R_off=40kohm phi_c=1fWb "
        "phi_s=0.5fWb T=100mK\nI1 0 m tone",
        "drives": {"tone": qs.Sine("8 nA", frequency="5.03 GHz")}, "method": "gksl", "memory": "measured",
        "measurement": {"strength": "2e9/s", "efficiency": 0.7}, "neuron": neuron, "truncation": 6, "duration": "2 ns",
        "save_every": "0.5 ns", "dt": "10 ps", "trajectories": 6, "classical": False,
    }  # fmt: skip
    return compile_run(qs.Run(**settings | changes))


@pytest.mark.slow
def test_a_conditional_state_is_its_own(monkeypatch):
    """The first of five, two at a time, are those of six at once, spikes and memories included; another seed's differ.

    Catches: noise drawn by batch or for the ensemble as a whole; a spike, or a record, that reaches a neighbour.
    """
    whole = spiking()
    every = whole.solve()
    assert len(set(np.asarray(every.spike_time)[:, 0])) == 6
    monkeypatch.setattr(solution, "BATCH", 2)
    parts = whole.with_setup(trajectories=5).solve()
    np.testing.assert_array_equal(np.asarray(every.spike_count)[:5], parts.spike_count)
    for name in ("voltage", "voltage_std", "memory", "spike_time"):
        np.testing.assert_allclose(np.asarray(getattr(every, name))[:5], getattr(parts, name), rtol=1e-9, atol=1e-300)
    other = whole.with_setup(seed=1).solve()
    assert np.abs(np.asarray(every.voltage) - np.asarray(other.voltage))[:, 1:].min() > 0
    again = whole.solve()
    np.testing.assert_array_equal(every.voltage, again.voltage)


def room(problem):
    """Bytes that the compiled run works in, and that it hands back."""
    plan, capacity = problem.plan, 40
    run = jax.jit(solution.MeasuredFock(problem.setup)._run(plan, capacity))
    lowered = run.lower(plan.gap, plan.fraction, problem.params, jax.random.key(0))
    found = lowered.compile().memory_analysis()
    return found.temp_size_in_bytes, found.output_size_in_bytes


@pytest.mark.slow
def test_an_ensemble_fills_what_is_saved_and_no_more():
    """Sixteen times the steps: a few numbers a step for all trajectories together. Catches: a state, or a record, of
    every trajectory at every step; normal numbers drawn beforehand."""
    count = 64
    few, many = spiking(trajectories=count), spiking(trajectories=count, dt="0.625 ps")
    steps = many.plan.steps - few.plan.steps
    (small, told), (large, kept) = room(few), room(many)
    assert steps > 2900
    assert kept == told
    assert large - small < 0.25 * 8 * steps * count
    assert large < 8 * (many.plan.steps * 40 + count * 4000)
    more = room(spiking(trajectories=count, save_every="0.1 ns"))
    assert more[1] > 2 * told
