"""The Hamiltonian of a circuit, and of the circuit with its lines.

    H_S = ½ QᵀC⁻¹Q + ½ φᵀL⁻¹φ − Σ E_J cos(φ_b/φ0) + Σ I φ_b,     Q = q − G V − 2e n_g,     [φ_i, q_j] = iħ δ_ij
    H   = H_S + Σ_m [ q_m²/2C_m + (F(φ_b) − φ_m)²/2L_m ]     for each dissipator

It is the Legendre transform qᵀφ̇ − L, but for a function of time alone (−Σ ½C_g V_g² and the like), which moves nothing.
"""

from __future__ import annotations

import sympy as sp

from quspike.quantize.numbers.line_boundary import Bath
from quspike.quantize.symbols import finite_lines
from quspike.quantize.symbols.charging import charging_terms
from quspike.quantize.symbols.lagrangian import position_terms
from quspike.quantize.symbols.line_terms import boundary_energy, drift_energy, oscillator
from quspike.quantize.symbols.notation import Notation
from quspike.quantize.symbols.variables import Expr, Term

DRIFT_MEANING = "takes out the current λλ̇φ/Z₀ of a moving coupling"


def hamiltonian_terms(n: Notation) -> tuple[Term, ...]:
    """H_S term by term: the charging energy, then what the Lagrangian holds of φ, sign reversed."""
    return (*charging_terms(n), *(Term(t.elements, -t.expression, t.meaning) for t in position_terms(n)))


def hamiltonian(n: Notation) -> Expr:
    """H_S(φ, q, t) [J]."""
    return sp.Add(*(term.expression for term in hamiltonian_terms(n)))


def comb_terms(n: Notation, baths: tuple[Bath, ...]) -> tuple[Term, ...]:
    """What the dissipators add to H_S: each its comb, tied to φ; a coupling that moves in time its counter-term too."""
    terms = []
    for bath in baths:
        terms.append(Term((bath.element,), boundary_energy(n, bath), "line, with its counter-term"))
        if bath.moves:
            terms.append(Term((bath.element,), drift_energy(n, bath), DRIFT_MEANING))
    return tuple(terms)


def commutators(n: Notation, baths: tuple[Bath, ...]) -> dict[tuple[Expr, Expr], Expr]:
    """`[φ, q] = iħ`, and `[φ_m, q_m] = iħ` for the oscillators of each line; all others vanish."""
    own = [(n.flux(i), n.charge(i)) for i in n.moving]
    pairs = [*own, *finite_lines.commutators(n), *(oscillator(n, bath)[:2] for bath in baths)]
    return dict.fromkeys(pairs, sp.I * n.symbols["hbar"])
