"""A circuit of several nodes as the methods run it: its network, its dissipators and its sources, in netlist order.

A circuit with one dynamic node and nothing but parallel elements is a `Membrane`, which has methods of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from quspike.circuit import Circuit
from quspike.errors import InputError, NotAvailable
from quspike.quantize.membrane import (
    Dissipator,
    Membrane,
    Parts,
    Source,
    dissipator_of,
    element_params,
    reduce_to_membrane,
    source_of,
)
from quspike.quantize.network import Network, network
from quspike.quantize.numbers.matrices import check_constraint

CARDS = ("C", "L", "K", "JJ", "R", "MEM", "I", "V", "TL", "Y", "FLUX", "NG")


@dataclass(frozen=True)
class System(Parts):
    """Several nodes. A dissipator's voltage is its branch's own, so that its sign is always +1."""

    network: Network
    dissipators: tuple[Dissipator, ...]
    sources: tuple[Source, ...]

    kind = "network"

    @property
    def node(self) -> str:
        """The nodes, for messages."""
        return ", ".join(self.nodes)

    @cached_property
    def nodes(self) -> tuple[str, ...]:
        """The nodes that no source holds, in netlist order."""
        moving = {n for n, row in zip(self.network.nodes, self.network.basis, strict=True) if any(row)}
        return tuple(n for n in self.network.circuit.nodes if n in moving)

    @property
    def junctions(self) -> tuple[str, ...]:
        """The names of the junctions."""
        return tuple(b.element for b in self.network.of("junction"))

    @cached_property
    def massless(self) -> tuple[str, ...]:
        """The names of the coordinates without a capacitance that dissipators hold."""
        acted = {i for b in self.network.of("dissipator") for i, weight in enumerate(b.vector) if weight}
        return tuple(c.name for i, c in enumerate(self.network.coordinates) if c.kind == "frozen" and i in acted)

    @cached_property
    def integrated(self) -> tuple[Source, ...]:
        """The voltage sources whose flux ∫V dt enters: in a loop of inductors and junctions, or between two nodes."""
        inside = [b.sources for b in self.network.of("inductance", "junction")]
        inside += [self.network.offsets.get(node, ()) for node in self.nodes]
        names = {name for own in inside for name, _ in own}
        return tuple(s for s in self.sources if s.name in names)

    def gate_capacitors(self, source: Source) -> tuple[str, ...]:
        """The capacitors across which a voltage source falls."""
        return tuple(b.element for b in self.network.of("capacitance") if source.name in dict(b.sources))


def reduce_circuit(circuit: Circuit, nodes: tuple[str, ...] = ()) -> Membrane | System:
    """A `Membrane` where the circuit is one, else a `System`. nodes : those of the neurons.

    Raises InputError for a neuron on a node that a source holds, NotAvailable for cards to come.
    """
    if len(nodes) < 2:
        try:
            return reduce_to_membrane(circuit, nodes[0] if nodes else None, offsets=True)
        except NotAvailable:
            pass
    return _system(circuit, nodes)


def _system(circuit: Circuit, nodes: tuple[str, ...]) -> System:
    for e in circuit.elements:
        if e.card not in CARDS:
            raise NotAvailable(e.name, f"card {e.card}", f"must be {', '.join(CARDS)} in a method so far")
    found = network(circuit)
    if found.constrained:
        check_constraint(found, element_params(circuit))
    system = System(
        found,
        tuple(replace(dissipator_of(e, 1.0), sign=1.0) for e in circuit.of("R", "MEM", "TL", "Y") if len(e.nodes) == 2),
        tuple(source_of(e) for e in circuit.of("I", "V", "FLUX", "NG")),
    )
    for node in nodes:
        if node not in system.nodes:
            raise InputError("node", node, "must not be held by a voltage source")
    return system
