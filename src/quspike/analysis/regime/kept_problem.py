"""Many runs that differ in numbers only, by one compiled problem.

A problem compiled for one run solves another one if its circuit has the same shape and its static choices are no
coarser than the other's own: step, poles of the noise and their grid, levels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quspike.errors import QuspikeError
from quspike.run.schema import Run

if TYPE_CHECKING:
    from quspike.methods.method import Solution
    from quspike.run.compile import Problem

REUSED = ("classical", "moments", "gksl", "brownian")
"""Methods all of whose other static choices are the circuit's shape: not the exponents of a hierarchy, nor modes."""
ROUNDING = 1 + 1e-9


@dataclass
class KeptProblem:
    """Solves runs of one shape on one rung, compiling again only where the last problem is too coarse for the next.

    So the most demanding run should come first.
    """

    problem: Problem | None = None

    def solve(self, run: Run) -> Solution:
        """What `run` has as its solution, checked as `quspike.run` checks it. Raises its errors."""
        from quspike.run.compile import compile_run
        from quspike.run.simulate import solve_well

        own = compile_run(run)
        if self.problem is not None and _fine_enough(self.problem, own):
            solution = self.problem.solve(own.params)
            if _good_enough(self.problem, solution):
                return solution
        problem, solution = solve_well(own, lambda message: None)
        self.problem = problem if own.method.name in REUSED else None
        return solution

    def attempt(self, run: Run) -> Solution | str:
        """The solution, or why there is none."""
        try:
            return self.solve(run)
        except QuspikeError as error:
            return str(error)


def _fine_enough(kept: Problem, own: Problem) -> bool:
    grids = [0 if p.setup.noise_grid is None else len(p.setup.noise_grid) for p in (kept, own)]
    return (
        kept.run.duration == own.run.duration
        and kept.setup.membrane == own.setup.membrane
        and kept.dt <= own.dt * ROUNDING
        and kept.setup.poles >= own.setup.poles
        and grids[0] >= grids[1]
        and (kept.setup.truncation or 0) >= (own.setup.truncation or 0)
    )


def _good_enough(problem: Problem, solution: Solution) -> bool:
    """What `quspike.run` asks of a solution before it believes it: finite, its steps and its space fine enough."""
    from quspike.validity import TOP_LEVEL

    found = solution.diagnostics
    small = float(found["error_estimate"]) <= problem.method.tolerance
    contained = float(found.get("top_level_population", 0.0)) <= TOP_LEVEL
    return bool(found["finite"]) and small and contained
