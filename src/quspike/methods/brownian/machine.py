"""Quantum Brownian motion: the completely positive Caldeira–Leggett equation of one node, junctions included.

    dρ/dt = −(i/ħ)[H_S + ¼Σ{G, Ġ}, ρ] + Σ_e 𝓓[L_e]ρ,     L = √(2kT)/ħ [G + (iħ/4kT) Ġ],   G′ = √W,   Ġ = ½{G′, V̂}

memory "operator": G = ∫√W dφ of the flux operator itself, so that a superposition of fluxes is one of resistances.
memory "mean_field", and resistors: G = √W φ̂ with W from a memory that ⟨V⟩ drives. Nothing is averaged over a carrier,
and no inductor is needed. ρ is kept on centre and difference of its arguments (`kernel/centre_difference.py`), in a
frame that follows its mean and its width. Caldeira & Leggett, Physica A 121, 587 (1983).
"""

from __future__ import annotations

import jax.numpy as jnp

from quspike.kernel.fock import once
from quspike.kernel.spiking_scan import SpikingModel
from quspike.methods import lab_frame
from quspike.methods.brownian import frame as brownian_frame
from quspike.methods.brownian import records as brownian_records
from quspike.methods.brownian import resets as brownian_resets
from quspike.methods.brownian.start import prepare, start
from quspike.methods.brownian.state import State, memory_rates, memory_states
from quspike.methods.brownian.terms import density_rate
from quspike.methods.classical import error_norm
from quspike.methods.method import Machine, Params, Setup
from quspike.methods.phase_space import whole_centre

__all__ = ["build", "prepare"]


def build(setup: Setup, params: Params) -> Machine:
    """The machine over `State`; `setup.truncation` is the number of points of a side of the grid."""
    numbers = lab_frame.circuit_numbers(setup, params)
    model = SpikingModel(
        flow=lambda t, y, piece, free: _flow(setup, params, numbers, t, y, piece, free),
        membrane=lambda t, y, piece: lab_frame.membrane_value(setup, params, numbers, t, y.means, piece),
        reset=lambda t, y, piece: brownian_resets.reset(setup, params, numbers, t, y, piece),
        release=lambda t, y, piece: brownian_resets.release(setup, params, numbers, t, y, piece),
        observe=lambda t, y, piece, free: brownian_records.observe(setup, params, numbers, t, y, piece, free),
        error=_error(setup, params, numbers),
    )
    return Machine(
        model,
        start(setup, params, numbers),
        lambda records: brownian_records.read(setup, params, numbers, records),
        lambda track, nodes, spikes: brownian_records.after(setup, params, numbers, track),
        lambda t, y: whole_centre(y.packed, y.frame),
    )


def _flow(setup: Setup, params: Params, numbers: lab_frame.Circuit, t, y: State, piece, free) -> State:
    y = once(y)
    v = lab_frame.clamped_voltage(setup, params, numbers, t, y.means, piece, free)
    x = memory_states(setup, y.means)
    fed = free if setup.spiking else jnp.ones_like(free)
    held = fed if setup.reset == "zero" else jnp.ones_like(free)
    moving = jnp.ones_like(free) if setup.resonator else held  # a clamped baseband membrane stands still
    raw = density_rate(setup, params, numbers, y, v, x, held)
    motion = brownian_frame.frame_motion(setup, params, numbers, y, raw, v, x, held)
    d_packed = moving * brownian_frame.moved(setup, y, raw, motion)
    dq = fed * setup.inputs.current(piece, t) + moving * motion.kick
    d_means = [dq, v + moving * motion.drift, *memory_rates(setup, params, numbers, v, y.means[1], x)]
    d_shape = moving * jnp.stack([motion.growth, motion.narrowing, motion.turn])
    return once(State(jnp.stack(d_means), d_shape, d_packed))


def _error(setup: Setup, params: Params, numbers: lab_frame.Circuit):
    """max of the relative errors of the means, of the frame's shape, and of ρ′ (Hilbert–Schmidt)."""
    means = error_norm(setup, params, numbers)

    def error(e: State, y: State):
        state = jnp.sqrt(jnp.sum(e.packed**2) / jnp.sum(y.packed**2))
        return jnp.max(jnp.stack([means(e.means, y.means), jnp.max(jnp.abs(e.shape)), state]))

    return error
