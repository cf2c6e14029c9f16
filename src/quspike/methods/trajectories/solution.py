"""Unravellings: pure states that average to the equation of their parent, each with its own memory and its own spikes.

    ρ(t) = E |Ψ(t)⟩⟨Ψ(t)|,      |Ψ⟩ of `motion.py`, by `kernel/quantum_jumps.py`

A trajectory's memristors are driven by its own conditional means, and its threshold watches its own membrane: nothing
passes from one to another. Where the dissipators do not depend on the state (resistors, a memory that stands still),
and nothing spikes, the average is the parent's ρ; so it is of an operator memory, whose jumps do not know the state.
Elsewhere it is not: the parent's memories are driven by means of
the whole ensemble, and that is another equation.

Trajectories run in batches, one thread a core, and only what is saved is kept.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.errors import ConvergenceError
from quspike.kernel.clicking_diffusion import diffuse_and_click
from quspike.kernel.ensemble import Ensemble, ensemble_scan
from quspike.kernel.grid import GridPlan
from quspike.kernel.quantum_diffusion import Noise, diffuse
from quspike.kernel.quantum_jumps import Course, JumpModel, advance, begin
from quspike.memory import mean_field
from quspike.methods import operator_jumps, secular
from quspike.methods.assembly import assembled, spikes_of_one, standard_error
from quspike.methods.escape.choice import rate_at_rest
from quspike.methods.method import Params, Setup, Solution
from quspike.methods.trajectories import clicks, measured, motion, operator_motion, operators, records
from quspike.methods.trajectories.losses import kinds
from quspike.methods.trajectories.start import first_state, reset_state
from quspike.methods.trajectories.state import settled
from quspike.quantize.numbers.zero_point import Mode, resonator_mode, thermal_occupation

BATCH = 16  # trajectories side by side, at the most: their states stay in the cache
MOST_SPIKES = 2**25  # of all trajectories together: a quarter of a gigabyte
STEPS_PER_RADIAN = 16  # of `brownian`, which averages over no carrier
JUMPS, DIFFUSED = 0.5, 1 / 32  # jumps in a step, and κ(2n̄ + 1)dt of a diffusive one, at the first guess
TURN = 1.0  # radians of the highest levels' phases in a step: the scheme is stable up to there
STABLE = 3.0  # what `run/step_size.py` divides by the fastest rate
FAR = 1e6  # Wb or C: beyond any memory of a circuit


def prepare(setup: Setup, params: Params, duration: float) -> Setup:
    """The setup with the rate that its steps have to follow.

    Raises what records, operator memories and clicks refuse.
    """
    if measured.wanted(setup):
        setup = measured.prepare(setup, params, duration)
    if setup.parent == "brownian":
        setup = replace(setup, steps_per_radian=STEPS_PER_RADIAN)
    if operators.wanted(setup):
        setup = operators.prepare(setup, params)
    if clicks.clicking(setup):
        clicks.check_clicks(setup, params)
        setup = replace(setup, steady=clicks.averaged(setup))
    return resized(setup, params)


def resized(setup: Setup, params: Params) -> Setup:
    """The setup with the fastest that its steps have to follow: jumps, noise, and the highest levels' phases; 1/s."""
    mode, told = resonator_mode(setup.one, params["elements"]), setup.fastest if measured.wanted(setup) else 0.0
    turning = 0.5 * STABLE / TURN * _energy_range(setup, params, mode)
    decay = operators.fastest(setup, params) if operators.wanted(setup) else 0.0
    click = STABLE / JUMPS * clicks.fastest(setup, params) if clicks.clicking(setup) else 0.0
    return replace(setup, fastest=max(_events(setup, params, mode), turning, told, decay, click))


def least_levels(setup: Setup, params: Params) -> int:
    """The fewest levels to begin with."""
    return clicks.LEVELS if clicks.clicking(setup) else 1


def refine(setup: Setup, params: Params, solution: Solution) -> Setup | None:
    """The setup with more kinds of jumps where the last ones of an operator memory were not rare; else None."""
    if not operators.wanted(setup) or setup.parent != "gksl":
        return None
    finer = operator_jumps.refine(setup, params, solution)
    return None if finer is None else resized(finer, params)


