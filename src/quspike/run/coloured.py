"""How many Padé poles the coloured noise of a run needs, and the grid on which its covariance moves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from quspike.baths.coloured import choose_poles
from quspike.errors import InputError
from quspike.kernel.grid import plan_grid
from quspike.methods.coloured_moments import refuse_mixed_lines
from quspike.methods.method import Setup
from quspike.quantize.membrane import inverse_inductance, total_capacitance
from quspike.run.step_size import leak_range

STEPS_PER_LEAK = 20  # second-order exponential steps, of the fastest leak time
STEPS_PER_RADIAN = 4  # of a resonator, over which a memristance that follows its flux may move


def with_coloured_noise(setup: Setup, params: Mapping[str, Any], times: np.ndarray) -> Setup:
    """The setup with its poles, their error against fluctuation–dissipation, and the covariance's grid.

    Raises InputError without a cutoff, ConvergenceError if no number of poles will do.
    """
    elements = params["elements"]
    for d in setup.one.dissipators:
        if "cutoff" not in elements[d.name]:
            raise InputError(f"{d.name} cutoff", "nothing", "must be given with bath=drude (cutoff=1e12rad/s)")
    refuse_mixed_lines(setup, params)
    first = elements[setup.one.dissipators[0].name]
    capacitance = float(total_capacitance(setup.one, elements))
    stiffness = float(inverse_inductance(setup.one, elements))
    low, high = leak_range(setup, params)
    poles, error = choose_poles(
        capacitance,
        np.array(sorted({low, high})),
        float(first["cutoff"]),
        float(first["T"]),
        1 / stiffness if stiffness else math.inf,
    )
    step = capacitance / high / STEPS_PER_LEAK
    if setup.omega is not None and setup.one.memristors:
        step = min(step, 1 / (STEPS_PER_RADIAN * setup.omega))
    plan = plan_grid(times, np.zeros(0), step)
    nodes = np.asarray(plan.nodes(np.zeros(0)))
    return replace(setup, poles=poles, noise_error=error, noise_grid=nodes, noise_save_index=plan.save_index)
