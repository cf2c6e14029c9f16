"""The Pershin–Di Ventra law: a resistance that moves with the voltage, faster beyond a threshold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quspike.errors import InputError
from quspike.memristors.law import Behaviour, Law, Parameter, confine, hard_stop
from quspike.units import format_si

if TYPE_CHECKING:
    import jax

    from quspike.memristors.law import Scalar, Values


@dataclass(frozen=True)
class PershinDiVentra(Law):
    """`V = R I,  dR/dt = βV + ½(α − β)(|V + V_t| − |V − V_t|)`: slope α below the threshold, β above.

    The memory is the memristance itself, stopped at R_min and R_max; it starts half way between them unless
    given. A positive voltage raises R. Parameters: α 0, β 1e13 Ω/(V·s), V_t 4.6 V, R_min 1 kΩ, R_max 10 kΩ
    (Biolek, Di Ventra & Pershin, Radioengineering 22, 945 (2013)).
    """

    name = "pershin_diventra"
    memory_quantity = "resistance"
    memory_meaning = "memristance"
    source = "Pershin, La Fontaine & Di Ventra, Phys. Rev. E 80, 021926 (2009)"
    own_parameters = (
        Parameter("alpha", 0.0, "resistance_rate", "speed per volt below the threshold"),
        Parameter("beta", 1e13, "resistance_rate", "speed per volt beyond the threshold"),
        Parameter("V_t", 4.6, "voltage", "threshold", minimum=0.0),
        Parameter("R_min", 1e3, "resistance", "lowest memristance", minimum=0.0, exclusive=True),
        Parameter("R_max", 10e3, "resistance", "highest memristance", minimum=0.0, exclusive=True),
    )

    def default_memory(self, p: Values) -> Any:
        return 0.5 * (p["R_min"] + p["R_max"])

    def memory_bounds(self, p: Values) -> tuple[Any, Any]:
        return p["R_min"], p["R_max"]

    def resolve(self, given: Mapping[str, Any], where: str | None = None) -> dict[str, Any]:
        values = super().resolve(given, where)
        low, high = values["R_min"], values["R_max"]
        if isinstance(low, float) and isinstance(high, float) and low >= high:
            raise InputError(
                "R_max", format_si(high, "resistance"), f"must be > R_min = {format_si(low, 'resistance')}", where
            )
        return values

    def conductance(self, x: Scalar, v: Scalar, p: Values) -> jax.Array:
        return 1.0 / confine(x, p["R_min"], p["R_max"])

    def rate(self, x: Scalar, v: Scalar, p: Values) -> jax.Array:
        below = confine(v, -p["V_t"], p["V_t"])  # ½(|V + V_t| − |V − V_t|), without its cancellation
        speed = p["alpha"] * below + p["beta"] * (v - below)
        return hard_stop(speed, x, p["R_min"], p["R_max"])

    def spice(self, x: str, v: str, p: Mapping[str, str]) -> Behaviour:
        below = f"max(-{p['V_t']}, min({v}, {p['V_t']}))"
        return Behaviour(f"{v}/{x}", f"{p['alpha']}*{below} + {p['beta']}*({v} - {below})")


LAW = PershinDiVentra()
