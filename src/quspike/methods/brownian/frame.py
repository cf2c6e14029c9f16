"""How the frame of method brownian moves: with the mean, and with the width.

d⟨φ⟩/dt, d⟨q⟩/dt    exactly, so that ρ′ keeps no mean
resonator           d(a²)/dt = κ(a_T² − a²), ab = 2φ_zpf²: round, and at last as wide as the thermal state
baseband            a, b, χ keep the covariance of ρ′ at one: an unbound flux spreads, and the grid with it
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from quspike.constants import hbar, k_B
from quspike.kernel.centre_difference import moments, transported
from quspike.methods import lab_frame
from quspike.methods.brownian.state import State, grid_of
from quspike.methods.brownian.terms import DIFFUSION, dissipators
from quspike.methods.method import Params, Setup
from quspike.quantize.numbers.zero_point import resonator_mode


class Motion(NamedTuple):
    """dq̄/dt and dφ̄/dt beyond v̄ and the sources (C/s, Wb/s); ȧ/a, ḃ/b and χ̇, 1/s."""

    kick: Array
    drift: Array
    growth: Array
    narrowing: Array
    turn: Array


def frame_motion(
    setup: Setup, params: Params, numbers: lab_frame.Circuit, y: State, raw: Array, v, x: list, held
) -> Motion:
    """From dR/dt without it."""
    grid, frame = grid_of(setup), y.frame
    rates, now = moments(grid, raw), moments(grid, y.packed)
    drift = frame.width * rates.position
    kick = frame.hbar / frame.reach * (rates.momentum + frame.chirp * rates.position)  # a chirp turns a drift to both
    if setup.resonator:
        growth = held * _breathing(setup, params, y, v, x)
        return Motion(kick, drift, growth, -growth, jnp.zeros(()))
    growth = 0.5 * rates.square / now.square
    narrowing = -0.5 * rates.momentum_square / now.momentum_square
    turn = rates.product / now.square + frame.chirp * (growth + narrowing)
    return Motion(kick, drift, growth, narrowing, turn)


def moved(setup: Setup, y: State, raw: Array, motion: Motion) -> Array:
    """dR/dt in the moving frame."""
    return raw + transported(
        grid_of(setup), y.frame, y.packed, motion.drift, motion.growth, motion.narrowing, motion.turn, motion.kick
    )


def _breathing(setup: Setup, params: Params, y: State, v, x: list):
    """ȧ/a = ½κ(a_T²/a² − 1)."""
    mode = resonator_mode(setup.one, params["elements"])
    found = dissipators(setup, params, y, v, x)
    kappa = sum(w for _, _, w in found) / mode.capacitance
    noise = sum(w / mode.capacitance * thermal_square(setup, params, d, mode) for d, _, w in found)
    return 0.5 * (noise / y.frame.width**2 - kappa)


def thermal_square(setup: Setup, params: Params, d, mode):
    """a_T² of one line alone: φ_zpf² (2kT/ħω)(1 + c(ħω/kT)²), its own equilibrium at weak coupling; Wb²."""
    quanta = hbar * mode.omega / (k_B * params["elements"][d.name]["T"])
    return mode.phi_zpf**2 * (2 / quanta) * (1 + DIFFUSION[setup.diffusion] * quanta**2)
