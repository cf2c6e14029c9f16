"""The conductance-asymmetric SQUID: a superconducting memristor whose decay rate is prescribed in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quspike.constants import e_charge, hbar
from quspike.memristors.law import Behaviour, Control, Law, Parameter

if TYPE_CHECKING:
    from collections.abc import Mapping

    import jax

    from quspike.memristors.law import Scalar, Values


@dataclass(frozen=True)
class CASQUID(Law):
    """`W(t) = γ(t) C,  γ(t) = ¼ g0² e^{−g0²} α ω [1 + cos(π/2 + sin ωt)],  C = 2e²/E_C`.

    `g0 = (E_C/32E_L)^{1/4}` is the zero-point width of the phase, `ω = √(2 E_C E_L)/ħ` the plasma frequency. The
    loop is kinematic: x is time (dx/dt = 1, from 0 s unless given), γ follows a prescribed flux drive at the
    circuit's own frequency, and nothing that the circuit does changes it. Parameters: α 50 (strength of the
    quasiparticle bath), E_C 1e9 ħ, E_L 1000 E_C.
    """

    name = "casquid"
    memory_quantity = "time"
    memory_meaning = "time"
    source = "Salmilehto, Deppe, Di Ventra, Sanz & Solano, Sci. Rep. 7, 42044 (2017)"
    own_parameters = (
        Parameter("alpha", 50.0, "dimensionless", "strength of the quasiparticle bath", minimum=0.0),
        Parameter("E_C", 1e9 * hbar, "energy", "charging energy (2e)²/2C", minimum=0.0, exclusive=True),
        Parameter("E_L", 1e12 * hbar, "energy", "inductive energy", minimum=0.0, exclusive=True),
    )

    @property
    def control(self) -> Control:
        return "time"

    def default_memory(self, p: Values) -> float:
        return 0.0

    def conductance(self, x: Scalar, v: Scalar, p: Values) -> jax.Array:
        return decay_rate(x, p) * capacitance(p)

    def rate(self, x: Scalar, v: Scalar, p: Values) -> jax.Array:
        import jax.numpy as jnp

        return jnp.asarray(1.0)

    def spice(self, x: str, v: str, p: Mapping[str, str]) -> Behaviour:
        numbers = {name: float(text.strip("()")) for name, text in p.items()}
        scale = float(bare_rate(numbers)) * numbers["alpha"] * capacitance(numbers)
        phase = f"pi/2 + sin({angular_frequency(numbers)!r}*{x})"
        return Behaviour(f"{v}*{scale!r}*(1 + cos({phase}))", "1")


def capacitance(p: Values) -> Scalar:
    """C = 2e²/E_C in F."""
    return 2.0 * e_charge**2 / p["E_C"]


def angular_frequency(p: Values) -> Scalar:
    """ω = √(2 E_C E_L)/ħ in rad/s."""
    return (2.0 * p["E_C"] * p["E_L"]) ** 0.5 / hbar


def zero_point_phase(p: Values) -> Scalar:
    """g0 = (E_C/32E_L)^{1/4}, dimensionless."""
    return (p["E_C"] / (32.0 * p["E_L"])) ** 0.25


def bare_rate(p: Values) -> Scalar:
    """¼ g0² e^{−g0²} ω in 1/s: the decay rate γ per unit of α and of 1 + cos(…)."""
    import jax.numpy as jnp

    g0 = zero_point_phase(p)
    return 0.25 * g0**2 * jnp.exp(-(g0**2)) * angular_frequency(p)


def decay_rate(t: Scalar, p: Values) -> jax.Array:
    """γ(t) in 1/s."""
    import jax.numpy as jnp

    return bare_rate(p) * p["alpha"] * (1.0 + jnp.cos(jnp.pi / 2 + jnp.sin(angular_frequency(p) * t)))


LAW = CASQUID()
