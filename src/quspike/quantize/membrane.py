"""A one-node circuit as a membrane: everything in parallel between the node and ground.

    C_Σ dV/dt = I_in(t) − Σ_e W_e V − φ/L − I_c sin(φ/φ0),   dφ/dt = V,   V = (q + Σ C_g V_g(t)) / C_Σ

The conjugate pair is (φ, q), [φ, q] = iħ: a voltage source behind a capacitor shifts q, so that a jump of the source is
a jump of V and never of the state. Vool & Devoret, Int. J. Circuit Theory Appl. 45, 897 (2017).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from quspike.baths.passive_states import PassiveStates
from quspike.circuit import Circuit, Element, law_of
from quspike.errors import InputError, NotAvailable
from quspike.memristors.law import Law

Params = Mapping[str, Any]


@dataclass(frozen=True)
class Source:
    """A drive on the circuit: sign +1 if it pushes current into the node (or raises the gate).

    gate : what it acts through: the capacitor that a voltage source stands behind, the island of an offset charge, the
    element whose loop a flux threads; None for a current source. card : that of its element.
    """

    name: str
    sign: float
    drive: str | None
    constant: float = 0.0
    gate: str | None = None
    card: str = "I"


@dataclass(frozen=True)
class Dissipator:
    """A resistor (law None), a memristor, or a table; sign +1 if its n+ is the membrane's node.

    states : of a table, what it stores and loses.
    """

    name: str
    sign: float = 1.0
    law: Law | None = None
    senses: str = "voltage"
    x0: float | None = None
    states: PassiveStates | None = field(default=None, compare=False, repr=False)


class Parts:
    """What a circuit's dissipators and sources are, whether it has one node or several."""

    dissipators: tuple[Dissipator, ...]
    sources: tuple[Source, ...]

    @property
    def memristors(self) -> tuple[Dissipator, ...]:
        """The dissipators that remember."""
        return tuple(d for d in self.dissipators if d.law is not None)

    @property
    def gates(self) -> tuple[Source, ...]:
        """What shifts charges: voltage sources and offset charges."""
        return tuple(s for s in self.sources if s.card in ("V", "NG"))

    @property
    def fluxes(self) -> tuple[Source, ...]:
        """The external fluxes."""
        return tuple(s for s in self.sources if s.card == "FLUX")

    @property
    def currents(self) -> tuple[Source, ...]:
        """The current sources."""
        return tuple(s for s in self.sources if s.gate is None)


@dataclass(frozen=True)
class Membrane(Parts):
    """The parallel elements of one node, by name. `kind` is "resonator" if an inductive path to ground exists."""

    node: str
    capacitors: tuple[str, ...]
    inductors: tuple[str, ...]
    junctions: tuple[str, ...]
    dissipators: tuple[Dissipator, ...]
    sources: tuple[Source, ...]

    @property
    def kind(self) -> str:
        """baseband (V itself is the membrane, leak at 1/RC) or resonator (its envelope is, leak at κ/2)."""
        return "resonator" if self.inductors or self.junctions else "baseband"

    @property
    def nodes(self) -> tuple[str, ...]:
        """The one node."""
        return (self.node,)

    def gate_capacitors(self, source: Source) -> tuple[str, ...]:
        """The capacitors that a voltage source stands behind."""
        return () if source.gate is None else (source.gate,)


def reduce_to_membrane(circuit: Circuit, node: str | None = None, offsets: bool = False) -> Membrane:
    """Collect what stands in parallel at the circuit's one dynamic node, offset charges if `offsets`.

    Nodes held by a voltage source are no degrees of freedom. Raises NotAvailable when more than one dynamic node is
    left, InputError when the node has no capacitance (its charge would have no dynamics).
    """
    held = _held_nodes(circuit)
    dynamic = [n for n in circuit.nodes if n not in held]
    if len(dynamic) != 1:
        raise NotAvailable(
            "circuit",
            f"{len(dynamic)} nodes ({', '.join(dynamic)})",
            "must have one membrane node for every method so far",
        )
    if node is not None and node != dynamic[0]:
        raise InputError("node", node, f"must be the circuit's dynamic node {dynamic[0]!r}")
    return _collect(circuit, dynamic[0], held, ("I", "NG") if offsets else ("I",))


def element_params(circuit: Circuit) -> dict[str, dict[str, float]]:
    """The numbers of every element in SI: `params["elements"][name][key]`, the leaves that may be differentiated."""
    return {e.name: {**_line_resistance(e), **_numbers(e)} for e in circuit.elements}


