"""The circuit: an immutable list of elements, read from a netlist."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from quspike.circuit.cards import CARDS
from quspike.circuit.element import Element
from quspike.circuit.graph import check, nodes_of
from quspike.circuit.netlist import parse, write, write_element
from quspike.circuit.scan import LARGEST, shown
from quspike.circuit.spelling import nearest
from quspike.errors import InputError


@dataclass(frozen=True, init=False, repr=False)
class Circuit:
    """A circuit of capacitors, inductors, junctions, resistors, memristors, lines and sources.

        circuit = Circuit('''
        C1   m 0 100fF
        MEM1 m 0 model=sigmoid R_on=10kohm R_off=100kohm T=20mK
        I1   0 m input
        ''')

    Ground is node `0`; current flows n+ → n−; every value is kept in SI. Two circuits are equal if they have the same
    elements in the same order, however their netlists are written.

    Raises InputError, naming element, line and remedy, for a netlist that is not a circuit.
    """

    elements: tuple[Element, ...]
    nodes: tuple[str, ...] = field(compare=False)

    def __init__(self, text: str, *, source: str = "the netlist") -> None:
        elements = parse(text, source)
        check(elements, source)
        object.__setattr__(self, "elements", elements)
        object.__setattr__(self, "nodes", nodes_of(elements))

    @classmethod
    def from_file(cls, path: str | Path) -> Circuit:
        """The circuit in a netlist file (UTF-8). Raises InputError for a file that cannot be read as one."""
        path = Path(path)
        try:
            with path.open("rb") as file:
                data = file.read(LARGEST + 1)
            text = data.decode("utf-8-sig")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8"
            raise InputError("circuit file", path, f"must be a netlist that can be read ({reason})") from None
        return cls(text, source=path.name)

    def element(self, name: str) -> Element:
        """The element of that name. Raises InputError, with the nearest name, if there is none."""
        for element in self.elements:
            if element.name == name:
                return element
        known = [element.name for element in self.elements]
        raise InputError("element", shown(str(name)), f"must be one of the circuit{nearest(str(name), known)}")

    def of(self, *cards: str) -> tuple[Element, ...]:
        """The elements with one of these cards, in order: `circuit.of("R", "MEM")`."""
        for card in cards:
            if card not in CARDS:
                raise InputError("card", card, f"is not in the table{nearest(card, CARDS)}")
        return tuple(element for element in self.elements if element.card in cards)

    def drive_names(self) -> tuple[str, ...]:
        """The drives that sources, fluxes and offset charges name, in order of appearance."""
        named = (element.params["drive"] for element in self.elements if "drive" in element.params)
        return tuple(dict.fromkeys(str(name) for name in named))

    def replace(self, name: str, **values: Any) -> Circuit:
        """The circuit with other values on one element: `circuit.replace("MEM1", T="50mK")`; a float is SI.

        Of keys that exclude each other (`Ic`, `EJ`, `Lj`; `value`, `drive`) the new one takes the place of the old;
        None leaves a key out.
        """
        old = self.element(name)
        lines = [_rewritten(e, values) if e is old else write_element(e) for e in self.elements]
        return Circuit("\n".join(lines), source="the netlist")

    def netlist(self) -> str:
        """The netlist in normal form: SI values to the last bit; it parses back to an equal circuit."""
        return write(self.elements)

    def __repr__(self) -> str:
        count = len(self.elements)
        return f"Circuit({count} element{'s' * (count > 1)} on {shown(', '.join(self.nodes))})"


def _rewritten(element: Element, values: dict[str, Any]) -> str:
    """The line of `element` with `values` in place of its own."""
    card = CARDS[element.card]
    own = {key.name for key in card.keys} if "model" in values else set(element.params)  # another law, other parameters
    kept = {k: v for k, v in element.params.items() if k in own and not _ousted(k, values, card.exactly_one)}
    keys = card.all_keys({key: str(value) for key, value in {**kept, **values}.items()})
    for key in values:
        if key not in keys:
            raise InputError(
                f"{element.name} {key}", values[key], f"is no key of card {card.prefix}{nearest(key, keys)}"
            )
    texts = {key: keys[key].write(value) for key, value in kept.items() if key in keys}
    new: dict[str, str | None] = {
        key: None if value is None else keys[key].write_any(value, f"{element.name} {key}")
        for key, value in values.items()
    }
    texts |= {key: text for key, text in new.items() if text is not None}
    references = [str(element.params[key]) for key, _ in card.references]
    return " ".join([element.name, *element.nodes, *references, *(f"{key}={text}" for key, text in texts.items())])


def _ousted(key: str, values: dict[str, Any], exclusive: tuple[str, ...]) -> bool:
    return key in values or (key in exclusive and any(other in exclusive for other in values))
