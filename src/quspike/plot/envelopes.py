"""What a source delivers, drawn from the saved times: of a carrier that they do not resolve, its envelope.

s(t) = e(t) cos(2πft), saved every Δ: with fΔ > 1/SAMPLES a line through the points is one that nothing follows
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import numpy as np
import xarray as xr

from quspike.drives.drive import Drive
from quspike.errors import InputError, QuspikeError
from quspike.plot.traces import ensemble_mean

SAMPLES = 8  # saved times in a period, from which on a line through them is the carrier's own


def input_envelopes(ds: xr.Dataset) -> tuple[xr.DataArray, dict[str, float]]:
    """`input_current` (time, source) A, with e(t) where the carrier is too fast; its frequency [Hz] by source.

    A drive whose file is not here stays as it was saved.
    """
    current = ensemble_mean(ds.input_current)
    carriers = {name: one for name, one in _carriers(ds).items() if name in np.atleast_1d(current.source.values)}
    columns = current.values.reshape(len(current.time), -1).copy()
    for name, drive in carriers.items():
        bare, place = replace(drive, envelope_of=None), list(np.atleast_1d(current.source.values)).index(name)
        columns[:, place] = np.asarray(bare.at(bare.params(), ds.time.values))
    return current.copy(data=columns.reshape(current.shape)), {k: float(d.envelope_of) for k, d in carriers.items()}


def _carriers(ds: xr.Dataset) -> dict[str, Drive]:
    """The drives of current sources that the saved times do not resolve, by source, ready to be evaluated."""
    if "envelope_of" not in ds.attrs.get("config", "") or ds.sizes["time"] < 2:
        return {}
    from quspike.precision import enable_x64
    from quspike.run.load import parse_run

    with suppress(QuspikeError):  # where the user's JAX computes in 32 bits: enough for a line on a page
        enable_x64()
    step, found = float(ds.time[1] - ds.time[0]), {}
    run = parse_run(ds.attrs["config"], "config of the result")
    for source in run.circuit.of("I"):
        drive = run.drives.get(str(source.params.get("drive")))
        if drive is None or drive.envelope_of is None or float(drive.envelope_of) * step < 1 / SAMPLES:
            continue
        try:
            found[source.name] = drive.realise(run.duration, run.seed, name=str(source.params["drive"]))
        except (InputError, OSError):
            continue
    return found
