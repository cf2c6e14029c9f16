"""The sigmoid law: an ideal flux-controlled memristor that saturates at both ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quspike.memristors.law import Behaviour, Control, Law, Parameter

if TYPE_CHECKING:
    from collections.abc import Mapping

    import jax

    from quspike.memristors.law import Scalar, Values


@dataclass(frozen=True)
class Sigmoid(Law):
    """`W(x) = 1/R_off + (1/R_on − 1/R_off)·σ((x − φ_c)/φ_s),  dx/dt = V,  σ(y) = 1/(1 + e^{−y})`.

    The memory x is the flux ∫V dt in Wb, plus its value x0 at t = 0 (0 Wb unless given). Nothing bounds x: W
    saturates at 1/R_off for x ≪ φ_c and at 1/R_on for x ≫ φ_c. Parameters: R_on 10 kΩ, R_off 100 kΩ,
    φ_c 1.5 pWb, φ_s 0.4 pWb.

    An ideal memristor in the sense of Chua, so that it can be quantized through `coupling`. The saturating form
    is this package's choice.
    """

    name = "sigmoid"
    memory_quantity = "flux"
    memory_meaning = "flux ∫V dt"
    source = "Chua, IEEE Trans. Circuit Theory 18, 507 (1971) for W(φ); the sigmoid form is quspike's"
    own_parameters = (
        Parameter("R_on", 10e3, "resistance", "memristance at large flux", minimum=0.0, exclusive=True),
        Parameter("R_off", 100e3, "resistance", "memristance at small flux", minimum=0.0, exclusive=True),
        Parameter("phi_c", 1.5e-12, "flux", "flux at which the conductance is half way"),
        Parameter("phi_s", 0.4e-12, "flux", "flux over which it switches", minimum=0.0, exclusive=True),
    )

    @property
    def control(self) -> Control:
        return "flux"

    def default_memory(self, p: Values) -> float:
        return 0.0

    def conductance(self, x: Scalar, v: Scalar, p: Values) -> jax.Array:
        import jax

        w_off, w_on = 1.0 / p["R_off"], 1.0 / p["R_on"]
        return w_off + (w_on - w_off) * jax.nn.sigmoid((x - p["phi_c"]) / p["phi_s"])

    def rate(self, x: Scalar, v: Scalar, p: Values) -> jax.Array:
        import jax.numpy as jnp

        return jnp.asarray(v)

    def spice(self, x: str, v: str, p: Mapping[str, str]) -> Behaviour:
        switched = f"1/(1 + exp(({p['phi_c']} - {x})/{p['phi_s']}))"
        return Behaviour(f"{v}*(1/{p['R_off']} + (1/{p['R_on']} - 1/{p['R_off']})*{switched})", v)

    def coupling(self, phi: Scalar, p: Values) -> jax.Array:
        """`∫₀^φ √W dφ′ = G(φ) − G(0)` in √S·Wb, with u = √W, a = R_off^{−½}, b = R_on^{−½}, y = (φ − φ_c)/φ_s,

            G(φ) = φ_s { b [2 ln(b + u) + ln(1 + e^y)] − a [2 ln(u + a) + ln(1 + e^{−y})] }.

        With u as variable, `dφ = 2 φ_s (b² − a²) u du / (u² − a²)(b² − u²)`, and partial fractions leave
        `φ_s [b ln((b + u)/(b − u)) + a ln((u − a)/(u + a))]`; the small differences b − u and u − a are then
        written through 1 − σ(y) and σ(y), which keeps all digits in both saturated ends.
        """
        return self._antiderivative(phi, p) - self._antiderivative(0.0, p)

    def _antiderivative(self, phi: Scalar, p: Values) -> jax.Array:
        import jax
        import jax.numpy as jnp

        a, b = p["R_off"] ** -0.5, p["R_on"] ** -0.5
        u, y = jnp.sqrt(self.conductance(phi, 0.0, p)), (phi - p["phi_c"]) / p["phi_s"]
        rising = b * (2.0 * jnp.log(b + u) + jax.nn.softplus(y))
        falling = a * (2.0 * jnp.log(u + a) + jax.nn.softplus(-y))
        return p["phi_s"] * (rising - falling)


LAW = Sigmoid()
