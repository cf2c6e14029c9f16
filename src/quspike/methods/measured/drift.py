"""Between two looks at the record: the circuit's own motion over a time h, exact given its conductances.

baseband    dV = (I/C − γV)dt,  dφ = V dt,  γ = ΣW/C;     Σ as in `moments.py`, with ΣħW²/8kT of complete positivity
resonator   α → α e^{−(κ/2 + iω0)h},  Σ → e^{−κh} RΣRᵀ + (1 − e^{−κh})(2n̄ + 1) × vacuum,     κ = ΣW/C

with R the rotation by ω0h. A slow current moves the rest flux φ_dc = LI, where V = 0: α leaks about that, or a memory
would drift by the V = (κ/2)LI of a leak about φ = 0. In a hold the input is off, and so is φ_dc. The drive is
integrated by Gauss's two points, to order h⁴.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.constants import hbar, k_B
from quspike.methods.measured.numbers import Model
from quspike.methods.measured.state import State
from quspike.methods.secular import rest_flux

GAUSS = (0.5 - 0.5 / np.sqrt(3), 0.5 + 0.5 / np.sqrt(3))
SMALL = 0.05  # γh below which a difference of exponentials is summed as a series


def drift(model: Model, t: Any, h: Any, y: State, w: Sequence[Any], piece: Any, driven: Any, leaking: Any) -> State:
    """The state a time h later; w : W of each dissipator, S; driven, leaking : shares of the input and of the leak."""
    move = _leak if model.mode is None else _ring
    y = move(model, t, h, y, w, piece, driven, leaking)
    fade, watch = jnp.exp(-model.memory_rate * h), jnp.exp(-model.spike_rate * h)
    return y._replace(
        plain=None if y.plain is None else fade * y.plain,
        tone=None if y.tone is None else fade * y.tone,
        seen=None if y.seen is None else watch * y.seen,
    )


def _leak(model: Model, t, h, y: State, w, piece, driven, leaking) -> State:
    """Without an inductor; a leak is never off there."""
    c = model.capacitance
    gamma = sum(w) / c
    heats = [k_B * model.params["elements"][d.name]["T"] for d in model.setup.one.dissipators]
    heating = sum(2 * kt * g for kt, g in zip(heats, w, strict=True)) / c**2
    kicks = sum(hbar**2 * g / (8 * kt) for kt, g in zip(heats, w, strict=True)) / c**2
    e, a = jnp.exp(-gamma * h), -jnp.expm1(-gamma * h) / gamma
    voltage, flux = e * y.voltage, y.flux + a * y.voltage
    for point in GAUSS:
        pushed = 0.5 * h * driven * model.setup.inputs.current(piece, t + point * h) / c
        left = (1 - point) * h
        voltage = voltage + pushed * jnp.exp(-gamma * left)
        flux = flux - pushed * jnp.expm1(-gamma * left) / gamma
    return y._replace(
        voltage=voltage,
        flux=flux,
        v_v=e**2 * y.v_v + heating * 0.5 * a * (1 + e),
        phi_v=e * (y.phi_v + a * y.v_v) + heating * 0.5 * a**2,
        phi_phi=y.phi_phi + 2 * a * y.phi_v + a**2 * y.v_v + heating * _squares(gamma, h, e, a) + kicks * h,
    )


def _squares(gamma, h, e, a) -> Array:
    """∫₀^h (1 − e^{−γs})²/γ² ds, without cancellation where γh is small."""
    z = gamma * h
    series = h**3 * (1 / 3 - z / 4 + 7 * z**2 / 60 - z**3 / 24 + 31 * z**4 / 2520)
    return jnp.where(z < SMALL, series, (h - 2 * a + 0.5 * a * (1 + e)) / gamma**2)


def _ring(model: Model, t, h, y: State, w, piece, driven, leaking) -> State:
    assert model.mode is not None
    omega, kappa = model.omega, leaking * sum(w) / model.capacitance
    e, cos, sin = jnp.exp(-0.5 * kappa * h), jnp.cos(omega * h), jnp.sin(omega * h)
    stored, voltage = omega * y.flux, y.voltage
    stored, voltage = e * (cos * stored + sin * voltage), e * (cos * voltage - sin * stored)
    for point in GAUSS:
        pushed = 0.5 * h * driven * model.setup.inputs.current(piece, t + point * h) / model.capacitance
        rest = driven * rest_flux(model.setup, model.mode, piece, t + point * h)
        held = 0.25 * h * kappa * omega * rest
        left = (1 - point) * h
        pushed, held = (value * jnp.exp(-0.5 * kappa * left) for value in (pushed, held))
        cos_left, sin_left = jnp.cos(omega * left), jnp.sin(omega * left)
        stored = stored + pushed * sin_left + held * cos_left
        voltage = voltage + pushed * cos_left - held * sin_left
    quanta = sum(g * (2 * n + 1) for g, n in zip(w, model.occupation, strict=True)) / sum(w)
    fresh = (1 - e**2) * quanta * model.mode.v_zpf**2
    s_s, s_v = omega**2 * y.phi_phi, omega * y.phi_v
    v_v = e**2 * (cos**2 * y.v_v - 2 * cos * sin * s_v + sin**2 * s_s) + fresh
    phi_phi = (e**2 * (cos**2 * s_s + 2 * cos * sin * s_v + sin**2 * y.v_v) + fresh) / omega**2
    phi_v = e**2 * (cos * sin * (y.v_v - s_s) + (cos**2 - sin**2) * s_v) / omega
    return y._replace(voltage=voltage, flux=stored / omega, v_v=v_v, phi_v=phi_v, phi_phi=phi_phi)
