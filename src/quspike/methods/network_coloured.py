"""Moments of several nodes whose dissipators store something: Drude lines in quantum noise, tables in either noise.

    x = (φ, q, w),     θ̇ = E q,     q̇ = −Kφ − B (W B ᵀE q + s w),     ẇ = t BᵀE q − Γ w

as `network_frame` and `network_stores` have it. With `bath=drude` on every dissipator each of their resistors makes the
noise ħω coth(ħω/2kT) 2/R, by Padé poles, exact given W(t); else it is white, 2kT, and what conducts at any frequency
adds the flux noise of `network_moments`. A linear circuit's covariance does not act on its means, and follows them by
the steps of `baths/coloured_covariance`, on a grid of its own with the spikes as nodes. A run that starts `thermal`
starts in joint equilibrium of circuit and lines; a flux that nothing holds starts with what q leaves it by ħ/2.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.baths.coloured_covariance import Noise, Spread, advanced, coloured_noise, equilibrium, resting
from quspike.constants import hbar, k_B
from quspike.errors import NotAvailable
from quspike.kernel.spiking_scan import SpikingModel, Track
from quspike.methods import network_classical as classical
from quspike.methods import network_frame as net
from quspike.methods import network_moments as white
from quspike.methods import network_stores as stores
from quspike.methods.method import Machine, Params, Setup

HELD = 1e-10  # of the largest stiffness: below it nothing holds a flux


def build(setup: Setup, params: Params) -> Machine:
    """Means as `network_classical`, records with W of every dissipator; the covariance after them."""
    if setup.closure == "gaussian":
        remedy = "must be none where a line or a table stores something, or a node has no capacitance, so far"
        raise NotAvailable("closure", "gaussian", remedy)
    f = net.frame(setup, params)

    def observe(t, y, piece, free):
        seen = net.look(setup, params, f, t, y, piece)
        return jnp.concatenate([classical.observe(setup, params, f, t, y, piece), seen.conductance])

    model = SpikingModel(
        rolled=True,
        flow=lambda t, y, piece, free: net.mean_rates(setup, params, f, t, y, piece)[0],
        membrane=lambda t, y, piece: net.membrane_values(setup, params, f, t, y, piece),
        reset=lambda t, y, piece, fires: net.reset_means(setup, params, f, t, y, piece, fires),
        release=lambda t, y, piece, released: net.release_means(setup, params, f, t, y, piece, released),
        observe=observe,
        error=classical.error_norm(setup, params, f),
    )
    count = len(setup.membrane.dissipators)
    return Machine(
        model,
        classical.start(setup, params, f),
        lambda records: classical.read(setup, records[:, :-count]),
        lambda track, nodes, spikes: _spread(setup, params, f, track, nodes, spikes),
    )


class Linear(NamedTuple):
    """units (M,) of x = (φ, q, w), and the noise's temperatures (C,)."""

    units: Array
    temperatures: Array


def linear(setup: Setup, params: Params, f: net.Frame) -> Linear:
    """√(kT C) of q, √(kT) of w at the warmest T, and of φ what makes its rates those of the circuit."""
    heat = k_B * jnp.max(_temperatures(setup, params))
    charge = jnp.sqrt(heat / jnp.diagonal(f.inverse_capacitance))
    flux = heat / charge / _reference(setup)
    units = jnp.concatenate([flux, charge, jnp.full(len(f.stores.decay), jnp.sqrt(heat))])
    return Linear(units, _temperatures(setup, params)[stores.channel_owners(setup)])


def _temperatures(setup: Setup, params: Params) -> Array:
    return jnp.stack([jnp.asarray(params["elements"][d.name]["T"], dtype=float) for d in setup.membrane.dissipators])


def drift(setup: Setup, f: net.Frame, own: Linear, w: Array, held: Array) -> Array:
    """A (M, M) [1/s] in units of x, at conductances W (D,)."""
    projector, inverse = white.clamped(setup, f, held)
    m, b = len(f.stiffness), f.dissipators
    drawn, driven = stores.couplings(f.stores, w)
    branches, across = projector @ b, b.T @ inverse
    damping = (branches * stores.instant(f.stores, w)) @ across
    found = jnp.zeros((len(own.units), len(own.units)))
    found = found.at[:m, m : 2 * m].set(inverse)
    found = found.at[m : 2 * m, :m].set(-projector @ f.stiffness).at[m : 2 * m, m : 2 * m].set(-damping)
    found = found.at[m : 2 * m, 2 * m :].set(-(branches @ f.stores.owner.T) * drawn)
    found = found.at[2 * m :, m : 2 * m].set(driven[:, None] * (f.stores.owner @ across))
    found = found.at[2 * m :, 2 * m :].set(-f.stores.decay)
    return found * own.units / own.units[:, None]


