"""One run in one column: spikes, input, membrane and memristance over the same time."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from quspike.plot.margin import name_lines
from quspike.plot.panels import (
    draw_expected,
    draw_input,
    draw_membrane,
    draw_memristance,
    draw_spikes,
    draw_voltage,
    spike_rows,
)
from quspike.plot.style import RunFigure, stack, styled
from quspike.result.engineering import scale
from quspike.result.expected_spikes import drawn
from quspike.result.twin import split

ROW = 0.13  # inch, one row of spikes
EXPECTED, INPUT, MEMBRANE, MEMRISTANCE = 0.6, 0.5, 1.15, 0.8


def plot_run(ds: xr.Dataset) -> RunFigure:
    """Figure of a result: spike rows, input current, ⟨membrane⟩ ± σ with its threshold, memristance.

    Of an ensemble the membrane's noise is drawn in its two parts, the scatter of the trajectories and the width of each
    one's state around it.

    The classical neuron, if the run had one, is dashed. Times, voltages, currents and resistances take the SI prefix
    that fits them.
    """
    root, twin = split(ds)
    panels = _panels(root, twin)
    with styled():
        figure, axes = stack([height for height, *_ in panels])
        _time_axis(axes[-1], root)
        for panel, (height, draw, arguments) in zip(axes, panels, strict=True):
            name_lines(panel, draw(panel, root, twin, *arguments), height)
        figure.align_ylabels(axes)
        figure.draw_without_rendering()  # settles the layout while the style holds
    return figure


def _panels(ds: xr.Dataset, twin: xr.Dataset | None) -> list[tuple[float, Any, tuple[str, ...]]]:
    """Height in inches, how to draw it, and of whom, from top to bottom."""
    neurons = [str(name) for name in np.atleast_1d(ds.neuron.values)]
    panels: list[tuple[float, Any, tuple[str, ...]]] = []
    if neurons:
        rows = ROW * (spike_rows(ds, twin) + 0.5)
        panels.append((rows, draw_spikes, ()) if drawn(ds) else (EXPECTED, draw_expected, ()))
    if ds.source.size:
        panels.append((INPUT, draw_input, ()))
    panels += [(MEMBRANE, draw_membrane, (name,)) for name in neurons]
    panels += [] if neurons else [(MEMBRANE, draw_voltage, ())]
    if ds.element.size:
        panels.append((MEMRISTANCE, draw_memristance, ()))
    return panels


def _time_axis(panel: Axes, ds: xr.Dataset) -> None:
    factor, unit = scale(ds.time.values, "s")
    panel.set_xlim(float(ds.time[0]) * factor, float(ds.time[-1]) * factor)
    panel.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
    panel.set_xlabel(f"time ({unit})")
