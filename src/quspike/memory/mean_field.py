"""Mean-field memory: x is driven by expectations.

baseband    dx/dt = f(x, s⟨V⟩),           I = W(x, s⟨V⟩)⟨V⟩
resonator   dx/dt = ⟨f(x, V_A cosθ)⟩_θ,   κ = (2/C) ⟨W sin²θ⟩_θ

with s = ±1 the polarity of the element, and averages over a carrier V = V_A sinθ, φ = φ_dc + A cosθ. In a resonator the
memory of a flux-controlled law is the inductor's flux itself, unless it senses the envelope: then dx/dt = f(x, V_A).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.quantize.membrane import Dissipator, Membrane

CARRIER_POINTS = 32  # trapezoid on a period: converges exponentially for smooth laws
CARRIER = np.arange(CARRIER_POINTS) * 2 * np.pi / CARRIER_POINTS
SIN, COS = np.sin(CARRIER), np.cos(CARRIER)


def conductance(d: Dissipator, x, v, elements: Mapping[str, Any]):
    """W in S of one dissipator at memory x and node voltage v."""
    if d.law is None:
        return 1 / elements[d.name]["R"]
    return d.law.conductance(x, d.sign * v, elements[d.name])


def rate(d: Dissipator, x, v, elements: Mapping[str, Any]):
    """dx/dt at node voltage v."""
    assert d.law is not None
    return d.law.rate(x, d.sign * v, elements[d.name])


def spread(membrane: Membrane, x: Array) -> list:
    """One memory a dissipator, in the membrane's order: the memristors' from x (E,), nan for resistors."""
    memories = iter(range(len(membrane.memristors)))
    return [jnp.asarray(jnp.nan) if d.law is None else x[next(memories)] for d in membrane.dissipators]


def follows_inductor(d: Dissipator) -> bool:
    """True where a resonator's memory is the inductor's flux: an ideal flux law that senses the voltage."""
    return d.law is not None and d.law.control == "flux" and d.senses == "voltage"


def carrier_conductance(d: Dissipator, x, phi_dc, phi_amplitude, v_amplitude, elements: Mapping[str, Any]):
    """W_eff = 2⟨W sin²θ⟩_θ in S: what the carrier sees of a memristor, so that κ = W_eff/C.

    A memory that is the inductor's flux is sampled at x + φ_dc + A cosθ; any other stays at x within a carrier period.
    """
    if d.law is None:
        return 1 / elements[d.name]["R"]
    if d.law.control == "flux" and not follows_inductor(d):
        return d.law.conductance(x, 0.0, elements[d.name])  # W(x) alone: nothing to average
    v = d.sign * v_amplitude * SIN
    if follows_inductor(d):
        x = x + d.sign * (phi_dc + phi_amplitude * COS)
    return 2 * jnp.mean(d.law.conductance(x, v, elements[d.name]) * SIN**2)


def carrier_rate(d: Dissipator, x, v_amplitude, elements: Mapping[str, Any]):
    """dx/dt averaged over the carrier, or driven by the envelope where the element senses it."""
    assert d.law is not None
    if d.senses == "envelope":
        return d.law.rate(x, v_amplitude, elements[d.name])
    if follows_inductor(d):
        return jnp.zeros(())
    return jnp.mean(d.law.rate(x, v_amplitude * COS, elements[d.name]))
