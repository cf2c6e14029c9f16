"""Means of a linear membrane whose lines are modes, spikes included; what moves in a mean-field memory, moves here.

    C dV/dt = I − φ/L − Σ_e λ_e i_e,   i_e = Σ_m y_m Re b_m,   db_m/dt = ω_m λ_e V + iω_m b_m,   λ_e = √W_e(x, V)

Each line hangs on F̄_e + λ_e(t)(φ̂ − ⟨φ⟩) with dF̄_e = λ_e d⟨φ⟩: the means draw W V through the line's own lag, whether
the memory is a flux or not, and only the fluctuations meet λ̇ (`covariance`). In a hold after a `zero` reset a
baseband membrane moves at v_reset and its lines see it; a resonator rings freely, and its lines see nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from quspike.kernel.boundary_scan import Columns, Push, along, linear_step, scan_steps
from quspike.kernel.boundary_step import BoundaryTables
from quspike.methods import lab_frame
from quspike.methods.method import Params, Setup

Array = Any
SWEEPS = 30  # of a step's own memristances; one gains a factor of κh
SETTLED = 1e-13  # relative change of λ at which they have


class Held(NamedTuple):
    """1.0 or 0.0: is the input on, do the lines act, is the voltage that of the reset?"""

    drive: float
    linked: float
    clamped: float


FREE = Held(1.0, 1.0, 0.0)


def held(setup: Setup) -> Held:
    """What a refractory time does."""
    if setup.reset == "subtract":
        return Held(0.0, 1.0, 0.0)
    return Held(0.0, 0.0, 0.0) if setup.resonator else Held(0.0, 1.0, 1.0)


class Seen(NamedTuple):
    """At the start of a step: V, φ, q, x (X,), W (E,), currents λ_e i_e (E,), and of an ensemble σ_φφ, σ_φq, σ_qq (3,).

    Over the step: λ at its nodes (E, 3), membrane (3,).
    """

    voltage: Array
    phi: Array
    charge: Array
    memory: Array
    conductance: Array
    current: Array
    slope: Array
    membrane: Array
    spread: Array


@dataclass(frozen=True)
class MeanFlow:
    """advance(tables, state, x, push, t, held) through equal steps, and look(state, x, push, t) at one instant.

    push(pieces, t) : I and Q_g at the times t (n, 3) of n steps, each on its own smooth piece.
    renew(state, before, after, fires, k) : the state after the k-th reset or its release, (q, φ) of its mean given.
    """

    advance: Callable[..., tuple[Columns, Array, Seen]]
    look: Callable[..., Seen]
    push: Callable[..., Push]
    renew: Callable[..., Columns]


def mean_flow(setup: Setup, params: Params) -> MeanFlow:
    """The compiled steps of these means; push and t have a leading axis, one entry a step, three nodes in each."""
    numbers = lab_frame.circuit_numbers(setup, params)
    weight = jnp.asarray(setup.lines.weight)
    membrane = membrane_seen(setup, params, numbers)

    def move(phi, charge, x, felt, given, tables: BoundaryTables, hold: Held):
        push, t = given
        push = Push(hold.drive * push.current, push.gate)
        first = _slopes(setup, params, _voltage(numbers, charge[0], push.gate[0]), charge[0], phi[0], x)
        step = _settled(setup, params, numbers, tables, push, hold, felt, phi, charge, x, first)
        samples = jnp.stack([membrane(t[j], step.charge[j], step.phi[j], push.gate[j]) for j in range(3)])
        current = first * felt[:, 3, 0]
        seen = Seen(step.voltage[0], phi[0], charge[0], x, first**2, current, step.slope, samples, jnp.zeros(3))
        return step.phi[2:], step.charge[2:], step.moved, step.memory, seen

    @jax.jit
    def advance(tables, state, x, push, t, hold):
        def one(phi, charge, memory, felt, given):
            return move(phi, charge, memory, felt, given, tables, hold)

        return scan_steps(state, x, tables, (push, t), one)

    @jax.jit
    def look(state, x, push, t):
        v = _voltage(numbers, state.charge[0], push.gate)
        slope = _slopes(setup, params, v, state.charge[0], state.phi[0], x)
        current = jnp.sum(weight * state.lines[:, : weight.shape[1], 0], axis=1)
        seen = membrane(t, state.charge[0], state.phi[0], push.gate)
        return Seen(v, state.phi[0], state.charge[0], x, slope**2, slope * current, slope[:, None], seen, jnp.zeros(3))

    return MeanFlow(advance, look, push_of(setup, params), renew_mean)


def renew_mean(state: Columns, before: Array, after: Array, fires: bool, k: int) -> Columns:
    """The one column is its own mean."""
    return state._replace(charge=after[:1], phi=after[1:2])


def push_of(setup: Setup, params: Params) -> Callable[..., Push]:
    """What the sources do at the nodes of steps."""

    def at(pieces, t):
        current = jax.vmap(lambda s: setup.inputs.current(pieces, s))(t)
        gate = jax.vmap(lambda s: setup.inputs.gate_charge(params["elements"], pieces, s))(t)
        return Push(jnp.broadcast_to(current, (3,)), jnp.broadcast_to(gate, (3,)))

    return jax.jit(jax.vmap(at))


class _Step(NamedTuple):
    """One step's nodes: V, φ and q (3,); x at its end; λ (E, 3); F_1 − F_0, F_2 − F_0 (E, 2, 1)."""

    voltage: Array
    phi: Array
    charge: Array
    memory: Array
    slope: Array
    moved: Array


