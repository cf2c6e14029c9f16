"""A spectrum's circuit in primitive bases, one of each coordinate, where operators are what their names say.

    charge   |N⟩ of a periodic coordinate            N − n diagonal, e^{iϑ} raises N
    fock     |n⟩ of an extended one's oscillator     p and y of ladder operators
    flux     |y_j⟩ on a grid                         every function of the flux diagonal

Products of them are many more than the levels that they give. Bases are enlarged until they give the lowest levels of
the spectrum that is already known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from quspike.errors import ConvergenceError, InputError, NotAvailable
from quspike.quantize.spectrum.axes import Axis, ChargeAxis, FluxAxis, FockAxis
from quspike.quantize.spectrum.blocks import ENERGY
from quspike.quantize.spectrum.functions import Functions, terms_of
from quspike.quantize.spectrum.levels import Levels
from quspike.quantize.spectrum.phases import Phases
from quspike.quantize.spectrum.product import product
from quspike.quantize.spectrum.representation import Representation
from quspike.quantize.spectrum.spectrum import Spectrum

Basis = Literal["charge", "fock", "flux"]
LARGEST = 3000  # products of primitive functions: matrices of 70 MB
GROWTH, MARGIN = 1.25, 3.0
ROOM = 10.0  # times the spectrum's own tolerance: within it levels are the same


@dataclass(frozen=True)
class Primitive:
    """hamiltonian : H − E_0 (N, N) [J] over products of primitive functions. states : the lowest levels in columns
    (N, levels). levels : their spectrum, for matrix elements between them. operators : a spectrum in form, whose
    matrices are over the products themselves. sizes : of each coordinate's basis, N = Π sizes. names : of coordinates.
    """

    hamiltonian: np.ndarray
    states: np.ndarray
    levels: Spectrum
    operators: Spectrum
    sizes: tuple[int, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class PlainChargeAxis(ChargeAxis):
    """The charge states themselves, symmetric window or not."""

    @property
    def rotation(self) -> np.ndarray:
        return np.eye(self.size)


def primitive(found: Spectrum, basis: Basis, tolerance: float) -> Primitive:
    """`basis` is that of extended coordinates; periodic ones have the charge basis in any case.

    Raises InputError for a basis that no coordinate of the circuit has, ConvergenceError where it would take too many
    products to give the levels of `found` within `tolerance` of their span, NotAvailable where junctions follow others.
    """
    check_basis(found.representations, basis)
    following = found.frame.blocks.matrices.network.constrained
    if following:
        remedy = f"must be energy where junctions end at nodes without capacitance ({', '.join(following)})"
        raise NotAvailable("basis", basis, remedy)
    h, count = found.frame.phases, len(found.levels)
    known = found.levels / ENERGY - found.frame.constant
    functions = np.array([float(r.functions) for r in found.representations])
    moved = np.inf
    while True:
        axes = [_axis(h, k, basis, round(n)) for k, n in enumerate(functions)]
        if np.prod([float(axis.size) for axis in axes]) > LARGEST:
            raise ConvergenceError(_too_large(basis, axes, moved))
        own = tuple(Functions(axis, np.diagonal(axis.own).real, np.eye(axis.size)) for axis in axes)
        made = product(own, terms_of(h, axes))
        energies, vectors = np.linalg.eigh(made.apply(np.eye(made.size, dtype=made.kind)).T)
        moved = float(np.max(np.abs(energies[:count] - known)) / (known[-1] - known[0]))
        if moved < ROOM * tolerance:
            return _made(found, Levels(h, own, made, energies[:count], vectors[:, :count].T))
        functions = functions * GROWTH


def check_basis(coordinates: tuple[Representation, ...], basis: Basis) -> None:
    """Raise for a basis that no coordinate of the circuit has."""
    extended = [c.coordinate for c in coordinates if c.kind == "extended"]
    if basis == "charge" and extended:
        remedy = (
            f"must be fock or flux, as {', '.join(extended)} is extended; periodic coordinates have charges then too"
        )
        raise InputError("basis", basis, remedy)
    if basis != "charge" and not extended:
        periodic = ", ".join(c.coordinate for c in coordinates)
        raise InputError("basis", basis, f"must be charge, or energy, as {periodic} is periodic: its charge is whole")


def _axis(h: Phases, k: int, basis: Basis, functions: int) -> Axis:
    count = len(h.kinetic)
    if k < count:
        inside = np.sqrt(4 * float(h.energies @ np.abs(h.periodic[:, k])) / float(h.kinetic[k, k]))
        reach = float(inside + functions / 2 + 5 * MARGIN / 2)
        return PlainChargeAxis(float(h.kinetic[k, k]), float(h.pairs[k]), reach)
    x = k - count
    stiffness, frequency = float(h.stiffness[x, x]), float(np.sqrt(h.curvature[x]))
    if basis == "fock":
        return FockAxis(stiffness, frequency, functions + 2)
    bend, height = float(h.energies @ h.extended[:, x] ** 2), 2 * float(h.energies.sum())
    own = float(np.sqrt(stiffness))
    top = (functions + 2 * MARGIN) * own + height
    step = np.pi / np.sqrt(2 * (top + MARGIN * np.sqrt(stiffness + bend)))
    return FluxAxis(stiffness, float(step), int(2 * np.sqrt(2 * top) / own / step) + 2)


def _made(found: Spectrum, own: Levels) -> Primitive:
    size = own.product.size
    whole = own.product.apply(np.eye(size, dtype=own.product.kind)).T - own.energies[0] * np.eye(size)
    products = Levels(own.phases, own.functions, own.product, np.diagonal(whole).real, np.eye(size))
    constant = found.frame.constant

    def over(part: Levels) -> Spectrum:
        alone = np.arange(len(part.vectors))[:, None]
        return replace(found, levels=(part.energies + constant) * ENERGY, parts=(part,), states=alone)

    return Primitive(
        hamiltonian=whole * ENERGY,
        states=own.vectors.T,
        levels=over(own),
        operators=over(products),
        sizes=tuple(own.product.shape),
        names=tuple(r.coordinate for r in found.representations),
    )


def _too_large(basis: Basis, axes: list[Axis], moved: float) -> str:
    sizes = " × ".join(str(axis.size) for axis in axes)
    return (
        f'basis="{basis}" would take {sizes} products, more than {LARGEST}, for the levels to settle (they are off by '
        f'{moved:.1e} of their span). Ask for fewer levels, a larger tolerance=, another basis, or basis="energy"'
    )
