"""Where a hierarchy begins: a state about its mean, with lines that follow it."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from quspike.kernel import fock_states

SETTLE_RATE = 2.2  # of the fastest rate, per step of the settling; the fourth-order scheme holds 2.78


def start_stack(parts: Any, means: Array, state: str) -> Array:
    """The packed stack (K, N, N) of the named state about these means.

    `thermal` is in equilibrium with its lines: the undriven hierarchy about the given mean, after it has settled. The
    others, and `swapped` (what a `zero` reset leaves), are states of the mode alone, which their lines follow.
    """
    packed = _mode_state(parts, state)
    stack = jnp.zeros((parts.layout.size, *packed.shape)).at[0].set(packed)
    return _settled(parts, means, stack) if state == "thermal" else stack


def _mode_state(parts: Any, state: str) -> Array:
    """The mode's own density matrix on the grid, packed."""
    setup, params = parts.setup, parts.params
    levels, given = setup.truncation, dict(setup.state or {})
    if state == "fock":
        packed = fock_states.number_state(levels, given["n"])
    elif state == "cat":
        alpha = params["initial"]["cat_re"] + 1j * params["initial"]["cat_im"]
        packed = fock_states.cat_state(levels, alpha, given["parity"])
    elif state == "swapped":
        packed = fock_states.thermal_state(levels, params["neuron"]["reset_occupation"])
    else:
        packed = fock_states.thermal_state(levels, params["initial"]["occupation"])
    return parts.grid.vectors.T @ packed @ parts.grid.vectors


def _settled(parts: Any, means: Array, stack: Array) -> Array:
    """The stack after it has relaxed about a mean that is held in its place."""
    from quspike.methods.heom.machine import stack_flow, surroundings

    still, zero = _at_rest(parts, means), jnp.zeros(())
    chosen = parts.setup.hierarchy
    h = SETTLE_RATE / chosen.fastest

    def flow(s):
        return stack_flow(parts, surroundings(parts, still, s, zero), s)

    def step(_, s):
        k1 = flow(s)
        k2 = flow(s + 0.5 * h * k1)
        k3 = flow(s + 0.5 * h * k2)
        k4 = flow(s + h * k3)
        return s + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)

    return jax.lax.fori_loop(0, max(int(chosen.settling / h), 1), step, stack)


def _at_rest(parts: Any, means: Array) -> Array:
    """The means without what the lines remember of an earlier motion."""
    return means.at[2 + len(parts.setup.one.memristors) :].set(0.0)