def _energy_range(setup: Setup, params: Params, mode: Mode) -> float:
    """Between the least and the largest energy of what junctions add, undisplaced; over ħ, 1/s."""
    hamiltonian = motion.displaced_junctions(setup, params, mode)
    if hamiltonian is None or setup.truncation is None:
        return 0.0
    columns = [
        hamiltonian(jnp.zeros(()), jnp.zeros((), complex), ket) for ket in jnp.eye(setup.truncation, dtype=complex)
    ]
    energies = np.linalg.eigvalsh(np.asarray(columns))
    return float(energies[-1] - energies[0])


def _events(setup: Setup, params: Params, mode: Mode) -> float:
    """The rate that makes a step no longer than what a jump, or a diffusive step, is allowed; 1/s."""
    hottest = max(float(params["elements"][d.name]["T"]) for d in setup.one.dissipators)
    quanta = float(thermal_occupation(mode.omega, hottest))
    reach = max(abs(complex(secular.initial_amplitude(params, mode))), float(setup.scale / (2 * mode.v_zpf)))
    kappa = sum(_largest(d, params) for d in setup.one.dissipators) / float(mode.capacitance)
    if setup.unravelling == "jump":
        return STABLE / JUMPS * kappa * ((2 * quanta + 1) * (reach**2 + quanta) + quanta)
    return STABLE / DIFFUSED * kappa * (2 * quanta + 1)


def _largest(d: Any, params: Params) -> float:
    """The largest W of a dissipator at its first memory and at the ends of its range, S."""
    own = params["elements"][d.name]
    ends = (
        (None,) if d.law is None else (params["initial"]["memory"][d.name], *(d.law.memory_bounds(own) or (-FAR, FAR)))
    )
    found = [float(mean_field.conductance(d, x, 0.0, params["elements"])) for x in ends]
    return max(value for value in found if np.isfinite(value))


def build(setup: Setup, params: Params) -> Any:
    """An ensemble is no machine of the spiking scan: see `solver`, which every run of this method has."""
    raise TypeError("method trajectories has a solver of its own, and no machine")


