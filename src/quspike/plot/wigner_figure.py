"""The Wigner functions that a run kept, above the membrane that they belong to."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import MaxNLocator

from quspike.plot.margin import Label, name_lines
from quspike.plot.panels import draw_membrane, draw_voltage
from quspike.plot.phase_space import PhaseSpace, draw_phase_space
from quspike.plot.style import CLASSICAL, INK, QUANTUM, SCREEN_DPI, RunFigure, styled
from quspike.plot.traces import membrane_trace
from quspike.result.engineering import scale
from quspike.result.twin import split

MOST = 6  # phase spaces in a figure
LETTERS = "abcdef"
SQUARE, LINE, MEMBRANE = 1.5, 0.75, 1.1  # inch: a phase space, what stands about it, the membrane below


def plot_wigner(ds: xr.Dataset) -> RunFigure:
    """Figure: W at up to six of the Wigner times, spread evenly, each with its letter on the membrane below.

    Colours and axes are the same in all. Raises InputError for a result without Wigner functions.
    """
    root, twin = split(ds)
    space = PhaseSpace(root)
    shown = shown_places(space.states.wigner_time.values, root.spike_time.values)
    with styled():
        layout = ConstrainedLayoutEngine(h_pad=0.03, w_pad=0.03, hspace=0.03, wspace=0.02)
        columns = min(len(shown), 3)
        rows = -(-len(shown) // columns)
        size = (max(columns * SQUARE + 0.9, 3.4), rows * (SQUARE + 0.2) + LINE + MEMBRANE)
        figure = RunFigure(figsize=size, dpi=SCREEN_DPI, layout=layout)
        grid = figure.add_gridspec(rows + 1, columns, height_ratios=[SQUARE] * rows + [MEMBRANE])
        panels = [figure.add_subplot(grid[divmod(k, columns)]) for k in range(len(shown))]
        images = [draw_phase_space(panel, space, int(index)) for panel, index in zip(panels, shown, strict=True)]
        _name(panels, space, shown, columns)
        draw_colours(figure, panels, images[0], space)
        below = figure.add_subplot(grid[rows, :])
        draw_trace(below, root, twin)
        mark_times(below, root, space.states.wigner_time.values[shown])
        figure.draw_without_rendering()  # settles the layout while the style holds
    return figure


def _name(panels: list[Axes], space: PhaseSpace, shown: np.ndarray, columns: int) -> None:
    """Letter and time above each; units at the left and the lower edge."""
    horizontal, vertical, _ = space.names
    times = space.states.wigner_time.values
    factor, unit = scale(times, "s")
    for place, (panel, index) in enumerate(zip(panels, shown, strict=True)):
        title = f"$\\bf{{{LETTERS[place]}}}$  {times[index] * factor:.3g} {unit}"
        panel.set_title(title if space.resonates else f"{title},  {space.width(int(index))}", loc="left", pad=3)
        if place + columns >= len(panels):
            last = place == len(panels) - 1
            panel.set_xlabel(f"{horizontal}\n{space.units}" if last else horizontal, labelpad=1)
        else:
            panel.tick_params(axis="x", labelbottom=False)
        if place % columns == 0:
            panel.set_ylabel(vertical, labelpad=1)
        else:
            panel.tick_params(axis="y", labelleft=False)


def draw_colours(figure: RunFigure, panels: list[Axes], image: AxesImage, space: PhaseSpace) -> None:
    """The bar of colours, symmetric about white."""
    bar = figure.colorbar(
        image, ax=panels, shrink=0.8, aspect=16, pad=0.015, extend="max" if space.darkest else "neither"
    )
    bar.set_label(space.names[2], labelpad=2)
    bar.outline.set_linewidth(0.5)
    bar.set_ticks(MaxNLocator(nbins=4, steps=[1, 2, 5, 10]))


def draw_trace(panel: Axes, ds: xr.Dataset, twin: xr.Dataset | None, height: float = MEMBRANE) -> None:
    """What the threshold sees over the run, or the node's voltage where there is no neuron; inches high."""
    if ds.neuron.size:
        labels = draw_membrane(panel, ds, twin, str(np.atleast_1d(ds.neuron.values)[0]))
        labels = [label for label in labels if label[0] == "threshold"] + _ends(ds, twin)
    else:
        labels = draw_voltage(panel, ds, twin)
    name_lines(panel, labels, height)
    factor, unit = scale(ds.time.values, "s")
    panel.set_xlim(float(ds.time[0]) * factor, float(ds.time[-1]) * factor)
    panel.set_xlabel(f"time ({unit})", labelpad=1)


def _ends(ds: xr.Dataset, twin: xr.Dataset | None) -> list[Label]:
    """Both membranes where they end."""
    factor, _ = volts_of(ds)
    ends = [("quantum", float(ds.membrane[-1, 0]) * factor, QUANTUM)]
    return ends if twin is None else [*ends, ("classical", float(twin.membrane[-1, 0]) * factor, CLASSICAL)]


def volts_of(ds: xr.Dataset) -> tuple[float, str]:
    """The scale of the trace."""
    return scale([*(ds.membrane if ds.neuron.size else ds.voltage).values.ravel(), *ds.v_threshold.values], "V")


def trace_at(ds: xr.Dataset, times: np.ndarray) -> np.ndarray:
    """The same line at these times, V: between saved times too, on the right side of a spike."""
    if not ds.neuron.size:
        return np.interp(times, ds.time.values, ds.voltage.values[:, 0])
    time, level, _ = membrane_trace(ds, str(ds.neuron.values[0]))
    return np.interp(times, time, level)


def shown_places(times: np.ndarray, spikes: np.ndarray) -> np.ndarray:
    """At most six of the times, spread evenly, with the last before the first spike and the first after it."""
    places = np.unique(np.linspace(0, len(times) - 1, MOST).round().astype(int))
    if len(times) <= MOST or not len(spikes):
        return places
    after = int(np.searchsorted(times, spikes[0]))
    for wanted in (after - 1, after):
        if 0 < wanted < len(times) - 1 and wanted not in places:
            free = [k for k in range(1, len(places) - 1) if places[k] not in (after - 1, after)]
            places[min(free, key=lambda k: abs(places[k] - wanted))] = wanted
            places.sort()
    return places


def mark_times(panel: Axes, ds: xr.Dataset, times: np.ndarray) -> None:
    """A dot with its letter at each of the times."""
    (per_s, _), (factor, _) = scale(ds.time.values, "s"), volts_of(ds)
    for letter, time, level in zip(LETTERS, times * per_s, trace_at(ds, times) * factor, strict=False):
        panel.plot(time, level, "o", color=INK, markersize=3, markeredgewidth=0, clip_on=False, zorder=5)
        panel.annotate(
            f"$\\bf{{{letter}}}$", (time, level), (-3, 3), textcoords="offset points", color=INK, ha="right",
            va="bottom", zorder=5,
        )  # fmt: skip
