"""Secular moments beside the classical circuit: an envelope, and the errors as κ/ω0 and |Ṁ/M|/κ go to zero."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes

from quspike.plot.claims.tips import with_tips
from quspike.plot.grid import grid, logarithmic, slope
from quspike.plot.style import CLASSICAL, INK, QUANTUM, QUIET, SERIES, RunFigure

ENVELOPE, MEMRISTANCE, SPIKES = INK, SERIES[0], SERIES[1]


def plot_quantum_to_classical(data: Mapping[str, Any]) -> RunFigure:
    """data: time, quantum, classical (T,); their spikes; v_threshold; ratio, error, memristance_error, shift (K,);
    speed, speed_error (S,)."""

    def draw(panels: dict[str, Axes]) -> None:
        _spiking(panels["a"], data)
        _coupling(panels["b"], data)
        _memory(panels["c"], data)

    return grid("aa;bc", [1.15, 1.45], draw)


def _spiking(panel: Axes, data: Mapping[str, Any]) -> None:
    for name, colour, style, width in (("quantum", QUANTUM, "-", 0.9), ("classical", CLASSICAL, (0, (3, 1.4)), 0.7)):
        line = with_tips(data["time"], data[name], data[f"{name}_spikes"], data["v_threshold"])
        panel.plot(line[0] * 1e9, line[1] * 1e6, color=colour, linestyle=style, linewidth=width)
    panel.axhline(data["v_threshold"] * 1e6, color=QUIET, linewidth=0.6, linestyle=(0, (1, 1.5)), zorder=0)
    panel.set_xlim(0, data["time"][-1] * 1e9)
    panel.set_ylim(0, data["v_threshold"] * 1.35e6)
    panel.set_xlabel("time (ns)")
    panel.set_ylabel("envelope (µV)")
    words = (
        ("secular moments", QUANTUM, 0.02),
        ("classical circuit", CLASSICAL, 0.33),
        (f"κ/ω₀ ≤ {data['shown_ratio']:.2g}", INK, 0.98),
    )
    for text, colour, place in words:
        panel.text(
            place,
            0.97,
            text,
            color=colour,
            transform=panel.transAxes,
            va="top",
            ha="right" if place > 0.9 else "left",
            fontsize=6.5,
        )


def _coupling(panel: Axes, data: Mapping[str, Any]) -> None:
    x = data["ratio"]
    for name, colour in (("error", ENVELOPE), ("memristance_error", MEMRISTANCE), ("shift", SPIKES)):
        panel.plot(x, data[name], "o", color=colour, markersize=2.6)
    logarithmic(panel)
    slope(panel, (x[-1], x[0]), data["error"][-1], 1.0, "envelope ∝ κ/ω₀", (14, -9))
    slope(
        panel,
        (x[-1], x[0]),
        data["memristance_error"][1] * (x[-1] / x[1]) ** 2,
        2.0,
        "memristance\n∝ (κ/ω₀)²",
        (20, -12),
    )
    panel.text(x[1], data["shift"][1] * 2, "spike times", color=SPIKES, ha="right", va="bottom", fontsize=6.2)
    panel.set_ylim(top=3)
    panel.set_xlim(x[-1] / 1.5, x[0] * 1.5)
    panel.set_xlabel("κ/ω₀")
    panel.set_ylabel("relative error")


def _memory(panel: Axes, data: Mapping[str, Any]) -> None:
    x, y = data["speed"], data["speed_error"]
    panel.plot(x, y, "o", color=MEMRISTANCE, markersize=2.6)
    logarithmic(panel)
    slope(panel, (x.min(), x.max()), y.min(), 1.0, "memristance\n∝ |Ṁ/M|/κ", (16, -14))
    panel.set_xlim(x.min() / 1.5, x.max() * 1.5)
    panel.set_ylim(y.min() / 2, y.max() * 2)
    panel.set_xlabel("|Ṁ/M|/κ")
