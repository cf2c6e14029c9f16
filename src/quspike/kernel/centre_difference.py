"""A density matrix over centre and difference of its two arguments, in a frame that moves and breathes with it.

    ⟨x|ρ|y⟩ = (1/a) e^{iq̄η b/ħ + iχξη} ρ′(ξ, η),     x + y = 2(φ̄ + aξ),  x − y = bη,        ρ′(ξ, −η) = ρ′(ξ, η)*

A Gaussian state is one function e^{−ξ²/2−η²/2} of the grid, however many quanta it holds: with b = ħ/σ_q the size of ρ′
does not grow as ħ → 0. A function of φ̂ is a product, G(x) on the left and G(y) on the right. With the momentum q̂ come
two derivatives, both keeping ρ′ Hermitian:

    ∂ρ = (∂_ξ + iχη)ρ′/a,           qρ = ½(q̂ρ + ρq̂) − q̄ρ = (ħ/b)(−i∂_η + χξ)ρ′

ρ′ is stored as one real matrix R = Re ρ′ + Im ρ′, rows ξ, columns η: Re is even in η, Im is odd, and i·odd(η)·ρ′ is
odd(η)·R mirrored.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.kernel.hermite_grid import HermiteGrid


class Frame(NamedTuple):
    """Where and how wide: φ̄ (Wb), a and b (Wb), chirp χ (1), and the quantum ħ in the units of φ·q."""

    centre: Any
    width: Any
    reach: Any
    chirp: Any
    hbar: Any


class Moments(NamedTuple):
    """⟨ξ⟩ and ⟨π⟩, π = −i∂_η, of ρ′; its ⟨ξ²⟩, ⟨ξπ⟩ and ⟨π²⟩; its trace."""

    position: Array
    momentum: Array
    square: Array
    product: Array
    momentum_square: Array
    trace: Array


def mirror(packed: Array) -> Array:
    """R at −η."""
    return packed[:, ::-1]


def centre_derivative(grid: HermiteGrid, frame: Frame, packed: Array) -> Array:
    """∂ρ, 1/Wb."""
    moved = grid.derivative @ packed + frame.chirp * grid.points * mirror(packed)
    return moved / frame.width


def momentum(grid: HermiteGrid, frame: Frame, packed: Array) -> Array:
    """qρ about its mean, C."""
    moved = frame.chirp * grid.points[:, None] * packed - mirror(packed) @ grid.derivative.T
    return frame.hbar / frame.reach * moved


def arguments(grid: HermiteGrid, frame: Frame) -> Array:
    """x (N, N); y is its mirror."""
    half = 0.5 * frame.reach * grid.points
    return frame.centre + frame.width * grid.points[:, None] + half


def centres(grid: HermiteGrid, frame: Frame) -> Array:
    """φ̄ + aξ (N,)."""
    return frame.centre + frame.width * grid.points


def differences(grid: HermiteGrid, frame: Frame) -> Array:
    """x − y = bη (N,)."""
    return frame.reach * grid.points


def moments(grid: HermiteGrid, packed: Array) -> Moments:
    """The low moments of ρ′."""
    seen = packed @ np.stack([grid.at_zero, grid.slope, grid.curvature], axis=1)
    first, integral, second = (jnp.dot(f, seen) for f in (grid.first, grid.integral, grid.second))
    return Moments(first[0], integral[1], second[0], first[1], integral[2], integral[0])


def density(grid: HermiteGrid, packed: Array) -> Array:
    """ρ′(ξ, 0) times the functional of integration: Σ over them is the trace, Σ h(φ̄ + aξ) over them is ⟨h(φ̂)⟩ (N,)."""
    return jnp.multiply(grid.integral, packed @ grid.at_zero)


def flow_density(grid: HermiteGrid, frame: Frame, packed: Array) -> Array:
    """The same of qρ: Σ h over them is ½⟨{h(φ̂), q̂ − q̄}⟩ (N,), C."""
    seen = packed @ np.stack([grid.at_zero, grid.slope], axis=1)
    flow = seen[:, 1] + frame.chirp * grid.points * seen[:, 0]
    return frame.hbar / frame.reach * grid.integral * flow


def free_flow(grid: HermiteGrid, frame: Frame, packed: Array, mass) -> Array:
    """−(i/ħ)[(q̂ − q̄)²/2C, ρ] = −∂qρ/C, in an order of ξ, η and derivatives that no truncation makes grow."""
    rate = frame.hbar / (mass * frame.width * frame.reach)
    eta = grid.points * mirror(packed)
    mixed = grid.derivative @ mirror(packed) @ grid.derivative.T - frame.chirp**2 * grid.points[:, None] * eta
    return rate * (mixed - frame.chirp * (grid.stretch @ packed + packed @ grid.stretch.T))


def transported(grid: HermiteGrid, frame: Frame, packed: Array, drift, growth, narrowing, turn, kick) -> Array:
    """What the frame's own motion adds to dR/dt.

    drift : of φ̄ beyond what the motion in `packed` has, Wb/s. growth, narrowing : ȧ/a and ḃ/b, 1/s. turn : χ̇, 1/s.
    kick : of q̄, C/s, likewise.
    """
    eta = grid.points * mirror(packed)
    moved = drift * centre_derivative(grid, frame, packed) + 0.5 * (growth - narrowing) * packed
    stretched = growth * (grid.stretch @ packed) + narrowing * (packed @ grid.stretch.T)
    phase = frame.chirp * (growth + narrowing) - turn
    return moved + stretched + (phase * grid.points[:, None] - kick * frame.reach / frame.hbar) * eta


def top_share(grid: HermiteGrid, packed: Array, levels: int) -> Array:
    """The norm in the last functions of either axis over the whole: how well the grid holds the state."""
    squares = (grid.transform.T @ packed @ grid.transform) ** 2
    return jnp.sqrt((jnp.sum(squares[-levels:]) + jnp.sum(squares[:, -levels:])) / jnp.sum(squares))
