"""Where method brownian begins: its grid, its first state, and a baseband membrane's fine first steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import jax.numpy as jnp
import numpy as np

from quspike.constants import hbar, k_B
from quspike.kernel import centre_states
from quspike.memory import mean_field
from quspike.memory.operator import check_operator
from quspike.methods import lab_frame
from quspike.methods.brownian.resets import thermal_frame
from quspike.methods.brownian.state import State, grid_of, is_operator, shape_of
from quspike.methods.classical import start_means
from quspike.methods.inputs import Inputs
from quspike.methods.method import Params, Setup, initial_memories
from quspike.methods.moments import hottest, thermal_spread

FAR = 1e6  # Wb or C: beyond any memory of a circuit
POINTS = 16  # a side of the grid, to begin with
STEPS_PER_RADIAN = 32  # of a resonator, whose mean swings in the laboratory frame
FINER = 1 / 128  # growth from one of the first steps to the next: half of what a grid of 64 points bears


@dataclass(frozen=True)
class StartingInputs(Inputs):
    """The same sources, with a time grid that begins with short steps."""

    first_times: tuple[float, ...] = ()

    def breakpoints(self, params: Mapping[str, Any]):
        """Those of the drives, and the first times."""
        return jnp.concatenate([super().breakpoints(params), jnp.asarray(self.first_times)])


def prepare(setup: Setup, params: Params, duration: float) -> Setup:
    """The grid's size, and short steps for a baseband membrane, whose flux spreads from its least width within ħ/kT.

    Raises InputError for an operator memristance that no F(φ̂) gives.
    """
    for d in setup.one.memristors if setup.memory == "operator" else ():
        check_operator(d)
    points = setup.truncation or _points(setup, params)
    setup = replace(setup, truncation=points, steps_per_radian=STEPS_PER_RADIAN)
    setup = replace(setup, fastest=_fastest(setup, params))
    if setup.resonator:
        return setup
    leak = sum(lab_frame.conductances(setup, params, 0.0, initial_memories(setup, params)), 0.0)
    first = float(hbar / (2 * k_B * hottest(setup, params)))
    last = min(float(lab_frame.circuit_numbers(setup, params).capacitance / leak), duration)
    times = first * ((1 + FINER) ** np.arange(1, max(int(np.log(1 + last / first) / np.log1p(FINER)), 1)) - 1)
    own = {field.name: getattr(setup.inputs, field.name) for field in fields(setup.inputs)}
    return replace(setup, inputs=StartingInputs(**own, first_times=tuple(times[times < duration])))


def _points(setup: Setup, params: Params) -> int:
    """Enough for the first state: a Gaussian needs no more than what the dynamics does to it."""
    if setup.initial_state == "fock":
        return POINTS + 2 * dict(setup.state or {})["n"] + 2
    if setup.initial_state == "cat":
        size = float(np.hypot(params["initial"]["cat_re"], params["initial"]["cat_im"]))
        return POINTS + int(np.ceil(2 * size**2 + 6 * np.sqrt(2) * size))
    return POINTS


def _fastest(setup: Setup, params: Params) -> float:
    """The fastest decay on the grid: kT W (x − y)²/ħ² at its corner, η² = 2N; 1/s."""
    numbers = lab_frame.circuit_numbers(setup, params)
    reach = start(setup, params, numbers).frame.reach
    total = 0.0
    for d in setup.one.dissipators:
        p = params["elements"][d.name]
        ends = (
            (None,)
            if d.law is None
            else (*(d.law.memory_bounds(p) or (-FAR, FAR)), params["initial"]["memory"][d.name])
        )
        found = [float(mean_field.conductance(d, x, 0.0, params["elements"])) for x in ends]
        w = max(value for value in found if np.isfinite(value))
        total += 2 * len(grid_of(setup).points) * w * k_B * float(p["T"]) * float(reach / hbar) ** 2
    return total


def start(setup: Setup, params: Params, numbers: lab_frame.Circuit) -> State:
    """The first state: of a resonator its mode's own, of a baseband membrane √(kT/C) wide in voltage."""
    memories = [
        x - d.sign * params["initial"]["flux"] if is_operator(setup, d) and not setup.resonator else x
        for d, x in zip(setup.one.memristors, initial_memories(setup, params), strict=True)
    ]
    means = jnp.stack([jnp.asarray(m, dtype=float) for m in [*start_means(setup, params, numbers), *memories]])
    grid, given = grid_of(setup), dict(setup.state or {})
    if not setup.resonator:
        phi_phi, _, v_v = thermal_spread(setup, params, numbers)
        reach = hbar / (numbers.capacitance * jnp.sqrt(v_v))
        return State(means, shape_of(jnp.sqrt(phi_phi), reach), centre_states.gaussian_state(grid))
    shape = shape_of(*thermal_frame(setup, params, params["initial"]["occupation"]))
    if setup.initial_state == "fock":
        return State(means, shape, centre_states.number_state(grid, given["n"]))
    if setup.initial_state == "cat":
        alpha = params["initial"]["cat_re"] + 1j * params["initial"]["cat_im"]
        return State(means, shape, centre_states.cat_state(grid, alpha, given["parity"]))
    return State(means, shape, centre_states.gaussian_state(grid))
