"""Results for electrophysiologists: a Neo block."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray as xr

from quspike.errors import InputError
from quspike.result.expected_spikes import drawn
from quspike.result.schema import BATCH
from quspike.result.spike_trains import spike_trains

SIGNALS = (
    "voltage",
    "voltage_std",
    "membrane",
    "record",
    "memristor_current",
    "input_current",
    "memristance",
    "memory",
)
UNITLESS = {"1": "dimensionless"}


def to_neo(ds: xr.Dataset) -> Any:
    """`neo.Block` with one segment a trajectory; each holds the analog signals and one spike train a neuron.

    Raises
    ------
    InputError : spikes that are expected or superposed, of which none has happened; no package neo.
    """
    if not drawn(ds):
        remedy = "needs spikes that have happened: an empty train would say that the neuron is silent"
        raise InputError("to_neo()", "expected or superposed ones", remedy)
    neo = _import_neo()
    block = neo.Block(name="quspike", config=ds.attrs["config"], method=ds.attrs["method"])
    trains = spike_trains(ds)
    for place in range(ds.sizes.get(BATCH, 1)):
        segment = neo.Segment(index=place)
        segment.analogsignals.extend([_signal(neo, part, place) for part in _parts(ds)])
        for neuron, times in trains.items():
            segment.spiketrains.append(_train(neo, neuron, times[place], ds))
        block.segments.append(segment)
    return block


def _parts(ds: xr.Dataset) -> Iterator[xr.DataArray]:
    """What becomes a signal each: a variable of the result, of memories those of one unit."""
    for name in SIGNALS:
        if name not in ds or not ds[name].size:
            continue
        if name != "memory":
            yield ds[name]
            continue
        for unit in dict.fromkeys(ds.memory_units.values.tolist()):
            yield ds[name].isel(element=np.flatnonzero(ds.memory_units.values == unit)).assign_attrs(units=unit)


def _signal(neo: Any, variable: xr.DataArray, place: int) -> Any:
    """Of one trajectory; its numbers are a view of the result's own."""
    import quantities

    batch = BATCH in variable.dims
    values, time = variable.values[place] if batch else variable.values, variable.time.values
    channels = np.atleast_1d(variable[variable.dims[-1]].values) if values.ndim > 1 else np.array([""])
    return neo.AnalogSignal(
        values.reshape(len(time), -1),
        units=UNITLESS.get(variable.attrs["units"], variable.attrs["units"]),
        sampling_period=(time[-1] - time[0]) / (len(time) - 1) * quantities.s,
        t_start=time[0] * quantities.s,
        name=variable.name,
        array_annotations={"channel": channels},
    )


def _train(neo: Any, name: str, times: np.ndarray, ds: xr.Dataset) -> Any:
    return neo.SpikeTrain(times, units="s", t_stop=float(ds.time[-1]), name=name)


def _import_neo() -> Any:
    try:
        import neo
    except ImportError as error:
        raise InputError("to_neo()", "no such package", "needs the package neo (pip install neo)") from error
    return neo
