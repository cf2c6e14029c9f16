"""Moments of several nodes whose dissipators store something: Drude lines in quantum noise, tables in either noise.

    x = (φ, q, w),     θ̇ = v,     q̇ = −Kφ − B (W Bᵀv + s w),     ẇ = t Bᵀv − Γ w
    v = Πᵀ E q − g (Kφ + B s w + B ξ),     Π = 1 − G g

as `frame` and `stores` have it, g being how nodes without a capacitance give way (`massless`): there v
has white noise of its own, and the spread of such a voltage is of what its neighbours do to it. With `bath=drude` on
every dissipator each of their resistors makes the noise ħω coth(ħω/2kT) 2/R, by Padé poles, exact given W(t); else it
is white, 2kT, and what conducts at any frequency adds the flux noise of `moments`. The covariance of a linear
circuit does not act on its means, and follows them by the steps of `baths/coloured_covariance`, on a grid of its own
with the spikes as nodes. A run that starts `thermal` starts in joint equilibrium of circuit and lines; a flux that
nothing holds starts with what q leaves it by ħ/2.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from quspike.baths.coloured_covariance import Noise, Spread, advanced, coloured_noise, equilibrium, resting
from quspike.constants import hbar, k_B
from quspike.errors import NotAvailable
from quspike.kernel.spiking_scan import SpikingModel, Track
from quspike.methods.method import Machine, Params, Setup
from quspike.methods.network import classical, stores
from quspike.methods.network import frame as net
from quspike.methods.network import moments as white
from quspike.quantize.numbers.massless import giving

HELD = 1e-10  # of the largest stiffness: below it nothing holds a flux


def needed(setup: Setup) -> bool:
    """Whether some dissipator stores something, or some node has no capacitance."""
    return bool(stores.count(setup) or net.system_of(setup).massless)


def build(setup: Setup, params: Params) -> Machine:
    """Means as `classical`, records with W of every dissipator; the covariance after them."""
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
    inverse = jnp.diagonal(f.inverse_capacitance)
    charge = jnp.sqrt(heat / jnp.where(inverse > 0, inverse, jnp.max(inverse)))
    flux = heat / charge / _reference(setup)
    units = jnp.concatenate([flux, charge, jnp.full(len(f.stores.decay), jnp.sqrt(heat))])
    return Linear(units, _temperatures(setup, params)[stores.channel_owners(setup)])


def _temperatures(setup: Setup, params: Params) -> Array:
    return jnp.stack([jnp.asarray(params["elements"][d.name]["T"], dtype=float) for d in setup.membrane.dissipators])


class Map(NamedTuple):
    """What a circuit is at one W and with these nodes held: E among free nodes, g, Π (both kinds), G, s and t."""

    inverse: Array
    giving: Array
    projector: Array
    conductance: Array
    drawn: Array
    driven: Array


def mapped(setup: Setup, f: net.Frame, w: Array, held: Array) -> Map:
    """At conductances W (D,)."""
    clamp, inverse = white.clamped(setup, f, held)
    g = (f.dissipators * stores.instant(f.stores, w)) @ f.dissipators.T
    give = giving(g, f.massless) if len(f.massless) else jnp.zeros_like(g)
    return Map(inverse, give, clamp @ (jnp.eye(len(g)) - g @ give), g, *stores.couplings(f.stores, w))


def drift(setup: Setup, f: net.Frame, own: Linear, w: Array, held: Array) -> Array:
    """A (M, M) [1/s] in units of x, at conductances W (D,)."""
    return _drift(f, mapped(setup, f, w, held), f.stiffness) * own.units / own.units[:, None]


def _drift(f: net.Frame, c: Map, stiffness: Array) -> Array:
    """A in SI, Kφ being `stiffness` times its first columns."""
    drawn = (f.dissipators @ f.stores.owner.T) * c.drawn
    free = c.inverse - c.giving @ c.conductance @ c.inverse
    voltage = jnp.concatenate([-c.giving @ stiffness, free, -c.giving @ drawn], axis=1)
    charge = -c.projector @ jnp.concatenate([stiffness, c.conductance @ c.inverse, drawn], axis=1)
    across = (c.driven[:, None] * f.stores.owner) @ f.dissipators.T
    stored = (across @ voltage).at[:, 2 * len(c.inverse) :].add(-f.stores.decay)
    return jnp.concatenate([voltage, charge, stored])


def noise(setup: Setup, params: Params, f: net.Frame, own: Linear, w: Array, held: Array) -> Noise:
    """The channels of lines and tables, and in white noise those of the resistors too."""
    c, t = mapped(setup, f, w, held), _temperatures(setup, params)
    strength = jnp.sqrt(2 * k_B * own.temperatures)
    channels = _pushed(f, c, f.dissipators @ f.stores.feed)
    channels = channels.at[2 * len(c.inverse) :].add(-f.stores.channels) * strength
    if setup.coloured:
        return coloured_noise(channels / own.units[:, None], own.temperatures, setup.poles)
    crossing = _pushed(f, c, f.dissipators * jnp.sqrt(2 * k_B * t * f.stores.white * w))
    kicks = c.inverse @ c.projector @ f.dissipators * jnp.sqrt(hbar**2 * stores.instant(f.stores, w) / (8 * k_B * t))
    kicks = jnp.concatenate([kicks, jnp.zeros((len(own.units) - len(kicks), kicks.shape[1]))])
    vectors = jnp.concatenate([channels, crossing, kicks], axis=1) / own.units[:, None]
    return coloured_noise(vectors, jnp.concatenate([own.temperatures, t, t]), 0)


def _pushed(f: net.Frame, c: Map, currents: Array) -> Array:
    """What currents (m, …) out of the coordinates do to x (M, …)."""
    voltage = -c.giving @ currents
    across = (c.driven[:, None] * f.stores.owner) @ f.dissipators.T
    return jnp.concatenate([voltage, -c.projector @ currents, across @ voltage])


class Events(NamedTuple):
    """Of each interval: who is held in it, fires or is released at its start (I, K); W at both ends (I, D)."""

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

    def body(state: Spread, e: Events) -> tuple[Spread, tuple[Array, Array]]:
        state = _through(setup, params, f, own, state, e)
        first, last = (drift(setup, f, own, w, e.held) for w in (e.w_start, e.w_end))
        made = noise(setup, params, f, own, (e.w_start + e.w_end) / 2, e.held)
        state = advanced(state, (first, last), e.length, made)
        return state, (state.covariance, volts(state, e.w_end))

    def volts(state: Spread, w: Array) -> Array:
        rows = f.nodes @ _drift(f, mapped(setup, f, w, nobody), f.stiffness)[:m] * own.units
        return jnp.sqrt(jnp.maximum(jnp.einsum("ni,ij,nj->n", rows, state.covariance, rows), 0.0))

    m, nobody = len(f.stiffness), jnp.zeros(len(setup.neuron_nodes))
    _, (found, spread) = jax.lax.scan(body, start, events)
    found = jnp.concatenate([start.covariance[None], found]) * jnp.outer(own.units, own.units)
    spread = jnp.concatenate([volts(start, events.w_start[0])[None], spread])
    index = jnp.searchsorted(times, coarse[setup.noise_save_index], side="right") - 1
    return white.spread_of_nodes(f, found[index][:, : 2 * m, : 2 * m]) | {"voltage_std": spread[index]}


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
    """A `zero` reset replaces the charges of its nodes; so does the end of its hold, and adds the flux that it owes."""
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
    return _joint(setup, f, own, w, made)


def _joint(setup: Setup, f: net.Frame, own: Linear, w: Array, made: Noise) -> Spread:
    """Equilibrium in ψ ∝ Kφ, of which alone the circuit knows; φ = K⁺ψ, and what is free by ħ/2 beside its charge."""
    m, reference, held = len(f.stiffness), _reference(setup), jnp.zeros(len(setup.neuron_nodes))
    charges = own.units[m : 2 * m]
    stiffness = f.stiffness * own.units[:m] / charges[:, None] / reference
    across = _drift(f, mapped(setup, f, w, held), reference * jnp.eye(m))
    across = across * own.units.at[:m].set(charges) / own.units[:, None]
    across = across.at[:m].set(stiffness @ across[:m])
    rest = equilibrium(across, made._replace(vectors=made.vectors.at[:m].set(stiffness @ made.vectors[:m])))
    give = jnp.linalg.pinv(stiffness, rtol=HELD)
    back, free = jax.scipy.linalg.block_diag(give, jnp.eye(len(across) - m)), jnp.eye(m) - give @ stiffness
    covariance = back @ rest.covariance @ back.T
    action = own.units[0] * charges[0]  # the same of every pair
    least = jnp.linalg.pinv(free @ covariance[m : 2 * m, m : 2 * m] @ free, rtol=HELD) * (hbar / 2 / action) ** 2
    known = jax.scipy.linalg.block_diag(jnp.eye(m) - free, jnp.eye(len(across) - m))
    correlations = resting(drift(setup, f, own, w, held), made) @ known.T
    return Spread(covariance.at[:m, :m].add(least), correlations)


def _reference(setup: Setup) -> float:
    """The rate by which fluxes are scaled [1/s]."""
    return max(setup.oscillation, setup.slowest_leak)
