"""What the dissipators of a circuit of several nodes store: Drude lines with `bath=drude`, and tabulated admittances.

    i_d = (W_d + |n_d|²) v_d + Σ_k s_k w_k,     ẇ_k = t_k v_d(k) − Σ_l Γ_kl w_l,     energy ½ wᵀw

A table has the states of its fit (`baths/passive_states`): s = σ + N n, t = σ − N n, Γ = J + N Nᵀ. A dissipator with
`bath=drude` is the reference line behind the coupling √(Z0 W): one state, s = t = √(W ω_c), Γ = ω_c, so that a
memristor moves the coupling and not the line. A table's W is left out of i_d, a Drude line's too.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.methods.method import Params, Setup
from quspike.quantize.membrane import Dissipator


class Stores(NamedTuple):
    """owner (K, D) : one where state k is dissipator d's. drawn, driven (K,) : s and t of tables [√(S/s)]. cutoffs
    (K,) : ω_c of Drude lines, else 0 [rad/s]. decay : Γ (K, K) [1/s]. white (D,) : one where W itself conducts. direct
    (D,) : |n|² of tables [S]. feed : n (D, C) [√S] and channels : N (K, C) [1/√s], where each resistor of a table and
    of a Drude line makes its noise.
    """

    owner: Array
    drawn: Array
    driven: Array
    cutoffs: Array
    decay: Array
    white: Array
    direct: Array
    feed: Array
    channels: Array


def count(setup: Setup) -> int:
    """K."""
    return sum(_size(setup, d) for d in setup.membrane.dissipators)


def channel_owners(setup: Setup) -> np.ndarray:
    """The dissipator of each channel (C,)."""
    counts = [int(remembers(setup, d)) if d.states is None else len(d.states.feed) for d in setup.membrane.dissipators]
    return np.repeat(np.arange(len(counts)), counts)


def remembers(setup: Setup, d: Dissipator) -> bool:
    """Whether this dissipator is a Drude line of its own."""
    return d.states is None and (setup.baths or {}).get(d.name) == "drude"


def conducts_at_once(setup: Setup, d: Dissipator) -> bool:
    """Whether it conducts at any frequency: no Drude line, no table that ends."""
    return not remembers(setup, d) if d.states is None else bool(d.states.direct > 0)


def _size(setup: Setup, d: Dissipator) -> int:
    return int(remembers(setup, d)) if d.states is None else d.states.size


def stores(setup: Setup, params: Params) -> Stores:
    """The numbers for these parameters, dissipators in the order of the setup."""
    found = setup.membrane.dissipators
    decay = np.zeros((count(setup), count(setup)))
    owner: list[np.ndarray] = []
    drawn: list[float] = []
    driven: list[float] = []
    cutoffs: list = []
    for i, d in enumerate(found):
        at, size = len(owner), _size(setup, d)
        owner += size * [np.arange(len(found)) == i]
        if d.states is not None:
            drawn, driven = [*drawn, *d.states.drawn], [*driven, *d.states.driven]
            decay[at : at + size, at : at + size] = d.states.decay
            cutoffs += size * [0.0]
        elif size:
            drawn, driven = [*drawn, 0.0], [*driven, 0.0]
            cutoffs.append(params["elements"][d.name]["cutoff"])
    rates = jnp.stack([jnp.asarray(c, dtype=float) for c in cutoffs]) if cutoffs else jnp.zeros(0)
    feed, channels = _channels(setup, rates)
    return Stores(
        owner=jnp.asarray(np.array(owner, dtype=float).reshape(len(owner), len(found))),
        drawn=jnp.asarray(np.array(drawn, dtype=float)),
        driven=jnp.asarray(np.array(driven, dtype=float)),
        cutoffs=rates,
        decay=jnp.asarray(decay) + jnp.diag(rates),
        white=jnp.array([float(d.states is None and not remembers(setup, d)) for d in found]),
        direct=jnp.array([0.0 if d.states is None else float(d.states.direct) for d in found]),
        feed=feed,
        channels=channels,
    )


def _channels(setup: Setup, cutoffs: Array) -> tuple[Array, Array]:
    """n (D, C) and N (K, C)."""
    owners, found = channel_owners(setup), setup.membrane.dissipators
    feed, channels = np.zeros((len(found), len(owners))), jnp.zeros((len(cutoffs), len(owners)))
    row = 0
    for i, d in enumerate(found):
        columns = np.flatnonzero(owners == i)
        if d.states is not None:
            feed[i, columns] = d.states.feed
            channels = channels.at[row : row + d.states.size, columns].set(d.states.channels)
        elif len(columns):
            channels = channels.at[row, columns].set(jnp.sqrt(cutoffs[row]))
        row += _size(setup, d)
    return jnp.asarray(feed), channels


def couplings(s: Stores, conductance: Array) -> tuple[Array, Array]:
    """s and t at these W (D,): (K,) each."""
    lines = jnp.sqrt(s.cutoffs * (s.owner @ conductance))
    return s.drawn + lines, s.driven + lines


def instant(s: Stores, conductance: Array) -> Array:
    """What conducts at any frequency (D,) [S]."""
    return s.white * conductance + s.direct


def currents(s: Stores, conductance: Array, branch: Array, stored: Array) -> Array:
    """i_d of every dissipator (D,), A."""
    if not len(stored):
        return conductance * branch
    drawn, _ = couplings(s, conductance)
    return instant(s, conductance) * branch + s.owner.T @ (drawn * stored)


def rates(s: Stores, conductance: Array, branch: Array, stored: Array) -> Array:
    """ẇ (K,)."""
    if not len(stored):
        return stored
    _, driven = couplings(s, conductance)
    return driven * (s.owner @ branch) - s.decay @ stored
