"""Which capacitors make which entry of `C = Σ_b C_b b bᵀ`, and which coordinates they couple.

Names and whole numbers only: the letters (`notation`) and the formulas (`charging`) both follow it.
"""

from __future__ import annotations

from collections.abc import Mapping

from quspike.circuit.connected import Connected
from quspike.quantize.network import Network

Entry = tuple[tuple[int, int], ...]  # number of a branch, and its weight b_i b_j
Entries = Mapping[tuple[int, int], Entry]


def moving(network: Network) -> tuple[int, ...]:
    """The coordinates that have a charge."""
    return tuple(i for i, c in enumerate(network.coordinates) if c.kind != "frozen")


def capacitance_entries(network: Network) -> Entries:
    """By i ≤ j, what adds to C_ij; entries of nothing are left out."""
    found: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for row, branch in enumerate(network.branches):
        if branch.role != "capacitance":
            continue
        touched = [i for i, weight in enumerate(branch.vector) if weight]
        for a, i in enumerate(touched):
            for j in touched[a:]:
                found.setdefault((i, j), []).append((row, branch.vector[i] * branch.vector[j]))
    return {pair: tuple(entry) for pair, entry in found.items()}


def capacitance_blocks(network: Network, entries: Entries) -> tuple[tuple[int, ...], ...]:
    """The sets of coordinates that capacitors couple: C and C⁻¹ are block diagonal in them."""
    joined = Connected((str(i), str(j)) for i, j in entries)
    found: dict[str, list[int]] = {}
    for i in moving(network):
        found.setdefault(joined.root(str(i)), []).append(i)
    return tuple(tuple(block) for block in found.values())


def single(network: Network, entry: Entry) -> bool:
    """Whether an entry of C is one capacitor, which has a letter."""
    return len(entry) == 1 and entry[0][1] == 1 and network.branches[entry[0][0]].share == 1.0


def coil_groups(network: Network) -> tuple[tuple[str, ...], ...]:
    """The inductors that are coupled to each other; one that is not is a group of itself."""
    joined = Connected((one, other) for _, one, other in network.couplings)
    found: dict[str, list[str]] = {}
    for branch in network.of("inductance"):
        found.setdefault(joined.root(branch.element), []).append(branch.element)
    return tuple(tuple(group) for group in found.values())
