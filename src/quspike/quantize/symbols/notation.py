"""The letters of one circuit: which symbol stands for which number of which element, by the field's own names.

    φ  q  V  C  L  R  E_J  C_J  T  ω_c  Z_0  I_in(t)  V_g(t)  Φ_ext(t)  n_g

A letter that one element needs stands alone; else it carries the rest of the element's name (`C1`, `Cg` → C₁, C_g).
Variables of one coordinate stand alone; of several they carry the coordinate's name (φ_a, φ_{b−a}).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from quspike.circuit.cards import CARDS
from quspike.quantize.network import Branch, Network, natural
from quspike.quantize.symbols.capacitance_blocks import Entries, moving
from quspike.quantize.symbols.flux_sharing import FluxSharing

if TYPE_CHECKING:
    from quspike.circuit import Circuit, Element

POSITIVE = ("capacitance", "inductance", "resistance", "energy", "temperature", "angular_frequency", "F2")
WRITTEN_OUT = 12  # coordinates that capacitors couple: of more, a report writes sums
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

    names : by element and key, or by the slot of a composite. subscripts : of the coordinates. summed : the charging
    energy of many coupled coordinates is a sum over their numbers, C⁻¹ letters without values: for a report, not for
    derivatives.
    """

    circuit: Circuit
    network: Network
    subscripts: tuple[str, ...]
    entries: Entries = field(repr=False)
    blocks: tuple[tuple[int, ...], ...] = field(repr=False)
    sharing: FluxSharing = field(repr=False)
    constants: tuple[Constant, ...]
    names: Mapping[tuple, str] = field(repr=False)
    summed: bool = False

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
        from quspike.quantize.symbols.variables import function, time

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
        from quspike.quantize.symbols.variables import flux

        return flux(self.subscripts[i])

    def velocity(self, i: int) -> Any:
        """φ̇ of a coordinate, a variable of the Lagrangian."""
        from quspike.quantize.symbols.variables import velocity

        return velocity(self.subscripts[i])

    def charge(self, i: int) -> Any:
        """q of a coordinate."""
        from quspike.quantize.symbols.variables import charge

        return charge(self.subscripts[i])

    @property
    def mode_index(self) -> str:
        """The index of a line's oscillators: m, where no node has that name."""
        return next(letter for letter in "mkjl" if letter not in self.subscripts)

    def sums(self, block: tuple[int, ...]) -> bool:
        """Whether the charges of a block of coupled coordinates are summed over, not written one by one."""
        return self.summed and len(block) > WRITTEN_OUT

    @cached_property
    def in_time(self) -> dict[Any, Any]:
        """φ → φ(t) and q → q(t), for every coordinate."""
        from quspike.quantize.symbols.variables import in_time

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


def orientation(branch: Branch) -> int:
    """+1, or −1 where a branch is written from n− to n+: its first coordinate counts positive."""
    return next((1 if weight > 0 else -1 for weight in branch.vector if weight), 1)


def in_order(circuit: Circuit) -> list[Element]:
    """The elements, card by card as in the table of cards, by name within."""
    cards = list(CARDS)
    return sorted(circuit.elements, key=lambda e: (cards.index(e.card), natural(e.name)))
