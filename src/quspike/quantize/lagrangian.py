"""The Lagrangian of a membrane's conserving elements, term by term.

    L = Σ ½C φ̇² + Σ ½C_g (φ̇ − V_g)² − Σ φ²/2L + Σ E_J cos(φ/φ0) + I_in φ,      q = ∂L/∂φ̇

Vool & Devoret, Int. J. Circuit Theory Appl. 45, 897 (2017). Dissipators are lines (`line_boundary`),
and have none of their own.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from quspike.quantize.membrane import Source
from quspike.quantize.notation import Notation
from quspike.quantize.variables import Expr, Term, flux, velocity


def lagrangian_terms(n: Notation) -> tuple[Term, ...]:
    """Every term with its element: charging, then inductive and Josephson energies, then sources."""
    return (*_charging(n), *position_terms(n))


def position_terms(n: Notation) -> tuple[Term, ...]:
    """The terms of L that hold φ and not φ̇: −U(φ, t)."""
    return (*_inductive(n), *_driving(n))


def lagrangian(n: Notation) -> Expr:
    """L(φ, φ̇, t) [J]."""
    return sp.Add(*(term.expression for term in lagrangian_terms(n)))


def momentum(n: Notation) -> Expr:
    """`∂L/∂φ̇ = C_Σ φ̇ − Σ C_g V_g` [C]: what q is."""
    return sp.collect(sp.expand(sp.diff(lagrangian(n), velocity())), velocity())


def gate_voltage(n: Notation, gate: Source) -> Expr:
    """The voltage of the far side of a gate's capacitor, against ground."""
    return int(gate.sign) * n.source(gate.name)


def _charging(n: Notation) -> Iterator[Term]:
    gates = {gate.gate: gate for gate in n.membrane.gates}
    for name in n.membrane.capacitors:
        gate = gates.get(name)
        voltage = velocity() - gate_voltage(n, gate) if gate else velocity()
        meaning = f"field energy, before the voltage source {gate.name}" if gate else "field energy of the membrane"
        elements = (name, gate.name) if gate else (name,)
        yield Term(elements, n.symbol(name, "C") * voltage**2 / 2, meaning)
    for name in n.membrane.junctions:
        if (name, "C") in n.names:
            yield Term((name,), n.symbol(name, "C") * velocity() ** 2 / 2, "field energy of the junction")


def _inductive(n: Notation) -> Iterator[Term]:
    for name in n.membrane.inductors:
        yield Term((name,), -(flux() ** 2) / (2 * n.symbol(name, "L")), "energy of the inductor's current")
    for name in n.membrane.junctions:
        phase = flux() / n.symbols["phi_0"]
        yield Term((name,), n.symbol(name, "EJ") * sp.cos(phase), "tunnelling of Cooper pairs")


def _driving(n: Notation) -> Iterator[Term]:
    for source in n.membrane.currents:
        named = f" ({source.drive})" if source.drive else ""
        yield Term((source.name,), int(source.sign) * n.source(source.name) * flux(), f"current source{named}")
