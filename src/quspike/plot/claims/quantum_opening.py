"""Pinched loops opened by noise, and what of the opening is left when ħω0/kT goes to zero."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from quspike.plot.grid import grid
from quspike.plot.style import CLASSICAL, INK, QUANTUM, QUIET, RunFigure


def plot_quantum_opening(data: Mapping[str, Any]) -> RunFigure:
    """data: loops `classical`, `operator` (one a ratio) and `mean_field`; quanta, openings, limit, ensemble, error."""

    def draw(panels: dict[str, Axes]) -> None:
        _loops(panels["a"], data)
        _opening(panels["b"], data)

    return grid("a;b", [1.5, 1.4], draw)


def _loops(panel: Axes, data: Mapping[str, Any]) -> None:
    """Near the pinch: V and I over their own peaks."""
    last = data["operator"][-1]
    shown = (
        (data["classical"], CLASSICAL, "classical ensemble", (0, (3, 1.4))),
        (last, QUANTUM, f"operator, ħω₀/kT = {data['quanta'][-1]:g}", "-"),
        (data["mean_field"], INK, "mean field", (0, (1, 1))),
    )
    panel.axhline(0, color=QUIET, linewidth=0.4, zorder=0)
    panel.axvline(0, color=QUIET, linewidth=0.4, zorder=0)
    for loop, colour, name, dash in shown:
        v, i = (np.append(x, x[0]) for x in (loop.voltage, loop.current))
        panel.plot(v / np.max(v), 100 * i / np.ptp(i), color=colour, linestyle=dash, label=name)
    panel.set_xlim(-0.12, 0.12)
    panel.set_ylim(-8, 8)
    panel.set_xlabel("V/max V")
    panel.set_ylabel("$I_M$ (% of its swing)")
    panel.legend(frameon=False, fontsize=6.2, loc="upper left")


def _opening(panel: Axes, data: Mapping[str, Any]) -> None:
    quanta = data["quanta"]
    bend = (data["openings"][0] - data["limit"]) / quanta[0] ** 2
    x = np.linspace(0, 1.05 * quanta[-1], 100)
    panel.plot(x, 100 * (data["limit"] + bend * x**2), color=QUIET, linewidth=0.7, linestyle=(0, (3, 2)))
    panel.plot(quanta, 100 * data["openings"], "o", color=QUANTUM, markersize=3)
    panel.errorbar(0, 100 * data["ensemble"], 100 * data["error"], color=CLASSICAL, marker="s", markersize=3, capsize=2)
    panel.annotate("classical ensemble", (0, 100 * data["ensemble"]), (6, 5), textcoords="offset points",
                   color=CLASSICAL, fontsize=6.5)  # fmt: skip
    panel.annotate("∝ (ħω₀/kT)²", (x[60], 100 * (data["limit"] + bend * x[60] ** 2)), (4, 4),
                   textcoords="offset points", color=INK, fontsize=6.5)  # fmt: skip
    panel.set_ylim(bottom=0)
    panel.set_xlabel("ħω₀/kT")
    panel.set_ylabel("opening (% of the swing)")
