"""A circuit as branches between coordinates: the contract between the netlist and everything that quantizes it.

    φ_node = Σ_k P_nk θ_k + Σ_s s Φ_s(t),        flux of a branch = b·θ + Σ_s s Φ_s(t),        Φ_s = ∫V_s dt

It holds integers and names only: the symbolic stage (`lagrangian`, `hamiltonian`, `motion`) and the numeric one
(`matrices`) both read it, and neither reads the netlist. The answer does not depend on the order of its lines.
Vool & Devoret, Int. J. Circuit Theory Appl. 45, 897 (2017); variables are classified as by Chitta et al., New J. Phys.
24, 103020 (2022).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from quspike.circuit import Circuit, Element
from quspike.quantize.coordinates import GROUND, Coordinate, choose_coordinates
from quspike.quantize.voltage_sources import Held, hold

Role = Literal["capacitance", "inductance", "junction", "dissipator", "current"]
Sources = tuple[tuple[str, int], ...]  # voltage sources and the signs with which their fluxes add


@dataclass(frozen=True)
class Branch:
    """One branch: its flux is `vector·θ + Σ sign·Φ_source`, from n+ to n−, and its current flows n+ → n−.

    A junction with a capacitance of its own is two branches, a junction and a capacitance, of the same element.
    """

    element: str
    role: Role
    vector: tuple[int, ...]
    sources: Sources = ()

    @property
    def moves(self) -> bool:
        """Whether any coordinate changes its flux; a branch between held nodes has no dynamics."""
        return any(self.vector)


@dataclass(frozen=True)
class Network:
    """Coordinates and branches of a circuit.

    nodes : without ground, in natural order, (N,). basis : P, integers (N, n). offsets : by node, the voltage sources
    whose fluxes add to it. couplings : (K element, inductor, inductor).
    """

    circuit: Circuit
    nodes: tuple[str, ...]
    coordinates: tuple[Coordinate, ...]
    basis: tuple[tuple[int, ...], ...]
    offsets: Mapping[str, Sources] = field(repr=False)
    branches: tuple[Branch, ...] = field(repr=False)
    couplings: tuple[tuple[str, str, str], ...] = ()

    @property
    def size(self) -> int:
        """How many coordinates there are, eliminated ones counted in."""
        return len(self.coordinates)

    def of(self, *roles: Role) -> tuple[Branch, ...]:
        """The branches of these roles, in the order of the netlist's names."""
        return tuple(b for b in self.branches if b.role in roles)

    def incidence(self, *roles: Role) -> np.ndarray:
        """B of these roles, (n, branches): branch fluxes are Bᵀθ."""
        found = [b.vector for b in self.of(*roles)]
        return np.array(found, dtype=float).reshape(len(found), self.size).T

    def node_vector(self, node: str) -> np.ndarray:
        """The row of P of one node, zero for ground (n,)."""
        return np.zeros(self.size) if node == GROUND else np.array(self.basis[self.nodes.index(node)], dtype=float)

    def port(self, plus: str, minus: str = GROUND) -> np.ndarray:
        """u with `φ_plus − φ_minus = u·θ`, voltage sources at rest (n,)."""
        return self.node_vector(plus) - self.node_vector(minus)

    def indices(self, *kinds: str) -> np.ndarray:
        """Where the coordinates of these kinds stand."""
        return np.array([i for i, c in enumerate(self.coordinates) if c.kind in kinds], dtype=int)

    @cached_property
    def by_element(self) -> Mapping[str, tuple[Branch, ...]]:
        """The branches of each element."""
        found: dict[str, list[Branch]] = {}
        for branch in self.branches:
            found.setdefault(branch.element, []).append(branch)
        return {name: tuple(own) for name, own in found.items()}


def network(circuit: Circuit) -> Network:
    """The branches and coordinates of a circuit.

    Raises
    ------
    InputError : a node that nothing holds (a cut set of current sources), a junction at a node without capacitance.
    NotAvailable : a card that cannot be quantized yet.
    """
    nodes = tuple(sorted(circuit.nodes, key=natural))
    elements = sorted(circuit.elements, key=lambda e: natural(e.name))
    held = hold(nodes, elements)
    ends = [(e, role) for e in elements for role in roles_of(e)]
    chosen = choose_coordinates(nodes, held, [(e, role, e.nodes[0], e.nodes[1]) for e, role in ends])
    index = dict(zip(nodes, chosen.basis, strict=True))
    size = len(chosen.coordinates)
    branches = tuple(_branch(e, role, index, held, size) for e, role in ends)
    couplings = tuple((e.name, str(e.params["L1"]), str(e.params["L2"])) for e in elements if e.card == "K")
    offsets = {node: held.offsets[node] for node in nodes if held.offsets[node]}
    return Network(circuit, nodes, chosen.coordinates, chosen.basis, offsets, branches, couplings)


def roles_of(element: Element) -> Iterator[Role]:
    """The branches that an element is made of."""
    match element.card:
        case "C":
            yield "capacitance"
        case "L":
            yield "inductance"
        case "JJ":
            yield "junction"
            if "C" in element.params:
                yield "capacitance"
        case "R" | "MEM":
            yield "dissipator"
        case "TL" | "Y":
            if len(element.nodes) == 2:
                yield "dissipator"
        case "I":
            yield "current"


def natural(name: str) -> tuple:
    """Sorts n2 before n10."""
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", name) if part)


def _branch(e: Element, role: Role, index: Mapping[str, tuple[int, ...]], held: Held, size: int) -> Branch:
    plus, minus = e.nodes
    ground = (0,) * size
    vector = tuple(a - b for a, b in zip(index.get(plus, ground), index.get(minus, ground), strict=True))
    return Branch(e.name, role, vector, _difference(held.offsets.get(plus, ()), held.offsets.get(minus, ())))


def _difference(plus: Sources, minus: Sources) -> Sources:
    total: dict[str, int] = {}
    for sources, sign in ((plus, 1), (minus, -1)):
        for name, weight in sources:
            total[name] = total.get(name, 0) + sign * weight
    return tuple(sorted((name, weight) for name, weight in total.items() if weight))


def element_names(branches: Iterable[Branch]) -> tuple[str, ...]:
    """The elements of these branches."""
    return tuple(b.element for b in branches)
