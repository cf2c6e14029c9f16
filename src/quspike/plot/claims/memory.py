"""Growing intervals, and two equal pulses answered differently."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from quspike.plot.claims.tips import with_tips
from quspike.plot.grid import grid
from quspike.plot.style import INK, QUANTUM, QUIET, SERIES, RunFigure

FROZEN = SERIES[2]


def plot_memory(data: Mapping[str, Any]) -> RunFigure:
    """data: train, frozen_train, spikes, frozen_spikes (n,) s; time, membrane, memristance, input (T,); v_threshold."""

    def draw(panels: dict[str, Axes]) -> None:
        _intervals(panels["i"], data)
        _input(panels["d"], data)
        _answers(panels["v"], data)
        _memristance(panels["m"], data)
        for name in "dv":
            panels[name].tick_params(labelbottom=False)
        for name in "dvm":
            panels[name].set_xlim(0, data["time"][-1] * 1e9)
        panels["m"].set_xlabel("time (ns)")

    return grid("i;d;v;m", [1.2, 0.3, 0.95, 0.65], draw)


def _intervals(panel: Axes, data: Mapping[str, Any]) -> None:
    for times, colour, text in ((data["train"], QUANTUM, "memristor"), (data["frozen_train"], FROZEN, "frozen")):
        gaps = np.diff(times) * 1e9
        shown = gaps[: len(data["train"]) + 4]
        panel.plot(np.arange(1, len(shown) + 1), shown, "o-", color=colour, markersize=2.6, linewidth=0.6)
        panel.annotate(text, (len(shown), shown[-1]), (5, 0), textcoords="offset points", color=colour, va="center")
    panel.set_xlim(0, len(data["train"]) + 8)
    panel.set_ylim(bottom=0.8 * np.min(np.diff(data["train"])) * 1e9)
    panel.set_xlabel("interval")
    panel.set_ylabel("length (ns)")


def _input(panel: Axes, data: Mapping[str, Any]) -> None:
    current = data["input"] * 1e9
    panel.step(data["time"] * 1e9, current, where="post", color=INK, linewidth=0.8)
    panel.set_ylabel("I (nA)")
    panel.set_ylim(0, 1.25 * current.max())


def _answers(panel: Axes, data: Mapping[str, Any]) -> None:
    level = data["v_threshold"] * 1e6
    time, membrane = with_tips(data["time"], data["membrane"], data["spikes"], data["v_threshold"])
    panel.plot(time * 1e9, membrane * 1e6, color=QUANTUM)
    panel.axhline(level, color=QUIET, linewidth=0.6, linestyle=(0, (1, 1.5)), zorder=0)
    rows = ((data["spikes"], QUANTUM, 1.28), (data["frozen_spikes"], FROZEN, 1.52))
    for times, colour, height in rows:
        panel.eventplot(
            [times * 1e9], colors=colour, lineoffsets=height * level, linelengths=0.17 * level, linewidths=0.8
        )
    panel.set_ylim(0, 1.65 * level)
    panel.set_yticks([0, level / 2, level])
    panel.set_ylabel("V (µV)")


def _memristance(panel: Axes, data: Mapping[str, Any]) -> None:
    for name, colour in (("memristance", QUANTUM), ("frozen_memristance", FROZEN)):
        panel.plot(data["time"] * 1e9, data[name] / 1e3, color=colour)
    panel.set_ylim(0, 1.15 * np.max(data["memristance"]) / 1e3)
    panel.set_ylabel("M (kΩ)")
