"""Where the elements of a circuit stand in its drawing.

Nodes lie along a rail, in an order that keeps neighbours together. Elements to ground hang below their node; elements
between nodes lie on the rail or above it, parallel ones stacked, each above whatever its span holds already. All
widths follow from the labels, which are measured, so that no label meets another. Units of a drawing are half a
symbol's length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise, permutations

import numpy as np

from quspike.circuit import Circuit, Element
from quspike.plot.schematic_labels import GROUND, Label, label_of, natural, node_label

Point = tuple[float, float]
Measure = Callable[[str], float]  # width of a text, in units of the drawing

SYMBOL = 1.0  # half of the length that a symbol needs along its wires
HALF = 0.45  # half of a symbol's width, the largest
MARGIN = 0.25
LINE = 0.36  # height of a line of text
DROP = 3.0  # from the rail to ground
FEW = 7  # nodes that are put in the best of all orders; more are put in a good one
RANK = ("I", "V", "C", "L", "JJ", "R", "MEM", "TL", "Y")


@dataclass(frozen=True)
class Placed:
    """An element from `start` (its n+) to `end`, and where the first line of its label begins or is centred."""

    element: Element
    start: Point
    end: Point
    label: Label
    at: Point
    centred: bool


@dataclass(frozen=True)
class NodeMark:
    """A node's label, which ends at this point."""

    label: Label
    at: Point


@dataclass(frozen=True)
class Layout:
    """Everything to be drawn: elements, wires, joints, node labels, and where the ground symbol hangs."""

    elements: tuple[Placed, ...]
    wires: tuple[tuple[Point, Point], ...]
    joints: tuple[Point, ...]
    nodes: tuple[NodeMark, ...]
    ground: Point


def lay_out(circuit: Circuit, width: Measure) -> Layout:
    """The layout of a circuit; `width` measures a line of text."""
    return _Plan(circuit, width).layout()


def node_order(circuit: Circuit) -> tuple[str, ...]:
    """The nodes in an order that keeps the span of elements between them short, and does not depend on line order."""
    nodes = tuple(sorted(circuit.nodes, key=natural))
    place = {node: i for i, node in enumerate(nodes)}
    pairs = [sorted((place[a], place[b])) for a, b in map(ends_between, circuit.elements) if GROUND not in (a, b)]
    links = np.array([p for p in pairs if p[0] != p[1]], dtype=int).reshape(-1, 2)
    if len(nodes) <= FEW:
        driven = np.array([place[n] for e in circuit.of("I", "V") for n in e.nodes if n != GROUND], dtype=int)

        def cost(order: tuple[int, ...]) -> tuple:
            position = np.argsort(order)
            return _span(position, links), int(np.sum(position[driven])), order  # sources to the left

        best = min(permutations(range(len(nodes))), key=cost)
        return tuple(nodes[i] for i in best)
    return tuple(nodes[i] for i in _by_connection(len(nodes), links))


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


def ends_between(e: Element) -> tuple[str, str]:
    """The two nodes that an element is drawn between: of a two-port, its inner conductor's, or else its shields'."""
    if len(e.nodes) == 4:
        a, b = (plus if plus != GROUND else minus for plus, minus in (e.nodes[:2], e.nodes[2:]))
        return a, b
    return (e.nodes[0], e.nodes[1]) if len(e.nodes) == 2 else (GROUND, GROUND)


