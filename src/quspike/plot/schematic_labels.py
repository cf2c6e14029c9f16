"""What stands beside an element in a drawing: its name, then its values as people write them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from quspike.circuit import Circuit, Element
from quspike.circuit.inductance import coupling_factor
from quspike.constants import Phi0, planck
from quspike.result.engineering import human
from quspike.units import format_si

GROUND = "0"


@dataclass(frozen=True)
class Label:
    """Lines of text; what stands between dollar signs is mathematics."""

    lines: tuple[str, ...]


def label_of(circuit: Circuit, e: Element) -> Label:
    """Name and values of an element."""
    return Label((plain(e.name), *VALUES.get(e.card, _nothing)(circuit, e)))


def node_label(circuit: Circuit, node: str) -> Label:
    """A node's name, and the offset charge of an island."""
    charges = [e for e in circuit.of("NG") if e.nodes[0] == node]
    return Label((*(f"$n_g$ = {_signal(e, '')}" for e in charges), plain(node)))


def natural(name: str) -> tuple:
    """Sorts n2 before n10."""
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", name) if part)


def plain(text: str) -> str:
    """Text that is not mathematics, whatever is in it."""
    return text.replace("$", r"\$")


def _nothing(circuit: Circuit, e: Element) -> Iterator[str]:
    return iter(())


def _capacitor(circuit: Circuit, e: Element) -> Iterator[str]:
    yield human(float(e.params["C"]), "F")


def _resistor(circuit: Circuit, e: Element) -> Iterator[str]:
    yield human(float(e.params["R"]), "ohm")


def _inductor(circuit: Circuit, e: Element) -> Iterator[str]:
    yield human(float(e.params["L"]), "H")
    for coupling in circuit.of("K"):
        pair = [str(coupling.params[key]) for key in ("L1", "L2")]
        if e.name in pair:
            other = pair[1 - pair.index(e.name)]
            k = coupling_factor(coupling, *(circuit.element(name) for name in pair))
            yield f"$k$ = {k:.3g}".replace("-", "−") + f" with {plain(other)}"


def _junction(circuit: Circuit, e: Element) -> Iterator[str]:
    yield f"$E_J/h$ = {human(float(e.params['EJ']) / planck, 'Hz')}"
    if "C" in e.params:
        yield human(float(e.params["C"]), "F")
    for flux in circuit.of("FLUX"):
        if flux.params["target"] == e.name:
            yield f"$\\Phi$ = {_signal(flux, 'Wb')}"


def _memristor(circuit: Circuit, e: Element) -> Iterator[str]:
    yield str(e.params["model"])
    if e.params.get("window", "none") != "none":
        yield f"window {e.params['window']}"


def _line(circuit: Circuit, e: Element) -> Iterator[str]:
    length = float(e.params["length"])
    extent = "$\\infty$" if math.isinf(length) else format_si(length, "length")
    yield f"{human(float(e.params['Z0']), 'ohm')}, {extent}"
    returns = [node for node in e.nodes[1::2] if node != GROUND] if len(e.nodes) == 4 else []
    if returns:
        yield f"shields on {plain(', '.join(e.nodes[1::2]))}"


def _table(circuit: Circuit, e: Element) -> Iterator[str]:
    yield plain(str(e.params["file"]))


def _current(circuit: Circuit, e: Element) -> Iterator[str]:
    yield _signal(e, "A")


def _voltage(circuit: Circuit, e: Element) -> Iterator[str]:
    yield _signal(e, "V")


def _signal(e: Element, unit: str) -> str:
    """The name of a drive, or a constant: a flux in flux quanta."""
    if "drive" in e.params:
        return plain(str(e.params["drive"]))
    value = float(e.params["value"])
    if e.card == "FLUX":
        return f"{value / Phi0:.4g} $\\Phi_0$".replace("-", "−")
    return (human(value, unit) if unit else f"{value:.4g}").replace("-", "−")


VALUES = {
    "C": _capacitor,
    "R": _resistor,
    "L": _inductor,
    "JJ": _junction,
    "MEM": _memristor,
    "TL": _line,
    "Y": _table,
    "I": _current,
    "V": _voltage,
}
