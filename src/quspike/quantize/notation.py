"""The letters of one circuit: which symbol stands for which number of which element, by the field's own names.

    φ  q  V  C  L  R  E_J  C_J  T  ω_c  Z_0  I_in(t)  V_g(t)  Φ_ext(t)  n_g

A letter that one element needs stands alone; else it carries the rest of the element's name (`C1`, `Cg` → C₁, C_g).
Variables of one coordinate stand alone; of several they carry the coordinate's name (φ_a, φ_{b−a}).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from quspike.circuit import law_of
from quspike.circuit.cards import CARDS
from quspike.constants import e_charge, hbar, phi0
from quspike.quantize.capacitance_blocks import Entries, capacitance_blocks, capacitance_entries, moving
from quspike.quantize.composites import Frame, composites
from quspike.quantize.flux_sharing import FluxSharing, flux_sharing
from quspike.quantize.line_parts import is_finite_line, line_capacitance, line_inductance, line_parts
from quspike.quantize.membrane import Params
from quspike.quantize.network import Branch, Network, natural

if TYPE_CHECKING:
    from quspike.circuit import Circuit, Element

LETTERS = {"C": "C", "L": "L", "k": "k", "M": "M", "R": "R", "EJ": "E_J", "T": "T", "cutoff": "omega_c", "Z0": "Z_0"}
LETTERS |= {"I": "I_in", "V": "V_g", "FLUX": "Phi_ext", "NG": "n_g"}
KEYS = {"TL": ("Z0", "T", "cutoff"), "K": ("k", "M")}  # of a card whose letters are not these:
ALL_KEYS = ("C", "L", "R", "EJ", "T", "cutoff")
SHARED = ("T", "omega_c")  # of all dissipators: one letter where they agree on its value
POSITIVE = ("capacitance", "inductance", "resistance", "energy", "temperature", "angular_frequency", "F2")
QUANTITIES = {"C": "capacitance", "L": "inductance", "R": "resistance", "EJ": "energy", "T": "temperature"}
QUANTITIES |= {"cutoff": "angular_frequency", "Z0": "resistance", "I": "current", "V": "voltage", "FLUX": "flux"}
QUANTITIES |= {"NG": "dimensionless", "k": "dimensionless", "M": "H"}
VARIABLES = ("phi", "phidot", "q", "V", "Vmean", "n")  # of each coordinate


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
    """Names of a circuit's constants and variables, and the sympy symbols that carry them.

    names : by element and key, or by the slot of a composite. subscripts : of the coordinates.
    """

    circuit: Circuit
    network: Network
    subscripts: tuple[str, ...]
    entries: Entries = field(repr=False)
    blocks: tuple[tuple[int, ...], ...] = field(repr=False)
    sharing: FluxSharing = field(repr=False)
    constants: tuple[Constant, ...]
    names: Mapping[tuple, str] = field(repr=False)

    def name(self, element: str, key: str) -> str:
        """The letter of one number: `name("Cg", "C")` → `"C_g"`."""
        return self.names[element, key]

    def symbol(self, *slot: Any) -> Any:
        """Its sympy symbol, real, and positive where the quantity can only be that."""
        return self.symbols[self.names[slot]]

    @cached_property
    def symbols(self) -> dict[str, Any]:
        """Every constant's symbol by name."""
        import sympy

        return {
            c.name: sympy.Symbol(c.name, **({"positive": True} if c.quantity in POSITIVE else {"real": True}))
            for c in self.constants
        }

    @cached_property
    def offset_charges(self) -> tuple[Element, ...]:
        """The NG elements, by name."""
        return tuple(e for e in in_order(self.circuit) if e.card == "NG")

    @cached_property
    def gated(self) -> tuple[Branch, ...]:
        """The capacitances that voltage sources act on."""
        return tuple(b for b in self.network.of("capacitance") if b.sources)

    def law_symbols(self, element: str) -> dict[str, Any]:
        """The symbols of a memristor's law, by parameter."""
        symbols = self.symbols
        return {c.key: symbols[c.name] for c in self.constants if c.element == element}

    def source(self, element: str) -> Any:
        """A source as a function of time, `I_in(t)`, or its constant."""
        from quspike.quantize.variables import function, time

        (constant,) = (c for c in self.constants if c.element == element)
        return self.symbols[constant.name] if constant.value is not None else function(constant.name)(time())

    @property
    def moving(self) -> tuple[int, ...]:
        """The coordinates that have a charge."""
        return moving(self.network)

    @property
    def alone(self) -> bool:
        """Whether one coordinate is all that moves, so that letters need no subscript."""
        return self.subscripts == ("",)

    def flux(self, i: int) -> Any:
        """φ of a coordinate."""
        from quspike.quantize.variables import flux

        return flux(self.subscripts[i])

    def velocity(self, i: int) -> Any:
        """φ̇ of a coordinate, a variable of the Lagrangian."""
        from quspike.quantize.variables import velocity

        return velocity(self.subscripts[i])

    def charge(self, i: int) -> Any:
        """q of a coordinate."""
        from quspike.quantize.variables import charge

        return charge(self.subscripts[i])

    @property
    def mode_index(self) -> str:
        """The index of a line's oscillators: m, where no node has that name."""
        return next(letter for letter in "mkjl" if letter not in self.subscripts)

    @cached_property
    def in_time(self) -> dict[Any, Any]:
        """φ → φ(t) and q → q(t), for every coordinate."""
        from quspike.quantize.variables import in_time

        found = {self.flux(i): in_time("phi", sub) for i, sub in enumerate(self.subscripts)}
        return found | {self.charge(i): in_time("q", self.subscripts[i]) for i in self.moving}

    @cached_property
    def variables(self) -> frozenset[str]:
        """The names of the circuit's own variables."""
        return frozenset(f"{v}_{sub}" if sub else v for sub in self.subscripts for v in VARIABLES)

    def of_finite_line(self, letter: str, element: str) -> str:
        """A letter that every line of finite length has: `chi` if the circuit has one, else `chi_TL1`."""
        return letter if len(self.network.lines) == 1 else f"{letter}_{element}"

    def of_memristor(self, letter: str, element: str) -> str:
        """A letter that every memristor has: `W` if the circuit has one, else `W_MEM1`."""
        return letter if len(self.circuit.of("MEM")) == 1 else f"{letter}_{element}"

    def of_table(self, letter: str, element: str) -> str:
        """A letter that every tabulated admittance has: `Y` if the circuit has one, else `Y_Y1`."""
        return letter if len(self.circuit.of("Y")) == 1 else f"{letter}_{element}"

    def of_line(self, letter: str, element: str) -> str:
        """A letter that every line has: `xi` if the circuit has one, else `xi_MEM1`."""
        return letter if len(self.network.of("dissipator")) == 1 else f"{letter}_{element}"


