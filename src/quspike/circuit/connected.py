"""Sets of names that are connected (disjoint-set forest)."""

from __future__ import annotations

from collections.abc import Iterable


class Connected:
    """Which names are connected through the branches joined so far."""

    def __init__(self, branches: Iterable[tuple[str, ...]] = ()) -> None:
        self._parent: dict[str, str] = {}
        for branch in branches:
            self.join(branch)

    def root(self, node: str) -> str:
        """The one name that stands for all that `node` is connected to."""
        path = [node]
        while (parent := self._parent.get(path[-1], path[-1])) != path[-1]:
            path.append(parent)
        for passed in path:
            self._parent[passed] = path[-1]
        return path[-1]

    def join(self, nodes: tuple[str, ...]) -> bool:
        """Connect the names; False if they were all connected already."""
        roots = {self.root(node) for node in nodes}
        first = self.root(nodes[0])
        for root in roots:
            self._parent[root] = first
        return len(roots) > 1
