"""A circuit as branches around loops: the contract between the netlist and its loop-charge form.

    q_branch = b·Q + Σ_s s Q_s(t),     Q_s = ∫I_s dt of a current source,     i = dq/dt from n+ to n−

Q_l is the charge that has flown around loop l, the dual of a node's flux; a circuit need not be planar. Kirchhoff's
current law holds by construction. Loops are cycles, named after the branch that closes each, of five kinds:

    extended   an inductor and a capacitor see it         baseband   no capacitor, but resistors or voltages: an RL loop
    free       inductors alone: its flux is conserved     frozen     capacitors alone: it follows the others exactly
    massless   resistors but no inductor: it has no conjugate flux

Ulrich & Hassler, Phys. Rev. B 94, 094505 (2016).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NoReturn

import numpy as np

from quspike.circuit import Circuit, Element
from quspike.errors import InputError, NotAvailable
from quspike.quantize.loop_charges.spanning_tree import Cycle, SpanningTree
from quspike.quantize.network import natural

Kind = Literal["extended", "baseband", "free", "frozen", "massless"]
Role = Literal["capacitance", "inductance", "dissipator", "voltage"]
Charges = tuple[tuple[str, int], ...]  # current sources and the signs with which their charges add

ROLES: dict[str, Role] = {"C": "capacitance", "L": "inductance", "R": "dissipator", "MEM": "dissipator"}
ROLES |= {"TL": "dissipator", "V": "voltage"}
INDEPENDENT = 1e-9
INSTEAD = 'leave out coordinates="loop" for node fluxes'


@dataclass(frozen=True)
class Loop:
    """One loop charge. name : of the branch that closes the loop, whose current counts positive."""

    name: str
    kind: Kind


@dataclass(frozen=True)
class LoopBranch:
    """One branch: the charge through it is `vector·Q + Σ sign·Q_source`, from n+ to n−.

    A resistor with a cutoff ω_c is R in series with R/ω_c: two branches, a dissipator and an inductance.
    """

    element: str
    role: Role
    vector: tuple[int, ...]
    sources: Charges = ()


@dataclass(frozen=True)
class LoopNetwork:
    """Loops and branches of a circuit; couplings : (K element, inductor, inductor)."""

    circuit: Circuit
    loops: tuple[Loop, ...]
    branches: tuple[LoopBranch, ...]
    couplings: tuple[tuple[str, str, str], ...] = ()

    @property
    def size(self) -> int:
        """How many loops there are."""
        return len(self.loops)

    @property
    def names(self) -> tuple[str, ...]:
        """The loops' names."""
        return tuple(loop.name for loop in self.loops)

    def of(self, *roles: Role) -> tuple[LoopBranch, ...]:
        """The branches of these roles, in natural order of their names."""
        return tuple(b for b in self.branches if b.role in roles)

    def incidence(self, *roles: Role) -> np.ndarray:
        """B of these roles, (loops, branches): branch charges are BᵀQ."""
        found = [b.vector for b in self.of(*roles)]
        return np.array(found, dtype=float).reshape(len(found), self.size).T

    def source_signs(self, *roles: Role) -> np.ndarray:
        """Signs of the current sources' charges in these branches (branches, I)."""
        names = [e.name for e in self.circuit.of("I")]
        found = [[dict(b.sources).get(name, 0) for name in names] for b in self.of(*roles)]
        return np.array(found, dtype=float).reshape(len(found), len(names))

    def indices(self, *kinds: Kind) -> np.ndarray:
        """Where the loops of these kinds stand."""
        return np.array([i for i, loop in enumerate(self.loops) if loop.kind in kinds], dtype=int)

    @cached_property
    def tree(self) -> SpanningTree:
        """The tree through which sources and ports are closed: inductors last."""
        return _tree(_Sorted(self.circuit), "V C D DL L")

    def cycles_of(self, groups: str) -> int:
        """How many independent loops the branches of these groups have among themselves, as `"V L"`."""
        return len(_tree(_Sorted(self.circuit), groups).chords)

    def port(self, plus: str, minus: str) -> np.ndarray:
        """Signs of the branches on a way from one node of a port to the other (branches,).

        Raises InputError for nodes that nothing but current sources joins.
        """
        way = self.tree.path(plus, minus)
        if way is None:
            raise InputError("port", f"{plus}, {minus}", "must be joined by elements other than current sources")
        return np.array([way.get(b.element, 0) for b in self.branches], dtype=float)


def loop_network(circuit: Circuit) -> LoopNetwork:
    """The loops of a circuit; they do not depend on the order of its lines.

    Raises
    ------
    InputError : a junction, a cut set of current sources, a memristor in a loop without inductance.
    NotAvailable : finite lines, tabulated admittances, offset charges.
    """
    for e in sorted(circuit.elements, key=lambda e: natural(e.name)):
        _refuse(e)
    sorted_ = _Sorted(circuit)
    found = sorted(_loops(sorted_), key=lambda loop: natural(loop[0]))
    loops = tuple(Loop(name, kind) for name, kind, _ in found)
    charges = _source_charges(circuit, _tree(sorted_, "V C D DL L"))
    branches = tuple(_branches(sorted_, [cycle for *_, cycle in found], charges))
    couplings = tuple((k.name, str(k.params["L1"]), str(k.params["L2"])) for k in circuit.of("K"))
    _check_memristors(circuit, loops, branches)
    return LoopNetwork(circuit, loops, branches, tuple(sorted(couplings, key=lambda k: natural(k[0]))))


