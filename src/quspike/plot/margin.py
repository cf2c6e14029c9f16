"""Names in the right margin, each beside the line that it names: a legend that needs no looking up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

Label = tuple[str, float, str]
"""Name, height in data units, colour."""

SIZE = 6.5  # pt
LINE = 1.2 * SIZE / 72  # inch


def name_lines(panel: Axes, labels: Sequence[Label], height: float) -> None:
    """Write the names beside a panel `height` inches high, moved apart where they would overlap."""
    panel.get_ylim()  # Matplotlib settles the limits when asked
    fraction = panel.transData + panel.transAxes.inverted()
    wanted = [float(fraction.transform((0.0, level))[1]) for _, level, _ in labels]
    for (name, _, colour), level in zip(labels, apart(wanted, LINE / height), strict=True):
        panel.annotate(
            name,
            (1, level),
            xycoords="axes fraction",
            xytext=(3, 0),
            textcoords="offset points",
            color=colour,
            va="center",
            fontsize=SIZE,
            annotation_clip=False,
        )


def apart(heights: Sequence[float], distance: float) -> list[float]:
    """The same heights in the same order, neighbours kept at a distance: a crowd spreads about its middle."""
    order = np.argsort(heights, kind="stable")
    crowds: list[list[float]] = []
    for height in np.asarray(heights, dtype=float)[order]:
        crowds.append([height])
        while len(crowds) > 1 and _bottom(crowds[-1], distance) < _top(crowds[-2], distance) + distance:
            last = crowds.pop()
            crowds[-1] += last
    spread = [_bottom(crowd, distance) + distance * place for crowd in crowds for place in range(len(crowd))]
    return [spread[place] for place in np.argsort(order)]


def _bottom(crowd: Sequence[float], distance: float) -> float:
    return float(np.mean(crowd)) - distance * (len(crowd) - 1) / 2


def _top(crowd: Sequence[float], distance: float) -> float:
    return float(np.mean(crowd)) + distance * (len(crowd) - 1) / 2
