"""One element of a circuit: a name, a card, its nodes and its values in SI."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from quspike.circuit.keys import Value


class Values(Mapping[str, Value]):
    """Key → value of an element: a read-only mapping that can be hashed, copied and pickled."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, Value]) -> None:
        self._items = dict(items)

    def __getitem__(self, key: str) -> Value:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return repr(self._items)


@dataclass(frozen=True)
class Element:
    """`name n+ n− key=value …`; current flows n+ → n−.

    nodes : n+ and n−; four of a two-port line; the island of NG; none of K and FLUX, which name elements in `params`.
    params : SI values under the card's keys, defaults of a memristor's law included.
    line : line of the netlist, for messages; it makes no difference between elements.
    """

    name: str
    card: str
    nodes: tuple[str, ...]
    params: Values
    line: int = field(default=0, compare=False)
