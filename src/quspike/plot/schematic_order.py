"""The order of nodes along the rail of a drawing, and what hangs below them in series."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np

from quspike.circuit import Circuit, Element
from quspike.plot.schematic_labels import GROUND, natural

FEW = 7  # nodes that are put in the best of all orders; more are put in a good one


@dataclass(frozen=True)
class Series:
    """What hangs between a node and ground: an element, or two with a node `between` them, the upper one first."""

    node: str
    elements: tuple[Element, ...]
    between: str | None = None


def ends_between(e: Element) -> tuple[str, str]:
    """The two nodes that an element is drawn between: of a two-port, its inner conductor's, or else its shields'."""
    if len(e.nodes) == 4:
        a, b = (plus if plus != GROUND else minus for plus, minus in (e.nodes[:2], e.nodes[2:]))
        return a, b
    return (e.nodes[0], e.nodes[1]) if len(e.nodes) == 2 else (GROUND, GROUND)


def in_series(circuit: Circuit) -> dict[str, Series]:
    """By the node between: a voltage source at ground and what it feeds alone, below a node that others touch too."""
    touching: dict[str, list[Element]] = {}
    for e in circuit.elements:
        for node in dict.fromkeys(ends_between(e)):
            touching.setdefault(node, []).append(e)
    found = {}
    for node in circuit.nodes:
        pair = touching.get(node, [])
        if len(pair) != 2 or any(len(e.nodes) != 2 for e in pair):
            continue
        upper, lower = sorted(pair, key=lambda e: GROUND in e.nodes)
        above = next(n for n in upper.nodes if n != node)
        if lower.card == "V" and GROUND in lower.nodes and above != GROUND and len(touching[above]) > 2:
            found[node] = Series(above, (upper, lower), node)
    return found


def node_order(circuit: Circuit) -> tuple[str, ...]:
    """The nodes on the rail, in an order that keeps the span of elements short, whatever the order of the lines."""
    folded = in_series(circuit)
    nodes = tuple(sorted((n for n in circuit.nodes if n not in folded), key=natural))
    place = {node: i for i, node in enumerate(nodes)} | {GROUND: -1}
    place |= {node: place[series.node] for node, series in folded.items()}
    pairs = [sorted((place[a], place[b])) for a, b in map(ends_between, circuit.elements)]
    links = np.array([p for p in pairs if p[0] not in (-1, p[1])], dtype=int).reshape(-1, 2)
    if len(nodes) > FEW:
        return tuple(nodes[i] for i in _by_connection(len(nodes), links))
    driven = np.array([place[n] for e in circuit.of("I", "V") for n in e.nodes if n != GROUND], dtype=int)

    def cost(order: tuple[int, ...]) -> tuple:
        position = np.argsort(order)
        return _span(position, links), int(np.sum(position[driven])), order  # sources to the left

    return tuple(nodes[i] for i in min(permutations(range(len(nodes))), key=cost))


def _span(position: np.ndarray, links: np.ndarray) -> float:
    return float(np.sum(np.abs(position[links[:, 0]] - position[links[:, 1]])))


def _by_connection(count: int, links: np.ndarray) -> list[int]:
    """Nodes by the slowest vector of the graph's Laplacian (Fiedler), piece by piece as ties come out equal."""
    laplacian = np.zeros((count, count))
    for a, b in links:
        laplacian[[a, b], [a, b]] += 1
        laplacian[[a, b], [b, a]] -= 1
    laplacian += 1e-6 * np.diag(np.arange(count) / count)  # what is not joined keeps its own order
    vector = np.round(np.linalg.eigh(laplacian)[1][:, 1 if count > 1 else 0], 9)
    order = sorted(range(count), key=lambda i: (vector[i], i))
    return order if order[0] <= order[-1] else order[::-1]
