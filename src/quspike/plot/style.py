"""How quspike's figures look: one column of a journal, colours for colour-blind readers, no ornament."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

COLUMN = 3.4  # inch, one column of a two-column journal
PRINT_DPI = 400
SCREEN_DPI = 200

INK = "#222222"
QUIET = "#8a8a8a"
QUANTUM = "#0072b2"
CLASSICAL = "#d55e00"
SERIES = ("#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
"""Palette of Okabe & Ito, Color Universal Design (2008)."""

RC: dict[Any, Any] = {
    "font.family": "DejaVu Sans",  # comes with Matplotlib: the same figure on every machine
    "font.size": 7,
    "axes.labelsize": 7,
    "axes.titlesize": 7,
    "xtick.labelsize": 6.5,
    "ytick.labelsize": 6.5,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.minor.size": 1.5,
    "ytick.minor.size": 1.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "lines.linewidth": 0.9,
    "lines.solid_joinstyle": "round",
    "agg.path.chunksize": 20_000,
    "savefig.facecolor": "white",
    "pdf.fonttype": 42,
    "svg.fonttype": "none",
    "svg.hashsalt": "quspike",
}


class RunFigure(Figure):
    """A figure outside pyplot's global state, which a notebook nevertheless shows."""

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        buffer = io.BytesIO()
        with styled():
            self.savefig(buffer, format="png", dpi=SCREEN_DPI)
        width, height = self.get_size_inches() * 130
        return buffer.getvalue(), {"width": int(width), "height": int(height)}


@contextmanager
def styled() -> Iterator[None]:
    """quspike's settings inside the block; the user's own are untouched."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(RC)
        yield


def stack(heights: list[float]) -> tuple[RunFigure, list[Axes]]:
    """A column of panels that share their x axis; heights in inches."""
    layout = ConstrainedLayoutEngine(h_pad=0.02, w_pad=0.02, hspace=0.0)
    figure = RunFigure(figsize=(COLUMN, sum(heights) + 0.35), dpi=SCREEN_DPI, layout=layout)
    axes = figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    for panel in axes[:-1]:
        panel.spines.bottom.set_visible(False)
        panel.tick_params(axis="x", bottom=False, labelbottom=False)
    return figure, list(axes)
