"""What lines tied to G(φ̂) do to one trajectory: jump operators that are matrices, in the frame that follows it.

gksl       √Γ_k G_k of each memristor, about this frame's swing (`methods/operator_jumps.py`); resistors' √κ↓ a, √κ↑ a†
brownian   √(2kT)/ħ [G + (iħ/4kT) Ġ], and ¼{G, Ġ} = ¼{GG′, V̂} in H; with `next_order` another, √(1/24kT) Ġ;
           Ġ = ½{G′, V̂}, G′ = √W, G(0) = 0, a resistor's G = √W φ̂

They are the parent's own operators, whatever the state: the average over trajectories is the parent's ρ, memories
included. In a frame at the amplitude z they are those of φ̂ and V̂ about its φ and V.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.constants import hbar, k_B
from quspike.kernel.fock import lowering
from quspike.kernel.position_operators import Positions, of_position, positions, with_momentum
from quspike.memory.operator import check_operator, conductance_at, coupling_at, is_operator
from quspike.methods import gksl, operator_jumps
from quspike.methods.method import Params, Setup
from quspike.methods.trajectories.losses import NEXT_ORDER, SECULAR_KINDS
from quspike.methods.trajectories.state import Seen, State
from quspike.quantize.membrane import Dissipator


class Operators(NamedTuple):
    """L_k (K, N, N), 1/√s, and what the lines add to H/ħ (N, N), 1/s; None where that is nothing."""

    jumps: Array
    hamiltonian: Array | None


def wanted(setup: Setup) -> bool:
    """Whether some memristance is an operator."""
    return any(is_operator(setup.memory, d) for d in setup.one.memristors)


def prepare(setup: Setup, params: Params) -> Setup:
    """The setup with as many kinds of jumps as the parent `gksl` needs. Raises InputError for laws without a G(φ̂)."""
    for d in setup.one.memristors:
        check_operator(d)
    if setup.parent != "gksl":
        return setup
    return operator_jumps.prepare(setup, params, gksl.initial_state(setup, params))


def fastest(setup: Setup, params: Params) -> float:
    """The fastest decay that the parent's jumps cause about no swing, 1/s."""
    return operator_jumps.with_fastest(setup, params).fastest if setup.parent == "gksl" else 0.0


def kinds(setup: Setup) -> int:
    """K."""
    if setup.parent == "gksl":
        return len(SECULAR_KINDS) + len(setup.one.memristors) * (2 * setup.jumps + 1)
    return len(setup.one.dissipators) * (2 if setup.diffusion == "next_order" else 1)


def operators(setup: Setup, params: Params, t, y: State, seen: Seen, piece, driven=1.0) -> Operators:
    """At t, in the frame at `seen.place`; driven : share of the input."""
    if setup.parent == "gksl":
        return _secular(setup, params, t, y, seen, piece, driven)
    return _brownian(setup, params, t, y, seen)


def _secular(setup: Setup, params: Params, t, y: State, seen: Seen, piece, driven) -> Operators:
    swing = operator_jumps.swing_of(setup, params, seen.mode, t, seen.place, piece, driven)
    levels = _levels(setup)
    a = np.diag(lowering(levels)[:-1], 1) + swing.alpha * np.eye(levels)
    down, up = operator_jumps.resistor_rates(setup, params, seen.mode)
    found = [jnp.stack([jnp.sqrt(down) * a, jnp.sqrt(up) * a.conj().T])]
    turn = _phases(levels, swing.angle)
    for d, x in zip(setup.one.memristors, y.memory, strict=True):
        found.append(operator_jumps.jumps_about(setup, params, seen.mode, d, x, swing) * turn)
    return Operators(jnp.concatenate(found), None)


def _brownian(setup: Setup, params: Params, t, y: State, seen: Seen) -> Operators:
    lab, at = seen.place * jnp.exp(-1j * seen.mode.omega * t), positions(_levels(setup))
    phi, v = 2 * seen.mode.phi_zpf * lab.real, 2 * seen.mode.v_zpf * lab.imag
    jumps, energy, memories = [], jnp.zeros(()), iter(y.memory)
    for d in setup.one.dissipators:
        x, heat = None if d.law is None else next(memories), k_B * params["elements"][d.name]["T"]
        coupling, slope = _coupling(params, d, x, phi + seen.mode.phi_zpf * at.points)
        rate = _with_voltage(at, slope, v, seen.mode.v_zpf)
        size, tilt = jnp.sqrt(2 * heat) / hbar, hbar / (4 * heat)
        jumps.append(size * (of_position(at, coupling) + 1j * tilt * rate))
        if setup.diffusion == "next_order":
            jumps.append(jnp.sqrt(NEXT_ORDER / heat) * rate)
        energy = energy + 0.5 / hbar * _with_voltage(at, coupling * slope, v, seen.mode.v_zpf)
    turn = _phases(_levels(setup), seen.mode.omega * t)
    return Operators(jnp.stack(jumps) * turn, energy * turn)


def _coupling(params: Params, d: Dissipator, x, phi: Array) -> tuple[Array, Array]:
    """G and G′ at fluxes φ (Q,); √S·Wb and √S."""
    elements = params["elements"]
    if d.law is None:
        root = jnp.sqrt(1 / elements[d.name]["R"])
        return root * phi, root * jnp.ones_like(phi)
    still = coupling_at(d, x, 0.0, elements)
    return coupling_at(d, x, phi, elements) - still, jnp.sqrt(conductance_at(d, x, phi, elements))


def _with_voltage(at: Positions, values: Array, v, v_zpf) -> Array:
    """½{f, V̂} about the voltage v."""
    return v * of_position(at, values) - 1j * v_zpf * with_momentum(at, values)


def _phases(levels: int, angle) -> Array:
    """What turns a matrix by e^{iθn̂}: e^{iθ(m−n)} (N, N)."""
    turn = jnp.exp(1j * angle * np.arange(levels))
    return jnp.outer(turn, turn.conj())


def _levels(setup: Setup) -> int:
    assert setup.truncation is not None
    return setup.truncation
