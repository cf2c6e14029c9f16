"""A measured trajectory that stays pure: what the record tells, what is lost of it, and what the lines carry away.

    dψ = (−iH − ½ΣL_k†L_k + Σ⟨L_k†⟩L_k)ψ dt + ΣL_kψ dξ_k*  −  k(V̂ − ⟨V⟩)²ψ dt + √2k (V̂ − ⟨V⟩)ψ (√η dW₁ + √(1−η) dW₂)
    dy = ⟨V⟩dt + dW₁/√(8kη)

W₁ is the record, which memories `measured` and thresholds on it follow; W₂ and ξ_k, heterodyne detection of the lines,
are records that nobody reads. Averaged over them, at a given record, |Ψ⟩⟨Ψ| is the ρ of `measured_fock/`, whose
memories and spikes these are, where κ does not depend on ψ itself: that of a `mean_field` memory does, since it follows
ψ's own |α|, and so does, far less, that of a record's memory, averaged over the swing that ψ has.

A step is a palindrome: kick, motion, look, motion, kick, of weak order 2; the noise of the lines is that of
`motion.py`, at the κ of a memory which stands still meanwhile.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.kernel import diffusive_pure
from quspike.kernel.dopri5 import dopri5_rolled
from quspike.kernel.fock import lowering
from quspike.kernel.pure_states import Displaced, attenuated, followed, inner, lower, raised, square
from quspike.methods import secular
from quspike.methods.measured import record
from quspike.methods.measured import state as gaussian
from quspike.methods.measured.memories import damping, move
from quspike.methods.measured_fock.state import Model, with_moments
from quspike.methods.measured_fock.step import faded
from quspike.methods.trajectories.motion import CENTRING
from quspike.methods.trajectories.start import first_state


class State(NamedTuple):
    """given : means, spread, memories, filters and clock, as a Gaussian trajectory has them; alpha : the frame's
    displacement (complex); psi : ψ (N,), of norm one."""

    given: gaussian.State
    alpha: Array
    psi: Array


class Noise(NamedTuple):
    """Standard normal numbers of a step: of the look, of the lines before and after it; and a uniform one."""

    look: Array
    before: Array
    after: Array
    uniform: Array


def noise_of(key: Array) -> Noise:
    """Of one step."""
    looking, leaving, deciding = jax.random.split(key, 3)
    before, after = jax.random.normal(leaving, (2, 2, 2))
    return Noise(jax.random.normal(looking, (diffusive_pure.NOISES,)), before, after, jax.random.uniform(deciding))


def start(model: Model, key: Array) -> State:
    """The run's first state, drawn if it is thermal; records and memories begin at what is known of its mean."""
    first = first_state(model.setup, model.params, model.mode, key)
    piece = tuple(p[0] for p in model.setup.inputs.pieces(model.params, jnp.zeros(1)))
    return described(model, jnp.zeros(()), State(gaussian.start(model.given), first.beta, first.psi), piece)


def described(model: Model, t, y: State, piece) -> State:
    """The same state with means and covariance that are those of ψ at the time t."""
    mode, turn, size = model.mode, jnp.exp(-1j * model.given.omega * t), square(y.psi)
    down = lower(y.psi)
    mean = inner(y.psi, down) / size
    lab = secular.kinetic(model.setup, model.params, mode, t, y.alpha + mean, piece) * turn
    s = (inner(y.psi, lower(down)) / size - mean**2) * turn**2
    n = square(down) / size - jnp.abs(mean) ** 2
    return State(with_moments(y.given, mode, lab, n, s), y.alpha, y.psi / jnp.sqrt(size))


def step(model: Model, hamiltonian: Displaced | None, t, h, y: State, piece, noise: Noise, driven=1.0, leaking=1.0):
    """The state at t + h. driven, leaking : shares of the input and of the leak that are on."""
    y = _glide(model, hamiltonian, t, 0.5 * h, y, piece, driven, leaking, noise.before, last=False)
    y = looked(model, t + 0.5 * h, h, y, piece, noise.look)
    return _glide(model, hamiltonian, t + 0.5 * h, 0.5 * h, y, piece, driven, leaking, noise.after, last=True)


