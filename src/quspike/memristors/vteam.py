"""VTEAM: the voltage threshold adaptive memristor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quspike.memristors.law import Behaviour, Law, Option, Parameter, confine, hard_stop
from quspike.memristors.windows import WINDOW_OPTION, WINDOWS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import jax

    from quspike.memristors.law import Scalar, Values


@dataclass(frozen=True)
class VTEAM(Law):
    """Nothing moves between two threshold voltages, a power of the overdrive moves x beyond them:

        dx/dt = (k_off/D) (V/v_off − 1)^{α_off} f_off(x)    for V > v_off > 0
        dx/dt = (k_on/D) (V/v_on − 1)^{α_on} f_on(x)        for V < v_on < 0
        dx/dt = 0                                           between
        R = R_on + (R_off − R_on) x     (resistance = linear)
        R = R_on (R_off/R_on)^x         (resistance = exponential)

    x = w/D is the paper's state w (between w_on = 0 and w_off = D) made dimensionless, so x = 0 is R_on and x = 1
    is R_off: a positive voltage raises the resistance. Hard stops at both ends; x0 = 0.9 unless given. f_off and
    f_on are 1 without a window; `kvatinsky` gives the paper's pair. Parameters: k_off 5e-4 m/s, k_on −10 m/s,
    α_off 1, α_on 3, v_off 0.02 V, v_on −0.2 V, R_on 50 Ω, R_off 1 kΩ, D 3 nm, and those of the window.
    """

    resistance: str = "linear"

    name = "vteam"
    memory_quantity = "dimensionless"
    memory_meaning = "state w/D: 0 is R_on, 1 is R_off"
    source = "Kvatinsky, Ramadan, Friedman & Kolodny, IEEE Trans. Circuits Syst. II 62, 786 (2015)"
    options = (WINDOW_OPTION, Option("resistance", ("linear", "exponential"), "how the memristance depends on x"))
    own_parameters = (
        Parameter("R_on", 50.0, "resistance", "memristance at x = 0", minimum=0.0, exclusive=True),
        Parameter("R_off", 1e3, "resistance", "memristance at x = 1", minimum=0.0, exclusive=True),
        Parameter("k_off", 5e-4, "velocity", "speed of w above v_off", minimum=0.0),
        Parameter("k_on", -10.0, "velocity", "speed of w below v_on", maximum=0.0),
        Parameter("alpha_off", 1.0, "dimensionless", "power of the overdrive above v_off", minimum=0.0, exclusive=True),
        Parameter("alpha_on", 3.0, "dimensionless", "power of the overdrive below v_on", minimum=0.0, exclusive=True),
        Parameter("v_off", 0.02, "voltage", "threshold towards R_off", minimum=0.0, exclusive=True),
        Parameter("v_on", -0.2, "voltage", "threshold towards R_on", maximum=0.0, exclusive=True),
        Parameter("D", 3e-9, "length", "range of the paper's state w", minimum=0.0, exclusive=True),
    )

    def default_memory(self, p: Values) -> float:
        return 0.9

    def memory_bounds(self, p: Values) -> tuple[float, float]:
        return 0.0, 1.0

    def conductance(self, x: Scalar, v: Scalar, p: Values) -> jax.Array:
        import jax.numpy as jnp

        inside = confine(x, 0.0, 1.0)
        if self.resistance == "exponential":
            return jnp.power(p["R_on"] / p["R_off"], inside) / p["R_on"]
        return 1.0 / (p["R_on"] + (p["R_off"] - p["R_on"]) * inside)

    def rate(self, x: Scalar, v: Scalar, p: Values) -> jax.Array:
        off = p["k_off"] * _overdrive((v - p["v_off"]) / p["v_off"], p["alpha_off"])
        on = p["k_on"] * _overdrive((v - p["v_on"]) / p["v_on"], p["alpha_on"])
        drive = (off + on) / p["D"]
        return hard_stop(drive * WINDOWS[self.window](confine(x, 0.0, 1.0), drive, p), x, 0.0, 1.0)

    def spice(self, x: str, v: str, p: Mapping[str, str]) -> Behaviour:
        resistance = f"({p['R_on']} + ({p['R_off']} - {p['R_on']})*{x})"
        if self.resistance == "exponential":
            resistance = f"({p['R_on']}*({p['R_off']}/{p['R_on']})^{x})"
        off = f"{p['k_off']}*max({v}/{p['v_off']} - 1, 0)^{p['alpha_off']}"
        on = f"{p['k_on']}*max({v}/{p['v_on']} - 1, 0)^{p['alpha_on']}"
        drive = f"(({off} + {on})/{p['D']})"
        return Behaviour(f"{v}/{resistance}", f"{drive}*{WINDOWS[self.window].spice(x, drive, p)}")


def _overdrive(excess: Scalar, power: Scalar) -> jax.Array:
    """excess^power above threshold, else 0; below it the power is taken of 1, where its gradient is harmless."""
    import jax.numpy as jnp

    above = excess > 0
    return jnp.where(above, jnp.power(jnp.where(above, excess, 1.0), power), 0.0)


LAW = VTEAM()
