"""The classical neuron with Johnson noise, many times over, as one Dataset.

trajectory n solves the run's equation with noise from fold_in(key(seed), n): one compiled program for all of them
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
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
    solution = jax.jit(lambda params: solve_batch(problem, params, trajectories))(problem.params)
    solution = replace(solution, diagnostics=_worst(solution.diagnostics))
    seconds = time.perf_counter() - started
    inputs = [dict(item) for item in problem.inputs_read]
    ds = to_dataset(run, problem, solution, validity=[], classical=None, wall_seconds=seconds, inputs=inputs)
    return ds.assign_attrs({ENSEMBLE: f"{trajectories} realisations of the Johnson noise of `config`"})


def solve_batch(problem: Problem, params: Any, trajectories: int) -> Any:
    """A Solution with one more axis in front: the same parameters, other noise."""
    key = jax.random.key(problem.run.seed)

    def one(number):
        return problem.solve(params, jax.random.fold_in(key, number))

    return jax.lax.map(one, jnp.arange(trajectories), batch_size=min(trajectories, BATCH_SIZE))


def _worst(diagnostics: dict[str, Any]) -> dict[str, Any]:
    """Of each number the one that says most against the ensemble."""
    return {name: jnp.min(value) if name == "finite" else jnp.max(value) for name, value in diagnostics.items()}
