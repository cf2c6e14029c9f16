"""The spikes of a result as a table of numbers: counts, rates, regularity and adaptation of each neuron."""

from __future__ import annotations

import numpy as np
import xarray as xr

from quspike.analysis.spike_train import adaptation_index, cv, fanofactor, isi, lv
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


def spike_statistics(ds: xr.Dataset) -> xr.Dataset:
    """The numbers of each neuron, (neuron,), or (trajectory, neuron) of an ensemble; nan where spikes are too few.

    spike_count, mean_firing_rate (1/s), first_spike (s), mean_interval (s), cv, lv, adaptation_index; of an ensemble
    also fano_factor (neuron,), of the counts of its trajectories. Definitions: `quspike.analysis.spike_train`.
    """
    length = float(ds.time[-1] - ds.time[0])
    trains = spike_trains(ds)
    rows = {name: [_numbers(times, length) for times in own] for name, own in trains.items()}
    ensemble = BATCH in ds.dims
    coords = {"neuron": list(trains)} | ({BATCH: np.atleast_1d(ds[BATCH].values)} if ensemble else {})
    table = xr.Dataset(coords=coords)
    for name, (meaning, unit) in MEANINGS.items():
        values = np.array([[numbers[name] for numbers in own] for own in rows.values()]).reshape(len(trains), -1).T
        values = values.astype(int) if name == "spike_count" else values
        entry = ((BATCH, "neuron"), values) if ensemble else (("neuron",), values.reshape(-1)[: len(trains)])
        table[name] = (*entry, {"long_name": meaning, "units": unit})
    if ensemble:
        counts = {name: fanofactor([len(times) for times in own]) for name, own in trains.items()}
        attrs = {"long_name": "variance over mean of the counts of all trajectories", "units": "1"}
        table["fano_factor"] = (("neuron",), list(counts.values()), attrs)
    return table


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
