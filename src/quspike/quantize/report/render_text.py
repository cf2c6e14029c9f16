"""A quantized circuit as text: formulas in one line each, aligned, in the order in which a textbook derives them."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from quspike.quantize.numbers.line_boundary import Bath
from quspike.quantize.report.abridging import PAIRS, ROWS, abridged
from quspike.quantize.report.coordinate_facts import coordinate_facts, node_fluxes
from quspike.quantize.report.render_scales import scale_rows
from quspike.quantize.report.text_formula import TextFormula
from quspike.quantize.symbols.line_terms import boundary, closed_form, conductance, impedance_key, strength
from quspike.quantize.symbols.spelling import in_text
from quspike.quantize.symbols.variables import Term
from quspike.units import format_si
from quspike.verdict import Check

if TYPE_CHECKING:
    from quspike.quantize.quantized import QuantizedCircuit

Row = Sequence[str]
SLIP = (
    "lines start at φ_{}(0), where their branches are: from any other start they would kick the circuit (initial slip)"
)
MOST = 8  # elements that are named beside a term
NEURON = {
    "baseband": "V = q/C is the membrane; it leaks at the rate κ",
    "resonator": "the envelope 2|⟨a⟩|V_zpf, or a quadrature, is the membrane; it leaks at the rate κ/2",
}


def document(circuit: QuantizedCircuit) -> str:
    """The whole circuit, the middle of very long lists left out."""
    circuit = circuit.abridged
    sections = [
        ("Coordinates", _coordinates(circuit)),
        ("Lagrangian", _lagrangian(circuit)),
        ("Hamiltonian", _hamiltonian(circuit)),
        ("Baths", _baths(circuit)),
        ("Equations of motion", _motion(circuit)),
        ("Numbers", _numbers(circuit)),
        ("Scales", columns(scale_rows(circuit))),
        ("Validity", columns((c.verdict, c.name, check_value(c), c.text) for c in circuit.validity)),
    ]
    return "\n\n".join([title(circuit), *("\n".join([name, *_indented(lines)]) for name, lines in sections if lines)])


def columns(rows: Iterable[Row]) -> list[str]:
    """Rows in aligned columns, the middle of a very long list left out."""
    front, missing, end = abridged([list(row) for row in rows], ROWS)
    rows = [*front, *end]
    count = max(map(len, rows), default=0)
    widths = [max(width(row[i]) for row in rows if len(row) > i) for i in range(count)]
    lines = ["  ".join(cell + " " * (widths[i] - width(cell)) for i, cell in enumerate(row)) for row in rows]
    gap = [f"… {missing} more of these: --format json has all of them"] if missing else []
    return [line.rstrip() for line in (*lines[: len(front)], *gap, *lines[len(front) :])]


def width(text: str) -> int:
    """Columns that a text takes: a dot over a letter takes none."""
    return sum(not unicodedata.combining(c) for c in text)


def check_value(check: Check) -> str:
    """A validity number with its bound."""
    return f"{check.value:.4g}" + (f" (must be ≤ {check.bound:g})" if check.bound is not None else "")


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"  {line}".rstrip() for line in lines]


def title(c: QuantizedCircuit) -> str:
    """Which neuron it is, or how many coordinates."""
    if c.membrane is not None:
        return f"{c.kind.capitalize()} neuron on node {c.membrane.node}: {NEURON[c.kind]}"
    count = len(c.coordinates)
    return f"Circuit of {count} coordinate{'s' * (count > 1)}: {listed([x.name for x in c.coordinates])}"


def listed(parts: Sequence[str], separator: str = ", ") -> str:
    """Parts one after the other, the middle of very many left out."""
    front, missing, end = abridged(parts, PAIRS)
    return separator.join([*front, *(["…"] if missing else []), *end])


def formula_of(c: QuantizedCircuit) -> TextFormula:
    """The dialect, knowing the circuit's variables."""
    return TextFormula(c.notation.variables)


def _coordinates(c: QuantizedCircuit) -> list[str]:
    """Letters and kinds; nothing for a membrane, whose title says it."""
    if c.membrane is not None:
        return []
    write = formula_of(c)
    rows = []
    for fact in coordinate_facts(c.notation):
        named = write(fact.letter)
        same = fact.letter == fact.nodes or c.notation.alone
        rows.append((named if same else f"{named} = {write(fact.nodes)}", fact.kind, fact.meaning))
    held = [(write(node.letter), "node", f"= {write(node.coordinates)}") for node in node_fluxes(c.notation)]
    return columns([*rows, *held])


def _lagrangian(c: QuantizedCircuit) -> list[str]:
    write = formula_of(c)
    sums = [("L", f"= {write.joined([t.expression for t in c.lagrangian_terms])}")]
    for charge, momentum in c.momenta.items():
        speed = write.symbol(charge.name.replace("q", "phidot", 1))
        sums.append((write(charge), f"= ∂L/∂{speed} = {write(momentum)}"))
    return [*columns(sums), "", *_terms(c, c.lagrangian_terms)]