def _glide(model: Model, hamiltonian, t, h, y: State, piece, driven, leaking, normal: Array, last: bool) -> State:
    """Half of a step between its looks; last : whether the kick ends it, so that two with a look are a palindrome."""
    y = y._replace(given=move(model.given, t, 0.5 * h, y.given, piece, driven))
    down, up = loss_rates(model, t + 0.5 * h, y, piece, driven, leaking)
    if not last:
        y = kicked(y, down, up, h, normal)

    def flow(s, pair):
        return _flow(model, hamiltonian, s, pair[0], pair[1], down, up, piece, driven)

    alpha, psi = dopri5_rolled(flow, t, h, (y.alpha, y.psi)).end
    y = y._replace(alpha=alpha, psi=psi, given=faded(model, h, y.given))
    if last:
        y = kicked(y, down, up, h, normal)
    y = described(model, t + h, y, piece)
    return y._replace(given=move(model.given, t + h, 0.5 * h, y.given, piece, driven))


def loss_rates(model: Model, t, y: State, piece, driven=1.0, leaking=1.0) -> tuple[Array, Array]:
    """κ↓ and κ↑ of all lines, 1/s."""
    w, capacitance = damping(model.given, t, y.given, piece, driven), model.mode.capacitance
    up = sum(g * n for g, n in zip(w, model.given.occupation, strict=True)) / capacitance
    return leaking * (sum(w) / capacitance + up), leaking * up


def _flow(model: Model, hamiltonian, t, alpha, psi: Array, down, up, piece, driven) -> tuple[Array, Array]:
    """dβ/dt and dψ/dt without noise."""
    setup, mode, levels = model.setup, model.mode, psi.shape[0]
    gate = secular.kinetic(setup, model.params, mode, t, alpha, piece)
    place = gate - driven * secular.rest_amplitude(setup, mode, t, piece)
    mean = inner(psi, lower(psi)) / square(psi)
    raw = -0.5 * (down * np.arange(levels) + up * lowering(levels) ** 2) * psi
    raw = raw + up * mean * raised(psi) + down * mean.conj() * lower(psi)
    if hamiltonian is not None:
        raw = raw - 1j * hamiltonian(t, alpha, psi)
    moved, d_psi = followed(psi, raw, CENTRING * (down + up))
    push = driven * secular.push(setup, model.params, mode, t, piece)
    return push - 0.5 * (down - up) * place + moved, d_psi


def kicked(y: State, down, up, h, normal: Array) -> State:
    """e^{ΣL_k dξ_k*}|Ψ⟩ of √κ↓ a and √κ↑ a†, E|dξ_k|² = h; normal (2, 2)."""
    shift, size = line_noise(down, up, h, normal)
    return y._replace(alpha=y.alpha + shift, psi=attenuated(y.psi, size))


def line_noise(down, up, h, normal: Array) -> tuple[Array, Array]:
    """Of a kick: what displaces β, and c of e^{ca}ψ."""
    noise = jnp.sqrt(0.5 * h) * (normal[0] - 1j * normal[1])
    shift = jnp.sqrt(up) * noise[1]
    return shift, jnp.sqrt(down) * noise[0] + shift.conj()


def looked(model: Model, t, h, y: State, piece, normal: Array) -> State:
    """The state after a look of length h about the time t, and what memories and filters make of its record."""
    mode, measurement = model.mode, model.params["measurement"]
    angle = model.given.omega * t + 0.5 * np.pi
    k = measurement["strength"] * mode.v_zpf**2
    seen = diffusive_pure.look(y.psi, angle, k, measurement["efficiency"], h, normal)
    centre = secular.kinetic(model.setup, model.params, mode, t, y.alpha, piece) * jnp.exp(-1j * angle)
    told = mode.v_zpf * (seen.record + 2 * jnp.real(centre) * h)
    given = record.remember(model.given, t, y.given, told)
    return described(model, t, State(given, y.alpha + seen.shift, seen.psi), piece)
