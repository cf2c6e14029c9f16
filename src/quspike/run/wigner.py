"""`[save] wigner_times`: a run passes through these times too, keeps its whole state there, and shows W."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from quspike.kernel.grid import nearest_time, save_times
from quspike.methods import phase_space
from quspike.result.schema import describe

if TYPE_CHECKING:
    from quspike.methods.method import Solution
    from quspike.run.compile import Problem


def with_wigner(problem: Problem, solution: Solution) -> Solution:
    """The solution at its saved times alone, with W at the Wigner times among its extra arrays."""
    plan = problem.plan
    if not len(plan.kept):
        return solution
    found = phase_space.wigner_arrays(problem.setup, problem.params, plan.kept, solution)
    found["wigner_time"] = np.asarray(problem.run.save.wigner_times)  # as asked for, so that `sel` finds them
    saved = nearest_time(plan.save_times, save_times(problem.run.duration, problem.run.save_every))
    return replace(_at(solution, saved), extra=_extra(solution, saved) | found)


def _at(solution: Solution, saved: np.ndarray) -> Solution:
    """Every array that has time first, at the saved times."""
    named = ("time", "voltage", "voltage_std", "flux", "membrane", "memristance", "memory", "memristor_current")
    return replace(solution, **{name: getattr(solution, name)[saved] for name in (*named, "input_current")})


def _extra(solution: Solution, saved: np.ndarray) -> dict:
    kept = {name: values for name, values in solution.extra.items() if name not in phase_space.WHOLE}
    return {name: values[saved] if describe(name).dims[:1] == ("time",) else values for name, values in kept.items()}
