"""Ensembles of a measured membrane, compiled once, all trajectories side by side."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.constants import hbar
from quspike.errors import ConvergenceError, InputError, NotAvailable
from quspike.kernel.ensemble import Ensemble, ensemble_scan
from quspike.kernel.grid import MAX_STEPS, GridPlan
from quspike.methods.assembly import assembled, spikes_of_one
from quspike.methods.measured.columns import observe, read, width
from quspike.methods.measured.memories import damping
from quspike.methods.measured.numbers import Model, memory_filter, model_of
from quspike.methods.measured.rest import noise_at_rest, of_envelope, refuse_noise, spikes_at_rest
from quspike.methods.measured.spikes import drawn, spiking_step
from quspike.methods.measured.state import State, start
from quspike.methods.measured.step import in_a_row, step
from quspike.methods.method import Params, Setup, Solution
from quspike.units import format_si

STEPS = 8  # of the shortest time in the equations
STABLE = 3.0  # what an automatic step makes of `Setup.fastest`
ROUNDING = 1e-9  # of a step on its grid
MOST_SPIKES = 4096  # of a trajectory that are kept
MOST_BYTES = 8e9  # of saved numbers


def prepare(setup: Setup, params: Params, duration: float) -> Setup:
    """The setup with the fastest rate of its equations. Refuses what has no Gaussian record."""
    _refuse(setup, params)
    model = model_of(setup, params)
    refuse_rates(model, duration)
    if setup.spiking:
        refuse_noise(model)
    return replace(setup, fastest=STABLE * STEPS * float(fastest(model)))


def stray_spikes(setup: Setup, params: Params) -> float:
    """How often the neuron would spike at rest, 1/s."""
    neuron = {key: float(value) for key, value in params["neuron"].items()}
    levels = neuron["v_threshold"], neuron["v_reset"], neuron["t_ref"]
    model = model_of(setup, params)
    return spikes_at_rest(*noise_at_rest(model), *levels, of_envelope(model))


def _refuse(setup: Setup, params: Params) -> None:
    word = "memory measured" if setup.memory == "measured" else "spike record"
    if setup.coloured:
        raise NotAvailable("bath", "drude", f"must be markov with {word} so far")
    if setup.closure != "none":
        raise InputError("closure", setup.closure, f"must be none with {word}")
    if setup.one.gates:
        raise NotAvailable(setup.one.gates[0].name, "a gate", f"must be a current source with {word} so far")
    if not float(params["measurement"]["efficiency"]) > 0:
        raise InputError("[measurement] efficiency", "0", f"must be > 0 with {word}: it is all noise else")


def fastest(model: Model) -> Any:
    """The largest of the filters' rates and of the rate at which a settled state learns from the record, 1/s."""
    rates = [model.memory_rate] if model.plain or model.tone else []
    rates += [model.spike_rate] if model.watched else []
    y = start(model)
    leak = sum(_first_conductances(model, y)) / model.capacitance
    spread = 2 * leak * y.v_v
    if model.mode is not None:
        spread = leak * y.v_v + 4 * model.params["measurement"]["strength"] * model.mode.v_zpf**4
    rates.append(jnp.sqrt(model.information * spread))
    return jnp.max(jnp.stack([jnp.asarray(rate) for rate in rates]))


def _first_conductances(model: Model, y: State) -> list:
    pieces = tuple(p[0] for p in model.setup.inputs.pieces(model.params, jnp.zeros(1)))
    return damping(model, jnp.zeros(()), y, pieces)


@dataclass(frozen=True)
class Measured:
    """`solve(plan, capacity, params, key)` of one setup; what was compiled for a plan is kept."""

    setup: Setup
    compiled: dict[Any, Any] = field(default_factory=dict, repr=False)

    def __call__(self, setup: Setup, plan: GridPlan, capacity: int, params: Params, key: Any) -> Solution:
        key = jax.random.key(setup.seed) if key is None else key
        capacity = max(1, min(capacity, MOST_SPIKES)) if setup.spiking else 1
        traced = any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves((params, key)))
        beside = {} if traced else _checked(setup, plan, params)
        if id(plan) not in self.compiled:
            self.compiled[id(plan)] = plan, jax.jit(self._run(plan, capacity))
        found = self.compiled[id(plan)][1](plan.gap, plan.fraction, params, key)
        if not traced:
            _check_kept(found, capacity)
        return replace(found, diagnostics={**found.diagnostics, **beside})

    def _run(self, plan: GridPlan, capacity: int):
        def run(gap, fraction, params, key):
            planned = replace(plan, gap=gap, fraction=fraction)  # arguments: as constants, they would slow compiling
            nodes = planned.nodes(self.setup.inputs.breakpoints(params))
            pieces = self.setup.inputs.pieces(params, 0.5 * (nodes[:-1] + nodes[1:]))
            return self._solved(plan, capacity, nodes, pieces, params, key)

        return run

    def _solved(self, plan: GridPlan, capacity: int, nodes: Array, pieces: Any, params: Params, key: Any) -> Solution:
        """The ensemble, of this room's own trajectories; others put theirs in its place."""
        model = model_of(self.setup, params)
        return assemble(model, plan, ensemble(model, nodes, pieces, key, plan.save_index, capacity))


