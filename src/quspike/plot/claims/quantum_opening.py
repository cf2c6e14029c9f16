"""Loops that lag, noise and quantum mechanics open: about V = 0, and the quantum part against ħω0/kT."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from quspike.plot.grid import grid
from quspike.plot.style import CLASSICAL, INK, QUANTUM, QUIET, RunFigure


def plot_quantum_opening(data: Mapping[str, Any]) -> RunFigure:
    """data: loops (V, I) `mean_field`, `classical`, `operator`; quanta, part, predicted (K,); thermal."""

    def draw(panels: dict[str, Axes]) -> None:
        _loops(panels["a"], data)
        _part(panels["b"], data)

    return grid("a;b", [1.5, 1.4], draw)


def _loops(panel: Axes, data: Mapping[str, Any]) -> None:
    """V over its peak, I over its swing; the hierarchy's is shifted by the zero-point force."""
    shown = (
        (data["mean_field"], INK, "mean field: the line's lag", (0, (1, 1))),
        (data["classical"], CLASSICAL, "classical ensemble", (0, (3, 1.4))),
        (data["operator"], QUANTUM, f"hierarchy, ħω₀/kT = {data['quanta'][-1]:g}", "-"),
    )
    panel.axhline(0, color=QUIET, linewidth=0.4, zorder=0)
    panel.axvline(0, color=QUIET, linewidth=0.4, zorder=0)
    for (v, i), colour, name, dash in shown:
        panel.plot(v / np.max(v), i / np.ptp(i), color=colour, linestyle=dash, label=name)
    panel.set_xlabel("V/max V")
    panel.set_ylabel("$I_M$ over its swing")
    panel.text(-1.05, 0.36, "shifted by the\nzero-point force", color=QUANTUM, fontsize=6.2)
    panel.legend(frameon=False, fontsize=6.2, loc="lower right")


def _part(panel: Axes, data: Mapping[str, Any]) -> None:
    """The quantum part as a share of the thermal one, so that its smallness is seen."""
    quanta, share = data["quanta"], 100 / data["thermal"]
    x = np.linspace(0, 1.1 * quanta[-1], 60)
    least, left = (share * data[name][0] / quanta[0] ** 2 for name in ("predicted", "part"))
    panel.plot(x, least * x**2, color=QUIET, linewidth=0.7, linestyle=(0, (3, 2)))
    panel.plot(quanta, share * data["predicted"], "s", color=INK, markersize=2.8)
    panel.plot(quanta, share * data["part"], "o", color=QUANTUM, markersize=3.2)
    offset: dict[str, Any] = {"textcoords": "offset points", "fontsize": 6.5}
    panel.annotate("hierarchy", (quanta[0], left * quanta[0] ** 2), (-5, 5), color=QUANTUM, ha="right", **offset)
    panel.annotate(
        "least order of ħ", (quanta[-1], share * data["predicted"][-1]), (-8, -10), color=INK, ha="center", **offset
    )
    panel.annotate("∝ (ħω₀/kT)²", (x[25], least * x[25] ** 2), (-52, 8), color=QUIET, **offset)
    panel.set_xlim(left=0)
    panel.set_ylim(bottom=0)
    panel.set_xlabel("ħω₀/kT")
    panel.set_ylabel("quantum part (% of thermal)")
