"""How one trajectory moves between its jumps, or under its noise.

    jump        dψ/dt = (−iH − ½Σ L_k†L_k) ψ,                       ψ ← L_kψ at the rate ‖L_kψ‖²/‖ψ‖²
    diffusion   dψ   = (−iH − ½Σ L_k†L_k + Σ⟨L_k†⟩L_k) ψ dt + Σ L_kψ dξ_k*,    E dξ_k dξ_l* = δ_kl dt,  E dξ_k dξ_l = 0

ψ's norm is free. Jumps are those of detectors that count the quanta themselves, the mean's own included: a driven mode
clicks at κ|α|², under `gksl` of the α about a slow current's rest flux. Diffusion is heterodyne detection of every L_k,
an Itô equation; while the L_k stand still it reads the same after Stratonovich, since (dξ*)² = 0. In the frame D(β),
with z the amplitude that leaks, c_k = u_kz + v_kz* and m = ⟨a⟩ of ψ

    dβ/dt = push − ½Σ(u_k*c_k ± v_kc_k*) + dm/dt|_ψ + Σr_k(m_k − m) + γm        (+: jump, −: diffusion without r_k)

so that β is the trajectory's own ⟨a⟩ but for what a jump, to m_k at the rate r_k, has just added beyond the mean of all
jumps; that it takes in within 1/γ. A driven mode's ⟨φ⟩ arrives in many jumps of L ∝ φ̂, each a little: without their
mean the frame would lag behind by more than its levels hold. Every choice of dβ/dt is exact.

A step of diffusion is kick(h/2), the drift solved over h, kick(h/2), each kick exactly e^{ΣL_k dξ_k*} of the L_k
before it: Ninomiya and Victoir's splitting, of weak order 2, since commutators of the L_k are numbers. Where a kick
changes the L_k themselves, κ(|α|, x) of a memristance that senses the carrier, it is a step of Euler's, and the order
is 1. Gisin & Percival, J. Phys. A 25, 5677 (1992); Ninomiya & Victoir, Appl. Math. Finance 15, 107 (2008).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.constants import hbar, phi0
from quspike.kernel.fock import lowering, once
from quspike.kernel.pure_states import (
    Displaced,
    attenuated,
    inner,
    junction,
    kerr,
    leaps,
    lower,
    raised,
    secular_junction,
    square,
)
from quspike.methods import secular
from quspike.methods.method import Params, Setup
from quspike.methods.trajectories.clicks import pushed
from quspike.methods.trajectories.losses import Losses, losses
from quspike.methods.trajectories.records import membrane
from quspike.methods.trajectories.state import Seen, State, seen_by
from quspike.quantize.numbers.zero_point import Mode

CENTRING = 4.0  # γ, in rates of the losses; slower for a mean so large that its way in would shake the last levels
TOP_LEVELS = 2  # watched together, as in `gksl`


class Forces(NamedTuple):
    """What acts on a trajectory: its losses, what is seen of it, and c_k = u_kz + v_kz* (K,)."""

    losses: Losses
    seen: Seen
    offsets: Array


def forces(setup: Setup, params: Params, mode: Mode, t, y: State, piece, free) -> Forces:
    """At t; a hold after a `zero` reset takes the losses away."""
    seen, driven = seen_by(setup, params, mode, t, y, piece), secular.free_drive(setup, free)
    if setup.parent == "gksl":
        seen = seen._replace(place=seen.place - driven * secular.rest_amplitude(setup, mode, t, piece))
    found = losses(setup, params, t, y, seen, piece, driven)
    if setup.spiking and setup.reset == "zero":
        found = found._replace(lowering=free * found.lowering, raising=free * found.raising, pairs=free * found.pairs)
    return Forces(found, seen, found.lowering * seen.place + found.raising * seen.place.conj())


def flow(setup: Setup, params: Params, mode: Mode, hamiltonian: Displaced | None, t, y: State, piece, free) -> State:
    """dy/dt without jumps and without noise."""
    y = once(y)
    acting = forces(setup, params, mode, t, y, piece, free)
    u, v, pairs = acting.losses.lowering, acting.losses.raising, acting.losses.pairs
    down, up, size = lower(y.psi), raised(y.psi), square(y.psi)
    mean = inner(y.psi, down) / size
    rate, along, towards, drift = _linear(setup, acting, mean)
    raw = _damped(y.psi, jnp.sum(jnp.abs(u) ** 2), jnp.sum(jnp.abs(v) ** 2)) + along * up + towards * down
    if setup.parent != "gksl":
        two = jnp.sum(u.conj() * v)
        place = acting.seen.place
        raw = raw - (0.5 * two + 1j * pairs.conj()) * raised(up) - (0.5 * two.conj() + 1j * pairs) * lower(down)
        raw = raw - 2j * (pairs * place * down + (pairs * place).conj() * up)
    if hamiltonian is not None:
        raw = raw - 1j * hamiltonian(t, y.beta, y.psi)
    overlap = inner(y.psi, raw) / size
    raw = raw - 1j * overlap.imag * y.psi  # a phase that nobody sees, at E_J/ħ, would only cost accuracy
    moved = (inner(y.psi, lower(raw)) + inner(raw, down)) / size - 2 * mean * overlap.real
    if setup.unravelling == "jump":
        moved = moved + leaps(y.psi, jump_vectors(y.psi, acting))
    follow = moved + CENTRING * rate * mean / jnp.sqrt(1 + y.psi.shape[0] * jnp.abs(mean) ** 2)
    push = secular.free_drive(setup, free) * pushed(setup, params, mode, t, piece)
    d_psi = raw - follow * up + follow.conj() * down
    return once(State(push + drift + follow, d_psi, acting.losses.memory))


def _linear(setup: Setup, acting: Forces, mean) -> tuple:
    """Σ(|u|² + |v|²), what multiplies a†ψ and aψ once the frame has taken its drift, and that drift; 1/s."""
    u, v, c = acting.losses.lowering, acting.losses.raising, acting.offsets
    total = jnp.sum(jnp.abs(u) ** 2 + jnp.abs(v) ** 2)
    if setup.unravelling == "jump":
        pull = jnp.sum(u.conj() * c + v * c.conj())
        return total, jnp.zeros_like(pull), -pull.conj(), -0.5 * pull
    expected = jnp.conj(u * mean + v * mean.conj())
    drift = -0.5 * jnp.sum(u.conj() * c - v * c.conj())
    return total, jnp.sum(expected * v), jnp.sum(expected * u), drift


def _damped(psi: Array, down, up) -> Array:
    """−½(|u|² a†a + |v|² aa†)ψ; a†, cut at the last level, lifts nothing out of it."""
    levels = psi.shape[0]
    return -0.5 * (down * np.arange(levels) + up * lowering(levels) ** 2) * psi


def jump_vectors(psi: Array, acting: Forces) -> Array:
    """(L_k + c_k)ψ (K, N)."""
    outer = acting.losses.lowering[:, None] * lower(psi) + acting.losses.raising[:, None] * raised(psi)
    return outer + acting.offsets[:, None] * psi


def jump_rates(setup: Setup, params: Params, mode: Mode, t, y: State, piece, free) -> Array:
    """‖L_kψ‖²/‖ψ‖² (K,), 1/s."""
    after = jump_vectors(y.psi, forces(setup, params, mode, t, y, piece, free))
    return jnp.sum(after.real**2 + after.imag**2, axis=1) / square(y.psi)


def jumped(setup: Setup, params: Params, mode: Mode, t, y: State, piece, free, kind) -> State:
    """ψ ← L_kψ; as it is in a hold without losses, which has no jumps."""
    if setup.spiking and setup.reset == "zero":
        free = jnp.ones_like(free)  # nothing else would leave a state with a norm, in a branch that is not taken
    return y._replace(psi=jump_vectors(y.psi, forces(setup, params, mode, t, y, piece, free))[kind])


def kicked(setup: Setup, params: Params, mode: Mode, t, y: State, piece, free, h, normal: Array) -> State:
    """e^{ΣL_k dξ_k*}|Ψ⟩ with E|dξ_k|² = h; normal (2, K) standard normal numbers. The displacement in it is β's."""
    shift, down = _noise(forces(setup, params, mode, t, y, piece, free).losses, h, normal)
    return y._replace(beta=y.beta + shift, psi=attenuated(y.psi, down))


