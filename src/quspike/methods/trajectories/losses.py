"""What the dissipators do to one trajectory: jump operators that are linear in a, after each parent's own equation.

    L_k = u_k a + v_k a†,      H_d = ħ(h a² + h* a†²)

gksl       √κ↓ a and √κ↑ a†,   κ↓ = Σκ_e(n̄_e + 1), κ↑ = Σκ_e n̄_e averaged over the carrier (`secular.py`)
brownian   one for each dissipator, √(2kTW)/ħ [φ̂ + (iħ/4kT) V̂], and ¼W{φ̂, V̂} (`brownian/`); with `next_order`
           another, √(W/24kT) V̂
           at the trajectory's own V = ⟨V̂⟩ and x
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from quspike.constants import hbar, k_B
from quspike.methods import gksl, lab_frame, secular
from quspike.methods.method import Params, Setup
from quspike.methods.trajectories.state import Seen, State

SECULAR_KINDS = ("emission", "absorption")
NEXT_ORDER = 1 / 24  # 2(1/12 − 1/16): of W/kT, the rate of jumps V̂ that the next order adds


class Losses(NamedTuple):
    """u, v (K,) in 1/√s, h in 1/s; and dx/dt (E,) of the memories."""

    lowering: Array
    raising: Array
    pairs: Array
    memory: Array


def kinds(setup: Setup) -> int:
    """K."""
    if setup.parent == "gksl":
        return len(SECULAR_KINDS)
    return len(setup.one.dissipators) * (2 if setup.diffusion == "next_order" else 1)


def losses(setup: Setup, params: Params, t, y: State, seen: Seen, piece, driven=1.0) -> Losses:
    """At t, for a trajectory that is seen so; driven : share of the input."""
    if setup.parent == "gksl":
        return _secular(setup, params, t, y, seen, piece, driven)
    return _brownian(setup, params, t, y, seen, piece)


def _secular(setup: Setup, params: Params, t, y: State, seen: Seen, piece, driven) -> Losses:
    swing = secular.carrier(setup, params, seen.mode, t, seen.alpha, piece, driven)
    down, up = gksl.jump_rates(setup, params, seen.mode, y.memory, swing)
    zero = jnp.zeros(())
    rates = [jnp.asarray(rate) for rate in secular.memory_rates(setup, params, y.memory, swing)]
    return Losses(
        jnp.stack([jnp.sqrt(down) + 0j, zero + 0j]),
        jnp.stack([zero + 0j, jnp.sqrt(up) + 0j]),
        zero + 0j,
        jnp.stack(rates) if rates else jnp.zeros(0),
    )


def _brownian(setup: Setup, params: Params, t, y: State, seen: Seen, piece) -> Losses:
    numbers = lab_frame.circuit_numbers(setup, params)
    phi, v, x = lab_means(setup, t, y, seen)
    conductances = lab_frame.conductances(setup, params, v, x)
    turn = jnp.exp(-1j * seen.mode.omega * t)
    down, up, kappa = [], [], jnp.zeros(())
    for d, w in zip(setup.one.dissipators, conductances, strict=True):
        heat = k_B * params["elements"][d.name]["T"]
        size, tilt = jnp.sqrt(2 * heat * w) * seen.mode.phi_zpf / hbar, hbar * seen.mode.omega / (4 * heat)
        down.append(size * (1 + tilt) * turn)
        up.append(size * (1 - tilt) * turn.conj())
        if setup.diffusion == "next_order":
            extra = jnp.sqrt(NEXT_ORDER * w / heat) * seen.mode.v_zpf
            down.append(-1j * extra * turn)
            up.append(1j * extra * turn.conj())
        kappa = kappa + w / numbers.capacitance
    rates = lab_frame.memory_rates(setup, params, numbers, v, phi, x)
    memory = jnp.stack([jnp.asarray(r) for r in rates]) if rates else jnp.zeros(0)
    return Losses(jnp.stack(down), jnp.stack(up), -0.25j * kappa * turn**2, memory)


def lab_means(setup: Setup, t, y: State, seen: Seen) -> tuple:
    """⟨φ⟩ (Wb), ⟨V⟩ (V), and x of each memristor: x0 + φ where it is the inductor's flux."""
    lab = seen.alpha * jnp.exp(-1j * seen.mode.omega * t)
    phi, v = 2 * seen.mode.phi_zpf * lab.real, 2 * seen.mode.v_zpf * lab.imag
    return phi, v, lab_frame.memory_states(setup, jnp.concatenate([jnp.stack([v, phi]), y.memory]))
