"""The conditional state of one trajectory, its start, and what a threshold sees of it."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp
from jax import Array

from quspike.memory import mean_field
from quspike.methods import lab_frame, moments
from quspike.methods.classical import start_means
from quspike.methods.lab_frame import TINY
from quspike.methods.measured.numbers import Model
from quspike.methods.method import initial_memories


class State(NamedTuple):
    """Means and covariance given the record, memories, and what filters hold. All scalars but where it is said.

    voltage (V), flux (Wb) : conditional means; v_v, phi_v, phi_phi : conditional covariance.
    memory (E,) : x of each memristor. plain (V) : the filtered record. tone (2,), seen (2,) or () (V) : the
    demodulated record of a memory, and the record that the threshold sees; None where nothing needs them.
    time, release (s) : up to where this trajectory has come, and the end of its hold; None without a neuron.
    """

    voltage: Array
    flux: Array
    v_v: Array
    phi_v: Array
    phi_phi: Array
    memory: Array
    plain: Any = None
    tone: Any = None
    seen: Any = None
    time: Any = None
    release: Any = None


def start(model: Model) -> State:
    """The run's first state; the records begin at what they would show of its mean."""
    setup, params = model.setup, model.params
    charge, flux = start_means(setup, params, lab_frame.circuit_numbers(setup, params))
    voltage = charge / model.capacitance
    if model.mode is None:
        numbers = lab_frame.circuit_numbers(setup, params)
        phi_phi, phi_v, v_v = moments.thermal_spread(setup, params, numbers)
    else:
        quanta = 2 * params["initial"]["occupation"] + 1
        v_v, phi_v, phi_phi = model.mode.v_zpf**2 * quanta, 0.0 * quanta, model.mode.phi_zpf**2 * quanta
    phasor = jnp.stack([model.omega * flux, voltage])
    spiking = setup.spiking
    return State(
        voltage=voltage,
        flux=flux,
        v_v=jnp.asarray(v_v, dtype=float),
        phi_v=jnp.asarray(phi_v, dtype=float),
        phi_phi=jnp.asarray(phi_phi, dtype=float),
        memory=first_memories(model, voltage, flux),
        plain=voltage if model.plain else None,
        tone=phasor if model.tone else None,
        seen=(phasor if setup.resonator else voltage) if model.watched else None,
        time=jnp.zeros(()) if spiking else None,
        release=jnp.full((), -jnp.inf) if spiking else None,
    )


def first_memories(model: Model, voltage: Any, flux: Any) -> Array:
    """x(0) (E,) of each memristor: in a resonator x0 + sφ of a flux law, less the sV/γ_f that a filter has yet to pass.

    As in `classical`, x0 is then the memory of an inductor without flux.
    """
    found = []
    pairs = zip(model.setup.one.memristors, model.drivers, initial_memories(model.setup, model.params), strict=True)
    for d, driver, x in pairs:
        follows = model.mode is not None and driver in ("record", "filtered") and mean_field.follows_inductor(d)
        waiting = voltage / model.memory_rate if driver == "filtered" else 0.0
        found.append(jnp.asarray(x + d.sign * (flux - waiting) if follows else x, dtype=float))
    return jnp.stack(found) if found else jnp.zeros(0)


def driven(t: Any, y: State):
    """Share of the input at a time t: none in a hold."""
    return 1.0 if y.release is None else jnp.where(t < y.release, 0.0, 1.0)


def size(pair: Array):
    """|D| of a demodulated record."""
    return jnp.sqrt(pair[0] ** 2 + pair[1] ** 2 + TINY)


def membrane(model: Model, t: Any, y: State):
    """What the threshold sees: ⟨V⟩, 2|⟨a⟩|V_zpf or ⟨X_θ⟩ given the record; or the same of the filtered record."""
    setup = model.setup
    if setup.spike == "record":
        if not setup.resonator:
            return y.seen
        if setup.membrane_kind != "quadrature":
            return size(y.seen)
        return y.seen[0] * jnp.cos(setup.quadrature_phase) + y.seen[1] * jnp.sin(setup.quadrature_phase)
    if not setup.resonator:
        return y.voltage
    stored = model.omega * y.flux
    if setup.membrane_kind != "quadrature":
        return size(jnp.stack([stored, y.voltage]))
    angle = model.omega * t - setup.quadrature_phase
    return stored * jnp.cos(angle) - y.voltage * jnp.sin(angle)
