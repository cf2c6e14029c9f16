"""The map of the methods: the error of each along what decides whether it holds, one panel a cut."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter

from quspike.plot.comparison_figure import looks_of
from quspike.plot.grid import grid
from quspike.plot.style import INK, QUIET, RunFigure

WORTH = 0.01  # the error at which a method is still good enough for most purposes: a line to read the map against
LEAST = 1e-5  # below it an error says more about the reference
WIDTH = 6.8  # inch, two columns of a journal
MARKERS = "osD^vP"


def plot_regime_map(ds: xr.Dataset) -> RunFigure:
    """Errors of ⟨V⟩ (upper row) and of σ(V) (lower row) along each cut; the dotted line is the base point."""
    cuts = list(dict.fromkeys(ds.cut.values.tolist()))
    letters = "abcdefgh"[: 2 * len(cuts)]
    upper, lower = letters[: len(cuts)], letters[len(cuts) :]
    looks = looks_of([str(label) for label in ds.rung.values])

    def draw(panels: dict[str, Axes]) -> None:
        for row, name, title in ((upper, "voltage_error", "error of ⟨V⟩"), (lower, "noise_error", "error of σ(V)")):
            for place, (letter, cut) in enumerate(zip(row, cuts, strict=True)):
                _panel(panels[letter], ds, cut, name, looks)
                panels[letter].tick_params(labelleft=place == 0, labelbottom=row is lower)
            panels[row[0]].set_ylabel(title)
        for letter, cut in zip(lower, cuts, strict=True):
            panels[letter].set_xlabel(str(ds[cut].attrs["long_name"]).replace("ω_c", "$\\omega_c$"))
        handles = [panels[upper[0]].plot([], [], marker=m, markersize=2.6, label=k, **look)[0]
                   for m, (k, look) in zip(MARKERS, looks.items(), strict=False)]  # fmt: skip
        figure: Any = panels[upper[0]].figure
        figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), frameon=False, fontsize=6.5)

    return grid(f"{upper};{lower}", [1.35, 1.35], draw, width=WIDTH)


def _panel(panel: Axes, ds: xr.Dataset, cut: str, name: str, looks: dict[str, dict[str, Any]]) -> None:
    """One cut: an error a method, where it came to a result."""
    here = ds.isel(point=np.flatnonzero(ds.cut.values == cut))
    x = here.drift_found.values if cut == "drift" else here[cut].values
    panel.axhline(WORTH, color=QUIET, linewidth=0.5, zorder=0)
    for marker, (label, look) in zip(MARKERS, looks.items(), strict=False):
        error = here[name].sel(rung=label).values
        panel.plot(x, np.maximum(error, LEAST), marker=marker, markersize=2.6, **look)
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.set_ylim(LEAST / 2, 3)
    for axis in (panel.xaxis, panel.yaxis):
        axis.set_major_locator(LogLocator(numticks=8))
        axis.set_minor_formatter(NullFormatter())
    if cut == "coupling" and name == "voltage_error":
        panel.text(x[0], WORTH * 1.15, "1 %", color=INK, fontsize=6)