def notation(network: Network, elements: Params) -> Notation:
    """Give every number of the circuit its letter, and no two numbers the same."""
    entries = capacitance_entries(network)
    blocks = capacitance_blocks(network, entries)
    sharing, subscripts = flux_sharing(network, entries, blocks), coordinate_subscripts(network)
    letters = Letters({f"{v}_{sub}" if sub else v for sub in subscripts for v in VARIABLES})
    sums = tuple(composites(Frame(network, elements, entries, blocks, sharing, subscripts)))
    for own in sums:
        letters.add(own.slot, (own.name, f"{own.name}_total"), own.value, own.quantity, "", str(own.slot[0]))
    for c in _universal(network):
        letters.add(("", c.name), (c.name,), c.value, c.quantity, "", "")
    _name_elements(letters, network.circuit)
    return Notation(
        network.circuit, network, subscripts, entries, blocks, sharing, tuple(letters.constants.values()), letters.names
    )


@dataclass
class Letters:
    """Names as they are given: `taken` are the variables' own."""

    taken: set[str]
    constants: dict[str, Constant] = field(default_factory=dict)
    names: dict[tuple, str] = field(default_factory=dict)

    def add(
        self, slot: tuple, candidates: Sequence[str], value: float | None, quantity: str, element: str, key: str
    ) -> None:
        """The first of the candidates that is free becomes the name of this number."""
        name = _first_free(candidates, self.taken)
        self.taken.add(name)
        self.names[slot] = name
        self.constants[name] = Constant(name, value, quantity, element, key)


