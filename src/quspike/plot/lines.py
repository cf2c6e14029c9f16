"""One line over time, drawn for what it is: smooth, with an upright edge, or too fast for the page."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

RESOLVED = 200  # turning points: more would lie closer than a line is wide, in one column
EDGE = 0.3  # of the swing within one sample, and
ALONE = 10  # times steeper than the samples beside it: a drive's edge


def draw_line(panel: Axes, time: np.ndarray, line: np.ndarray, *, edges: bool = False, **style: Any) -> None:
    """The line itself, or the band that it sweeps where it oscillates faster than the page resolves.

    edges : the line may jump, as drives do.
    """
    stretches = too_fast(line)
    if stretches:
        middle, low, high = swept(time, line, stretches)
        panel.fill_between(middle, low, high, color=style["color"], alpha=0.35, linewidth=0.4)
    else:
        panel.plot(*(upright(time, line) if edges else (time, line)), **style)


def draw_band(panel: Axes, time: np.ndarray, line: np.ndarray, spread: np.ndarray, **style: Any) -> None:
    """line ± spread, filled; around the band that `draw_line` draws where the line is too fast."""
    low, high, stretches = line - spread, line + spread, too_fast(line)
    if stretches:
        (middle, low, _), (_, _, high) = (swept(time, edge, stretches) for edge in (low, high))
        time = middle
    panel.fill_between(time, low, high, **style)


def too_fast(line: np.ndarray) -> int:
    """0 for a line that the page resolves; else the number of stretches to sweep it in."""
    turns = turning_points(line)
    return min(turns // 4, RESOLVED) if turns > RESOLVED else 0


def turning_points(line: np.ndarray) -> int:
    """How often the line changes direction; ripple below a hundredth of its swing does not count."""
    steps = np.diff(np.round(line / (np.ptp(line) or 1.0), 2))
    signs = np.sign(steps[steps != 0])
    return int(np.count_nonzero(np.diff(signs)))


def swept(time: np.ndarray, line: np.ndarray, stretches: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Time, least and largest value of each of so many stretches, each long enough for a whole oscillation."""
    chunks = np.array_split(np.arange(len(time)), stretches)
    middle = np.array([time[chunk].mean() for chunk in chunks])
    middle[[0, -1]] = time[[0, -1]]
    return middle, np.array([line[chunk].min() for chunk in chunks]), np.array([line[chunk].max() for chunk in chunks])


def upright(time: np.ndarray, line: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """An edge between two saved times drawn upright, at the later one: it is no ramp of one sample."""
    steps = np.abs(np.diff(line))
    beside = np.maximum(np.concatenate([[0.0], steps[:-1]]), np.concatenate([steps[1:], [0.0]]))
    (edges,) = np.nonzero((steps > EDGE * np.ptp(line)) & (steps > ALONE * beside))
    return np.insert(time, edges + 1, time[edges + 1]), np.insert(line, edges + 1, line[edges])
