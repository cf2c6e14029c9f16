"""Each card of the netlist as lines of SPICE.

Hard stops of a memory are steep ramps, as Newton's method needs a continuous function: within ε of the range before a
bound an outward dx/dt falls linearly to zero, and beyond it turns back, ε = 1e-6.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from quspike.circuit import Element, law_of
from quspike.circuit.inductance import coupling_factor
from quspike.constants import e_charge, phi0
from quspike.errors import NotAvailable
from quspike.export.spice_names import number, scaled
from quspike.memristors.law import Law

if TYPE_CHECKING:
    from quspike.export.ngspice import Deck

Lines = Iterator[str]

STOPPED = (
    ".func stopped(rate,x,low,high)"
    " {(rate)*min(1,1e6*((rate) > 0 ? (high)-(x) : (x)-(low))/((high)-(low)))}"
)  # fmt: skip


def linear(deck: Deck, e: Element) -> Lines:
    """C, L and R."""
    rest = "" if e.card == "R" else " ic=0"
    yield f"{deck.branches[e.name]} {' '.join(deck.ends(e))} {number(float(e.params[e.card]))}{rest}"


def coupling(deck: Deck, e: Element) -> Lines:
    """K, by its factor."""
    one, other = (str(e.params[key]) for key in ("L1", "L2"))
    k = coupling_factor(e, deck.circuit.element(one), deck.circuit.element(other))
    yield f"{deck.branches[e.name]} {deck.branches[one]} {deck.branches[other]} {float(k)!r}"


def junction(deck: Deck, e: Element) -> Lines:
    """A current that follows the junction's phase, in which an external flux is counted."""
    flux, start, ends = deck.fluxes.get(e.name), 0.0, deck.ends(e)
    if flux is not None:
        start = deck.wave(flux).start / phi0
        yield from _emf(deck, e, flux)
    phase = deck.auxiliary(f"{e.name}_phase", f"the phase of {e.name}")
    yield from deck.integrator(phase, f"{number(1 / phi0)}*{deck.across(e)}", start)
    yield f"{deck.branches[e.name]} {' '.join(ends)} i = {number(float(e.params['EJ']) / phi0)}*sin(v({phase}))"
    if "C" in e.params:
        yield f"{deck.names.element('C', e.name)} {' '.join(ends)} {number(float(e.params['C']))} ic=0"


def _emf(deck: Deck, e: Element, flux: Element) -> Lines:
    """`V_inner = V_n+ + dΦ/dt`, the voltage of a coil of φ0 henry that carries Φ/φ0 ampere."""
    if e.name not in deck.inner:
        return
    wave, node = deck.wave(flux), deck.names.fresh(flux.name)
    emf = deck.names.fresh(f"{flux.name}_emf")
    yield from deck.follow(node, wave, 1 / phi0)
    yield f"{deck.names.element('G', emf)} 0 {emf} {node} 0 1"
    yield f"{deck.names.element('L', emf)} {emf} 0 {number(phi0)} ic={number(wave.start / phi0)}"
    yield f"{deck.names.element('E', emf)} {deck.ends(e)[0]} {deck.names.nodes[e.nodes[0]]} {emf} 0 1"


def memristor(deck: Deck, e: Element) -> Lines:
    """A current that follows the memory, and the memory between its stops."""
    if e.params.get("senses") == "envelope":
        raise NotAvailable(e.name, "senses=envelope", "must sense the voltage: ngspice knows no envelope")
    law = law_of(e)
    values = {p.name: float(e.params[p.name]) for p in law.parameters}
    unit = _memory_unit(law, values, deck.duration)
    over = "" if unit == 1.0 else f" over {unit:g}"
    node = deck.auxiliary(f"{e.name}_x", f"the memory of {e.name}{over}: {law.memory_meaning}")
    x = f"v({node})" if unit == 1.0 else f"({scaled(unit, f'v({node})')})"
    form = law.spice(x, deck.across(e), {name: number(value) for name, value in values.items()})
    yield f"{deck.branches[e.name]} {' '.join(deck.ends(e))} i = {form.current}"
    bounds = law.memory_bounds(values)
    rate = f"({form.rate})"
    if bounds is not None:
        rate = f"stopped({form.rate}, {x}, {number(float(bounds[0]))}, {number(float(bounds[1]))})"
    start = float(law.resolve_memory(e.params.get("x0"), values))
    yield from deck.integrator(node, rate if unit == 1.0 else f"{rate}/{number(unit)}", start / unit)


def _memory_unit(law: Law, values: Mapping[str, float], duration: float) -> float:
    """A power of ten like x: like the largest of the law's parameters that measure the same."""
    if law.memory_quantity == "dimensionless":
        return 1.0
    alike = [abs(values[p.name]) for p in law.parameters if p.quantity == law.memory_quantity]
    scale = max(alike, default=0.0) or (duration if law.memory_quantity == "time" else 1.0)
    return float(f"1e{math.floor(math.log10(scale))}")


def line(deck: Deck, e: Element) -> Lines:
    """A finite line is SPICE's T; the end of a semi-infinite one is a resistor, as nothing comes back."""
    impedance, length, ends = float(e.params["Z0"]), float(e.params["length"]), " ".join(deck.ends(e))
    if math.isinf(length):
        yield f"{deck.names.element('R', e.name)} {ends} {number(impedance)}"
    else:
        yield f"{deck.branches[e.name]} {ends} Z0={number(impedance)} TD={number(length / float(e.params['v']))}"


def table(deck: Deck, e: Element) -> Lines:
    """Refused."""
    raise NotAvailable(e.name, "a tabulated admittance", "has no form for ngspice yet: put R, L and C in its place")


def source(deck: Deck, e: Element) -> Lines:
    """I and V, directly, or through a node that follows the product of an envelope and a carrier."""
    wave, ends = deck.wave(e), " ".join(deck.ends(e))
    if wave.factor is None:
        yield f"{deck.branches[e.name]} {ends} {wave.source}"
        return
    node = deck.names.fresh(f"{e.name}_signal")
    yield from deck.follow(node, wave)
    yield f"{deck.names.element('E' if e.card == 'V' else 'G', e.name)} {ends} {node} 0 1"


def flux(deck: Deck, e: Element) -> Lines:
    """Nothing of its own: it is written with its junction."""
    return iter(())


def offset_charge(deck: Deck, e: Element) -> Lines:
    """`2e dn/dt` out of the island, whose charge is q − 2e n: the current of a capacitor of 2e farad that follows n."""
    if "value" in e.params:
        yield f"* {e.name} is constant, and moves nothing in a classical circuit"
        return
    node, island = deck.names.fresh(e.name), deck.names.nodes[e.nodes[0]]
    plate = deck.names.fresh(f"{node}_plate")
    meter = deck.names.element("V", plate)
    wave = deck.wave(e)
    yield from deck.follow(node, wave)
    yield f"{meter} {node} {plate} DC 0"
    yield f"{deck.names.element('C', node)} {plate} 0 {number(2 * e_charge)} ic={number(wave.start)}"
    yield f"{deck.names.element('F', node)} {island} 0 {meter} 1"


WRITERS: dict[str, Callable[[Deck, Element], Lines]] = {
    "C": linear,
    "L": linear,
    "R": linear,
    "K": coupling,
    "JJ": junction,
    "MEM": memristor,
    "TL": line,
    "Y": table,
    "I": source,
    "V": source,
    "FLUX": flux,
    "NG": offset_charge,
}
LETTERS = {card: card[0] for card in WRITERS} | {"JJ": "B", "MEM": "B"}
