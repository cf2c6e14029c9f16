"""One step of one trajectory: half the circuit's motion, a look at the record, the other half.

    e^{(A + B)h} = e^{Ah/2} e^{Bh} e^{Ah/2} + O(h³)

A, motion at given conductances, and B, a measurement while V stands still, are each exact: a step is of weak order 2,
and of strong order 1 given dW, and the uncertainty relation holds at any length. Memories that move with a filter or an
expectation take their halves of A on either side of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from quspike.methods.measured.drift import drift
from quspike.methods.measured.memories import damping, move
from quspike.methods.measured.numbers import Model
from quspike.methods.measured.record import look
from quspike.methods.measured.state import State


def step(
    model: Model, t: Any, h: Any, y: State, piece: Any, normal: Any, driven: Any = 1.0, leaking: Any = 1.0
) -> State:
    """The state at t + h; normal : dW/√h. driven, leaking : shares of the input and of the leak that are on."""
    y = _glide(model, t, 0.5 * h, y, piece, driven, leaking)
    y = look(model, t + 0.5 * h, h, y, normal)
    return _glide(model, t + 0.5 * h, 0.5 * h, y, piece, driven, leaking)


def in_a_row(step: Callable, first: Any, nodes: Array, pieces: Any, normals: Array) -> Any:
    """The first state and those after each of N steps (N + 1, …), of given noise; step(t, h, y, piece, normal)."""

    def body(y, xs):
        t0, t1, piece, normal = xs
        y = step(t0, t1 - t0, y, piece, normal)
        return y, y

    _, states = jax.lax.scan(body, first, (nodes[:-1], nodes[1:], pieces, normals))
    return jax.tree.map(lambda a, b: jnp.concatenate([jnp.asarray(a)[None], b]), first, states)


def _glide(model: Model, t, h, y: State, piece, driven, leaking) -> State:
    y = move(model, t, 0.5 * h, y, piece, driven)
    y = drift(model, t, h, y, damping(model, t + 0.5 * h, y, piece, driven), piece, driven, leaking)
    return move(model, t + h, 0.5 * h, y, piece, driven)
