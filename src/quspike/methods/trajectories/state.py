"""The state of one trajectory, |Ψ⟩ = D(β)|ψ⟩ in the frame that turns at ω0, with the memories that it has driven."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp
from jax import Array

from quspike.kernel.pure_states import inner, lower, square
from quspike.methods import secular
from quspike.methods.method import Params, Setup
from quspike.quantize.numbers.zero_point import Mode


class State(NamedTuple):
    """β (complex), ψ (N,) of any norm, x (E,)."""

    beta: Array
    psi: Array
    memory: Array

    @property
    def alpha(self) -> Array:
        """⟨a⟩ = β + ⟨ψ|a|ψ⟩/⟨ψ|ψ⟩."""
        return self.beta + inner(self.psi, lower(self.psi)) / square(self.psi)


class Seen(NamedTuple):
    """What a trajectory's own circuit looks like: mode, α_V = ⟨a⟩ + what gates have moved, and z = β + the same."""

    mode: Mode
    alpha: Any
    place: Any


def seen_by(setup: Setup, params: Params, mode: Mode, t, y: State, piece) -> Seen:
    """The amplitudes at t."""
    alpha = y.alpha
    kinetic = secular.kinetic(setup, params, mode, t, alpha, piece)
    return Seen(mode, kinetic, y.beta + kinetic - alpha)


def settled(y: State) -> State:
    """The same state with ψ of norm one."""
    return y._replace(psi=y.psi / jnp.sqrt(square(y.psi)))
