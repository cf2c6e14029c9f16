"""Ensembles of measured trajectories that stay pure: `gksl` with memory `measured`, or spikes on a record, unravelled.

Records, spikes on them, and memories that a record drives are distributed as those of `measured_fock/`, which carries
one density matrix for each record. Here each trajectory is one ψ: N numbers in place of N², and all that the lines and
an inefficient detector carry off is seen by somebody, if not by such a memory. A `mean_field` memory does see it: it
follows the |α| of its own ψ, as in every other run of `trajectories`, and not that of the ρ which a record leaves. It
is another model, of memristors that are told all that leaves, and its W scatters where that of `gksl` does not.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.errors import InputError, NotAvailable
from quspike.kernel.ensemble import Ensemble, ensemble_scan
from quspike.kernel.pure_states import square
from quspike.methods import measured_fock
from quspike.methods.assembly import standard_error
from quspike.methods.measured import columns
from quspike.methods.measured import solution as gaussian
from quspike.methods.measured_fock.state import Model, model_of
from quspike.methods.method import Params, Setup, Solution
from quspike.methods.trajectories.measured_motion import State, noise_of, start, step
from quspike.methods.trajectories.measured_spikes import spiking_step
from quspike.methods.trajectories.motion import TOP_LEVELS, displaced_junctions

BATCH = 256  # trajectories side by side
wanted = measured_fock.wanted


def prepare(setup: Setup, params: Params, duration: float) -> Setup:
    """The setup with the fastest rate that the measurement adds.

    Raises InputError and NotAvailable for what has no pure conditional state with a record.
    """
    word = "memory measured" if setup.memory == "measured" else "spike record"
    if setup.unravelling != "diffusion":
        remedy = f"must be diffusion with {word}: between two clicks of a counter a record has no pure state so far"
        raise InputError("unravelling", setup.unravelling, remedy)
    if setup.parent != "gksl":
        raise NotAvailable("parent", setup.parent, f"must be gksl with {word} so far")
    return measured_fock.prepare(setup, params, duration)


class MeasuredTrajectories(gaussian.Measured):
    """`solve(setup, plan, capacity, params, key)` of one setup; what was compiled for a plan is kept."""

    def _solved(self, plan: Any, capacity: int, nodes: Array, pieces: Any, params: Params, key: Any) -> Solution:
        model = model_of(self.setup, params)
        return assemble(model, plan, ensemble(model, nodes, pieces, key, plan.save_index, capacity))


def ensemble(model: Model, nodes: Array, pieces: Any, key: Array, saved: np.ndarray, capacity: int) -> Ensemble:
    """All trajectories of a run, BATCH of them at a time."""
    setup = model.setup
    hamiltonian = displaced_junctions(setup, model.params, model.mode)

    def advance(key, t0, t1, y: State, piece):
        moving, leaving = jax.random.split(key)
        noise = noise_of(moving)
        if not setup.spiking:
            return step(model, hamiltonian, t0, t1 - t0, y, piece, noise), jnp.nan
        return spiking_step(model, hamiltonian, t1, y, piece, noise, leaving)

    return ensemble_scan(
        advance,
        lambda t, y, piece: observe(model, t, y, piece),
        lambda key: start(model, key),
        nodes,
        pieces,
        key,
        setup.trajectories,
        saved,
        capacity,
        batch=min(BATCH, setup.trajectories),
    )


def observe(model: Model, t: Any, y: State, piece: Any) -> Array:
    """The columns of a Gaussian trajectory, then the population of the last levels."""
    top = square(y.psi[-TOP_LEVELS:]) / square(y.psi)
    return jnp.concatenate([columns.observe(model.given, t, y.given, piece), jnp.reshape(top, 1)])


def assemble(model: Model, plan: Any, found: Ensemble) -> Solution:
    """The Solution of an ensemble: `trajectory` first."""
    own = columns.width(model.given)
    solution = gaussian.assemble(model.given, plan, found._replace(records=found.records[..., :own]))
    diagnostics = {name: value for name, value in solution.diagnostics.items() if name != "uncertainty_deficit"}
    diagnostics |= {
        "top_level_population": jnp.max(found.records[..., own]),
        "truncation": jnp.asarray(model.levels),
        "voltage_standard_error": standard_error(solution.voltage),
        "finite": jnp.all(jnp.isfinite(found.records)),
    }
    return replace(solution, diagnostics=diagnostics)
