"""The spikes of a result as a table of numbers: counts, rates, regularity and adaptation of each neuron."""

from __future__ import annotations

import numpy as np
import xarray as xr

from quspike.analysis.spike_train import adaptation_index, cv, fanofactor, isi, lv
from quspike.result.ensemble import estimate, mean_interval
from quspike.result.expected_spikes import EXPECTED, drawn, expected_count
from quspike.result.interval_text import interval_numbers
from quspike.result.schema import BATCH
from quspike.result.spike_trains import spike_trains

MEANINGS = {
    "spike_count": ("number of spikes", "1"),
    "mean_firing_rate": ("spikes over the length of the run", "1/s"),
    "first_spike": ("time of the first spike", "s"),
    "mean_interval": ("mean interval", "s"),
    "cv": ("coefficient of variation of the intervals", "1"),
    "lv": ("local variation of the intervals", "1"),
    "adaptation_index": ("mean relative growth from one interval to the next", "1"),
}
"""Of one train."""

ENSEMBLE = {
    "fano_factor": ("variance over mean of the counts of all trajectories", "1"),
    "silent": ("share of trajectories without a spike", "1"),
    "ensemble_rate": ("mean firing rate of all trajectories", "1/s"),
    "ensemble_rate_error": ("standard error of the mean firing rate", "1/s"),
    "ensemble_interval": ("mean of all intervals", "s"),
    "ensemble_interval_error": ("standard error of the mean interval, a trajectory taken as one", "s"),
    "ensemble_cv": ("coefficient of variation of all intervals", "1"),
}
"""Of all trajectories."""

EXPECTED_INTERVALS = {
    "spikes_within": ("probability of a spike within the axis of intervals", "1"),
    "mean_interval": ("mean interval of the spikes that come within the axis of intervals", "s"),
    "cv": ("coefficient of variation of the intervals that end on their axis", "1"),
}
"""Of intervals that are computed, and not drawn."""

COUNT_FANO = ("variance over mean of the number of spikes", "1")


def spike_statistics(ds: xr.Dataset) -> xr.Dataset:
    """The numbers of each neuron, (neuron,), or (trajectory, neuron) of an ensemble; nan where spikes are too few.

    spike_count, mean_firing_rate (1/s), first_spike (s), mean_interval (s), cv, lv, adaptation_index; of an ensemble
    also the numbers of ENSEMBLE (neuron,), each mean with its standard error; of computed intervals spikes_within, the
    share of them that mean_interval and cv are of: where it is small they say nothing about the rate. Definitions:
    `quspike.analysis.spike_train`, `quspike.result.ensemble`.
    """
    length = float(ds.time[-1] - ds.time[0])
    if not drawn(ds):
        return _expected(ds, length)
    trains = spike_trains(ds)
    rows = {name: [_numbers(times, length) for times in own] for name, own in trains.items()}
    ensemble = BATCH in ds.dims
    coords = {"neuron": list(trains)} | ({BATCH: np.atleast_1d(ds[BATCH].values)} if ensemble else {})
    table = xr.Dataset(coords=coords)
    for name, (meaning, unit) in MEANINGS.items():
        values = np.array([[numbers[name] for numbers in own] for own in rows.values()]).reshape(len(trains), -1).T
        values = values.astype(int) if name == "spike_count" else values
        entry = ((BATCH, "neuron"), values) if ensemble else (("neuron",), values.reshape(-1)[: len(trains)])
        table[name] = (*entry, _attrs(meaning, unit))
    if ensemble:
        whole = {name: _ensemble_numbers(own, length) for name, own in trains.items()}
        for name, (meaning, unit) in ENSEMBLE.items():
            table[name] = (("neuron",), [numbers[name] for numbers in whole.values()], _attrs(meaning, unit))
    return table


def _expected(ds: xr.Dataset, length: float) -> xr.Dataset:
    """Of spikes that did not happen one by one: what is known of them without drawing any, and nan for the rest."""
    table = xr.Dataset(coords={"neuron": np.atleast_1d(ds.neuron.values).astype(str)})
    rows = []
    for name in np.atleast_1d(ds.neuron.values):
        count = expected_count(ds, name)
        interval = interval_numbers(ds, name) if "isi_density" in ds else None
        known = {"spike_count": count, "mean_firing_rate": count / length}
        if interval is not None:
            known |= {"mean_interval": interval.mean, "cv": interval.cv, "spikes_within": interval.spikes_within}
        rows.append(known)
    named = EXPECTED_INTERVALS if "isi_density" in ds else {}
    for key, (meaning, unit) in (MEANINGS | {"spike_count": (EXPECTED, "1")} | named).items():
        table[key] = (("neuron",), [row.get(key, float("nan")) for row in rows], _attrs(meaning, unit))
    if "count_fano" in ds:
        table["fano_factor"] = (("neuron",), np.atleast_1d(ds.count_fano.values), _attrs(*COUNT_FANO))
    return table


def _attrs(meaning: str, unit: str) -> dict[str, str]:
    return {"long_name": meaning, "units": unit}


def _ensemble_numbers(trains: list[np.ndarray], length: float) -> dict[str, float]:
    """Of one neuron, over all trajectories."""
    counts = np.array([len(times) for times in trains])
    rate, interval = estimate(counts / length), mean_interval(trains)
    return {
        "fano_factor": fanofactor(counts),
        "silent": float(np.mean(counts == 0)),
        "ensemble_rate": rate.mean,
        "ensemble_rate_error": rate.error,
        "ensemble_interval": interval.mean,
        "ensemble_interval_error": interval.error,
        "ensemble_cv": cv(np.concatenate([isi(times) for times in trains])),
    }


def _numbers(times: np.ndarray, length: float) -> dict[str, float]:
    """Of one train within a record of this length (s)."""
    intervals = isi(times)
    return {
        "spike_count": len(times),
        "mean_firing_rate": len(times) / length,
        "first_spike": float(times[0]) if len(times) else float("nan"),
        "mean_interval": float(np.mean(intervals)) if len(intervals) else float("nan"),
        "cv": cv(intervals),
        "lv": lv(intervals),
        "adaptation_index": adaptation_index(intervals),
    }