def _name_elements(letters: Letters, circuit: Circuit) -> None:
    """Elements' own numbers: a bare letter where one element needs it, one for all where all agree."""
    written = list(_entries(circuit))
    needed = Counter(letter for letter, *_ in written)
    values = {le: {value for own, _, _, value, _ in written if own == le} for le in SHARED}
    agreed = {le for le in SHARED if len(values[le]) == 1}
    for letter, element, key, value, quantity in written:
        if letter in agreed:
            if letter not in letters.constants:
                owner = element if needed[letter] == 1 else ""
                letters.add((element, key), (letter,), value, quantity, owner, key)
            letters.names[element, key] = letter
            continue
        whole = letter in SHARED or circuit.element(element).card == "TL"
        subscript = element if whole else _rest(circuit, element)
        bare = (letter,) if needed[letter] == 1 else ()
        candidates = (*bare, f"{letter}_{subscript}", f"{letter}_{element}", f"{letter}_{element}_{key}")
        letters.add((element, key), candidates, value, quantity, element, key)


def coordinate_subscripts(network: Network) -> tuple[str, ...]:
    """`a`, `b_minus_a`: what the letters of each coordinate carry; nothing if there is one coordinate."""
    if len(network.coordinates) == 1:
        return ("",)
    found: list[str] = []
    for c in network.coordinates:
        spelled = re.sub(r"\W", "_", c.name.replace("-", "_minus_").replace("+", "_plus_"))
        found.append(_first_free([spelled, f"{spelled}_node"], set(found)))
    return tuple(found)


def _first_free(candidates: Sequence[str], taken: set[str]) -> str:
    """The first name that is not taken; numbered if all are."""
    more = (f"{candidates[-1]}_{i}" for i in range(2, len(taken) + 3))
    return next(name for name in (*candidates, *more) if name not in taken)


Entry = tuple[str, str, str, float | None, str]  # letter, element, key, value, quantity


def _entries(circuit: Circuit) -> Iterator[Entry]:
    """Every number that a formula of this circuit can name, in an order that does not know the netlist's."""
    for e in in_order(circuit):
        if is_finite_line(e):
            yield from _finite_line(e)
            continue
        for key in KEYS.get(e.card, ALL_KEYS):
            if key in e.params:
                letter = "C_J" if (e.card, key) == ("JJ", "C") else LETTERS[key]
                yield letter, e.name, key, float(e.params[key]), QUANTITIES[key]
        if e.card in ("I", "V", "FLUX", "NG"):
            value = float(e.params["value"]) if "value" in e.params else None
            yield LETTERS[e.card], e.name, e.card, value, QUANTITIES[e.card]
        if e.card == "MEM":
            yield from _memristor(e)


def _finite_line(e: Element) -> Iterator[Entry]:
    yield "C", e.name, "C", float(line_capacitance(e.params)), "capacitance"
    yield "L", e.name, "L", float(line_inductance(e.params)), "inductance"
    ends = [part.share for part in line_parts(e).branches if part.role == "capacitance" and not part.inner]
    if str(e.params.get("bath", "comb")) == "comb":
        for key, share in zip(("plus", "minus"), ends, strict=True):
            yield f"C_{key}", e.name, key, share * float(line_capacitance(e.params)), "capacitance"


def _memristor(e: Element) -> Iterator[Entry]:
    from quspike.quantize.law_formulas import has_formula

    law = law_of(e)
    yield "Z_0", e.name, "Z0", None, "resistance"
    for p in law.parameters if has_formula(law) else ():
        yield p.name, e.name, p.name, float(e.params[p.name]), p.quantity
    if has_formula(law) and float(e.params.get("x0", 0.0)) != 0.0:
        yield "x_0", e.name, "x0", float(e.params["x0"]), law.memory_quantity


def orientation(branch: Branch) -> int:
    """+1, or −1 where a branch is written from n− to n+: its first coordinate counts positive."""
    return next((1 if weight > 0 else -1 for weight in branch.vector if weight), 1)


def in_order(circuit: Circuit) -> list[Element]:
    """The elements, card by card as in the table of cards, by name within."""
    cards = list(CARDS)
    return sorted(circuit.elements, key=lambda e: (cards.index(e.card), natural(e.name)))


def _rest(circuit: Circuit, element: str) -> str:
    """What follows the card in an element's name: `C1` → `1`, `MEM_a` → `a`; the whole name if nothing does."""
    return element.removeprefix(circuit.element(element).card).strip("_") or element


def _universal(network: Network) -> tuple[Constant, ...]:
    constants = [Constant("hbar", hbar, "J s", "", "")]
    if network.of("junction"):
        constants.append(Constant("phi_0", phi0, "flux", "", ""))
    if network.circuit.of("NG") or len(network.indices("periodic")):
        constants.append(Constant("e", e_charge, "charge", "", ""))
    return tuple(constants)