def _numbers(e: Element) -> dict[str, Any]:
    return {k: v for k, v in e.params.items() if not isinstance(v, str)}


def _line_resistance(e: Element) -> dict[str, Any]:
    """A semi-infinite line is the resistor R = Z0."""
    return {"R": e.params["Z0"]} if e.card == "TL" and len(e.nodes) == 2 else {}


def total_capacitance(membrane: Membrane, elements: Params):
    """C_Σ in F: to ground, through gates, and of the junctions."""
    total = sum(elements[name]["C"] for name in membrane.capacitors)
    return total + sum(elements[name].get("C", 0.0) for name in membrane.junctions)


def inverse_inductance(membrane: Membrane, elements: Params):
    """1/L of the linear inductors, in 1/H (junctions not included)."""
    return sum((1 / elements[name]["L"] for name in membrane.inductors), 0.0)


def _held_nodes(circuit: Circuit) -> dict[str, tuple[Element, float]]:
    """Nodes whose voltage a grounded V source prescribes, with the source and its sign."""
    held = {}
    for e in circuit.elements:
        if e.card != "V":
            continue
        if "0" not in e.nodes:
            raise NotAvailable(e.name, f"between {e.nodes[0]} and {e.nodes[1]}", "must have one end on ground so far")
        plus = e.nodes[1] == "0"
        held[e.nodes[0] if plus else e.nodes[1]] = (e, 1.0 if plus else -1.0)
    return held


def _collect(
    circuit: Circuit, node: str, held: Mapping[str, tuple[Element, float]], driving: tuple[str, ...]
) -> Membrane:
    capacitors: list[str] = []
    inductors: list[str] = []
    junctions: list[str] = []
    dissipators: list[Dissipator] = []
    sources: list[Source] = []
    for e in circuit.elements:
        if e.card == "V":
            continue
        if e.card not in ("C", "L", "JJ", "R", "MEM", *driving) and not (e.card == "TL" and len(e.nodes) == 2):
            raise NotAvailable(e.name, f"card {e.card}", "must be C, L, JJ, R, MEM, I, or V behind a capacitor so far")
        if e.card == "NG":
            sources.append(source_of(e))
            continue
        other = e.nodes[1] if e.nodes[0] == node else e.nodes[0]
        sign = 1.0 if e.nodes[0] == node else -1.0
        if e.card == "C":
            capacitors.append(e.name)
            if other in held:
                sources.append(_gate(e, *held[other]))
        elif other != "0":
            raise NotAvailable(
                e.name, f"between {node} and {other}", "must be a capacitor to stand before a voltage source"
            )
        elif e.card == "L":
            inductors.append(e.name)
        elif e.card == "JJ":
            junctions.append(e.name)
        elif e.card == "I":
            sources.append(replace(source_of(e), sign=-sign))
        else:
            dissipators.append(dissipator_of(e, sign))
    membrane = Membrane(node, tuple(capacitors), tuple(inductors), tuple(junctions), tuple(dissipators), tuple(sources))
    has_capacitance = capacitors or any("C" in circuit.element(j).params for j in junctions)
    if not has_capacitance:
        raise InputError(
            "circuit", f"node {node} with none", f"needs a capacitor at node {node} (its charge has no dynamics)"
        )
    return membrane


def _gate(capacitor: Element, source: Element, sign: float) -> Source:
    return replace(source_of(source), sign=sign, gate=capacitor.name)


def source_of(e: Element) -> Source:
    """A source in the direction of its element."""
    through = {"V": e.name, "NG": next(iter(e.nodes), None), "FLUX": str(e.params.get("target"))}
    return Source(e.name, 1.0, drive_of(e), float(e.params.get("value", 0.0)), through.get(e.card), e.card)


def drive_of(source: Element) -> str | None:
    """The name of the drive that a source follows; None if it is constant."""
    drive = source.params.get("drive")
    return None if drive is None else str(drive)


def dissipator_of(e: Element, sign: float) -> Dissipator:
    """A resistor, a semi-infinite line, a memristor, or a table that is yet to be read (`tables`)."""
    if e.card in ("R", "TL", "Y"):
        return Dissipator(e.name)
    law = law_of(e)
    x0 = e.params.get("x0")
    return Dissipator(e.name, sign, law, str(e.params.get("senses", "voltage")), None if x0 is None else float(x0))
