"""What a network has and symbols cannot say: refused by name, before anything is computed."""

from __future__ import annotations

from quspike.errors import InputError, NotAvailable
from quspike.quantize.network import Network


def check_symbols(network: Network) -> None:
    """Raise for cards without symbols so far, offset charges that nothing can hold, circuits in which nothing moves."""
    for e in network.circuit.of("TL", "Y"):
        if e.card == "Y" or len(e.nodes) > 2:
            what = "a tabulated admittance" if e.card == "Y" else "a line of finite length"
            raise NotAvailable(e.name, what, "must be left out: its symbols are not available yet (length=inf is)")
    if all(c.kind == "frozen" for c in network.coordinates):
        raise InputError("circuit", "no node that can move", "needs a capacitor at a node that no source holds")
    for e in network.circuit.of("NG"):
        acts = [network.coordinates[i].kind for i, weight in enumerate(network.node_vector(e.nodes[0])) if weight]
        if not acts:
            raise InputError(e.name, f"node {e.nodes[0]}", "must name a node that no voltage source holds")
        if all(kind == "frozen" for kind in acts) or ("frozen" in acts and "drive" in e.params):
            raise InputError(e.name, f"node {e.nodes[0]}", "must name a node that a capacitor holds")
