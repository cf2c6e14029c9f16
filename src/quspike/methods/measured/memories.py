"""The conductances that a conditional state has, and memories that move with a filtered record or an expectation.

memory `measured`     W(x, D), dx/dt = f(x, sD); in a resonator ⟨f(x, |D|cosθ)⟩_θ of |D|, demodulated
memory `mean_field`   W(x, ⟨V⟩), dx/dt = f(x, s⟨V⟩) of the conditional ⟨V⟩; in a resonator averaged over its carrier
damping               κ = (2/C)⟨W sin²θ⟩_θ, θ the phase of the conditional mean

A memory that follows a record is one number at each instant, and is shown with its W; but in a resonator it swings with
the carrier that the record holds, and what that damps is an average over it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.memory import mean_field
from quspike.methods import secular
from quspike.methods.measured.numbers import Model
from quspike.methods.measured.record import confined, follow
from quspike.methods.measured.state import State, size
from quspike.quantize.membrane import Dissipator

HALF = (np.arange(16) + 0.5) * np.pi / 16  # half a period: W is even about the swing's end
PARTS = 4  # of a swing, in which a law in its charge is followed


def conductances(model: Model, t: Any, y: State, piece: Any, driven: Any = 1.0) -> list:
    """W of each dissipator, S, in the membrane's order; driven : share of the input."""
    return _each(model, t, y, piece, driven, _conductance)


def damping(model: Model, t: Any, y: State, piece: Any, driven: Any = 1.0) -> list:
    """W of each dissipator as it damps, S: averaged over the carrier in a resonator."""
    return _each(model, t, y, piece, driven, _conductance if model.mode is None else _damping)


def _each(model: Model, t, y: State, piece, driven, found: Callable) -> list:
    memories = mean_field.spread(model.setup.one, y.memory)
    drivers = iter(model.drivers)
    return [
        mean_field.conductance(d, None, 0.0, model.params["elements"])
        if d.law is None
        else found(model, d, next(drivers), x, t, y, piece, driven)
        for d, x in zip(model.setup.one.dissipators, memories, strict=True)
    ]


def _damping(model: Model, d: Dissipator, driver: str, x, t, y: State, piece, driven):
    """2⟨W sin²θ⟩_θ of a memory that holds the swing g A cos(θ − δ), g = cos δ, tan δ = ω0/γ_f, 0 without a filter.

    Of the flux in it only that swing is the carrier's: x less what the conditional mean puts there now stays as it is
    for a period, with its noise and its rest flux. What the lag δ pulls the frequency by, some κ, is left out.
    """
    if driver not in ("record", "filtered"):
        return _conductance(model, d, driver, x, t, y, piece, driven)
    assert d.law is not None
    rest, amplitude, _ = _swing(model, t, y, piece, driven)
    lag = model.lag(driver)
    gain = 1 / (1 + lag**2)
    now = gain * (y.flux - rest - lag * y.voltage / model.omega)
    swung = jnp.sqrt(gain) * amplitude * np.cos(HALF) - now
    parts = 1 if d.law.control == "flux" else PARTS
    places = x
    for _ in range(parts):
        places = follow(model, d, places, swung / parts)
    weights = 1 - (1 - lag**2) * gain * np.cos(2 * HALF)
    return jnp.mean(weights * d.law.conductance(places, 0.0, model.params["elements"][d.name]))


def _conductance(model: Model, d: Dissipator, driver: str, x, t, y: State, piece, driven):
    elements = model.params["elements"]
    if driver == "tone":
        return mean_field.carrier_conductance(d, x, 0.0, 0.0, size(y.tone), elements)
    if driver == "filtered":
        return mean_field.conductance(d, x, y.plain, elements)
    if driver == "record":
        return mean_field.conductance(d, x, 0.0, elements)
    if model.mode is None:
        return mean_field.conductance(d, x, y.voltage, elements)
    rest, flux, voltage = _swing(model, t, y, piece, driven)
    return mean_field.carrier_conductance(d, x, rest, flux, voltage, elements)


def _swing(model: Model, t, y: State, piece, driven) -> tuple:
    """(φ_dc, A, V_A) of the conditional mean; a share of the input that is off holds no φ_dc."""
    assert model.mode is not None
    alpha = (model.omega * y.flux + 1j * y.voltage) / (2 * model.mode.v_zpf) * jnp.exp(1j * model.omega * t)
    return secular.carrier(model.setup, model.params, model.mode, t, alpha, piece, driven)


def move(model: Model, t: Any, h: Any, y: State, piece: Any, driven: Any = 1.0) -> State:
    """Memories a time h later, while what drives them stands still: by the midpoint rule."""
    if all(driver == "record" for driver in model.drivers):
        return y
    found = []
    for i, (d, driver) in enumerate(zip(model.setup.one.memristors, model.drivers, strict=True)):
        x = y.memory[i]
        if driver != "record":
            half = x + 0.5 * h * _rate(model, d, driver, x, t, y, piece, driven)
            moved = x + h * _rate(model, d, driver, half, t, y, piece, driven)
            x = confined(d, moved, model.params["elements"])
        found.append(x)
    return y._replace(memory=jnp.stack(found))


def _rate(model: Model, d: Dissipator, driver: str, x, t, y: State, piece, driven) -> Array:
    elements = model.params["elements"]
    assert d.law is not None
    if driver == "tone":
        return mean_field.carrier_rate(d, x, size(y.tone), elements)
    if driver == "filtered":
        return mean_field.rate(d, x, y.plain, elements)
    if model.mode is None:
        return mean_field.rate(d, x, y.voltage, elements)
    return mean_field.carrier_rate(d, x, _swing(model, t, y, piece, driven)[2], elements)


def shown(model: Model, t: Any, y: State, piece: Any, driven: Any = 1.0) -> list:
    """x of each memristor as it is saved: in a resonator's mean field x0 + φ_dc where it is the inductor's flux."""
    return [
        y.memory[i] + d.sign * _swing(model, t, y, piece, driven)[0]
        if driver == "expected" and model.mode is not None and mean_field.follows_inductor(d)
        else y.memory[i]
        for i, (d, driver) in enumerate(zip(model.setup.one.memristors, model.drivers, strict=True))
    ]
