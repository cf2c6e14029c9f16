"""The letters of one circuit: which symbol stands for which number of which element, by the field's own names.

    C  L  R  E_J  C_J  T  ω_c  Z_0  I_in(t)  V_g(t)

A letter that one element needs stands alone; else it carries the rest of the element's name (`C1`, `Cg` → C₁, C_g).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from quspike.constants import hbar, phi0
from quspike.quantize.membrane import Membrane, Params, total_capacitance

if TYPE_CHECKING:
    from quspike.circuit import Circuit

LETTERS = {"C": "C", "L": "L", "R": "R", "EJ": "E_J", "T": "T", "cutoff": "omega_c", "Z0": "Z_0", "x0": "x_0"}
LETTERS |= {"I": "I_in", "V": "V_g"}
SHARED = ("T", "omega_c")  # of all dissipators: one letter where they agree on its value
POSITIVE = ("capacitance", "inductance", "resistance", "energy", "temperature", "angular_frequency")
QUANTITIES = {"C": "capacitance", "L": "inductance", "R": "resistance", "EJ": "energy", "T": "temperature"}
QUANTITIES |= {"cutoff": "angular_frequency", "Z0": "resistance", "I": "current", "V": "voltage"}


@dataclass(frozen=True)
class Constant:
    """A number of the circuit and its letter: SI value, quantity (a name of `quspike.units`), element it belongs to.

    The value is None where it is a function of time, or follows from the others (Z_0).
    """

    name: str
    value: float | None
    quantity: str
    element: str
    key: str


@dataclass(frozen=True)
class Notation:
    """Names of a circuit's constants, and the sympy symbols that carry them."""

    circuit: Circuit
    membrane: Membrane
    constants: tuple[Constant, ...]
    names: Mapping[tuple[str, str], str] = field(repr=False)

    def name(self, element: str, key: str) -> str:
        """The letter of one number: `name("Cg", "C")` → `"C_g"`."""
        return self.names[element, key]

    def symbol(self, element: str, key: str) -> Any:
        """Its sympy symbol, real, and positive where the quantity can only be that."""
        return self.symbols[self.name(element, key)]

    @property
    def symbols(self) -> dict[str, Any]:
        """Every constant's symbol by name."""
        import sympy

        return {
            c.name: sympy.Symbol(c.name, **({"positive": True} if c.quantity in POSITIVE else {"real": True}))
            for c in self.constants
        }

    def law_symbols(self, element: str) -> dict[str, Any]:
        """The symbols of a memristor's law, by parameter."""
        symbols = self.symbols
        return {c.key: symbols[c.name] for c in self.constants if c.element == element}

    def source(self, element: str) -> Any:
        """A source as a function of time, `I_in(t)`, or its constant."""
        from quspike.quantize.variables import function, time

        (constant,) = (c for c in self.constants if c.element == element)
        return self.symbols[constant.name] if constant.value is not None else function(constant.name)(time())

    def of_memristor(self, letter: str, element: str) -> str:
        """A letter that every memristor has: `W` if the circuit has one, else `W_MEM1`."""
        return letter if len(self.membrane.memristors) == 1 else f"{letter}_{element}"

    def of_line(self, letter: str, element: str) -> str:
        """A letter that every line has: `xi` if the circuit has one, else `xi_MEM1`."""
        return letter if len(self.membrane.dissipators) == 1 else f"{letter}_{element}"


def notation(circuit: Circuit, membrane: Membrane, elements: Params) -> Notation:
    """Give every number of the circuit its letter, and no two numbers the same."""
    entries = list(_entries(circuit, membrane))
    needed = Counter(letter for letter, *_ in entries)
    shared = {letter for letter in SHARED if len({value for le, _, _, value, _ in entries if le == letter}) == 1}
    names: dict[tuple[str, str], str] = {}
    constants = {c.name: c for c in (*_total(membrane, elements), *_universal(membrane))}
    for letter, element, key, value, quantity in entries:
        if letter in shared:
            names[element, key] = letter
            constants.setdefault(letter, Constant(letter, value, quantity, element if needed[letter] == 1 else "", key))
            continue
        subscript = element if letter in SHARED else _rest(circuit, element)
        candidates = (f"{letter}_{subscript}", f"{letter}_{element}", f"{letter}_{element}_{key}")
        name = next(n for n in ((letter,) if needed[letter] == 1 else ()) + candidates if n not in constants)
        names[element, key] = name
        constants[name] = Constant(name, value, quantity, element, key)
    return Notation(circuit, membrane, tuple(constants.values()), names)


Entry = tuple[str, str, str, float | None, str]  # letter, element, key, value, quantity


def _entries(circuit: Circuit, membrane: Membrane) -> Iterator[Entry]:
    """Every number that a formula of this circuit can name, in the order of the netlist."""
    from quspike.quantize.law_formulas import has_formula

    laws = {d.name: d.law for d in membrane.memristors}
    for e in circuit.elements:
        keys = [key for key in ("C", "L", "R", "EJ", "T", "cutoff") if key in e.params]
        for key in keys:
            letter = "C_J" if (e.card, key) == ("JJ", "C") else LETTERS[key]
            yield letter, e.name, key, float(e.params[key]), QUANTITIES[key]
        if e.card in ("I", "V"):
            value = float(e.params["value"]) if "value" in e.params else None
            yield LETTERS[e.card], e.name, e.card, value, QUANTITIES[e.card]
        law = laws.get(e.name)
        if law is not None:
            yield "Z_0", e.name, "Z0", None, "resistance"
            for p in law.parameters if has_formula(law) else ():
                yield p.name, e.name, p.name, float(e.params[p.name]), p.quantity
            if has_formula(law) and float(e.params.get("x0", 0.0)) != 0.0:
                yield "x_0", e.name, "x0", float(e.params["x0"]), law.memory_quantity


def _rest(circuit: Circuit, element: str) -> str:
    """What follows the card in an element's name: `C1` → `1`, `MEM_a` → `a`; the whole name if nothing does."""
    return element.removeprefix(circuit.element(element).card).strip("_") or element


def _total(membrane: Membrane, elements: Params) -> tuple[Constant, ...]:
    if len(capacitances(membrane, elements)) == 1:
        return ()
    return (Constant("C_Sigma", float(total_capacitance(membrane, elements)), "capacitance", "", "C"),)


def capacitances(membrane: Membrane, elements: Params) -> tuple[str, ...]:
    """The elements that store charge of the node: capacitors, and junctions that have a capacitance."""
    return (*membrane.capacitors, *(name for name in membrane.junctions if "C" in elements[name]))


def _universal(membrane: Membrane) -> tuple[Constant, ...]:
    constants = [Constant("hbar", hbar, "J s", "", "")]
    if membrane.junctions:
        constants.append(Constant("phi_0", phi0, "flux", "", ""))
    return tuple(constants)
