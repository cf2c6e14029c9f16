"""What each leak of a membrane sees and carries: V = v(n+) − v(n−), and I from n+ to n−.

memristor   I = W(x, V) V, as the method computed it
resistor    I = V/R
whole       I = I_in(t) − C dV/dt − φ/L − Σ V/R: all that leaves the node by the one memristor, whatever is in it
            (with a state that is no point, I_M is more than W(⟨φ⟩)⟨V⟩)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from quspike.errors import InputError
from quspike.quantize.membrane import (
    Dissipator,
    Membrane,
    element_params,
    inverse_inductance,
    reduce_to_membrane,
    total_capacitance,
)
from quspike.run.schema import Run

CURRENTS = ("element", "whole")


@dataclass(frozen=True, eq=False)
class ElementTrace:
    """One element over a run: time (T,) [s], voltage (T,) [V], current (T,) [A]."""

    element: str
    time: np.ndarray
    voltage: np.ndarray
    current: np.ndarray


def element_traces(run: Run, result: Any, current: str = "element") -> dict[str, ElementTrace]:
    """The traces of every memristor and resistor, by name.

    result : the Dataset of this run, or the Solution of a Problem compiled from it. current : "element", or "whole" for
    the memristor's current by Kirchhoff's law. Raises InputError where the whole current cannot be told.
    """
    check_current(run, current)
    membrane = reduce_to_membrane(run.circuit)
    elements = element_params(run.circuit)
    time, v = np.asarray(result.time), np.asarray(result.voltage)[:, 0]
    of_memristors = dict(
        zip((d.name for d in membrane.memristors), np.asarray(result.memristor_current).T, strict=True)
    )
    if current == "whole":
        of_memristors = _whole_current(membrane, elements, time, v, result)
    traces = {}
    for d in membrane.dissipators:
        own = d.sign * v
        i = own / elements[d.name]["R"] if d.law is None else of_memristors[d.name]
        traces[d.name] = ElementTrace(d.name, time, own, i)
    return traces


def check_current(run: Run, current: str) -> None:
    """Refuse a current that no trace of this run can show."""
    if current not in CURRENTS:
        raise InputError("current", current, f"must be {' or '.join(CURRENTS)}")
    if current == "whole":
        _only_memristor(reduce_to_membrane(run.circuit))


def _whole_current(membrane: Membrane, elements: Any, time: np.ndarray, v: np.ndarray, result: Any) -> dict:
    """What Kirchhoff's law leaves to the one memristor."""
    from scipy.interpolate import CubicSpline

    memristor = _only_memristor(membrane)
    arriving = np.asarray(result.input_current) @ np.array([s.sign for s in membrane.sources])
    slope = CubicSpline(time, v)(time, 1)
    stored = total_capacitance(membrane, elements) * slope
    stored = stored + np.asarray(result.flux)[:, 0] * inverse_inductance(membrane, elements)
    leaked = sum(v / elements[d.name]["R"] for d in membrane.dissipators if d.law is None)
    return {memristor.name: memristor.sign * (arriving - stored - leaked)}


def _only_memristor(membrane: Membrane) -> Dissipator:
    if len(membrane.memristors) != 1:
        raise InputError(
            "current", "whole", f"needs one memristor, not {len(membrane.memristors)}: theirs cannot be told apart"
        )
    if membrane.junctions:
        raise InputError(
            "current", "whole", f"cannot be told beside {membrane.junctions[0]}, whose ⟨sin⟩ no result holds"
        )
    return membrane.memristors[0]
