"""A memory that is the circuit's own flux: the memristance is an operator, W(x0 + sφ̂), of ideal flux laws alone."""

from __future__ import annotations

from typing import Any

from quspike.errors import InputError
from quspike.memristors.registry import LAWS
from quspike.quantize.membrane import Dissipator


def is_operator(memory: str, d: Dissipator) -> bool:
    """True for a memristor whose memristance is an operator."""
    return memory == "operator" and d.law is not None


def check_operator(d: Dissipator) -> None:
    """Refuse a memristance that no coupling F(φ̂) gives. Raises InputError with the laws that have one."""
    if d.law is None:
        return
    if d.law.control != "flux":
        able = ", ".join(name for name, law in LAWS.items() if law.control == "flux")
        remedy = f"must be mean_field: {d.name} is no function of the flux (with a coupling F(φ): {able})"
        raise InputError("memory", "operator", remedy)
    if d.senses == "envelope":
        raise InputError(f"{d.name} senses", "envelope", "must be voltage with memory operator: W is one of the flux")


def conductance_at(d: Dissipator, offset, phi, elements: Any):
    """W(x0 + sφ) at fluxes φ of any shape, S."""
    assert d.law is not None
    return d.law.conductance(offset + d.sign * phi, 0.0, elements[d.name])


def coupling_at(d: Dissipator, offset, phi, elements: Any):
    """G(φ) = ∫√W dφ at fluxes φ of any shape, √S·Wb; its constant does not matter."""
    assert d.law is not None
    return d.sign * d.law.coupling(offset + d.sign * phi, elements[d.name])
