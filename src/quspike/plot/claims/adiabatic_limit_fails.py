"""Errors of the weak-coupling, adiabatic model against the coupling, and against the speed of the memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from quspike.plot.grid import grid, logarithmic
from quspike.plot.style import INK, QUANTUM, QUIET, SERIES, RunFigure


def plot_adiabatic_limit_fails(data: Mapping[str, Any]) -> RunFigure:
    """data: ratio, voltage, spike (K,); closed: (x, y, y); drift, leak (M,), leak_closed (x, y); errors."""

    def draw(panels: dict[str, Axes]) -> None:
        _coupling(panels["a"], data)
        _memory(panels["b"], data)

    return grid("a;b", [1.5, 1.4], draw)


def _levels(panel: Axes, data: Mapping[str, Any]) -> None:
    for level in data["errors"]:
        panel.axhline(level, color=QUIET, linewidth=0.5, linestyle=(0, (3, 2)), zorder=0)


def _coupling(panel: Axes, data: Mapping[str, Any]) -> None:
    x, *formulas = data["closed"]
    names = (("voltage", "voltage", QUANTUM, (-30, 6)), ("spike", "first spike", INK, (5, -9)))
    for (name, text, colour, shift), formula in zip(names, formulas, strict=True):
        panel.plot(x, formula, color=colour, linewidth=0.7)
        panel.plot(data["ratio"], data[name], "o", color=colour, markersize=2.6)
        panel.annotate(text, (data["ratio"][6], data[name][6]), shift, textcoords="offset points",
                       color=colour, fontsize=6.5)  # fmt: skip
    logarithmic(panel)
    _levels(panel, data)
    panel.set_xlabel("κ/ω₀")
    panel.set_ylabel("relative error")


def _memory(panel: Axes, data: Mapping[str, Any]) -> None:
    panel.plot(*data["leak_closed"], color=SERIES[0], linewidth=0.7)
    panel.plot(data["drift"], data["leak"], "o", color=SERIES[0], markersize=2.6)
    logarithmic(panel)
    _levels(panel, data)
    middle = len(data["drift"]) // 2 - 1
    panel.annotate("leak that follows M(t)", (data["drift"][middle], data["leak"][middle]), (6, -12),
                   textcoords="offset points", color=SERIES[0], fontsize=6.5)  # fmt: skip
    panel.set_xlabel("largest |Ṁ/M|/ω₀ in a cycle")
    panel.set_ylabel("relative error of the leak")
    panel.set_ylim(bottom=0.5 * float(np.min(data["leak"])))
