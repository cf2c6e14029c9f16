"""What a method needs to know of nodes without a capacitance that dissipators hold, before anything is computed."""

from __future__ import annotations

import numpy as np

from quspike.errors import InputError
from quspike.methods.method import Setup
from quspike.methods.network import stores as network_stores
from quspike.quantize.system import System

METHODS = ("classical", "moments")  # that settle such voltages


def check_massless(setup: Setup, method: str) -> None:
    """Refuse, naming node and capacitor: a method that cannot, a neuron there, nothing that settles the voltage."""
    system = setup.membrane
    assert isinstance(system, System)
    if not system.massless:
        return
    if method not in METHODS:
        remedy = f"needs a capacitor with method {method}: use {' or '.join(METHODS)}"
        raise InputError(f"node {system.massless[0]}", "no capacitance, and a dissipator", remedy)
    places = [i for i, c in enumerate(system.network.coordinates) if c.name in system.massless]
    for node in setup.neuron_nodes:
        if np.any(system.network.node_vector(node)[places]):
            raise InputError(f"node {node}", "no capacitance", "needs a capacitor: a spike takes charge off it")
    for b in system.network.of("dissipator"):
        if setup.johnson and b.element in {d.name for d in system.memristors} and any(b.vector[i] for i in places):
            remedy = "must be false, or the node needs a capacitor: its noise has no bandwidth, and W(x, V) no average"
            raise InputError("johnson_noise", f"{b.element} at node {system.massless[0]}", remedy)
    names = [b.element for b in system.network.of("dissipator")]
    instant = [d.name for d in system.dissipators if network_stores.conducts_at_once(setup, d)]
    across = system.network.incidence("dissipator")[places][:, [names.index(name) for name in instant]]
    if np.linalg.matrix_rank(across) < len(places):
        null = np.linalg.svd(across)[0][:, -1]
        node = system.network.coordinates[places[int(np.argmax(np.abs(null)))]].name
        held = "lines and tables that conduct at no frequency at once"
        raise InputError(f"node {node}", held, "needs a capacitor, however small: nothing settles its voltage")
