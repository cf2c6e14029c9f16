"""The variables of a quantized membrane as sympy symbols: φ and q of the node, φ_m and q_m of a comb, all real.

One place makes them, so that an expression of one module meets its like in another. This module imports sympy; it is
itself imported when symbols are asked for, never before.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import sympy as sp

Expr = Any


class Term(NamedTuple):
    """One term of a Lagrangian or a Hamiltonian, the elements it comes from, and what it is."""

    elements: tuple[str, ...]
    expression: Expr
    meaning: str


class Equation(NamedTuple):
    """An equation (a `sympy.Eq`), and what it says."""

    equality: Expr
    meaning: str


def time() -> Expr:
    """t."""
    return sp.Symbol("t", real=True)


def function(name: str) -> Expr:
    """A real function by name, to be applied."""
    return sp.Function(name, real=True)


def flux() -> Expr:
    """φ = ∫V dt of the membrane's node."""
    return sp.Symbol("phi", real=True)


def velocity() -> Expr:
    """φ̇ = V, as a variable of the Lagrangian."""
    return sp.Symbol("phidot", real=True)


def charge() -> Expr:
    """q = ∂L/∂φ̇."""
    return sp.Symbol("q", real=True)


def mean_voltage() -> Expr:
    """⟨V⟩(t)."""
    return function("Vmean")(time())
