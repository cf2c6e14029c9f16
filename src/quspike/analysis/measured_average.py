"""What infinitely many measured trajectories would show, computed without drawing one.

    ∂_tρ(x) = 𝓛_xρ − k[V,[V,ρ]] − s∂_x ½{V,ρ} + (1/16kη) ∂_x²ρ            (`methods/measured_fock/closed.py`)

Mean voltage, its spread, and the density of a memory that is the record itself, the memristor's feedback included.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from quspike.errors import ConvergenceError, InputError

if TYPE_CHECKING:
    import xarray as xr

    from quspike.methods.measured_fock.closed import Averages
    from quspike.run.compile import Problem
    from quspike.run.schema import Run

EDGE = 1e-6  # of the state, in the two highest levels
MOST_LEVELS = 128
MOST_CARRIER = 0.1  # of the damping, that W(x) at each instant has and its average over a carrier has not


def measured_average(run: Run | str | Path, *, values: int = 192) -> xr.Dataset:
    """The average over all trajectories of a `gksl` run with a measured memory, and the density of its memory.

    Parameters
    ----------
    run : a `Run`, or a run file: one resonator without a neuron, with one memristor whose flux law senses the voltage.
    values : of the memory, equally spaced over 7 standard deviations of the record's noise and twice the swing of the
        carrier.

    Returns
    -------
    xarray.Dataset : `voltage`, `voltage_std` [V], `conductance` (the mean W) [S] over `time`; `density` over `time` and
        `memory`; attributes `levels`, `top_level_population` and `carrier_share`, the part of the damping by which W(x)
        at each instant and its average over the carrier differ, at most.

    Raises
    ------
    InputError : a run whose averages have no equation of their own, or whose carrier swings W by too much for it.
    ConvergenceError : a state too large for 128 levels.
    """
    from quspike.methods.measured_fock import closed
    from quspike.methods.measured_fock.state import model_of
    from quspike.run.compile import compile_run

    problem = compile_run(run)
    if problem.method.name != "gksl" or problem.setup.several:
        raise InputError("method", problem.method.name, "must be gksl, of one node: averages of states in Fock space")
    if values < 8 or values % 2:
        raise InputError("values", values, "must be an even number, 8 or more")
    closed.check(problem.setup)
    problem, found, top = _in_enough_levels(problem, values)
    model = model_of(problem.setup, problem.params)
    share = float(closed.carrier_share(model, found))
    if share > MOST_CARRIER:
        _refuse_carrier(problem.setup.one.memristors[0].name, share)
    return _dataset(problem, model, found, {"top_level_population": top, "carrier_share": share})


def _in_enough_levels(problem: Problem, values: int) -> tuple[Problem, Averages, float]:
    """The averages in a Fock space that grew until its last two levels hold less than EDGE; and how much they hold."""
    import jax
    import jax.numpy as jnp

    from quspike.methods.measured_fock import closed

    nodes = problem.plan.nodes(problem.setup.inputs.breakpoints(problem.params))
    while True:
        levels = problem.setup.truncation
        assert levels is not None
        setup, saved = problem.setup, problem.plan.save_index
        found = jax.jit(lambda p, n, s=setup, k=saved: closed.averages(s, p, n, k, values))(problem.params, nodes)
        top = float(jnp.max(jnp.sum(jnp.diagonal(found.packed, axis1=1, axis2=2)[:, -2:], axis=1)))
        if top <= EDGE:
            return problem, found, top
        if levels >= MOST_LEVELS or problem.run.truncation is not None:
            raise ConvergenceError(
                f"the last two of {levels} levels hold {top:.2g} of the state: take more, or drive less"
            )
        problem = problem.with_setup(truncation=min(int(1.5 * levels) + 1, MOST_LEVELS))


def _refuse_carrier(name: str, share: float) -> None:
    how = f"must be wider than the carrier's swing: W is averaged over it, which moves κ by {100 * share:.0f} %"
    raise InputError(name, "a narrow law", f"{how}, and has no equation without trajectories")


def _dataset(problem: Any, model: Any, found: Any, numbers: dict[str, float]) -> xr.Dataset:
    import xarray as xr

    from quspike.methods.measured_fock.closed import voltages

    times = problem.plan.save_times
    mean, std = voltages(model, times, found.packed)
    unit = problem.memory_units[0]
    return xr.Dataset(
        {
            "voltage": ("time", np.asarray(mean), {"units": "V", "long_name": "expectation of the node voltage"}),
            "voltage_std": ("time", np.asarray(std), {"units": "V", "long_name": "its standard deviation"}),
            "conductance": ("time", np.asarray(found.conductance), {"units": "S", "long_name": "mean of W"}),
            "density": (
                ("time", "memory"),
                np.asarray(found.density),
                {"units": f"1/({unit})", "long_name": "density of the memory"},
            ),
        },
        {
            "time": ("time", np.asarray(times), {"units": "s", "long_name": "time"}),
            "memory": ("memory", np.asarray(found.x), {"units": unit, "long_name": "memory variable"}),
        },
        {"levels": model.levels, **numbers},
    )
