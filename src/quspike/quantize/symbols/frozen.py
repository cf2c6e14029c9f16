"""Coordinates without a charge: `∂L/∂φ_x = 0` makes them functions of the others.

Inductors alone hold φ_x where their currents balance, `φ_x = (Σ φ_a/L_a + I …)/(Σ 1/L_a)`: exact, whatever the sources
do, and H keeps its value, and its slope in every other coordinate, when the relation is put in. A junction adds its
current, `φ_x = (Σ φ_a/L_a + I … − (E_J/φ0) sin(φ_x/φ0))/(Σ 1/L_a)`: φ_x is an implicit function, of one value where
`constraint` lets the circuit pass. Where a dissipator acts, the lines decide, and the relation is an equation of motion
of first order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sympy as sp

from quspike.circuit.connected import Connected
from quspike.quantize.symbols.lagrangian import position_terms
from quspike.quantize.symbols.notation import Notation
from quspike.quantize.symbols.variables import Expr

LONGEST = 40  # operations in equations that are solved together; longer ones are left as they are, each for one


def following(n: Notation) -> tuple[int, ...]:
    """The frozen coordinates that inductors and current sources alone act on."""
    return tuple(map(int, n.network.followers))


def held_by_lines(n: Notation) -> tuple[int, ...]:
    """The frozen coordinates that dissipators act on."""
    return tuple(i for i in map(int, n.network.indices("frozen")) if i not in following(n))


def implicit(n: Notation) -> tuple[int, ...]:
    """Those of them that junctions act on too: implicit functions of the others."""
    moved = n.network.incidence("junction")
    return tuple(i for i in following(n) if moved[i].any())


def relations(n: Notation) -> tuple[tuple[Expr, Expr], ...]:
    """`φ_x = …` for each coordinate that follows; on the right of an implicit function it stands itself."""
    if not following(n):
        return ()
    potential, bent = [term.expression for term in position_terms(n)], implicit(n)
    straight = [i for i in following(n) if i not in bent]
    solved = (pair for group in _groups(n, straight, potential) for pair in _solved(n, group, potential))
    return (*solved, *((n.flux(i), _balance(n, i, potential)) for i in bent))


def _balance(n: Notation, i: int, potential: Sequence[Expr]) -> Expr:
    """`φ_x − (∂U/∂φ_x)/(Σ 1/L)`, each junction's current by itself."""
    letter, variables = n.flux(i), [n.flux(k) for k in range(n.network.size)]
    own = [term for term in potential if term.has(letter)]
    coils = sp.Add(*(term for term in own if not term.has(sp.cos)))
    stiffness = sp.diff(coils, letter, 2)
    currents = (sp.diff(term, letter) / stiffness for term in own if term.has(sp.cos))
    straight = tidy(letter - sp.diff(coils, letter) / stiffness, variables)
    return straight - sp.Add(*(_tidy_current(current) for current in currents))


def _tidy_current(current: Expr) -> Expr:
    """A factor as one fraction, before the sine."""
    (sine,) = current.atoms(sp.sin)
    above, below = sp.fraction(tidy(current / sine))
    return above / sp.factor_terms(below) * sine


def _groups(n: Notation, members: Sequence[int], potential: Sequence[Expr]) -> Iterator[tuple[int, ...]]:
    """The sets that stand in one term of the potential, to be solved together."""
    letters = {n.flux(i): i for i in members}
    joined = Connected()
    for term in potential:
        joined.join(tuple(str(letters[s]) for s in sorted(term.free_symbols & set(letters), key=str)) or ("",))
    found: dict[str, list[int]] = {}
    for i in members:
        found.setdefault(joined.root(str(i)), []).append(i)
    return (tuple(group) for group in found.values())


def _solved(n: Notation, group: tuple[int, ...], potential: Sequence[Expr]) -> Iterator[tuple[Expr, Expr]]:
    letters = [n.flux(i) for i in group]
    own = [term for term in potential if term.free_symbols & set(letters)]
    forces = [sp.Add(*(sp.diff(term, letter) for term in own)) for letter in letters]
    matrix = sp.Matrix([[sp.diff(force, letter) for letter in letters] for force in forces])
    if len(group) == 1 or sum(entry.count_ops() for entry in matrix) < LONGEST:
        rest = sp.Matrix([force.xreplace(dict.fromkeys(letters, sp.Integer(0))) for force in forces])
        solution = matrix.LUsolve(-rest)
    else:
        found = zip(letters, forces, matrix.diagonal(), strict=True)
        solution = [letter - force / own for letter, force, own in found]
    variables = [n.flux(i) for i in range(n.network.size)]
    yield from ((letter, tidy(value, variables)) for letter, value in zip(letters, solution, strict=True))


def tidy(expression: Expr, variables: Sequence[Expr] = ()) -> Expr:
    """One fraction of polynomials, without common factors, its sign in front, sorted by the variables."""
    above, below = sp.fraction(sp.cancel(sp.together(expression)))
    if _all_negative(below):
        above, below = -above, -below
    if variables:
        above = sp.collect(above, [v for v in variables if above.has(v)])
    return signed(above, below)


def signed(above: Expr, below: Expr) -> Expr:
    """`above/below`, a minus that all terms above share in front."""
    return -(-above / below) if _all_negative(above) else above / below


def _all_negative(expression: Expr) -> bool:
    return all(term.could_extract_minus_sign() for term in sp.Add.make_args(expression))
