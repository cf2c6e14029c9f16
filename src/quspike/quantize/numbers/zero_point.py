"""Zero-point scales of a membrane's mode: φ_zpf = √(ħZ/2), q_zpf = √(ħ/2Z), V_zpf = q_zpf/C, Z = √(L/C)."""

from __future__ import annotations

from typing import Any, NamedTuple

from quspike.constants import hbar, phi0
from quspike.quantize.membrane import Membrane, Params, inverse_inductance, total_capacitance


class Mode(NamedTuple):
    """The resonator's mode: a = φ/2φ_zpf + iq/2q_zpf. Frequencies in rad/s, the rest in SI."""

    omega: Any
    impedance: Any
    phi_zpf: Any
    q_zpf: Any
    v_zpf: Any
    capacitance: Any


def resonator_mode(membrane: Membrane, elements: Params) -> Mode:
    """ω0 = 1/√(L_eff C), 1/L_eff = 1/L + E_J/φ0² (junctions expanded about φ = 0)."""
    capacitance = total_capacitance(membrane, elements)
    stiffness = inverse_inductance(membrane, elements)
    stiffness = stiffness + sum(elements[name]["EJ"] / phi0**2 for name in membrane.junctions)
    omega = (stiffness / capacitance) ** 0.5
    impedance = 1 / (omega * capacitance)
    q_zpf = (hbar / (2 * impedance)) ** 0.5
    return Mode(omega, impedance, (hbar * impedance / 2) ** 0.5, q_zpf, q_zpf / capacitance, capacitance)


def thermal_occupation(omega, temperature):
    """n̄ = 1/(e^{ħω/kT} − 1), zero at T = 0; differentiable, vectorised."""
    import jax.numpy as jnp

    from quspike.constants import k_B

    safe = jnp.where(temperature > 0, temperature, 1.0)
    return jnp.where(temperature > 0, 1 / jnp.expm1(jnp.minimum(hbar * omega / (k_B * safe), 700.0)), 0.0)
