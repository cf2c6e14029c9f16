"""A network as symbols see it: inner coordinates of finite lines left to sums; what cannot be said refused by name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from quspike.errors import InputError, NotAvailable
from quspike.quantize.membrane import element_params
from quspike.quantize.network import Network
from quspike.quantize.symbols.external_flux import flux_weights


def symbolic_network(network: Network) -> Network:
    """The network without the inner coordinates of finite lines, and without the branches that see them.

    Raises InputError and NotAvailable, naming the element, for what has no symbols.
    """
    _check(network)
    if not network.lines:
        return network
    size = sum(not c.element for c in network.coordinates)
    ends = (b for b in network.branches if not any(b.vector[size:]))
    return replace(network.without_lines(), branches=tuple(replace(b, vector=b.vector[:size]) for b in ends))


def _check(network: Network) -> None:
    """Raise for cards without symbols so far, offset charges that nothing can hold, circuits in which nothing moves."""
    ports = np.array([vector for line in network.lines for vector in (line.a, line.b)])
    moves = ", ".join(e.name for e in network.circuit.of("FLUX") if "drive" in e.params)
    if ports.size and moves and flux_weights(network, element_params(network.circuit)).shift[ports.any(axis=0)].any():
        remedy = "must be constant beside a line of finite length: one that moves is not available there yet"
        raise NotAvailable(moves, "a drive", remedy)
    if all(c.kind == "frozen" for c in network.coordinates):
        raise InputError("circuit", "no node that can move", "needs a capacitor at a node that no source holds")
    for e in network.circuit.of("NG"):
        acts = [network.coordinates[i].kind for i, weight in enumerate(network.node_vector(e.nodes[0])) if weight]
        if not acts:
            raise InputError(e.name, f"node {e.nodes[0]}", "must name a node that no voltage source holds")
        if all(kind == "frozen" for kind in acts) or ("frozen" in acts and "drive" in e.params):
            raise InputError(e.name, f"node {e.nodes[0]}", "must name a node that a capacitor holds")
