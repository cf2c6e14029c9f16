"""The mean equations of several nodes, shared by every method that keeps ⟨q⟩ and ⟨φ⟩ of a `System`.

    θ̇ = E(q − G u(t)),   ẋ_d = f_d(x_d, v_d),   v_d = b_d·θ̇ + Σ ± V + o_d Φ̇
    q̇ = −Kφ − Pψ − Σ_d b_d i_d − A I(t) − Σ_j b_j (E_J/φ0) sin((b_j·φ + o_j ψ)/φ0)

E = C⁻¹, v_d is the voltage of a branch, u and ψ what sources are (`sources`); i_d = W_d(x_d, v_d) v_d, or what
a line or a table with states of its own draws (`stores`). State: y = [q (m), φ (m), x (D), z (V′), w, h (K)],
z = ∫V dt of the voltage sources whose flux enters, h_k = 1 in the hold of neuron k. A `zero` reset
clamps the node to v_reset until its release, as a voltage source would: the charge that this takes is found from the
constraint, so that neighbours feel the clamp through whatever couples them. A `subtract` reset takes charge off the
node, and only its input is off in the hold.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.constants import phi0
from quspike.kernel.small_matrix import small_inverse
from quspike.memory import mean_field
from quspike.methods.method import Params, Setup
from quspike.methods.network import stores as network_stores
from quspike.methods.network.constraint import Constraint, constraint, sagging, tunnelling
from quspike.methods.network.sources import (
    Loops,
    branch_order,
    charge_columns,
    flux_rates,
    integrated_voltages,
    loop_fluxes,
    loop_rates,
    loops,
    signs,
    source_currents,
    source_voltages,
)
from quspike.methods.network.stores import Stores
from quspike.quantize.numbers.massless import inverse_capacitance
from quspike.quantize.numbers.matrices import Matrices, matrices
from quspike.quantize.system import System

NEWTON = 8  # steps to the voltage of a node without capacitance where a memristance depends on it


class Frame(NamedTuple):
    """Numbers of a circuit that do not change in a run; SI, over the m coordinates that are left.

    inverse_capacitance E, capacitance C, stiffness K (m, m). massless : where in θ nothing has a charge, and resistors
    settle the voltage at once (`quantize/numbers/massless`); E is zero there.
    nodes N (n, m), node_sources (n, V) : V_node = N θ̇ + node_sources V.
    node_charges (n, m) : the charge conjugate to a node's flux. gates G (m, V). dissipators (m, D) and
    dissipator_sources (D, V). currents A (m, I). junctions (m, J), critical_currents (J,). neurons U (m, K),
    neuron_sources (K, V). clamps (K,) : 1 for a `zero` reset. cut (I, K) : 1 where a neuron's hold cuts a source off.
    loops : how fluxes act. constraint : how nodes without capacitance follow.
    stores : what dissipators store. V counts offset charges in.
    """

    inverse_capacitance: Array
    capacitance: Array
    massless: np.ndarray
    stiffness: Array
    nodes: Array
    node_sources: Array
    node_charges: Array
    gates: Array
    dissipators: Array
    dissipator_sources: Array
    currents: Array
    junctions: Array
    critical_currents: Array
    neurons: Array
    neuron_sources: Array
    clamps: Array
    cut: Array
    loops: Loops
    constraint: Constraint
    stores: Stores


def system_of(setup: Setup) -> System:
    """The System of a setup that has one."""
    assert isinstance(setup.membrane, System)
    return setup.membrane


def frame(setup: Setup, params: Params) -> Frame:
    """The numbers for these parameters."""
    system, elements = system_of(setup), params["elements"]
    m = matrices(system.network, elements)
    neurons = [m.port(node) for node in setup.neuron_nodes]
    offsets, by_element = system.network.offsets, system.network.by_element
    names = [s.name for s in system.gates]
    have = [b.element for b in system.network.of("current")]
    at = np.array([have.index(s.name) for s in system.currents], dtype=int)
    return Frame(
        inverse_capacitance=inverse_capacitance(replace(m, capacitance=jnp.asarray(m.capacitance))),
        capacitance=jnp.asarray(m.capacitance),
        massless=m.massless,
        stiffness=jnp.asarray(m.stiffness),
        nodes=jnp.stack([jnp.asarray(m.port(node)) for node in system.nodes]),
        node_sources=jnp.asarray(signs([offsets.get(n, ()) for n in system.nodes], names)),
        node_charges=jnp.asarray(_node_charges(system, m)),
        gates=charge_columns(system, m),
        dissipators=jnp.asarray(m.dissipators)[:, branch_order(system)],
        dissipator_sources=jnp.asarray(signs([by_element[d.name][0].sources for d in system.dissipators], names)),
        currents=jnp.asarray(m.currents)[:, at],
        junctions=jnp.asarray(m.junctions),
        critical_currents=jnp.asarray(m.josephson_energies) / phi0,
        neurons=jnp.stack(neurons, axis=1) if neurons else jnp.zeros((m.size, 0)),
        neuron_sources=jnp.asarray(signs([offsets.get(n, ()) for n in setup.neuron_nodes], names)),
        clamps=jnp.array([float(reset == "zero") for reset in setup.resets]),
        cut=jnp.asarray(_cut(setup, system)),
        loops=loops(setup, params, system, m),
        constraint=constraint(system, m, at),
        stores=network_stores.stores(setup, params),
    )


def _cut(setup: Setup, system: System) -> np.ndarray:
    """A source is the input of every neuron on whose node it stands."""
    ends = [system.network.circuit.element(s.name).nodes for s in system.currents]
    cut = [[float(node in pair) for node in setup.neuron_nodes] for pair in ends]
    return np.array(cut, dtype=float).reshape(len(ends), len(setup.neuron_nodes))


def _node_charges(system: System, m: Matrices) -> np.ndarray:
    """Q = (P⁻¹)ᵀ over the nodes that have a charge; zero for those that only follow, and in modes of lines."""
    network = system.network
    own = {network.coordinates[k].node: i for i, k in enumerate(m.kept) if network.coordinates[k].node}
    places = list(own.values())
    rows = np.array([np.array(network.basis[network.nodes.index(n)])[m.kept[places]] for n in own])
    inverse, found = np.linalg.inv(rows), np.zeros((len(system.nodes), m.size))
    for row, node in zip(found, system.nodes, strict=True):
        if node in own:
            row[places] = inverse[:, list(own).index(node)]
    return found


class Split(NamedTuple):
    """y as q (m,), φ (m,), x (D,), z (V′,), w, h (K,)."""

    charge: Array
    flux: Array
    memory: Array
    driven: Array
    stored: Array
    held: Array


def split(setup: Setup, f: Frame, y: Array) -> Split:
    """Name the parts of y."""
    system, m = system_of(setup), len(f.stiffness)
    ends = np.cumsum([m, m, len(system.memristors), len(system.integrated), len(f.stores.decay)])
    return Split(*jnp.split(y, ends))


def clamp_response(f: Frame, held: Array) -> tuple[Array, Array]:
    """Which neurons clamp their nodes now (K,), and (UᵀEU)⁻¹ among these (K, K)."""
    clamped = held * f.clamps
    coupling = f.neurons.T @ f.inverse_capacitance @ f.neurons
    return clamped, small_inverse(clamped[:, None] * coupling * clamped[None, :] + jnp.diag(1 - clamped))


def velocities(setup: Setup, params: Params, f: Frame, s: Split, volts: Array) -> Array:
    """θ̇ = E(q − G V + U μ), μ the charges that hold clamped nodes at v_reset (m,)."""
    free = f.inverse_capacitance @ (s.charge - f.gates @ volts)
    if not setup.neuron_nodes or "zero" not in setup.resets:
        return free
    clamped, response = clamp_response(f, s.held)
    missing = clamped * (params["neuron"]["v_reset"] - f.neurons.T @ free - f.neuron_sources @ volts)
    return free + f.inverse_capacitance @ (f.neurons @ (clamped * (response @ missing)))


class Seen(NamedTuple):
    """θ̇ (m,), voltages v_d, conductances W_d and currents i_d (D,) of the dissipators, source voltages (V,)."""

    velocity: Array
    branch: Array
    conductance: Array
    current: Array
    volts: Array


def look(setup: Setup, params: Params, f: Frame, t, y: Array, piece) -> Seen:
    """What the elements see at this state."""
    s = split(setup, f, y)
    volts = source_voltages(setup, piece, t)
    velocity = velocities(setup, params, f, s, volts)
    branch = f.dissipators.T @ velocity + f.dissipator_sources @ volts + f.loops.rates @ flux_rates(setup, piece, t)
    if len(f.massless):
        pulled = pulls(setup, f, t, s, piece) + tunnelled(setup, f, t, s, piece)
        moved = _settled_voltages(setup, params, f, s, branch, pulled)
        velocity = velocity.at[f.massless].add(moved)
        branch = branch + f.dissipators[f.massless].T @ moved
    w = conductances(setup, params, branch, s.memory)
    return Seen(velocity, branch, w, network_stores.currents(f.stores, w, branch, s.stored), volts)


def _settled_voltages(setup: Setup, params: Params, f: Frame, s: Split, branch: Array, pulled: Array) -> Array:
    """v_h of massless coordinates, at which all currents into them add up to zero: by Newton, at once if W has no V."""
    across = f.dissipators[f.massless]

    def missing(v: Array) -> Array:
        there = branch + across.T @ v
        w = conductances(setup, params, there, s.memory)
        return across @ network_stores.currents(f.stores, w, there, s.stored) + pulled[f.massless]

    ideal = all(d.law is None or d.law.control in ("flux", "charge") for d in setup.membrane.dissipators)
    v = jnp.zeros(len(f.massless))
    for _ in range(1 if ideal else NEWTON):
        v = v - small_inverse(jax.jacfwd(missing)(v)) @ missing(v)
    return v


def pulls(setup: Setup, f: Frame, t, s: Split, piece) -> Array:
    """A I(t) + Kφ + Pψ (m,): what sources and inductors draw, A; a held neuron's inputs are cut off."""
    open_inputs = jnp.prod(1 - f.cut * s.held[None, :], axis=1)
    psi = loop_fluxes(setup, f.loops, s.driven, piece, t)
    return f.currents @ (open_inputs * source_currents(setup, piece, t)) + f.stiffness @ s.flux + f.loops.pull @ psi


