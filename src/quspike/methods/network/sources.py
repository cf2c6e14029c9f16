"""What sources do to a circuit of several nodes: currents, charges that gates push, fluxes that stand in loops.

    q = C θ̇ + G u(t)                        u: voltages V, by the capacitors before them; offset charges n_g, by 2e
    flux of a branch = b·θ + o·ψ(t),        ψ = [Φ(0), Φ(t) − Φ(0), ∫V dt]
    q̇ ∋ −P ψ,   P = B L⁻¹ o                  v of a branch = b·θ̇ + Σ ± V + o Φ̇

An external flux stands on the element that FLUX names as long as it is what it was at t = 0, and what it changes by is
shared as capacitances demand (irrotational gauge, `external_flux`): θ̇ is the voltage that the capacitors see, in
whichever branch of its loop a flux is put. A voltage source in a loop of inductors and junctions is a flux ∫V dt.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.constants import e_charge
from quspike.methods.method import Params, Setup
from quspike.quantize.membrane import Source
from quspike.quantize.numbers.matrices import Matrices, source_matrix
from quspike.quantize.symbols.external_flux import flux_pull, flux_weights
from quspike.quantize.system import System


class Loops(NamedTuple):
    """How ψ (L,) acts: F external fluxes twice, then the V′ voltages whose integrals are kept.

    start : Φ(0) (F,). pull : P (m, L) [1/H]. junctions (J, L). nodes (n, L) : what ψ adds to node fluxes.
    rates (D, F) : what Φ̇ adds to the voltages of dissipators. node_rates (n, F + V′) : what ψ̇ adds to those of nodes
    without a charge.
    """

    start: Array
    pull: Array
    junctions: Array
    nodes: Array
    rates: Array
    node_rates: Array


def charge_columns(system: System, m: Matrices) -> Array:
    """G (m, V + N) of the voltage sources and offset charges, in the order of `system.gates`."""
    voltages = [e.name for e in system.network.circuit.of("V")]
    columns = [
        m.gates[:, voltages.index(s.name)] if s.card == "V" else 2 * e_charge * m.port(str(s.gate))
        for s in system.gates
    ]
    return jnp.stack([jnp.asarray(c) for c in columns], axis=1) if columns else jnp.zeros((m.size, 0))


def loops(setup: Setup, params: Params, system: System, m: Matrices) -> Loops:
    """The numbers for these parameters."""
    network, elements = system.network, params["elements"]
    weights = flux_weights(network, elements)
    order = np.array([weights.fluxes.index(s.name) for s in system.fluxes], dtype=int)
    integrated = [s.name for s in system.integrated]
    gauges = [weights.of("inductance", gauge=g)[:, order] for g in ("static", "irrotational")]
    pulls = [flux_pull(network, elements, o) for o in gauges]
    pulls.append(source_matrix(network, elements, "inductance", integrated))
    pull = jnp.concatenate([jnp.asarray(p) for p in pulls], axis=1)
    across = [weights.of("junction", gauge=g)[:, order] for g in ("static", "irrotational")]
    across.append(signs([b.sources for b in network.of("junction")], integrated))
    behind = network.incidence("junction")[m.followers].T @ jnp.asarray(m.follower_inductance) @ pull[m.followers]
    followed = following(m, pull)[np.array([network.nodes.index(n) for n in system.nodes], dtype=int)]
    tied = signs([network.offsets.get(n, ()) for n in system.nodes], integrated)
    own = jnp.concatenate([jnp.zeros((len(system.nodes), 2 * len(order))), jnp.asarray(tied)], axis=1)
    leaking = weights.of("dissipator")[:, order]
    return Loops(
        start=_values(setup, system.fluxes, first_pieces(setup, params), jnp.zeros(())),
        pull=jnp.asarray(m.transform).T @ pull,
        junctions=jnp.concatenate([jnp.asarray(a) for a in across], axis=1) - behind,
        nodes=own + followed,
        rates=jnp.asarray(leaking)[branch_order(system)],
        node_rates=followed[:, len(order) :],
    )


def branch_order(system: System) -> np.ndarray:
    """Where among `network.of("dissipator")` the system's dissipators stand."""
    have = [b.element for b in system.network.of("dissipator")]
    return np.array([have.index(d.name) for d in system.dissipators], dtype=int)


def following(m: Matrices, pull: Array) -> Array:
    """`−K_yy⁻¹ P_y` of coordinates without a charge, by node (N, L): how they give way to what pulls on them."""
    basis = np.array(m.network.basis, dtype=float).reshape(len(m.network.nodes), m.network.size)
    return -jnp.asarray(basis[:, m.followers]) @ jnp.asarray(m.follower_inductance) @ pull[m.followers]


def signs(sources: list, names: list[str]) -> np.ndarray:
    """The signs with which these sources add to each row (rows, names)."""
    rows = [[float(dict(own).get(name, 0)) for name in names] for own in sources]
    return np.array(rows, dtype=float).reshape(len(rows), len(names))


def first_pieces(setup: Setup, params: Params) -> tuple:
    """The piece of each source at t = 0."""
    return tuple(p[0] for p in setup.inputs.pieces(params, jnp.zeros(1)))


def source_voltages(setup: Setup, piece, t) -> Array:
    """u(t): V of the voltage sources, and n_g of the offset charges (V + N,)."""
    return _values(setup, setup.membrane.gates, piece, t)


def source_currents(setup: Setup, piece, t) -> Array:
    """I(t) of the current sources, n+ → n− (I,)."""
    return _values(setup, setup.membrane.currents, piece, t)


def loop_fluxes(setup: Setup, f: Loops, driven: Array, piece, t) -> Array:
    """ψ(t) (L,), `driven` the integrals ∫V dt."""
    moved = _values(setup, setup.membrane.fluxes, piece, t) - f.start
    return jnp.concatenate([f.start, moved, driven])


def flux_rates(setup: Setup, piece, t) -> Array:
    """Φ̇(t) of the external fluxes (F,), V."""
    return _rates(setup, setup.membrane.fluxes, piece, t)


def loop_rates(setup: Setup, piece, t) -> Array:
    """Φ̇ and the voltages that are integrated (F + V′,), V."""
    return jnp.concatenate([flux_rates(setup, piece, t), integrated_voltages(setup, piece, t)])


def integrated_voltages(setup: Setup, piece, t) -> Array:
    """V(t) of the sources whose integrals are kept (V′,)."""
    assert isinstance(setup.membrane, System)
    return _values(setup, setup.membrane.integrated, piece, t)


def _values(setup: Setup, chosen: tuple[Source, ...], piece, t) -> Array:
    pairs = zip(setup.membrane.sources, piece, strict=True)
    found = [setup.inputs.value(s, p, t) for s, p in pairs if s in chosen]
    return jnp.stack([jnp.asarray(v, dtype=float) for v in found]) if found else jnp.zeros(0)


def _rates(setup: Setup, chosen: tuple[Source, ...], piece, t) -> Array:
    if not chosen:
        return jnp.zeros(0)
    t = jnp.asarray(t, dtype=float)
    return jax.jvp(lambda s: _values(setup, chosen, piece, s), (t,), (jnp.ones_like(t),))[1]
