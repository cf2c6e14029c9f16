"""Which letter stands for which number: no two numbers share one, and the order of the netlist leaves no trace.

A letter that one element needs stands alone; else it carries the rest of the element's name (`C1`, `Cg` → C₁, C_g).
Where that is taken it carries the whole name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from quspike.circuit import law_of
from quspike.constants import e_charge, hbar, phi0
from quspike.quantize.line_parts import is_finite_line, line_capacitance, line_inductance, line_parts
from quspike.quantize.membrane import Params
from quspike.quantize.network import Network
from quspike.quantize.symbols.capacitance_blocks import capacitance_blocks, capacitance_entries
from quspike.quantize.symbols.composites import Frame, composites
from quspike.quantize.symbols.flux_sharing import flux_sharing
from quspike.quantize.symbols.notation import VARIABLES, WRITTEN_OUT, Constant, Notation, in_order

if TYPE_CHECKING:
    from quspike.circuit import Circuit, Element

LETTERS = {"C": "C", "L": "L", "k": "k", "M": "M", "R": "R", "EJ": "E_J", "T": "T", "cutoff": "omega_c", "Z0": "Z_0"}
LETTERS |= {"I": "I_in", "V": "V_g", "FLUX": "Phi_ext", "NG": "n_g"}
KEYS = {"TL": ("Z0", "T", "cutoff"), "K": ("k", "M")}  # of a card whose letters are not these:
ALL_KEYS = ("C", "L", "R", "EJ", "T", "cutoff")
SHARED = ("T", "omega_c")  # of all dissipators: one letter where they agree on its value
QUANTITIES = {"C": "capacitance", "L": "inductance", "R": "resistance", "EJ": "energy", "T": "temperature"}
QUANTITIES |= {"cutoff": "angular_frequency", "Z0": "resistance", "I": "current", "V": "voltage", "FLUX": "flux"}
QUANTITIES |= {"NG": "dimensionless", "k": "dimensionless", "M": "H"}


def notation(network: Network, elements: Params, summed: bool = False) -> Notation:
    """Give every number of the circuit its letter, and no two numbers the same. summed : see `Notation`."""
    entries = capacitance_entries(network)
    blocks = capacitance_blocks(network, entries)
    sharing, subscripts = flux_sharing(network, entries, blocks), coordinate_subscripts(network)
    letters = Letters({f"{v}_{sub}" if sub else v for sub in subscripts for v in VARIABLES})
    largest = WRITTEN_OUT if summed else len(network.coordinates)
    frame = Frame(network, elements, entries, blocks, sharing, subscripts, largest)
    for own in tuple(composites(frame)):
        letters.add(own.slot, (own.name, f"{own.name}_total"), own.value, own.quantity, "", str(own.slot[0]))
    for c in _universal(network):
        letters.add(("", c.name), (c.name,), c.value, c.quantity, "", "")
    _name_elements(letters, network.circuit)
    return Notation(
        network.circuit,
        network,
        subscripts,
        entries,
        blocks,
        sharing,
        tuple(letters.constants.values()),
        letters.names,
        summed,
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
    return next(name for name in chain(candidates, more) if name not in taken)


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
    from quspike.quantize.symbols.law_formulas import has_formula

    law = law_of(e)
    yield "Z_0", e.name, "Z0", None, "resistance"
    for p in law.parameters if has_formula(law) else ():
        yield p.name, e.name, p.name, float(e.params[p.name]), p.quantity
    if has_formula(law) and float(e.params.get("x0", 0.0)) != 0.0:
        yield "x_0", e.name, "x0", float(e.params["x0"]), law.memory_quantity


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