def ensemble(model: Model, nodes: Array, pieces: Any, key: Array, saved: np.ndarray, capacity: int) -> Ensemble:
    """All trajectories of a run."""
    setup = model.setup
    return ensemble_scan(
        drawn(model, setup.spiking, step, spiking_step),
        lambda t, y, piece: observe(model, t, y, piece),
        lambda key: start(model),
        nodes,
        pieces,
        key,
        setup.trajectories,
        saved,
        capacity,
    )


def follow(setup: Setup, params: Params, nodes: Array, normals: Array) -> State:
    """The conditional states (N + 1, …) of one trajectory without spikes, for given noise.

    nodes : (N + 1,) s. normals : (N,), dW/√h of each step.
    """
    model = model_of(replace(setup, spiking=False), params)
    pieces = setup.inputs.pieces(params, 0.5 * (nodes[:-1] + nodes[1:]))
    return in_a_row(lambda *piece: step(model, *piece), start(model), nodes, pieces, normals)


def assemble(model: Model, plan: GridPlan, found: Ensemble) -> Solution:
    """The Solution of an ensemble: `trajectory` first."""
    setup, params = model.setup, model.params
    named = read(model, found.records)
    diagnostics = {
        "error_estimate": jnp.zeros(()),
        "crowded": jnp.zeros(()),
        "finite": jnp.all(jnp.isfinite(found.records)),
        **named.pop("diagnostics"),
        **measured_numbers(model),
    }
    return assembled(setup, plan, params, named, spikes_of_one(found.spike_time, found.spikes), diagnostics)


def measured_numbers(model: Model) -> dict[str, Any]:
    """The measurement's own numbers: k, η, both diffusions and their product over ħ²/4ηC², the filter."""
    efficiency = model.params["measurement"]["efficiency"]
    record = 1 / model.information
    bound = hbar**2 / (4 * efficiency * model.capacitance**2)
    numbers = {
        "measurement_strength": model.params["measurement"]["strength"],
        "measurement_efficiency": efficiency,
        "record_diffusion": record,
        "flux_diffusion": model.heating,
        "diffusions_over_bound": record * model.heating / bound,
    }
    if model.plain or model.tone:
        numbers["memory_filter"] = memory_filter(model.setup, model.params)
    return numbers


def _checked(setup: Setup, plan: GridPlan, params: Params) -> dict[str, Any]:
    """The step in its fastest time, and spikes at rest; refuses what `refuse_grid` does."""
    model, longest = model_of(setup, params), refuse_grid(setup, plan, params)
    rate = max(float(fastest(model)), float(model.omega))
    stray = {"spikes_at_rest": jnp.asarray(stray_spikes(setup, params))} if setup.spiking else {}
    return {"step_in_fastest_time": jnp.asarray(longest * rate), **stray}


def refuse_grid(setup: Setup, plan: GridPlan, params: Params) -> float:
    """Refuse a step longer than a filter, and more numbers than fit; else the longest step, s."""
    model = model_of(setup, params)
    longest = float(np.max(np.diff(np.asarray(plan.nodes(setup.inputs.breakpoints(params))))))
    refuse_step(model, longest)
    needed = 8.0 * setup.trajectories * len(plan.save_times) * width(model)
    if needed > MOST_BYTES:
        times = f"{setup.trajectories} × {len(plan.save_times)} saved times are {needed / 1e9:.3g} GB"
        remedy = f"must be longer, or trajectories fewer: {times}"
        raise InputError("save_every", format_si(plan.save_times[1], "time"), remedy)
    return longest


def refuse_rates(model: Model, duration: float) -> None:
    """Raise InputError, by the key that makes it so, for equations of more steps than a run has."""
    strength = float(model.params["measurement"]["strength"])
    rates = {"[measurement] strength": float(fastest(model)) * (1 - ROUNDING)}
    rates |= {name: float(rate) for name, rate in filter_rates(model).items()}
    name = max(rates, key=lambda key: rates[key])
    most = MAX_STEPS / (STEPS * duration)
    if rates[name] <= most:
        return
    least = format_si(float(f"{1 / most:.3g}"), "time")
    if name == "[measurement] strength":
        remedy = (
            f"must be smaller: the membrane would be known within {1 / rates[name]:.2g} s, and a run resolves {least}"
        )
        volts = f"{strength:.3g}/(V² s)"
        raise InputError(name, volts, remedy)
    raise InputError(name, f"{1 / rates[name]:.3g} s", f"must be ≥ {least}: a run has at most {MAX_STEPS:,} steps")


def filter_rates(model: Model) -> dict[str, Any]:
    """The rate γ_f of each filter of the record (1/s), by the key that chooses it."""
    rates = {"[measurement] filter": model.memory_rate} if model.plain or model.tone else {}
    return rates | ({"[neuron] record.filter": model.spike_rate} if model.watched else {})


def refuse_step(model: Model, longest: float) -> None:
    """Raise InputError for a step (s) that is longer than the shortest filter of the record, which is named."""
    for name, rate in sorted(filter_rates(model).items(), key=lambda item: -float(item[1])):
        if longest * float(rate) > 1 + ROUNDING:
            remedy = f"must be ≤ {format_si(1 / float(rate), 'time')}, the shortest filter of the record, {name}"
            raise InputError("dt", format_si(float(f"{longest:.9g}"), "time"), remedy)


def _check_kept(found: Solution, capacity: int) -> None:
    most = int(np.max(np.asarray(found.spike_count), initial=0))
    if most > capacity:
        raise ConvergenceError(f"a trajectory spikes {most} times, and {capacity} are kept: shorten the run")