def node_values(setup: Setup, f: Frame, t, s: Split, seen: Seen, piece) -> tuple[Array, Array]:
    """V and φ of every node (n,)."""
    psi, rates = loop_fluxes(setup, f.loops, s.driven, piece, t), loop_rates(setup, piece, t)
    voltage = f.nodes @ seen.velocity + f.node_sources @ seen.volts + f.loops.node_rates @ rates
    flux = f.nodes @ s.flux + f.loops.nodes @ psi
    if not len(system_of(setup).network.followers):
        return voltage, flux

    def moved(flux: Array, psi: Array, t: Array) -> Array:
        fed = fed_currents(setup, f, t, s, piece)
        return sagging(f.constraint, junction_fluxes(f, flux, psi, fed), fed)

    speeds = seen.velocity, jnp.concatenate([jnp.zeros(len(psi) - len(rates)), rates]), jnp.ones(())
    more, rate = jax.jvp(moved, (s.flux, psi, jnp.asarray(t, dtype=float)), speeds)
    return voltage + rate, flux + more


def tunnelled(setup: Setup, f: Frame, t, s: Split, piece) -> Array:
    """`Σ_j b_j (E_J/φ0) sin(w_j/φ0)` (m,), A."""
    psi, fed = loop_fluxes(setup, f.loops, s.driven, piece, t), fed_currents(setup, f, t, s, piece)
    return f.junctions @ tunnelling(f.constraint, junction_fluxes(f, s.flux, psi, fed))


