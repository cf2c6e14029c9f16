"""The letters of a circuit in loop charges: Q and Φ of each loop, and one for every number of an element.

A letter that one element needs stands alone; else it carries the rest of the element's name (`L1` → L₁). So do Q and Φ:
those of several loops carry the name of the branch that closes the loop.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import sympy as sp

from quspike.circuit import Circuit, Element, law_of
from quspike.quantize.loop_charges.loops import LoopBranch, LoopNetwork
from quspike.quantize.network import natural
from quspike.quantize.symbols.variables import Expr, function, time

NUMBERS = {"C": "C", "L": "L", "R": "R", "Z0": "Z_0", "cutoff": "omega_c", "k": "k", "M": "M"}
QUANTITIES = {"C": "capacitance", "L": "inductance", "R": "resistance", "Z0": "resistance", "M": "H"}
QUANTITIES |= {"cutoff": "angular_frequency", "k": "dimensionless"}
BY_CARD = {"C": ("C",), "L": ("L",), "R": ("R", "cutoff"), "TL": ("Z0", "cutoff"), "K": ("k", "M")}


@dataclass(frozen=True)
class Letters:
    """Symbols by element and key, and those of the loops."""

    network: LoopNetwork
    names: Mapping[tuple[str, str], str]
    values: Mapping[tuple[str, str], float]
    quantities: Mapping[tuple[str, str], str]

    def __call__(self, element: str, key: str) -> Expr:
        """The symbol of one number, positive but for couplings and sources."""
        name = self.names[element, key]
        return sp.Symbol(name, **({"real": True} if key in ("k", "M", "value", "x0") else {"positive": True}))

    @property
    def numbers(self) -> dict[Expr, float]:
        """SI value by symbol."""
        return {self(element, key): value for (element, key), value in self.values.items()}

    @cached_property
    def subscripts(self) -> tuple[str, ...]:
        """What the letters of each loop carry."""
        return ("",) if self.network.size == 1 else tuple("_" + name.replace(".", "_") for name in self.network.names)

    def charge(self, i: int) -> Expr:
        """Q of a loop."""
        return sp.Symbol(f"Q{self.subscripts[i]}", real=True)

    def speed(self, i: int) -> Expr:
        """Q̇, a variable of the Lagrangian."""
        return sp.Symbol(f"Qdot{self.subscripts[i]}", real=True)

    def flux(self, i: int) -> Expr:
        """Φ = ∂L/∂Q̇."""
        return sp.Symbol(f"Phi{self.subscripts[i]}", real=True)

    def in_time(self, letter: Expr) -> Expr:
        """Q(t) or Φ(t) of that symbol."""
        return function(letter.name)(time())

    def source(self, element: str) -> Expr:
        """The voltage of a source, V_in(t) or a constant."""
        name = self.names[element, "value"]
        return self(element, "value") if (element, "value") in self.values else function(name)(time())

    def source_charge(self, element: str) -> Expr:
        """`∫I dt` of a current source."""
        if (element, "value") in self.values:
            return self(element, "value") * time()
        return function(self.names[element, "value"].replace("I", "Q", 1))(time())

    def through(self, branch: LoopBranch) -> Expr:
        """q_b, the charge through a branch from n+ to n−."""
        loops = sp.Add(*(weight * self.charge(i) for i, weight in enumerate(branch.vector)))
        return loops + sp.Add(*(sign * self.source_charge(name) for name, sign in branch.sources))

    def current(self, branch: LoopBranch) -> Expr:
        """q̇_b with Q̇ as variables."""
        loops = sp.Add(*(weight * self.speed(i) for i, weight in enumerate(branch.vector)))
        return loops + sp.Add(*(sign * sp.diff(self.source_charge(name), time()) for name, sign in branch.sources))

    @property
    def variables(self) -> frozenset[str]:
        """The names of the circuit's own variables."""
        return frozenset(f"{v}{sub}" for v in ("Q", "Qdot", "Phi") for sub in self.subscripts)


def letters_of(network: LoopNetwork) -> Letters:
    """Every number of the circuit with its letter."""
    entries = list(_entries(network.circuit))
    needed = Counter(letter for letter, *_ in entries)
    names: dict[tuple[str, str], str] = {}
    values: dict[tuple[str, str], float] = {}
    quantities = {(element.name, key): quantity for _, element, key, _, quantity in entries}
    for letter, element, key, value, _ in entries:
        rest = element.name.removeprefix(element.card).strip("_") or element.name
        longer = (f"{letter}_{rest}", f"{letter}_{element.name}", f"{letter}_{element.name}_{key}")
        candidates = (letter, *longer) if needed[letter] == 1 else longer
        names[element.name, key] = next(c for c in candidates if c not in names.values())
        if value is not None:
            values[element.name, key] = value
    return Letters(network, names, values, quantities)


Entry = tuple[str, Element, str, float | None, str]  # letter, element, key, value, quantity


def _entries(circuit: Circuit) -> Iterator[Entry]:
    for e in sorted(circuit.elements, key=lambda e: natural(e.name)):
        for key in BY_CARD.get(e.card, ()):
            if key in e.params:
                yield NUMBERS[key], e, key, float(e.params[key]), QUANTITIES[key]
        if e.card in "VI":
            value = float(e.params["value"]) if "value" in e.params else None
            letter, quantity = ("V_in", "voltage") if e.card == "V" else ("I_in", "current")
            yield letter, e, "value", value, quantity
        if e.card == "MEM":
            yield from _memristor(e)


def _memristor(e: Element) -> Iterator[Entry]:
    law = law_of(e)
    yield "Z_0", e, "Z0", None, "resistance"
    if law.control == "charge":
        for p in law.parameters:
            yield p.name, e, p.name, float(e.params[p.name]), p.quantity
        yield "x_0", e, "x0", float(law.resolve_memory(e.params.get("x0"), e.params)), law.memory_quantity
