"""What elements must be to each other in a circuit: references that hold, nodes that connect, sources that agree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from quspike.circuit.cards import CARDS
from quspike.circuit.connected import Connected
from quspike.circuit.element import Element
from quspike.circuit.inductance import check_couplings
from quspike.circuit.scan import place, shown
from quspike.circuit.spelling import nearest
from quspike.errors import InputError

GROUND = "0"


def check(elements: Sequence[Element], source: str) -> None:
    """Raise InputError, naming node or element and line, for a circuit that cannot be one.

    Refused: no elements, references to what is not there, nodes that one element alone touches, islands without a path
    to ground (through any element), loops of voltage sources, and couplings that no set of coils can have.
    """
    if not elements:
        raise InputError("circuit", "none", "must have at least one element, such as C1 m 0 100fF", source)
    _references(elements, source)
    _loose_ends(elements, source)
    _islands(elements, source)
    _source_loops(elements, source)
    _flux_loops(elements, source)
    check_couplings(elements, source)


def nodes_of(elements: Iterable[Element]) -> tuple[str, ...]:
    """The nodes in order of appearance, without ground."""
    named = dict.fromkeys(node for element in elements for node in element.nodes)
    return tuple(node for node in named if node != GROUND)


def _branches(elements: Iterable[Element]) -> list[Element]:
    """The elements that join nodes: all but offset charges and what only refers to other elements."""
    return [element for element in elements if len(element.nodes) > 1]


def _references(elements: Sequence[Element], source: str) -> None:
    by_name = {element.name: element for element in elements}
    nodes = nodes_of(_branches(elements))
    taken: dict[tuple[str, ...], Element] = {}
    for element in elements:
        where = place(element.line, source)
        for key, card in CARDS[element.card].references:
            name = str(element.params[key])
            if name not in by_name or by_name[name].card != card:
                known = [other.name for other in elements if other.card == card]
                remedy = f"must name an element of card {card} ({CARDS[card].element}){nearest(name, known)}"
                raise InputError(element.name, shown(name), remedy, where)
        if element.card == "NG" and element.nodes[0] not in nodes:
            node = shown(element.nodes[0])
            raise InputError(element.name, node, f"must name a node of another element{nearest(node, nodes)}", where)
        _once(element, taken, where)


def _once(element: Element, taken: dict[tuple[str, ...], Element], where: str) -> None:
    """A loop has one flux, an island one offset charge, a pair of coils one coupling."""
    if element.card not in ("K", "FLUX", "NG"):
        return
    referred = tuple(sorted(str(element.params[key]) for key, _ in CARDS[element.card].references)) or element.nodes
    if element.card == "K" and referred[0] == referred[1]:
        raise InputError(element.name, f"{referred[0]} twice", "must name two different inductors", where)
    slot = (element.card, *referred)
    if slot in taken:
        remedy = f"must not repeat {taken[slot].name} (line {taken[slot].line})"
        raise InputError(element.name, f"{' '.join(referred)} again", remedy, where)
    taken[slot] = element


def _loose_ends(elements: Sequence[Element], source: str) -> None:
    """A node that one element alone touches; a junction with a capacitance of its own is two (a transmon)."""
    touching: dict[str, list[Element]] = {}
    for element in _branches(elements):
        for node in dict.fromkeys(element.nodes):
            touching.setdefault(node, []).append(element)
    for node, those in touching.items():
        if node != GROUND and len(those) == 1 and not (those[0].card == "JJ" and "C" in those[0].params):
            only, where = f"{those[0].name} alone", place(those[0].line, source)
            raise InputError(f"node {node}", only, "must join two elements at least", where)


def _islands(elements: Sequence[Element], source: str) -> None:
    branches = _branches(elements)
    joined = Connected(element.nodes for element in branches)
    for element in branches:
        if joined.root(element.nodes[0]) != joined.root(GROUND):
            island = [n for n in nodes_of(branches) if joined.root(n) == joined.root(element.nodes[0])]
            key, found = f"node {element.nodes[0]}", f"an island of {shown(', '.join(island))}"
            raise InputError(key, found, "must have a path to ground, node 0", place(element.line, source))


def _source_loops(elements: Sequence[Element], source: str) -> None:
    joined = Connected()
    for element in elements:
        if element.card == "V" and not joined.join(element.nodes):
            found = f"a second voltage between {' and '.join(element.nodes)}"
            where = place(element.line, source)
            raise InputError(element.name, found, "must close no loop of voltage sources", where)


def _flux_loops(elements: Sequence[Element], source: str) -> None:
    """Flux threads a superconducting loop: the junction needs a way back through inductors and other junctions."""
    nodes = {element.name: element.nodes for element in elements}
    for element in elements:
        if element.card == "FLUX":
            target = str(element.params["target"])
            around = Connected(e.nodes for e in elements if e.card in ("L", "JJ") and e.name != target)
            if len({around.root(node) for node in nodes[target]}) > 1:
                remedy = "must name a junction that closes a loop with inductors or junctions"
                raise InputError(element.name, target, remedy, place(element.line, source))
