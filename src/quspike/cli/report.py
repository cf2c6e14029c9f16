"""A result in numbers for other programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from quspike.result.provenance import to_json
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
    trains = spike_trains(ds)
    memristance = ds.memristance.values.reshape(-1, ds.element.size)
    return {
        "spike_count": {name: int(sum(len(train) for train in trains[name])) for name in trains},
        "spike_time": {name: np.concatenate(trains[name]).tolist() for name in trains},
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