def junction_fluxes(f: Frame, flux: Array, psi: Array, fed: Array) -> Array:
    """u (J,): the flux of each junction, where inductors alone would hold nodes without capacitance."""
    return f.junctions.T @ flux + f.loops.junctions @ psi + f.constraint.feeds @ fed


def fed_currents(setup: Setup, f: Frame, t, s: Split, piece) -> Array:
    """I(t) (I,), a held neuron's inputs cut off."""
    return jnp.prod(1 - f.cut * s.held[None, :], axis=1) * source_currents(setup, piece, t)


def conductances(setup: Setup, params: Params, branch: Array, memory: Array) -> Array:
    """W of every dissipator (D,), S."""
    memories = iter(range(len(system_of(setup).memristors)))
    found = [
        mean_field.conductance(d, None if d.law is None else memory[next(memories)], branch[i], params["elements"])
        for i, d in enumerate(setup.membrane.dissipators)
    ]
    return jnp.stack([jnp.asarray(w, dtype=float) for w in found]) if found else jnp.zeros(0)


def remembering(setup: Setup) -> np.ndarray:
    """Where among the dissipators the memristors stand."""
    return np.array([i for i, d in enumerate(setup.membrane.dissipators) if d.law is not None], dtype=int)


def mean_rates(setup: Setup, params: Params, f: Frame, t, y: Array, piece) -> tuple[Array, Seen]:
    """dy/dt, and what was seen for it."""
    s, seen = split(setup, f, y), look(setup, params, f, t, y, piece)
    pulled = pulls(setup, f, t, s, piece) + tunnelled(setup, f, t, s, piece)
    drawn = f.dissipators @ seen.current
    pairs = zip(system_of(setup).memristors, remembering(setup), strict=True)
    memory = [mean_field.rate(d, s.memory[i], seen.branch[j], params["elements"]) for i, (d, j) in enumerate(pairs)]
    parts = [-pulled - drawn, seen.velocity, jnp.stack(memory) if memory else s.memory]
    stored = network_stores.rates(f.stores, seen.conductance, seen.branch, s.stored)
    return jnp.concatenate([*parts, integrated_voltages(setup, piece, t), stored, jnp.zeros_like(s.held)]), seen


