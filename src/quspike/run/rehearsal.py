"""A run's rehearsal: cheap runs of the same problem, from which its method takes a choice that sets the run's cost.

A method that has a `rehearse(setup, params, attempt)` is given `attempt`, which solves the problem with another setup,
on the grid that this one needs, its Fock space grown until the state fits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quspike.methods.method import Setup, Solution
    from quspike.run.compile import Problem

ROUGH = 1e-4  # of the error estimate: what is compared differs by more
HALVINGS = 3
GROWTHS = 6


def rehearsed(
    problem: Problem, larger: Callable[[Problem, Solution], Problem | None], say: Callable[[str], None]
) -> Problem:
    """The problem with the setup that its method's rehearsal decides on, on the grid that this setup needs.

    larger : the problem with more Fock levels if a solution needs them, or None. Levels and steps given by hand are
    kept. Raises ConvergenceError where no setup will do.
    """

    def attempt(setup: Setup) -> tuple[Setup, Solution]:
        trial = _on_its_grid(replace(problem, setup=setup))
        solution = _roughly(trial, say)
        for _ in range(GROWTHS):
            automatic = problem.run.truncation is None and bool(solution.diagnostics["finite"])
            grown = larger(trial, solution) if automatic else None
            if grown is None:
                break
            trial = _on_its_grid(grown)
            solution = _roughly(trial, say)
        return trial.setup, solution

    setup = problem.method.rehearse(problem.setup, problem.params, attempt)
    if setup is problem.setup:
        return problem
    chosen = replace(problem, setup=setup)
    return chosen if problem.run.dt is not None else _on_its_grid(chosen)


def _on_its_grid(trial: Problem) -> Problem:
    from quspike.run.step_size import choose_step

    run = trial.run
    t_ref = max((neuron.t_ref for neuron in run.neurons.values()), default=0.0)
    return trial.with_step(choose_step(trial.setup, trial.params, t_ref, run.save_every, run.duration))


def _roughly(trial: Problem, say: Callable[[str], None]) -> Solution:
    """Its solution, with steps that are halved while they are too long for a look."""
    for halving in range(HALVINGS + 1):
        say(f"rehearsal: {trial.plan.steps} steps of {trial.dt:.3g} s")
        solution = trial.solve()
        error = float(solution.diagnostics["error_estimate"])
        crowded = float(solution.diagnostics["crowded"]) > 0
        if halving == HALVINGS or (math.isfinite(error) and error <= ROUGH and not crowded):
            break
        trial = trial.with_step(trial.dt / 2)
    return solution
