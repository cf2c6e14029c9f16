"""Lines to draw: spikes lie between the saved times, and a figure should show their tips."""

from __future__ import annotations

import numpy as np
import xarray as xr

from quspike.result.ensemble import between, within
from quspike.result.expected_spikes import SUPERPOSED
from quspike.result.schema import BATCH
from quspike.result.spike_trains import spike_trains


def ensemble_mean(variable: xr.DataArray) -> xr.DataArray:
    """Mean over trajectories; a single run is its own mean."""
    return variable.mean(BATCH) if BATCH in variable.dims else variable


def membrane_trace(ds: xr.Dataset, neuron: str) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Times, membrane and its standard deviation (None where no variable tells it), with each spike drawn in full."""
    membrane = ensemble_mean(select(ds.membrane, "neuron", neuron))
    time, level, spread = ds.time.values, membrane.values, _spread(ds, membrane)
    if BATCH in ds.dims:
        return time, level, spread
    if SUPERPOSED in ds and spread is None:  # a quadrature, which no carrier turns between the saved times
        return *_kicked(time, level, ds.bin.values), None
    spikes = spike_trains(ds)[neuron][0]
    spikes = spikes[(spikes > time[0]) & (spikes < time[-1])]
    after = np.searchsorted(time, spikes)  # at a spike's own time, the saved value is the one after the reset
    tips = np.tile([float(membrane.v_threshold), float(membrane.v_reset)], len(spikes))
    if spread is not None:
        spread = np.insert(spread, np.repeat(after, 2), np.stack([spread[after - 1], spread[after]], axis=1).ravel())
    place = np.repeat(after, 2)
    return np.insert(time, place, np.repeat(spikes, 2)), np.insert(level, place, tips), spread


def _kicked(time: np.ndarray, level: np.ndarray, kicks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A line that jumps at these times, between saved ones: each stretch goes on as it went, up to the jump."""
    kicks = kicks[(kicks > time[0]) & (kicks < time[-1])]
    first = np.searchsorted(time, kicks)  # at a kick's own time, the saved value is the one after it
    times, levels = [], []
    for own, line, start, end in zip(
        np.split(time, first), np.split(level, first), [time[0], *kicks], [*kicks, time[-1]], strict=True
    ):
        if len(own):
            times.append([start, *own, end])
            levels.append([_onwards(own[:2], line[:2], start), *line, _onwards(own[-2:], line[-2:], end)])
    return np.concatenate(times), np.concatenate(levels)


def _onwards(time: np.ndarray, level: np.ndarray, at: float) -> float:
    """The straight line through these two points; through a single one, level."""
    slope = (level[-1] - level[0]) / (time[-1] - time[0]) if len(time) > 1 else 0.0
    return float(level[0] + slope * (at - time[0]))


def select(variable: xr.DataArray, dim: str, name: str) -> xr.DataArray:
    """The named part, also where `dim` has been selected away before."""
    return variable.sel({dim: name}) if dim in variable.dims else variable


def membrane_noise(ds: xr.Dataset, neuron: str) -> tuple[np.ndarray, np.ndarray | None]:
    """Of an ensemble: √Var of the trajectories' membranes, and √⟨σ²⟩ of their states.

    The latter is None where the threshold sees something else than the node's voltage: a quadrature, or a record.
    """
    membrane = select(ds.membrane, "neuron", neuron)
    apart = between(membrane).values
    if str(membrane.neuron_membrane.values) != "voltage":
        return apart, None
    node = str(membrane.neuron_node.values)
    states = select(within(ds), "node", node).values
    recorded = not np.array_equal(membrane.values, select(ds.voltage, "node", node).values)
    return apart, states if states.any() and not recorded else None


def _spread(ds: xr.Dataset, membrane: xr.DataArray) -> np.ndarray | None:
    """σ of what the threshold sees in a single run, where it is the node's own voltage."""
    if str(membrane.neuron_membrane.values) != "voltage" or BATCH in ds.dims:
        return None
    spread = select(ds.voltage_std, "node", str(membrane.neuron_node.values)).values
    return spread if (spread > 0).any() else None
