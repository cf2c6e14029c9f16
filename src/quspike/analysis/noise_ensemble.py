"""The classical neuron with Johnson noise, many times over, as one Dataset.

trajectory n solves the run's equation with noise from fold_in(key(seed), n): one compiled program for all of them
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jax
import numpy as np
import xarray as xr

from quspike.errors import InputError
from quspike.run.compile import Problem, compile_run
from quspike.run.schema import Run

BATCH_SIZE = 1000  # trajectories that are solved side by side; what is saved of them is all that is kept
ENSEMBLE = "ensemble"
"""The attribute that says: more than the run in `config`, which is one of these trajectories."""


def noise_ensemble(run: Run, trajectories: int = 1000) -> xr.Dataset:
    """The same run under so many realisations of its thermal noise: a result whose first dimension is `trajectory`.

    run : of method `classical` with `johnson_noise`. Methods with trajectories of their own need no such function.

    Raises
    ------
    InputError : a run without noise, or fewer than two trajectories.
    """
    from quspike.result import accessor  # noqa: F401  # registers `ds.qs`
    from quspike.result.dataset import to_dataset

    if run.method != "classical" or not run.johnson_noise:
        raise InputError("run", f"method {run.method}", 'must be method = "classical" with johnson_noise = true')
    if trajectories < 2:
        raise InputError("trajectories", trajectories, "must be ≥ 2")
    started = time.perf_counter()
    problem = compile_run(run)
    solution = realisations(problem, trajectories)(problem.params)
    solution = replace(solution, diagnostics=_worst(solution.diagnostics))
    seconds = time.perf_counter() - started
    inputs = [dict(item) for item in problem.inputs_read]
    ds = to_dataset(run, problem, solution, validity=[], classical=None, wall_seconds=seconds, inputs=inputs)
    return ds.assign_attrs({ENSEMBLE: f"{trajectories} realisations of the Johnson noise of `config`"})


def realisations(problem: Problem, trajectories: int, keep: Callable[[Any], Any] = lambda solution: solution) -> Any:
    """params → what `keep` takes of each solution, as NumPy arrays with the axis of trajectories in front.

    As many as fit side by side are solved at a time.
    """
    key = jax.random.key(problem.run.seed)

    @jax.jit
    def batch(params: Any, numbers: Any) -> Any:
        return jax.vmap(lambda number: keep(problem.solve(params, jax.random.fold_in(key, number))))(numbers)

    def solve(params: Any) -> Any:
        numbers = [
            np.arange(first, min(first + BATCH_SIZE, trajectories)) for first in range(0, trajectories, BATCH_SIZE)
        ]
        parts = [jax.tree.map(np.asarray, batch(params, part)) for part in numbers]
        return jax.tree.map(lambda *leaves: np.concatenate(leaves), *parts)

    return solve


def _worst(diagnostics: dict[str, Any]) -> dict[str, Any]:
    """Of each number the one that says most against the ensemble."""
    return {name: np.min(value) if name == "finite" else np.max(value) for name, value in diagnostics.items()}
