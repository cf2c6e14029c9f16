"""f–I curves: a resistor's on its closed form, and the memristor's between those of M(0) and R_on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from quspike.plot.grid import grid
from quspike.plot.style import INK, QUANTUM, QUIET, SERIES, RunFigure

FIRST, ADAPTED = QUANTUM, SERIES[0]


def plot_threshold_and_refractory(data: Mapping[str, Any]) -> RunFigure:
    """data: current, interval (K,); memristor_current, first, adapted (L,); fine, closed (F,) of the resistor; wide,
    closed_at_rest, closed_adapted (W,)."""

    def draw(panels: dict[str, Axes]) -> None:
        _resistor(panels["r"], data)
        _memristor(panels["m"], data)

    return grid("r;m", [1.3, 1.55], draw)


def _resistor(panel: Axes, data: Mapping[str, Any]) -> None:
    panel.plot(data["fine"] * 1e9, rate(data["closed"]), color=QUIET, linewidth=0.8)
    panel.plot(data["current"] * 1e9, rate(data["interval"]), "o", color=QUANTUM, markersize=2.8)
    panel.text(0.03, 0.95, "resistor", transform=panel.transAxes, va="top")
    formula = "1/f = t$_{ref}$ + RC ln[(RI − v$_{reset}$)/(RI − v$_{th}$)]"
    panel.text(0.97, 0.08, formula, transform=panel.transAxes, ha="right", color=QUIET, fontsize=6.5)
    _axes(panel, data["fine"])


def _memristor(panel: Axes, data: Mapping[str, Any]) -> None:
    current = data["memristor_current"] * 1e9
    for name in ("closed_at_rest", "closed_adapted"):
        panel.plot(data["wide"] * 1e9, rate(data[name]), color=QUIET, linewidth=0.8)
    panel.vlines(current, rate(data["adapted"]), rate(data["first"]), color=INK, linewidth=0.4, zorder=1)
    panel.plot(current, rate(data["first"]), "o", color=FIRST, markersize=2.8, label="first interval")
    panel.plot(current, rate(data["adapted"]), "o", color=ADAPTED, markersize=2.8, label="once adapted")
    panel.text(0.03, 0.95, "memristor", transform=panel.transAxes, va="top")
    panel.text(0.93, 255, "on M(0)", color=QUIET, ha="right", va="center", fontsize=6.2)
    panel.text(2.1, 95, "on R$_{on}$", color=QUIET, va="center", fontsize=6.2)
    panel.legend(frameon=False, fontsize=6.5, loc="lower right", handletextpad=0.1)
    _axes(panel, data["wide"])
    panel.set_xlabel("I (nA)")


def _axes(panel: Axes, fine: np.ndarray) -> None:
    panel.set_xlim(0, fine[-1] * 1e9)
    panel.set_ylim(bottom=-8)
    panel.yaxis.set_major_locator(MaxNLocator(nbins=4))
    panel.set_ylabel("f (MHz)")


def rate(interval: np.ndarray) -> np.ndarray:
    """1/interval in MHz; 0 where there is none."""
    return 1e-6 / np.asarray(interval)
