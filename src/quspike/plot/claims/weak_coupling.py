"""The secular equation beside the circuit: three ringdowns, and the error against κ/ω0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from quspike.plot.grid import grid, logarithmic, slope
from quspike.plot.style import CLASSICAL, INK, QUANTUM, QUIET, RunFigure

SHOWN = (1e-3, 1.0, 10.0)  # ω0/κ
TITLES = ("ω₀/κ → 0", "ω₀ = κ", "ω₀ = 10 κ")


def plot_weak_coupling(data: Mapping[str, Any]) -> RunFigure:
    """data: time (T,), ratio (K,), secular and circuit V/V(0) (K, T), error (K,), kappa, at_two (a place in time)."""

    def draw(panels: dict[str, Axes]) -> None:
        for place, (name, ratio, title) in enumerate(zip("abc", SHOWN, TITLES, strict=True)):
            _ringdown(panels[name], data, int(np.argmin(np.abs(data["ratio"] - ratio))), title)
            panels[name].tick_params(labelleft=place == 0)
        panels["a"].set_ylabel("V(t)/V(0)")
        _name_lines(panels["a"])
        _error(panels["e"], data)

    return grid("abc;eee", [1.15, 1.35], draw)


def _ringdown(panel: Axes, data: Mapping[str, Any], k: int, title: str) -> None:
    t, two = data["kappa"] * data["time"], data["at_two"]
    panel.axhline(0, color=QUIET, linewidth=0.4, zorder=0)
    panel.axvline(2, color=QUIET, linewidth=0.4, zorder=0)
    panel.plot(t, data["secular"][k], color=QUANTUM)
    panel.plot(t, data["circuit"][k], color=CLASSICAL, linestyle=(0, (3, 1.4)))
    for name, colour in (("secular", QUANTUM), ("circuit", CLASSICAL)):
        panel.plot(2, data[name][k, two], "o", color=colour, markersize=2.6)
    panel.set_ylim(-1.05, 1.05)
    panel.set_xlim(0, 4)
    panel.set_xticks([0, 2, 4])
    panel.set_yticks([-1, 0, 1])
    panel.set_xlabel("κt")
    panel.set_title(title, pad=3)
    values = (data["secular"][k, two], data["circuit"][k, two])
    for height, value, colour in zip((-0.66, -0.90), values, (QUANTUM, CLASSICAL), strict=True):
        panel.text(3.95, height, f"{value:.4f}".replace("-", "−"), color=colour, ha="right", va="center", fontsize=6.2)


def _name_lines(panel: Axes) -> None:
    panel.text(1.15, 0.66, "secular, κ/2", color=QUANTUM, fontsize=6.2, bbox={"color": "white", "pad": 0.5})
    panel.text(0.12, -0.30, "circuit, κ", color=CLASSICAL, fontsize=6.2)


def _error(panel: Axes, data: Mapping[str, Any]) -> None:
    small, error = 1 / data["ratio"], data["error"]
    panel.plot(small, error, "o-", color=INK, markersize=2.4, linewidth=0.7)
    logarithmic(panel)
    slope(panel, (1 / 80, 1.0), 0.7 * error[-1], 1.0, "∝ κ/ω₀", (14, -8))
    panel.set_xlabel("κ/ω₀")
    panel.set_ylabel("max |ΔV|/V(0)")
