"""The variables of a quantized circuit as sympy symbols: φ and q of a coordinate, φ_m and q_m of a comb, all real.

A circuit with one coordinate writes φ, q and V; with several they carry the coordinate's name. One place makes them, so
that an expression of one module meets its like in another. This module imports sympy; it is itself imported when
symbols are asked for, never before.
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


def named(letter: str, of: str = "") -> str:
    """`phi` of the one coordinate, `phi_a` of one of several."""
    return f"{letter}_{of}" if of else letter


def flux(of: str = "") -> Expr:
    """φ = ∫V dt of a coordinate."""
    return sp.Symbol(named("phi", of), real=True)


def velocity(of: str = "") -> Expr:
    """φ̇ = V, as a variable of the Lagrangian."""
    return sp.Symbol(named("phidot", of), real=True)


def charge(of: str = "") -> Expr:
    """q = ∂L/∂φ̇."""
    return sp.Symbol(named("q", of), real=True)


def in_time(letter: str, of: str = "") -> Expr:
    """φ(t), q(t), V(t) or ⟨V⟩(t) of a coordinate: `letter` is phi, q, V or Vmean."""
    return function(named(letter, of))(time())
