"""What the letters of a circuit stand for: pairs (letter, expression), in letters that stand for nothing else or for
a pair that is there too; where a junction ends at a node without capacitance, of the letter itself as well."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from quspike.quantize.network import natural
from quspike.quantize.numbers.line_boundary import Bath
from quspike.quantize.symbols import charging, line_terms
from quspike.quantize.symbols.capacitance_blocks import coil_groups
from quspike.quantize.symbols.charging import charging_definitions
from quspike.quantize.symbols.flux_terms import flux_definitions
from quspike.quantize.symbols.frozen import implicit, relations
from quspike.quantize.symbols.notation import Notation
from quspike.quantize.symbols.variables import Expr, named

FAST = (
    "{} is an implicit function, which is the classical limit: a stray capacitance there, however small, has a "
    "zero-point energy ½ħω of its own that shifts levels"
)


def definitions(n: Notation, baths: tuple[Bath, ...]) -> tuple[tuple[Expr, Expr], ...]:
    """Lines first speak of φ, then φ of those that follow others, shares of fluxes, and sums of capacitances."""
    lines = (pair for bath in baths for pair in line_terms.definitions(n, bath))
    return (*charging_definitions(n), *_pairs_of_electrons(n), *relations(n), *flux_definitions(n), *lines)


def _phi(n: Notation, i: int) -> str:
    return f"φ of {n.network.coordinates[i].name}"


def _pairs_of_electrons(n: Notation) -> Iterator[tuple[Expr, Expr]]:
    """`n = q/2e` of each periodic coordinate: a whole number."""
    for i in map(int, n.network.indices("periodic")):
        number = sp.Symbol(named("n", n.subscripts[i]), integer=True)
        yield number, n.charge(i) / (2 * n.symbols["e"])


def notes(n: Notation) -> tuple[str, ...]:
    """Of letters that have no formula, entries of an inverse matrix, and of elements that move nothing."""
    slots = {slot[0] for slot in n.names}
    found = []
    if "Cinv" in slots:
        found.append("C⁻¹ is the inverse of the matrix C: C_Σ on its diagonal, zero where there is no letter")
    found += [charging.summed_note(n, block) for block in n.blocks if n.sums(block)]
    found += [FAST.format(_phi(n, i)) for i in implicit(n)]
    if "Linv" in slots:
        found.append("L⁻¹ is the inverse of the matrix of the inductances L, with M = k √(L L) between coupled ones")
    coupled = {name for group in coil_groups(n.network) if len(group) > 1 for name in group}
    still = sorted({b.element for b in n.network.branches if not b.moves} - coupled, key=natural)
    if still:
        found.append(f"{', '.join(still)} between held nodes: no part of the dynamics")
    return tuple(found)
