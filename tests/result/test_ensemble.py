"""A result of many trajectories: its numbers with their errors, its text, its file and its Neo block."""

import json

import numpy as np
import pytest
from scipy import stats

import adapting_neuron
import quspike as qs
import spiking_ensemble
from quspike.cli.report import json_report
from quspike.errors import InputError
from quspike.result.engineering import human_error
from quspike.result.ensemble import between, estimate, mean_interval, within
from quspike.result.schema import BATCH
from quspike.result.spike_trains import spike_trains


@pytest.fixture(scope="module")
def ensemble():
    return spiking_ensemble.result()


def test_the_error_of_a_mean_is_its_standard_error():
    """Catches: σ in place of σ/√B, a biased variance, a trajectory without the number counted as one."""
    values = np.random.default_rng(1).normal(3.0, 2.0, 50)
    assert estimate([*values, np.nan]) == pytest.approx((values.mean(), stats.sem(values)))
    assert np.isnan(estimate([1.0]).error)
    assert np.isnan(estimate([]).mean)


def test_intervals_of_one_trajectory_are_not_independent():
    """Clocks, each with a period of its own: the mean is known as well as twenty periods tell, not as two thousand.

    Against the error of the periods, and a jackknife for trains of unequal lengths. Catches: σ/√(number of intervals),
    ten times too small here; the mean of the trains' means.
    """
    rng = np.random.default_rng(2)
    periods = rng.normal(10.0, 1.0, 20)
    clocks = [period * np.arange(101) for period in periods]
    assert mean_interval(clocks) == pytest.approx((periods.mean(), stats.sem(periods)))
    trains = [np.cumsum(rng.exponential(1.0, rng.integers(0, 60))) for _ in range(400)]
    mean, error = mean_interval(trains)
    assert mean == pytest.approx(np.concatenate([np.diff(train) for train in trains]).mean())
    left_out = np.array([mean_interval(trains[:b] + trains[b + 1 :]).mean for b in range(400)])
    assert error == pytest.approx(np.sqrt(399 / 400 * np.sum((left_out - left_out.mean()) ** 2)), rel=0.02)


def test_the_two_parts_of_the_noise_add_up_to_the_whole(ensemble):
    """Samples of every state, pooled, have the sum of the two variances. Catches: the mean of σ in place of σ²'s."""
    at, draws = 60, np.random.default_rng(3).standard_normal((4, 200_000))
    ds = ensemble.assign(voltage_std=ensemble.voltage_std * [[[0.5]], [[1.0]], [[2.0]], [[3.0]]])
    here = ds.isel(time=at, node=0)
    pooled = here.voltage.values[:, None] + here.voltage_std.values[:, None] * draws
    whole = within(ds).values[at, 0] ** 2 + between(ds.voltage).values[at, 0] ** 2
    assert whole == pytest.approx(pooled.var(), rel=5 * 2 / draws.size**0.5)


def test_trains_are_cut_by_trajectory_wherever_the_table_has_them():
    """Against a comparison row by row; a selection keeps its own trajectories. Catches: places taken for names."""
    ds = spiking_ensemble.result()
    for part in (ds, ds.isel(trajectory=[3, 1]), ds.sel(trajectory=2), ds.isel(spike=slice(None, None, -1))):
        for name, number in zip(np.atleast_1d(part[BATCH].values), range(4), strict=False):
            expected = part.spike_time.values[part.spike_trajectory.values == name]
            np.testing.assert_array_equal(spike_trains(part)["neuron"][number], expected)


def test_the_summary_speaks_of_means_and_errors(ensemble):
    """Numbers from the trains by hand. Catches: all spikes of all trajectories read as one train."""
    text = ensemble.qs.summary()
    trains = spike_trains(ensemble)["neuron"]
    counts = [len(train) for train in trains]
    assert "4 trajectories" in text.splitlines()[0]
    assert f"{human_error(np.mean(counts), stats.sem(counts), '1')} a trajectory, between 0 and {max(counts)}" in text
    assert "1 of 4 never" in text
    firsts = [train[0] for train in trains if len(train)]
    assert f"first spike   {human_error(np.mean(firsts), stats.sem(firsts), 's')}\n" in text
    gaps = np.concatenate([np.diff(train) for train in trains])
    assert f"intervals     {human_error(*mean_interval(trains), 's')}, CV {gaps.std() / gaps.mean():.3g}\n" in text
    assert "1.66 µV of each state" in text
    assert f"{human_error(np.mean(counts), stats.sem(counts), '1')} spikes for 16, ⟨V⟩ departs by up to" in text


