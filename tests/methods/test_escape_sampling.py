"""Interval densities from the master equation against spike trains that are drawn click by click."""

import numpy as np
import pytest
from scipy.integrate import simpson
from scipy.optimize import brentq
from scipy.stats import kstest

import quspike as qs
from escape_neurons import RATE, STD, T_REF, THRESHOLD, WIDTH, C, membrane, resonator
from quspike.methods.escape.baseband import baseband_space
from quspike.methods.escape.detector import Detector
from quspike.methods.escape.following import follow
from quspike.methods.escape.memory_kernel import gauss
from quspike.methods.escape.sampled import sample_trains

ENOUGH, WRONG, NEURONS = 1e-4, 1.05, 3
SEED = 7

JOSEPHSON = {"inductor": "", "junction": "JJ1 m 0 Ic=33nA", "nonlinearity": "secular", "carrier": 4.97e9}
RESONANT = {"width": 2e-6, "truncation": 20}
CASES = {
    "membrane": (lambda rate=RATE: membrane(rate=rate), RATE, 25e-12),
    "quadrature": (lambda rate=2e8: resonator(drive=0.35e-9, rate=rate, **RESONANT), 2e8, 50e-12),
    "junction": (lambda rate=2e8: resonator(drive=0.5e-9, rate=rate, **RESONANT, **JOSEPHSON), 2e8, 100e-12),
}


