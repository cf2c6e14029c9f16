"""One simulation from a run (or a flat call, or a file) to its dataset."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quspike.errors import ConvergenceError
from quspike.run.load import load
from quspike.run.rehearsal import rehearsed
from quspike.run.schema import Run

if TYPE_CHECKING:
    import xarray as xr

    from quspike.methods.method import Setup, Solution
    from quspike.run.compile import Problem

Progress = Callable[[str], None]
HALVINGS = 8  # of an automatic step before a run is given up
GROWTHS = 6  # of an automatic Fock space


def simulate(
    circuit: Any, *, duration: Any, neuron: Any = None, drives: Mapping[str, Any] | None = None, **settings: Any
) -> xr.Dataset:
    """Simulate a circuit: the flat, keyword-only twin of a run file.

    Parameters
    ----------
    circuit : a `Circuit`, or a netlist's text.
    duration : length of the run (s, or text with a unit).
    neuron : a `Neuron`; None runs the circuit as it is.
    drives : drive by the name that the netlist's sources use.
    settings : every key of the run file's `[run]`, `initial` and `save`: method, memory, closure, save_every, dt,
        truncation, classical, strict, seed …; `neurons`, a table of Neurons by name, for several in one circuit.

    Returns
    -------
    xarray.Dataset : voltage, memristance, spikes …, with units; `ds.qs` summarises and plots.

    Raises
    ------
    InputError : before anything is computed, with the key, the value and what would be right.
    ConvergenceError : a step or a Fock space that cannot be made good enough. ValidityError : with `strict`.
    """
    by_name = {} if drives is None else drives
    return run(Run(circuit=circuit, duration=duration, neuron=neuron, drives=by_name, **settings))


def run(what: Run | str | Path, *, progress: Progress | None = None) -> xr.Dataset:
    """Run a `Run` or a run file, the classical neuron beside it if it asks for one."""
    from quspike.result import accessor  # noqa: F401  # registers `ds.qs`
    from quspike.result.dataset import to_dataset
    from quspike.run.compile import compile_run
    from quspike.run.wigner import with_wigner
    from quspike.validity import announce, assess

    given = what if isinstance(what, Run) else load(what)
    say = progress or (lambda message: None)
    started = time.perf_counter()
    say(f"compiling {given.method}")
    problem, solution = solve_well(compile_run(given), say)
    solution = with_wigner(problem, solution)
    twin, twin_dt = None, None
    if given.classical and given.method != "classical":
        say("the classical neuron beside it")
        beside, twin = solve_well(compile_run(given, "classical"), say)
        twin_dt = beside.dt
    checks = assess(problem.setup, problem.method.name, problem.params, solution)
    announce(checks, given.strict)
    return to_dataset(
        given,
        problem,
        solution,
        validity=checks,
        classical=twin,
        classical_dt=twin_dt,
        wall_seconds=time.perf_counter() - started,
        inputs=[dict(item) for item in problem.inputs_read],
    )


def solve_well(problem: Problem, say: Progress) -> tuple[Problem, Solution]:
    """Solve; halve an automatic dt until its error estimate is met, grow an automatic truncation until it holds.

    Raises ConvergenceError, saying what was tried, when neither helps, and for a number that overflows.
    """
    problem = rehearsed(problem, _larger_space, say)
    problem, solution = _solve_on_a_good_grid(problem, say)
    growths = 0
    while True:
        larger = _larger_space(problem, solution)
        grown = larger or _finer(problem, solution)  # a method ends its own refinements
        if grown is None:
            return problem, solution
        growths += larger is not None
        if growths > GROWTHS:
            raise ConvergenceError(_too_large(problem))
        say(f"once more with {_sizes(grown)}")
        problem, solution = _solve_on_a_good_grid(grown, say)


def _too_large(problem: Problem) -> str:
    """What was tried in vain, and what would do."""
    space = f"{problem.setup.truncation} {problem.method.counted(problem.setup)}"
    other = "" if problem.setup.several else ", or use modes, which has no levels"
    return (
        f"{space} still leave the last ones populated: the state is too large; set truncation, shorten the run, "
        f"lower the drive{other}"
    )


def _solve_on_a_good_grid(problem: Problem, say: Progress) -> tuple[Problem, Solution]:
    for _ in range(HALVINGS):
        say(f"{problem.plan.steps} steps of {problem.dt:.3g} s")
        solution = problem.solve()
        flaw = _flaw(solution, problem.method.allowed(problem.setup) if problem.run.dt is None else float("inf"))
        if flaw is None:
            return problem, solution
        if problem.run.dt is not None:
            raise ConvergenceError(f"dt = {problem.dt:.3g} s: {flaw}; take a smaller dt or leave it at auto")
        problem = problem.with_step(problem.dt / 2)
    raise ConvergenceError(f"down to dt = {problem.dt:.3g} s: {flaw}")


def _flaw(solution: Solution, tolerance: float) -> str | None:
    if not bool(solution.diagnostics["finite"]):
        return "a number overflowed"
    if float(solution.diagnostics["crowded"]) > 0:
        return "the neuron spikes twice within one step"
    error = float(solution.diagnostics["error_estimate"])
    if not math.isfinite(error):
        return "a number overflowed"
    return f"error estimate {error:.2g} exceeds {tolerance:.2g}" if error > tolerance else None


def _larger_space(problem: Problem, solution: Solution) -> Problem | None:
    """The problem with half as many levels again if the top ones are populated; an explicit truncation is refused."""
    from quspike.validity import TOP_LEVEL

    top = float(solution.diagnostics.get("top_level_population", 0.0))
    if top <= TOP_LEVEL or problem.setup.truncation is None:
        return None
    levels = problem.setup.truncation
    if problem.run.truncation is not None:
        raise ConvergenceError(
            f"truncation = {levels}: the last {problem.method.counted(problem.setup)} hold {top:.2g} of the state; "
            "take more, or leave it at auto"
        )
    setup = replace(problem.setup, truncation=int(levels * 1.5) + 1)
    return _fitted(problem, problem.method.resized(setup, problem.params))


def _finer(problem: Problem, solution: Solution) -> Problem | None:
    """The problem with the finer static choices that its method asks for after this solution, if it does."""
    setup = problem.method.refine(problem.setup, problem.params, solution)
    return None if setup is None else _fitted(problem, setup)


def _fitted(problem: Problem, setup: Setup) -> Problem:
    """The problem with another setup, on a grid that its fastest rate allows; a dt given by hand is kept."""
    from quspike.run.step_size import STABLE

    problem = replace(problem, setup=setup)
    if problem.run.dt is not None or setup.fastest <= 0 or problem.dt <= STABLE / setup.fastest:
        return problem
    return problem.with_step(STABLE / setup.fastest)


def _sizes(problem: Problem) -> str:
    """The static sizes of a run, for who waits for it."""
    setup = problem.setup
    sizes = [f"{setup.truncation} {problem.method.counted(setup)}"]
    sizes += [] if setup.hierarchy is None else [f"{setup.hierarchy.depth} tiers"]
    sizes += [f"jumps of up to {setup.jumps} quanta"] if setup.jumps else []
    return ", ".join(sizes)


def quiet_run(what: Run | str | Path) -> xr.Dataset:
    """`run` without its warnings: for checks that violate a bound on purpose, and say so themselves."""
    from quspike.errors import ValidityWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ValidityWarning)
        return run(what)
