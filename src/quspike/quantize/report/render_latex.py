"""A quantized circuit in LaTeX: displays for a paper (`to_latex`), and the Hamiltonian that a notebook typesets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from quspike.quantize.report.abridging import PAIRS, ROWS, abridged
from quspike.quantize.report.coordinate_facts import coordinate_facts, node_fluxes
from quspike.quantize.report.latex_formula import LatexFormula
from quspike.quantize.symbols.line_terms import closed_form
from quspike.quantize.symbols.spelling import escaped, in_latex
from quspike.units import format_si

if TYPE_CHECKING:
    from quspike.quantize.quantized import QuantizedCircuit

UNITS = {"ohm": r"\Omega", "µ": r"\mu ", "rad/s": "rad/s", "F2": "F^2", "m2": "m^2"}
Row = tuple[str, str]  # left and right side
SUMMED = frozenset(f"{letter}_{index}" for letter in "qQ" for index in "ijklnr")  # charges in sums over coordinates
WIDE = 8  # formulas side by side in a notebook


def document(circuit: QuantizedCircuit) -> str:
    """Displays for amsmath, a comment before each, the middle of very long lists left out."""
    circuit = circuit.abridged
    sections = [
        ("coordinates", coordinates(circuit)),
        ("Lagrangian", lagrangian(circuit)),
        ("Hamiltonian", [*energies(circuit), *commutators(circuit)]),
        ("\n% ".join(["what the letters stand for", *circuit.notes]), definitions(circuit)),
        ("spectral densities of the lines", densities(circuit)),
        ("equations of motion", motion(circuit)),
        ("numbers", numbers(circuit)),
    ]
    return "\n".join(f"% {title}\n{aligned(rows)}" for title, rows in sections if rows)


def typeset_hamiltonian(circuit: QuantizedCircuit) -> str:
    """The Hamiltonian, its commutators and what its letters stand for, in displays: what a notebook shows."""
    circuit = circuit.abridged
    letters: list[Row] = []
    functions: list[Row] = []
    for pair in _pairs(circuit):
        (letters if pair[0].is_Symbol else functions).append(classical(circuit).equation(*pair))
    formulas = [*([row] for row in energies(circuit)), commutators(circuit), *([row] for row in functions), letters]
    wide = WIDE if circuit.membrane is None else None
    displays = [part for rows in formulas for part in _parts(rows, wide)]
    lines = (r",\quad ".join(f"{left} = {right}" for left, right in rows) for rows in displays if rows)
    return "\n\n".join(f"$$\n{line}\n$$" for line in lines)


def _parts(rows: list[Row], wide: int | None) -> Iterator[list[Row]]:
    """Displays of so many formulas side by side."""
    size = wide or max(len(rows), 1)
    return (rows[i : i + size] for i in range(0, len(rows), size))


def aligned(rows: Iterable[Row]) -> str:
    """Equations under each other."""
    front, missing, end = abridged(list(rows), ROWS)
    lines = [[f"  {left} &= {right}" for left, right in part] for part in (front, end)]
    gap = [rf"  &\;\;\vdots\quad\text{{{missing} more}}"] if missing else []
    body = " \\\\\n".join([*lines[0], *gap, *lines[1]])
    return f"\\begin{{align*}}\n{body}\n\\end{{align*}}"


def classical(c: QuantizedCircuit) -> LatexFormula:
    """The dialect without hats."""
    return LatexFormula(hats=False, variables=c.notation.variables)


def quantum(c: QuantizedCircuit) -> LatexFormula:
    """The dialect with hats on operators."""
    return LatexFormula(hats=True, variables=c.notation.variables | SUMMED)


def coordinates(c: QuantizedCircuit) -> list[Row]:
    """What each coordinate is of the nodes, and each node that is none of the coordinates; nothing for a membrane."""
    if c.membrane is not None or c.notation.alone:
        return []
    facts = [(f.letter, f.nodes) for f in coordinate_facts(c.notation) if f.letter != f.nodes]
    return [classical(c).equation(*pair) for pair in (*facts, *node_fluxes(c.notation))]


def lagrangian(c: QuantizedCircuit) -> list[Row]:
    """L and q = ∂L/∂φ̇."""
    write = classical(c)
    rows = [(r"\mathcal{L}", write.joined([t.expression for t in c.lagrangian_terms]))]
    for charge, momentum in c.momenta.items():
        speed = write.symbol(charge.name.replace("q", "phidot", 1))
        rows.append((write(charge), rf"\frac{{\partial \mathcal{{L}}}}{{\partial {speed}}} = {write(momentum)}"))
    return rows


def energies(c: QuantizedCircuit) -> list[Row]:
    """H_S, and H with the lines."""
    write = quantum(c)
    rows = [(r"\hat{H}_{\mathrm{S}}", write.joined([t.expression for t in c.terms]))]
    if c.bath_terms:
        combs = write.joined([t.expression for t in c.bath_terms])
        rows.append((r"\hat{H}", rf"\hat{{H}}_{{\mathrm{{S}}}} + {combs}"))
    return rows


def commutators(c: QuantizedCircuit) -> list[Row]:
    """[φ, q] = iħ, the lines' oscillators included."""
    write = quantum(c)
    front, missing, end = abridged(list(c.commutators), PAIRS)
    return [(f"[{write(a)}, {write(b)}]", r"i\hbar" + r",\;\dots" * bool(missing and (a, b) == front[-1]))
            for a, b in (*front, *end)]  # fmt: skip


