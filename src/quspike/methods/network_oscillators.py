"""The oscillators of a circuit of several nodes, one for each, and the state of all of them.

ω_k = √(E_kk K_kk),   φ_zpf = √(ħE_kk/2ω_k),   q_zpf = ħ/2φ_zpf,   E = C⁻¹, K with the curvature of the junctions
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from quspike.constants import hbar, phi0
from quspike.methods import network_frame as net
from quspike.methods.method import Params, Setup, memory_scales

TINY = 1e-30


class Oscillators(NamedTuple):
    """ω_k, φ_zpf, q_zpf of each coordinate's oscillator (m,), couplings E_kl and K_kl without diagonals (m, m)."""

    omega: Array
    phi: Array
    q: Array
    electric: Array
    magnetic: Array
    stiffness: Array


class State(NamedTuple):
    """alpha (m,) complex, memory (D,), held (K,), rho (D, D) complex: each α_k in the frame that rotates at ω_k."""

    alpha: Array
    memory: Array
    held: Array
    rho: Array


def oscillators(f: net.Frame) -> Oscillators:
    """The uncoupled oscillators and what couples them."""
    stiffness = f.stiffness + (f.junctions * f.critical_currents / phi0) @ f.junctions.T
    electric, magnetic = jnp.diagonal(f.inverse_capacitance), jnp.diagonal(stiffness)
    omega = jnp.sqrt(electric * magnetic)
    phi = jnp.sqrt(hbar * electric / (2 * omega))
    off = 1 - jnp.eye(len(omega))
    return Oscillators(omega, phi, hbar / (2 * phi), off * f.inverse_capacitance, off * stiffness, stiffness)


def size_of(z: Array) -> Array:
    """|z|, differentiable at zero."""
    return jnp.sqrt(z.real**2 + z.imag**2 + TINY**2)


def error_norm(setup: Setup, params: Params, o: Oscillators):
    """max of the relative errors of α and x, and of ‖δρ‖ (Hilbert–Schmidt)."""
    scales = memory_scales(setup, params, setup.scale, 1 / setup.oscillation)
    volts = hbar * o.omega / (2 * o.q)  # V_zpf = ω φ_zpf

    def error(e: State, y: State) -> Array:
        size = jnp.maximum(jnp.max(jnp.abs(y.alpha) * volts), setup.scale / 2)
        parts = [jnp.max(jnp.abs(e.alpha) * volts) / size, jnp.sqrt(jnp.sum(jnp.abs(e.rho) ** 2))]
        parts += [jnp.abs(e.memory[i]) / jnp.maximum(scale, 1e-300) for i, scale in enumerate(scales)]
        return jnp.max(jnp.stack(parts))

    return error
