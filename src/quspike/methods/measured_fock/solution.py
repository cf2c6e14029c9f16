"""Ensembles of a measured resonator in Fock space: method `gksl` with memory `measured`, or spikes on the record.

    dρ = 𝓛(x)ρ dt − k[V,[V,ρ]]dt + √(2kη)({V,ρ} − 2⟨V⟩ρ)dW,      dy = ⟨V⟩dt + dW/√(8kη)

𝓛 is the secular GKSL equation of `methods/gksl.py`, junctions exact; records, memories and spikes are those of
`methods/measured/`. Per trajectory the frame follows the conditional mean, so that a driven neuron needs few levels.
Pfeiffer et al., Sci. Rep. 6, 29507 (2016); Wiseman & Milburn, Quantum Measurement and Control (2010), ch. 4.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.errors import InputError, NotAvailable
from quspike.kernel.ensemble import Ensemble, ensemble_scan
from quspike.kernel.fock import unpack
from quspike.kernel.grid import GridPlan
from quspike.methods.gksl import TOP_LEVELS
from quspike.methods.measured import columns, rest
from quspike.methods.measured import solution as gaussian
from quspike.methods.measured.spikes import drawn
from quspike.methods.measured.step import in_a_row
from quspike.methods.measured_fock.state import Model, State, model_of, start
from quspike.methods.measured_fock.step import spiking_step, step
from quspike.methods.method import Params, Setup, Solution

BATCH = 128  # trajectories side by side: what fits a processor's cache at 24 levels
HEALTH = 2  # columns of the records: top-level population, smallest population


def prepare(setup: Setup, params: Params, duration: float) -> Setup:
    """The setup with the fastest rate of its equations. Refuses what has no record in Fock space."""
    word = "memory measured" if setup.memory == "measured" else "spike record"
    if setup.memory == "operator":
        raise NotAvailable("memory", "operator", "must be mean_field or measured with spike record so far")
    if setup.one.gates:
        raise NotAvailable(setup.one.gates[0].name, "a gate", f"must be a current source with {word} so far")
    model = model_of(setup, params)
    gaussian.refuse_rates(model.given, duration)
    if setup.spiking:
        rest.refuse_noise(model.given)
    return replace(setup, fastest=gaussian.STABLE * gaussian.STEPS * float(gaussian.fastest(model.given)))


class MeasuredFock(gaussian.Measured):
    """`solve(setup, plan, capacity, params, key)` of one setup; what was compiled for a plan is kept."""

    def __call__(self, setup: Setup, plan: GridPlan, capacity: int, params: Params, key: Any) -> Solution:
        check_size(setup, plan)
        return super().__call__(setup, plan, capacity, params, key)

    def _solved(self, plan: GridPlan, capacity: int, nodes: Array, pieces: Any, params: Params, key: Any) -> Solution:
        model = model_of(self.setup, params)
        return assemble(model, plan, ensemble(model, nodes, pieces, key, plan.save_index, capacity))


def ensemble(model: Model, nodes: Array, pieces: Any, key: Array, saved: np.ndarray, capacity: int) -> Ensemble:
    """All trajectories of a run, BATCH of them at a time."""
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
        batch=min(BATCH, setup.trajectories),
    )


def follow(setup: Setup, params: Params, nodes: Array, normals: Array) -> State:
    """The conditional states (N + 1, …) of one trajectory without spikes, for given noise.

    nodes : (N + 1,) s. normals : (N,), dW/√h of each step.
    """
    model = model_of(replace(setup, spiking=False, spike="expectation"), params)
    pieces = setup.inputs.pieces(params, 0.5 * (nodes[:-1] + nodes[1:]))
    return in_a_row(lambda *piece: step(model, *piece), start(model), nodes, pieces, normals)


def observe(model: Model, t: Any, y: State, piece: Any) -> Array:
    """The columns of a Gaussian trajectory, then health, and the state if it is saved."""
    populations = jnp.diagonal(y.packed)
    health = jnp.stack([jnp.sum(populations[-TOP_LEVELS:]), jnp.min(populations)])
    kept = [y.packed.ravel()] if model.setup.save_states else []
    return jnp.concatenate([columns.observe(model.given, t, y.given, piece), health, *kept])


def assemble(model: Model, plan: GridPlan, found: Ensemble) -> Solution:
    """The Solution of an ensemble: `trajectory` first."""
    own = columns.width(model.given)
    solution = gaussian.assemble(model.given, plan, found._replace(records=found.records[..., :own]))
    health, states = found.records[..., own : own + HEALTH], found.records[..., own + HEALTH :]
    lowest = jnp.linalg.eigvalsh(unpack(found.final.packed))[..., 0]
    traces = jnp.trace(found.final.packed, axis1=-2, axis2=-1)
    diagnostics = {name: value for name, value in solution.diagnostics.items() if name != "uncertainty_deficit"}
    diagnostics |= {
        "top_level_population": jnp.max(health[..., 0]),
        "trace_error": jnp.max(jnp.abs(traces - 1)),
        "smallest_eigenvalue": jnp.minimum(jnp.min(health[..., 1]), jnp.min(lowest)),
        "truncation": jnp.asarray(model.levels),
        "finite": jnp.all(jnp.isfinite(found.records)),
    }
    extra = dict(solution.extra)
    if model.setup.save_states:
        extra["states"] = unpack(states.reshape(*states.shape[:-1], model.levels, model.levels))
    return replace(solution, diagnostics=diagnostics, extra=extra)


def check_size(setup: Setup, plan: GridPlan) -> None:
    """Refuse more density matrices than fit."""
    if not setup.save_states:
        return
    assert setup.truncation is not None
    count = setup.trajectories * len(plan.save_times)
    needed = 16.0 * count * setup.truncation**2
    if needed > gaussian.MOST_BYTES:
        levels = f"{setup.trajectories} × {len(plan.save_times)} states of {setup.truncation} levels"
        remedy = f"must be false, or trajectories and saved times fewer: {levels} are {needed / 1e9:.3g} GB"
        raise InputError("[save] states", "true", remedy)
