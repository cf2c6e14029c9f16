"""The map of the methods: above, where each can be believed; below, its error along what decides that."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import LogLocator, NullFormatter

from quspike.analysis.regime.reach import PERCENT, TENTH, along, cuts_of
from quspike.plot.style import CLASSICAL, INK, QUANTUM, QUIET, SCREEN_DPI, SERIES, RunFigure, styled

LEAST = 1e-5  # below it an error says more about the reference
WIDTH = 6.8  # inch, two columns of a journal
TALL, LOW = 1.55, 1.2  # inch, a plane and a row of cuts
LOOKS: dict[str, tuple[str, str, str, Any]] = {
    "classical": ("classical", CLASSICAL, "o", "-"),
    "moments:markov": ("secular: gksl, moments", SERIES[0], "s", "-"),
    "brownian:mean_field": ("brownian", QUANTUM, "D", "-"),
    "gksl:operator": ("gksl, operator memory", SERIES[2], "^", "-"),
    "heom:mean_field": ("heom, at its own base", SERIES[1], "v", (0, (4, 1.5))),
    "modes:mean_field": ("modes", SERIES[4], "x", ""),
}
"""Name, colour, marker and dash of each rung that is drawn; `gksl:mean_field` lies on `moments:markov`."""
REGIONS = {"classical": "classical", "brownian:mean_field": "brownian", "moments:markov": "secular"}
AXES = {
    "coupling": "$\\kappa/\\omega_0$",
    "drift": "$|\\dot M/M|/\\omega_0$",
    "quanta": "$\\hbar\\omega_0/k_BT$",
    "cutoff": "$\\omega_c/\\omega_0$",
    "bend": "$\\varphi_{zpf}/\\varphi_s$",
}
ROWS = (("voltage_error", "error of ⟨V⟩"), ("noise_error", "error of σ(V)"))


def plot_regime_map(ds: xr.Dataset) -> RunFigure:
    """Planes with the lines of 1 % (solid) and 10 % (dashed) of each method, and its errors along each cut."""
    cuts, planes = cuts_of(ds), [part for part in dict.fromkeys(ds.part.values.tolist()) if "×" in part]
    heights = [TALL] * bool(planes) + [2 * LOW]
    with styled():
        layout = ConstrainedLayoutEngine(h_pad=0.03, w_pad=0.03, hspace=0.0, wspace=0.0)
        figure = RunFigure(figsize=(WIDTH, sum(heights) + 0.3), dpi=SCREEN_DPI, layout=layout)
        parts = figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
        if planes:
            for panel, part in zip(parts[0].subplots(1, len(planes), squeeze=False)[0], planes, strict=True):
                _plane(panel, ds, part)
        rows = parts[-1].subplots(2, len(cuts), squeeze=False, sharex="col", sharey=True)
        for (name, title), row in zip(ROWS, rows, strict=True):
            for panel, cut in zip(row, cuts, strict=True):
                _cut(panel, ds, cut, name)
                panel.set_xlabel(AXES[cut] if name == ROWS[-1][0] else "")
            row[0].set_ylabel(title)
        _name_levels(rows[0][0])
        _legend(figure, rows[0][0], ds)
        figure.draw_without_rendering()
    return figure


def _legend(figure: RunFigure, panel: Axes, ds: xr.Dataset) -> None:
    shown = [look for label, look in LOOKS.items() if label in ds.rung.values]
    handles = [
        panel.plot([], [], color=color, marker=marker, linestyle=dash or "none", markersize=3, linewidth=0.9,
                   label=name)[0]
        for name, color, marker, dash in shown
    ]  # fmt: skip
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), frameon=False, fontsize=6.5)


def _name_levels(panel: Axes) -> None:
    for level in (PERCENT, TENTH):
        place = panel.get_yaxis_transform()
        panel.text(0.02, level * 1.2, f"{100 * level:g} %", color=INK, fontsize=6, transform=place)


def _plane(panel: Axes, ds: xr.Dataset, part: str) -> None:
    """Where the larger error, of ⟨V⟩ and of σ, is below 1 % (filled) and 10 % (dashed)."""
    across, up = part.split(" × ")
    here = ds.isel(point=np.flatnonzero(ds.part.values == part))
    x, y = np.unique(here[across].values), np.unique(here[up].values)
    taken = np.zeros(len(y), dtype=bool)
    for label, text in REGIONS.items():
        if label not in here.rung.values:
            continue
        each = [here[name].sel(rung=label).values.reshape(len(y), len(x)) for name, _ in ROWS]
        error = np.log10(np.maximum(np.fmax(*each), LEAST))
        color = LOOKS[label][1]
        panel.contourf(x, y, error, levels=[-9.0, np.log10(PERCENT)], colors=[color], alpha=0.16)
        panel.contour(x, y, error, levels=[np.log10(PERCENT)], colors=[color], linewidths=1.1, linestyles="-")
        panel.contour(x, y, error, levels=[np.log10(TENTH)], colors=[color], linewidths=0.8, linestyles="--")
        _name_region(panel, x, y, error[:, 0] < np.log10(PERCENT), taken, text, color)
    panel.set_xscale("log")
    panel.set_yscale("log")
    if up == "cutoff":
        panel.invert_yaxis()
    panel.set_xlabel(AXES[across])
    panel.set_ylabel(AXES[up])


def _name_region(
    panel: Axes, x: np.ndarray, y: np.ndarray, holds: np.ndarray, taken: np.ndarray, text: str, color: str
) -> None:
    """The method's name at the left end of what it holds to 1 %, in rows that no other name stands in."""
    free = np.flatnonzero(holds & ~taken)
    if not len(free):
        return
    row = free[len(free) // 2]
    taken[row] = True
    panel.text(x[0] * 1.15, y[row], text, color=color, fontsize=6.5, ha="left", va="center")


def _cut(panel: Axes, ds: xr.Dataset, cut: str, name: str) -> None:
    """One cut: an error a method, where it came to a result."""
    panel.axhspan(LEAST / 2, PERCENT, color=QUIET, alpha=0.10, linewidth=0, zorder=0)
    for level in (PERCENT, TENTH):
        panel.axhline(level, color=QUIET, linewidth=0.5, linestyle="-" if level == PERCENT else "--", zorder=0)
    for label, (_, color, marker, dash) in LOOKS.items():
        if label not in ds.rung.values:
            continue
        x, error = along(ds, label, cut, name)
        style: dict[str, Any] = {"linestyle": dash or "none", "linewidth": 0.9}
        size = 4.0 if label == "classical" else 2.4  # its ⟨V⟩ is that of brownian: it shows around it
        panel.plot(x, np.maximum(error, LEAST), color=color, marker=marker, markersize=size, **style)
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.set_ylim(LEAST / 2, 1.5)
    if cut == "cutoff" and not panel.xaxis_inverted():
        panel.invert_xaxis()
    for axis in (panel.xaxis, panel.yaxis):
        axis.set_major_locator(LogLocator(numticks=8))
        axis.set_minor_formatter(NullFormatter())
