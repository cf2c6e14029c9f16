"""The panels of a run's figure: each draws one thing on one axis, and returns the names for its right margin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from quspike.plot.lines import draw_band, draw_line
from quspike.plot.margin import Label
from quspike.plot.style import CLASSICAL, INK, QUANTUM, QUIET, SERIES
from quspike.plot.traces import ensemble_mean, membrane_trace, select
from quspike.result.engineering import scale
from quspike.result.spike_trains import spike_trains

DECADE = 10  # a memristance that spans this ratio is drawn on a logarithmic axis
INERT = 1e-3  # a memristance that moves less than this is a flat line, not a magnified one
DOTTED = (0, (1, 1.5))
REFERENCE: dict[str, Any] = {"linestyle": (0, (4, 2)), "linewidth": 0.6}


def draw_spikes(panel: Axes, ds: xr.Dataset, twin: xr.Dataset | None) -> list[Label]:
    """A row of ticks a neuron, the classical neuron's below it."""
    (factor, _), (start, end) = scale(ds.time.values, "s"), ds.time.values[[0, -1]]
    rows: list[tuple[str, str, np.ndarray]] = []
    trains, classical = spike_trains(ds), spike_trains(twin) if twin is not None else {}
    for name, times in trains.items():
        rows.append((_row_name(ds, name, twin is not None), QUANTUM, np.concatenate(times)))
        if name in classical:
            rows.append(("classical", CLASSICAL, np.concatenate(classical[name])))
    panel.eventplot(
        [times[(times >= start) & (times <= end)] * factor for *_, times in rows],
        colors=[colour for _, colour, _ in rows],
        lineoffsets=range(len(rows)),
        linelengths=0.7,
        linewidths=0.8,
        clip_on=False,
    )
    panel.set_ylim(len(rows) - 0.4, -0.6)
    panel.set_yticks([])
    panel.spines.left.set_visible(False)
    return [(name, height, colour) for height, (name, colour, _) in enumerate(rows)]


def _row_name(ds: xr.Dataset, neuron: str, has_twin: bool) -> str:
    if ds.neuron.size > 1:
        return neuron
    return "quantum" if has_twin else "spikes"


def draw_input(panel: Axes, ds: xr.Dataset, twin: xr.Dataset | None) -> list[Label]:
    """What each source delivers."""
    labels = _lines(panel, ensemble_mean(ds.input_current), "source", "A", [INK, *SERIES])
    _label(panel, "I", scale(ds.input_current.values, "A")[1])
    panel.yaxis.set_major_locator(MaxNLocator(nbins=3, steps=[1, 2, 5, 10]))
    return labels


def draw_membrane(panel: Axes, ds: xr.Dataset, twin: xr.Dataset | None, neuron: str) -> list[Label]:
    """⟨membrane⟩ with a band of one standard deviation, the threshold, and the classical membrane dashed."""
    time, level, spread = membrane_trace(ds, neuron)
    threshold = float(select(ds.v_threshold, "neuron", neuron))
    (per_s, _), (factor, unit) = scale(ds.time.values, "s"), scale([*level, threshold], "V")
    ends = [("threshold", threshold * factor, QUIET)]
    panel.axhline(threshold * factor, color=QUIET, linewidth=0.6, linestyle=DOTTED, zorder=1)
    if spread is not None:
        _band(panel, time * per_s, level * factor, spread * factor)
        ends.append(("⟨V⟩ ± σ", float(level[-1]) * factor, QUANTUM))
    draw_line(panel, time * per_s, level * factor, color=QUANTUM)
    if twin is not None:
        time, level, _ = membrane_trace(twin, neuron)
        draw_line(panel, time * per_s, level * factor, color=CLASSICAL, **REFERENCE)
    seen = str(select(ds.neuron_membrane, "neuron", neuron).values)
    _label(panel, {"voltage": "V"}.get(seen, seen) if ds.neuron.size == 1 else neuron, unit)
    panel.yaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 5, 10]))
    return ends


def draw_voltage(panel: Axes, ds: xr.Dataset, twin: xr.Dataset | None) -> list[Label]:
    """Node voltages of a circuit without a neuron; of a single node, with its standard deviation."""
    mean, spread = ensemble_mean(ds.voltage), ensemble_mean(ds.voltage_std)
    (per_s, _), (factor, unit) = scale(ds.time.values, "s"), scale(mean.values, "V")
    if ds.node.size == 1 and bool((spread > 0).any()):
        flat = (ds.time.values * per_s, mean.values.ravel() * factor, spread.values.ravel() * factor)
        _band(panel, *flat)
    labels = _lines(panel, mean, "node", "V", [QUANTUM, *SERIES], twin.voltage if twin is not None else None)
    if twin is not None:
        labels.append(("classical", float(twin.voltage.values.ravel()[-1]) * factor, CLASSICAL))
    _label(panel, "V", unit)
    return labels


def draw_memristance(panel: Axes, ds: xr.Dataset, twin: xr.Dataset | None) -> list[Label]:
    """Each memristance, on a logarithmic axis when it spans a decade; the classical one dashed."""
    reference = twin.memristance if twin is not None else None
    labels = _lines(panel, ensemble_mean(ds.memristance), "element", "ohm", SERIES, reference)
    factor, unit = scale(ds.memristance.values, "ohm")
    _label(panel, "M", unit)
    _resistance_axis(panel, float(ds.memristance.min()) * factor, float(ds.memristance.max()) * factor)
    return labels


def _resistance_axis(panel: Axes, low: float, high: float) -> None:
    """Logarithmic over a decade; from zero if the line falls by half or does not move; else about the line."""
    if low > 0 and high / low >= DECADE:
        panel.set_yscale("log")
        panel.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if high < DECADE**2 * low else (1.0,)))
        panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        panel.yaxis.set_minor_locator(NullLocator())
        return
    if low < high / 2 or high - low < INERT * high:
        panel.set_ylim(min(0.0, low), 1.15 * high)
    panel.yaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]))


def _lines(
    panel: Axes,
    variable: xr.DataArray,
    dim: str,
    unit: str,
    colours: Sequence[str],
    reference: xr.DataArray | None = None,
) -> list[Label]:
    """One line a name along `dim`, in a colour of its own; dashed the classical one. The names, for the margin."""
    (per_s, _), (factor, _) = scale(variable.time.values, "s"), scale(variable.values, unit)
    time, ends = variable.time.values * per_s, []
    for place, name in enumerate(np.atleast_1d(variable[dim].values)):
        line, colour = select(variable, dim, name).values * factor, colours[place % len(colours)]
        draw_line(panel, time, line, edges=dim == "source", color=colour)
        if reference is not None:
            draw_line(panel, time, select(reference, dim, name).values * factor, color=CLASSICAL, **REFERENCE)
        ends.append((str(name), float(line[-1]), colour))
    panel.margins(y=0.12)
    return ends


def _band(panel: Axes, time: np.ndarray, level: np.ndarray, spread: np.ndarray) -> None:
    draw_band(panel, time, level, spread, color=QUANTUM, alpha=0.22, linewidth=0)


def _label(panel: Axes, symbol: str, unit: str) -> None:
    panel.set_ylabel(f"{symbol} ({unit})" if unit else symbol)
