"""Loops of the mean current at three strengths of the measurement, and their areas against the strength."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from quspike.plot.grid import grid, logarithmic
from quspike.plot.style import CLASSICAL, INK, QUANTUM, QUIET, SERIES, RunFigure

COLOURS = (SERIES[2], QUANTUM, SERIES[0])
NAMES = ("weak: the record's noise", "best", "strong: back-action")


def plot_measured_hysteresis(data: Mapping[str, Any]) -> RunFigure:
    """data: strength (K,), share, error, predicted (K, periods); classical and loops as (V, I); shown (3,) places."""

    def draw(panels: dict[str, Axes]) -> None:
        _loops(panels["a"], data)
        _areas(panels["b"], data)

    return grid("a;b", [1.5, 1.5], draw)


def _loops(panel: Axes, data: Mapping[str, Any]) -> None:
    """The last period, V and I over the classical peaks."""
    v0, i0 = (np.max(np.abs(values)) for values in data["classical"])
    panel.axhline(0, color=QUIET, linewidth=0.4, zorder=0)
    panel.axvline(0, color=QUIET, linewidth=0.4, zorder=0)
    v, i = data["classical"]
    panel.plot(v / v0, i / i0, color=CLASSICAL, linestyle=(0, (3, 1.4)), label="classical")
    for (v, i), colour, name in zip(data["loops"], COLOURS, NAMES, strict=True):
        panel.plot(v / v0, i / i0, color=colour, label=name)
    panel.set_xlabel("mean V over its classical peak")
    panel.set_ylabel("mean I over its peak")
    panel.legend(frameon=False, fontsize=6.2, loc="lower right")


def _areas(panel: Axes, data: Mapping[str, Any]) -> None:
    """Of the first and the last period, with standard errors, on what two diffusions alone would leave."""
    strength = data["strength"]
    for period, colour in ((0, QUIET), (-1, INK)):
        panel.plot(strength, data["predicted"][:, period], color=colour, linewidth=0.7, linestyle=(0, (3, 2)))
        share, error = data["share"][:, period], data["error"][:, period]
        panel.errorbar(strength, share, error, fmt="o", color=colour, markersize=2.6, elinewidth=0.7)
    for place, colour in zip(data["shown"], COLOURS, strict=True):
        panel.plot(strength[place], data["share"][place, -1], "o", color=colour, markersize=4, zorder=5)
    logarithmic(panel, "x")
    panel.set_ylim(0, 1.12)
    panel.axhline(1, color=CLASSICAL, linewidth=0.7, linestyle=(0, (3, 1.4)), zorder=0)
    offset: dict[str, Any] = {"textcoords": "offset points", "fontsize": 6.5, "ha": "center"}
    panel.annotate("period 1", (strength[1], data["share"][1, 0]), (14, -10), color=QUIET, **offset)
    count = data["share"].shape[1]
    panel.annotate(f"period {count}", (strength[1], data["share"][1, -1]), (16, -8), color=INK, **offset)
    middle = (strength[-2] * strength[-3]) ** 0.5, data["predicted"][-3:-1, -1].mean()
    panel.annotate("the two diffusions\nof the memory alone", middle, (-38, -24), color=INK, **offset)
    panel.set_xlabel("strength $kV_{zpf}^2$ over $ω_0/\\sqrt{96}$")
    panel.set_ylabel("area over the classical")