def noise(setup: Setup, params: Params, f: net.Frame, own: Linear, w: Array, held: Array) -> Noise:
    """The channels of lines and tables, and in white noise those of the resistors too."""
    projector, inverse = white.clamped(setup, f, held)
    b, nothing = f.dissipators, jnp.zeros_like(f.dissipators)
    strength = jnp.sqrt(2 * k_B * own.temperatures)
    channels = jnp.concatenate([nothing @ f.stores.feed, -projector @ b @ f.stores.feed, -f.stores.channels]) * strength
    if setup.coloured:
        return coloured_noise(channels / own.units[:, None], own.temperatures, setup.poles)
    t, instant = _temperatures(setup, params), stores.instant(f.stores, w)
    still = jnp.zeros((len(f.stores.decay), b.shape[1]))
    crossing = jnp.concatenate([nothing, projector @ b * jnp.sqrt(2 * k_B * t * f.stores.white * w), still])
    kicks = jnp.concatenate([inverse @ b * jnp.sqrt(hbar**2 * instant / (8 * k_B * t)), nothing, still])
    vectors = jnp.concatenate([channels, crossing, kicks], axis=1) / own.units[:, None]
    return coloured_noise(vectors, jnp.concatenate([own.temperatures, t, t]), 0)


class Events(NamedTuple):
    """Of each interval: which neurons are held in it, fire or are released at its start (I, K); W at both ends (I, D)."""

    length: Array
    held: Array
    fires: Array
    releases: Array
    w_start: Array
    w_end: Array


def _spread(setup: Setup, params: Params, f: net.Frame, track: Track, nodes: Array, spikes: Array) -> dict[str, Any]:
    """Covariance at the save times, given the conductances that the means left and the times at which they fired."""
    assert setup.noise_grid is not None
    own, coarse = linear(setup, params, f), jnp.asarray(setup.noise_grid)
    times, events = _events(setup, params, track, nodes, coarse, len(spikes))
    start = initial(setup, params, f, own, events.w_start[0])

    def body(state: Spread, e: Events) -> tuple[Spread, Array]:
        state = _through(setup, params, f, own, state, e)
        first, last = (drift(setup, f, own, w, e.held) for w in (e.w_start, e.w_end))
        made = noise(setup, params, f, own, (e.w_start + e.w_end) / 2, e.held)
        state = advanced(state, (first, last), e.length, made)
        return state, state.covariance

    _, found = jax.lax.scan(body, start, events)
    found = jnp.concatenate([start.covariance[None], found]) * jnp.outer(own.units, own.units)
    index = jnp.searchsorted(times, coarse[setup.noise_save_index], side="right") - 1
    m = len(f.stiffness)
    return white.spread_of_nodes(f, found[index][:, : 2 * m, : 2 * m])


def _events(
    setup: Setup, params: Params, track: Track, nodes: Array, coarse: Array, capacity: int
) -> tuple[Array, Events]:
    """The times of the covariance's grid, spikes and releases among them, and what happens in between."""
    end, (fired, neuron) = nodes[-1], _fired(setup, track, capacity)
    rest = jnp.asarray(params["neuron"]["t_ref"])[neuron] if setup.spiking else jnp.zeros(0)
    released = jnp.where(jnp.isfinite(fired), fired + rest, jnp.inf)
    times = jnp.sort(jnp.concatenate([coarse, jnp.minimum(fired, end), jnp.minimum(released, end)]))
    middle, mine = 0.5 * (times[:-1] + times[1:]), neuron[:, None] == jnp.arange(len(setup.neuron_nodes))
    spikes, ends = ((when[None, :] < middle[:, None]).astype(float) @ mine for when in (fired, released))
    w = track.records[:, -len(setup.membrane.dissipators) :]
    at = jax.vmap(lambda column: jnp.interp(times, nodes, column), in_axes=1, out_axes=1)(w)
    fires, releases = ((jnp.diff(n, axis=0, prepend=0.0) > 0).astype(float) for n in (spikes, ends))
    return times, Events(jnp.diff(times), spikes - ends, fires, releases, at[:-1], at[1:])


