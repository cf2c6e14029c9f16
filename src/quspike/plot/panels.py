"""The panels of a run's figure: each draws one thing on one axis, and returns the names for its right margin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from quspike.plot.envelopes import input_envelopes
from quspike.plot.lines import draw_band, draw_line
from quspike.plot.margin import Label
from quspike.plot.style import CLASSICAL, INK, QUANTUM, QUIET, SERIES
from quspike.plot.traces import ensemble_mean, membrane_noise, membrane_trace, select
from quspike.result.engineering import human, scale
from quspike.result.expected_spikes import CLICKS, SUPERPOSED, drawn
from quspike.result.schema import BATCH
from quspike.result.spike_trains import spike_trains

DECADE = 10  # a memristance that spans this ratio is drawn on a logarithmic axis
ROWS_OF_AN_ENSEMBLE, THIN = 24, 0.2  # trajectories whose spikes are drawn, and the height of their rows
INERT = 1e-3  # a memristance that moves less than this is a flat line, not a magnified one
DOTTED = (0, (1, 1.5))
SPREAD = SERIES[0]  # of trajectories about their mean
REFERENCE: dict[str, Any] = {"linestyle": (0, (4, 2)), "linewidth": 0.6}


def draw_spikes(panel: Axes, ds: xr.Dataset, twin: xr.Dataset | None) -> list[Label]:
    """A row of ticks a neuron, the classical neuron's below it; of an ensemble a few trajectories, in thinner rows."""
    (factor, _), (start, end) = scale(ds.time.values, "s"), ds.time.values[[0, -1]]
    trains, classical = spike_trains(ds), spike_trains(twin) if twin is not None else {}
    rows: list[tuple[np.ndarray, float, float, str]] = []  # times, offset, thickness, colour
    labels: list[Label] = []
    top = 0.0
    for name, times in trains.items():
        shown = times[:ROWS_OF_AN_ENSEMBLE]
        thick = 1.0 if len(times) == 1 else THIN
        rows += [(train, top + thick * (0.5 + place), thick, QUANTUM) for place, train in enumerate(shown)]
        labels.append((_row_name(ds, name, twin is not None), top + thick * len(shown) / 2, QUANTUM))
        top += thick * len(shown)
        if name in classical:
            rows.append((np.concatenate(classical[name]), top + 0.5, 1.0, CLASSICAL))
            labels.append(("classical", top + 0.5, CLASSICAL))
            top += 1.0
    panel.eventplot(
        [times[(times >= start) & (times <= end)] * factor for times, *_ in rows],
        colors=[colour for *_, colour in rows],
        lineoffsets=[offset for _, offset, *_ in rows],
        linelengths=[0.7 * thick if thick == 1.0 else thick for _, _, thick, _ in rows],
        linewidths=0.8,
        clip_on=False,
    )
    panel.set_ylim(top + 0.1, -0.1)
    panel.set_yticks([])
    panel.spines.left.set_visible(False)
    return labels


def draw_expected(panel: Axes, ds: xr.Dataset, twin: xr.Dataset | None) -> list[Label]:
    """Spikes that did not happen one by one: the rate of clicks, or the chance in each bin; classical ticks below."""
    factor, labels = scale(ds.time.values, "s")[0], []
    variable = ds[CLICKS] if CLICKS in ds else ds[SUPERPOSED]
    per, unit = scale(variable.values, "Hz") if CLICKS in ds else (1.0, "")
    for place, name in enumerate(np.atleast_1d(ds.neuron.values)):
        level, colour = select(variable, "neuron", name).values * per, [QUANTUM, *SERIES][place % (len(SERIES) + 1)]
        if CLICKS in ds:
            panel.plot(ds.time.values * factor, level, color=colour)
        else:
            half = 0.5 * float(ds.bin[1] - ds.bin[0]) if ds.bin.size > 1 else float(ds.bin[0])
            edges = np.append(ds.bin.values - half, ds.bin.values[-1] + half)
            panel.stairs(level, edges * factor, color=colour, linewidth=0.8, baseline=None)
        labels.append((_row_name(ds, str(name), twin is not None), float(level[-1]), colour))
    for train in [] if twin is None else [times for own in spike_trains(twin).values() for times in own]:
        tick = 0.2 * float(np.max(variable)) * per
        panel.vlines(train * factor, 0, tick, color=CLASSICAL, linewidth=0.8)
        labels += [("classical", tick / 2, CLASSICAL)] if len(train) else []
    panel.set_ylim(bottom=0)
    _label(panel, "rate" if CLICKS in ds else "p(spike)", unit)
    panel.yaxis.set_major_locator(MaxNLocator(nbins=3, steps=[1, 2, 5, 10]))
    return labels


