"""A flux that the line's zero-point motion pushes away: let go, where it rests, and how the force dies with heat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from quspike.plot.grid import grid
from quspike.plot.style import CLASSICAL, INK, QUANTUM, QUIET, SERIES, RunFigure

COLOURS = (SERIES[0], QUANTUM, INK)  # of the cutoffs


def plot_zero_point_force(data: Mapping[str, Any]) -> RunFigure:
    """data: time (T,), flux (K, T), cutoff, found (K,); curve, warmth: predictions; leading: slope; kT/ħω0."""

    def draw(panels: dict[str, Axes]) -> None:
        _released(panels["a"], data)
        _against_cutoff(panels["b"], data)
        _against_heat(panels["c"], data)

    return grid("a;b;c", [1.2, 1.4, 1.2], draw)


def _released(panel: Axes, data: Mapping[str, Any]) -> None:
    end = 1.02 * data["time"][-1]
    panel.axhline(0, color=CLASSICAL, linestyle=(0, (3, 1.4)))
    for flux, found, cutoff, colour in zip(data["flux"], data["found"], data["cutoff"], COLOURS, strict=True):
        panel.plot(data["time"], 1e3 * flux, color=colour)
        panel.axhline(1e3 * found, color=colour, linewidth=0.4)
        panel.text(end, 1e3 * found, f"$\\omega_c$ = {cutoff:g} ω₀", color=colour, fontsize=6.2, va="center")
    panel.text(end, 0, "mean field", color=CLASSICAL, fontsize=6.2, va="center")
    panel.set_xlim(0, data["time"][-1])
    panel.set_xlabel("ω₀t")
    panel.set_ylabel("⟨φ⟩ (10⁻³ √ħZ)")


def _against_cutoff(panel: Axes, data: Mapping[str, Any]) -> None:
    cutoffs, curve = data["curve"]
    leading = curve[-1] + data["leading"] * np.log(cutoffs / cutoffs[-1])
    panel.plot(cutoffs, 1e3 * curve, color=QUANTUM, linewidth=0.7)
    panel.plot(cutoffs, 1e3 * leading, color=QUIET, linewidth=0.7, linestyle=(0, (3, 2)))
    panel.axhline(0, color=CLASSICAL, linestyle=(0, (3, 1.4)))
    panel.plot(data["cutoff"], 1e3 * data["found"], "o", color=INK, markersize=2.8)
    panel.set_xscale("log")
    panel.text(25, 1e3 * curve[-1] * 0.22, "perturbation theory", color=QUANTUM, fontsize=6.2)
    panel.text(25, 1e3 * curve[-1] * 0.32, "● hierarchy", color=INK, fontsize=6.2)
    panel.text(1.2, 1e3 * curve[-1] * 0.5, "slope −ħL⟨W′⟩/2πC", color=QUIET, fontsize=6.2)
    panel.set_xlabel("$\\omega_c$/ω₀")
    panel.set_ylabel("⟨φ⟩ at rest (10⁻³ √ħZ)")


def _against_heat(panel: Axes, data: Mapping[str, Any]) -> None:
    warmths, forces = data["warmth"]
    for force, found, colour in zip(forces, data["found"], COLOURS, strict=True):
        panel.plot(warmths, force, color=colour, linewidth=0.8)
        panel.plot(data["kT"], found / data["leading"], "o", color=colour, markersize=2.8)
    panel.axhline(0, color=CLASSICAL, linestyle=(0, (3, 1.4)))
    panel.set_xscale("log")
    panel.text(warmths[0], 0.12, "classical", color=CLASSICAL, fontsize=6.2)
    panel.set_xlabel("kT/ħω₀")
    panel.set_ylabel("force (ħ⟨W′⟩/2πC)")
