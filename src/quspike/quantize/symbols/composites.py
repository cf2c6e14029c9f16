"""Letters that stand for several elements at once, and their numbers.

C_Σ     what charges one coordinate, where that is several capacitors
D       the determinant of two coordinates that a capacitor couples
C⁻¹_ij  entries of the inverse capacitance matrix, where three or more are coupled (and C_ij, of the matrix)
L⁻¹_ij  the same of three or more coupled coils
w       the part of an external flux that a branch has
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from quspike.quantize.network import Network
from quspike.quantize.numbers.matrices import Elements, capacitance_matrix, inverse_inductances
from quspike.quantize.symbols.capacitance_blocks import Entries, coil_groups, single
from quspike.quantize.symbols.external_flux import flux_weights
from quspike.quantize.symbols.flux_sharing import FluxSharing


class Composite(NamedTuple):
    """A letter for several elements: the slot by which formulas find it, name, SI value, quantity."""

    slot: tuple
    name: str
    value: float
    quantity: str


@dataclass(frozen=True)
class Frame:
    """What the letters are made of. subscripts : of the coordinates, empty for the only one. largest : block of
    coupled coordinates whose C⁻¹ has letters."""

    network: Network
    elements: Elements
    entries: Entries
    blocks: tuple[tuple[int, ...], ...]
    sharing: FluxSharing
    subscripts: tuple[str, ...]
    largest: int


def composites(f: Frame) -> Iterator[Composite]:
    """Every letter of this kind that the circuit needs."""
    matrix = capacitance_matrix(f.network, f.elements)
    pairs = sum(len(block) == 2 for block in f.blocks)
    for block in f.blocks:
        own = matrix[np.ix_(block, block)]
        for i in block:
            if len(block) > 2 or not single(f.network, f.entries[i, i]):
                yield Composite(("C", i, i), _name("C_Sigma", f.subscripts[i]), float(matrix[i, i]), "capacitance")
        if len(block) == 2:
            name = "D" if pairs == 1 else _name("D", f.subscripts[block[0]])
            yield Composite(("D", *block), name, float(own[0, 0] * own[1, 1] - own[0, 1] * own[1, 0]), "F2")
        if len(block) > 2:
            yield from _inverse(f, block, own)
    yield from _coils(f)
    yield from _shares(f)


def _inverse(f: Frame, block: Sequence[int], own: np.ndarray) -> Iterator[Composite]:
    inverse = np.linalg.inv(own)
    for a, i in enumerate(block):
        for b, j in list(enumerate(block))[a + 1 :]:
            if (i, j) in f.entries:
                value = float(own[a, b])
                yield Composite(("C", i, j), _name("C", f.subscripts[i], f.subscripts[j]), value, "capacitance")
    for a, i in enumerate(block if len(block) <= f.largest else ()):
        for b, j in list(enumerate(block))[a:]:
            name = _name("Cinv", f.subscripts[i], f.subscripts[j])
            yield Composite(("Cinv", i, j), name, float(inverse[a, b]), "1/F")


def _coils(f: Frame) -> Iterator[Composite]:
    groups = [group for group in coil_groups(f.network) if len(group) > 2]
    if not groups:
        return
    names = [b.element for b in f.network.of("inductance")]
    inverse = inverse_inductances(f.network, f.elements)
    for group in groups:
        for a, one in enumerate(group):
            for other in group[a:]:
                value = float(inverse[names.index(one), names.index(other)])
                yield Composite(("Linv", one, other), _name("Linv", one, other), value, "1/H")


def _shares(f: Frame) -> Iterator[Composite]:
    shared = f.sharing.shared()
    if not shared:
        return
    weights = flux_weights(f.network, f.elements).irrotational
    several = len({flux for _, flux in shared}) > 1
    for row, flux in shared:
        element = f.network.branches[row].element
        name = _name("w", element, flux if several else "")
        yield Composite(("w", row, flux), name, float(weights[row, f.sharing.fluxes.index(flux)]), "dimensionless")


def _name(letter: str, *subscripts: str) -> str:
    return "_".join(filter(None, (letter, *subscripts)))
