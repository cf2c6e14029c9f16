"""Panels on a grid, one column of a journal wide."""

from __future__ import annotations

from collections.abc import Callable

from matplotlib.axes import Axes
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from quspike.plot.style import COLUMN, INK, QUIET, SCREEN_DPI, RunFigure, styled

LEAST = 1e-3  # below it numbers are written as powers of ten
SHORT = 100  # a ratio of two ends within which a logarithmic axis has room for more than a label a decade
BETWEEN = 0.42  # inch, for the labels below each row


def grid(
    mosaic: str, heights: list[float], draw: Callable[[dict[str, Axes]], None], width: float = COLUMN
) -> RunFigure:
    """A figure of panels named by letters; `mosaic` as in Matplotlib ("ab;cc"), heights of its rows in inches."""
    with styled():
        layout = ConstrainedLayoutEngine(h_pad=0.03, w_pad=0.03, hspace=0.04, wspace=0.04)
        size = (width, sum(heights) + BETWEEN * len(heights))
        figure = RunFigure(figsize=size, dpi=SCREEN_DPI, layout=layout)
        draw(figure.subplot_mosaic(mosaic, height_ratios=heights))
        figure.draw_without_rendering()  # settles the layout while the style holds
    return figure


def logarithmic(panel: Axes, axes: str = "xy") -> None:
    """Logarithmic axes: a label a decade, or within two decades 0.1, 0.3, 1."""
    for name in axes:
        axis = panel.xaxis if name == "x" else panel.yaxis
        (panel.set_xscale if name == "x" else panel.set_yscale)("log")
        low, high = axis.get_data_interval()
        axis.set_minor_formatter(NullFormatter())
        if high < SHORT * low and low >= LEAST:
            axis.set_major_locator(LogLocator(subs=(1.0, 3.0)))
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.2g}"))
        else:
            axis.set_major_locator(LogLocator(numticks=6))


def slope(
    panel: Axes, x: tuple[float, float], start: float, power: float, text: str, shift: tuple[float, float]
) -> None:
    """A dashed line `y ∝ x^power` from (x[0], start), named at its middle, `shift` points away."""
    end = start * (x[1] / x[0]) ** power
    panel.plot(x, (start, end), color=QUIET, linewidth=0.7, linestyle=(0, (3, 2)), zorder=1)
    middle = ((x[0] * x[1]) ** 0.5, (start * end) ** 0.5)
    panel.annotate(text, middle, shift, textcoords="offset points", color=INK, ha="center", va="center", fontsize=6.5)
