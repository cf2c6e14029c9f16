"""Vacuum noise that reaches over a threshold, and the rate of spikes against temperature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from scipy.special import erfc

from quspike.plot.grid import grid
from quspike.plot.style import CLASSICAL, INK, QUANTUM, QUIET, RunFigure

FLOOR = 1e-7  # of the quantum rate: below it the classical one is off the panel, and lost in rounding at last


def plot_quantum_threshold(data: Mapping[str, Any]) -> RunFigure:
    """data: temperature, quantum, classical (K,); vacuum (1/s), v_zpf, mean, threshold, width (V)."""

    def draw(panels: dict[str, Axes]) -> None:
        _noise(panels["a"], data)
        _rates(panels["b"], data)

    return grid("a;b", [1.15, 1.6], draw)


def _noise(panel: Axes, data: Mapping[str, Any]) -> None:
    """The quadrature's distribution at T = 0, and the detector's edge."""
    unit, mean, threshold, width = (data[name] * 1e6 for name in ("v_zpf", "mean", "threshold", "width"))
    x = np.linspace(mean - 3.6 * unit, mean + 3.6 * unit, 600)
    density = np.exp(-0.5 * ((x - mean) / unit) ** 2)
    edge = 0.5 * erfc((threshold - x) / (np.sqrt(2) * width))
    panel.fill_between(x, density * edge, color=QUANTUM, alpha=0.35, linewidth=0)
    panel.plot(x, density, color=QUANTUM)
    panel.plot(x, edge, color=INK, linewidth=0.8)
    panel.plot([mean, mean], [0, 1], color=CLASSICAL, linestyle=(0, (3, 1.4)))
    panel.text(mean - 1.1 * unit, 0.82, "vacuum noise", color=QUANTUM, ha="right", fontsize=6.2)
    panel.text(mean - 0.1 * unit, 0.06, "classical", color=CLASSICAL, ha="right", fontsize=6.2)
    panel.text(threshold + 0.35 * unit, 0.86, "detector Γ/Γ₀", color=INK, fontsize=6.2)
    panel.set_xlabel("quadrature X (µV)")
    panel.set_ylabel("density, Γ/Γ₀")
    panel.set_yticks([0, 1])
    panel.set_ylim(0, 1.08)


def _rates(panel: Axes, data: Mapping[str, Any]) -> None:
    temperature, shown = data["temperature"] * 1e3, data["classical"] > FLOOR * data["quantum"][0]
    panel.axhline(data["vacuum"], color=QUIET, linewidth=0.7, linestyle=(0, (3, 2)), zorder=0)
    panel.loglog(temperature, data["quantum"], "o-", color=QUANTUM, markersize=2.4)
    panel.loglog(temperature[shown], data["classical"][shown], "s-", color=CLASSICAL, markersize=2.2)
    low, high = FLOOR * data["quantum"][0], 30 * np.max(data["quantum"])
    panel.set_ylim(low, high)
    place = np.flatnonzero(shown)[2]
    names = (
        (1.1, 0.12 * data["quantum"][0], "quantum noise", QUANTUM),
        (1.25 * temperature[place], 0.3 * data["classical"][place], "classical noise", CLASSICAL),
        (1.1, 2.2 * data["vacuum"], "Γ₀ × share of vacuum noise above the edge", QUIET),
    )
    for x, y, name, colour in names:
        panel.text(x, y, name, color=colour, fontsize=6.2)
    panel.set_xlabel("T (mK)")
    panel.set_ylabel("spikes a second")