def membrane_values(setup: Setup, params: Params, f: Frame, t, y: Array, piece) -> Array:
    """V of each neuron's node (K,)."""
    volts = source_voltages(setup, piece, t)
    return f.neurons.T @ velocities(setup, params, f, split(setup, f, y), volts) + f.neuron_sources @ volts


def reset_means(setup: Setup, params: Params, f: Frame, t, y: Array, piece, fires: Array) -> Array:
    """Just after a spike: `zero` sets the node to v_reset, `subtract` takes v_threshold − v_reset off it."""
    neuron, fires = params["neuron"], fires.astype(float)
    jump = fires * (1 - f.clamps) * (neuron["v_threshold"] - neuron["v_reset"])
    y = _kick(setup, f, y, -jump, fires)
    return _held(setup, f, _pin(setup, params, f, t, y, piece, fires), 1.0, fires)


def release_means(setup: Setup, params: Params, f: Frame, t, y: Array, piece, released: Array) -> Array:
    """At the end of the hold: a clamped node is let go at v_reset."""
    released = released.astype(float)
    y = _pin(setup, params, f, t, y, piece, released)
    return _held(setup, f, y, 0.0, released)


def _pin(setup: Setup, params: Params, f: Frame, t, y: Array, piece, chosen: Array) -> Array:
    """Charge the nodes of the chosen `zero` neurons to v_reset; those that are held already stay where they are."""
    s, volts = split(setup, f, y), source_voltages(setup, piece, t)
    voltage = f.neurons.T @ (f.inverse_capacitance @ (s.charge - f.gates @ volts)) + f.neuron_sources @ volts
    pinned = jnp.maximum(chosen, s.held) * f.clamps
    return _kick(setup, f, y, pinned * (params["neuron"]["v_reset"] - voltage), pinned)


def _kick(setup: Setup, f: Frame, y: Array, jump: Array, which: Array) -> Array:
    """Put charge on the nodes of `which` neurons so that their voltages jump by `jump` (K,) together."""
    coupling = f.neurons.T @ f.inverse_capacitance @ f.neurons
    response = small_inverse(which[:, None] * coupling * which[None, :] + jnp.diag(1 - which))
    charge = f.neurons @ (which * (response @ (which * jump)))
    return y.at[: len(charge)].add(charge)


def _held(setup: Setup, f: Frame, y: Array, value: float, which: Array) -> Array:
    s = split(setup, f, y)
    return y.at[len(y) - len(s.held) :].set(jnp.where(which > 0, value, s.held))
