"""The Lagrangian of a circuit's conserving elements, term by term.

    L = Σ ½C (φ̇_b)² − ½ φᵀL⁻¹φ + Σ E_J cos(φ_b/φ0) − Σ I φ_b + Σ 2e n_g φ̇,      q = ∂L/∂φ̇

φ_b of each branch holds the voltage sources and external fluxes around its loop (`branch_flux`); a capacitor before a
voltage source V_g stores ½C_g (φ̇ − V_g)². Vool & Devoret, Int. J. Circuit Theory Appl. 45, 897 (2017). Dissipators are
lines (`line_boundary`), and have none of their own.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from quspike.quantize.network import Branch
from quspike.quantize.symbols import finite_lines
from quspike.quantize.symbols.branch_flux import branch_flux, branch_velocity, flux_weights_of
from quspike.quantize.symbols.charging import capacitor, offset_charge, offsets
from quspike.quantize.symbols.coils import coil_terms
from quspike.quantize.symbols.notation import Notation
from quspike.quantize.symbols.variables import Expr, Term


def lagrangian_terms(n: Notation) -> tuple[Term, ...]:
    """Every term with its element: charging, then inductive and Josephson energies, then sources."""
    return (*_charging(n), *finite_lines.charging_terms(n, moving=True), *_offsets(n), *position_terms(n))


def position_terms(n: Notation) -> tuple[Term, ...]:
    """The terms of L that hold φ and not φ̇: −U(φ, t)."""
    coils = (Term(t.elements, -t.expression, t.meaning) for t in (*coil_terms(n), *finite_lines.potential_terms(n)))
    return (*(_with_offsets(n, t) for t in coils), *_tunnelling(n), *_driving(n))


def lagrangian(n: Notation) -> Expr:
    """L(φ, φ̇, t) [J]."""
    return sp.Add(*(term.expression for term in lagrangian_terms(n)))


def _charging(n: Notation) -> Iterator[Term]:
    branches = [b for b in n.network.of("capacitance") if b.moves]
    own = [b for b in branches if n.circuit.element(b.element).card == "JJ"]
    for branch in (*(b for b in branches if b not in own), *own):
        sources = tuple(name for name, _ in branch.sources)
        expression = capacitor(n, branch) * branch_velocity(n, branch) ** 2 / 2
        yield Term((branch.element, *sources), expression, _field(n, branch, branch in own))


def _field(n: Notation, branch: Branch, of_junction: bool) -> str:
    if branch.sources:
        sources = " and ".join(name for name, _ in branch.sources)
        return f"field energy, before the voltage source{'s' * (len(branch.sources) > 1)} {sources}"
    if of_junction:
        return "field energy of the junction"
    return "field energy of the membrane" if n.alone else "field energy of the capacitor"


def _offsets(n: Notation) -> Iterator[Term]:
    for e in n.offset_charges:
        weights = ((weight, i) for i in n.moving for name, weight in offsets(n, i) if name == e.name)
        speed = sp.Add(*(weight * n.velocity(i) for weight, i in weights))
        yield Term((e.name,), offset_charge(n, e.name) * speed, f"offset charge of node {e.nodes[0]}")


def _tunnelling(n: Notation) -> Iterator[Term]:
    for branch in n.network.of("junction"):
        if branch.moves:
            phase = branch_flux(n, branch) / n.symbols["phi_0"]
            expression = n.symbol(branch.element, "EJ") * sp.cos(phase)
            yield _with_offsets(n, Term((branch.element,), expression, "tunnelling of Cooper pairs"))


def _driving(n: Notation) -> Iterator[Term]:
    for branch in n.network.of("current"):
        if branch.moves:
            drive = n.circuit.element(branch.element).params.get("drive")
            flux = sp.Add(*(-weight * n.flux(i) for i, weight in enumerate(branch.vector) if weight))
            meaning = f"current source ({drive})" if drive else "current source"
            yield Term((branch.element,), n.source(branch.element) * flux, meaning)


def _with_offsets(n: Notation, term: Term) -> Term:
    """The same, naming the voltage sources and external fluxes in it."""
    branches = [b for name in term.elements for b in n.network.by_element.get(name, ()) if b.role in OFFSET]
    sources = dict.fromkeys(name for b in branches for name, _ in b.sources)
    fluxes = dict.fromkeys(name for b in branches for name, _ in flux_weights_of(n, b))
    return Term((*term.elements, *sources, *fluxes), term.expression, term.meaning)


OFFSET = ("inductance", "junction")
