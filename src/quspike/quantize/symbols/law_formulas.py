"""Memristor laws as formulas: W(x), and G with `G′ = √W`, so that `F(φ) = √Z0 [G(φ) − G(0)]` in closed form.

A flux-controlled law without an entry here is quantized just the same: its F stays an integral over a function W(φ).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from quspike.memristors.law import Law

Expr = Any


class Formula(NamedTuple):
    """`conductance` W(x); `antiderivative` G(x) of √W, written with the `auxiliaries` (symbol, meaning) in order."""

    conductance: Expr
    antiderivative: Expr
    auxiliaries: tuple[tuple[Expr, Expr], ...]


def sigmoid(x: Expr, p: Mapping[str, Expr]) -> Formula:
    """`W = 1/R_off + (1/R_on − 1/R_off)/(1 + e^{−y})`, y = (x − φ_c)/φ_s; with a = R_off^{−½}, b = R_on^{−½}, u = √W,

    `G = φ_s { b [2 ln(b + u) + ln(1 + e^y)] − a [2 ln(a + u) + ln(1 + e^{−y})] }`.
    """
    import sympy as sp

    a, b, u = (sp.Symbol(name, positive=True) for name in "abu")
    y = sp.Symbol("y", real=True)
    reduced = (x - p["phi_c"]) / p["phi_s"]
    conductance = 1 / p["R_off"] + (1 / p["R_on"] - 1 / p["R_off"]) / (1 + sp.exp(-reduced))
    rising = b * (2 * sp.log(b + u) + sp.log(1 + sp.exp(y)))
    falling = a * (2 * sp.log(a + u) + sp.log(1 + sp.exp(-y)))
    auxiliaries = (u, sp.sqrt(conductance)), (y, reduced), (a, 1 / sp.sqrt(p["R_off"])), (b, 1 / sp.sqrt(p["R_on"]))
    return Formula(conductance, p["phi_s"] * (rising - falling), auxiliaries)


FORMULAS = {"sigmoid": sigmoid}


def has_formula(law: Law) -> bool:
    """Whether the law is written here."""
    return law.name in FORMULAS


def formula(law: Law, x: Expr, p: Mapping[str, Expr]) -> Formula | None:
    """The law's formula at memory x, parameters p (name → symbol); None where there is none."""
    return FORMULAS[law.name](x, p) if has_formula(law) else None
