"""A passive admittance as equations of first order: what it stores, and the one place in it where each part dissipates.

    i = |n|² v + (σ + N n)ᵀ w,     ẇ = (σ − N n) v − (J + N Nᵀ) w,     energy ½ wᵀw,     power lost |n v + Nᵀw|²

J is antisymmetric: σ and J carry energy, the channels (n, N), a resistor each, take it. Their Johnson noise at T is
−√(2kT) n ξ in i and −√(2kT) N ξ in ẇ, and that is all the noise there is: 2kT Re Y(ω) at the port.

Every positive-real section has one channel. Of (a s + c)/(s + γ): n = √a, N = √γ, σ = √c. Of
(a s² + b s + c)/(s² + Γ s + ω0²), with κ = (√a ω0 − √c)/√Γ:

    n = √a,     N = (√Γ, 0),     σ = (√(b − κ²), κ),     J = (0, ω0; −ω0, 0)

which is real since bΓ ≥ (√a ω0 − √c)². Anderson & Vongpanitlerd, Network Analysis and Synthesis (1973), for
realizations of positive-real functions; this one follows from comparing coefficients.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from quspike.baths.positive_real import PositiveReal

Array = Any


class PassiveStates(NamedTuple):
    """feed : n (C,) [√S]. channels : N (K, C) [1/√s]. stored : σ (K,) [√(S/s)]. turning : J (K, K) [1/s]."""

    feed: Array
    channels: Array
    stored: Array
    turning: Array

    @property
    def size(self) -> int:
        """How many states there are."""
        return len(self.stored)

    @property
    def direct(self) -> Array:
        """|n|² [S]: what conducts at any frequency."""
        return self.feed @ self.feed

    @property
    def drawn(self) -> Array:
        """σ + N n (K,): the current that each state draws [√(S/s)]."""
        return self.stored + self.channels @ self.feed

    @property
    def driven(self) -> Array:
        """σ − N n (K,): what the voltage does to each state [√(S/s)]."""
        return self.stored - self.channels @ self.feed

    @property
    def decay(self) -> Array:
        """J + N Nᵀ (K, K) [1/s]."""
        return self.turning + self.channels @ self.channels.T

    def __call__(self, omega: Array) -> Array:
        """Y(ω) [S] at ω [rad/s], of any shape."""
        s = -1j * np.asarray(omega)[..., None, None]
        shape = (*s.shape[:-2], self.size, 1)
        within = np.linalg.solve(s * np.eye(self.size) + self.decay, np.broadcast_to(self.driven[:, None], shape))
        return self.direct + (within[..., 0] @ self.drawn)


def resistor(conductance: float) -> PassiveStates:
    """Ohm's law at any frequency."""
    return PassiveStates(np.array([conductance**0.5]), np.zeros((0, 1)), np.zeros(0), np.zeros((0, 0)))


def drude(conductance: float, cutoff: float) -> PassiveStates:
    """`W/(1 − iω/ω_c)`: a resistor behind a coil, w = √L_s i."""
    return first_order_section(0.0, conductance * cutoff, cutoff)


def passive_states(fit: PositiveReal) -> PassiveStates:
    """All sections of a fit side by side."""
    return beside([_section(*pair) for pair in zip(fit.numerators.tolist(), fit.denominators.tolist(), strict=True)])


def first_order_section(a: float, c: float, gamma: float) -> PassiveStates:
    """`(a s + c)/(s + γ)`."""
    feed, channel = np.array([a**0.5]), np.array([[gamma**0.5]])
    return PassiveStates(feed, channel, np.array([c**0.5]), np.zeros((1, 1)))


def second_order_section(a: float, b: float, c: float, width: float, centre: float) -> PassiveStates:
    """`(a s² + b s + c)/(s² + Γ s + ω0²)`, width Γ, centre ω0."""
    kappa = (a**0.5 * centre - c**0.5) / width**0.5
    stored = np.array([max(b - kappa**2, 0.0) ** 0.5, kappa])
    return PassiveStates(
        np.array([a**0.5]), np.array([[width**0.5], [0.0]]), stored, np.array([[0.0, centre], [-centre, 0.0]])
    )


def _section(top: list[float], bottom: list[float]) -> PassiveStates:
    if bottom[0]:
        a, b, c = (x / bottom[0] for x in top)
        return second_order_section(a, b, c, bottom[1] / bottom[0], (bottom[2] / bottom[0]) ** 0.5)
    if bottom[1]:
        return first_order_section(top[1] / bottom[1], top[2] / bottom[1], bottom[2] / bottom[1])
    return resistor(top[2] / bottom[2])


def beside(parts: Sequence[PassiveStates]) -> PassiveStates:
    """Admittances in parallel."""
    states, channels = (sum(p.channels.shape[axis] for p in parts) for axis in (0, 1))
    n, turning = np.zeros((states, channels)), np.zeros((states, states))
    row = column = 0
    for p in parts:
        rows, columns = slice(row, row + p.size), slice(column, column + len(p.feed))
        n[rows, columns], turning[rows, rows] = p.channels, p.turning
        row, column = rows.stop, columns.stop
    feed, stored = (np.concatenate([np.zeros(0), *own]) for own in ([p.feed for p in parts], [p.stored for p in parts]))
    return PassiveStates(feed, n, stored, turning)
