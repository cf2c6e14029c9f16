"""How one trajectory moves where its lines are tied to operators: `motion.py`, of any L_k in place of linear ones.

    jump        dψ/dt = (−iH − ½Σ L_k†L_k) ψ,                       ψ ← L_kψ at the rate ‖L_kψ‖²/‖ψ‖²
    diffusion   dψ   = (−iH − ½Σ L_k†L_k + Σ⟨L_k†⟩L_k) ψ dt + Σ L_kψ dξ_k*

The frame takes over all motion of the mean, and what jumps add to it on average, so that the L_k are those about where
the trajectory is. A kick is e^{Σ(L_k − ⟨L_k⟩) dξ_k*} by its series, after which the frame is moved onto the mean. No
L_k depends on the state, so that steps are of weak order 2 but for −⅛h²Σ[L_i, L_j]ρ[L_i, L_j]†, of commutators that
are no numbers.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import Array

from quspike.kernel.fock import once
from quspike.kernel.pure_states import Displaced, displaced, exponential, followed, inner, leaps, lower, square
from quspike.methods import secular
from quspike.methods.method import Params, Setup
from quspike.methods.trajectories.clicks import pushed
from quspike.methods.trajectories.motion import CENTRING
from quspike.methods.trajectories.operators import Operators, operators
from quspike.methods.trajectories.records import membrane
from quspike.methods.trajectories.state import State, seen_by
from quspike.quantize.numbers.zero_point import Mode


def acting(setup: Setup, params: Params, mode: Mode, t, y: State, piece, free) -> Operators:
    """At t; a hold after a `zero` reset takes the losses away."""
    seen = seen_by(setup, params, mode, t, y, piece)
    found = operators(setup, params, t, y, seen, piece, secular.free_drive(setup, free))
    if not (setup.spiking and setup.reset == "zero"):
        return found
    held = None if found.hamiltonian is None else free * found.hamiltonian
    return Operators(free * found.jumps, held)


def flow(setup: Setup, params: Params, mode: Mode, hamiltonian: Displaced | None, t, y: State, piece, free) -> State:
    """dy/dt without jumps and without noise."""
    y = once(y)
    lines, psi, size = acting(setup, params, mode, t, y, piece, free), y.psi, square(y.psi)
    after = lines.jumps @ psi
    raw = -0.5 * jnp.einsum("knm,kn->m", lines.jumps.conj(), after)
    if setup.unravelling == "diffusion":
        raw = raw + (after.conj() @ psi / size) @ after
    if lines.hamiltonian is not None:
        raw = raw - 1j * lines.hamiltonian @ psi
    if hamiltonian is not None:
        raw = raw - 1j * hamiltonian(t, y.beta, psi)
    edge = lines.jumps[:, :2, :2]
    rate = CENTRING * jnp.sum(jnp.abs(edge[:, 0, 1]) ** 2 + jnp.abs(edge[:, 1, 0]) ** 2)
    leap = leaps(psi, after) if setup.unravelling == "jump" else 0.0
    moved, d_psi = followed(psi, raw, rate, leap)
    push = secular.free_drive(setup, free) * pushed(setup, params, mode, t, piece)
    return once(State(push + moved, d_psi, jnp.zeros_like(y.memory)))


def jump_vectors(setup: Setup, params: Params, mode: Mode, t, y: State, piece, free) -> Array:
    """L_kψ (K, N)."""
    return acting(setup, params, mode, t, y, piece, free).jumps @ y.psi


def jump_rates(setup: Setup, params: Params, mode: Mode, t, y: State, piece, free) -> Array:
    """‖L_kψ‖²/‖ψ‖² (K,), 1/s."""
    after = jump_vectors(setup, params, mode, t, y, piece, free)
    return jnp.sum(after.real**2 + after.imag**2, axis=1) / square(y.psi)


def jumped(setup: Setup, params: Params, mode: Mode, t, y: State, piece, free, kind) -> State:
    """ψ ← L_kψ; as it is in a hold without losses, which has no jumps."""
    if setup.spiking and setup.reset == "zero":
        free = jnp.ones_like(free)
    return y._replace(psi=jump_vectors(setup, params, mode, t, y, piece, free)[kind])


def kicked(setup: Setup, params: Params, mode: Mode, t, y: State, piece, free, h, normal: Array) -> State:
    """e^{ΣL_k dξ_k*}|Ψ⟩ with E|dξ_k|² = h, about its own mean; normal (2, K) standard normal numbers."""
    lines = acting(setup, params, mode, t, y, piece, free)
    psi = exponential(_exponent(lines, y.psi, h, normal), y.psi)
    mean = inner(psi, lower(psi)) / square(psi)
    return y._replace(beta=y.beta + mean, psi=displaced(psi, -mean))


def _exponent(lines: Operators, psi: Array, h, normal: Array) -> Array:
    """Σ(L_k − ⟨L_k⟩) dξ_k* (N, N)."""
    noise = jnp.sqrt(0.5 * h) * (normal[0] - 1j * normal[1])
    total = jnp.einsum("k,kmn->mn", noise, lines.jumps)
    return total - inner(psi, total @ psi) / square(psi) * jnp.eye(psi.shape[0])


def response(setup: Setup, params: Params, mode: Mode, t, y: State, piece, free) -> Array:
    """∂m/∂normal (2, K) of a kick with h = 1 s, at normal = 0: the membrane's noise, V/√s."""
    lines = acting(setup, params, mode, t, y, piece, free)

    def seen(normal: Array) -> Array:
        moved = y.psi + _exponent(lines, y.psi, 1.0, normal) @ y.psi
        return membrane(setup, params, mode, t, y._replace(psi=moved), piece)

    gradient: Array = jax.grad(seen)(jnp.zeros((2, len(lines.jumps))))
    return gradient
