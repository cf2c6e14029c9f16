"""Several methods on one neuron: membranes, memristances and noise over the same time, and what is between them."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from quspike.plot.lines import draw_line
from quspike.plot.margin import name_lines
from quspike.plot.run_figure import _time_axis
from quspike.plot.style import CLASSICAL, QUANTUM, QUIET, SERIES, RunFigure, stack, styled
from quspike.result.engineering import scale

ROW = 0.13  # inch, one row of spikes
MEMBRANE, MEMRISTANCE, NOISE, APART = 1.1, 0.8, 0.7, 0.7
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (2, 1.2)), (0, (1, 1)), (0, (4, 1, 1, 1)))
MANY = 100  # spikes from which on ticks are drawn thin


def plot_comparison(ds: xr.Dataset) -> RunFigure:
    """Spike rows of each method, ⟨membrane⟩, memristance, σ(V), and ⟨V⟩ less that of the last method.

    The last method is the one that the others are measured against: list the most trusted one last.
    """
    looks = looks_of([str(label) for label in ds.rung.values])
    panels = _panels(ds)
    with styled():
        figure, axes = stack([height for height, _ in panels])
        _time_axis(axes[-1], ds)
        for panel, (height, draw) in zip(axes, panels, strict=True):
            draw(panel, ds, looks, height)
        _legend(figure, axes[0], looks)
        figure.align_ylabels(axes)
        figure.draw_without_rendering()
    return figure


def looks_of(labels: list[str]) -> dict[str, dict[str, Any]]:
    """Colour and dash of each method: no two alike, in colour or in grey."""
    colours = {"classical": CLASSICAL}
    rest = iter([QUANTUM, *SERIES, *SERIES])
    return {
        label: {"color": colours.get(label) or next(rest), "linestyle": DASHES[k % len(DASHES)], "linewidth": 0.9}
        for k, label in enumerate(labels)
    }


def _panels(ds: xr.Dataset) -> list[tuple[float, Any]]:
    panels: list[tuple[float, Any]] = []
    if ds.neuron.size and ds.spike_time.size:
        panels.append((ROW * (ds.sizes["rung"] + 0.5), _draw_spikes))
    panels.append((MEMBRANE, _draw_membrane))
    if ds.element.size:
        panels.append((MEMRISTANCE, _draw_memristance))
    if (ds.voltage_std > 0).any():
        panels.append((NOISE, _draw_noise))
    return [*panels, (APART, _draw_apart)]


def _legend(figure: RunFigure, panel: Axes, looks: dict[str, dict[str, Any]]) -> None:
    handles = [panel.plot([], [], label=label, **look)[0] for label, look in looks.items()]
    figure.legend(handles=handles, loc="outside upper center", ncols=min(3, len(handles)), frameon=False, fontsize=6.5)


def _draw_spikes(panel: Axes, ds: xr.Dataset, looks: dict[str, dict[str, Any]], height: float) -> None:
    factor, _ = scale(ds.time.values, "s")
    trains = [ds.spike_time.values[ds.spike_rung.values == k] * factor for k in range(len(looks))]
    colours = [look["color"] for look in looks.values()]
    widths = [0.8 if len(train) <= MANY else 0.15 for train in trains]
    panel.eventplot(trains, colors=colours, lineoffsets=range(len(trains)), linelengths=0.7, linewidths=widths)
    panel.set_ylim(len(trains) - 0.4, -0.6)
    panel.set_yticks([])
    panel.spines.left.set_visible(False)
    counts = np.asarray(ds.spike_count).sum(axis=-1)  # of an ensemble a mean, and the ticks are those of all
    name_lines(panel, [(f"{count:.3g}", k, colours[k]) for k, count in enumerate(counts)], height)


def _draw_membrane(panel: Axes, ds: xr.Dataset, looks: dict[str, dict[str, Any]], height: float) -> None:
    traces = ds.membrane.values[..., 0] if ds.neuron.size else ds.voltage.values[..., 0]
    _draw_traces(panel, ds, looks, traces, "V", "membrane" if ds.neuron.size else f"V({ds.node.values[0]})")
    if ds.neuron.size:
        panel.axhline(float(ds.v_threshold.values.flat[0]) * scale(traces, "V")[0], color=QUIET, linewidth=0.6)


def _draw_memristance(panel: Axes, ds: xr.Dataset, looks: dict[str, dict[str, Any]], height: float) -> None:
    _draw_traces(panel, ds, looks, ds.memristance.values[..., 0], "ohm", str(ds.element.values[0]))


def _draw_noise(panel: Axes, ds: xr.Dataset, looks: dict[str, dict[str, Any]], height: float) -> None:
    spread = ds.voltage_std.values[..., 0]
    _draw_traces(panel, ds, looks, np.where(np.any(spread > 0, axis=1, keepdims=True), spread, np.nan), "V", "σ(V)")


def _draw_apart(panel: Axes, ds: xr.Dataset, looks: dict[str, dict[str, Any]], height: float) -> None:
    apart = ds.voltage.values[..., 0] - ds.voltage.values[-1, ..., 0]
    *others, reference = looks
    _draw_traces(panel, ds, {label: looks[label] for label in others}, apart[:-1], "V", "Δ⟨V⟩")
    panel.axhline(0.0, color=looks[reference]["color"], linewidth=0.6)
    panel.set_title(f"less ⟨V⟩ of {reference}", loc="right", pad=1, fontsize=6.5, color=looks[reference]["color"])


def _draw_traces(
    panel: Axes, ds: xr.Dataset, looks: dict[str, dict[str, Any]], traces: np.ndarray, unit: str, name: str
) -> None:
    """One line a method (method, time), in the SI prefix that fits them all."""
    (time, _), (factor, label) = scale(ds.time.values, "s"), scale(traces, unit)
    for trace, look in zip(traces, looks.values(), strict=True):
        if np.all(np.isfinite(trace)):
            draw_line(panel, ds.time.values * time, trace * factor, **look)
    panel.set_ylabel(f"{name} ({label})" if label else name)
