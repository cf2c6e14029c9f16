"""The Hamiltonian of a membrane, and of the membrane with its lines.

    H_S = (q + Σ C_g V_g)²/2C_Σ + Σ φ²/2L − Σ E_J cos(φ/φ0) − I_in φ,       [φ, q] = iħ
    H   = H_S + Σ_m [ q_m²/2C_m + (F(φ) − φ_m)²/2L_m ]     for each dissipator

It is the Legendre transform q φ̇ − L, but for −Σ ½C_g V_g², which is a function of time alone and moves nothing.
"""

from __future__ import annotations

import sympy as sp

from quspike.quantize.lagrangian import gate_voltage, position_terms
from quspike.quantize.line_boundary import Bath
from quspike.quantize.line_terms import boundary_energy, drift_energy, oscillator
from quspike.quantize.notation import Notation
from quspike.quantize.variables import Expr, Term, charge, flux

DRIFT_MEANING = "takes out the current λλ̇φ/Z₀ of a moving coupling"


def hamiltonian_terms(n: Notation) -> tuple[Term, ...]:
    """H_S term by term: the charging energy of the node, then what the Lagrangian holds of φ, sign reversed."""
    charging = Term(charging_elements(n), charging_energy(n), "charging energy of the node")
    return (charging, *(Term(t.elements, -t.expression, t.meaning) for t in position_terms(n)))


def hamiltonian(n: Notation) -> Expr:
    """H_S(φ, q, t) [J]."""
    return sp.Add(*(term.expression for term in hamiltonian_terms(n)))


def charging_energy(n: Notation) -> Expr:
    """`(q + Σ C_g V_g)²/2C_Σ`."""
    return node_charge(n) ** 2 / (2 * total(n))


def node_charge(n: Notation) -> Expr:
    """`q + Σ C_g V_g = C_Σ V`: the charge that makes the node's voltage."""
    gates = [n.symbol(str(gate.gate), "C") * gate_voltage(n, gate) for gate in n.membrane.gates]
    return sp.Add(charge(), *gates)


def total(n: Notation) -> Expr:
    """C_Σ: a letter of its own if it is a sum."""
    if "C_Sigma" in n.symbols:
        return n.symbols["C_Sigma"]
    return _capacitances(n)[0]


def total_definition(n: Notation) -> tuple[Expr, Expr] | None:
    """`C_Σ = C_1 + C_g + …`, where it is a sum."""
    return (n.symbols["C_Sigma"], sp.Add(*_capacitances(n))) if "C_Sigma" in n.symbols else None


def charging_elements(n: Notation) -> tuple[str, ...]:
    """The elements that share in the charging energy."""
    junctions = (name for name in n.membrane.junctions if (name, "C") in n.names)
    return (*n.membrane.capacitors, *junctions, *(gate.name for gate in n.membrane.gates))


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
    pairs = [(flux(), charge()), *(oscillator(n, bath)[:2] for bath in baths)]
    return dict.fromkeys(pairs, sp.I * n.symbols["hbar"])


def _capacitances(n: Notation) -> list[Expr]:
    return [n.symbol(name, "C") for name in charging_elements(n) if (name, "C") in n.names]
