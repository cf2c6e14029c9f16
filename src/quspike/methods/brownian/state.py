"""The state of method brownian: means, the frame's shape, and ρ′ on its grid; and which memristors are operators."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from quspike.constants import hbar
from quspike.kernel.centre_difference import Frame
from quspike.kernel.hermite_grid import HermiteGrid, hermite_grid
from quspike.memory import operator as operator_memory
from quspike.methods import lab_frame
from quspike.methods.method import Params, Setup
from quspike.quantize.membrane import Dissipator

WIDTH = 1e-15  # Wb: the unit of the frame's widths, whose logarithms are integrated


class State(NamedTuple):
    """means [q, φ, x …] (2 + E,), shape [ln a, ln b, χ] (3,), and ρ′ packed (N, N)."""

    means: Array
    shape: Array
    packed: Array

    @property
    def frame(self) -> Frame:
        """The frame that ρ′ is written in."""
        width, reach = WIDTH * jnp.exp(self.shape[0]), WIDTH * jnp.exp(self.shape[1])
        return Frame(self.means[1], width, reach, self.shape[2], hbar)


def shape_of(width, reach, chirp=0.0) -> Array:
    """The shape of a frame, from Wb."""
    return jnp.stack([jnp.log(width / WIDTH), jnp.log(reach / WIDTH), jnp.asarray(chirp, dtype=float)])


def grid_of(setup: Setup) -> HermiteGrid:
    """The grid of `setup.truncation` points a side."""
    assert setup.truncation is not None
    return hermite_grid(setup.truncation)


def is_operator(setup: Setup, d: Dissipator) -> bool:
    """True for a memristor whose memristance is an operator."""
    return operator_memory.is_operator(setup.memory, d)


def memory_states(setup: Setup, means: Array) -> list:
    """x of each memristor: offset + sφ̄ where it is an operator, else as the mean equations have it."""
    found = lab_frame.memory_states(setup, means)
    return [
        means[2 + i] + d.sign * means[1] if is_operator(setup, d) else x
        for i, (d, x) in enumerate(zip(setup.one.memristors, found, strict=True))
    ]


def memory_rates(setup: Setup, params: Params, numbers: lab_frame.Circuit, v, phi, x: list) -> list:
    """dx/dt of each memristor, zero where x is the flux itself."""
    found = lab_frame.memory_rates(setup, params, numbers, v, phi, x)
    pairs = zip(setup.one.memristors, found, strict=True)
    return [jnp.zeros(()) if is_operator(setup, d) else rate for d, rate in pairs]
