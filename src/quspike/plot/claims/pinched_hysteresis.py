"""A memristor's loop and a resistor's line; the loops at higher frequencies, and the law of their collapse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes

from quspike.analysis.frequency_sweep import FrequencySweep
from quspike.plot.grid import grid
from quspike.plot.pinched_loop import MAIN, SMALL, draw_areas, draw_loop, draw_overlay
from quspike.plot.style import INK, QUIET, RunFigure
from quspike.result.engineering import scale

DASHES = (0, (3, 2))


def plot_pinched_hysteresis(data: Mapping[str, Any]) -> RunFigure:
    """data: loops (a Hysteresis a frequency), null (a resistor's), areas and asymptote (K,)."""
    sweep = FrequencySweep("MEM1", tuple(data["loops"]))

    def draw(panels: dict[str, Axes]) -> None:
        draw_loop(panels["l"], sweep.loops[0])
        _resistor(panels["l"], data)
        draw_overlay(panels["o"], sweep)
        factor, _ = scale(sweep.frequencies, "Hz")
        panels["a"].plot(sweep.frequencies * factor, data["asymptote"], color=INK, linewidth=0.7, linestyle=DASHES)
        draw_areas(panels["a"], sweep, "(4/3)|W′/W|V₀/ω")
        panels["a"].set_ylim(data["areas"].min() / 2, 3)

    return grid("ll;oa", [MAIN, SMALL], draw)


def _resistor(panel: Axes, data: Mapping[str, Any]) -> None:
    """Its line from top to bottom, drawn once: dashes on the way back would fill the gaps."""
    loop, memristor = data["null"].settled_loop, data["loops"][0].settled_loop
    (per_v, _), (per_i, _) = scale(memristor.voltage, "V"), scale(memristor.current, "A")
    once = slice(int(loop.current.argmax()), int(loop.current.argmin()) + 1)
    v, i = loop.voltage[once] * per_v, loop.current[once] * per_i
    panel.plot(v, i, color=QUIET, linewidth=0.8, linestyle=DASHES, zorder=2)
    panel.annotate("resistor", (v[0], i[0]), (3, -1), textcoords="offset points", color=QUIET, fontsize=6.2)
