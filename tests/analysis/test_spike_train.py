"""Numbers of spike trains against closed forms: clocks, geometric intervals, Poisson and gamma processes."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats

import quspike as qs
from quspike.analysis.spike_statistics import spike_statistics
from quspike.analysis.spike_train import adaptation_index, autocorrelogram, cv, cv2, fanofactor, isi, lv

RATE = 50.0  # 1/s


def gamma(order: int, count: int, seed: int) -> np.ndarray:
    """Spike times of a renewal process with gamma intervals, at RATE."""
    return np.cumsum(np.random.default_rng(seed).gamma(order, 1 / (RATE * order), count))


def test_a_clock_has_no_variation():
    """Nor adaptation. Catches: differences that start from zero time."""
    intervals = isi(0.3 + 0.02 * np.arange(20))
    assert len(intervals) == 19
    assert max(cv(intervals), lv(intervals), abs(adaptation_index(intervals))) < 1e-12


@pytest.mark.parametrize("order", [1, 2, 5])
def test_gamma_intervals_have_their_variations(order):
    """CV = 1/√k, Lv = 3/(2k + 1), CV2 = 2⟨|2u − 1|⟩ of a Beta(k, k), within five standard errors.

    Catches: a factor 3, σ over the median, CV2 without its 2.
    """
    intervals = isi(gamma(order, 40_000, seed=3))
    assert cv(intervals) == pytest.approx(order**-0.5, abs=5 * 1.5 * order**-0.5 / 200)
    assert lv(intervals) == pytest.approx(3 / (2 * order + 1), abs=5 / 200)
    share = stats.beta(order, order)
    assert cv2(intervals) == pytest.approx(2 * share.expect(lambda u: abs(2 * u - 1)), abs=5 / 200)


def test_local_variation_does_not_see_a_drift():
    """A clock that slows down by 20 in all has a large CV and next to no Lv."""
    intervals = 0.01 * np.geomspace(1, 20, 500)
    assert cv(intervals) > 0.7
    assert lv(intervals) < 1e-4


def test_geometric_intervals_adapt_by_their_ratio():
    """(q − 1)/(q + 1). Catches: a sign, a difference over one interval instead of both."""
    assert adaptation_index(1.5 ** np.arange(8.0)) == pytest.approx(0.2, rel=1e-12)
    assert adaptation_index(1.5 ** -np.arange(8.0)) == pytest.approx(-0.2, rel=1e-12)


def test_counts_of_a_poisson_process_have_a_fano_factor_of_one():
    """And those of order k have 1/k. Catches: σ in place of σ²."""
    for order in (1, 4):
        counts = np.bincount((gamma(order, 200_000, seed=5) / 1.0).astype(int))[:-1]
        assert fanofactor(counts) == pytest.approx(1 / order, rel=5 * (2 / len(counts)) ** 0.5)
    assert np.isnan(fanofactor([3]))
    assert np.isnan(fanofactor([0, 0]))


def test_the_autocorrelogram_of_a_renewal_process_is_its_renewal_density():
    """λ for a Poisson process, λ(1 − e^{−4λτ}) for gamma intervals of order 2, up to the end of the record.

    Catches: lags to the next spike only, a record's end that thins long lags (by half here), a bin's width.
    """
    width = 0.003
    for order in (1, 2):
        trains = [gamma(order, 400, seed) for seed in range(2000)]
        trains = [train[train < 0.1] for train in trains]
        lags, rate = autocorrelogram(trains, reach=0.09, bins=30, stop=0.1)
        dip = np.exp(-4 * RATE * lags) * np.sinh(2 * RATE * width) / (2 * RATE * width)  # its mean over a bin
        expected = RATE * (1 - dip) if order == 2 else np.full(30, RATE)
        watched = np.array([sum(np.sum(train <= 0.1 - lag) for train in trains) for lag in lags])
        assert np.max(np.abs(rate - expected) / np.sqrt(expected / (watched * width))) < 5


def test_the_adapting_neuron_has_intervals_that_grow():
    """Sixteen spikes; the table against the event list by hand. Catches: a rate per sample."""
    ds = qs.run(qs.load("examples/adapting.toml").replace(classical=False))
    table = spike_statistics(ds)
    times = ds.spike_time.values
    assert table.spike_count.item() == 16
    assert table.mean_firing_rate.item() == pytest.approx(16 / 400e-9)
    assert table.first_spike.item() == times[0]
    assert table.mean_interval.item() == pytest.approx((times[-1] - times[0]) / 15)
    assert table.adaptation_index.item() > 0
    assert table.lv.item() < 0.1 < table.cv.item()
    assert ds.qs.spike_statistics().identical(table)


def test_too_few_spikes_are_nan():
    """A neuron that never spikes has a rate of zero, and no interval."""
    ds = qs.run(qs.load("examples/adapting.toml").replace(classical=False, duration="9 ns"))
    table = spike_statistics(ds)
    assert (table.spike_count.item(), table.mean_firing_rate.item()) == (0, 0.0)
    assert all(
        np.isnan(table[name].item()) for name in ("first_spike", "mean_interval", "cv", "lv", "adaptation_index")
    )


def test_an_ensemble_has_a_row_a_trajectory():
    """Two neurons, three trajectories, in one event table. Catches: neurons and trajectories swapped."""
    events = [(0, 0, 1.0), (0, 1, 1.5), (0, 0, 2.0), (1, 1, 0.5), (2, 0, 1.0), (2, 0, 3.0), (2, 0, 4.0)]
    trajectory, neuron, time = (np.array(column) for column in zip(*events, strict=True))
    ds = xr.Dataset(
        {
            "spike_time": ("spike", time),
            "spike_neuron": ("spike", neuron, {"neurons": "a b"}),
            "spike_trajectory": ("spike", trajectory),
            "voltage": (("trajectory", "time"), np.zeros((3, 2))),
        },
        coords={"time": [0.0, 5.0], "neuron": ["a", "b"], "trajectory": [0, 1, 2]},
    )
    table = spike_statistics(ds)
    assert table.spike_count.dims == ("trajectory", "neuron")
    assert table.spike_count.values.tolist() == [[2, 1], [0, 1], [3, 0]]
    assert table.mean_interval.sel(neuron="a").values.tolist()[::2] == [1.0, 1.5]
    assert table.cv.sel(neuron="a", trajectory=2).item() == pytest.approx(1 / 3)
    assert table.fano_factor.values == pytest.approx([14 / 15, 1 / 3])
