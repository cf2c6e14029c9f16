"""Any method, from parameters to a Solution: grid, spiking scan, records, spikes."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from quspike.kernel.grid import GridPlan
from quspike.kernel.spiking_scan import Track, spiking_scan
from quspike.methods.assembly import assembled
from quspike.methods.method import Machine, Params, Setup, Solution
from quspike.methods.registry import Method


def solve(method: Method, setup: Setup, plan: GridPlan, capacity: int, params: Params, key: Array | None) -> Solution:
    """Run one method over a planned grid; pure in params and key, so `jit`, `vmap` and `grad` apply.

    capacity : the most spikes that can occur, the size of `spike_time`.
    """
    nodes = plan.nodes(setup.inputs.breakpoints(params))
    pieces = setup.inputs.pieces(params, 0.5 * (nodes[:-1] + nodes[1:]))
    machine = method.build(setup, params)
    neuron = params["neuron"]
    v_threshold, t_ref = (neuron["v_threshold"], neuron["t_ref"]) if setup.spiking else (None, None)
    normals = _normals(machine, plan, key)
    kept = plan.save_index[plan.kept] if machine.whole is not None else None
    track = spiking_scan(machine.model, machine.start, nodes, pieces, v_threshold, t_ref, normals, kept)
    return _assemble(machine, setup, plan, capacity, params, nodes, track)


def _normals(machine: Machine, plan: GridPlan, key: Array | None):
    if machine.model.kick is None:
        return None
    if key is None:
        raise ValueError("a noisy run needs a random key")
    return jax.random.normal(key, (plan.steps, 2, machine.model.noise_dimension))


def _assemble(
    machine: Machine, setup: Setup, plan: GridPlan, capacity: int, params: Params, nodes: Array, track: Track
) -> Solution:
    named: dict[str, Any] = dict(machine.read(track.records[plan.save_index]))
    spikes, fired, count = _spikes(track.spike_time, capacity)
    if machine.after is not None:
        named |= machine.after(track, nodes, spikes)
    if machine.whole is not None and track.kept is not None:
        named |= jax.vmap(machine.whole)(nodes[plan.save_index[plan.kept]], track.kept)
    extreme = named.pop("diagnostics", {})
    finite = jnp.all(jnp.isfinite(track.records))
    diagnostics = {"error_estimate": track.error, "crowded": track.crowded, "finite": finite, **extreme}
    return assembled(setup, plan, params, named, (spikes, fired, count), diagnostics)


def _spikes(times: Array, capacity: int) -> tuple[Array, Array, Array]:
    """Spikes in the order of time, padded with nan; the neuron of each, or −1; how many each neuron has (K,).

    times : (N,) or (N, K), a spike of each step and neuron, or nan.
    """
    by_neuron = times.reshape(len(times), -1)
    fired = jnp.isfinite(by_neuron)
    count, neurons = jnp.sum(fired, axis=0), by_neuron.shape[1]
    (where,) = jnp.nonzero(fired.ravel(), size=capacity, fill_value=0)
    there = jnp.arange(capacity) < jnp.sum(count)
    found = jnp.where(there, by_neuron.ravel()[where], jnp.nan)
    if neurons == 1:
        return found, jnp.where(there, 0, -1), count
    order = jnp.argsort(jnp.where(there, found, jnp.inf))
    return found[order], jnp.where(there, where % neurons, -1)[order], count
