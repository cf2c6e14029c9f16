"""Which basis stands for which degree of freedom, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from quspike.quantize.spectrum.axes import Basis
from quspike.quantize.spectrum.levels import Levels
from quspike.quantize.spectrum.phases import Frame

VISIBLE = 1e-3  # of the largest weight


@dataclass(frozen=True)
class Representation:
    """How one degree of freedom is represented.

    coordinate : of a periodic one, the nodes whose charge is counted; of an extended one, the combination of the
    circuit's coordinates. kind : "periodic" or "extended". basis : "charge", "Fock" or "flux grid", and `size` its
    size. functions : how many functions of one coordinate, made of this basis, entered the products. part : which
    independent part of the circuit this belongs to.
    """

    coordinate: str
    kind: str
    basis: Basis
    size: int
    functions: int
    part: int

    def __str__(self) -> str:
        return f"{self.coordinate}: {self.kind}, {self.functions} functions of a {self.basis} basis of {self.size}"


def representations(frame: Frame, parts: Sequence[Levels]) -> tuple[Representation, ...]:
    """One for each degree of freedom, periodic ones first."""
    names = _names(frame)
    periods = len(frame.blocks.compact)
    found = {}
    for number, part in enumerate(parts):
        for axis, functions in zip(part.phases.axes, part.functions, strict=True):
            found[int(axis)] = Representation(
                coordinate=names[axis],
                kind="periodic" if axis < periods else "extended",
                basis=functions.axis.basis,
                size=functions.axis.size,
                functions=len(functions.energies),
                part=number,
            )
    return tuple(found[axis] for axis in sorted(found))


def _names(frame: Frame) -> list[str]:
    """Of axes: N′ = U⁻¹N is a sum of node charges, y = V⁻¹ϑ_x one of extended coordinates."""
    b = frame.blocks
    network = b.matrices.network
    basis = np.array(network.basis, dtype=float).reshape(len(network.nodes), network.size) @ b.matrices.transform
    charges = np.linalg.solve(frame.lattice, basis[:, b.compact].T) if len(b.compact) else np.zeros((0, 0))
    own = [network.coordinates[b.matrices.kept[i]].name for i in b.wide]
    return [
        *(combination(row, network.nodes) for row in charges),
        *(combination(row / _largest(row), own) for row in np.linalg.inv(frame.modes)),
    ]


def _largest(row: np.ndarray) -> float:
    return float(row[np.argmax(np.abs(row))])


def combination(weights: Iterable[float], names: Sequence[str]) -> str:
    """`a + 0.31 (c-b)`; what is too small to be seen is left out."""
    text = ""
    for weight, name in zip(weights, names, strict=True):
        if abs(weight) > VISIBLE:
            factor = "" if abs(abs(weight) - 1) < VISIBLE else f"{abs(weight):.3g} "
            inner = f"({name})" if any(sign in name for sign in "+-") else name
            sign = (" + " if weight > 0 else " − ") if text else ("" if weight > 0 else "−")
            text += f"{sign}{factor}{inner}"
    alone = text.startswith("(") and text.find(")") == len(text) - 1
    return text[1:-1] if alone else text
