"""A result in numbers for other programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from quspike.result.expected_spikes import drawn, expected_count
from quspike.result.interval_text import interval_numbers
from quspike.result.provenance import to_json
from quspike.result.schema import BATCH
from quspike.result.spike_trains import spike_trains
from quspike.result.twin import split


def json_report(ds: xr.Dataset, path: Path) -> str:
    """JSON text, SI units: the numbers of the summary, the classical neuron's beside them, and each validity check."""
    root, twin = split(ds)
    attributes = ds.attrs
    report = {"result": str(path), **{key: attributes[key] for key in ("method", "memory", "seed", "wall_seconds")}}
    report |= _numbers(root)
    if twin is not None:
        report["classical"] = _numbers(twin)
    report["validity"] = json.loads(attributes["validity"])
    report["diagnostics"] = json.loads(attributes["diagnostics"])
    return to_json(report)


def _numbers(ds: xr.Dataset) -> dict[str, Any]:
    """Spikes by neuron, memristance by element, and the largest uncertainty of the voltage."""
    trains, ensemble = spike_trains(ds), BATCH in ds.dims
    memristance = ds.memristance.mean(BATCH) if ensemble else ds.memristance
    memristance = memristance.values.reshape(ds.time.size, ds.element.size)
    times = {name: np.concatenate(own).tolist() for name, own in trains.items() if not ensemble}
    return {
        "spike_count": {
            name: int(sum(map(len, own))) if drawn(ds) else expected_count(ds, name) for name, own in trains.items()
        },
        **(_ensemble_spikes(ds) if ensemble else {"spike_time": times}),
        **_computed_intervals(ds),
        "memristance": {
            str(name): {"first": first, "last": last, "least": least, "most": most}
            for name, first, last, least, most in zip(
                ds.element.values,
                memristance[0].tolist(),
                memristance[-1].tolist(),
                memristance.min(axis=0).tolist(),
                memristance.max(axis=0).tolist(),
                strict=True,
            )
        },
        "voltage_std_max": float(ds.voltage_std.max()),
    }


def _ensemble_spikes(ds: xr.Dataset) -> dict[str, Any]:
    """Numbers over the trajectories; the times themselves, of which there may be millions, are in the result."""
    from quspike.analysis.spike_statistics import ENSEMBLE, spike_statistics

    table = spike_statistics(ds)
    neurons = [str(name) for name in table.neuron.values]
    by_name = {name: {key: float(table[key].sel(neuron=name)) for key in ENSEMBLE} for name in neurons}
    return {"trajectories": ds.sizes[BATCH], "spike_statistics": by_name}


def _computed_intervals(ds: xr.Dataset) -> dict[str, Any]:
    """What a computed density of intervals says; nothing where there is none."""
    if "isi_density" not in ds:
        return {}
    return {"next_spike": {str(name): interval_numbers(ds, name)._asdict() for name in np.atleast_1d(ds.neuron.values)}}
