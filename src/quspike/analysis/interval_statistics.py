"""Interspike intervals without Monte Carlo: density, survival, hazard, mean, CV and rate of a neuron that clicks.

    p(τ) = Tr 𝓙e^{𝓛0τ}ρ⁺,   S = Tr e^{𝓛0τ}ρ⁺,   h = p/S,   −dS/dτ = p           (spike = "escape")

for the first interval, the n-th, or in the stationary state, wherever a linear equation knows them: with memories that
stand still and a drive that does not change. A `mean_field` memory follows the mean voltage of those that have not
clicked, and its intervals are conditional on the memory at their beginning. ∫p + S(τ_max) = 1 always, but S need not
vanish: a neuron that adapts may never spike again.
"""

from __future__ import annotations

from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from quspike.errors import InputError
from quspike.result.interval_text import NEVER
from quspike.units import to_si

if TYPE_CHECKING:
    import xarray as xr

    from quspike.methods.escape.statistics import Answer
    from quspike.run.compile import Problem
    from quspike.run.schema import Run

KINDS = ("first", "next", "stationary")
LEAST = 3  # points of an axis: a beginning, an end, and one between


def interval_statistics(
    what: Run | Problem | str | Path, kind: str | int = "stationary", *, longest: Any = None, points: int | None = None
) -> xr.Dataset:
    """The statistics of one interspike interval of a run with `spike = "escape"`; nothing is drawn at random.

    Parameters
    ----------
    what : a `Run`, a run file, or a compiled `Problem`; of method `trajectories`, the parent's intervals are meant.
    kind : `first`: from the run's initial state to the first spike. n: the n-th interval, of which 1 is the first and
        n ≥ 2 lies between the spikes n − 1 and n. `next`: after a spike that finds the memories where the run's
        `[initial]` has them. `stationary`: after very many spikes.
    longest : end of the interval axis [s]; by default where survival is about 1e-6, or the run's duration where
        memory or drive move.
    points : of an even axis; by default one that is fine where the density bends.

    Returns
    -------
    xarray.Dataset : isi_density (1/s), survival and hazard (1/s) over `interval` (s); mean_interval (s), cv,
        spike_rate (1/s), and click_energy (J), what the detector gives the circuit in an interval; all by `neuron`. The
        refractory time is part of an interval. spikes_within is the probability that it ends on the axis. Where memory
        or drive move, mean and CV are those of such intervals alone (nan where that is less likely than 1e-9), and
        there is a spike_rate only where all intervals are such.

        In Fock space the attribute `truncation` is how many levels it took, `truncation_error` by how much the last of
        them moved the mean interval, and `run_truncation`, where it is there, the run's own number, of which those are
        the most that a dense equation holds.

    Raises
    ------
    InputError : what has no such statistics: why not, and what has. NotAvailable : there is no equation for it yet.
    ConvergenceError : a resonator that needs more Fock levels than a dense equation holds.
    """
    from quspike.methods.escape.statistics import Question, answer
    from quspike.run.compile import Problem, compile_run

    problem = what if isinstance(what, Problem) else compile_run(_checked(what))
    if problem.method.name == "trajectories":  # whose clicks are drawn from the equation of their parent
        problem = compile_run(problem.run.replace(method=problem.run.parent))
    _check(problem, kind)
    end = None if longest is None else _end(longest)
    _check_points(points)
    question = Question("first" if kind == 1 else kind, end, points)
    found = answer(problem.setup, problem.params, problem.run.duration, question)
    return _dataset(problem, kind, found)


def _checked(what: Run | str | Path) -> Run:
    """The run, unless its memory has no such statistics: that is said before its method is."""
    from quspike.run.load import load
    from quspike.run.schema import Run

    run = what if isinstance(what, Run) else load(what)
    if run.memory == "measured":
        remedy = (
            "must be mean_field or operator for intervals without Monte Carlo: a trajectory has a memory of its own"
        )
        raise InputError("memory", "measured", f"{remedy}. Run it, and take ds.qs.spike_statistics()")
    return run


def _check(problem: Problem, kind: str | int) -> None:
    if problem.setup.spike != "escape":
        raise InputError("spike", problem.setup.spike, "must be escape: only clicks have intervals without Monte Carlo")
    if not (kind in KINDS or (isinstance(kind, int) and not isinstance(kind, bool) and kind >= 1)):
        raise InputError("kind", repr(kind), f"must be {', '.join(KINDS)}, or the number of an interval (1, 2 …)")


def _end(longest: Any) -> float:
    """In s, finite."""
    end = to_si(longest, "time", "longest")
    if not np.isfinite(end):
        raise InputError("longest", f"{longest}", "must be a finite time, such as 100 ns")
    return float(end)


def _check_points(points: Any) -> None:
    whole = isinstance(points, Integral) and not isinstance(points, bool)
    if points is not None and not (whole and points >= LEAST):
        raise InputError("points", repr(points), f"must be an integer ≥ {LEAST}, or left out for an axis of its own")


def _dataset(problem: Problem, kind: str | int, found: Answer) -> xr.Dataset:
    import xarray as xr

    alive = found.survival > 1e-13
    hazard = np.where(alive, found.density / np.where(alive, found.survival, 1.0), np.nan)
    curves = {"isi_density": found.density, "survival": found.survival, "hazard": hazard}
    left = float(found.survival[-1])
    numbers = {
        "spikes_within": 1 - left,
        "mean_interval": found.mean,
        "cv": found.variance**0.5 / found.mean,
        "spike_rate": np.nan if found.conditional and left > NEVER else 1 / found.mean,
    }
    meanings = MEANINGS | (CONDITIONAL if found.conditional else {})
    notes = dict(found.notes)
    if "click_energy" in notes:
        numbers["click_energy"] = notes.pop("click_energy")
    variables: dict[str, Any] = {
        name: (("interval", "neuron"), values[:, None], _attrs(name)) for name, values in curves.items()
    }
    variables |= {name: (("neuron",), [value], _attrs(name, meanings)) for name, value in numbers.items()}
    coords = {"interval": ("interval", found.interval, _attrs("interval")), "neuron": list(problem.neurons)}
    config = {"method": problem.method.name, "memory": problem.setup.memory, "config": problem.run.to_toml()}
    return xr.Dataset(variables, coords, {"kind": str(kind), **config, **notes})


MEANINGS = {
    "hazard": ("1/s", "rate of the next spike, given that there was none yet"),
    "mean_interval": ("s", "mean interval"),
    "cv": ("1", "coefficient of variation of the interval"),
    "spike_rate": ("1/s", "spikes per time: one over the mean interval"),
}

CONDITIONAL = {
    "mean_interval": ("s", "mean interval, of those that end on the axis"),
    "cv": ("1", "coefficient of variation of the interval, of those that end on the axis"),
    "spike_rate": ("1/s", "spikes per time: one over the mean interval; nan where not every interval ends on the axis"),
}
"""Where memory or drive move, and only what is on the axis is known."""


def _attrs(name: str, meanings: dict[str, tuple[str, str]] = MEANINGS) -> dict[str, str]:
    from quspike.result.schema import describe

    if name in meanings:
        return dict(zip(("units", "long_name"), meanings[name], strict=True))
    row = describe(name)
    return {"units": row.units, "long_name": row.long_name}
