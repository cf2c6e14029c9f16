"""Noise that follows the memristance, and a mode that comes into its line's equilibrium."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes

from quspike.plot.grid import grid
from quspike.plot.style import INK, QUANTUM, QUIET, SERIES, RunFigure


def plot_fluctuation_dissipation(data: Mapping[str, Any]) -> RunFigure:
    """data: time, v_rms, memristance (T,); shown (places in time), exact (S,); thermal; mode_time, mode_v_rms (M,),
    mode_exact."""

    def draw(panels: dict[str, Axes]) -> None:
        _noise(panels["n"], data)
        _memristance(panels["m"], data)
        panels["n"].tick_params(labelbottom=False)
        _mode(panels["r"], data)

    return grid("n;m;r", [1.2, 0.6, 1.0], draw)


def _noise(panel: Axes, data: Mapping[str, Any]) -> None:
    t = data["time"] * 1e9
    panel.axhline(data["thermal"] * 1e6, color=QUIET, linewidth=0.7, linestyle=(0, (3, 2)))
    panel.text(t[-1], data["thermal"] * 1e6, "(kT/C)$^{½}$", color=QUIET, ha="right", va="bottom", fontsize=6.5)
    panel.plot(t, data["v_rms"] * 1e6, color=QUANTUM)
    panel.plot(t[data["shown"]], data["exact"] * 1e6, "o", color=INK, markersize=1.6)
    panel.text(0.97, 0.62, "coloured moments", color=QUANTUM, transform=panel.transAxes, ha="right")
    panel.text(0.97, 0.50, "fluctuation–dissipation at M(t)", color=INK, transform=panel.transAxes, ha="right")
    panel.set_xlim(0, t[-1])
    panel.set_ylabel("V$_{rms}$ (µV)")


def _memristance(panel: Axes, data: Mapping[str, Any]) -> None:
    panel.plot(data["time"] * 1e9, data["memristance"] / 1e3, color=SERIES[0])
    panel.set_xlim(0, data["time"][-1] * 1e9)
    panel.set_ylim(bottom=0)
    panel.set_ylabel("M (kΩ)")
    panel.set_xlabel("time (ns)")


def _mode(panel: Axes, data: Mapping[str, Any]) -> None:
    t = data["mode_time"] * 1e9
    panel.plot(t, data["mode_v_rms"] * 1e6, color=QUANTUM)
    panel.axhline(data["mode_exact"] * 1e6, color=INK, linewidth=0.7, linestyle=(0, (1, 1.5)))
    panel.text(0.97, 0.92, "resonator, from its vacuum", color=QUANTUM, transform=panel.transAxes, ha="right", va="top")
    panel.set_xlim(0, t[-1] / 2)
    panel.set_ylabel("V$_{rms}$ (µV)")
    panel.set_xlabel("time (ns)")
