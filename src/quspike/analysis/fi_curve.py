"""The f–I curve: how fast a neuron fires, by the height of the step of current that drives it.

    rate = n/(t_end − t_start),   first_rate = 1/τ_1,   last_rate = 1/τ_{n−1}     of n spikes and their intervals τ

They differ where the neuron adapts; a trajectory without them, or that has fallen silent before the end, has the last
rate 0. Each is a mean over trajectories with its standard error. One compiled problem serves all currents.
Clicks (`escape`) need no trajectory: 1/⟨τ⟩ of the stationary interval, exactly; of the second spike for first_rate.
Those of method `trajectories` are counted like other spikes.
Without memory or noise 1/f = t_ref + RC ln((R I − v_reset)/(R I − v_threshold)).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from quspike.analysis.noise_ensemble import realisations
from quspike.drives.step import Step
from quspike.errors import ConvergenceError, InputError
from quspike.result.ensemble import estimate
from quspike.result.schema import describe
from quspike.run.load import load
from quspike.run.schema import Run, neuron_table
from quspike.units import to_si

if TYPE_CHECKING:
    from quspike.run.compile import Problem

HALVINGS = 6  # of the step before the curve is given up
SILENT = 3.0  # last intervals without a spike: the neuron has stopped
MOVING = (
    "must be that of a neuron whose memory stands still for its rate to be computed, since intervals that depend on a "
    "memory have no stationary one: method trajectories counts its clicks, or take spike_count, the expected number, "
    "of a run at each current"
)
CLICKS, DRAWN = "escape", "trajectories"  # whose clicks happen, one by one
KINDS = ("expectation", "record", CLICKS)
"""Spikes that happen in a solution, or whose intervals are known without one."""

RATES = {
    "rate": "mean firing rate while the step lasts",
    "first_rate": "inverse of the first interval",
    "last_rate": "inverse of the last interval, zero where the neuron has stopped",
}
EVENTS = ("spike_time", "spike_neuron", "diagnostics")


def fi_curve(
    what: Run | str | Path, currents: Sequence[Any], *, drive: str | None = None, trajectories: int = 100
) -> xr.Dataset:
    """The rates of each neuron at each current: (current, neuron), with their errors where there is noise.

    Parameters
    ----------
    what : a run or a run file, driven by a step of current that lasts to its end.
    currents : heights of the step [A, or text with a unit].
    drive : the step's name; the only drive if left out.
    trajectories : of a classical neuron with Johnson noise; methods with trajectories of their own have as many as the
        run says, and clicks none.

    Returns
    -------
    xarray.Dataset : rate, first_rate, last_rate (current, neuron) [1/s], each with its `_error`: nan without noise, 0
        of clicks, whose rates are those of `interval_statistics`.

    Raises
    ------
    InputError : no neuron, another drive, a step that ends early, superposed spikes; clicks that have no stationary
        interval, as where a memory moves.
    ConvergenceError : no step of time is small enough.
    """
    run = load(what) if isinstance(what, str | Path) else what
    name = _step(run, drive)
    heights = np.array([float(to_si(value, "current", "currents")) for value in currents])
    if not len(heights):
        raise InputError("currents", "none", "must be at least one")
    if run.method != DRAWN and any(neuron.spike == CLICKS for neuron in run.neurons.values()):
        return _clicks(run, name, heights)
    steepest = float(heights[np.argmax(np.abs(heights))])
    step = run.drives[name]
    assert isinstance(step, Step)
    problem = _problem(run.replace(classical=False, drives={**run.drives, name: replace(step, amplitude=steepest)}))
    trains = _trains(problem, name, heights, trajectories)
    window = (float(step.start), run.duration)
    table = {
        key: np.array([[[_rate(train, *window)[key] for train in own] for own in at] for at in trains]) for key in RATES
    }
    return _dataset(table, heights, problem, name)


def _step(run: Run, name: str | None) -> str:
    """The name of the step of current."""
    if not run.neurons:
        raise InputError("neuron", "none", "must be there: an f–I curve counts its spikes")
    for neuron, table in run.neurons.items():
        if table.spike not in KINDS:
            remedy = f"must be {' or '.join(KINDS)}: superposed spikes have no rate of their own"
            raise InputError(f"[{neuron_table(neuron)}] spike", table.spike, remedy)
    if name is None and len(run.drives) != 1:
        raise InputError("drive", ", ".join(run.drives) or "none", "must be named: there is not just one")
    name = next(iter(run.drives)) if name is None else name
    if name not in run.drives:
        raise InputError("drive", name, f"must be {' or '.join(run.drives)}")
    drive = run.drives[name]
    if not isinstance(drive, Step) or drive.quantity != "current":
        raise InputError(f"[drive.{name}]", f"{drive.kind} of {drive.quantity}", "must be a step of current")
    if float(drive.stop) < run.duration:
        raise InputError(f"[drive.{name}] stop", drive.stop, "must not come before the end of the run")
    return name


def _clicks(run: Run, name: str, heights: np.ndarray) -> xr.Dataset:
    """The curve of a neuron that clicks, from the equation of its intervals: nothing is drawn."""
    from quspike.run.compile import compile_run

    step = run.drives[name]
    assert isinstance(step, Step)
    steps = [replace(step, amplitude=float(height), start=0.0) for height in heights]
    problems = [compile_run(run.replace(classical=False, drives={**run.drives, name: one})) for one in steps]
    alike = all(neuron.reset == "zero" for neuron in run.neurons.values())  # whichever number an interval has
    kinds = ("stationary", "stationary" if alike else 2)
    found = {kind: [[[_click_rate(problem, kind)]] for problem in problems] for kind in set(kinds)}
    steady, first = (np.array(found[kind]) for kind in kinds)
    table = {"rate": steady, "first_rate": first, "last_rate": steady}
    ds = _dataset(table, heights, problems[0], name).assign_attrs(trajectories=0)
    return ds.assign({f"{key}_error": ds[f"{key}_error"].copy(data=np.zeros(steady.shape[:2])) for key in RATES})


def _click_rate(problem: Problem, kind: str | int) -> float:
    """One over the mean interval, 1/s; 0 where it is too long to be told from silence."""
    from quspike.analysis.interval_statistics import interval_statistics
    from quspike.methods.escape.statistics import RareSpikes

    try:
        return float(interval_statistics(problem, kind, points=3).spike_rate[0])
    except RareSpikes:
        return 0.0
    except InputError as error:
        if error.key != "kind":  # that of an interval, which nobody has asked for here
            raise
        raise InputError("[neuron] spike", CLICKS, MOVING) from None


def _problem(run: Run) -> Problem:
    """A problem whose grid, and Fock space where there is one, do for the largest current."""
    from quspike.run.compile import compile_run
    from quspike.run.simulate import solve_well

    problem = compile_run(run)
    return problem if problem.setup.truncation is None else solve_well(problem, lambda message: None)[0]


def _trains(problem: Problem, name: str, heights: np.ndarray, trajectories: int) -> list[list[list[np.ndarray]]]:
    """Spike times by current, neuron and trajectory; the step is halved until it does for every current."""
    for _ in range(HALVINGS):
        solved = _solve(problem, name, heights, trajectories)
        worst = max(float(np.max(one["diagnostics"]["error_estimate"])) for one in solved)
        clean = all(
            np.all(one["diagnostics"]["finite"]) and not np.any(one["diagnostics"]["crowded"]) for one in solved
        )
        if clean and (worst <= problem.method.tolerance or problem.run.dt is not None):
            return [_cut(one, len(problem.neurons)) for one in solved]
        problem = problem.with_step(problem.dt / 2)
    raise ConvergenceError(f"down to dt = {problem.dt:.3g} s: error estimate {worst:.2g}, or spikes within one step")


def _solve(problem: Problem, name: str, heights: np.ndarray, trajectories: int) -> list[dict[str, Any]]:
    """Only the spikes of each solution are kept, so that no memory is spent on what lies between them."""
    import jax
    import jax.numpy as jnp

    def at(height: Any) -> Any:
        drives = problem.params["drives"]
        return {**problem.params, "drives": {**drives, name: {**drives[name], "amplitude": height}}}

    def events(solution: Any) -> dict[str, Any]:
        return {key: getattr(solution, key) for key in EVENTS}

    if problem.method.solver(problem.setup) is not None:  # compiled inside, with its own trajectories
        return [jax.tree.map(np.asarray, events(problem.solve(at(jnp.asarray(height))))) for height in heights]
    if problem.setup.johnson:
        solve = realisations(problem, trajectories, events)
        return [solve(at(jnp.asarray(height))) for height in heights]
    every = jax.tree.map(np.asarray, jax.jit(jax.vmap(lambda height: events(problem.solve(at(height)))))(heights))
    return [jax.tree.map(lambda leaf, i=i: leaf[i], every) for i in range(len(heights))]


def _cut(events: dict[str, Any], neurons: int) -> list[list[np.ndarray]]:
    """Padded arrays to trains, by neuron and trajectory."""
    times, fired = np.atleast_2d(events["spike_time"]), np.atleast_2d(events["spike_neuron"])
    there = np.isfinite(times)
    return [[np.sort(row[k & (f == n)]) for row, f, k in zip(times, fired, there, strict=True)] for n in range(neurons)]


def _rate(train: np.ndarray, start: float, stop: float) -> dict[str, float]:
    """The three rates of one train, 1/s."""
    train = train[train >= start]
    intervals = np.diff(train)
    stopped = len(intervals) and stop - train[-1] > SILENT * intervals[-1]
    return {
        "rate": len(train) / (stop - start),
        "first_rate": 1 / intervals[0] if len(intervals) else 0.0,
        "last_rate": 0.0 if not len(intervals) or stopped else 1 / intervals[-1],
    }


def _dataset(table: dict[str, np.ndarray], heights: np.ndarray, problem: Problem, name: str) -> xr.Dataset:
    """Means and errors over the last axis of (current, neuron, trajectory)."""
    coords = {
        "current": ("current", heights, {"units": "A", "long_name": f"height of the step {name}"}),
        "neuron": ("neuron", list(problem.neurons), {"long_name": describe("neuron").long_name}),
    }
    ds = xr.Dataset(coords=coords)
    for key, meaning in RATES.items():
        found = np.array([[estimate(trajectories) for trajectories in own] for own in table[key]])
        dims, attrs = ("current", "neuron"), {"units": "1/s", "long_name": meaning}
        ds[key] = (dims, found[..., 0], attrs)
        ds[f"{key}_error"] = (dims, found[..., 1], attrs | {"long_name": f"standard error of the {meaning}"})
    trajectories = table["rate"].shape[-1]
    return ds.assign_attrs(
        method=problem.run.method, memory=problem.run.memory, trajectories=trajectories, seed=problem.run.seed
    )
