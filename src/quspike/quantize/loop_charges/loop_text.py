"""A circuit in loop charges as text, and the numbers behind its letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from quspike.quantize.loop_charges.loop_matrices import loop_matrices
from quspike.quantize.loop_charges.loops import Kind
from quspike.quantize.membrane import element_params
from quspike.quantize.report.render_text import columns, listed, shortened, squared
from quspike.quantize.report.text_formula import TextFormula
from quspike.units import format_si

if TYPE_CHECKING:
    from quspike.quantize.loop_charges.loop_baths import LoopBath
    from quspike.quantize.loop_charges.quantized_loops import QuantizedLoops
    from quspike.quantize.symbols.variables import Term

Row = Sequence[str]
MEANING: dict[Kind, str] = {
    "extended": "inductors and capacitors see it",
    "baseband": "no capacitor sees it",
    "free": "inductors alone: its flux is conserved",
    "frozen": "capacitors alone: it follows the others",
    "massless": "no inductor sees it: it has no conjugate flux",
}
TIED = {"resistor": "the charge", "charge": "a function of the charge", "mean_field": "a coupling that moves in time"}


def values_of(c: QuantizedLoops) -> dict[Any, float]:
    """SI value by symbol."""
    found = dict(c.formulas.letters.numbers)
    found |= {c.formulas.letters(b.element, "Z0"): b.impedance for b in c.baths if b.kind != "resistor"}
    for block in c.formulas.blocks:
        letters = c.formulas.inverse_inductance(block)
        places = [int(np.flatnonzero(c.matrices.kept == i)[0]) for i in block]
        numbers = np.linalg.inv(loop_matrices(c.network, element_params(c.circuit)).inductance[np.ix_(places, places)])
        found |= {letters[a, b]: numbers[a, b] for a, b in np.ndindex(*numbers.shape) if letters[a, b].is_Symbol}
    return found


def quantities_of(c: QuantizedLoops) -> dict[Any, tuple[str, str]]:
    """Quantity and element of each symbol that has a value."""
    letters = c.formulas.letters
    return {letters(element, key): (quantity, element) for (element, key), quantity in letters.quantities.items()}


def numbers_of(c: QuantizedLoops) -> Iterator[tuple[Any, str, str]]:
    """Symbol, value with its unit, element."""
    known = quantities_of(c)
    for symbol, value in c.values.items():
        quantity, element = known.get(symbol, ("1/H", ""))
        yield symbol, squared(format_si(value, quantity)), element


def document(c: QuantizedLoops) -> str:
    """Loops, Lagrangian, Hamiltonian, lines, equations of motion and modes."""
    write = TextFormula(c.formulas.letters.variables)
    sections = [
        ("Loops", _loops(c, write)),
        ("Lagrangian", list(_lagrangian(c, write))),
        ("Hamiltonian", list(_hamiltonian(c, write))),
        ("Baths", columns(_bath(b) for b in c.baths)),
        ("Equations of motion", _motion(c, write)),
        ("Numbers", columns((write(symbol), f"= {value}", element) for symbol, value, element in numbers_of(c))),
        ("Modes", columns((f"ω = {w.real:.6g} − {abs(w.imag):.4g}i rad/s",) for w in c.modes)),
    ]
    title = f"Circuit of {len(c.loops)} loop{'s' * (len(c.loops) > 1)}: {listed(c.network.names)}"
    parts = ["\n".join([name, *(f"  {line}".rstrip() for line in lines)]) for name, lines in sections if lines]
    return "\n\n".join([title, *parts])


def _loops(c: QuantizedLoops, write: TextFormula) -> list[str]:
    return columns((write(c.formulas.letters.charge(i)), x.kind, MEANING[x.kind]) for i, x in enumerate(c.loops))


def _lagrangian(c: QuantizedLoops, write: TextFormula) -> Iterator[str]:
    yield from _sum("L", c.lagrangian_terms, write)
    yield from _rows(c.momenta.items(), write)
    yield ""
    yield from _terms(c.lagrangian_terms, write)


def _sum(letter: str, terms: Sequence[Term], write: TextFormula) -> list[str]:
    return [f"{letter} = {write.joined([t.expression for t in terms])}"]


def _rows(pairs: Any, write: TextFormula) -> list[str]:
    return columns((write(left), f"= {write(right)}") for left, right in pairs)


def _terms(terms: Sequence[Term], write: TextFormula) -> list[str]:
    return columns((write(t.expression), shortened(t.elements), t.meaning) for t in terms)


def _hamiltonian(c: QuantizedLoops, write: TextFormula) -> Iterator[str]:
    yield from _sum("H_S", c.terms, write)
    for i, term in enumerate(c.bath_terms):
        yield f"{'H   = H_S' if not i else '         '} {write.added(term.expression)}"
    yield from _rows(c.definitions, write)
    yield from c.notes
    yield listed([f"[{write(q)}, {write(phi)}] = iħ" for q, phi in c.commutators], ",  ")
    yield ""
    yield from _terms((*c.terms, *c.bath_terms), write)


def _bath(b: LoopBath) -> Row:
    kelvin = "no T given" if b.temperature is None else f"T = {format_si(b.temperature, 'temperature')}"
    ohm = f"Z₀ = {format_si(b.impedance, 'resistance')}"
    return f"{b.element}: a line tied to {TIED[b.kind]}", ohm, kelvin, "J(ω) = ω Z₀"


def _motion(c: QuantizedLoops, write: TextFormula) -> list[str]:
    rows = [(write(e.equality.lhs), f"= {write(e.equality.rhs)}", e.meaning) for e in c.equations_of_motion]
    if c.baths:
        rows.append(("S_ee(ω)", "= ħω Z₀ coth(ħω/2kT)", "the noise of a line, symmetrised"))
    return columns(rows)
