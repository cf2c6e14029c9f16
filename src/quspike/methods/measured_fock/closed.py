"""All trajectories at once, without drawing one: the closed linear equation of a memory that is the record.

    ∂_tρ(x) = 𝓛_xρ − k[V,[V,ρ]] − s∂_x ½{V,ρ} + (1/16kη) ∂_x²ρ,      dx = s dy,  κ = ΣW(x)/C

ρ(x) is an operator at each value of the memory, Tr ρ(x) the memory's density and ∫ρ(x)dx the state of what nobody
reads. It is linear, with the memristor's feedback inside: averages over trajectories have no equation of their own, but
this has. Annby-Andersson et al., Phys. Rev. Lett. 129, 050401 (2022).

Steps are those of a trajectory: motion at fixed x, damping with κ(x), a look that moves x by what it reads (a product
in the wavenumbers of x). No frame follows a mean, since each x has its own: the levels hold the driven state.

Nor does x know the phase of a trajectory's carrier. A trajectory damps with W averaged over it, 2⟨W sin²θ⟩; here it is
W(x) at each instant, whose average is ⟨W⟩. `carrier_share` is the part between them, small where the carrier is small
beside the law's own width.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.constants import hbar, phi0
from quspike.errors import InputError
from quspike.kernel.diffusive import damp, told, turn_by
from quspike.kernel.fock import moments
from quspike.memory import mean_field
from quspike.methods import gksl, secular
from quspike.methods.measured.drift import GAUSS
from quspike.methods.measured.memories import HALF
from quspike.methods.measured.state import start
from quspike.methods.measured_fock.state import Model, model_of
from quspike.methods.method import Params, Setup

SPREADS = 7.0  # standard deviations of the record's noise, on either side
CHUNK = 32  # values of x that are stepped side by side


class Averages(NamedTuple):
    """At the saved nodes (T,): the values x (X,) and their density (T, X), ∫ρ(x)dx packed (T, N, N), ∫W(x)ρ(x)dx as a
    conductance (T,), S."""

    x: Array
    density: Array
    packed: Array
    conductance: Array


def check(setup: Setup) -> None:
    """Refuse what has no closed equation in one memory."""
    names = [d.name for d in setup.one.memristors]
    if setup.memory != "measured":
        raise InputError("memory", setup.memory, "must be measured: other memories have no record to average over")
    if setup.spiking:
        raise InputError("[neuron]", "a neuron", "must be left out: a spike depends on one trajectory, not on averages")
    if len(names) != 1:
        raise InputError("circuit", f"{len(names)} memristors", "must have one memristor: its memory is a coordinate")
    if setup.nonlinearity != "full" and setup.one.junctions:
        raise InputError("nonlinearity", setup.nonlinearity, "must be full: the average keeps the whole cosine")
    if setup.one.gates:
        raise InputError(setup.one.gates[0].name, "a gate", "must be a current source")


def averages(setup: Setup, params: Params, nodes: Array, saved: np.ndarray, count: int = 192) -> Averages:
    """Everything that an ensemble of infinitely many trajectories would show at the saved nodes.

    nodes : (N + 1,) s. saved : (T,) numbers of the saved nodes, rising, the first of them 0. count : values of x.
    Raises InputError for a memory that is not the record itself.
    """
    check(setup)
    model = model_of(setup, params)
    name, law = setup.one.memristors[0].name, setup.one.memristors[0].law
    if model.given.drivers != ("record",) or law is None or law.control != "flux":
        raise InputError(name, "a filtered record", "must follow the record itself: a flux law that senses the voltage")
    x = _values(model, params, nodes, count)
    wave = jnp.asarray(2 * np.pi * np.fft.rfftfreq(count, 1.0)) / (x[1] - x[0])
    pieces = setup.inputs.pieces(params, 0.5 * (nodes[:-1] + nodes[1:]))
    packed = jnp.zeros((count, model.levels, model.levels)).at[count // 2].set(_first(model))
    w = jax.vmap(lambda value: _conductances(model, value))(x)
    remembers = next(i for i, d in enumerate(setup.one.dissipators) if d.law is not None)
    slots = np.full(len(nodes), len(saved))
    slots[saved] = np.arange(len(saved))

    def body(carry, xs):
        packed, kept = carry
        t0, t1, piece, slot = xs
        packed = _step(model, t0, t1 - t0, packed, w, wave, piece)
        return (packed, _keep(kept, slot, packed, w, remembers)), None

    size = len(saved) + 1
    kept = (jnp.zeros((size, count)), jnp.zeros((size, model.levels, model.levels)), jnp.zeros(size))
    kept = _keep(kept, slots[0], packed, w, remembers)
    xs = (nodes[:-1], nodes[1:], pieces, jnp.asarray(slots[1:]))
    (_, kept), _ = jax.lax.scan(body, (packed, kept), xs)
    density, states, conductance = (rows[:-1] for rows in kept)
    return Averages(x, density / (x[1] - x[0]), states, conductance)


def _values(model: Model, params: Params, nodes: Array, count: int) -> Array:
    """x as far as the record's noise and the carrier of a full space can take it, the first memory among them."""
    noise = jnp.sqrt((nodes[-1] - nodes[0]) / model.given.information)
    swing = 2 * model.mode.v_zpf * np.sqrt(model.levels) / model.given.omega
    first = start(model.given).memory[0]
    return first + (SPREADS * noise + 2 * swing) * (2 * (jnp.arange(count) - count // 2) / count)


def _first(model: Model) -> Array:
    """ρ(0), its displacement included."""
    alpha = secular.initial_amplitude(model.params, model.mode)
    packed = gksl.initial_state(model.setup, model.params)
    return _displaced(packed, jnp.asarray(alpha, dtype=complex))


def _displaced(packed: Array, alpha) -> Array:
    """D(α)ρD†(α): e^{isX_θ} with α = is e^{iθ}."""
    return turn_by(packed, jnp.angle(alpha) - 0.5 * np.pi, lambda x: -jnp.abs(alpha) * x)


def _conductances(model: Model, x) -> Array:
    """W of each dissipator at the memory x."""
    memory = [None if d.law is None else x for d in model.setup.one.dissipators]
    pairs = zip(model.setup.one.dissipators, memory, strict=True)
    return jnp.stack([jnp.asarray(mean_field.conductance(d, m, 0.0, model.params["elements"])) for d, m in pairs])


def _step(model: Model, t, h, packed: Array, w: Array, wave: Array, piece) -> Array:
    k, efficiency = model.params["measurement"]["strength"], model.params["measurement"]["efficiency"]
    d, v_zpf = model.setup.one.memristors[0], model.mode.v_zpf
    packed = _glide(model, t, 0.5 * h, packed, w, piece, True)
    angle = model.given.omega * (t + 0.5 * h) + 0.5 * np.pi
    packed = told(packed, angle, k * v_zpf**2, efficiency, h, wave * v_zpf, d.sign)
    return _glide(model, t + 0.5 * h, 0.5 * h, packed, w, piece, False)


def _glide(model: Model, t, h, packed: Array, w: Array, piece, last: bool) -> Array:
    """Half of the motion at each x."""
    setup, mode = model.setup, model.mode
    pushed = sum(0.5 * h * secular.push(setup, model.params, mode, t + c * h, piece) for c in GAUSS)
    held = sum(0.25 * h * secular.rest_amplitude(setup, mode, t + c * h, piece) for c in GAUSS)
    occupation = jnp.stack([jnp.asarray(n) for n in model.given.occupation])

    def one(pair):
        rho, conductance = pair
        up = jnp.sum(conductance * occupation) / mode.capacitance
        kappa = jnp.sum(conductance) / mode.capacitance
        down, moved = up + kappa, pushed + kappa * held
        if last:
            return _turned(model, t, h, _displaced(damp(rho, down, up, h), moved))
        return damp(_displaced(_turned(model, t, h, rho), moved), down, up, h)

    return jax.lax.map(one, (packed, w), batch_size=min(CHUNK, len(packed)))


def _turned(model: Model, t, h, packed: Array) -> Array:
    """The junctions' cosine at the middle of the half step."""
    names = model.setup.one.junctions
    if not names:
        return packed
    energy = sum(model.params["elements"][name]["EJ"] for name in names) / hbar
    eta = model.mode.phi_zpf / phi0
    angle = model.given.omega * (t + 0.5 * h)
    return turn_by(packed, angle, lambda x: -energy * h * (jnp.cos(eta * x) + 0.5 * eta**2 * x**2))


def _keep(kept: Any, slot, packed: Array, w: Array, remembers: int) -> Any:
    traces = jnp.trace(packed, axis1=1, axis2=2)
    seen = jnp.sum(w[:, remembers] * traces)
    return tuple(
        rows.at[slot].set(row) for rows, row in zip(kept, (traces, jnp.sum(packed, axis=0), seen), strict=True)
    )


def carrier_share(model: Model, found: Averages) -> Array:
    """Largest |⟨W cos 2θ⟩|/⟨W⟩ at the saved times, the carrier as large as ⟨n⟩ allows: what κ = W(x)/C misses."""
    d = model.setup.one.memristors[0]
    number = jax.vmap(moments)(found.packed).number
    amplitude = 2 * model.mode.phi_zpf * jnp.sqrt(jnp.maximum(number, 0.0))

    def share(size, density):
        places = found.x[:, None] + size * np.cos(HALF)
        w = mean_field.conductance(d, places, 0.0, model.params["elements"])
        missed = jnp.abs(jnp.mean(w * np.cos(2 * HALF), axis=1))
        return jnp.sum(density * missed) / jnp.sum(density * jnp.mean(w, axis=1))

    return jnp.max(jax.vmap(share)(amplitude, found.density))


def voltages(model: Model, times: Array, packed: Array) -> tuple[Array, Array]:
    """⟨V⟩ and its standard deviation (T,), V, of states in the rotating frame (T, N, N)."""
    seen = jax.vmap(moments)(packed)
    turn, v_zpf = jnp.exp(-1j * model.given.omega * times), model.mode.v_zpf
    mean = 2 * v_zpf * jnp.imag(seen.a * turn)
    square = v_zpf**2 * (2 * seen.number + 1 - 2 * jnp.real(seen.aa * turn**2))
    return mean, jnp.sqrt(square - mean**2)
