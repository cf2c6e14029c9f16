"""Nodes that voltage sources hold together: `φ_node = φ_root + Σ ± ∫V dt`, along a spanning tree of the sources.

A voltage source has no coordinate: it ties the flux of one of its nodes to the other's. Nodes tied to ground have none
left. A loop of voltage sources is refused by the netlist.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from quspike.circuit import Element

GROUND = "0"


@dataclass(frozen=True)
class Held:
    """root : by node, the node that stands for its group (ground for those held against it).

    offsets : by node, the sources and signs whose fluxes add to the root's.
    """

    root: Mapping[str, str]
    offsets: Mapping[str, tuple[tuple[str, int], ...]]


def hold(nodes: Sequence[str], elements: Iterable[Element]) -> Held:
    """The groups of nodes; a group's root is ground, or its first node in the order given."""
    joined: dict[str, list[tuple[str, str, int]]] = {node: [] for node in (GROUND, *nodes)}
    for e in elements:
        if e.card == "V":
            plus, minus = e.nodes
            joined[plus].append((minus, e.name, -1))
            joined[minus].append((plus, e.name, +1))
    root: dict[str, str] = {}
    offsets: dict[str, tuple[tuple[str, int], ...]] = {}
    for start in (GROUND, *nodes):
        if start in root:
            continue
        root[start], offsets[start] = start, ()
        open_ends = [start]
        while open_ends:
            here = open_ends.pop()
            for other, source, sign in joined[here]:
                if other not in root:
                    root[other] = start
                    offsets[other] = tuple(sorted((*offsets[here], (source, sign))))
                    open_ends.append(other)
    return Held(root, offsets)