def _hamiltonian(c: QuantizedCircuit) -> list[str]:
    write = formula_of(c)
    sums = [("H_S", f"= {write.joined([t.expression for t in c.terms])}")]
    combs = [write.added(t.expression) for t in c.bath_terms]
    sums += [("" if i else "H", f"= H_S {comb}" if not i else f"      {comb}") for i, comb in enumerate(combs)]
    lines = {left for bath in c.baths for left in _letters(c, bath)}
    total = [(write(left), f"= {write(right)}") for left, right in c.definitions if left not in lines]
    brackets = listed([f"[{write(a)}, {write(b)}] = iħ" for a, b in c.commutators], ",  ")
    return [*columns([*sums, *total]), *c.notes, brackets, "", *_terms(c, (*c.terms, *c.bath_terms))]


def _terms(c: QuantizedCircuit, terms: Sequence[Term]) -> list[str]:
    write = formula_of(c)
    return _indented(columns((write(t.expression), shortened(t.elements), t.meaning) for t in terms))


def shortened(elements: Sequence[str]) -> str:
    """The elements of a term; the first of them, and how many more, where they are many."""
    shown = " ".join(elements[:MOST])
    return shown if len(elements) <= MOST else f"{shown} and {len(elements) - MOST} more"


def _baths(c: QuantizedCircuit) -> list[str]:
    """Each line; of several coordinates also why lines start where they do."""
    lines = [line for bath in c.baths for line in _bath(c, bath)]
    return [*lines, SLIP.format(c.notation.mode_index)] if lines and c.membrane is None else lines


def _bath(c: QuantizedCircuit, bath: Bath) -> list[str]:
    n, write = c.notation, formula_of(c)
    of_line = [(left, right) for left, right in c.definitions if left in _letters(c, bath)]
    formulas = _defined(write, [*of_line, *closed_form(n, bath)])
    start = f"φ_{n.mode_index}(0)"
    formulas += [("J(ω)", f"= {write(bath.density)}"), (start, f"= {write(bath.initial_shift)}")]
    tied = f"{bath.element}: a line tied to {write(boundary(n, bath))}, {line_facts(c, bath)}"
    counter = f"counter-term {write(bath.counter_term)}, contained in H"
    return [tied, *_indented([*columns(formulas), counter, *bath.notes])]


def _defined(write: TextFormula, pairs: Iterable[tuple[Any, Any]]) -> list[Row]:
    """A row for each right side; the further ones of a letter below its first."""
    rights: dict[Any, list[Any]] = {}
    for left, right in pairs:
        rights.setdefault(left, []).append(right)
    rows: list[Row] = []
    for left, those in rights.items():
        rows += [("" if i else write(left), f"= {write(right)}") for i, right in enumerate(those)]
    return rows


def _letters(c: QuantizedCircuit, bath: Bath) -> set[Any]:
    """The letters that belong to one line."""
    if bath.linear:
        return set()
    return {boundary(c.notation, bath), strength(c.notation, bath), conductance(c.notation, bath)}


def line_facts(c: QuantizedCircuit, bath: Bath) -> str:
    """Impedance, temperature and cutoff of a line, and the range of a memristance."""
    if bath.kind == "table":
        facts = [f"Y(ω) from {c.circuit.element(bath.element).params['file']}"]
    else:
        letter = in_text(c.notation.name(bath.element, impedance_key(c.notation, bath)))
        facts = [f"{letter} = {format_si(bath.impedance, 'resistance')}"]
    facts.append("no T given" if bath.temperature is None else f"T = {format_si(bath.temperature, 'temperature')}")
    if bath.kind != "table":
        facts.append("no cutoff" if bath.cutoff is None else f"ω_c = {format_si(bath.cutoff, 'angular_frequency')}")
    if not bath.linear:
        low, high = (1 / w if w > 0 else math.inf for w in reversed(bath.conductance))
        facts.append(f"M = {format_si(low, 'resistance')} … {format_si(high, 'resistance')}")
    return ", ".join(facts)


def _motion(c: QuantizedCircuit) -> list[str]:
    write = formula_of(c)
    rows = [(write(e.equality.lhs), f"= {write(e.equality.rhs)}", e.meaning) for e in c.equations_of_motion]
    if c.baths:
        lines = [bath for bath in c.baths if bath.kind != "table"]
        letters = {in_text(c.notation.name(bath.element, impedance_key(c.notation, bath))) for bath in lines}
        impedance = letters.pop() if len(letters) == 1 else "Z"
        size = [f"(ħω/{impedance})"] if lines else []
        of_each = " of impedance Z" if impedance == "Z" else ""
        size += ["ħω Re Y(ω)"] if len(lines) < len(c.baths) else []
        rows += [("S_ξξ(ω)", f"= {own} coth(ħω/2kT)", f"the noise of a line{of_each}, symmetrised") for own in size]
    return columns(rows)


def _numbers(c: QuantizedCircuit) -> list[str]:
    known = {constant.name: constant for constant in c.notation.constants}
    rows = []
    for name, value in c.numbers.items():
        number = squared(format_si(value, known[name].quantity))
        rows.append((in_text(name), f"= {number}", known[name].element or shared_by(c, name)))
    return columns(rows)


def squared(number: str) -> str:
    """`6.5e-30 F²`: of units, as people write them."""
    return number.replace("F2", "F²").replace("m2", "m²")


def shared_by(c: QuantizedCircuit, letter: str) -> str:
    """The elements that one letter is a number of, where there are several."""
    elements = {e.name for e in c.circuit.elements}
    return shortened([slot[0] for slot, name in c.notation.names.items() if name == letter and slot[0] in elements])
