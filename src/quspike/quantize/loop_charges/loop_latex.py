"""A circuit in loop charges as LaTeX: displays for a paper, and the Hamiltonian that a notebook typesets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quspike.quantize.loop_charges.loop_text import quantities_of
from quspike.quantize.report.latex_formula import LatexFormula
from quspike.quantize.report.render_latex import Row, aligned, quantity

if TYPE_CHECKING:
    from quspike.quantize.loop_charges.quantized_loops import QuantizedLoops


def document(c: QuantizedLoops) -> str:
    """Displays for amsmath, a comment before each."""
    sections = [
        ("Lagrangian", lagrangian(c)),
        ("Hamiltonian", [*energies(c), *commutators(c)]),
        ("\n% ".join(["what the letters stand for", *c.notes]), definitions(c)),
        ("equations of motion", motion(c)),
        ("numbers", numbers(c)),
    ]
    return "\n".join(f"% {title}\n{aligned(rows)}" for title, rows in sections if rows)


def typeset(c: QuantizedLoops) -> str:
    """The Hamiltonian with its lines, commutators and what its letters stand for, in displays."""
    rows = [*([row] for row in energies(c)), commutators(c), *([row] for row in definitions(c))]
    lines = (r",\quad ".join(f"{left} = {right}" for left, right in row) for row in rows if row)
    return "\n\n".join(f"$$\n{line}\n$$" for line in lines)


def _dialect(c: QuantizedLoops, hats: bool) -> LatexFormula:
    return LatexFormula(hats=hats, variables=c.formulas.letters.variables)


def lagrangian(c: QuantizedLoops) -> list[Row]:
    """L and Φ = ∂L/∂Q̇."""
    write = _dialect(c, hats=False)
    rows = [(r"\mathcal{L}", write.joined([t.expression for t in c.lagrangian_terms]))]
    for flux, momentum in c.momenta.items():
        speed = write.symbol(flux.name.replace("Phi", "Qdot", 1))
        rows.append((write(flux), rf"\frac{{\partial \mathcal{{L}}}}{{\partial {speed}}} = {write(momentum)}"))
    return rows


def energies(c: QuantizedLoops) -> list[Row]:
    """H_S, and H with the lines."""
    write = _dialect(c, hats=True)
    rows = [(r"\hat{H}_{\mathrm{S}}", write.joined([t.expression for t in c.terms]))]
    if c.bath_terms:
        combs = write.joined([t.expression for t in c.bath_terms])
        rows.append((r"\hat{H}", rf"\hat{{H}}_{{\mathrm{{S}}}} + {combs}"))
    return rows


def commutators(c: QuantizedLoops) -> list[Row]:
    """[Q, Φ] = iħ."""
    write = _dialect(c, hats=True)
    return [(f"[{write(a)}, {write(b)}]", r"i\hbar") for a, b in c.commutators]


def definitions(c: QuantizedLoops) -> list[Row]:
    """Charges that follow others, F, M and λ."""
    write = _dialect(c, hats=False)
    return [write.equation(left, right) for left, right in c.definitions]


def motion(c: QuantizedLoops) -> list[Row]:
    """Currents, and Kirchhoff's voltage law."""
    write = _dialect(c, hats=True)
    return [write.equation(e.equality.lhs, e.equality.rhs) for e in c.equations_of_motion]


def numbers(c: QuantizedLoops) -> list[Row]:
    """Every constant with its unit."""
    write, known = _dialect(c, hats=False), quantities_of(c)
    return [(write(symbol), quantity(value, known.get(symbol, ("1/H", ""))[0])) for symbol, value in c.values.items()]