def solver(setup: Setup) -> Callable[..., Solution]:
    """`solve(setup, plan, capacity, params, key)`, which compiles at its first call."""
    if measured.wanted(setup):
        return measured.MeasuredTrajectories(setup)
    compiled: dict[str, Any] = {}

    def solve(setup: Setup, plan: GridPlan, capacity: int, params: Params, key: Array | None) -> Solution:
        own = jax.random.key(setup.seed) if key is None else key
        params = clicks.with_clicks(setup, params)
        spikes = max(min(clicks.most_clicks(setup, capacity), MOST_SPIKES // setup.trajectories), 1)
        batch = min(BATCH, -(-setup.trajectories // cores()))
        if not compiled:
            compiled["run"] = jax.jit(partial(part_of, setup, plan, batch, spikes))
        nodes = plan.nodes(setup.inputs.breakpoints(params))
        parts = run_parts(lambda first: compiled["run"](nodes, params, own, first), setup.trajectories, batch)
        return assemble(setup, plan, spikes, params, parts)

    return solve


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_parts(part: Callable[[int], Any], trajectories: int, batch: int) -> Any:
    """All batches, on all cores: leaves with the trajectory in front, as NumPy arrays."""

    def fetched(first: int) -> Any:
        return jax.tree.map(np.asarray, part(first))

    with ThreadPoolExecutor(max_workers=cores()) as pool:
        parts = list(pool.map(fetched, range(0, trajectories, batch)))
    return jax.tree.map(lambda *leaves: np.concatenate(leaves)[:trajectories], *parts)


def part_of(
    setup: Setup, plan: GridPlan, batch: int, spikes: int, nodes: Array, params: Params, key: Array, first: Array
) -> Ensemble:
    """Trajectories first … first + batch − 1, their final courses without keys and states."""
    mode = resonator_mode(setup.one, params["elements"])
    model = jump_model(setup, params, mode)
    pieces = setup.inputs.pieces(params, 0.5 * (nodes[:-1] + nodes[1:]))
    neuron = params["neuron"]
    levels = (neuron["v_threshold"], neuron["t_ref"]) if setup.spiking else ()
    count = kinds_of(setup)
    diffusive = setup.unravelling == "diffusion"
    noise = kicks(setup, params, mode)

    def step(key, t0, t1, course: Course, piece):
        if diffusive and model.clicks:
            return diffuse_and_click(model, noise, key, t0, t1, course, piece, neuron["t_ref"])
        if diffusive:
            return diffuse(model, noise, key, t0, t1, course, piece, *levels)
        return advance(model, t0, t1, course, piece, *levels)

    def start(key: Array) -> Course:
        state, events = jax.random.split(key)
        return begin(model, first_state(setup, params, mode, state), events, (0 if diffusive else count) + model.clicks)

    def observe(t, course: Course, piece):
        return records.observe(setup, params, mode, t, course.y, piece, 1.0 - course.held)

    run = ensemble_scan(step, observe, start, nodes, pieces, key, batch, plan.save_index, spikes, first=first)
    return run._replace(final=run.final._replace(y=None, key=None))


def kinds_of(setup: Setup) -> int:
    """K, the jump operators of one trajectory."""
    return operators.kinds(setup) if operators.wanted(setup) else kinds(setup)


def motion_of(setup: Setup) -> Any:
    """The equations of motion: of linear jump operators, or of those of an operator memory."""
    return operator_motion if operators.wanted(setup) else motion


def jump_model(setup: Setup, params: Params, mode: Mode) -> JumpModel:
    """The functions of one trajectory; without jumps for diffusion."""
    hamiltonian, own = motion.displaced_junctions(setup, params, mode), motion_of(setup)
    diffusive = setup.unravelling == "diffusion"
    bath = JumpModel(
        flow=lambda t, y, piece, free: own.flow(setup, params, mode, hamiltonian, t, y, piece, free),
        rates=lambda t, y, piece, free: (
            jnp.zeros(1) if diffusive else own.jump_rates(setup, params, mode, t, y, piece, free)
        ),
        jump=lambda t, y, piece, free, kind, key: own.jumped(setup, params, mode, t, y, piece, free, kind),
        error=motion.error_norm(setup, params, mode),
        settle=settled,
        membrane=(lambda t, y, piece: records.membrane(setup, params, mode, t, y, piece)) if setup.spiking else None,
        reset=lambda t, y, piece, key: reset_state(setup, params, mode, t, y, piece, key),
        watch=motion.top_levels,
    )
    return clicks.clicking_model(setup, params, mode, bath) if clicks.clicking(setup) else bath


def kicks(setup: Setup, params: Params, mode: Mode) -> Noise:
    """What diffusion adds to them."""
    own = motion_of(setup)
    return Noise(
        shape=(2, kinds_of(setup)),
        kick=lambda t, y, piece, free, h, normal: own.kicked(setup, params, mode, t, y, piece, free, h, normal),
        response=lambda t, y, piece, free: own.response(setup, params, mode, t, y, piece, free),
        keeps=setup.reset == "subtract",
    )


def assemble(setup: Setup, plan: GridPlan, capacity: int, params: Params, parts: Ensemble) -> Solution:
    """The Solution, trajectory first.

    Raises ConvergenceError for a trajectory with more spikes than can be kept.
    """
    most = int(np.max(parts.spikes))
    if most > capacity:
        tried = f"a trajectory fires {most} times, and {capacity} spikes of {setup.trajectories} trajectories fit"
        raise ConvergenceError(f"{tried} into memory: run fewer of them, or give t_ref")
    mode = resonator_mode(setup.one, params["elements"])
    named: dict[str, Any] = dict(jax.vmap(partial(records.read, setup, mode))(jnp.asarray(parts.records)))
    named.pop("diagnostics")
    spikes = spikes_of_one(jnp.asarray(parts.spike_time), jnp.asarray(parts.spikes))
    return assembled(setup, plan, params, named, spikes, diagnostics(setup, params, parts, named["voltage"]))


def diagnostics(setup: Setup, params: Params, parts: Ensemble, voltage: Array) -> dict[str, Array]:
    """Health of the worst trajectory, jumps of the mean one, the largest standard error of the ensemble's ⟨V⟩."""
    course: Course = parts.final
    found = {
        "error_estimate": np.max(course.error),
        "crowded": np.max(course.crowded),
        "finite": np.all(np.isfinite(parts.records)),
        "top_level_population": np.max(course.extreme),
        "truncation": setup.truncation,
        "late_spikes": np.sum(course.late),
        "voltage_standard_error": standard_error(voltage),
    }
    if operators.wanted(setup) and setup.parent == "gksl":
        found |= {"left_out_jumps": np.max(parts.records[..., -1]), "jumps": setup.jumps}
    if clicks.clicking(setup):
        found["spikes_at_rest"] = rate_at_rest(clicks.parent_of(setup), params)
    if setup.unravelling == "jump":
        found["jumps_per_trajectory"] = np.mean(np.sum(course.jumps, axis=1))
    return {name: jnp.asarray(value) for name, value in found.items()}
