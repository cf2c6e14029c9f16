"""`quspike.coherent_spike_train(run)`: the superposed spike trains of a run, as one object."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from quspike.errors import InputError
from quspike.spike_trains.state import SpikeTrainState

if TYPE_CHECKING:
    import xarray as xr

    from quspike.run.schema import Run


def coherent_spike_train(what: Run | str | Path | xr.Dataset) -> SpikeTrainState:
    """The `SpikeTrainState` of a run whose neuron has `spike = "coherent"`.

    Parameters
    ----------
    what : a `Run`, a run file, or the Dataset that a run gave.

    Raises
    ------
    InputError : a run whose spikes are of another kind; and all that a run itself raises.
    """
    from quspike.methods.coherent.neuron import train_of
    from quspike.run.compile import compile_run
    from quspike.run.simulate import solve_well

    problem = compile_run(_run_of(what))
    if problem.setup.spike != "coherent":
        raise InputError("spike", problem.setup.spike, "must be coherent for superposed spike trains")
    problem, _ = solve_well(problem, lambda message: None)
    nodes = np.asarray(problem.plan.nodes(problem.setup.inputs.breakpoints(problem.params)))
    step = float(np.max(np.diff(nodes)))
    return SpikeTrainState(train_of(problem.setup, problem.params, float(nodes[-1]), step))


def _run_of(what: Run | str | Path | xr.Dataset) -> Run:
    from quspike.run.load import load, parse_run
    from quspike.run.schema import Run

    if isinstance(what, Run):
        return what
    if isinstance(what, (str, Path)):
        return load(what)
    return parse_run(what.attrs["config"], "config of the result")
