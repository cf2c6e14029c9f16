"""Cycles of a graph of branches: one for each branch outside a spanning tree, closed through the tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from quspike.circuit.connected import Connected

Ends = Mapping[str, tuple[str, ...]]  # by branch: n+, n−
Cycle = dict[str, int]  # by branch: +1 where it is passed n+ → n−, −1 where it is passed backwards


class SpanningTree:
    """The tree that takes branches in the order given, wherever they join what was not joined."""

    def __init__(self, order: Sequence[str], ends: Ends) -> None:
        self.ends, self.chords = ends, []
        self._beside: dict[str, list[tuple[str, str, int]]] = {}
        joined = Connected()
        for name in order:
            plus, minus = ends[name]
            if joined.join((plus, minus)):
                self._beside.setdefault(plus, []).append((minus, name, 1))
                self._beside.setdefault(minus, []).append((plus, name, -1))
            else:
                self.chords.append(name)

    def path(self, start: str, end: str) -> Cycle | None:
        """The branches from one node to another; None if the tree does not join them."""
        arrived: dict[str, tuple[str, str, int] | None] = {start: None}
        open_ends = [start]
        while open_ends and end not in arrived:
            here = open_ends.pop()
            for there, name, sign in self._beside.get(here, ()):
                if there not in arrived:
                    arrived[there] = (here, name, sign)
                    open_ends.append(there)
        if end not in arrived:
            return None
        found: Cycle = {}
        step = arrived[end]
        while step is not None:
            here, name, sign = step
            found[name] = sign
            step = arrived[here]
        return found

    def cycles(self) -> Iterator[tuple[str, Cycle]]:
        """Each chord with the loop that it closes, which passes it n+ → n−."""
        for chord in self.chords:
            plus, minus = self.ends[chord]
            way = self.path(minus, plus)
            assert way is not None
            yield chord, {chord: 1, **way}
