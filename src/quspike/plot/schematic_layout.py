"""Where the elements of a circuit stand in its drawing.

Nodes lie along a rail, in an order that keeps neighbours together. Elements to ground hang below their node, one alone
or two in series; elements between nodes lie on the rail or above it, parallel ones stacked, each above whatever its
span holds already. All widths follow from the labels, which are measured, so that no label meets another. Units of a
drawing are half a symbol's length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from quspike.circuit import Circuit, Element
from quspike.plot.schematic_labels import GROUND, Label, label_of, natural, node_label
from quspike.plot.schematic_order import Series, ends_between, in_series, node_order

Point = tuple[float, float]
Measure = Callable[[str], float]  # width of a text, in units of the drawing

SYMBOL = 1.0  # half of the length that a symbol needs along its wires
HALF = 0.45  # half of a symbol's width, the largest
MARGIN = 0.25
LINE = 0.36  # height of a line of text
DROP, DEEP = 3.0, 4.8  # from the rail to ground; with two elements in series
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


class _Plan:
    """The rail from left to right, then what lies above it from the shortest span to the longest."""

    def __init__(self, circuit: Circuit, width: Measure) -> None:
        self.width, self.order = width, node_order(circuit)
        self.place = {node: i for i, node in enumerate(self.order)}
        self.labels = {e.name: label_of(circuit, e) for e in circuit.elements}
        self.marks = {node: node_label(circuit, node) for node in circuit.nodes}
        self.hanging: dict[str, list[Series]] = {node: [] for node in self.order}
        self.links: list[Element] = []
        series = in_series(circuit)
        self.drop = DEEP if series else DROP
        for e in sorted(circuit.elements, key=lambda e: (_rank(e), natural(e.name))):
            a, b = ends_between(e)
            pair = next((series[n] for n in (a, b) if n in series), None)
            if pair is not None:
                if pair.elements[0] is e:
                    self.hanging[pair.node].append(pair)
            elif a != b and GROUND not in (a, b):
                self.links.append(e)
            elif (a, b) != (GROUND, GROUND):
                node = b if a == GROUND else a
                self.hanging[node].append(Series(node, (e,)))
        self.links.sort(key=lambda e: self._reach(e)[1] - self._reach(e)[0])
        self.left, self.right, self.columns = self._rail()

    def layout(self) -> Layout:
        """Everything in its place."""
        columns = [(x, hung) for n in self.order for x, hung in zip(self.columns[n], self.hanging[n], strict=True)]
        hung = [placed for x, series in columns for placed in self._hung(series, x)]
        levels = self._levels()
        buses = self._buses(levels)
        links, wires = self._above(levels, buses)
        wires += [((x, 0.0), (x, y)) for x, y in buses.items() if y]
        wires += [((self.left[n], 0.0), (self.right[n], 0.0)) for n in self.order if self.right[n] > self.left[n]]
        xs = [x for x, _ in columns]
        wires += [((a, -self.drop), (b, -self.drop)) for a, b in pairwise(xs)]
        joints = [(x, -self.drop) for x in xs[1:-1]] + list(self._joints(levels, buses))
        marks = [self._mark(n, (self.left[n], 0.0)) for n in self.order]
        marks += [self._mark(series.between, (x, -self.drop / 2)) for x, series in columns if series.between]
        ground = xs[len(xs) // 2 if len(self.order) == 1 else 0] if xs else self.left[self.order[0]]
        return Layout((*hung, *links), tuple(wires), tuple(joints), tuple(marks), (ground, -self.drop))

    def _rail(self) -> tuple[dict[str, float], dict[str, float], dict[str, list[float]]]:
        """Left and right end of each node's part of the rail, and where its elements hang."""
        left: dict[str, float] = {}
        right: dict[str, float] = {}
        columns: dict[str, list[float]] = {}
        x = 0.0
        for i, node in enumerate(self.order):
            x = self._start(i, right, x)
            columns[node] = []
            for series in self.hanging[node]:
                x += self._width(self.marks[series.between]) if series.between else 0.0
                columns[node].append(x)
                x += 2 * HALF + 2 * MARGIN + max(self._width(self.labels[e.name]) for e in series.elements)
            left[node], right[node] = (columns[node][0], columns[node][-1]) if columns[node] else (x, x)
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

    def _hung(self, series: Series, x: float) -> Iterator[Placed]:
        """Elements from the rail to ground, each over its share of the height."""
        share = self.drop / len(series.elements)
        above = series.node
        for i, e in enumerate(series.elements):
            label, top, bottom = self.labels[e.name], (x, -i * share), (x, -(i + 1) * share)
            start, end = (top, bottom) if ends_between(e)[0] == above else (bottom, top)
            side = HALF + MARGIN * (0.8 if e.card in "IV" else 0.5)
            at = (x + side, -(i + 0.5) * share + LINE * (len(label.lines) / 2 - 0.7))
            yield Placed(e, start, end, label, at, centred=False)
            above = series.between or GROUND

    def _mark(self, node: str, at: Point) -> NodeMark:
        label = self.marks[node]
        return NodeMark(label, (at[0] - 0.12, at[1] + 0.14 + LINE * (len(label.lines) - 1)))

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
