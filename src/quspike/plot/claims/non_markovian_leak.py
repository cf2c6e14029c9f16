"""Membranes whose leak remembers: their decay, and how far leak and spikes are from the Markovian ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from quspike.plot.grid import grid, logarithmic
from quspike.plot.style import CLASSICAL, INK, QUANTUM, QUIET, RunFigure

SHOWN = 0.2  # κ/ω_c


def plot_non_markovian_leak(data: Mapping[str, Any]) -> RunFigure:
    """data: time (T,), decays V/V(0) (K, T), ringing (T,), ratio (K,), correction, expected, earlier, root_earlier."""

    def draw(panels: dict[str, Axes]) -> None:
        _decay(panels["a"], data)
        _corrections(panels["b"], data)

    return grid("a;b", [1.3, 1.45], draw)


def _decay(panel: Axes, data: Mapping[str, Any]) -> None:
    t, shown = data["kappa"] * data["time"], int(np.argmin(np.abs(data["ratio"] - SHOWN)))
    panel.axhline(0, color=QUIET, linewidth=0.4, zorder=0)
    panel.plot(t, np.exp(-t), color=CLASSICAL, linestyle=(0, (3, 1.4)))
    panel.plot(t, data["decays"][shown], color=QUANTUM)
    panel.plot(t, data["ringing"], color=INK)
    panel.set_xlim(0, 6)
    panel.set_xlabel("κt")
    panel.set_ylabel("V(t)/V(0)")
    panel.text(2.6, 0.82, "Markov, e⁻κᵗ", color=CLASSICAL, fontsize=6.5)
    panel.text(2.6, 0.66, f"κ = {SHOWN:g} $\\omega_c$", color=QUANTUM, fontsize=6.5)
    panel.text(2.6, 0.50, "κ = $\\omega_c$: rings", color=INK, fontsize=6.5)


def _corrections(panel: Axes, data: Mapping[str, Any]) -> None:
    ratio = data["ratio"]
    for measured, expected, colour in (("correction", "expected", QUANTUM), ("earlier", "root_earlier", INK)):
        panel.plot(ratio, data[expected], color=colour, linewidth=0.7)
        panel.plot(ratio, data[measured], "o", color=colour, markersize=2.6)
    logarithmic(panel)
    offset: dict[str, Any] = {"textcoords": "offset points", "fontsize": 6.5}
    panel.annotate("leak faster than 1/RC", (0.02, data["expected"][3]), (-4, 8), color=QUANTUM, ha="right", **offset)
    panel.annotate("first spike earlier", (0.02, data["root_earlier"][3]), (6, -10), color=INK, **offset)
    panel.set_xlabel("κ/$\\omega_c$")
    panel.set_ylabel("relative correction")
