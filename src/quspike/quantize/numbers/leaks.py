"""What each dissipator takes from a small signal: `I = Y_d(ω) V`, `Y_d = W_d/(1 − iω/ω_d)`.

W is 1/R, 1/Z0 of a line without end, or a memristor's W(x, V) at the memory where it stands and at the voltage of the
batteries in series with it; with a Drude cutoff ω_d it is R in series with L_s = R/ω_d. A tabulated Y_d is its
positive-real fit. Convention f(t) = ∫ dω/2π f(ω) e^{−iωt}.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from quspike.circuit import Element, law_of
from quspike.errors import InputError, NotAvailable
from quspike.quantize.network import Network
from quspike.quantize.numbers.admittance_table import AdmittanceTable, table_of
from quspike.quantize.numbers.matrices import Elements, stacked
from quspike.quantize.numbers.memristance_range import resting_voltage

Array = Any


@dataclass(frozen=True)
class Leaks:
    """The dissipators of a network, (D,) each, in the order of `network.of("dissipator")`.

    conductance [S], cutoff [rad/s] (inf: none), temperature [K] (nan where the card does not say). tables : by place
    among them, those that a table gives; their conductance is that at rest.
    """

    elements: tuple[str, ...]
    conductance: Array
    cutoff: Array
    temperature: Array
    tables: Mapping[int, AdmittanceTable] = field(default_factory=dict)

    def admittance(self, omega: Array) -> Array:
        """Y_d at each ω [rad/s], which may be complex: (..., D) [S]."""
        omega = omega if hasattr(omega, "shape") else np.asarray(omega)
        found = self.conductance / (1 - 1j * omega[..., None] / self.cutoff)
        for i, table in self.tables.items():
            found[..., i] = table.fit(omega)
        return found

    @property
    def without_cutoff(self) -> tuple[str, ...]:
        """The elements that dissipate at any frequency, however high."""
        flat = {self.elements[i]: table.fit.at_infinity > 0 for i, table in self.tables.items()}
        pairs = zip(self.elements, np.isinf(self.cutoff), strict=True)
        return tuple(name for name, sharp in pairs if flat.get(name, sharp))


def leaks(
    network: Network,
    elements: Elements,
    memory: Mapping[str, Any] | None = None,
    base_dir: str | Path | None = None,
) -> Leaks:
    """The dissipators, memristors at `memory[name]`, else at x0, else at their law's own start.

    base_dir : where the files of Y elements are.

    Raises InputError for a memory of what is no memristor of the circuit.
    """
    memory = memory or {}
    branches = network.of("dissipator")
    found = [network.circuit.element(b.element) for b in branches]
    for name in memory:
        known = [e.name for e in found if e.card == "MEM"]
        if name not in known:
            raise InputError("memory", name, f"must name a memristor of the circuit ({', '.join(known) or 'none'})")
    tables = {i: table_of(e, base_dir) for i, e in enumerate(found) if e.card == "Y"}
    conductances = [
        float(tables[i].fit(0.0).real)
        if i in tables
        else _conductance(e, elements[e.name], memory.get(e.name), resting_voltage(branches[i], elements))
        for i, e in enumerate(found)
    ]
    return Leaks(
        tuple(e.name for e in found),
        stacked(conductances),
        stacked([elements[e.name].get("cutoff", math.inf) for e in found]),
        stacked([elements[e.name].get("T", math.nan) for e in found]),
        tables,
    )


def _conductance(element: Element, params: Mapping[str, Any], memory: Any, voltage: Any) -> Any:
    match element.card:
        case "R":
            return 1 / params["R"]
        case "TL":
            return 1 / params["Z0"]
        case "MEM":
            return _memristive(element, params, memory, voltage)
        case _:
            raise NotAvailable(element.name, f"card {element.card}", "must be R, MEM, TL or Y to dissipate so far")


def _memristive(element: Element, params: Mapping[str, Any], memory: Any, voltage: Any) -> Any:
    """W(x, V)."""
    from quspike.precision import enable_x64

    enable_x64()
    law = law_of(element)
    if memory is None:
        memory = params.get("x0", law.default_memory(params))
    conductance = law.conductance(memory, voltage, params)
    return conductance if _traced(conductance) else float(conductance)


def _traced(value: Any) -> bool:
    import jax

    return isinstance(value, jax.core.Tracer)
