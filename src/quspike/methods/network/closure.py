"""The Gaussian closure of the memories of several nodes: `moments` with what fluctuates together kept.

    i_d = ⟨W_d⟩v_d + ⟨W_d′⟩Cov(φ_d, v_d),     δi_d = ⟨W_d⟩ δv_d + ⟨W_d′V⟩ δφ_d,     ẋ_d = ⟨f_d(x_d, v_d)⟩

over the flux and voltage of each memristor's own branch, Var φ_d = bᵀσ_φφ b, Cov = bᵀσ_φq E b, Var v_d = bᵀE σ_qq E b:
for the covariance ⟨W_d′V⟩ is a stiffness on that branch. One node's is in `moments`, the averages in `memory/gaussian`.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.memory import gaussian
from quspike.methods.method import Params, Setup
from quspike.methods.network import frame as net


class Closed(NamedTuple):
    """⟨W⟩, i and ⟨W′V⟩ of every dissipator (D,), dx/dt of every memory."""

    conductance: Array
    current: Array
    reaction: Array
    memory: Array


def closed(
    setup: Setup, params: Params, f: net.Frame, inverse: Array, y: Array, seen: net.Seen, spread: Array
) -> Closed:
    """The averages at a state of means y and spread σ; inverse : E, clamped nodes on ground (m, m)."""
    m, x, elements = len(f.stiffness), net.split(setup, f, y).memory, params["elements"]
    to_volts = inverse @ f.dissipators
    fluxes = jnp.einsum("id,ij,jd->d", f.dissipators, spread[:m, :m], f.dissipators)
    mixed = jnp.einsum("id,ij,jd->d", f.dissipators, spread[:m, m:], to_volts)
    volts = jnp.einsum("id,ij,jd->d", to_volts, spread[m:, m:], to_volts)
    conductance, current = seen.conductance, seen.current
    reaction, memory = jnp.zeros_like(conductance), jnp.zeros_like(x)
    for i, (d, j) in enumerate(zip(setup.membrane.memristors, net.remembering(setup), strict=True)):
        v = seen.branch[j]
        memory = memory.at[i].set(gaussian.closed_rate(d, elements, v, x[i], volts[j]))
        if gaussian.closes(d):
            mean, slope, reacting = gaussian.flux_average(d, elements, v, x[i], fluxes[j], mixed[j])
            conductance = conductance.at[j].set(mean)
            current, reaction = current.at[j].set(mean * v + slope * mixed[j]), reaction.at[j].set(reacting)
    return Closed(conductance, current, reaction, memory)


def rates(setup: Setup, f: net.Frame, mean_field: Array, seen: net.Seen, own: Closed) -> Array:
    """dy/dt of the means, in place of that of mean fields."""
    m = len(f.stiffness)
    ends = 2 * m + len(own.memory)
    drawn = f.dissipators @ (own.current - seen.current)
    return mean_field.at[:m].add(-drawn).at[2 * m : ends].set(own.memory)


def stiffened(f: net.Frame, own: Closed) -> net.Frame:
    """The circuit that fluctuations see: K + B ⟨W′V⟩ Bᵀ."""
    return f._replace(stiffness=f.stiffness + (f.dissipators * own.reaction) @ f.dissipators.T)


def shown(setup: Setup, columns: Array, own: Closed) -> Array:
    """The records of `classical.observe` with ⟨W⟩ and the whole current of each memristor."""
    chosen = net.remembering(setup)
    remembered = np.arange(len(columns) - 2 * len(chosen), len(columns))
    return columns.at[remembered].set(jnp.concatenate([own.conductance[chosen], own.current[chosen]]))
