"""The oscillators of a circuit of several nodes, one for each, and the state of all of them.

ω_k = √(E_kk K_kk),   φ_zpf = √(ħE_kk/2ω_k),   q_zpf = ħ/2φ_zpf,   E = C⁻¹,   K = K_L + Σ_j c_j (E_J/φ0²) b_j b_jᵀ

about the rest φ_r of the fluxes that are there at t = 0, c_j = cos(b_j·φ_r/φ0 + o_jΦ(0)/φ0): the minimum that the
potential has there when the fluxes are raised from zero. Without fluxes φ_r = 0 and c_j = 1.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from quspike.constants import hbar, phi0
from quspike.methods.method import Params, Setup, memory_scales
from quspike.methods.network import frame as net

TINY = 1e-30
RAISES, NEWTON = 32, 4  # steps in which fluxes are raised, and of Newton in each


class Oscillators(NamedTuple):
    """ω_k, φ_zpf, q_zpf of each coordinate's oscillator (m,), couplings E_kl and K_kl without diagonals (m, m).

    stiffness : K (m, m). rest : φ_r (m,). curvature : c (J,).
    """

    omega: Array
    phi: Array
    q: Array
    electric: Array
    magnetic: Array
    stiffness: Array
    rest: Array
    curvature: Array


class State(NamedTuple):
    """alpha (m,) complex, memory (D,), driven ∫V dt (V′,), held (K,), rho (D, D) complex.

    Each α_k is about φ_r, in the frame that rotates at ω_k.
    """

    alpha: Array
    memory: Array
    driven: Array
    held: Array
    rho: Array


def oscillators(f: net.Frame) -> Oscillators:
    """The uncoupled oscillators and what couples them."""
    rest = at_rest(f)
    curvature = jnp.cos(_phases(f, rest, 1.0))
    stiffness = f.stiffness + (f.junctions * curvature * f.critical_currents / phi0) @ f.junctions.T
    electric, magnetic = jnp.diagonal(f.inverse_capacitance), jnp.diagonal(stiffness)
    omega = jnp.sqrt(electric * magnetic)
    phi = jnp.sqrt(hbar * electric / (2 * omega))
    off = 1 - jnp.eye(len(omega))
    return Oscillators(
        omega, phi, hbar / (2 * phi), off * f.inverse_capacitance, off * stiffness, stiffness, rest, curvature
    )


def at_rest(f: net.Frame) -> Array:
    """φ_r (m,): `Kφ + PΦ + Σ b I_c sin((b·φ + oΦ)/φ0) = 0`, followed from Φ = 0 to Φ(0)."""
    count = len(f.loops.start)
    if not count:
        return jnp.zeros(len(f.stiffness))

    def better(i, flux):
        share = jnp.minimum((i // NEWTON + 1) / RAISES, 1.0)
        phases = _phases(f, flux, share)
        pull = f.stiffness @ flux + share * f.loops.pull[:, :count] @ f.loops.start
        pull = pull + f.junctions @ (f.critical_currents * jnp.sin(phases))
        slope = f.stiffness + (f.junctions * f.critical_currents * jnp.cos(phases) / phi0) @ f.junctions.T
        return flux - jnp.linalg.solve(slope, pull)

    return jax.lax.fori_loop(0, RAISES * NEWTON, better, jnp.zeros(len(f.stiffness)))


def _phases(f: net.Frame, flux: Array, share) -> Array:
    """`(b·φ + oΦ(0))/φ0` of each junction (J,), `share` of the fluxes raised."""
    own = f.loops.junctions[:, : len(f.loops.start)] @ f.loops.start
    return (f.junctions.T @ flux + share * own) / phi0


def displacement(setup: Setup, params: Params, f: net.Frame) -> tuple[Array, Array]:
    """Charge 2q_zpf Im α and flux 2φ_zpf Re α (m,) of the first state's own oscillator."""
    none = jnp.zeros(len(f.stiffness))
    place = (setup.state or {}).get("place")
    if place is None:
        return none, none
    o, initial = oscillators(f), params["initial"]
    charge, flux = 2 * o.q[place] * initial["alpha_im"], 2 * o.phi[place] * initial["alpha_re"]
    return none.at[place].set(charge), none.at[place].set(flux)


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
