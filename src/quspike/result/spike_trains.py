"""The event table, read as spike trains."""

from __future__ import annotations

import numpy as np
import xarray as xr

from quspike.result.schema import BATCH


def spike_trains(ds: xr.Dataset) -> dict[str, list[np.ndarray]]:
    """Spike times in s of each neuron that `ds` still holds: one array a trajectory (a single run has one)."""
    order = ds.spike_neuron.attrs["neurons"].split()
    trajectories = np.atleast_1d(ds[BATCH].values) if BATCH in ds.coords else np.array([0])
    time, fired, where = ds.spike_time.values, ds.spike_neuron.values, ds.spike_trajectory.values
    return {
        str(name): [time[(fired == order.index(name)) & (where == trajectory)] for trajectory in trajectories]
        for name in np.atleast_1d(ds.neuron.values)
    }
