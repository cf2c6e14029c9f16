"""A hysteresis loop: I against V over one period, with its direction and measures; its collapse with frequency."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from quspike.analysis.frequency_sweep import FrequencySweep
from quspike.analysis.hysteresis import Hysteresis, Loop
from quspike.analysis.loop import LoopMeasures
from quspike.plot.grid import grid
from quspike.plot.style import INK, QUANTUM, QUIET, RunFigure
from quspike.result.engineering import human, scale

PERIOD = LinearSegmentedColormap.from_list("period", ["#9fd0ec", QUANTUM, "#00304f"])
"""From the beginning of the period to its end; and from the lowest frequency to the highest, reversed."""

ARROWS = (0.09, 0.40, 0.59, 0.90)  # of the loop's length
MOST_LABELS = 6  # frequencies written below an axis
MAIN, SMALL = 2.15, 1.35  # inch
LEADING = 9.0  # point, from line to line of the measures


def plot_hysteresis(result: Hysteresis, sweep: FrequencySweep | None = None) -> RunFigure:
    """Figure of one element's settled loop; with a sweep, the loops of all frequencies and their areas below it."""

    def draw(panels: dict[str, Axes]) -> None:
        draw_loop(panels["l"], result)
        if sweep is not None:
            draw_overlay(panels["o"], sweep)
            draw_areas(panels["a"], sweep, f"∝ f$^{{{sweep.exponent:.2f}}}$".replace("-", "−"))

    mosaic, heights = ("ll;oa", [MAIN, SMALL]) if sweep else ("l", [MAIN])
    return grid(mosaic, heights, draw)


def draw_loop(panel: Axes, result: Hysteresis) -> None:
    """The settled loop, its colour deepening over the period, with arrows along it and its measures beside it."""
    loop = result.settled_loop
    (per_v, v_unit), (per_i, i_unit) = scale(loop.voltage, "V"), scale(loop.current, "A")
    v, i = loop.voltage * per_v, loop.current * per_i
    draw_axes_cross(panel)
    sides = np.stack([np.stack([v[:-1], i[:-1]], axis=1), np.stack([v[1:], i[1:]], axis=1)], axis=1)
    lines = LineCollection(list(sides), cmap=PERIOD, linewidth=1.3, capstyle="round", zorder=3)
    lines.set_array(np.linspace(0, 1, len(sides)))
    panel.add_collection(lines)
    panel.autoscale_view()
    panel.margins(0.08)
    for place in ARROWS:
        draw_arrow(panel, v, i, place)
    panel.set_xlabel(f"V of {result.element} ({v_unit})")
    panel.set_ylabel(f"I ({i_unit})")
    for row, line in enumerate(measure_lines(result)):  # one text each: sub- and superscripts would spread the rows
        below: dict[str, Any] = {"xytext": (0, -LEADING * (row + 0.7)), "textcoords": "offset points", "va": "baseline"}
        panel.annotate(line, (0.02, 0.98), xycoords="axes fraction", fontsize=6.2, **below)


def measure_lines(result: Hysteresis) -> list[str]:
    """The measures as a reader wants them, the axis scaling last."""
    m = result.settled
    lobes = ", ".join(f"{lobe.scaled_area:.3g}" for lobe in m.lobes)
    pinch = "none: V never vanishes" if m.pinch_residual is None else power_of_ten(m.pinch_residual)
    return [
        f"f = {human(result.frequency, 'Hz')}",
        f"areas/V₀I₀  {lobes}",
        f"form factor  {m.form_factor:.3g}",
        f"pinch  {pinch}",
        f"V₀ = {human(m.voltage_scale, 'V', 3)}",
        f"I₀ = {human(m.current_scale, 'A', 3)}",
    ]


def power_of_ten(value: float) -> str:
    """A small number as people write it: 0.03, 2·10⁻¹⁰."""
    if value == 0 or value >= 1e-3:
        return f"{value:.2g}"
    digits, power = f"{value:.0e}".split("e")
    return f"{digits}·10$^{{−{abs(int(power))}}}$"


def draw_overlay(panel: Axes, sweep: FrequencySweep) -> None:
    """All settled loops on the axes of their measures, the lowest frequency darkest."""
    draw_axes_cross(panel)
    for loop, colour in zip(sweep.loops, sweep_colours(sweep), strict=True):
        panel.plot(*scaled(loop.settled_loop, loop.settled), color=colour, linewidth=0.8)
    panel.set_xlabel("V/V₀")
    panel.set_ylabel("I/I₀")
    panel.set_xticks([-1, 0, 1])
    panel.set_yticks([-1, 0, 1])


def draw_areas(panel: Axes, sweep: FrequencySweep, law: str) -> None:
    """The area on those axes against the frequency, with the law by which it falls at the end."""
    factor, unit = scale(sweep.frequencies, "Hz")
    f, areas = sweep.frequencies * factor, sweep.scaled_areas
    panel.plot(f, areas, color=QUIET, linewidth=0.7, zorder=1)
    panel.scatter(f, areas, c=sweep_colours(sweep), s=9, zorder=2)
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.set_xlabel(f"f ({unit})")
    panel.set_ylabel("area/V₀I₀")
    if np.max(areas) < 20 * np.min(areas):  # a decade apart, there might be no tick in sight
        panel.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    panel.yaxis.set_minor_formatter(NullFormatter())
    step = -(-len(f) // MOST_LABELS)
    panel.set_xticks(f[::-step], [f"{value:.3g}" for value in f[::-step]])
    panel.xaxis.set_minor_locator(NullLocator())
    middle = float(np.sqrt(f[-1] * f[-2])), float(np.sqrt(areas[-1] * areas[-2]))
    panel.annotate(law, middle, (-4, -2), textcoords="offset points", ha="right", va="top", fontsize=6.5, color=INK)


def sweep_colours(sweep: FrequencySweep) -> np.ndarray:
    """One colour a frequency (K, 4), the lowest darkest."""
    return PERIOD(1 - np.linspace(0, 1, len(sweep.loops)))


def scaled(loop: Loop, measures: LoopMeasures) -> tuple[np.ndarray, np.ndarray]:
    """V/V₀ and I/I₀."""
    return loop.voltage / measures.voltage_scale, loop.current / measures.current_scale


def draw_axes_cross(panel: Axes) -> None:
    """Thin lines through the origin, where the pinch should be."""
    panel.axhline(0, color=QUIET, linewidth=0.4, zorder=0)
    panel.axvline(0, color=QUIET, linewidth=0.4, zorder=0)
    panel.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    panel.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))


def draw_arrow(panel: Axes, x: np.ndarray, y: np.ndarray, place: float) -> None:
    """An arrow head on a curve, at a fraction of its length as drawn."""
    along = np.concatenate([[0], np.cumsum(np.hypot(np.diff(x) / np.ptp(x), np.diff(y) / np.ptp(y)))])
    at, ahead = (np.searchsorted(along, place * along[-1] + step * along[-1]) for step in (0.0, 0.004))
    panel.annotate(
        "",
        (x[ahead], y[ahead]),
        (x[at], y[at]),
        arrowprops={
            "arrowstyle": "-|>,head_width=0.26,head_length=0.5",
            "color": PERIOD(place),
            "lw": 0,
            "shrinkA": 0,
            "shrinkB": 0,
        },
        zorder=4,
    )