def spike_rows(ds: xr.Dataset, twin: xr.Dataset | None) -> float:
    """How many rows `draw_spikes` fills, in rows of a single train."""
    trajectories = min(ds.sizes.get(BATCH, 1), ROWS_OF_AN_ENSEMBLE)
    each = 1.0 if BATCH not in ds.dims else THIN * trajectories
    return ds.neuron.size * (each + (twin is not None))


def _row_name(ds: xr.Dataset, neuron: str, has_twin: bool) -> str:
    if ds.neuron.size > 1:
        return neuron
    if ds.sizes.get(BATCH, 1) > ROWS_OF_AN_ENSEMBLE:
        return f"{ROWS_OF_AN_ENSEMBLE} of {ds.sizes[BATCH]}"
    return "quantum" if has_twin else "spikes"


def draw_input(panel: Axes, ds: xr.Dataset, twin: xr.Dataset | None) -> list[Label]:
    """What each source delivers; of a carrier that the saved times do not resolve, its envelope.

    Sources that deliver nothing beside others, the batteries of ion channels say, are left out.
    """
    current, carriers = input_envelopes(ds)
    current = _delivering(current)
    labels = [
        (f"{name}, {human(carriers[name], 'Hz', 3)}" if name in carriers else name, level, colour)
        for name, level, colour in _lines(panel, current, "source", "A", [INK, *SERIES])
    ]
    _label(panel, "I", scale(current.values, "A")[1])
    panel.yaxis.set_major_locator(MaxNLocator(nbins=3, steps=[1, 2, 5, 10]))
    return labels


def _delivering(current: xr.DataArray) -> xr.DataArray:
    """The sources that ever deliver something; all of them where none does."""
    if "source" not in current.dims:
        return current
    busy = (current != 0).any([dim for dim in current.dims if dim != "source"]).values
    return current.isel(source=busy) if busy.any() else current


def draw_membrane(panel: Axes, ds: xr.Dataset, twin: xr.Dataset | None, neuron: str) -> list[Label]:
    """⟨membrane⟩ with its noise, the threshold, and the classical membrane dashed.

    The noise of a single run is a band of one standard deviation; of an ensemble, two bands and one trajectory.
    """
    time, level, spread = membrane_trace(ds, neuron)
    threshold = float(select(ds.v_threshold, "neuron", neuron))
    (per_s, _), (factor, unit) = scale(ds.time.values, "s"), scale([*level, threshold], "V")
    ends = [("threshold", threshold * factor, QUIET)]
    panel.axhline(threshold * factor, color=QUIET, linewidth=0.6, linestyle=DOTTED, zorder=1)
    if BATCH in ds.dims:
        ends += _draw_ensemble(panel, ds, neuron, level, (per_s, factor))
    elif spread is not None:
        _band(panel, time * per_s, level * factor, spread * factor)
        ends.append(("⟨V⟩ ± σ", float(level[-1]) * factor, QUANTUM))
    draw_line(panel, time * per_s, level * factor, color=QUANTUM)
    if twin is not None:
        time, level, _ = membrane_trace(twin, neuron)
        draw_line(panel, time * per_s, level * factor, color=CLASSICAL, **REFERENCE)
        if not drawn(ds):  # elsewhere its row of spikes is named
            ends.append(("classical", float(level[-1]) * factor, CLASSICAL))
    seen = str(select(ds.neuron_membrane, "neuron", neuron).values)
    _label(panel, {"voltage": "V"}.get(seen, seen) if ds.neuron.size == 1 else neuron, unit)
    panel.yaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 5, 10]))
    return ends


def _draw_ensemble(
    panel: Axes, ds: xr.Dataset, neuron: str, mean: np.ndarray, scales: tuple[float, float]
) -> list[Label]:
    """How far the trajectories are from each other; around that the width of each state; and the first trajectory."""
    per_s, factor = scales
    apart, states = membrane_noise(ds, neuron)
    time, mean, apart = ds.time.values * per_s, mean * factor, apart * factor
    ends: list[Label] = []
    if states is not None:
        whole = np.sqrt(apart**2 + (states * factor) ** 2)
        draw_band(panel, time, mean, whole, color=QUANTUM, alpha=0.25, linewidth=0)
        ends.append(("+ σ of each", mean[-1] + whole[-1], QUANTUM))
    draw_band(panel, time, mean, apart, color=SPREAD, alpha=0.35, linewidth=0)
    seen = str(select(ds.neuron_membrane, "neuron", neuron).values)
    ends += [
        ("⟨V⟩" if seen == "voltage" else "mean", mean[-1], QUANTUM),
        ("± trajectories", mean[-1] - apart[-1], SPREAD),
    ]
    at, level, _ = membrane_trace(ds.isel({BATCH: 0}), neuron)
    panel.plot(at * per_s, level * factor, color=INK, linewidth=0.35, alpha=0.7)
    ends.append(("one of them", float(level[-1]) * factor, INK))
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
