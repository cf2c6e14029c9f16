"""`ds.qs`: what a result can tell about itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from quspike.errors import InputError
from quspike.result import store
from quspike.result.spike_trains import spike_trains
from quspike.result.summary import summarize
from quspike.result.twin import split
from quspike.result.verdicts import Verdicts, verdicts_by_method

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@xr.register_dataset_accessor("qs")
class ResultAccessor:
    """Reached as `ds.qs`; printing it prints the summary.

    Raises
    ------
    InputError : the Dataset does not come from quspike, or has lost its attributes on the way.
    """

    def __init__(self, ds: xr.Dataset) -> None:
        if "quspike_version" not in ds.attrs or "voltage" not in ds:
            raise InputError("ds", "another Dataset", "must be a result of quspike, with its attributes")
        self._ds = ds

    @property
    def validity(self) -> Verdicts | dict[str, Verdicts]:
        """Each validity number with its bound and verdict; of a comparison by method."""
        return verdicts_by_method(self._ds) if self._compares else Verdicts.from_json(self._ds.attrs["validity"])

    @property
    def classical(self) -> xr.Dataset:
        """The classical neuron that ran beside this one: a result with the same variables.

        Raises
        ------
        InputError : the run had `classical = false`.
        """
        twin = split(self._ds)[1]
        if twin is None:
            raise InputError("classical", "a result without it", "must be true in the run (and qs.open reads it back)")
        return twin

    def summary(self) -> str:
        """Spikes, intervals, memristance, what quantum mechanics changed, validity: plain text.

        Of a comparison: what each method found, and how far apart they are.
        """
        if self._compares:
            from quspike.analysis.ladder.comparison_text import comparison_text

            return comparison_text(self._ds)
        return summarize(self._ds)

    @property
    def _compares(self) -> bool:
        return "other" in self._ds.dims

    def __repr__(self) -> str:
        return self.summary()

    def plot(self, path: str | Path | None = None, *, kind: str = "run", force: bool = False) -> Figure:
        """A figure of the result; written to `path` (.png, .svg, .pdf) if given.

        Parameters
        ----------
        kind : `run`: input, membrane, spikes and memristance on one time axis; `wigner`: the membrane's Wigner
            functions (`[save] wigner_times`) above it; `raster`: spikes, a row a trajectory, and their rate;
            `intervals`: the intervals' histogram, their computed density, and the survival; `trains`: the likeliest of
            superposed spike trains, with their coherences.
        """
        from quspike import plot

        if kind not in plot.KINDS:
            raise InputError("kind", kind, f"must be {', '.join(plot.KINDS)} (and `animate` makes a film)")
        compares = kind == "run" and self._compares
        figure = plot.plot_comparison(self._ds) if compares else plot.KINDS[kind](self._ds)
        if path is not None:
            plot.save(figure, path, force=force)
        return figure

    def animate(self, path: str | Path, *, pace: float = 12.0, force: bool = False) -> Path:
        """Write a film of the membrane's Wigner function, a frame for each of `[save] wigner_times`.

        Parameters
        ----------
        path : .gif, or .mp4 where ffmpeg is installed.
        pace : frames a second.
        """
        from quspike.plot import animate

        return animate(self._ds, path, pace=pace, force=force)

    def memristance_density(self, element: str, points: int = 201) -> xr.DataArray:
        """How the memristance of an operator memory is distributed at each Wigner time [1/ohm]."""
        from quspike.analysis.memristor_state import memristance_density

        return memristance_density(self._ds, element, points)

    def memristor_wigner(self, element: str) -> xr.DataArray:
        """The Wigner function of an operator memory and its conjugate at each Wigner time."""
        from quspike.analysis.memristor_state import memristor_wigner

        return memristor_wigner(self._ds, element)

    def spike_trains(self) -> dict[str, list[np.ndarray]]:
        """Spike times of each neuron [s]: one array a trajectory."""
        return spike_trains(self._ds)

    def spike_statistics(self) -> xr.Dataset:
        """Count, rate, first spike, mean interval, CV, local variation and adaptation index of each neuron.

        Of an ensemble by trajectory, and of all together with standard errors.
        """
        from quspike.analysis.spike_statistics import spike_statistics

        return spike_statistics(self._ds)

    def rerun(self, base_dir: str | Path | None = None) -> xr.Dataset:
        """Run this result's own config again: the same numbers bit for bit with the same versions on the same device.

        Input files must be unchanged. They lie relative to `base_dir`: by default the folder of the file that
        `qs.open` read, or else the current one.
        """
        from quspike.run.rerun import rerun

        return rerun(self._ds, Path(self._ds.encoding.get("source", "")).parent if base_dir is None else base_dir)

    def save(self, path: str | Path, *, force: bool = False) -> Path:
        """Write a netCDF-4 file, whole or not at all; `qs.open` reads it back."""
        return store.write(self._ds, path, force=force)

    def to_neo(self) -> Any:
        """A `neo.Block`: spike trains and analog signals with units; a segment a trajectory. Needs the package neo."""
        from quspike.result.neo_block import to_neo

        return to_neo(self._ds)