def drawn(run, count, step=None, per=4):
    """So many intervals between spikes of independent trajectories."""
    problem = qs.compile(run)
    trains = sample_trains(problem.setup, problem.params, count // per, per + 1, SEED, step)
    return trains.intervals()


def p_value(intervals, ds, factor=1.0):
    """Of Kolmogorov and Smirnov, that the intervals are of this survival, with spikes `factor` times too frequent."""
    time, survival = ds.interval.values, ds.survival.values[:, 0]
    return kstest(intervals, lambda x: 1 - np.interp(factor * x, time, survival, left=1.0)).pvalue


def test_intervals_that_are_drawn_have_the_computed_density():
    """3,000 of the RC membrane; spikes that come 5 % too often are told apart. Catches: a leak, a noise or a hold that
    is 2 % wrong in either."""
    run = membrane()
    intervals, ds = drawn(run, 3000, 50e-12), qs.interval_statistics(run)
    assert p_value(intervals, ds) > ENOUGH
    assert p_value(intervals, ds, WRONG) < ENOUGH
    assert np.mean(intervals) == pytest.approx(ds.mean_interval.item(), rel=0.03)


def spiking_as_often(make, rate, factor):
    """Interval statistics of the neuron whose detector's Γ0 makes it spike `factor` times as often as with `rate`."""
    wanted = qs.interval_statistics(make(rate)).mean_interval.item() / factor

    def late(x):
        return np.log(qs.interval_statistics(make(rate * np.exp(x))).mean_interval.item() / wanted)

    ds = qs.interval_statistics(make(rate * np.exp(brentq(late, *np.sort([0.0, np.log(factor) * 40]), xtol=1e-4))))
    assert ds.mean_interval.item() == pytest.approx(wanted, rel=1e-3)
    return ds


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_twenty_thousand_intervals_have_the_computed_density(name):
    """Three neurons, Bonferroni: p > 1e-4; rejected at that level are spikes that come 5 % too often because Γ0 is
    wrong, which changes the density's shape too, and the right density with its time scaled by 5 %.

    Exponential intervals, the junction's, are told 5 % apart by 20,000 with p ≈ 1e-6, give or take: hence one side.

    The resonators are drawn as pure states that jump; the first is computed from its quadrature alone, the second in
    Fock space. Catches: √Γ in place of Γ in either; a drive that is half or twice; a click that is no reset.
    """
    make, rate, step = CASES[name]
    run = make()
    intervals, ds = drawn(run, 20_000, step), qs.interval_statistics(run)
    assert len(intervals) == 20_000
    assert NEURONS * p_value(intervals, ds) > ENOUGH
    assert NEURONS * p_value(intervals, ds, WRONG) < ENOUGH
    assert NEURONS * p_value(intervals, spiking_as_often(make, rate, WRONG)) < ENOUGH


@pytest.mark.slow
def test_a_moving_memory_follows_those_that_have_not_clicked():
    """20,000 membranes that share one memory, driven by the mean of those that are left: their first intervals.

    The particles know neither p nor S. Catches: a memory that follows the mean over all, clicked or not; noise that
    keeps the first memory's W.
    """
    resistances, where, width, push = (100e3, 20e3), 0.1e-12, 0.05e-12, 0.5e-9
    run = membrane(rate=2e9, duration=40e-9).replace(
        circuit=f"C1 m 0 {C}F\nI1 0 m {push}A\nMEM1 m 0 model=sigmoid R_off={resistances[0]}ohm "
        f"R_on={resistances[1]}ohm phi_c={where}Wb phi_s={width}Wb T=20mK"
    )
    ds = qs.interval_statistics(run, "first", points=401)
    random, h, count = np.random.default_rng(SEED), 0.05e-9, 20_000
    v, x, alive, edge = STD * random.standard_normal(count), 0.0, np.ones(count, bool), Detector(2e9, THRESHOLD, WIDTH)
    when = np.full(count, np.inf)
    heat = STD**2 * C
    for k in range(800):
        w = 1 / resistances[0] + (1 / resistances[1] - 1 / resistances[0]) / (1 + np.exp(-(x - where) / width))
        decay = np.exp(-w * h / C)
        noise = np.sqrt(heat / C * (1 - decay**2)) * random.standard_normal(count)
        new = push / w + (v - push / w) * decay + noise
        wait = random.exponential(size=count) / (0.5 * (edge.at(v) + edge.at(new)) + 1e-300)
        x += 0.5 * h * (np.mean(v[alive]) + np.mean(new[alive]))
        fired = alive & (wait < h)
        when[fired] = k * h + wait[fired]
        alive, v = alive & ~fired, new
    survival = [np.mean(when > t) for t in ds.interval.values]
    assert np.max(np.abs(survival - ds.survival.values[:, 0])) < 1.95 / np.sqrt(count)  # p = 1e-3
    assert ds.spikes_within.item() == pytest.approx(np.mean(when <= 40e-9), abs=4 * np.sqrt(0.25 / count))
    early = when[when <= 40e-9]
    assert ds.mean_interval.item() == pytest.approx(np.mean(early), abs=4 * np.std(early) / np.sqrt(len(early)))
    still = qs.interval_statistics(
        membrane(rate=2e9, duration=40e-9).replace(circuit=f"C1 m 0 {C}F\nI1 0 m {push}A\nR1 m 0 100kohm T=20mK"),
        "first", longest=40e-9, points=401,
    )  # fmt: skip
    assert np.max(np.abs(still.survival.values - ds.survival.values)) > 0.1


def test_a_few_points_have_the_moments_of_many():
    """Gauss quadrature of a measure on 1,000 points: twelve moments, positive. Catches: a lost normalisation."""
    random = np.random.default_rng(SEED)
    x, weight = 3e-13 + 1e-13 * random.standard_normal(1000), random.uniform(size=1000)
    nodes, shares = gauss(x, weight)
    assert len(nodes) == 6
    assert np.all(shares > 0)
    unit = (x - 3e-13) / 1e-13
    for power in range(12):
        expected = weight @ unit**power
        assert shares @ ((nodes - 3e-13) / 1e-13) ** power == pytest.approx(expected, rel=1e-8, abs=1e-8 * weight.sum())


@pytest.mark.slow
def test_the_kernel_takes_a_memory_from_interval_to_interval():
    """p_2 against ∫ds p_1(s) p(τ|X(s)) with a path solved for each of 17 first spikes.

    Catches: a memory that begins the second interval where it began the first; a kernel that loses spikes.
    """
    run = membrane(rate=2e9, duration=24e-9, width=2e-6, temperature=0.1).replace(
        circuit=f"C1 m 0 {C}F\nI1 0 m 0.5nA\nMEM1 m 0 model=sigmoid R_off=100kohm R_on=30kohm "
        "phi_c=0.1e-12Wb phi_s=0.05e-12Wb T=100mK"
    )
    first, second = (qs.interval_statistics(run, kind, points=97) for kind in (1, 2))
    problem = qs.compile(run)
    space = baseband_space(problem.setup, problem.params)
    times, rest = first.interval.values, second.interval.values - T_REF
    path = follow(space, times, space.start, space.first_memory)
    at = np.arange(0, 97, 6)
    survival = np.stack([follow(space, rest, space.after, path.memory[k], 1e-7).survival for k in at])
    share = simpson(path.density[at], x=times[at])
    expected = simpson(path.density[at][:, None] * survival, x=times[at], axis=0) / share
    assert np.max(np.abs(expected - second.survival.values[:, 0])) < 3e-3
    assert np.max(np.abs(first.survival.values[:, 0] - second.survival.values[:, 0])) > 0.05
    early = 1 - np.interp(rest[-1], times, path.survival)  # the first one has no hold, and an axis shorter by one
    assert second.attrs["earlier_spikes_within"] == pytest.approx(early, rel=1e-5)
