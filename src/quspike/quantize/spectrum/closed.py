"""The part of a circuit that has a spectrum: what conserves energy, every source at rest or constant.

Dissipators broaden levels and do not enter them: they are open, or shorted where that is nearer to what they are, as a
line of 50 ohm behind a capacitor of 10 fF is at 7 GHz. A drive is at rest, which leaves a short in the place of a
voltage source and nothing in the place of a current source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quspike.circuit import Circuit, Element
from quspike.circuit.connected import Connected
from quspike.circuit.element import Values
from quspike.circuit.netlist import write_element
from quspike.errors import InputError
from quspike.quantize.network import Network, natural, network

GROUND = "0"
CONSERVATIVE = ("C", "L", "K", "JJ")
DISSIPATIVE = ("R", "MEM", "TL", "Y")


@dataclass(frozen=True)
class Closed:
    """A circuit without its dissipators and drives, and its constant offsets.

    flux : by junction, Φ that adds to its branch flux [Wb]. pairs : by node, n_g in 2e. currents, voltages : by source,
    constant values [A], [V]. left_out : the elements that do not enter, in the order of the netlist.
    """

    network: Network
    flux: dict[str, float]
    pairs: dict[str, float]
    currents: dict[str, float]
    voltages: dict[str, float]
    left_out: tuple[str, ...]


def closed(circuit: Circuit, shorted: Sequence[str] = ()) -> Closed:
    """The conservative part of a circuit. Raises InputError if nothing is left of it.

    shorted : dissipators in whose place a short is left.
    """
    kept = [e for e in circuit.elements if _conserves(e)]
    kept = _without_loose_ends([*kept, *_shorts(circuit, shorted)])
    names = {e.name for e in kept}
    offsets = [e for e in circuit.elements if e.card in ("FLUX", "NG") and "value" in e.params]
    quiet = [e for e in kept if e.card == "V" and "value" not in e.params]
    entering = names.union(e.name for e in offsets) - {e.name for e in quiet}
    if not any(e.card in ("C", "JJ") for e in kept):
        raise InputError("circuit", "conserved charges only", "must have an inductor or a junction at a capacitor")
    return Closed(
        network=network(Circuit("\n".join(_grounded(kept)))),
        flux={str(e.params["target"]): float(e.params["value"]) for e in offsets if e.card == "FLUX"},
        pairs={e.nodes[0]: float(e.params["value"]) for e in offsets if e.card == "NG"},
        currents={e.name: float(e.params["value"]) for e in kept if e.card == "I"},
        voltages={e.name: float(e.params["value"]) for e in kept if e.card == "V" and "value" in e.params},
        left_out=tuple(e.name for e in circuit.elements if e.name not in entering),
    )


def _shorts(circuit: Circuit, shorted: Sequence[str]) -> list[Element]:
    """Voltage sources at rest in the place of dissipators."""
    found = []
    for name in shorted:
        element = circuit.element(name)
        if element.card not in DISSIPATIVE or len(element.nodes) != 2:
            raise InputError("shorted", name, f"must name dissipators, of card {', '.join(DISSIPATIVE)}")
        found.append(Element(f"V_{name}", "V", element.nodes, Values({})))
    return found


def _conserves(element: Element) -> bool:
    """Whether it has a part in the spectrum: lines of finite length have, by their modes."""
    constant = element.card == "I" and bool(element.params.get("value", 0.0))
    return constant or element.card in (*CONSERVATIVE, "V") or _finite(element)


def _finite(element: Element) -> bool:
    return element.card == "TL" and len(element.nodes) == 4


def _without_loose_ends(elements: Sequence[Element]) -> list[Element]:
    """No current flows into a node that one element alone touches: such elements, and couplings to them, are left out.

    A junction with a capacitance of its own is two elements, an island of its own.
    """
    kept = list(elements)
    while True:
        count: dict[str, int] = {}
        for e in kept:
            for node in e.nodes:
                count[node] = count.get(node, 0) + (2 if "C" in e.params and e.card == "JJ" else 1)
        names = {e.name for e in kept}
        held = [e for e in kept if _holds(e, count, names)]
        for line in (e for e in kept if _finite(e) and e not in held):
            remedy = "must end in what conserves energy: add a capacitor, or leave a short with shorted="
            raise InputError(line.name, "an open end", remedy)
        if len(held) == len(kept):
            return kept
        kept = held


def _holds(element: Element, count: dict[str, int], names: set[str]) -> bool:
    if element.card == "K":
        return {str(element.params["L1"]), str(element.params["L2"])} <= names
    return all(node == GROUND or count[node] > 1 for node in element.nodes)


def _grounded(elements: Sequence[Element]) -> list[str]:
    """The netlist's lines; an island that only dissipators tied to ground has one node for a ground of its own."""
    joined = Connected(e.nodes for e in elements if e.nodes)
    renamed = {}
    for node in sorted({n for e in elements for n in e.nodes}, key=natural):
        if joined.root(node) != joined.root(GROUND):
            renamed[node] = GROUND
            joined.join((node, GROUND))
    lines = []
    for e in elements:
        nodes = tuple(renamed.get(n, n) for n in e.nodes)
        at_rest = e.card == "V" and "value" not in e.params
        lines.append(f"{e.name} {' '.join(nodes)} 0V" if at_rest else write_element(_at(e, nodes)))
    return lines


def _at(element: Element, nodes: tuple[str, ...]) -> Element:
    return Element(element.name, element.card, nodes, element.params)
