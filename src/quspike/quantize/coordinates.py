"""Coordinates of a circuit: integer combinations of node fluxes, each of one kind.

    periodic    only junctions see it, so θ and θ + 2πφ0 are one state: its charge is counted in 2e, with an offset
    extended    an inductor sees it, or a junction that a dissipator or a current source can tell from its turns
    baseband    nothing stores energy in it, but a dissipator or a current source acts on it: an RC membrane
    free        nothing acts on it at all: its charge is conserved, a parameter (an island behind capacitors); with
                that of the lines of finite length that end in it, if there are any
    frozen      no capacitor sees it: no charge of its own, ∂L/∂θ = 0; a combination of the others

Every kind is read off connected sets of nodes, so that P is an integer matrix of determinant ±1 and charges of periodic
coordinates stay whole numbers of pairs:

    clusters  joined by inductors, dissipators, current sources    islands   joined by inductors and junctions
    plates    joined by capacitors                                 bodies    joined by anything but capacitors

A circuit whose kinds are those of its nodes keeps its nodes as coordinates. Chitta et al., New J. Phys. 24, 103020
(2022), extended by dissipators.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from quspike.circuit import Element
from quspike.circuit.connected import Connected
from quspike.errors import InputError, NotAvailable
from quspike.quantize.voltage_sources import GROUND, Held

Kind = Literal["periodic", "extended", "baseband", "free", "frozen"]
Role = Literal["capacitance", "inductance", "junction", "dissipator", "current"]
Edge = tuple[Element, Role, str, str]  # element, role, n+, n−

GALVANIC = ("inductance", "dissipator", "current")


@dataclass(frozen=True)
class Coordinate:
    """One coordinate. name : the node whose flux it is, or `b-a` for a difference. node : the node that names it.

    element : the line of finite length whose mode it is, named `TL1.3`; such a one is no node's, and has node "".
    shared_with : of a free one, the lines of finite length that end in it. What is conserved is its charge and that of
    their inner coordinates together, which move with it.
    """

    name: str
    kind: Kind
    node: str
    element: str = ""
    shared_with: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chosen:
    """The coordinates, and the row of P of each node."""

    coordinates: tuple[Coordinate, ...]
    basis: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Column:
    """A coordinate before it has its name: by node, how the flux moves with it."""

    node: str
    kind: Kind
    weights: Mapping[str, int]


def choose_coordinates(nodes: Sequence[str], held: Held, edges: Sequence[Edge]) -> Chosen:
    """The coordinates of these nodes (in their order), given the groups that voltage sources hold together.

    edges : element, role and nodes of each branch.
    """
    roots = [n for n in nodes if held.root[n] == n]
    tied = [(e, role, held.root[a], held.root[b]) for e, role, a, b in edges]
    tied = [edge for edge in tied if edge[2] != edge[3]]
    _refuse_cut_sets(roots, tied)
    frozen = _frozen(roots, tied)
    columns = {c.node: c for c in (*frozen, *_moving(roots, frozen, tied))}
    ordered = [columns[n] for n in roots]
    return _named(nodes, held, roots, ordered)


def _frozen(roots: Sequence[str], edges: Sequence[Edge]) -> list[Column]:
    """One coordinate for each set of plates without a capacitor to ground."""
    plates = _sets(roots, ((a, b) for _, role, a, b in edges if role == "capacitance"))
    found = []
    for plate in plates:
        if GROUND in plate:
            continue
        leaving = [(e, role) for e, role, a, b in edges if (a in plate) != (b in plate)]
        node = min(plate, key=roots.index)
        _refuse_overdamped(node, leaving)
        found.append(Column(node, "frozen", dict.fromkeys(plate, 1)))
    return found


def _refuse_cut_sets(roots: Sequence[str], edges: Sequence[Edge]) -> None:
    """A current into nodes from which nothing but current sources leads away has nowhere to go."""
    for nodes in _sets(roots, ((a, b) for _, role, a, b in edges if role != "current")):
        if GROUND in nodes:
            continue
        source = next(e for e, role, a, b in edges if role == "current" and (a in nodes) != (b in nodes))
        node = min(nodes, key=roots.index)
        remedy = "must not drive a node that no other element can carry: add C or L"
        raise InputError(source.name, f"node {node}", remedy)


def _refuse_overdamped(node: str, leaving: Sequence[tuple[Element, Role]]) -> None:
    """A junction at a node that dissipators hold: `G θ̇ = −∂U/∂θ`, of first order. Without them: `constraint`."""
    found = {role: e.name for e, role in leaving}
    if "junction" in found and "dissipator" in found:
        remedy = f"needs a capacitance (C= on {found['junction']}, or a capacitor at node {node})"
        why = f"with {found['dissipator']} and no charge its phase is overdamped, which is not available yet"
        raise NotAvailable(found["junction"], f"none at node {node}", f"{remedy}: {why}")


Candidate = tuple[Kind, dict[str, int]]


def _moving(roots: Sequence[str], frozen: Sequence[Column], edges: Sequence[Edge]) -> list[Column]:
    """A column for each node that has a capacitance, in which plates without one to ground are followed by their own.

    Clusters are disjoint, and so are islands: the matrix of both is that of a bipartite graph, hence totally
    unimodular, and stays so with single nodes beside it. Whatever independent columns are taken have P of determinant
    ±1, and independence can be told over the two-element field.
    """
    leaders = {n: c.node for c in frozen for n in c.weights}
    massive = [n for n in roots if leaders.get(n) != n]

    def beside(nodes: frozenset[str]) -> dict[str, int]:
        moved = {n: int(n in nodes) - int(leaders.get(n) in nodes) for n in massive}
        return {n: weight for n, weight in moved.items() if weight}

    candidates = [(kind, beside(nodes)) for kind, nodes in _candidates(roots, massive, edges)]
    candidates += [("extended", {n: 1}) for n in massive]
    return _named_by_nodes(_independent(candidates, massive), massive)


def _candidates(
    roots: Sequence[str], massive: Sequence[str], edges: Sequence[Edge]
) -> Iterator[tuple[Kind, frozenset[str]]]:
    """Bodies, then clusters, then islands; of each body all but the one that is its reference."""
    pairs = [(role, a, b) for _, role, a, b in edges]
    clusters = _sets(roots, ((a, b) for role, a, b in pairs if role in GALVANIC))
    islands = _sets(roots, ((a, b) for role, a, b in pairs if role in ("inductance", "junction")))
    bodies = _sets(roots, ((a, b) for role, a, b in pairs if role != "capacitance"))
    home = {body: GROUND if GROUND in body else min(body, key=roots.index) for body in bodies}
    yield from (("free", body) for body in bodies if home[body] != GROUND)
    yield from (("periodic", c) for body in bodies for c in clusters if c <= body and home[body] not in c)
    yield from (("baseband", i) for body in bodies for i in islands if i <= body and home[body] not in i)


def _independent(candidates: Sequence[Candidate], massive: Sequence[str]) -> list[Candidate]:
    """The candidates that are no sum of earlier ones, by elimination over the two-element field."""
    place = {node: i for i, node in enumerate(massive)}
    pivots: dict[int, int] = {}
    kept = []
    for kind, weights in candidates:
        vector = sum(1 << place[n] for n in weights)
        while vector and vector.bit_length() in pivots:
            vector ^= pivots[vector.bit_length()]
        if vector:
            pivots[vector.bit_length()] = vector
            kept.append((kind, weights))
    return kept


def _named_by_nodes(columns: Sequence[Candidate], massive: Sequence[str]) -> list[Column]:
    """Each column after a node of its own, so that columns can be put in the order of nodes: augmenting paths."""
    place = {node: i for i, node in enumerate(massive)}
    taken: dict[str, int] = {}

    def settle(column: int, refused: set[str]) -> bool:
        for node in sorted(columns[column][1], key=place.__getitem__):
            if node not in refused:
                refused.add(node)
                if node not in taken or settle(taken[node], refused):
                    taken[node] = column
                    return True
        return False

    for column in sorted(range(len(columns)), key=lambda i: len(columns[i][1])):
        settle(column, set())
    return [Column(node, *columns[i]) for node, i in taken.items()]


def _named(nodes: Sequence[str], held: Held, roots: Sequence[str], columns: Sequence[Column]) -> Chosen:
    place = {n: i for i, n in enumerate(roots)}
    basis = np.zeros((len(roots), len(columns)), dtype=int)
    for j, column in enumerate(columns):
        for node, weight in column.weights.items():
            basis[place[node], j] = weight
    coordinates = tuple(
        Coordinate(_name(row, roots), c.kind, c.node)
        for row, c in zip(_integer_inverse(basis, roots), columns, strict=True)
    )
    rows = {n: tuple(row) for n, row in zip(roots, basis.tolist(), strict=True)}
    ground = (0,) * len(columns)
    return Chosen(coordinates, tuple(rows.get(held.root[n], ground) for n in nodes))


def _integer_inverse(basis: np.ndarray, roots: Sequence[str]) -> np.ndarray:
    """P⁻¹, whole numbers as P has determinant ±1: no random circuit has been found in which it has not."""
    unit = np.eye(len(basis))
    if np.array_equal(basis, unit):  # most often, and it takes no time
        return basis
    inverse = np.rint(np.linalg.inv(basis))
    if not np.array_equal(inverse @ basis, unit):
        what = "plates that float on inductors in a ring"
        raise NotAvailable(f"nodes {', '.join(roots)}", what, "must have a capacitor to ground for one, however small")
    return inverse.astype(int)


def _name(row: np.ndarray, roots: Sequence[str]) -> str:
    """`m`, `b-a`, `c-a-b`: the combination of node fluxes that a coordinate is."""
    plus = [roots[i] for i in np.flatnonzero(row > 0).tolist() for _ in range(row[i])]
    minus = [roots[i] for i in np.flatnonzero(row < 0).tolist() for _ in range(-row[i])]
    return "+".join(plus) + "".join(f"-{n}" for n in minus)


def _sets(roots: Sequence[str], pairs: Iterable[tuple[str, str]]) -> list[frozenset[str]]:
    """The connected sets of ground and these nodes."""
    joined = Connected((a, b) for a, b in pairs)
    found: dict[str, set[str]] = {}
    for node in (GROUND, *roots):
        found.setdefault(joined.root(node), set()).add(node)
    return [frozenset(nodes) for nodes in found.values()]
