"""The membrane's lab-frame mean equations, shared by every method that keeps ⟨q⟩ and ⟨φ⟩.

    d⟨q⟩/dt = I(t) − Σ_e W_e V − φ/L − Σ I_c sin(φ/φ0),   d⟨φ⟩/dt = V = (q + Q_g(t))/C,   dx_e/dt = f_e(x_e, s_e V)

State: y = [q, φ, x_1 … x_E, …]. In a hold after a `zero` reset a baseband membrane is clamped at v_reset (φ and x go
on), a resonator rotates without loss or drive; after a `subtract` reset only the input is off.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp
from jax import Array

from quspike.constants import phi0
from quspike.memory import mean_field
from quspike.methods.method import Params, Setup
from quspike.quantize.membrane import inverse_inductance, total_capacitance
from quspike.quantize.numbers.zero_point import resonator_mode

TINY = 1e-30  # keeps √ differentiable at a membrane that is exactly at rest


class Circuit(NamedTuple):
    """Numbers of the membrane that do not change in a run: C (F), 1/L (1/H), ω0 (rad/s; 0 in baseband)."""

    capacitance: Any
    inverse_inductance: Any
    omega: Any


def circuit_numbers(setup: Setup, params: Params) -> Circuit:
    """C, 1/L and ω0 for these parameters."""
    elements = params["elements"]
    omega = resonator_mode(setup.one, elements).omega if setup.resonator else 0.0
    return Circuit(total_capacitance(setup.one, elements), inverse_inductance(setup.one, elements), jnp.asarray(omega))


def voltage(setup: Setup, params: Params, numbers: Circuit, t, y: Array, piece):
    """V = (q + Q_g(t))/C of a free membrane."""
    return (y[0] + setup.inputs.gate_charge(params["elements"], piece, t)) / numbers.capacitance


def clamped_voltage(setup: Setup, params: Params, numbers: Circuit, t, y: Array, piece, free):
    """V, which in a baseband hold after a `zero` reset is v_reset."""
    v = voltage(setup, params, numbers, t, y, piece)
    if setup.spiking and setup.reset == "zero" and not setup.resonator:
        return jnp.where(free > 0, v, params["neuron"]["v_reset"])
    return v


def memory_states(setup: Setup, y: Array) -> list:
    """x of each memristor: integrated, or in a resonator x0 + φ where the memory is the inductor's flux."""
    memristors = setup.one.memristors
    return [
        y[2 + i] + d.sign * y[1] if setup.resonator and mean_field.follows_inductor(d) else y[2 + i]
        for i, d in enumerate(memristors)
    ]


def memory_rates(setup: Setup, params: Params, numbers: Circuit, v, phi, x: list) -> list:
    """dx/dt of each memristor at node voltage v; zero where x follows the inductor."""
    rates = []
    for d, memory in zip(setup.one.memristors, x, strict=True):
        if setup.resonator and mean_field.follows_inductor(d):
            rates.append(jnp.zeros(()))
        elif d.senses == "envelope":
            envelope = jnp.sqrt(v**2 + (numbers.omega * phi) ** 2 + TINY)
            rates.append(mean_field.rate(d, memory, d.sign * envelope, params["elements"]))
        else:
            rates.append(mean_field.rate(d, memory, v, params["elements"]))
    return rates


def conductances(setup: Setup, params: Params, v, x: list) -> list:
    """W of every dissipator, S, in the membrane's order."""
    memories = iter(x)
    return [
        mean_field.conductance(d, None if d.law is None else next(memories), v, params["elements"])
        for d in setup.one.dissipators
    ]


def mean_flow(
    setup: Setup, params: Params, numbers: Circuit, t, y: Array, piece, free, leak=None
) -> tuple[list, Array]:
    """[dq/dt, dφ/dt, dx/dt …] and the clamped V; `leak` replaces Σ W V where a method has a better one."""
    v = clamped_voltage(setup, params, numbers, t, y, piece, free)
    x = memory_states(setup, y)
    if leak is None:
        leak = sum(conductances(setup, params, v, x), jnp.zeros(())) * v
    restoring = y[1] * numbers.inverse_inductance
    for name in setup.one.junctions:
        restoring = restoring + params["elements"][name]["EJ"] / phi0 * jnp.sin(y[1] / phi0)
    current = setup.inputs.current(piece, t)
    if not setup.spiking:
        dq = current - leak - restoring
    elif setup.reset == "subtract":
        dq = free * current - leak - restoring
    elif setup.resonator:
        dq = free * (current - leak) - restoring
    else:
        dq = free * (current - leak - restoring)
    return [dq, v, *memory_rates(setup, params, numbers, v, y[1], x)], v


def membrane_value(setup: Setup, params: Params, numbers: Circuit, t, y: Array, piece):
    """What the threshold sees: V; 2|α|V_zpf = √((q/C)² + (ω0φ)²); or X_θ = 2V_zpf Re(α e^{i(ω0t−θ)})."""
    if setup.membrane_kind == "voltage":
        return voltage(setup, params, numbers, t, y, piece)
    re, im = numbers.omega * y[1], y[0] / numbers.capacitance
    if setup.membrane_kind == "envelope":
        return jnp.sqrt(re**2 + im**2 + TINY)
    angle = numbers.omega * t - setup.quadrature_phase
    return re * jnp.cos(angle) - im * jnp.sin(angle)


def shown_membrane(setup: Setup, params: Params, numbers: Circuit, t, y: Array, piece, free):
    """The membrane as it is recorded: that of a clamped node is v_reset, whatever its gates do."""
    if setup.membrane_kind == "voltage":
        return clamped_voltage(setup, params, numbers, t, y, piece, free)
    return membrane_value(setup, params, numbers, t, y, piece)


def reset_means(setup: Setup, params: Params, numbers: Circuit, t, y: Array, piece) -> Array:
    """(q, φ) just after a spike; memories are left alone."""
    neuron = params["neuron"]
    jump = neuron["v_threshold"] - neuron["v_reset"]
    if setup.membrane_kind == "voltage":
        if setup.reset == "subtract":
            return y.at[0].add(-numbers.capacitance * jump)
        held = numbers.capacitance * neuron["v_reset"] - setup.inputs.gate_charge(params["elements"], piece, t)
        phi = jnp.zeros_like(y[1]) if setup.resonator else y[1]
        return y.at[0].set(held).at[1].set(phi)
    if setup.reset == "zero" or setup.membrane_kind == "envelope":
        keep = neuron["v_reset"] / neuron["v_threshold"]
        return y.at[0].multiply(keep).at[1].multiply(keep)
    angle = numbers.omega * t - setup.quadrature_phase
    return y.at[1].add(-jump * jnp.cos(angle) / numbers.omega).at[0].add(numbers.capacitance * jump * jnp.sin(angle))


def release_means(setup: Setup, params: Params, numbers: Circuit, t, y: Array, piece) -> Array:
    """(q, φ) at the end of the hold: a clamped baseband membrane is let go at v_reset, whatever its gates do."""
    if setup.reset == "zero" and not setup.resonator:
        held = numbers.capacitance * params["neuron"]["v_reset"]
        return y.at[0].set(held - setup.inputs.gate_charge(params["elements"], piece, t))
    return y
