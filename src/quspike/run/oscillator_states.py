"""States of one oscillator in a circuit of several: whose it is, and what it asks of the Fock space.

`coherent`, `fock` and `cat` belong to the oscillator of the one neuron's node; the others start thermal, at their own
frequencies.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quspike.errors import InputError
from quspike.quantize.system import System
from quspike.run.fields import shown
from quspike.run.fock_space import state_choice, state_levels
from quspike.run.schema import Run

SPREAD_OUT = ("thermal", "vacuum")  # states of every oscillator alike


def oscillator_state(run: Run, system: System) -> dict[str, Any]:
    """n and parity, `place` of the oscillator among the coordinates that move (None: all alike), `levels` it fills.

    Raises InputError where more than one oscillator could be meant, or the neuron's node has none.
    """
    choice = dict(state_choice(run.initial))
    if run.initial.state in SPREAD_OUT:
        return choice | {"place": None, "levels": 1}
    found = system.network.coordinates
    kept = [c for c in found if c.kind != "frozen"]
    own = [c.node for c in kept if c.kind == "extended"]
    nodes = [n.node for n in run.neurons.values()] or (own if len(own) == 1 else [])
    if len(nodes) != 1:
        remedy = "must be thermal or vacuum, or belong to the node of the one neuron: "
        whose = f"here are {len(nodes)} neurons" if nodes else "here is none, and several oscillators"
        raise InputError("[initial] state", shown(run.initial.state), remedy + whose)
    if nodes[0] not in own:
        remedy = f"must be thermal: node {nodes[0]} has no oscillator of its own"
        raise InputError("[initial] state", shown(run.initial.state), remedy)
    place = next(i for i, c in enumerate(kept) if c.node == nodes[0])
    return choice | {"place": place, "levels": state_levels(run.initial)}


def amplitudes(run: Run) -> Mapping[str, float]:
    """Re and Im of the mean α of the first state, and of a cat's own α."""
    initial = run.initial
    mean = complex((initial.alpha if initial.state == "coherent" else initial.displacement) or 0.0)
    cat = complex(initial.alpha or 0.0) if initial.state == "cat" else 0j
    return {"alpha_re": mean.real, "alpha_im": mean.imag, "cat_re": cat.real, "cat_im": cat.imag}
