"""Many trajectories at once, each with its own noise and its own spikes.

    y_{n+1} = advance(key_n, t_n, t_{n+1}, y_n),     key_n = fold_in(fold_in(key, trajectory), n)

A trajectory's noise is a function of the seed, its number and the step alone: it does not depend on how many others
there are or how they are batched, and nothing passes from one to the next. Only what is saved is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

Advance = Callable[[Array, Array, Array, Any, Any], tuple[Any, Array]]

FIRST = 2**31 - 1  # in place of a step's number: the first state's draw, whatever the grid


class Ensemble(NamedTuple):
    """records (B, T, k) at the saved nodes; spike_time (B, S) s, nan-padded; spikes (B,); final states, axis B first.

    spikes counts all of them and may exceed S: the times beyond are lost.
    """

    records: Array
    spike_time: Array
    spikes: Array
    final: Any


def ensemble_scan(
    advance: Advance,
    observe: Callable[[Array, Any, Any], Array],
    start: Callable[[Array], Any],
    nodes: Array,
    pieces: Any,
    key: Array,
    trajectories: int,
    saved: np.ndarray,
    capacity: int,
    batch: int | None = None,
    first: Array | int = 0,
) -> Ensemble:
    """Run the trajectories over the grid.

    advance(key, t0, t1, y, piece) : one step of one trajectory: the next state, and a spike's time or nan, or several.
    observe(t, y, piece) : what is recorded (k,). start(key) : the first state. nodes : (N + 1,) s. pieces : pytree with
    leading axis N. key : `jax.random.key`. saved : (T,) numbers of the saved nodes, rising. capacity : S, the most
    spikes of a trajectory that are kept. batch : trajectories that run side by side; None: all. first : the number of
    the first trajectory, so that an ensemble can be run in parts.
    """
    steps = len(nodes) - 1
    slots = np.full(steps + 1, len(saved))  # where a node is not saved, its record falls into a last row
    slots[saved] = np.arange(len(saved))
    xs = (jnp.arange(steps), nodes[:-1], nodes[1:], pieces, jnp.asarray(slots[1:]))
    opening = jax.tree.map(lambda leaf: leaf[0], pieces)

    def trajectory(number: Array):
        own = jax.random.fold_in(key, number)
        y = start(jax.random.fold_in(own, FIRST))
        record = observe(nodes[0], y, opening)
        records = jnp.zeros((len(saved) + 1, *record.shape), record.dtype).at[slots[0]].set(record)
        times = jnp.full(capacity + 1, jnp.nan)

        def body(carry, x):
            y, records, times, count = carry
            n, t0, t1, piece, slot = x
            y, spike = advance(jax.random.fold_in(own, n), t0, t1, y, piece)
            for one in jnp.atleast_1d(spike):
                fired = jnp.isfinite(one)
                times = times.at[jnp.where(fired, jnp.minimum(count, capacity), capacity)].set(one)
                count = count + fired
            records = records.at[slot].set(observe(t1, y, piece))
            return (y, records, times, count), None

        (y, records, times, count), _ = jax.lax.scan(body, (y, records, times, jnp.zeros((), int)), xs)
        return Ensemble(records[:-1], times[:-1], count, y)

    return in_batches(trajectory, first + jnp.arange(trajectories), batch)


def in_batches(one: Callable[[Array], Any], numbers: Array, batch: int | None) -> Any:
    """What `one` makes of each number, the leading axis of every leaf; batch : how many side by side, None for all."""
    count = len(numbers)
    if batch is None or batch >= count:
        return jax.vmap(one)(numbers)
    whole = count // batch * batch
    chunks = jax.lax.map(jax.vmap(one), numbers[:whole].reshape(-1, batch))
    found = jax.tree.map(lambda leaf: leaf.reshape(whole, *leaf.shape[2:]), chunks)
    if whole == count:
        return found
    rest = jax.vmap(one)(numbers[whole:])
    return jax.tree.map(lambda a, b: jnp.concatenate([a, b]), found, rest)
