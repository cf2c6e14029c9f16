"""The HP law: linear ion drift in a film of TiO₂, with a window of choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quspike.memristors.law import Behaviour, Control, Law, Parameter, confine, hard_stop
from quspike.memristors.windows import WINDOW_OPTION, WINDOWS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import jax

    from quspike.memristors.law import Scalar, Values


@dataclass(frozen=True)
class HP(Law):
    """`V = [R_on x + R_off (1 − x)] I,  dx/dt = k I f(x, I),  k = μ R_on/D²`.

    x is the doped fraction of the film, 0 (R_off) to 1 (R_on), with hard stops at both ends; x0 = 0.1 unless
    given. Parameters: R_on 100 Ω, R_off 16 kΩ, D 10 nm, μ 1e-14 m²/(V·s), and those of the window f.
    Without a window the law is ideal and charge-controlled between its stops (`memristance_at_flux`).
    """

    name = "hp"
    memory_quantity = "dimensionless"
    memory_meaning = "doped fraction w/D: 0 is R_off, 1 is R_on"
    source = "Strukov, Snider, Stewart & Williams, Nature 453, 80 (2008)"
    options = (WINDOW_OPTION,)
    own_parameters = (
        Parameter("R_on", 100.0, "resistance", "memristance of the doped film", minimum=0.0, exclusive=True),
        Parameter("R_off", 16e3, "resistance", "memristance of the undoped film", minimum=0.0, exclusive=True),
        Parameter("D", 10e-9, "length", "thickness of the film", minimum=0.0, exclusive=True),
        Parameter("mu", 1e-14, "mobility", "mobility of the dopants", minimum=0.0, exclusive=True),
    )

    @property
    def control(self) -> Control:
        return "charge" if self.window == "none" else "voltage"

    def default_memory(self, p: Values) -> float:
        return 0.1

    def memory_bounds(self, p: Values) -> tuple[float, float]:
        return 0.0, 1.0

    def conductance(self, x: Scalar, v: Scalar, p: Values) -> jax.Array:
        doped = confine(x, 0.0, 1.0)
        return 1.0 / (p["R_on"] * doped + p["R_off"] * (1.0 - doped))

    def rate(self, x: Scalar, v: Scalar, p: Values) -> jax.Array:
        drive = drift(p) * self.conductance(x, v, p) * v
        return hard_stop(drive * WINDOWS[self.window](confine(x, 0.0, 1.0), drive, p), x, 0.0, 1.0)

    def charge_coupling(self, q: Scalar, x0: Scalar, p: Values) -> jax.Array:
        """`∫₀^q √M dq′ = ⅔ q (M_0 + √(M_0 M) + M)/(√M_0 + √M)`, `M = M_0 − ΔR k q`: without window, between the stops.

        It is `⅔ (M^{3/2} − M_0^{3/2})/(−ΔR k)` without the difference of nearly equal numbers.
        """
        import jax.numpy as jnp

        if self.window != "none":
            return super().charge_coupling(q, x0, p)
        start = p["R_on"] * x0 + p["R_off"] * (1.0 - x0)
        now = start - (p["R_off"] - p["R_on"]) * drift(p) * q
        mean = jnp.sqrt(start * now)
        return 2.0 / 3.0 * q * (start + mean + now) / (jnp.sqrt(start) + jnp.sqrt(now))

    def spice(self, x: str, v: str, p: Mapping[str, str]) -> Behaviour:
        current = f"{v}/({p['R_on']}*{x} + {p['R_off']}*(1 - {x}))"
        drive = f"({p['mu']}*{p['R_on']}/{p['D']}^2*{current})"
        return Behaviour(current, f"{drive}*{WINDOWS[self.window].spice(x, drive, p)}")


def drift(p: Values) -> Scalar:
    """k = μ R_on/D²: the doped fraction gained per coulomb, 1/C."""
    return p["mu"] * p["R_on"] / p["D"] ** 2


def memristance_at_flux(flux: Scalar, x0: Scalar, p: Values) -> jax.Array:
    """`M(φ) = √(R0² − 2 ΔR k φ)`, R0 = M(x0), ΔR = R_off − R_on: no window, between the stops; ohm."""
    import jax.numpy as jnp

    start = p["R_on"] * x0 + p["R_off"] * (1.0 - x0)
    return jnp.sqrt(start**2 - 2.0 * (p["R_off"] - p["R_on"]) * drift(p) * flux)


def memory_at_charge(charge: Scalar, x0: Scalar, p: Values) -> jax.Array:
    """`x/(1 − x) = x0/(1 − x0)·e^{4kq}`: the doped fraction after a charge q, under Joglekar's window with p = 1."""
    import jax.numpy as jnp

    return x0 / (x0 + (1.0 - x0) * jnp.exp(-4.0 * drift(p) * charge))


LAW = HP()