def _fired(setup: Setup, track: Track, capacity: int) -> tuple[Array, Array]:
    """Times of all spikes, inf where there is none, and their neurons (capacity,)."""
    if not setup.spiking:
        return jnp.zeros(0), jnp.zeros(0, dtype=int)
    table = track.spike_time.reshape(len(track.spike_time), -1)
    (where,) = jnp.nonzero(jnp.isfinite(table).ravel(), size=capacity, fill_value=-1)
    return jnp.where(where >= 0, table.ravel()[where], jnp.inf), where % table.shape[1]


def _through(setup: Setup, params: Params, f: net.Frame, own: Linear, state: Spread, e: Events) -> Spread:
    """A `zero` reset replaces the charges of its nodes; the end of its hold does so again, and adds the flux it owes."""
    if "zero" not in setup.resets:
        return state
    pinned = jnp.maximum(jnp.maximum(e.held, e.releases), e.fires) * (jnp.sum(e.fires + e.releases) > 0)
    keep, fresh = white.replacement(setup, params, f, pinned)
    stored = len(f.stores.decay)
    keep = jax.scipy.linalg.block_diag(keep, jnp.eye(stored)) * own.units / own.units[:, None]
    fresh = fresh + white.owed(params, f, e.releases)
    fresh = jax.scipy.linalg.block_diag(fresh, jnp.zeros((stored, stored))) / jnp.outer(own.units, own.units)
    return Spread(keep @ state.covariance @ keep.T + fresh, state.correlations @ keep.T)


def initial(setup: Setup, params: Params, f: net.Frame, own: Linear, w: Array) -> Spread:
    """`thermal`: joint equilibrium; else the circuit's own state, and lines and tables in theirs."""
    m, held = len(f.stiffness), jnp.zeros(len(setup.neuron_nodes))
    made = noise(setup, params, f, own, w, held)
    a = drift(setup, f, own, w, held)
    if setup.initial_state != "thermal":
        alone = jnp.zeros_like(a).at[2 * m :, 2 * m :].set(a[2 * m :, 2 * m :])
        apart = made._replace(vectors=made.vectors.at[: 2 * m].set(0.0))
        lines = equilibrium(alone, apart).covariance
        given = jnp.asarray(params["initial"]["spread"]) / jnp.outer(own.units[: 2 * m], own.units[: 2 * m])
        return Spread(lines.at[: 2 * m, : 2 * m].set(given), resting(alone, apart))
    return _joint(setup, f, own, a, made)


def _joint(setup: Setup, f: net.Frame, own: Linear, a: Array, made: Noise) -> Spread:
    """Equilibrium in ψ ∝ Kφ, of which alone the circuit knows; φ = K⁺ψ, and what is free by ħ/2 beside its charge."""
    m, reference = len(f.stiffness), _reference(setup)
    stiffness = -a[m : 2 * m, :m] / reference
    across = a.at[:m, m : 2 * m].set(stiffness @ a[:m, m : 2 * m]).at[m : 2 * m, :m].set(-reference * jnp.eye(m))
    rest = equilibrium(across, made._replace(vectors=made.vectors.at[:m].set(stiffness @ made.vectors[:m])))
    give = jnp.linalg.pinv(stiffness, rtol=HELD)
    back, free = jax.scipy.linalg.block_diag(give, jnp.eye(len(a) - m)), jnp.eye(m) - give @ stiffness
    covariance = back @ rest.covariance @ back.T
    action = own.units[0] * own.units[m]  # the same of every pair
    least = jnp.linalg.pinv(free @ covariance[m : 2 * m, m : 2 * m] @ free, rtol=HELD) * (hbar / 2 / action) ** 2
    known = jax.scipy.linalg.block_diag(jnp.eye(m) - free, jnp.eye(len(a) - m))
    return Spread(covariance.at[:m, :m].add(least), resting(a, made) @ known.T)


def _reference(setup: Setup) -> float:
    """The rate by which fluxes are scaled [1/s]."""
    return max(setup.oscillation, setup.slowest_leak)