class _Sorted:
    """The branches by what they store: V, C, D (dissipators), DL (those with a cutoff, hence an inductance), L."""

    def __init__(self, circuit: Circuit) -> None:
        self.elements = sorted((e for e in circuit.elements if e.card in ROLES), key=lambda e: natural(e.name))
        self.ends = {e.name: e.nodes for e in self.elements}
        self.groups: dict[str, list[str]] = {key: [] for key in ("V", "C", "D", "DL", "L")}
        for e in self.elements:
            key = e.card if e.card in "VCL" else "DL" if inductive(e) else "D"
            self.groups[key].append(e.name)


def inductive(e: Element) -> bool:
    """A resistor or a line whose Drude cutoff makes it R in series with R/ω_c."""
    return e.card in ("R", "TL") and "cutoff" in e.params


def _tree(sorted_: _Sorted, groups: str) -> SpanningTree:
    return SpanningTree([name for key in groups.split() for name in sorted_.groups[key]], sorted_.ends)


CANDIDATES: tuple[tuple[Kind, str], ...] = (
    ("frozen", "V C"),
    ("massless", "V C D"),
    ("free", "L"),
    ("baseband", "V D DL L"),
    ("extended", "V C D DL L"),
)


def _loops(sorted_: _Sorted) -> Iterator[tuple[str, Kind, Cycle]]:
    """Cycles of ever larger parts of the circuit, those that are no sum of earlier ones."""
    order = [e.name for e in sorted_.elements]
    rows: list[np.ndarray] = []
    taken: dict[str, int] = {}
    for kind, groups in CANDIDATES:
        for chord, cycle in _tree(sorted_, groups).cycles():
            vector = np.array([cycle.get(name, 0) for name in order], dtype=float)
            for row in rows:
                vector = vector - row * (row @ vector)
            length = np.linalg.norm(vector)
            if length > INDEPENDENT:
                rows.append(vector / length)
                taken[chord] = taken.get(chord, 0) + 1
                name = chord if taken[chord] == 1 else f"{chord}.{taken[chord]}"
                yield name, kind, cycle


def _source_charges(circuit: Circuit, tree: SpanningTree) -> dict[str, Cycle]:
    """By branch: the current sources whose charge flows back through it."""
    found: dict[str, Cycle] = {}
    for e in circuit.of("I"):
        way = tree.path(e.nodes[1], e.nodes[0])
        if way is None:
            remedy = "must not be the only way between its nodes: a cut set of current sources; put C, L or R beside it"
            raise InputError(e.name, f"between {' and '.join(e.nodes)}", remedy)
        for name, sign in way.items():
            found.setdefault(name, {})[e.name] = sign
    return found


def _branches(sorted_: _Sorted, cycles: list[Cycle], charges: Mapping[str, Cycle]) -> Iterator[LoopBranch]:
    for e in sorted_.elements:
        vector = tuple(cycle.get(e.name, 0) for cycle in cycles)
        sources = tuple(sorted(charges.get(e.name, {}).items()))
        yield LoopBranch(e.name, ROLES[e.card], vector, sources)
        if inductive(e):
            yield LoopBranch(e.name, "inductance", vector, sources)


def _refuse(e: Element) -> None:
    if e.card == "JJ":
        remedy = (
            'needs node fluxes, whose cosine it is: leave out coordinates="loop" (in loops its like is a phase slip)'
        )
        raise InputError(e.name, "a Josephson junction", remedy)
    if e.card == "NG":
        remedy = f"has no place in loop charges, where islands start neutral: {INSTEAD}, which keep it as a parameter"
        raise NotAvailable(e.name, "an offset charge", remedy)
    if e.card == "Y" or (e.card == "TL" and len(e.nodes) == 4):
        what = "a finite line" if e.card == "TL" else "a tabulated admittance"
        raise NotAvailable(e.name, what, f"is not available in loop charges: {INSTEAD}, which have it")


def _check_memristors(circuit: Circuit, loops: Iterable[Loop], branches: Iterable[LoopBranch]) -> None:
    """A memristor's charge needs a conjugate: an inductance in every loop that it closes."""
    light = [i for i, loop in enumerate(loops) if loop.kind == "massless"]
    for branch in branches:
        if circuit.element(branch.element).card == "MEM" and any(branch.vector[i] for i in light):
            _refuse_massless(branch, [loop.name for loop in loops], light)


def _refuse_massless(branch: LoopBranch, names: list[str], light: list[int]) -> NoReturn:
    through = next(names[i] for i in light if branch.vector[i])
    found = f"none in the loop that {through} closes"
    remedy = "needs an inductance in series, or its charge has no conjugate flux: add an L at one of its nodes"
    raise InputError(branch.element, found, remedy)
