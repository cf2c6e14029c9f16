"""Spikes of many trajectories: a row of ticks each, and above them the rate of all together."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from quspike.analysis.firing_rate import time_histogram
from quspike.errors import InputError
from quspike.plot.margin import Label, name_lines
from quspike.plot.style import CLASSICAL, INK, QUANTUM, QUIET, SERIES, RunFigure, stack, styled
from quspike.result.engineering import scale
from quspike.result.expected_spikes import drawn
from quspike.result.spike_trains import spike_trains
from quspike.result.twin import split

MOST_ROWS = 60  # of a neuron; more would run together on the page
ROW, LEAST, RATE = 0.022, 0.35, 0.7  # inch: a trajectory's row, the least of a neuron's panel, the panel of rates
FINEST, COARSEST, SPIKES = 300, 60, 8  # bins of the rate, and the spikes that each should hold
COLOURS = (QUANTUM, *SERIES)


def plot_raster(ds: xr.Dataset) -> RunFigure:
    """A panel of ticks a neuron, at most MOST_ROWS trajectories of it, with the classical spikes as a row of their own.

    Above, where there are trajectories: the rate of all in bins as fine as their number allows, ± its standard error.

    Raises
    ------
    InputError : a circuit without a neuron.
    """
    root, twin = split(ds)
    trains = spike_trains(root)
    if not trains:
        raise InputError("kind", "raster", "must be another one: this circuit has no neuron")
    if not drawn(root):
        raise InputError(
            "kind", "raster", "must be another one: these spikes are expected, or superposed, and none has happened"
        )
    classical = {} if twin is None else {name: own[0] for name, own in spike_trains(twin).items()}
    rows = {name: min(len(own), MOST_ROWS) for name, own in trains.items()}
    heights = [max(LEAST, ROW * number + (name in classical) * 0.1) for name, number in rows.items()]
    silent = not any(len(train) for own in trains.values() for train in own)
    rates = [RATE] if any(len(own) > 1 for own in trains.values()) and not silent else []
    factor, unit = scale(root.time.values, "s")
    with styled():
        figure, axes = stack(rates + heights)
        if rates:
            name_lines(axes[0], _rates(axes[0], trains, root.time.values), RATE)
        for panel, (name, own), height, colour in zip(
            axes[len(rates) :], trains.items(), heights, COLOURS * len(trains), strict=False
        ):
            name_lines(panel, _ticks(panel, own, classical.get(name), root.time.values, colour), height)
            panel.set_ylabel(name if len(trains) > 1 else "trajectory" if height > 2 * LEAST else "")
        axes[-1].set_xlim(*(root.time.values[[0, -1]] * factor))
        axes[-1].xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
        axes[-1].set_xlabel(f"time ({unit})")
        figure.align_ylabels(axes)
        figure.draw_without_rendering()
    return figure


def _ticks(
    panel: Axes, trains: list[np.ndarray], classical: np.ndarray | None, time: np.ndarray, colour: str
) -> list[Label]:
    """The rows of one neuron, the first on top; the classical one below all, thicker."""
    shown = trains[:MOST_ROWS]
    factor, (start, stop) = scale(time, "s")[0], time[[0, -1]]
    inside = [train[(train >= start) & (train <= stop)] * factor for train in shown]
    panel.eventplot(inside, colors=colour, lineoffsets=range(len(shown)), linelengths=0.9, linewidths=0.7)
    few = f"{len(shown)} of {len(trains)}" if len(trains) > len(shown) else "quantum" if classical is not None else ""
    labels = [(few, (len(shown) - 1) / 2, colour)] if few else []
    bottom = len(shown) - 0.4
    if classical is not None:
        thick = max(len(shown) / 12, 0.9)
        classical = classical[(classical >= start) & (classical <= stop)] * factor
        panel.eventplot(
            [classical], colors=CLASSICAL, lineoffsets=bottom + 0.7 * thick, linelengths=thick, linewidths=0.9
        )
        labels.append(("classical", bottom + 0.7 * thick, CLASSICAL))
        bottom += 1.4 * thick
    if not any(len(train) for train in inside):
        panel.text(
            0.5,
            (len(shown) - 1) / 2,
            "no spikes",
            transform=panel.get_yaxis_transform(),
            ha="center",
            va="center",
            color=QUIET,
        )
    panel.set_ylim(bottom, -0.6)
    panel.set_yticks([])
    panel.spines.left.set_visible(False)
    return labels


def _rates(panel: Axes, trains: dict[str, list[np.ndarray]], time: np.ndarray) -> list[Label]:
    """Of all trajectories, a staircase with its band."""
    factor = scale(time, "s")[0]
    most = max(sum(len(train) for train in own) for own in trains.values())
    bins = min(max(most // SPIKES, COARSEST), FINEST)
    found = {name: time_histogram(own, bins, time[0], time[-1]) for name, own in trains.items()}
    per, unit = scale(max(rate.rate.max() for rate in found.values()), "Hz")
    labels = []
    for (name, rate), colour in zip(found.items(), COLOURS * len(found), strict=False):
        at, mean, error = rate.time * factor, rate.rate * per, rate.error * per
        panel.step(at, mean, where="mid", color=colour if len(found) > 1 else INK, linewidth=0.8)
        panel.fill_between(at, mean - error, mean + error, step="mid", color=colour, alpha=0.3, linewidth=0)
        if len(found) > 1:
            labels.append((name, float(mean[-1]), colour))
    panel.set_ylabel(f"rate ({unit})")
    panel.set_ylim(bottom=0)
    panel.yaxis.set_major_locator(MaxNLocator(nbins=3, steps=[1, 2, 5, 10]))
    return labels
