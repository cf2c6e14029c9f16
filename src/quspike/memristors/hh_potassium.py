"""The potassium channel of Hodgkin and Huxley: a memristor whose memory is the share of open gates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quspike.memristors.law import Behaviour, Law, Parameter, confine, hard_stop

if TYPE_CHECKING:
    from collections.abc import Mapping

    import jax

    from quspike.memristors.law import Scalar, Values

STEEPEST = 80.0  # of an exponent: e⁸⁰ gates a millisecond are as good as infinitely many


@dataclass(frozen=True)
class HHPotassium(Law):
    """`W = g_max n⁴,  dn/dt = [α_n(u)(1 − n) − β_n(u) n]/t_unit`, u = (V + V_rev)/V_unit the membrane's voltage:

        α_n = 0.01 (10 − u)/(e^{(10−u)/10} − 1),      β_n = 0.125 e^{−u/80}

    V is across the channel alone: a voltage source V_rev stands in series, `MEM1 m k` with `V1 k 0 V_rev`. V_unit and
    t_unit are what the paper's millivolt and millisecond become in a circuit of another scale. n is between 0 and 1,
    and starts at rest, n_∞(0) = 0.3177, unless given. Parameters: g_max 36 mS, V_rev −12 mV, V_unit 1 mV, t_unit 1 ms.
    """

    name = "hh_potassium"
    memory_quantity = "dimensionless"
    memory_meaning = "share n of open gates"
    source = (
        "Hodgkin & Huxley, J. Physiol. 117, 500 (1952); quantized by Gonzalez-Raya et al., PR Applied 12, 014037 (2019)"
    )
    own_parameters = (
        Parameter("g_max", 36e-3, "conductance", "conductance with every gate open", minimum=0.0, exclusive=True),
        Parameter("V_rev", -12e-3, "voltage", "reversal potential, that of the source in series"),
        Parameter("V_unit", 1e-3, "voltage", "one millivolt of the paper", minimum=0.0, exclusive=True),
        Parameter("t_unit", 1e-3, "time", "one millisecond of the paper", minimum=0.0, exclusive=True),
    )

    def default_memory(self, p: Values) -> float:
        alpha, beta = 0.1 / math.expm1(1.0), 0.125
        return alpha / (alpha + beta)

    def memory_bounds(self, p: Values) -> tuple[float, float]:
        return 0.0, 1.0

    def conductance(self, x: Scalar, v: Scalar, p: Values) -> jax.Array:
        return p["g_max"] * confine(x, 0.0, 1.0) ** 4

    def rate(self, x: Scalar, v: Scalar, p: Values) -> jax.Array:
        u = membrane_voltage(v, p)
        return hard_stop((opening(u) * (1.0 - x) - closing(u) * x) / p["t_unit"], x, 0.0, 1.0)

    def spice(self, x: str, v: str, p: Mapping[str, str]) -> Behaviour:
        u = spice_voltage(v, p)
        opened = f"0.1*{spice_rectified(f'(1 - {u}/10)')}*(1 - {x})"
        closed = f"0.125*exp(min(-{u}/80, {STEEPEST}))*{x}"
        return Behaviour(f"{v}*{p['g_max']}*{x}^4", f"({opened} - {closed})/{p['t_unit']}")


def membrane_voltage(v: Scalar, p: Values) -> Scalar:
    """u, the voltage behind the channel's battery in the paper's millivolts from rest."""
    return (v + p["V_rev"]) / p["V_unit"]


def opening(u: Scalar) -> jax.Array:
    """α_n(u) in 1/ms."""
    return 0.1 * rectified(1.0 - u / 10.0)


def closing(u: Scalar) -> jax.Array:
    """β_n(u) in 1/ms."""
    return 0.125 * growth(-u / 80.0)


def rectified(y: Scalar) -> jax.Array:
    """`y/(e^y − 1)`: −y for y ≪ 0, 1 at 0, where it is its series, zero for y ≫ 1."""
    import jax.numpy as jnp

    small = jnp.abs(y) < 1e-4
    safe = jnp.clip(jnp.where(small, 1.0, y), None, STEEPEST)
    return jnp.where(small, 1.0 - y / 2.0 + y**2 / 12.0, safe / jnp.expm1(safe))


def growth(y: Scalar) -> jax.Array:
    """`e^y`, bounded where a float would overflow."""
    import jax.numpy as jnp

    return jnp.exp(jnp.minimum(y, STEEPEST))


def spice_voltage(v: str, p: Mapping[str, str]) -> str:
    """u for ngspice."""
    return f"(({v} + {p['V_rev']})/{p['V_unit']})"


def spice_rectified(y: str) -> str:
    """`y/(e^y − 1)` for ngspice, moved by 1e-9 away from 0/0."""
    return f"(({y} + 1e-9)/(exp(min({y} + 1e-9, {STEEPEST})) - 1))"


LAW = HHPotassium()
