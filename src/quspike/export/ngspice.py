"""A circuit as a deck for ngspice: classical dynamics from rest, the memories where their elements start them.

    junction    I = (E_J/φ0) sin v_p,              dv_p/dt = V/φ0         v_p(0) = Φ/φ0 of an external flux
    memristor   I = W(x, V) V,   x = u v_x,        dv_x/dt = f(x, V)/u    u a scale that makes v_x of order one

v_p and v_x are the voltages of auxiliary capacitors of T farad, T the duration in seconds, which 1 A moves by 1 V in
the run. The deck is in SI, with tolerances that suit nA, µV and 1e-19 C. Resistors are cold and ohmic: T= and cutoff=
belong to quantum noise.

Its reader: `ngspice -b deck.cir -r out.raw` (Vogt, Atkinson & Nenzi, Ngspice User's Manual).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from textwrap import wrap
from typing import Any

from quspike.circuit import Circuit, Element
from quspike.drives import Drive
from quspike.errors import InputError
from quspike.export.spice_elements import LETTERS, STOPPED, WRITERS
from quspike.export.spice_names import GROUND, Names, number, scaled
from quspike.export.spice_waveforms import Waveform, constant, waveform
from quspike.units import to_si

OPTIONS = ".options method=trap reltol=1e-7 abstol=1e-18 vntol=1e-12 chgtol=1e-22"
WIDTH = 110
QUANTITY = {"I": "current", "V": "voltage", "FLUX": "flux", "NG": "dimensionless"}


def to_ngspice(
    circuit: Circuit | str,
    *,
    duration: Any,
    step: Any,
    drives: Mapping[str, Drive] | None = None,
    seed: int = 0,
    base_dir: str | Path | None = None,
) -> str:
    """The deck of a circuit, with every node and every memory saved.

    Parameters
    ----------
    circuit : a Circuit, or a netlist's text.
    duration, step : of the transient analysis, s or text with a unit; the step is also the longest that is taken.
    drives : by the names that sources give. seed : of noise. base_dir : where the files of drives lie.

    Raises
    ------
    InputError : a drive that is missing, or of another quantity than its source's.
    NotAvailable : a tabulated admittance, a law without a form for ngspice, a memristor that senses an envelope.
    """
    circuit = Circuit(circuit) if isinstance(circuit, str) else circuit
    length, longest = _positive(duration, "duration"), _positive(step, "step")
    realised = {name: drive.realise(length, seed, base_dir, name) for name, drive in (drives or {}).items()}
    return Deck(circuit, length, longest, realised).text()


class Deck:
    """A deck in the making. It knows the names of nodes and branches, and what each source follows."""

    def __init__(self, circuit: Circuit, duration: float, step: float, drives: Mapping[str, Drive]) -> None:
        self.circuit, self.duration, self.step, self.drives = circuit, duration, step, drives
        self.names = Names(circuit.nodes)
        self.branches = {e.name: self.names.element(LETTERS[e.card], e.name) for e in circuit.elements}
        self.fluxes = {str(e.params["target"]): e for e in circuit.of("FLUX")}
        self.inner = self._behind_fluxes()
        self.saved: dict[str, str] = {}

    def text(self) -> str:
        """The whole deck."""
        lines = [line for e in self.circuit.elements for line in WRITERS[e.card](self, e)]
        renamed = [f"* node {new} is {old}" for old, new in self.names.renamed.items()]
        meanings = [f"* v({node}) is {meaning}" for node, meaning in self.saved.items()]
        nodes = " ".join(f"v({n})" for n in (*self.names.nodes.values(), *self.saved) if n != GROUND)
        span = f"{number(self.step)} {number(self.duration)} 0 {number(self.step)}"
        head = ["* a circuit of quspike, in SI units, classical and without noise", *renamed, *meanings]
        functions = [STOPPED] if any("stopped(" in line for line in lines) else []
        tail = [OPTIONS, f".tran {span} uic", f".save {nodes}", f".print tran {nodes}", ".end"]
        return "\n".join(line for long in (*head, *functions, *lines, *tail) for line in _folded(long)) + "\n"

    def auxiliary(self, name: str, meaning: str) -> str:
        """A node beside the circuit's own, which is saved."""
        node = self.names.fresh(name)
        self.saved[node] = meaning
        return node

    def integrator(self, node: str, rate: str, start: float) -> list[str]:
        """`dv/dt = rate`, from `start`."""
        source, capacitor = self.names.element("B", node), self.names.element("C", node)
        length = number(self.duration)
        return [f"{source} 0 {node} i = {length}*{rate}", f"{capacitor} {node} 0 {length} ic={number(start)}"]

    def ends(self, e: Element) -> list[str]:
        """Its nodes; of what stands across a junction with a moving flux, those behind the flux."""
        behind = self.inner.get(e.name, {})
        return [behind.get(n, self.names.nodes[n]) for n in e.nodes]

    def across(self, e: Element) -> str:
        """The voltage across, as an expression."""
        plus, minus = self.ends(e)
        return f"v({plus})" if minus == GROUND else f"(-v({minus}))" if plus == GROUND else f"v({plus},{minus})"

    def wave(self, e: Element) -> Waveform:
        """What a source follows."""
        if "value" in e.params:
            return constant(float(e.params["value"]))
        name = str(e.params["drive"])
        if name not in self.drives:
            raise InputError("drives", f"none called {name!r}", f"must have the drive of {e.name}")
        drive = self.drives[name].as_quantity(QUANTITY[e.card], e.name)
        return waveform(drive, self.duration, self.step)

    def follow(self, node: str, wave: Waveform, scale: float = 1.0) -> list[str]:
        """A node whose voltage is `scale` times the waveform."""
        if wave.factor is None and scale == 1.0:
            return [f"{self.names.element('V', node)} {node} 0 {wave.source}"]
        envelope = self.names.fresh(f"{node}_envelope")
        shape = scaled(scale, f"v({envelope})") + (f"*{wave.factor}" if wave.factor else "")
        return [
            f"{self.names.element('V', envelope)} {envelope} 0 {wave.source}",
            f"{self.names.element('B', node)} {node} 0 v = {shape}",
        ]

    def _behind_fluxes(self) -> dict[str, dict[str, str]]:
        """By element, the node behind the emf of a flux that moves, in place of the junction's n+.

        What stands right across the junction has the junction's flux: the flux threads the loop beyond (of several
        threaded junctions in parallel, the first in the netlist has it).
        """
        found: dict[str, dict[str, str]] = {}
        for name, flux in self.fluxes.items():
            if "drive" not in flux.params:
                continue
            ends = self.circuit.element(name).nodes
            behind = {ends[0]: self.names.fresh(f"{name}_inner")}
            found[name] = behind
            for e in self.circuit.of("C", "R", "MEM", "TL"):
                if set(e.nodes) == set(ends):
                    found.setdefault(e.name, behind)
        return found


def _positive(value: Any, key: str) -> float:
    number = float(to_si(value, "time", key))
    if not 0 < number < math.inf:
        raise InputError(key, value, "must be > 0 s")
    return number


def _folded(line: str) -> list[str]:
    """A long line and its continuations."""
    if len(line) <= WIDTH or line.startswith("*"):
        return [line]
    return wrap(line, WIDTH, subsequent_indent="+ ", break_long_words=False, break_on_hyphens=False)