def definitions(c: QuantizedCircuit) -> list[Row]:
    """C_Σ, F, W, λ; and F in closed form where the law has one."""
    write = classical(c)
    return [write.equation(left, right) for left, right in _pairs(c)]


def _pairs(c: QuantizedCircuit) -> list[tuple[Any, Any]]:
    return [*c.definitions, *(pair for bath in c.baths for pair in closed_form(c.notation, bath))]


def densities(c: QuantizedCircuit) -> list[Row]:
    """J(ω) of each line."""
    one, write = len(c.baths) == 1, classical(c)
    names = ["J" if one else rf"J_{{\mathrm{{{escaped(bath.element)}}}}}" for bath in c.baths]
    return [(f"{name}(\\omega)", write(bath.density)) for name, bath in zip(names, c.baths, strict=True)]


def motion(c: QuantizedCircuit) -> list[Row]:
    """Heisenberg–Langevin equations."""
    write = quantum(c)
    return [write.equation(e.equality.lhs, e.equality.rhs) for e in c.equations_of_motion]


def numbers(c: QuantizedCircuit) -> list[Row]:
    """Every constant with its unit."""
    quantities = {constant.name: constant.quantity for constant in c.notation.constants}
    return [(in_latex(name), quantity(value, quantities[name])) for name, value in c.numbers.items()]


def quantity(value: float, kind: str) -> str:
    """`100\\,\\mathrm{fF}`, `10^{12}\\,\\mathrm{rad/s}`."""
    text = format_si(value, kind)
    number, _, unit = (text if " " in text else text.replace("/", " 1/")).partition(" ")
    mantissa, e, power = number.partition("e")
    if e:
        ten = f"10^{{{int(power)}}}"
        number = ten if mantissa == "1" else rf"{mantissa} \cdot {ten}"
    for plain, tex in UNITS.items():
        unit = unit.replace(plain, tex)
    return rf"{number}\,\mathrm{{{unit}}}" if unit else number


def every_formula(c: QuantizedCircuit) -> list[str]:
    """Each equation by itself, `left = right`."""
    groups: tuple[Any, ...] = (coordinates, lagrangian, energies, commutators, definitions, densities, motion, numbers)
    return [f"{left} = {right}" for group in groups for left, right in group(c)]