def test_pure_states_say_what_they_do_and_whose_average_they_are(ensemble):
    """And every ensemble what its ± is. Catches: the name of the method alone."""
    run = adapting_neuron.RUN.replace(method="trajectories", parent="gksl", unravelling="diffusion")
    title = ensemble.assign_attrs(method="trajectories", config=run.to_toml()).qs.summary().splitlines()[0]
    assert title.startswith("trajectories (quantum diffusion of gksl), ")
    assert "4 trajectories (± standard error), " in title


def test_one_interval_has_no_variation(ensemble):
    """Catches: a coefficient of variation of 0, which a clock has."""
    assert (
        ", the only one"
        in ensemble.isel(trajectory=[0, 2]).isel(spike=ensemble.spike_trajectory == 2).isel(spike=[0, 1]).qs.summary()
    )


def test_a_number_is_written_to_the_second_digit_of_its_error():
    assert human_error(8.1237e-9, 3.21e-11, "s") == "8.124 ± 0.032 ns"
    assert human_error(16.967, 0.0272, "1") == "16.967 ± 0.027"
    assert human_error(2.0e-6, 1.3e-5, "V") == "2 ± 13 µV"
    assert human_error(2.0e-6, float("nan"), "V") == "2 µV"


def test_statistics_of_an_ensemble_have_errors(ensemble):
    table = ensemble.qs.spike_statistics()
    trains = spike_trains(ensemble)["neuron"]
    rates = np.array([len(train) for train in trains]) / 400e-9
    assert table.ensemble_rate.item() == pytest.approx(rates.mean())
    assert table.ensemble_rate_error.item() == pytest.approx(stats.sem(rates))
    assert table.silent.item() == 0.25
    assert (table.ensemble_interval.item(), table.ensemble_interval_error.item()) == mean_interval(trains)


def test_json_has_numbers_and_no_list_of_millions(ensemble):
    report = json.loads(json_report(ensemble, "x.nc"))
    assert report["trajectories"] == 4
    assert report["spike_count"] == {"neuron": len(ensemble.spike_time)}
    assert "spike_time" not in report
    assert report["spike_statistics"]["neuron"]["silent"] == 0.25
    assert report["memristance"]["MEM1"]["last"] == pytest.approx(float(ensemble.memristance[:, -1, 0].mean()))
    assert len(report["classical"]["spike_time"]["neuron"]) == 16


def test_an_ensemble_survives_its_file(ensemble, tmp_path):
    path = ensemble.qs.save(tmp_path / "ensemble.nc")
    assert qs.open(path).identical(ensemble)
    assert qs.open(path).qs.classical.spike_time.identical(ensemble.qs.classical.spike_time)


def test_neo_has_a_segment_a_trajectory(ensemble):
    """Catches: the signals of one trajectory in every segment."""
    segments = ensemble.qs.to_neo().segments
    assert [len(segment.spiketrains[0]) for segment in segments] == ensemble.spike_count.values[:, 0].tolist()
    for number, segment in enumerate(segments):
        signals = {signal.name: signal.magnitude for signal in segment.analogsignals}
        np.testing.assert_array_equal(signals["voltage"], ensemble.voltage.values[number])


def test_neo_has_all_that_is_kept_over_time(ensemble):
    """Memories in their laws' own units, a signal each unit. Catches: a record that [save] kept, left behind."""
    two = ensemble.isel(element=[0, 0])
    kept = two.assign(record=two.voltage + 1).assign_coords(element=["A", "B"], memory_units=("element", ["Wb", "1"]))
    kept.record.attrs["units"] = "V"
    signals = kept.qs.to_neo().segments[2].analogsignals
    for name in ("record", "voltage_std"):
        (signal,) = (s for s in signals if s.name == name)
        np.testing.assert_array_equal(signal.rescale("V").magnitude, kept[name].values[2])
    flux, share = (s for s in signals if s.name == "memory")
    assert (str(flux.dimensionality), str(share.dimensionality)) == ("Wb", "dimensionless")
    assert share.array_annotations["channel"].tolist() == ["B"]
    np.testing.assert_array_equal(share.magnitude, ensemble.memory.values[2])


def test_a_result_of_more_than_its_run_is_not_run_again(ensemble):
    with pytest.raises(InputError, match="must be the result of one run"):
        ensemble.assign_attrs(ensemble="4 realisations").qs.rerun()
