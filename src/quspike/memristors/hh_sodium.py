"""The sodium channel of Hodgkin and Huxley, its fast gates following the voltage at once: what makes a spike."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quspike.memristors.hh_potassium import (
    STEEPEST,
    growth,
    membrane_voltage,
    rectified,
    spice_rectified,
    spice_voltage,
)
from quspike.memristors.law import Behaviour, Law, Parameter, confine, hard_stop

if TYPE_CHECKING:
    from collections.abc import Mapping

    import jax

    from quspike.memristors.law import Scalar, Values


@dataclass(frozen=True)
class HHSodium(Law):
    """`W = g_max m_∞(u)³ h,  dh/dt = [α_h(u)(1 − h) − β_h(u) h]/t_unit`, u = (V + V_rev)/V_unit:

        α_m = 0.1 (25 − u)/(e^{(25−u)/10} − 1),   β_m = 4 e^{−u/18},   m_∞ = α_m/(α_m + β_m)
        α_h = 0.07 e^{−u/20},                     β_h = 1/(e^{(30−u)/10} + 1)

    The paper's m is a second memory, ten times faster than h; here it has settled, as a law has one memory (Rinzel,
    Fed. Proc. 44, 2944 (1985)). V is across the channel alone, a voltage source V_rev in series, as for hh_potassium.
    h is between 0 and 1, and starts at rest, h_∞(0) = 0.5961, unless given. Parameters: g_max 120 mS, V_rev 115 mV,
    V_unit 1 mV, t_unit 1 ms.
    """

    name = "hh_sodium"
    memory_quantity = "dimensionless"
    memory_meaning = "share h of channels that are not inactivated"
    source = "Hodgkin & Huxley, J. Physiol. 117, 500 (1952); Gonzalez-Raya et al., Quantum 4, 224 (2020)"
    own_parameters = (
        Parameter("g_max", 120e-3, "conductance", "conductance with every gate open", minimum=0.0, exclusive=True),
        Parameter("V_rev", 115e-3, "voltage", "reversal potential, that of the source in series"),
        Parameter("V_unit", 1e-3, "voltage", "one millivolt of the paper", minimum=0.0, exclusive=True),
        Parameter("t_unit", 1e-3, "time", "one millisecond of the paper", minimum=0.0, exclusive=True),
    )

    def default_memory(self, p: Values) -> float:
        alpha, beta = 0.07, 1.0 / (math.exp(3.0) + 1.0)
        return alpha / (alpha + beta)

    def memory_bounds(self, p: Values) -> tuple[float, float]:
        return 0.0, 1.0

    def conductance(self, x: Scalar, v: Scalar, p: Values) -> jax.Array:
        return p["g_max"] * activation(membrane_voltage(v, p)) ** 3 * confine(x, 0.0, 1.0)

    def rate(self, x: Scalar, v: Scalar, p: Values) -> jax.Array:
        u = membrane_voltage(v, p)
        return hard_stop((recovery(u) * (1.0 - x) - inactivation(u) * x) / p["t_unit"], x, 0.0, 1.0)

    def spice(self, x: str, v: str, p: Mapping[str, str]) -> Behaviour:
        u = spice_voltage(v, p)
        alpha, beta = spice_rectified(f"(2.5 - {u}/10)"), f"4*exp(min(-{u}/18, {STEEPEST}))"
        recovered = f"0.07*exp(min(-{u}/20, {STEEPEST}))*(1 - {x})"
        inactivated = f"{x}/(exp(min(3 - {u}/10, {STEEPEST})) + 1)"
        current = f"{v}*{p['g_max']}*({alpha}/({alpha} + {beta}))^3*{x}"
        return Behaviour(current, f"({recovered} - {inactivated})/{p['t_unit']}")


def activation(u: Scalar) -> jax.Array:
    """m_∞(u)."""
    alpha, beta = rectified(2.5 - u / 10.0), 4.0 * growth(-u / 18.0)
    return alpha / (alpha + beta)


def recovery(u: Scalar) -> jax.Array:
    """α_h(u) in 1/ms."""
    return 0.07 * growth(-u / 20.0)


def inactivation(u: Scalar) -> jax.Array:
    """β_h(u) in 1/ms."""
    import jax

    return jax.nn.sigmoid(u / 10.0 - 3.0)


LAW = HHSodium()
