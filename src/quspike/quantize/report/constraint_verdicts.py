"""What the constraint of junctions at nodes without capacitance rests on: one solution, and a classical limit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from quspike.constants import planck
from quspike.quantize.network import Network
from quspike.quantize.numbers.constraint import FEMTO, largest_ratio, pull_of, stray_shift
from quspike.quantize.numbers.matrices import Elements, stiffness_matrix
from quspike.verdict import Check, bounded, info


def constraint_verdicts(network: Network, elements: Elements) -> Iterator[Check]:
    """β = L E_J/φ0² of all such junctions together, and what a stray femtofarad would add; nothing without them."""
    if not network.constrained:
        return
    names, y = ", ".join(network.constrained), network.followers
    stiffness = np.asarray(stiffness_matrix(network, elements))[np.ix_(y, y)]
    pull = pull_of(network, elements)
    if pull is not None:
        ratio = largest_ratio(stiffness, pull)
        yield bounded(f"L E_J/phi0^2 ({names})", ratio, 1.0, "one value of the flux at nodes without capacitance")
    energy = max(float(elements[name]["EJ"]) for name in network.constrained)
    shift = stray_shift(network, elements, stiffness, FEMTO)
    text = f"zero-point energy of 1 fF there varies by h · {shift / planck / 1e9:.3g} GHz: not in H"
    yield info(f"stray shift/E_J ({names})", shift / energy, text)
