"""The Yakopcic law: hyperbolic-sine conduction and a thresholded, exponentially damped state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quspike.memristors.law import Behaviour, Law, Parameter, confine, hard_stop

if TYPE_CHECKING:
    from collections.abc import Mapping

    import jax

    from quspike.memristors.law import Scalar, Values

SERIES_BELOW = 1e-3  # |u| under which sinh(u)/u is its series: the first term left out is u⁶/5040 < 1e-21


@dataclass(frozen=True)
class Yakopcic(Law):
    """`I = a x sinh(bV)`, a = a1 for V ≥ 0 and a2 below;  `dx/dt = η g(V) f(x, ηV)`, V in volts inside exponents:

        g = A_p (e^V − e^{V_p})         for V > V_p
        g = −A_n (e^{−V} − e^{V_n})     for V < −V_n,   0 between
        ηV ≥ 0: f = e^{−α_p (x − x_p)} w_p(x) for x ≥ x_p, else 1;        w_p = (x_p − x)/(1 − x_p) + 1
        ηV < 0: f = e^{α_n (x + x_n − 1)} w_n(x) for x ≤ 1 − x_n, else 1;  w_n = x/(1 − x_n)

    x is between 0 (no conduction at all) and 1, with hard stops; x0 = 0.11 unless given. Parameters: a1 and a2
    0.17 A, b 0.05/V, V_p 0.16 V, V_n 0.15 V, A_p and A_n 4000/s, x_p 0.3, x_n 0.5, α_p 1, α_n 5, η 1 (−1 lets a
    positive voltage lower x).
    """

    name = "yakopcic"
    memory_quantity = "dimensionless"
    memory_meaning = "state between 0 and 1"
    source = "Yakopcic, Taha, Subramanyam, Pino & Rogers, IEEE Electron Device Lett. 32, 1436 (2011)"
    own_parameters = (
        Parameter("a1", 0.17, "current", "conduction for V ≥ 0", minimum=0.0, exclusive=True),
        Parameter("a2", 0.17, "current", "conduction for V < 0", minimum=0.0, exclusive=True),
        Parameter("b", 0.05, "inverse_voltage", "curvature of the conduction", minimum=0.0, exclusive=True),
        Parameter("V_p", 0.16, "voltage", "positive threshold", minimum=0.0),
        Parameter("V_n", 0.15, "voltage", "negative threshold, as a magnitude", minimum=0.0),
        Parameter("A_p", 4000.0, "rate", "speed above V_p", minimum=0.0),
        Parameter("A_n", 4000.0, "rate", "speed below −V_n", minimum=0.0),
        Parameter("x_p", 0.3, "dimensionless", "x above which a rising x slows down", 0.0, 1.0, exclusive=True),
        Parameter("x_n", 0.5, "dimensionless", "1 − x_n: x below which a falling x slows", 0.0, 1.0, exclusive=True),
        Parameter("alpha_p", 1.0, "dimensionless", "damping of a rising x", minimum=0.0),
        Parameter("alpha_n", 5.0, "dimensionless", "damping of a falling x", minimum=0.0),
        Parameter(
            "eta", 1.0, "dimensionless", "direction of x relative to the voltage, 1 or −1", -1.0, 1.0, discrete=True
        ),
    )

    def default_memory(self, p: Values) -> float:
        return 0.11

    def memory_bounds(self, p: Values) -> tuple[float, float]:
        return 0.0, 1.0

    def conductance(self, x: Scalar, v: Scalar, p: Values) -> jax.Array:
        import jax.numpy as jnp

        amplitude = jnp.where(v >= 0, p["a1"], p["a2"])
        return amplitude * confine(x, 0.0, 1.0) * p["b"] * _sinh_over(p["b"] * v)

    def rate(self, x: Scalar, v: Scalar, p: Values) -> jax.Array:
        inside = confine(x, 0.0, 1.0)
        return hard_stop(p["eta"] * _speed(v, p) * _motion(inside, p["eta"] * v, p), x, 0.0, 1.0)

    def spice(self, x: str, v: str, p: Mapping[str, str]) -> Behaviour:
        current = f"({v} >= 0 ? {p['a1']} : {p['a2']})*{x}*sinh({p['b']}*{v})"
        up = f"{p['A_p']}*(exp(max({v}, {p['V_p']})) - exp({p['V_p']}))"
        down = f"{p['A_n']}*(exp(max(-{v}, {p['V_n']})) - exp({p['V_n']}))"
        above, below = f"max({x} - {p['x_p']}, 0)", f"min({x} + {p['x_n']} - 1, 0)"
        rising = f"exp(-{p['alpha_p']}*{above})*(1 - {above}/(1 - {p['x_p']}))"
        falling = f"exp({p['alpha_n']}*{below})*(1 + {below}/(1 - {p['x_n']}))"
        return Behaviour(current, f"{p['eta']}*({up} - {down})*({p['eta']}*{v} >= 0 ? {rising} : {falling})")


def _sinh_over(u: Scalar) -> jax.Array:
    """sinh(u)/u, 1 at u = 0."""
    import jax.numpy as jnp

    small = jnp.abs(u) < SERIES_BELOW
    safe = jnp.where(small, 1.0, u)
    return jnp.where(small, 1.0 + u**2 / 6.0 + u**4 / 120.0, jnp.sinh(safe) / safe)


def _speed(v: Scalar, p: Values) -> jax.Array:
    """g(V) in 1/s: e^V − e^{V_p} beyond the thresholds, zero between."""
    import jax.numpy as jnp

    up = jnp.where(v > p["V_p"], p["A_p"] * (jnp.exp(v) - jnp.exp(p["V_p"])), 0.0)
    down = jnp.where(v < -p["V_n"], p["A_n"] * (jnp.exp(-v) - jnp.exp(p["V_n"])), 0.0)
    return up - down


def _motion(x: Scalar, towards: Scalar, p: Values) -> jax.Array:
    """f(x): how freely x moves up (`towards` ≥ 0) or down."""
    import jax.numpy as jnp

    above, below = jnp.maximum(x - p["x_p"], 0.0), jnp.minimum(x + p["x_n"] - 1.0, 0.0)
    rising = jnp.exp(-p["alpha_p"] * above) * (1.0 - above / (1.0 - p["x_p"]))
    falling = jnp.exp(p["alpha_n"] * below) * (1.0 + below / (1.0 - p["x_n"]))
    return jnp.where(towards >= 0, rising, falling)


LAW = Yakopcic()