def _settled(setup, params, numbers, tables, push, hold: Held, felt, phi, charge, x, first) -> _Step:
    """The step with λ at its nodes as its own end has them: a fixed point, found by sweeps."""

    def sweep(slope):
        coupling = along(slope, jnp.full(3, numbers.inverse_inductance))
        acting = coupling._replace(slope=hold.linked * slope)
        u, end, moved = linear_step(numbers.capacitance, tables.h, tables.inner, acting, push, felt, phi, charge)
        return _nodes(setup, params, numbers, tables.h, push, hold, phi, charge, x, u, end, moved, coupling, slope)

    start = sweep(jnp.repeat(first[:, None], 3, axis=1))
    if not setup.one.memristors:
        return start

    def unsettled(state):
        count, before, step = state
        return (count < SWEEPS) & jnp.any(jnp.abs(step.slope - before) > SETTLED * jnp.abs(before))

    def again(state):
        count, _, step = state
        return count + 1, step.slope, sweep(step.slope)

    return jax.lax.while_loop(unsettled, again, (0, jnp.zeros_like(start.slope), start))[2]


def _nodes(setup, params, numbers, h, push, hold: Held, phi, charge, x, u, end, moved, coupling, slope) -> _Step:
    """V, φ, q, x and λ at the three nodes; a clamped membrane moves at v_reset. x by Lobatto's quadrature of dx/dt."""
    if setup.spiking and setup.reset == "zero" and not setup.resonator:
        reset = params["neuron"]["v_reset"]
        path = reset * h * jnp.array([[0.5], [1.0]])
        pulled = jnp.einsum("ejk,kc->ejc", coupling.path, path)
        u, moved = jnp.where(hold.clamped > 0, path, u), jnp.where(hold.clamped > 0, pulled, moved)
        end = jnp.where(hold.clamped > 0, numbers.capacitance * reset - push.gate[2], end)
    fluxes = phi[0] + jnp.concatenate([jnp.zeros(1), u[:, 0]])
    outer = [_voltage(numbers, charge[0], push.gate[0]), _voltage(numbers, end[0], push.gate[2])]
    voltages = jnp.stack([outer[0], 1.5 * u[1, 0] / h - (outer[0] + outer[1]) / 4, outer[1]])
    charges = jnp.stack([charge[0], numbers.capacitance * voltages[1] - push.gate[1], end[0]])
    if setup.one.memristors:
        x, slope = _remember(setup, params, numbers, h, voltages, charges, fluxes, x, slope)
    return _Step(voltages, fluxes, charges, x, slope, hold.linked * moved)


def _remember(setup, params, numbers, h, voltages, charges, fluxes, x, slope):
    """x at the end, and λ at the three nodes; x in the middle and at the end each once more after the rates there."""
    nodes = [x, x, x]
    for _ in range(2):
        rates = [
            jnp.stack(_rates(setup, params, numbers, v, q, phi, at))
            for v, q, phi, at in zip(voltages, charges, fluxes, nodes, strict=True)
        ]
        nodes[1] = x + h * (5 * rates[0] + 8 * rates[1] - rates[2]) / 24
        nodes[2] = x + h * (rates[0] + 4 * rates[1] + rates[2]) / 6
    later = [_slopes(setup, params, voltages[j], charges[j], fluxes[j], nodes[j]) for j in (1, 2)]
    return nodes[2], jnp.stack([slope[:, 0], *later], axis=1)


def _rates(setup: Setup, params: Params, numbers, v, q, phi, x) -> list:
    states = lab_frame.memory_states(setup, jnp.concatenate([jnp.stack([q, phi]), x]))
    return lab_frame.memory_rates(setup, params, numbers, v, phi, states)


def _slopes(setup: Setup, params: Params, v, q, phi, x) -> Array:
    """λ_e = √W_e (E,) [√S]."""
    states = lab_frame.memory_states(setup, jnp.concatenate([jnp.stack([q, phi]), x]))
    return jnp.sqrt(jnp.stack([jnp.asarray(w, dtype=float) for w in lab_frame.conductances(setup, params, v, states)]))


def _voltage(numbers: lab_frame.Circuit, charge, gate):
    return (charge + gate) / numbers.capacitance


def membrane_seen(setup: Setup, params: Params, numbers: lab_frame.Circuit):
    """What the threshold sees, from t, q, φ and Q_g."""

    def seen(t, charge, phi, gate):
        if setup.membrane_kind == "voltage":
            return _voltage(numbers, charge, gate)
        return lab_frame.membrane_value(setup, params, numbers, t, jnp.stack([charge, phi]), None)

    return seen
