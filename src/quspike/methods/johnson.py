"""Johnson noise of the classical neuron: white currents of intensity 2kTW, dissipator by dissipator (Itô).

flux-controlled W(φ)   dq ∋ −√(2kTW) dB                     φ is not kicked, so Itô = Stratonovich
general W(x, V)        dq ∋ (kT/C) ∂W/∂V dt − √(2kTW) dB    (Klimontovich: keeps equilibrium)
charge-controlled M    dq_M = (W V + kT dW/dq_M) dt + √(2kTW) dB,  dq ∋ −dq_M,  dx = (dx/dq_M) dq_M

A half-step kick is taken on either side of a deterministic step (Strang), which is of weak order 2. A kick across the
threshold fires at its node: excursions between nodes are not seen, an error of order √h in a first passage.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import Array

from quspike.constants import k_B
from quspike.memory import mean_field
from quspike.methods import lab_frame
from quspike.methods.method import Params, Setup
from quspike.quantize.membrane import Dissipator


def temperature(d: Dissipator, params: Params):
    """T of a dissipator in K; one without a temperature is silent."""
    return params["elements"][d.name].get("T", 0.0)


def drift(setup: Setup, params: Params, numbers: lab_frame.Circuit, v, x: list) -> list:
    """What the noise adds to [dq/dt, dφ/dt, dx/dt …] on average."""
    total, memories = jnp.zeros(()), [jnp.zeros(()) for _ in x]
    places = iter(range(len(x)))
    for d in setup.one.dissipators:
        if d.law is None:
            continue
        i = next(places)
        heat = k_B * temperature(d, params)
        if d.law.control == "charge":
            gain, slope = charge_response(d, params, x[i])
            total, memories[i] = total - d.sign * heat * slope, gain * heat * slope
        else:
            slope = jax.grad(lambda u, d=d, i=i: mean_field.conductance(d, x[i], u, params["elements"]))(v)
            total = total + heat / numbers.capacitance * slope
    return [total, jnp.zeros(()), *memories]


def kick(setup: Setup, params: Params, y: Array, v, h, normal: Array, free) -> Array:
    """Half a step's noise: charges of variance kTWh cross each dissipator; normal (dissipators,)."""
    x = lab_frame.memory_states(setup, y)
    every = lab_frame.conductances(setup, params, v, x)
    places = iter(range(len(x)))
    for n, (d, w) in enumerate(zip(setup.one.dissipators, every, strict=True)):
        place = None if d.law is None else next(places)
        charge = free * jnp.sqrt(k_B * temperature(d, params) * w * h) * normal[n]
        y = y.at[0].add(-d.sign * charge)
        if place is not None and d.law is not None and d.law.control == "charge":
            gain, _ = charge_response(d, params, x[place])
            low, high = d.law.memory_bounds(params["elements"][d.name]) or (-jnp.inf, jnp.inf)
            y = y.at[2 + place].set(jnp.clip(y[2 + place] + gain * charge, low, high))
    return y


def charge_response(d: Dissipator, params: Params, x):
    """dx/dq_M and dW/dq_M of a charge-controlled law; at a hard stop, from the current that leads away from it."""
    assert d.law is not None
    law, p = d.law, params["elements"][d.name]
    w, slope = jax.value_and_grad(lambda u: law.conductance(u, 1.0, p))(x)
    forward, backward = law.rate(x, 1.0, p), -law.rate(x, -1.0, p)
    gain = jnp.where(forward == 0, backward, forward) / w
    return gain, slope * gain
