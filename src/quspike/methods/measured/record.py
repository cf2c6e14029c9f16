"""A look at the record over a time h, during which V stands still: exact, as V commutes with what measures it.

    Δy = ⟨V⟩h + ν,   ν ~ N(0, (h + g σ_VV h)/8kη),      g = 8kηh
    δξ = 8kη Σc ν/(1 + gσ_VV),    Σ → Σ − g Σc(Σc)ᵀ/(1 + gσ_VV) + D_φ h e_φe_φᵀ

As h → 0 this is dξ = √(8kη) Σc dW, Σ̇ = D_φ e_φe_φᵀ − 8kη Σccᵀ Σ. A filter takes dD = γ_f dy; demodulated, it takes
2γ_f i e^{iω0t} dy, whose slow part is 2V_zpf⟨a⟩ in the rotating frame. A memory that follows the record moves by
dx = f(x)∘dy, the limit of a filter that is faster than all else: an ideal law in its charge is then the same device as
in its flux.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jax import Array

from quspike.memory import mean_field
from quspike.methods.measured.numbers import Model
from quspike.methods.measured.state import State
from quspike.quantize.membrane import Dissipator


def look(model: Model, t: Any, h: Any, y: State, normal: Any) -> State:
    """The state after a look of length h about the time t; normal : a standard normal number."""
    gain = model.information * h
    known = 1 / (1 + gain * y.v_v)
    surprise = normal * jnp.sqrt(h / (model.information * known))
    y_after = learn(model, t, y, known * surprise, y.voltage * h + surprise)
    return y_after._replace(
        v_v=known * y.v_v,
        phi_v=known * y.phi_v,
        phi_phi=y.phi_phi - gain * known * y.phi_v**2 + model.heating * h,
    )


def learn(model: Model, t: Any, y: State, surprise: Any, record: Any) -> State:
    """What a record [V s] tells memories and filters, and its surprising part the means."""
    told = model.information * surprise
    return remember(model, t, y, record)._replace(
        voltage=y.voltage + y.v_v * told,
        flux=y.flux + y.phi_v * told,
    )


def remember(model: Model, t: Any, y: State, record: Any) -> State:
    """Memories and filters after a record [V s]."""
    followed = [
        follow(model, d, y.memory[i], record) if driver == "record" else y.memory[i]
        for i, (d, driver) in enumerate(zip(model.setup.one.memristors, model.drivers, strict=True))
    ]
    seen = y.seen
    if seen is not None:
        seen = seen + model.spike_rate * (turned(model, t, record) if model.setup.resonator else record)
    return y._replace(
        memory=jnp.stack(followed) if followed else y.memory,
        plain=None if y.plain is None else y.plain + model.memory_rate * record,
        tone=None if y.tone is None else y.tone + model.memory_rate * turned(model, t, record),
        seen=seen,
    )


def turned(model: Model, t: Any, record: Any) -> Array:
    """2i e^{iω0t} dy as a pair."""
    angle = model.omega * t
    return 2 * record * jnp.stack([-jnp.sin(angle), jnp.cos(angle)])


def follow(model: Model, d: Dissipator, x: Any, record: Any) -> Array:
    """x after dx = f(x)∘dy; f is the law's rate at a volt."""
    assert d.law is not None
    elements = model.params["elements"]
    if d.law.control == "flux":
        return x + mean_field.rate(d, x, record, elements)

    def slope(place):
        return mean_field.rate(d, confined(d, place, elements), record, elements)

    k1 = slope(x)
    k2 = slope(x + 0.5 * k1)
    k3 = slope(x + 0.5 * k2)
    return confined(d, x + (k1 + 2 * k2 + 2 * k3 + slope(x + k3)) / 6, elements)


def confined(d: Dissipator, x: Any, elements: Any) -> Array:
    """x within the bounds of its law."""
    assert d.law is not None
    bounds = d.law.memory_bounds(elements[d.name])
    return jnp.asarray(x) if bounds is None else jnp.clip(x, *bounds)
