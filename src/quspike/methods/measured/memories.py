"""The conductances that a conditional state has, and memories that move with a filtered record or an expectation.

memory `measured`     W(x, D), dx/dt = f(x, sD); of |D|, demodulated, where the envelope is sensed
memory `mean_field`   W(x, ⟨V⟩), dx/dt = f(x, s⟨V⟩) of the conditional ⟨V⟩; in a resonator averaged over its carrier

A memristance that follows a record is one number at each instant: nothing is averaged over a carrier there.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jax import Array

from quspike.memory import mean_field
from quspike.methods import secular
from quspike.methods.measured.numbers import Model
from quspike.methods.measured.record import confined
from quspike.methods.measured.state import State, size
from quspike.quantize.membrane import Dissipator


def conductances(model: Model, t: Any, y: State, piece: Any) -> list:
    """W of each dissipator, S, in the membrane's order."""
    memories = mean_field.spread(model.setup.one, y.memory)
    drivers = iter(model.drivers)
    return [
        mean_field.conductance(d, None, 0.0, model.params["elements"])
        if d.law is None
        else _conductance(model, d, next(drivers), x, t, y, piece)
        for d, x in zip(model.setup.one.dissipators, memories, strict=True)
    ]


def _conductance(model: Model, d: Dissipator, driver: str, x, t, y: State, piece):
    elements = model.params["elements"]
    if driver == "tone":
        return mean_field.carrier_conductance(d, x, 0.0, 0.0, size(y.tone), elements)
    if driver == "filtered":
        return mean_field.conductance(d, x, y.plain, elements)
    if driver == "record":
        return mean_field.conductance(d, x, 0.0, elements)
    if model.mode is None:
        return mean_field.conductance(d, x, y.voltage, elements)
    rest, flux, voltage = _swing(model, t, y, piece)
    return mean_field.carrier_conductance(d, x, rest, flux, voltage, elements)


def _swing(model: Model, t, y: State, piece) -> tuple:
    """(φ_dc, A, V_A) of the conditional mean."""
    assert model.mode is not None
    alpha = (model.omega * y.flux + 1j * y.voltage) / (2 * model.mode.v_zpf) * jnp.exp(1j * model.omega * t)
    return secular.carrier(model.setup, model.params, model.mode, t, alpha, piece)


def move(model: Model, t: Any, h: Any, y: State, piece: Any) -> State:
    """Memories a time h later, while what drives them stands still: by the midpoint rule."""
    if all(driver == "record" for driver in model.drivers):
        return y
    found = []
    for i, (d, driver) in enumerate(zip(model.setup.one.memristors, model.drivers, strict=True)):
        x = y.memory[i]
        if driver != "record":
            half = x + 0.5 * h * _rate(model, d, driver, x, t, y, piece)
            moved = x + h * _rate(model, d, driver, half, t, y, piece)
            x = confined(d, moved, model.params["elements"])
        found.append(x)
    return y._replace(memory=jnp.stack(found))


def _rate(model: Model, d: Dissipator, driver: str, x, t, y: State, piece) -> Array:
    elements = model.params["elements"]
    assert d.law is not None
    if driver == "tone":
        return d.law.rate(x, size(y.tone), elements[d.name])
    if driver == "filtered":
        return mean_field.rate(d, x, y.plain, elements)
    if model.mode is None:
        return mean_field.rate(d, x, y.voltage, elements)
    return mean_field.carrier_rate(d, x, _swing(model, t, y, piece)[2], elements)


def shown(model: Model, t: Any, y: State, piece: Any) -> list:
    """x of each memristor as it is saved: in a resonator's mean field x0 + φ_dc where it is the inductor's flux."""
    return [
        y.memory[i] + d.sign * _swing(model, t, y, piece)[0]
        if driver == "expected" and model.mode is not None and mean_field.follows_inductor(d)
        else y.memory[i]
        for i, (d, driver) in enumerate(zip(model.setup.one.memristors, model.drivers, strict=True))
    ]
