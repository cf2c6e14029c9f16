"""What each dissipator takes from a small signal: `I = Y_d(ω) V`, `Y_d = W_d/(1 − iω/ω_d)`.

W is 1/R, 1/Z0 of a line without end, or a memristor's W(x, 0) at the memory where it stands; with a Drude cutoff ω_d it
is R in series with L_s = R/ω_d. Convention f(t) = ∫ dω/2π f(ω) e^{−iωt}.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from quspike.circuit import Element, law_of
from quspike.errors import InputError, NotAvailable
from quspike.quantize.matrices import Elements, stacked
from quspike.quantize.network import Network

Array = Any


@dataclass(frozen=True)
class Leaks:
    """The dissipators of a network, (D,) each, in the order of `network.of("dissipator")`.

    conductance [S], cutoff [rad/s] (inf: none), temperature [K] (nan where the card does not say).
    """

    elements: tuple[str, ...]
    conductance: Array
    cutoff: Array
    temperature: Array

    def admittance(self, omega: Array) -> Array:
        """Y_d at each ω [rad/s], which may be complex: (..., D) [S]."""
        return self.conductance / (1 - 1j * np.asarray(omega)[..., None] / self.cutoff)


def leaks(network: Network, elements: Elements, memory: Mapping[str, Any] | None = None) -> Leaks:
    """The dissipators, memristors at `memory[name]`, else at x0, else at their law's own start.

    Raises InputError for a memory of what is no memristor of the circuit.
    """
    memory = memory or {}
    found = [network.circuit.element(b.element) for b in network.of("dissipator")]
    for name in memory:
        known = [e.name for e in found if e.card == "MEM"]
        if name not in known:
            raise InputError("memory", name, f"must name a memristor of the circuit ({', '.join(known) or 'none'})")
    return Leaks(
        tuple(e.name for e in found),
        stacked([_conductance(e, elements[e.name], memory.get(e.name)) for e in found]),
        stacked([elements[e.name].get("cutoff", math.inf) for e in found]),
        stacked([elements[e.name].get("T", math.nan) for e in found]),
    )


def _conductance(element: Element, params: Mapping[str, Any], memory: Any) -> Any:
    match element.card:
        case "R":
            return 1 / params["R"]
        case "TL":
            return 1 / params["Z0"]
        case "MEM":
            return _memristive(element, params, memory)
        case _:
            raise NotAvailable(element.name, f"card {element.card}", "must be R, MEM or TL so far")


def _memristive(element: Element, params: Mapping[str, Any], memory: Any) -> Any:
    """W(x, 0)."""
    from quspike.precision import enable_x64

    enable_x64()
    law = law_of(element)
    if memory is None:
        memory = params.get("x0", law.default_memory(params))
    conductance = law.conductance(memory, 0.0, params)
    return conductance if _traced(conductance) else float(conductance)


def _traced(value: Any) -> bool:
    import jax

    return isinstance(value, jax.core.Tracer)
