"""A solution becomes the Dataset that users see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from quspike.result.expected_spikes import CLICKS, EXPECTED
from quspike.result.provenance import attributes, twin_attributes
from quspike.result.schema import BATCH, COORDINATES, ON_REQUEST, VARIABLES, describe
from quspike.result.twin import join

COORDINATE_NAMES = {row.name for row in COORDINATES}


def to_dataset(
    run: Any,
    problem: Any,
    solution: Any,
    *,
    validity: Sequence[Any],
    classical: Any | None,
    wall_seconds: float,
    inputs: Sequence[dict[str, Any]],
    classical_dt: float | None = None,
) -> xr.Dataset:
    """The Dataset of a run: the table of schema.py, filled from `solution`.

    Parameters
    ----------
    run : the run file, frozen; its text becomes the attribute `config`.
    problem : names (`nodes`, `elements`, `sources`, `neurons`) and `memory_units` of what was solved.
    solution : arrays in SI with the dimensions of schema.py; an ensemble has one more axis in front.
    validity : the checks of validity.py.
    classical : solution of the classical neuron on the same time grid, or None.
    wall_seconds : time that the solve took.
    inputs : name, sha256 and bytes of each file that was read.
    classical_dt : the classical neuron's own step, s.
    """
    root = arrange(run, problem, solution)
    root.attrs = attributes(
        run,
        validity=validity,
        diagnostics={"dt": problem.dt, **solution.diagnostics},
        wall_seconds=wall_seconds,
        inputs=inputs,
    )
    if classical is None:
        return root
    twin = arrange(run, problem, classical)
    twin.attrs = twin_attributes(root.attrs, run, diagnostics={"dt": classical_dt, **classical.diagnostics})
    return join(root, twin)


def arrange(run: Any, problem: Any, solution: Any) -> xr.Dataset:
    """Variables and coordinates of one solution, without attributes of the whole."""
    batch = (BATCH,) * (np.ndim(solution.voltage) - 2)
    variables = {row.name: _variable(row.name, getattr(solution, row.name), batch) for row in VARIABLES}
    variables["memory"].attrs["units"] = _common_unit(problem.memory_units)
    if CLICKS in solution.extra:
        variables["spike_count"].attrs["long_name"] = EXPECTED
    variables |= _spikes(solution, problem.neurons)
    coordinates = _coordinates(run, problem, solution, batch)
    for name, values in solution.extra.items():
        if name not in ON_REQUEST or getattr(run.save, ON_REQUEST[name]):
            target = coordinates if name in COORDINATE_NAMES else variables
            target |= _parts(name, values, () if target is coordinates else batch)
    return xr.Dataset(variables, coordinates)


def _variable(name: str, values: Any, batch: tuple[str, ...] = ()) -> xr.Variable:
    row = describe(name)
    attrs = {"units": row.units, "long_name": row.long_name}
    return xr.Variable((*batch, *row.dims), np.array(values), attrs)


def _parts(name: str, values: Any, batch: tuple[str, ...]) -> dict[str, xr.Variable]:
    """`name` itself, or its `_real` and `_imag` parts when it is complex: netCDF has no complex numbers."""
    values = np.asarray(values)
    if not np.iscomplexobj(values):
        return {name: _variable(name, values, batch)}
    return {f"{name}_{part}": _variable(f"{name}_{part}", getattr(values, part), batch) for part in ("real", "imag")}


def _coordinates(run: Any, problem: Any, solution: Any, batch: tuple[str, ...]) -> dict[str, xr.Variable]:
    neurons = [run.neurons[name] for name in problem.neurons]
    time = np.asarray(solution.time)
    labels = {
        "node": problem.nodes,
        "element": problem.elements,
        "source": problem.sources,
        "neuron": problem.neurons,
        "neuron_node": [neuron.node for neuron in neurons],
        "neuron_membrane": [neuron.membrane for neuron in neurons],
        "memory_units": problem.memory_units,
    }
    coordinates = {name: _variable(name, np.array(values, dtype=np.str_)) for name, values in labels.items()}
    coordinates["time"] = _variable("time", time[0] if time.ndim > 1 else time)
    for level in ("v_threshold", "v_reset"):
        coordinates[level] = _variable(level, np.array([getattr(n, level) for n in neurons], dtype=float))
    if batch:
        coordinates[BATCH] = xr.Variable(batch, np.arange(np.shape(solution.voltage)[0]))
    return coordinates


def _spikes(solution: Any, neurons: Sequence[str]) -> dict[str, xr.Variable]:
    """The event table: the rows of the padded arrays that hold a spike, in order of trajectory and time."""
    times = np.atleast_2d(np.asarray(solution.spike_time))
    trajectory, slot = np.nonzero(np.isfinite(times))
    order = np.lexsort((times[trajectory, slot], trajectory))
    trajectory, slot = trajectory[order], slot[order]
    fired = np.atleast_2d(np.asarray(solution.spike_neuron))[trajectory, slot]
    table = {
        "spike_time": _variable("spike_time", times[trajectory, slot]),
        "spike_neuron": _variable("spike_neuron", fired.astype(np.int64)),
        "spike_trajectory": _variable("spike_trajectory", trajectory.astype(np.int64)),
        "spike_point": _variable("spike_point", np.zeros(len(slot), dtype=np.int64)),
    }
    table["spike_neuron"].attrs["neurons"] = " ".join(neurons)  # so that the numbers keep their meaning after a `sel`
    return table


def _common_unit(units: Sequence[str]) -> str:
    """The unit that all memories share; where laws differ, `memory_units` tells each one's."""
    distinct = set(units)
    return distinct.pop() if len(distinct) == 1 else describe("memory").units
