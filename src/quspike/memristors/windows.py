"""Windows f(x, drive): how a bounded state 0 ≤ x ≤ 1 slows down at its ends.

`drive` is the rate of x before the window: only its sign matters, and drive > 0 pushes x towards 1. For linear
ion drift it has the sign of the current, so that Biolek's stp(−i) is stp(−drive).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quspike.memristors.law import Option, Parameter

if TYPE_CHECKING:
    import jax

    from quspike.memristors.law import Scalar, Values


@dataclass(frozen=True)
class Window:
    """A window function `f(x, drive, p)` with the parameters that it adds to its law; `spice`: the same for ngspice."""

    name: str
    function: Callable[[Scalar, Scalar, Values], jax.Array]
    spice: Callable[[str, str, Mapping[str, str]], str]
    parameters: tuple[Parameter, ...]
    source: str

    def __call__(self, x: Scalar, drive: Scalar, p: Values) -> jax.Array:
        return self.function(x, drive, p)


def none(x: Scalar, drive: Scalar, p: Values) -> jax.Array:
    """f = 1: nothing but the hard stops."""
    import jax.numpy as jnp

    return jnp.asarray(1.0)


def joglekar(x: Scalar, drive: Scalar, p: Values) -> jax.Array:
    """f = 1 − (2x − 1)^{2p}: zero at both ends, so that a state at an end never leaves it."""
    import jax.numpy as jnp

    return 1.0 - jnp.power((2.0 * x - 1.0) ** 2, p["p"])


def biolek(x: Scalar, drive: Scalar, p: Values) -> jax.Array:
    """f = 1 − (x − stp(−i))^{2p}, stp(u) = 1 for u ≥ 0, else 0: zero only at the end that x is driven to."""
    import jax.numpy as jnp

    step = jnp.where(drive > 0, 0.0, 1.0)
    return 1.0 - jnp.power((x - step) ** 2, p["p"])


def prodromakis(x: Scalar, drive: Scalar, p: Values) -> jax.Array:
    """f = j (1 − [(x − ½)² + ¾]^p): zero at both ends, any real p > 0, height set by j."""
    import jax.numpy as jnp

    return p["j"] * (1.0 - jnp.power((x - 0.5) ** 2 + 0.75, p["p"]))


def kvatinsky(x: Scalar, drive: Scalar, p: Values) -> jax.Array:
    """f_off = exp(−e^{(x−a_off)/w_c}) for drive > 0, f_on = exp(−e^{(a_on−x)/w_c}) for drive < 0."""
    import jax.numpy as jnp

    beyond = jnp.where(drive > 0, x - p["a_off"], p["a_on"] - x) / p["w_c"]
    return jnp.exp(
        -jnp.exp(jnp.minimum(beyond, 10.0))
    )  # exp(−e¹⁰) is 0 in float64; more would make 0·∞ in the gradient


def _spice_none(x: str, drive: str, p: Mapping[str, str]) -> str:
    return "1"


def _spice_joglekar(x: str, drive: str, p: Mapping[str, str]) -> str:
    return f"(1 - ((2*{x} - 1)^2)^{p['p']})"


def _spice_biolek(x: str, drive: str, p: Mapping[str, str]) -> str:
    return f"(1 - (({x} - ({drive} > 0 ? 0 : 1))^2)^{p['p']})"


def _spice_prodromakis(x: str, drive: str, p: Mapping[str, str]) -> str:
    return f"({p['j']}*(1 - (({x} - 0.5)^2 + 0.75)^{p['p']}))"


def _spice_kvatinsky(x: str, drive: str, p: Mapping[str, str]) -> str:
    beyond = f"({drive} > 0 ? {x} - {p['a_off']} : {p['a_on']} - {x})/{p['w_c']}"
    return f"exp(-exp(min({beyond}, 10)))"


_EXPONENT = Parameter("p", 1.0, "dimensionless", "window exponent: larger is flatter in the middle", minimum=1.0)

WINDOWS: dict[str, Window] = {
    window.name: window
    for window in (
        Window("none", none, _spice_none, (), "hard stops only"),
        Window("joglekar", joglekar, _spice_joglekar, (_EXPONENT,), "Joglekar & Wolf, Eur. J. Phys. 30, 661 (2009)"),
        Window(
            "biolek", biolek, _spice_biolek, (_EXPONENT,), "Biolek, Biolek & Biolková, Radioengineering 18, 210 (2009)"
        ),
        Window(
            "prodromakis",
            prodromakis,
            _spice_prodromakis,
            (
                Parameter("p", 1.0, "dimensionless", "window exponent, any real", minimum=0.0, exclusive=True),
                Parameter("j", 1.0, "dimensionless", "window height factor", minimum=0.0, exclusive=True),
            ),
            "Prodromakis, Peh, Papavassiliou & Toumazou, IEEE Trans. Electron Devices 58, 3099 (2011)",
        ),
        Window(
            "kvatinsky",
            kvatinsky,
            _spice_kvatinsky,
            (
                Parameter("a_off", 0.9, "dimensionless", "x above which a growing x slows down"),
                Parameter("a_on", 0.1, "dimensionless", "x below which a falling x slows down"),
                Parameter("w_c", 0.02, "dimensionless", "width of the slowing down", minimum=0.0, exclusive=True),
            ),
            "Kvatinsky, Friedman, Kolodny & Weiser, IEEE Trans. Circuits Syst. I 60, 211 (2013)",
        ),
    )
}

WINDOW_OPTION = Option("window", tuple(WINDOWS), "how the memory slows down at its bounds")
