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
    if np.any(np.diff(where) < 0):  # as written the table is in this order; one that a user put together may not be
        rows = np.argsort(where, kind="stable")
        time, fired, where = time[rows], fired[rows], where[rows]
    return {
        str(name): _cut(time[fired == order.index(name)], where[fired == order.index(name)], trajectories)
        for name in np.atleast_1d(ds.neuron.values)
    }


def _cut(time: np.ndarray, where: np.ndarray, trajectories: np.ndarray) -> list[np.ndarray]:
    """The rows of each trajectory, found by bisection: an ensemble has thousands of them."""
    first, last = (np.searchsorted(where, trajectories, side=side) for side in ("left", "right"))
    return [time[a:b] for a, b in zip(first, last, strict=True)]