class _Plan:
    """The rail from left to right, then what lies above it from the shortest span to the longest."""

    def __init__(self, circuit: Circuit, width: Measure) -> None:
        self.width, self.order = width, node_order(circuit)
        self.place = {node: i for i, node in enumerate(self.order)}
        self.labels = {e.name: label_of(circuit, e) for e in circuit.elements}
        self.marks = {node: node_label(circuit, node) for node in self.order}
        self.hanging: dict[str, list[Element]] = {node: [] for node in self.order}
        self.links: list[Element] = []
        for e in sorted(circuit.elements, key=lambda e: (_rank(e), natural(e.name))):
            a, b = ends_between(e)
            if a != b and GROUND not in (a, b):
                self.links.append(e)
            elif (a, b) != (GROUND, GROUND):
                self.hanging[b if a == GROUND else a].append(e)
        self.links.sort(key=lambda e: self._reach(e)[1] - self._reach(e)[0])
        self.left, self.right, self.columns = self._rail()

    def layout(self) -> Layout:
        """Everything in its place."""
        hung = [self._hung(e, x) for n in self.order for e, x in zip(self.hanging[n], self.columns[n], strict=True)]
        levels = self._levels()
        buses = self._buses(levels)
        links, wires = self._above(levels, buses)
        wires += [((x, 0.0), (x, y)) for x, y in buses.items() if y]
        wires += [((self.left[n], 0.0), (self.right[n], 0.0)) for n in self.order if self.right[n] > self.left[n]]
        xs = [x for n in self.order for x in self.columns[n]]
        wires += [((a, -DROP), (b, -DROP)) for a, b in pairwise(xs)]
        joints = [(x, -DROP) for x in xs[1:-1]] + list(self._joints(levels, buses))
        marks = tuple(self._mark(n) for n in self.order)
        ground = xs[len(xs) // 2 if len(self.order) == 1 else 0] if xs else self.left[self.order[0]]
        return Layout((*hung, *links), tuple(wires), tuple(joints), marks, (ground, -DROP))

    def _rail(self) -> tuple[dict[str, float], dict[str, float], dict[str, list[float]]]:
        """Left and right end of each node's part of the rail, and where its elements hang."""
        left: dict[str, float] = {}
        right: dict[str, float] = {}
        columns: dict[str, list[float]] = {}
        x = 0.0
        for i, node in enumerate(self.order):
            x = self._start(i, right, x)
            left[node] = right[node] = x
            columns[node] = []
            for e in self.hanging[node]:
                columns[node].append(x)
                right[node] = x
                x += 2 * HALF + 2 * MARGIN + self._width(self.labels[e.name])
        return left, right, columns

    def _start(self, i: int, right: dict[str, float], x: float) -> float:
        """Where node i begins: far enough for its label and for the elements that end there."""
        if i == 0:
            return x
        mark = self._width(self.marks[self.order[i]]) + 2 * MARGIN
        starts = [x, right[self.order[i - 1]] + mark + 2 * MARGIN]
        for e in self.links:
            a, b = self._reach(e)
            if b == i:
                label = self._width(self.labels[e.name])
                starts.append(right[self.order[a]] + max(2 * _half(e), label) + MARGIN + 2 * mark)
        return max(starts)

    def _width(self, label: Label) -> float:
        return max(map(self.width, label.lines), default=0.0)

    def _reach(self, e: Element) -> tuple[int, int]:
        """The places of its nodes, the left one first."""
        a, b = sorted(self.place[n] for n in ends_between(e))
        return a, b

    def _hung(self, e: Element, x: float) -> Placed:
        label, down = self.labels[e.name], ends_between(e)[0] != GROUND
        start, end = ((x, 0.0), (x, -DROP)) if down else ((x, -DROP), (x, 0.0))
        side = HALF + MARGIN * (0.8 if e.card in "IV" else 0.5)
        return Placed(e, start, end, label, (x + side, -DROP / 2 + LINE * (len(label.lines) / 2 - 0.7)), centred=False)

    def _mark(self, node: str) -> NodeMark:
        label = self.marks[node]
        return NodeMark(label, (self.left[node] - 0.12, 0.14 + LINE * (len(label.lines) - 1)))

    def _levels(self) -> dict[str, float]:
        """The height of each element between nodes: as low as what its span holds already allows."""
        tops = [-1.0] * len(self.order)
        levels = {}
        for e in self.links:
            a, b = self._reach(e)
            below = max(tops[a:b])
            y = 0.0 if below < 0 and b == a + 1 else max(below, 2 * LINE) + HALF + MARGIN / 2
            tops[a:b] = [y + HALF + LINE * len(self.labels[e.name].lines) + MARGIN / 2] * (b - a)
            levels[e.name] = y
        return levels

    def _buses(self, levels: dict[str, float]) -> dict[float, float]:
        """The wires that rise from the rail: how high, by where."""
        heights: dict[float, float] = {}
        for e in self.links:
            for x in self._ends(e):
                heights[x] = max(heights.get(x, 0.0), levels[e.name])
        return heights

    def _ends(self, e: Element) -> tuple[float, float]:
        a, b = self._reach(e)
        return self.right[self.order[a]], self.left[self.order[b]]

    def _above(self, levels: dict[str, float], buses: dict[float, float]):
        """Elements between nodes, with the wires that lead to them."""
        placed, wires = [], []
        for e in self.links:
            (near, far), y, label, half = self._ends(e), levels[e.name], self.labels[e.name], _half(e)
            x = _clear(near, far, [at for at, height in buses.items() if near < at < far and height > y])
            start, end = (x - half, y), (x + half, y)
            if self.place[ends_between(e)[0]] != self._reach(e)[0]:
                start, end = end, start
            at = (x, y + HALF + 0.4 * LINE + LINE * (len(label.lines) - 1))
            placed.append(Placed(e, start, end, label, at, centred=True))
            wires += [((near, y), (x - half, y)), ((x + half, y), (far, y))]
        return placed, wires

    def _joints(self, levels: dict[str, float], buses: dict[float, float]) -> Iterator[Point]:
        """A dot wherever three wires of one node meet."""
        for node in self.order:
            first, last, hung = self.left[node], self.right[node], self.columns[node]
            for x in sorted({first, *hung, last}):
                mine = [levels[e.name] for e in self.links if x in self._ends(e)]
                wires = hung.count(x) + (x > first) + (x < last) + mine.count(0.0) + (buses.get(x, 0.0) > 0)
                if wires > 2:
                    yield (x, 0.0)
                below_top = [y for y in set(mine) if 0 < y < buses[x]]
                both = [y for y in set(mine) if y == buses[x] and mine.count(y) > 1 and y]
                yield from ((x, y) for y in sorted(below_top + both))


def _clear(near: float, far: float, crossed: list[float]) -> float:
    """The middle of a span, or where it is widest between the wires that cross it."""
    stations = [near, *sorted(crossed), far]
    a, b = max(pairwise(stations), key=lambda pair: pair[1] - pair[0])
    return (a + b) / 2


def _half(e: Element) -> float:
    """Half of the length of a symbol that lies."""
    return 1.6 * SYMBOL if e.card == "TL" else SYMBOL


def _rank(e: Element) -> int:
    return RANK.index(e.card) if e.card in RANK else len(RANK)
