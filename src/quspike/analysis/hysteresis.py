"""Hysteresis of a driven circuit: the I–V loop of each leak over one period of a sine, and its measures (`loop.py`).

A loop begins where V rises through zero, so that a pinched one begins and ends in its pinch. Between the saved points
V and I are cubic splines in time; the zeros of V, and the peaks of both, are corners of the loop.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from quspike.analysis.element_trace import ElementTrace, check_current, element_traces
from quspike.analysis.loop import LoopMeasures, measure_loop
from quspike.analysis.loop_text import loop_text
from quspike.analysis.sine_drive import SineDrive, sine_drive, warn_of_averaging
from quspike.errors import InputError
from quspike.result.schema import BATCH
from quspike.run.load import load, parse_run
from quspike.run.schema import Run
from quspike.units import format_si

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

    from quspike.analysis.frequency_sweep import FrequencySweep

POINTS = 2000  # corners of a loop, beside the marked ones: a polygon with these falls short of its curve by about 1e-5
SAMPLES = 400  # saved points a period of a run made here
FEWEST_SAMPLES = 50  # a period: a spline through fewer is not the curve
ROUNDING = 1e-9  # of a period


@dataclass(frozen=True, eq=False)
class Loop:
    """One period: time (N,) [s], voltage (N,) [V], current (N,) [A], ends included."""

    time: np.ndarray
    voltage: np.ndarray
    current: np.ndarray

    def measures(self, **scales: float) -> LoopMeasures:
        """Its measures; scales as in `measure_loop`."""
        return measure_loop(self.voltage, self.current, **scales)


@dataclass(frozen=True, repr=False)
class Hysteresis:
    """The loops of one element: in the first period of the drive, and in the last, where it has settled.

    frequency : Hz. periods : how many the run holds. `settled.gap` tells how far from closed the last loop still is.
    Printing it prints the measures.
    """

    element: str
    frequency: float
    periods: int
    first: LoopMeasures
    settled: LoopMeasures
    first_loop: Loop = field(compare=False)
    settled_loop: Loop = field(compare=False)

    def __repr__(self) -> str:
        return loop_text(self)

    def plot(
        self, path: str | Path | None = None, *, sweep: FrequencySweep | None = None, force: bool = False
    ) -> Figure:
        """The settled loop, with a sweep its collapse below it; written to `path` (.png, .svg, .pdf) if given."""
        from quspike.plot import plot_hysteresis, save

        figure = plot_hysteresis(self, sweep)
        if path is not None:
            save(figure, path, force=force)
        return figure

    def to_dict(self) -> dict[str, Any]:
        """The measures as plain numbers, lists and text, SI."""
        return {
            "element": self.element,
            "frequency": self.frequency,
            "periods": self.periods,
            "first": self.first.to_dict(),
            "settled": self.settled.to_dict(),
        }


def hysteresis(what: Run | xr.Dataset | str | Path, *, current: str = "element") -> dict[str, Hysteresis]:
    """The I–V loops of every memristor and resistor of a sine-driven circuit, by name.

    Parameters
    ----------
    what : a run or a run file, which is simulated with enough saved points, or the Dataset of one.
    current : "element", or "whole" for all that leaves the node by the one memristor, by Kirchhoff's law.

    Raises
    ------
    InputError : the drive is no sine, the run is shorter than its period, too few points were saved, or a spike cuts a
        loop.
    ValidityWarning : the method averages the memristance over the carrier that drives it.
    """
    given = load(what) if isinstance(what, str | Path) else what
    run, result = (given, None) if isinstance(given, Run) else (_run_of(given), given)
    drive = sine_drive(run)
    check_current(run, current)
    warn_of_averaging(run)
    if result is None:
        from quspike.run.simulate import run as simulate

        run = finely_saved(run, drive.frequency)
        result = simulate(run)
    _refuse(result, drive)
    traces = element_traces(run, result, current)
    return {name: measure_trace(trace, drive) for name, trace in traces.items()}


def finely_saved(run: Run, frequency: float) -> Run:
    """The same run, with enough saved points a period and no classical neuron beside it."""
    return run.replace(save_every=min(run.save_every, 1 / (SAMPLES * frequency)), classical=False)


def measure_trace(trace: ElementTrace, drive: SineDrive) -> Hysteresis:
    """The first and the last loop of one element's trace."""
    first, settled = cut_loops(trace, drive)
    periods = int((trace.time[-1] - drive.start) / drive.period * (1 + ROUNDING))
    return Hysteresis(trace.element, drive.frequency, periods, first.measures(), settled.measures(), first, settled)


def cut_loops(trace: ElementTrace, drive: SineDrive) -> tuple[Loop, Loop]:
    """The first and the last loop since the drive began."""
    from scipy.interpolate import CubicSpline

    during = trace.time >= drive.start - ROUNDING * drive.period
    time = trace.time[during]
    voltage, current = (CubicSpline(time, values[during]) for values in (trace.voltage, trace.current))
    zeros = voltage.roots(extrapolate=False)
    zeros = np.unique(zeros[np.isfinite(zeros)])
    found = windows(zeros[voltage(zeros, 1) > 0], time[0], time[-1], drive.period)
    first, settled = (_loop(voltage, current, begin, end, zeros) for begin, end in (found[0], found[-1]))
    return first, settled


def windows(rising: np.ndarray, start: float, stop: float, period: float) -> list[tuple[float, float]]:
    """Where each loop begins and ends: at zeros of V a period apart, give or take a quarter while V still settles.

    Without such zeros (a drive with an offset): the first and the last whole period.
    """
    found = []
    for begin in rising:
        end = rising[np.argmin(np.abs(rising - begin - period))]
        if abs(end - begin - period) < period / 4:
            found.append((float(begin), float(end)))
    return found or [(start, min(start + period, stop)), (max(stop - period, start), stop)]


def _loop(voltage: Any, current: Any, begin: float, end: float, zeros: np.ndarray) -> Loop:
    """The corners of the loop between two times: evenly spaced, and at the zeros of V and the peaks of V and I."""
    peaks = [curve.derivative().roots(extrapolate=False) for curve in (voltage, current)]
    marked = np.concatenate([zeros, *peaks])
    marked = np.unique(marked[(marked >= begin) & (marked <= end)])
    regular = np.linspace(begin, end, POINTS + 1)
    distance = np.min(np.abs(regular[:, None] - marked), axis=1, initial=np.inf)
    time = np.union1d(regular[distance > ROUNDING * (end - begin)], marked)
    return Loop(time, np.where(np.isin(time, zeros), 0.0, voltage(time)), current(time))


def _run_of(ds: xr.Dataset) -> Run:
    """The run that a Dataset came from."""
    if "config" not in getattr(ds, "attrs", {}):
        raise InputError("what", type(ds).__name__, "must be a run, a run file, or a result of quspike")
    return parse_run(ds.attrs["config"], "config of the result")


def _refuse(ds: xr.Dataset, drive: SineDrive) -> None:
    if BATCH in ds.dims:
        raise InputError(
            "ds", f"{ds.sizes[BATCH]} trajectories", "must be one: select a trajectory, or take their mean"
        )
    if ds.sizes["spike"]:
        raise InputError(
            "[neuron]", f"{ds.sizes['spike']} spikes", "must not fire, as a reset cuts the loop: leave the neuron out"
        )
    spacing = float(np.max(np.diff(ds.time)))
    if spacing * FEWEST_SAMPLES > drive.period:
        most = format_si(drive.period / FEWEST_SAMPLES, "time")
        raise InputError(
            "[run] save_every", format_si(spacing, "time"), f"must be ≤ {most} for a loop at this frequency"
        )
