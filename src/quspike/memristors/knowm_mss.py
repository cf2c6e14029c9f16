"""The mean metastable switch: many thermally activated two-state switches in parallel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quspike.constants import e_charge, k_B
from quspike.memristors.law import Behaviour, Law, Parameter, hard_stop

if TYPE_CHECKING:
    from collections.abc import Mapping

    import jax

    from quspike.memristors.law import Scalar, Values


@dataclass(frozen=True)
class KnowmMSS(Law):
    """`W = x/R_on + (1 − x)/R_off,  dx/dt = [s(V − V_on)(1 − x) − (1 − s(V + V_off)) x]/τ,  s(u) = 1/(1 + e^{−u/V_T})`.

    x is the fraction of switches that are on; it stays between 0 and 1 by itself, and relaxes even at V = 0 (slowly
    for V_on, V_off ≫ V_T). x0 = 0.1 unless given. V_T = kT/e is the thermal voltage of the switches, 25.85 mV at
    300 K; it has a name of its own as the T of a netlist card is the temperature of the Johnson noise. Parameters:
    R_on 500 Ω, R_off 1.5 kΩ, V_on and V_off 0.27 V, τ 1e-4 s, V_T.
    """

    name = "knowm_mss"
    memory_quantity = "dimensionless"
    memory_meaning = "fraction of switches that are on"
    source = "Nugent & Molter, PLoS ONE 9, e85175 (2014)"
    own_parameters = (
        Parameter("R_on", 500.0, "resistance", "memristance with every switch on", minimum=0.0, exclusive=True),
        Parameter("R_off", 1500.0, "resistance", "memristance with every switch off", minimum=0.0, exclusive=True),
        Parameter("V_on", 0.27, "voltage", "voltage that turns half of the switches on"),
        Parameter("V_off", 0.27, "voltage", "voltage, reversed, that turns half of them off"),
        Parameter("tau", 1e-4, "time", "time scale of the switches", minimum=0.0, exclusive=True),
        Parameter("V_T", k_B * 300.0 / e_charge, "voltage", "thermal voltage kT/e", minimum=0.0, exclusive=True),
    )

    def default_memory(self, p: Values) -> float:
        return 0.1

    def memory_bounds(self, p: Values) -> tuple[float, float]:
        return 0.0, 1.0

    def conductance(self, x: Scalar, v: Scalar, p: Values) -> jax.Array:
        import jax.numpy as jnp

        return jnp.asarray(x / p["R_on"] + (1.0 - x) / p["R_off"])

    def rate(self, x: Scalar, v: Scalar, p: Values) -> jax.Array:
        import jax

        on = jax.nn.sigmoid((v - p["V_on"]) / p["V_T"])
        off = jax.nn.sigmoid(-(v + p["V_off"]) / p["V_T"])  # 1 − s(V + V_off), with all its digits
        return hard_stop((on * (1.0 - x) - off * x) / p["tau"], x, 0.0, 1.0)

    def spice(self, x: str, v: str, p: Mapping[str, str]) -> Behaviour:
        on = f"1/(1 + exp(({p['V_on']} - {v})/{p['V_T']}))"
        off = f"1/(1 + exp(({p['V_off']} + {v})/{p['V_T']}))"
        current = f"{v}*({x}/{p['R_on']} + (1 - {x})/{p['R_off']})"
        return Behaviour(current, f"({on}*(1 - {x}) - {off}*{x})/{p['tau']}")


LAW = KnowmMSS()
