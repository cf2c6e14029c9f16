"""The same circuit driven faster and faster: a memory that cannot follow leaves a straight line.

    A/V₀I₀ → (4/3) |d ln W/dφ| V₀/ω   as ω → ∞, for a memory that follows the flux

so the area falls as 1/ω where V₀ is held, and as 1/ω² where the membrane's capacitor shunts a driving current
(V₀ ∝ 1/ω). With V = V₀ sin θ, W = W₀ − W′ (V₀/ω) cos θ, a lobe is ∫₀^π W′ (V₀³/ω) sin θ cos² θ dθ.

One compiled solver serves all frequencies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from quspike.analysis.element_trace import ElementTrace, check_current, element_traces
from quspike.analysis.hysteresis import SAMPLES, Hysteresis, finely_saved, measure_trace
from quspike.analysis.loop_text import sweep_text
from quspike.analysis.sine_drive import SineDrive, sine_drive, warn_of_averaging
from quspike.drives.sine import Sine
from quspike.errors import ConvergenceError, InputError
from quspike.run.load import load
from quspike.run.schema import Run

if TYPE_CHECKING:
    from quspike.methods.method import Solution
    from quspike.run.compile import Problem

MOST_POINTS = 1_000_000  # saved in one sweep's run: beyond this the frequencies lie too far apart for one grid
HALVINGS = 6  # of the step before the sweep is given up


@dataclass(frozen=True, repr=False)
class FrequencySweep:
    """One element's loops by frequency, ascending. Printing it prints their areas."""

    element: str
    loops: tuple[Hysteresis, ...]

    def __repr__(self) -> str:
        return sweep_text(self)

    @property
    def frequencies(self) -> np.ndarray:
        """f (K,), Hz."""
        return np.array([loop.frequency for loop in self.loops])

    @property
    def scaled_areas(self) -> np.ndarray:
        """A/V₀I₀ of the settled loops (K,), each on its own peaks V₀ and I₀."""
        return np.array([loop.settled.scaled_area for loop in self.loops])

    @property
    def exponents(self) -> np.ndarray:
        """d ln(A/V₀I₀)/d ln f between neighbouring frequencies (K − 1,)."""
        return np.diff(np.log(self.scaled_areas)) / np.diff(np.log(self.frequencies))

    @property
    def exponent(self) -> float:
        """p between the two highest frequencies."""
        return float(self.exponents[-1])

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, lists and text, SI."""
        return {
            "element": self.element,
            "loops": [loop.to_dict() for loop in self.loops],
            "exponents": self.exponents.tolist(),
        }


def frequency_sweep(
    what: Run | str | Path, factors: Sequence[float], *, current: str = "element"
) -> dict[str, FrequencySweep]:
    """The loops of every element with the drive's frequency times each factor, amplitude and number of periods kept.

    Parameters
    ----------
    what : a run or a run file, driven by a sine.
    factors : at least two different ones, > 0.
    current : as in `hysteresis`.

    Raises
    ------
    InputError : as `hysteresis` does, and for factors too far apart.
    ConvergenceError : no step is small enough.
    """
    run = load(what) if isinstance(what, str | Path) else what
    drive = sine_drive(run)
    check_current(run, current)
    warn_of_averaging(run)
    each = checked(factors)
    problem = sweep_problem(run, drive, each)
    drives = [replace(drive, frequency=float(factor * drive.frequency)) for factor in each]
    solutions = solve_all(problem, [with_frequency(problem.params, one) for one in drives])
    found: dict[str, list[Hysteresis]] = {}
    for one, solution in zip(drives, solutions, strict=True):
        for name, trace in element_traces(problem.run, solution, current).items():
            found.setdefault(name, []).append(measure_trace(thinned(trace, one), one))
    return {name: FrequencySweep(name, tuple(loops)) for name, loops in found.items()}


def checked(factors: Sequence[float]) -> np.ndarray:
    """The factors, ascending (K,)."""
    distinct = np.unique(np.asarray(factors, dtype=float))
    if len(distinct) < 2 or not np.all(np.isfinite(distinct) & (distinct > 0)):
        raise InputError("frequencies", list(factors), "must be at least two different ones, > 0")
    return distinct


def sweep_problem(run: Run, drive: SineDrive, factors: np.ndarray) -> Problem:
    """One problem for all frequencies: as many periods of the lowest as the run has, saved for the highest."""
    from quspike.run.compile import compile_run

    highest, lowest = drive.frequency * factors[-1], drive.frequency * factors[0]
    duration = drive.start + (run.duration - drive.start) * drive.frequency / lowest
    if duration * highest * SAMPLES > MOST_POINTS:
        raise InputError(
            "frequencies", f"{lowest:g} to {highest:g} Hz", "must lie closer together, for one time grid to hold them"
        )
    sine = run.drives[drive.name]
    assert isinstance(sine, Sine)
    fastest = replace(sine, frequency=float(highest))
    faster = finely_saved(run.replace(duration=duration, drives={drive.name: fastest}), highest)
    return compile_run(faster)


def with_frequency(params: Mapping[str, Any], drive: SineDrive) -> dict[str, Any]:
    """The parameters with another frequency of the drive."""
    drives = params["drives"]
    return {**params, "drives": {**drives, drive.name: {**drives[drive.name], "frequency": drive.frequency}}}


def solve_all(problem: Problem, each: Sequence[Mapping[str, Any]]) -> list[Solution]:
    """Solve for each set of parameters with one step that is small enough for all of them."""
    worst = np.inf
    for halvings in range(HALVINGS):
        halved = problem if halvings == 0 else problem.with_step(problem.dt / 2**halvings)
        solutions = [halved.solve(params) for params in each]
        if all(bool(s.diagnostics["finite"]) for s in solutions):
            worst = max(float(s.diagnostics["error_estimate"]) for s in solutions)
            if worst <= problem.method.tolerance or problem.run.dt is not None:
                return solutions
    raise ConvergenceError(
        f"down to dt = {halved.dt:.3g} s: error estimate {worst:.2g} exceeds {problem.method.tolerance:.2g}"
    )


def thinned(trace: ElementTrace, drive: SineDrive) -> ElementTrace:
    """About SAMPLES points a period of the first and the last periods: what a loop is cut from."""
    spacing = float(np.median(np.diff(trace.time)))
    stride = max(int(drive.period / SAMPLES / spacing), 1)
    index = np.arange(0, len(trace.time), stride)
    return ElementTrace(trace.element, trace.time[index], trace.voltage[index], trace.current[index])
