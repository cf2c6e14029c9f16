"""Results whose spikes did not happen one by one: what is said and drawn of clicks that nobody drew."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.colors import to_hex
from scipy import stats

import adapting_neuron
from quspike.cli.report import json_report
from quspike.errors import InputError
from quspike.plot import plot_run
from quspike.plot.style import CLASSICAL, QUANTUM
from quspike.result.expected_spikes import EXPECTED
from quspike.result.interval_text import interval_numbers

T_REF, SCALE = 2e-9, 6e-9
LAW = stats.expon(loc=T_REF, scale=SCALE)
"""A hold and a Poisson process: mean T_REF + SCALE, CV = SCALE/(T_REF + SCALE)."""


@pytest.fixture(scope="module")
def clicks():
    tau = np.linspace(T_REF, 150e-9, 4001)
    solution = SimpleNamespace(**vars(adapting_neuron.solution()))
    silence = np.full(64, np.nan)
    solution.spike_time, solution.spike_count = silence, np.array([7.25])
    rate = np.full((len(solution.time), 1), 1 / (T_REF + SCALE))
    table = {"interval": tau, "isi_density": LAW.pdf(tau)[:, None], "survival": LAW.sf(tau)[:, None]}
    solution.extra = {"spike_rate": rate, "isi_kind": np.array("stationary")} | table
    return adapting_neuron.result(solution, adapting_neuron.solution())


def test_expected_spikes_are_not_called_none(clicks):
    """Catches: "0 spikes" because the event table is empty; a mean interval from p at every time but t_ref."""
    text = clicks.qs.summary()
    assert "7.25 expected, no click is drawn" in text
    assert "stationary interval: 8 ns, CV 0.75 (computed, without sampling)" in text
    assert "7.25 spikes for 16" in text
    assert json.loads(json_report(clicks, "x.nc"))["spike_count"] == {"neuron": 7.25}


def test_what_the_density_leaves_is_told(clicks):
    """A record that ends early: the mean of those that came, and how many did not."""
    early = clicks.sel(interval=slice(0, 10e-9))
    end = float(early.interval[-1])
    numbers = interval_numbers(early, "neuron")
    assert numbers.mean == pytest.approx(LAW.expect(lambda x: x, lb=T_REF, ub=end, conditional=True), rel=1e-4)
    assert numbers.survival == pytest.approx(LAW.sf(end))
    assert numbers.spikes_within == pytest.approx(LAW.cdf(end))
    assert f"within {end * 1e9:.4g} ns with probability {LAW.cdf(end):.3g}; if so, " in early.qs.summary()
    assert early.qs.spike_statistics().spikes_within.item() == pytest.approx(LAW.cdf(end))
    assert "within" in early.qs.spike_statistics().mean_interval.long_name


def test_a_spike_that_hardly_ever_comes_has_no_mean_interval(clicks):
    """1e-10 of probability is less than its solver knows. Catches: the mean of rounding, sold as an interval."""
    few = clicks.sel(interval=slice(0, T_REF + 0.1e-9)).copy(deep=True)
    share = 1e-10 / LAW.cdf(float(few.interval[-1]))
    few["isi_density"], few["survival"] = few.isi_density * share, 1 - (1 - few.survival) * share
    assert np.isnan(interval_numbers(few, "neuron").mean)
    end = float(few.interval[-1])
    assert f"stationary interval: none within {end * 1e9:.4g} ns, but for a probability below 1e-09" in few.qs.summary()
    assert np.isnan(few.qs.spike_statistics().mean_interval.item())
    assert few.qs.spike_statistics().spikes_within.item() == pytest.approx(1e-10, rel=1e-5)


def test_statistics_are_those_of_the_density(clicks):
    table = clicks.qs.spike_statistics()
    assert table.spike_count.item() == 7.25
    assert table.mean_firing_rate.item() == pytest.approx(7.25 / 400e-9)
    assert table.mean_interval.item() == pytest.approx(T_REF + SCALE, rel=1e-4)
    assert table.cv.item() == pytest.approx(SCALE / (T_REF + SCALE), rel=1e-4)
    assert np.isnan(table.lv.item())


def test_an_expected_number_is_called_one(clicks):
    """And the classical neuron's own is none. Catches: 7.25 as "number of spikes"."""
    assert clicks.spike_count.long_name == clicks.qs.spike_statistics().spike_count.long_name == EXPECTED
    assert clicks.qs.classical.spike_count.long_name == "number of spikes"


def test_energy_of_a_click_is_told_where_there_is_one(clicks):
    """Catches: "0 J" of a membrane without inductor, to which a click gives none."""
    assert " J" not in clicks.assign(click_energy=("neuron", [0.0])).qs.summary()
    assert ", each gives the circuit 2e-25 J" in clicks.assign(click_energy=("neuron", [2e-25])).qs.summary()


def test_no_empty_train_leaves_for_neo(clicks):
    """Catches: an empty SpikeTrain, whose rate elephant gives as 0."""
    with pytest.raises(InputError, match="needs spikes that have happened"):
        clicks.qs.to_neo()


def test_the_figure_draws_the_rate_and_no_raster(clicks):
    """The classical spikes stay ticks below it."""
    (panel,) = (axes for axes in plot_run(clicks).axes if axes.get_ylabel() == "rate (MHz)")
    (line,) = panel.lines
    assert to_hex(line.get_color()) == QUANTUM
    assert line.get_ydata()[0] == pytest.approx(1e-6 / (T_REF + SCALE))
    (ticks,) = panel.collections
    assert to_hex(ticks.get_color()[0]) == CLASSICAL
    assert len(ticks.get_segments()) == 16
    names = {axes.get_ylabel(): {text.get_text() for text in axes.texts} for axes in plot_run(clicks).axes}
    assert "classical" in names["rate (MHz)"] & names["V (µV)"]
    with pytest.raises(InputError, match="none has happened, but got raster"):
        clicks.qs.plot(kind="raster")
