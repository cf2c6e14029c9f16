"""What drives do to the levels of a circuit: `H_drive = Σ_s f_s(t) X_s`.

    I n+ n−      X = φ_n+ − φ_n−                  f = I(t)
    V, by C_g    X = −Q̂ C_g,  Q̂ = voltage across  f = V(t): from (q + C_g V)²/2C, what is quadratic in V left out
    NG           X = −2e V̂ of the island          f = n_g(t)
    FLUX         X = −E_J cos ϕ, E_J sin ϕ        f = cos δ − 1, sin δ, δ = o Φ(t)/φ0, and what coils pull

o is each junction's share of Φ in the irrotational gauge, in which Φ̇ appears nowhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from quspike.circuit import Circuit, Element
from quspike.circuit.netlist import write_element
from quspike.constants import e_charge, phi0
from quspike.drives.drive import Drive
from quspike.errors import InputError, NotAvailable
from quspike.quantize.membrane import element_params
from quspike.quantize.network import network
from quspike.quantize.numbers.matrices import Matrices, matrices
from quspike.quantize.spectrum.spectrum import Spectrum
from quspike.quantize.symbols.external_flux import flux_weights

Coefficient = Callable[[float], float]
Term = tuple[np.ndarray, Coefficient]
QUANTITY = {"I": "current", "V": "voltage", "FLUX": "flux", "NG": "dimensionless"}


def drive_terms(circuit: Circuit, found: Spectrum, drives: Mapping[str, Any]) -> list[Term]:
    """X (levels, levels) in J per unit of its source, and f(t), for each source whose drive is given.

    Raises InputError for a drive that no source names, or of another quantity; NotAvailable for a current into an
    island, and for a voltage across an inductor or a junction.
    """
    known = circuit.drive_names()
    for name in drives:
        if name not in known:
            raise InputError("drives", name, f"must be a drive that the circuit names ({', '.join(known) or 'none'})")
    terms: list[Term] = []
    for element in circuit.elements:
        source = str(element.params.get("drive"))
        if source in drives:
            value = _function(element, drives[source])
            terms += _TERMS[element.card](circuit, found, element, value)
    return [((matrix + matrix.conj().T) / 2, value) for matrix, value in terms]


def _function(element: Element, drive: Any) -> Coefficient:
    """f(t) of a drive; a function stays what it is."""
    if not isinstance(drive, Drive):
        return drive
    from quspike.precision import enable_x64

    enable_x64()
    import jax

    own = drive.as_quantity(QUANTITY[element.card], element.name)
    params = own.params()
    compiled = jax.jit(lambda t: own.at(params, t[None])[0])
    return lambda t: float(compiled(np.asarray(t, dtype=float)))


def _current(circuit: Circuit, found: Spectrum, element: Element, value: Coefficient) -> Iterator[Term]:
    for node in element.nodes:
        if node != "0" and not found.has_flux(node):
            remedy = "must drive nodes that inductors tie to ground; let a voltage drive an island through a capacitor"
            raise NotAvailable(element.name, f"a current into {node}", remedy)
    net = found.frame.blocks.matrices
    _refuse_bent(net, element.name, net.network.port(*element.nodes)[net.followers] @ net.junction_reach)
    yield found.flux(*element.nodes), value


def _refuse_bent(m: Matrices, name: str, moved: np.ndarray) -> None:
    """NotAvailable where a source moves a junction at a node without capacitance: H is not linear in it there."""
    if m.network.constrained and np.any(moved):
        remedy = f"must not move {', '.join(m.network.constrained)} at nodes without capacitance: add a capacitor there"
        raise NotAvailable(name, "a drive", remedy)


def _voltage(circuit: Circuit, found: Spectrum, element: Element, value: Coefficient) -> Iterator[Term]:
    net = found.frame.blocks.matrices.network
    total = np.zeros((len(found.levels),) * 2, dtype=complex)
    for branch in net.branches:
        sign = dict(branch.sources).get(element.name, 0)
        if sign and branch.role != "capacitance":
            remedy = "must drive through capacitors: across an inductor or a junction its flux grows without end"
            raise NotAvailable(element.name, f"a voltage across {branch.element}", remedy)
        if sign:
            capacitor = circuit.element(branch.element)
            total -= (
                sign
                * float(capacitor.params["C"])
                * (found.voltage(capacitor.nodes[0]) - found.voltage(capacitor.nodes[1]))
            )
    yield total, value


def _charge(circuit: Circuit, found: Spectrum, element: Element, value: Coefficient) -> Iterator[Term]:
    yield -2 * e_charge * found.voltage(element.nodes[0]), value


def _flux(circuit: Circuit, found: Spectrum, element: Element, value: Coefficient) -> Iterator[Term]:
    net = found.frame.blocks.matrices.network
    lines = [write_element(e) for e in net.circuit.elements]
    own = network(Circuit("\n".join([*lines, f"{element.name} {element.params['target']} 0Wb"])))
    weights = flux_weights(own, element_params(own.circuit))
    m = matrices(own, element_params(own.circuit))
    pulled = own.incidence("inductance")[m.followers] @ weights.of("inductance")
    moved = m.junction_reach.T @ pulled + own.incidence("junction")[m.followers].any(0)[:, None] * weights.of(
        "junction"
    )
    _refuse_bent(m, element.name, moved)
    for branch, share in zip(own.of("junction"), weights.of("junction")[:, 0], strict=True):
        if share:
            energy, phase = float(circuit.element(branch.element).params["EJ"]), found.junction(branch.element)
            cosine, sine = (phase + phase.conj().T) / 2, (phase - phase.conj().T) / 2j
            yield -energy * cosine, _bent(value, float(share), lambda delta: math.cos(delta) - 1)
            yield energy * sine, _bent(value, float(share), math.sin)
    yield from _coils(own, found, weights.of("inductance")[:, 0], value)


def _coils(own: Any, found: Spectrum, shares: np.ndarray, value: Coefficient) -> Iterator[Term]:
    """`θᵀ B L⁻¹ o Φ` of inductors that have a share."""
    from quspike.quantize.numbers.matrices import inverse_inductances

    if not len(shares) or not np.any(shares):
        return
    pulls = inverse_inductances(own, element_params(own.circuit)) @ shares
    total = np.zeros((len(found.levels),) * 2, dtype=complex)
    for branch, pull in zip(own.of("inductance"), pulls, strict=True):
        total += pull * found.flux(*own.circuit.element(branch.element).nodes)
    yield total, value


def _bent(value: Coefficient, share: float, shape: Callable[[float], float]) -> Coefficient:
    return lambda t: shape(share * value(t) / phi0)


_TERMS = {"I": _current, "V": _voltage, "NG": _charge, "FLUX": _flux}
