"""A circuit as branches between coordinates: the contract between the netlist and everything that quantizes it.

    φ_node = Σ_k P_nk θ_k + Σ_s s Φ_s(t),        flux of a branch = b·θ + Σ_s s Φ_s(t),        Φ_s = ∫V_s dt

It holds integers and names only: the symbolic stage (`lagrangian`, `hamiltonian`, `motion`) and the numeric one
(`matrices`) both read it, and neither reads the netlist. The answer does not depend on the order of its lines.
Vool & Devoret, Int. J. Circuit Theory Appl. 45, 897 (2017); variables are classified as by Chitta et al., New J. Phys.
24, 103020 (2022).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from quspike.circuit import Circuit, Element
from quspike.errors import InputError, NotAvailable
from quspike.quantize.coordinates import GROUND, Coordinate, Edge, Role, choose_coordinates
from quspike.quantize.line_parts import Part, is_finite_line, line_parts
from quspike.quantize.voltage_sources import Held, hold

Sources = tuple[tuple[str, int], ...]  # voltage sources and the signs with which their fluxes add


@dataclass(frozen=True)
class Branch:
    """One branch: its flux is `vector·θ + Σ sign·Φ_source`, from n+ to n−, and its current flows n+ → n−.

    A junction with a capacitance of its own is two branches, a junction and a capacitance, of the same element. A line
    of finite length is many (`line_parts`), each with a share of its whole capacitance or inductance.
    """

    element: str
    role: Role
    vector: tuple[int, ...]
    sources: Sources = ()
    share: float = 1.0

    @property
    def moves(self) -> bool:
        """Whether any coordinate changes its flux; a branch between held nodes has no dynamics."""
        return any(self.vector)


@dataclass(frozen=True)
class Line:
    """A transmission line of finite length: the vectors of its two ports, as of a branch from a+ to a−, b+ to b−."""

    element: str
    a: tuple[int, ...]
    b: tuple[int, ...]


@dataclass(frozen=True)
class Network:
    """Coordinates and branches of a circuit.

    nodes : without ground, in natural order, (N,). basis : P, integers (N, n). offsets : by node, the voltage sources
    whose fluxes add to it. couplings : (K element, inductor, inductor). Modes of finite lines are the last coordinates.
    """

    circuit: Circuit
    nodes: tuple[str, ...]
    coordinates: tuple[Coordinate, ...]
    basis: tuple[tuple[int, ...], ...]
    offsets: Mapping[str, Sources] = field(repr=False)
    branches: tuple[Branch, ...] = field(repr=False)
    couplings: tuple[tuple[str, str, str], ...] = ()
    lines: tuple[Line, ...] = ()

    @property
    def size(self) -> int:
        """How many coordinates there are, eliminated ones counted in."""
        return len(self.coordinates)

    def of(self, *roles: Role) -> tuple[Branch, ...]:
        """The branches of these roles, in the order of the netlist's names."""
        return tuple(b for b in self.branches if b.role in roles)

    def incidence(self, *roles: Role) -> np.ndarray:
        """B of these roles, (n, branches): branch fluxes are Bᵀθ; not to be written to."""
        if roles not in self._incidences:
            found = [b.vector for b in self.of(*roles)]
            self._incidences[roles] = np.array(found, dtype=float).reshape(len(found), self.size).T
            self._incidences[roles].flags.writeable = False
        return self._incidences[roles]

    @cached_property
    def _incidences(self) -> dict[tuple[Role, ...], np.ndarray]:
        """B by roles: thousands of tuples take longer to read than any product of theirs to compute."""
        return {}

    def node_vector(self, node: str) -> np.ndarray:
        """The row of P of one node, zero for ground (n,). Raises InputError for a node that the circuit has not."""
        if node not in (GROUND, *self.nodes):
            raise InputError("node", node, f"must be one of {', '.join(self.nodes)}, or ground {GROUND}")
        return np.zeros(self.size) if node == GROUND else np.array(self.basis[self.nodes.index(node)], dtype=float)

    def port(self, plus: str, minus: str = GROUND) -> np.ndarray:
        """u with `φ_plus − φ_minus = u·θ`, voltage sources at rest (n,)."""
        return self.node_vector(plus) - self.node_vector(minus)

    def indices(self, *kinds: str) -> np.ndarray:
        """Where the coordinates of these kinds stand."""
        return np.array([i for i, c in enumerate(self.coordinates) if c.kind in kinds], dtype=int)

    @cached_property
    def followers(self) -> np.ndarray:
        """Where the frozen coordinates stand on which no dissipator acts: `∂U/∂θ = 0` makes them follow the others."""
        acted = self.incidence("dissipator")
        return np.array([i for i in self.indices("frozen") if not np.any(acted[i])], dtype=int)

    @cached_property
    def constrained(self) -> tuple[str, ...]:
        """The junctions that such a coordinate moves: their flux solves an equation that is not linear."""
        moved = np.any(self.incidence("junction")[self.followers], axis=0)
        return tuple(b.element for b, own in zip(self.of("junction"), moved, strict=True) if own)

    def without_lines(self) -> Network:
        """The same, lines of finite length left out, for who knows them exactly at each frequency (`admittance`)."""
        left = tuple(c for c in self.coordinates if not c.element)
        n, names = len(left), [line.element for line in self.lines]
        return replace(
            self,
            coordinates=left,
            basis=tuple(row[:n] for row in self.basis),
            branches=tuple(replace(b, vector=b.vector[:n]) for b in self.branches if b.element not in names),
            lines=tuple(Line(line.element, line.a[:n], line.b[:n]) for line in self.lines),
        )

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
    edges = [edge for e in elements for edge in edges_of(e, held)]
    chosen = choose_coordinates(nodes, held, edges)
    parts = {e: line_parts(e) for e in elements if is_finite_line(e)}
    modes = [Coordinate(f"{e.name}.{j + 1}", "extended", "", e.name) for e, p in parts.items() for j in range(p.inner)]
    coordinates = (*chosen.coordinates, *modes)
    basis = tuple((*row, *(0,) * len(modes)) for row in chosen.basis)
    rows = np.array(basis, dtype=int).reshape(len(nodes), len(coordinates))
    frame = Frame(dict(zip(nodes, rows, strict=True)), held, len(coordinates))
    branches = [frame.branch(e, role, (plus, minus)) for e, role, plus, minus in edges if e not in parts]
    lines = []
    for e, p in parts.items():
        first = next((i for i, c in enumerate(coordinates) if c.element == e.name), len(coordinates))
        branches += [frame.part(e, part, first) for part in p.branches]
        lines.append(Line(e.name, *(frame.branch(e, "inductance", e.nodes[k : k + 2]).vector for k in (0, 2))))
    couplings = tuple((e.name, str(e.params["L1"]), str(e.params["L2"])) for e in elements if e.card == "K")
    coordinates = tuple(_beside(c, i, lines) for i, c in enumerate(coordinates))
    offsets = {node: held.offsets[node] for node in nodes if held.offsets[node]}
    return Network(circuit, nodes, coordinates, basis, offsets, tuple(branches), couplings, tuple(lines))


