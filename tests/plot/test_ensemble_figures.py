"""Figures of many trajectories: rows of spikes, bands of noise, histograms on densities."""

import numpy as np
import pytest
import xarray as xr
from matplotlib.colors import to_hex
from scipy import stats

import quspike.plot.panels
from quspike.errors import InputError
from quspike.plot import plot_intervals, plot_raster, plot_run
from quspike.plot.style import CLASSICAL, INK, QUANTUM
from quspike.result.spike_trains import spike_trains


def panels(figure):
    return {panel.get_ylabel() or "spikes": panel for panel in figure.axes}


def ticks(panel):
    """Spike times by row, from the top."""
    return [np.array([segment[0, 0] for segment in row.get_segments()]) for row in panel.collections]


def height(band, time):
    edges = band.get_paths()[0].vertices
    return np.ptp(edges[np.isclose(edges[:, 0], time)][:, 1]) / 2


def test_every_trajectory_has_its_row(ensemble):
    """In the run's figure and in the raster, the classical train last. Catches: all spikes in one row."""
    trains = [*spike_trains(ensemble)["neuron"], ensemble.qs.classical.spike_time.values]
    for figure in (plot_run(ensemble), plot_raster(ensemble)):
        for drawn, times in zip(ticks(panels(figure)["spikes"]), trains, strict=True):
            np.testing.assert_allclose(np.sort(drawn), times * 1e9)


def test_the_bands_are_the_two_parts_of_the_noise(ensemble):
    """Inner: trajectories about their mean; outer: with the width of their states. Catches: variances not added."""
    panel = panels(plot_run(ensemble))["V (µV)"]
    outer, inner = panel.collections[:2]
    apart = float(ensemble.voltage[:, 600, 0].std()) * 1e6
    assert height(inner, 300.0) == pytest.approx(apart)
    assert height(outer, 300.0) == pytest.approx(np.hypot(apart, float(ensemble.voltage_std[0, 600, 0]) * 1e6))
    assert {"± trajectories", "+ σ of each", "one of them"} <= {text.get_text() for text in panel.texts}


def test_one_trajectory_is_drawn_with_the_tips_of_its_own_spikes(ensemble):
    shown = ensemble.isel(trajectory=[2, 1])
    (line,) = (one for one in panels(plot_run(shown))["V (µV)"].lines if to_hex(one.get_color()) == INK)
    tips = line.get_xdata()[np.isclose(line.get_ydata(), 20.0, rtol=1e-9)]
    np.testing.assert_allclose(tips, spike_trains(ensemble)["neuron"][2] * 1e9)


def test_a_crowd_is_shown_in_part_and_says_so(ensemble, monkeypatch):
    monkeypatch.setattr(quspike.plot.panels, "ROWS_OF_AN_ENSEMBLE", 2)
    texts = [text.get_text() for text in panels(plot_run(ensemble))["spikes"].texts]
    assert texts == ["2 of 4", "classical"]


def test_the_rate_above_the_raster_counts_all_spikes(ensemble):
    """Its integral is the mean count. Catches: the rate of the rows that are shown."""
    (line,) = (one for one in panels(plot_raster(ensemble))["rate (MHz)"].lines)
    time, rate = line.get_xdata() * 1e-9, line.get_ydata() * 1e6
    assert rate.sum() * (time[1] - time[0]) == pytest.approx(float(ensemble.spike_count.mean()))


def test_a_single_run_is_a_raster_of_one_row(ds):
    assert list(panels(plot_raster(ds))) == ["spikes"]


def test_a_raster_of_none_says_so(ensemble):
    """Also one neuron's, beside the classical spikes. Catches: an empty frame without a word."""
    texts = [text.get_text() for text in panels(plot_raster(ensemble.isel(spike=slice(0, 0))))["spikes"].texts]
    assert "no spikes" in texts
    assert "no spikes" not in [text.get_text() for text in panels(plot_raster(ensemble))["spikes"].texts]


@pytest.fixture(scope="module")
def renewal():
    """Gamma intervals after a dead time, in short records, with their density: as a method would have computed it."""
    law, rng = stats.gamma(2, loc=2e-9, scale=4e-9), np.random.default_rng(0)
    trains = [train[train < 40e-9] for train in np.cumsum(law.rvs((200, 30), random_state=rng), axis=1)]
    tau = np.linspace(0, 60e-9, 301)
    return xr.Dataset(
        {
            "spike_time": ("spike", np.concatenate(trains)),
            "spike_neuron": ("spike", np.zeros(sum(map(len, trains)), dtype=int), {"neurons": "a"}),
            "spike_trajectory": ("spike", np.repeat(np.arange(200), [len(train) for train in trains])),
            "isi_density": (("interval", "neuron"), law.pdf(tau)[:, None]),
            "survival": (("interval", "neuron"), law.sf(tau)[:, None]),
        },
        coords={"time": [0, 40e-9], "neuron": ["a"], "trajectory": np.arange(200), "interval": tau},
    )


def test_the_histogram_lies_on_its_density(renewal):
    """Area one under both, in the units of the axis. Catches: counts in place of a density, ns mixed with s."""
    above, below = plot_intervals(renewal).axes
    assert above.get_ylabel() == "p (1/ns)"
    (line,) = (one for one in above.lines if to_hex(one.get_color()) == INK)
    assert np.trapezoid(line.get_ydata(), line.get_xdata()) == pytest.approx(1.0, abs=2e-3)
    (stairs,) = above.patches
    values, edges = stairs.get_data().values, stairs.get_data().edges
    assert values @ np.diff(edges) == pytest.approx(1.0, abs=0.05)
    assert np.average(0.5 * (edges[1:] + edges[:-1]), weights=values) == pytest.approx(10.0, abs=0.8)
    sampled, computed = below.lines
    exact = np.interp(15.0, computed.get_xdata(), computed.get_ydata())
    assert np.interp(15.0, sampled.get_xdata(), sampled.get_ydata()) == pytest.approx(exact, abs=0.05)


def test_a_computed_density_needs_no_sample_and_a_sample_no_density(renewal):
    alone = plot_intervals(renewal.isel(spike=slice(0, 0))).axes[0]
    assert [to_hex(line.get_color()) for line in alone.lines] == [QUANTUM]
    sampled = plot_intervals(renewal.drop_vars(["isi_density", "survival"])).axes[0]
    assert not sampled.lines
    assert len(sampled.patches) == 1


def test_too_few_intervals_are_refused(ds):
    with pytest.raises(InputError, match="it takes 5 intervals, and there are 0"):
        ds.isel(spike=slice(0, 1)).qs.plot(kind="intervals")
    with pytest.raises(InputError, match="must be run, raster, intervals, trains, wigner"):
        ds.qs.plot(kind="pie")


def test_classical_spikes_are_orange(ensemble):
    assert to_hex(panels(plot_raster(ensemble))["spikes"].collections[-1].get_color()) == CLASSICAL


def test_a_record_is_not_given_the_width_of_a_state(ensemble):
    """σ is that of the voltage. Catches: its width drawn around a record, which has noise of its own."""
    recorded = ensemble.assign(membrane=ensemble.membrane * 0.9)
    texts = {text.get_text() for text in panels(plot_run(recorded))["V (µV)"].texts}
    assert "± trajectories" in texts
    assert "+ σ of each" not in texts
