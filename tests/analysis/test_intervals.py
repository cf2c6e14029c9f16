"""Rates over time and intervals against closed forms, and against elephant's numbers where it has them."""

import numpy as np
import pytest
from scipy import stats

from quspike.analysis.firing_rate import instantaneous_rate, time_histogram
from quspike.analysis.intervals import hazard, interval_density, intervals_of, survival

RATE = 50.0  # 1/s


def poisson(trains: int, stop: float, rate: float = RATE, seed: int = 0) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [np.sort(rng.uniform(0, stop, n)) for n in rng.poisson(rate * stop, trains)]


def cut_off(order: int, stop: float, trains: int = 3000) -> tuple[np.ndarray, np.ndarray]:
    """Gamma intervals at RATE, in records that hold only a few of them: finished and unfinished ones."""
    rng = np.random.default_rng(4)
    times = np.cumsum(rng.gamma(order, 1 / (order * RATE), (trains, 60)), axis=1)
    return intervals_of([row[row < stop] for row in times], stop)


def test_a_histogram_of_time_counts_every_spike_once():
    """Against NumPy, edges and the last instant included; its error is that of the mean over trains.

    Catches: a spike at the end left out, σ in place of σ/√B, a rate that is not per train.
    """
    trains = [*poisson(40, 2.0), np.array([0.0, 2.0])]
    time, rate, error = time_histogram(trains, 10, 0.0, 2.0)
    counts = np.array([np.histogram(train, np.linspace(0, 2, 11))[0] for train in trains])
    np.testing.assert_allclose(time, 0.1 + 0.2 * np.arange(10))
    np.testing.assert_allclose(rate, counts.mean(axis=0) / 0.2)
    np.testing.assert_allclose(error, stats.sem(counts) / 0.2)
    assert np.isnan(time_histogram(trains[:1], 10, 0.0, 2.0).error).all()


def test_the_smooth_rate_of_a_poisson_process_is_its_rate_up_to_the_ends():
    """Within five standard errors everywhere. Catches: half the rate at the ends, a Gaussian that is not normalised."""
    times = np.linspace(0.0, 2.0, 21)
    found = instantaneous_rate(poisson(400, 2.0), times, 0.05, 0.0, 2.0)
    assert np.max(np.abs(found.rate - RATE) / found.error) < 5
    bump = instantaneous_rate([np.array([1.0])], times, 0.05, 0.0, 2.0)
    np.testing.assert_allclose(bump.rate[5:-5], stats.norm(1.0, 0.05).pdf(times[5:-5]), rtol=1e-12)


def test_survival_without_a_cut_is_the_empirical_one():
    """And its error the binomial one. Catches: a fall before its interval; Greenwood's sum without S²."""
    intervals = np.array([3.0, 1.0, 2.0, 2.0, 5.0])
    found = survival(intervals)
    np.testing.assert_allclose(found.at(np.array([0.0, 0.99, 1.0, 2.0, 4.9, 5.0])), [1, 1, 0.8, 0.4, 0.2, 0.0])
    share = found.survival
    np.testing.assert_allclose(found.error, np.sqrt(share * (1 - share) / 5), atol=1e-12)


def test_survival_agrees_with_scipy_where_the_record_cuts():
    """Kaplan–Meier of SciPy. Catches: an unfinished interval that ends with a finished one not counted at risk."""
    intervals, unfinished = np.array([1.0, 2.0, 2.0, 4.0]), np.array([2.0, 3.0, 6.0])
    expected = stats.ecdf(stats.CensoredData(uncensored=intervals, right=unfinished)).sf
    found = survival(intervals, unfinished)
    np.testing.assert_allclose(found.at(expected.quantiles), expected.probabilities)
    low, high = (band.probabilities for band in expected.confidence_interval(0.6826894921370859))
    ends = np.searchsorted(found.interval, expected.quantiles[:3], side="right") - 1
    np.testing.assert_allclose(found.error[ends], (high - low)[:3] / 2, rtol=1e-9)


@pytest.mark.parametrize("order", [1, 3])
def test_a_record_of_two_intervals_gives_the_whole_density(order):
    """Density, survival and hazard of gamma intervals from records as short as two of them, within five errors.

    Catches: unfinished intervals left out: the mean is then a fifth too small.
    """
    law = stats.gamma(order, scale=1 / (order * RATE))
    intervals, unfinished = cut_off(order, stop=2 / RATE)
    edges = np.linspace(0.0, 1.4 / RATE, 15)
    exact = -np.diff(law.sf(edges))
    density, error = interval_density(intervals, edges, unfinished)
    assert np.nanmax(np.abs(density - exact / np.diff(edges)) / error) < 5
    stays = survival(intervals, unfinished)
    at = np.searchsorted(stays.interval, edges[1:]) - 1
    assert np.max(np.abs(stays.survival[at] - law.sf(stays.interval[at])) / stays.error[at]) < 5
    found, error = hazard(intervals, edges, unfinished)
    spent = np.array([np.trapezoid(law.sf(x), x) for x in np.linspace(edges[:-1], edges[1:], 201, axis=1)])
    assert np.nanmax(np.abs(found - exact / spent) / error) < 5
    assert intervals.mean() < 0.85 / RATE


@pytest.mark.parametrize("unfinished", [[], [2.5, 4.0], [9.0, 9.0, 9.0]])
def test_no_interval_is_lost_on_the_edge_of_a_bin(unfinished):
    """∫p + S(end) = 1 where edges lie on intervals; uncut, p is the normalised histogram of NumPy.

    Catches: S taken after its fall at the lower edge, by which the shortest of six intervals was lost.
    """
    intervals = np.array([3.0, 2.0, 1.0, 2.0, 5.0, 4.0])
    edges = np.linspace(1.0, 5.0, 5)
    density, _ = interval_density(intervals, edges, unfinished)
    left = survival(intervals, unfinished).at(np.array([5.0]))[0]
    assert density @ np.diff(edges) + left == pytest.approx(1.0, abs=1e-12)
    if not unfinished:
        np.testing.assert_allclose(density, np.histogram(intervals, edges, density=True)[0])


def test_silent_trains_have_no_interval():
    intervals, unfinished = intervals_of([np.zeros(0), np.array([0.3])], 1.0)
    assert len(intervals) == 0
    assert unfinished == pytest.approx([0.7])
    assert survival(intervals, unfinished).at(np.array([0.5])) == [1.0]