def _beside(coordinate: Coordinate, i: int, lines: Iterable[Line]) -> Coordinate:
    """A free coordinate with the names of the lines of finite length whose ports it moves."""
    if coordinate.kind != "free":
        return coordinate
    return replace(coordinate, shared_with=tuple(line.element for line in lines if line.a[i] or line.b[i]))


def edges_of(element: Element, held: Held) -> Iterator[Edge]:
    """The pairs of nodes that an element joins, and how; a finite line is a coil between two capacitors."""
    if not is_finite_line(element):
        yield from ((element, role, element.nodes[0], element.nodes[1]) for role in roles_of(element))
        return
    a, a_return, b, b_return = element.nodes
    if held.root[a_return] != held.root[b_return]:
        found, node = f"{a_return} and {b_return}", GROUND if GROUND in (a_return, b_return) else a_return
        remedy = (
            f"must have one node in common as a- and b- (such as {node}): a line tells how its two wires differ at "
            "each end, and not how its ends stand to each other"
        )
        raise NotAvailable(element.name, found, remedy)
    yield element, "inductance", a, b
    yield element, "capacitance", a, a_return
    yield element, "capacitance", b, b_return


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


@dataclass(frozen=True)
class Frame:
    """What turns pairs of nodes into branches. rows : of P by node, (n,). size : n, the number of coordinates."""

    rows: Mapping[str, np.ndarray]
    held: Held
    size: int

    def branch(self, e: Element, role: Role, nodes: Sequence[str]) -> Branch:
        """The branch of an element between two nodes."""
        return Branch(e.name, role, *self.combined([(1, nodes[0]), (-1, nodes[1])]))

    def part(self, e: Element, part: Part, first: int) -> Branch:
        """A part of a finite line whose inner coordinates start at `first`."""
        signs = (part.a, -part.a, part.b, -part.b)
        vector, sources = self.combined(list(zip(signs, e.nodes, strict=True)))
        inner = {first + index: sign for index, sign in part.inner}
        vector = tuple(v + inner.get(i, 0) for i, v in enumerate(vector))
        return Branch(e.name, part.role, vector, sources, part.share)

    def combined(self, terms: Sequence[tuple[int, str]]) -> tuple[tuple[int, ...], Sources]:
        """The vector and the voltage sources of a sum of node fluxes."""
        vector = np.zeros(self.size, dtype=int)
        for weight, node in terms:
            if node in self.rows:
                vector += weight * self.rows[node]
        total: dict[str, int] = {}
        for weight, node in terms:
            for name, sign in self.held.offsets.get(node, ()):
                total[name] = total.get(name, 0) + weight * sign
        return tuple(vector.tolist()), tuple(sorted((name, weight) for name, weight in total.items() if weight))


def element_names(branches: Iterable[Branch]) -> tuple[str, ...]:
    """The elements of these branches."""
    return tuple(b.element for b in branches)
