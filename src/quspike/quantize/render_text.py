"""A quantized circuit as text: formulas in one line each, aligned, in the order in which a textbook derives them."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from quspike.quantize.line_boundary import Bath
from quspike.quantize.line_terms import boundary, closed_form, conductance
from quspike.quantize.spelling import in_text
from quspike.quantize.text_formula import TextFormula
from quspike.quantize.variables import Term
from quspike.units import format_si
from quspike.verdict import Check

if TYPE_CHECKING:
    from quspike.quantize.quantized import QuantizedCircuit

Row = Sequence[str]
FORMULA = TextFormula()
NEURON = {
    "baseband": "V = q/C is the membrane; it leaks at the rate κ",
    "resonator": "the envelope 2|⟨a⟩|V_zpf, or a quadrature, is the membrane; it leaks at the rate κ/2",
}


def document(circuit: QuantizedCircuit) -> str:
    """The whole circuit."""
    title = f"{circuit.kind.capitalize()} neuron on node {circuit.membrane.node}: {NEURON[circuit.kind]}"
    sections = [
        ("Lagrangian", _lagrangian(circuit)),
        ("Hamiltonian", _hamiltonian(circuit)),
        ("Baths", [line for bath in circuit.baths for line in _bath(circuit, bath)]),
        ("Equations of motion", _motion(circuit)),
        ("Numbers", _numbers(circuit)),
        ("Scales", _scales(circuit)),
        ("Validity", columns((c.verdict, c.name, check_value(c), c.text) for c in circuit.validity)),
    ]
    return "\n\n".join([title, *("\n".join([name, *_indented(lines)]) for name, lines in sections if lines)])


def columns(rows: Iterable[Row]) -> list[str]:
    """Rows in aligned columns."""
    rows = [list(row) for row in rows]
    count = max(map(len, rows), default=0)
    widths = [max(width(row[i]) for row in rows if len(row) > i) for i in range(count)]
    lines = ["  ".join(cell + " " * (widths[i] - width(cell)) for i, cell in enumerate(row)) for row in rows]
    return [line.rstrip() for line in lines]


def width(text: str) -> int:
    """Columns that a text takes: a dot over a letter takes none."""
    return sum(not unicodedata.combining(c) for c in text)


def check_value(check: Check) -> str:
    """A validity number with its bound."""
    return f"{check.value:.4g}" + (f" (must be ≤ {check.bound:g})" if check.bound is not None else "")


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"  {line}".rstrip() for line in lines]


def _lagrangian(c: QuantizedCircuit) -> list[str]:
    ((_, momentum),) = c.momenta.items()
    total = FORMULA.joined([t.expression for t in c.lagrangian_terms])
    sums = [("L", f"= {total}"), ("q", f"= ∂L/∂φ̇ = {FORMULA(momentum)}")]
    return [*columns(sums), "", *_terms(c.lagrangian_terms)]


def _hamiltonian(c: QuantizedCircuit) -> list[str]:
    sums = [("H_S", f"= {FORMULA.joined([t.expression for t in c.terms])}")]
    combs = [FORMULA.added(t.expression) for t in c.bath_terms]
    sums += [("" if i else "H", f"= H_S {comb}" if not i else f"      {comb}") for i, comb in enumerate(combs)]
    total = [(FORMULA(left), f"= {FORMULA(right)}") for left, right in c.definitions if left.is_Symbol]
    brackets = ",  ".join(f"[{FORMULA(a)}, {FORMULA(b)}] = iħ" for a, b in c.commutators)
    return [*columns([*sums, *total]), brackets, "", *_terms((*c.terms, *c.bath_terms))]


def _terms(terms: Sequence[Term]) -> list[str]:
    return _indented(columns((FORMULA(t.expression), " ".join(t.elements), t.meaning) for t in terms))


def _bath(c: QuantizedCircuit, bath: Bath) -> list[str]:
    n = c.notation
    of_line = [(left, right) for left, right in c.definitions if left in _letters(c, bath)]
    formulas = _defined([*of_line, *closed_form(n, bath)])
    formulas += [("J(ω)", f"= {FORMULA(bath.density)}"), ("φ_m(0)", f"= {FORMULA(bath.initial_shift)}")]
    tied = f"{bath.element}: a line tied to {FORMULA(boundary(n, bath))}, {line_facts(c, bath)}"
    counter = f"counter-term {FORMULA(bath.counter_term)}, contained in H"
    return [tied, *_indented([*columns(formulas), counter, *bath.notes])]


def _defined(pairs: Iterable[tuple[Any, Any]]) -> list[Row]:
    """A row for each right side; the further ones of a letter below its first."""
    rights: dict[Any, list[Any]] = {}
    for left, right in pairs:
        rights.setdefault(left, []).append(right)
    rows: list[Row] = []
    for left, those in rights.items():
        rows += [("" if i else FORMULA(left), f"= {FORMULA(right)}") for i, right in enumerate(those)]
    return rows


def _letters(c: QuantizedCircuit, bath: Bath) -> set[Any]:
    """The letters that belong to one line."""
    from quspike.quantize.line_terms import strength

    if bath.kind == "resistor":
        return set()
    return {boundary(c.notation, bath), strength(c.notation, bath), conductance(c.notation, bath)}


def line_facts(c: QuantizedCircuit, bath: Bath) -> str:
    """Impedance, temperature and cutoff of a line, and the range of a memristance."""
    key = "R" if bath.kind == "resistor" else "Z0"
    facts = [f"{in_text(c.notation.name(bath.element, key))} = {format_si(bath.impedance, 'resistance')}"]
    facts.append("no T given" if bath.temperature is None else f"T = {format_si(bath.temperature, 'temperature')}")
    facts.append("no cutoff" if bath.cutoff is None else f"ω_c = {format_si(bath.cutoff, 'angular_frequency')}")
    if bath.kind != "resistor":
        low, high = (1 / w if w > 0 else math.inf for w in reversed(bath.conductance))
        facts.append(f"M = {format_si(low, 'resistance')} … {format_si(high, 'resistance')}")
    return ", ".join(facts)


def _motion(c: QuantizedCircuit) -> list[str]:
    rows = [(FORMULA(e.equality.lhs), f"= {FORMULA(e.equality.rhs)}", e.meaning) for e in c.equations_of_motion]
    if c.baths:
        impedance = "R" if all(bath.kind == "resistor" for bath in c.baths) else "Z₀"
        rows.append(("S_ξξ(ω)", f"= (ħω/{impedance}) coth(ħω/2kT)", "the noise of a line, symmetrised"))
    return columns(rows)


def _numbers(c: QuantizedCircuit) -> list[str]:
    known = {constant.name: constant for constant in c.notation.constants}
    rows = []
    for name, value in c.numbers.items():
        rows.append((in_text(name), f"= {format_si(value, known[name].quantity)}", known[name].element))
    return columns(rows)


def _scales(c: QuantizedCircuit) -> list[str]:
    rows = []
    for mode in c.modes:
        rows += [("ω₀", f"= {format_si(mode.omega, 'angular_frequency')}", "frequency of the mode")]
        rows += [("Z", f"= {format_si(mode.impedance, 'resistance')}", "its impedance √(L/C)")]
        rows += [("Q", f"= {span(mode.quality, 'dimensionless')}", "ω₀/κ")]
    rows += [("κ", f"= {span(c.leak_rate, 'rate')}", "W/C over the memristance's range")]
    zero = c.zero_point
    for letter, value, quantity, meaning in (
        ("φ_zpf", zero.phi_zpf, "flux", "zero-point flux"),
        ("q_zpf", zero.q_zpf, "charge", "zero-point charge"),
        ("V_zpf", zero.v_zpf, "voltage", "zero-point voltage"),
        ("n̄", zero.occupation, "dimensionless", "thermal occupation of the mode"),
        ("(kT/C)^½", zero.thermal_voltage, "voltage", "V_rms of a classical membrane"),
    ):
        rows += [(letter, f"= {format_si(value, quantity)}", meaning)] if value is not None else []
    for letter, values, quantity in (("V_rms", zero.voltage_rms, "voltage"), ("φ_rms", zero.flux_rms, "flux")):
        rows += [(letter, f"= {span(values, quantity)}", "in equilibrium, quantum noise included")] if values else []
    return columns(rows)


def span(values: tuple[float, float], quantity: str) -> str:
    """`10 … 100 kohm`, or one value where there is one; the smaller first."""
    low, high = sorted(values)
    first, last = format_si(low, quantity), format_si(high, quantity)
    return first if first == last else f"{first} … {last}"