def _noise(acting: Losses, h, normal: Array) -> tuple[Array, Array]:
    """Of a kick: what displaces β, and c of e^{ca}ψ."""
    noise = jnp.sqrt(0.5 * h) * (normal[0] - 1j * normal[1])
    shift = jnp.sum(acting.raising * noise)
    return shift, jnp.sum(acting.lowering * noise) + shift.conj()


def response(setup: Setup, params: Params, mode: Mode, t, y: State, piece, free) -> Array:
    """∂m/∂normal (2, K) of a kick with h = 1 s, at normal = 0: the membrane's noise, V/√s."""
    acting = forces(setup, params, mode, t, y, piece, free).losses
    down = lower(y.psi)

    def seen(normal: Array) -> Array:
        shift, size = _noise(acting, 1.0, normal)
        return membrane(setup, params, mode, t, y._replace(beta=y.beta + shift, psi=y.psi + size * down), piece)

    gradient: Array = jax.grad(seen)(jnp.zeros((2, len(acting.lowering))))
    return gradient


def displaced_junctions(setup: Setup, params: Params, mode: Mode) -> Displaced | None:
    """What junctions do beyond their part of 1/L; under `brownian` always the whole cosine."""
    names = setup.one.junctions
    if not names:
        return None
    assert setup.truncation is not None
    energy, eta = sum(params["elements"][name]["EJ"] for name in names) / hbar, mode.phi_zpf / phi0
    if setup.parent == "brownian" or setup.nonlinearity == "full":
        return junction(setup.truncation, energy, eta, mode.omega)
    if setup.nonlinearity == "secular":
        return secular_junction(setup.truncation, energy, eta)
    strength = -0.5 * energy * eta**4
    return kerr(strength, detuning=strength)


def top_levels(y: State) -> Array:
    """Population of the last levels."""
    return square(y.psi[-TOP_LEVELS:]) / square(y.psi)


def error_norm(setup: Setup, params: Params, mode: Mode) -> Any:
    """max of the relative errors of β and x, and of ‖δψ‖."""
    means = secular.error_norm(setup, params, mode)

    def flat(y: State) -> Array:
        return jnp.concatenate([jnp.stack([y.beta.real, y.beta.imag]), y.memory])

    return lambda e, y: jnp.maximum(means(flat(e), flat(y)), jnp.sqrt(square(e.psi) / square(y.psi)))
