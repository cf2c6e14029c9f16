"""Initial memories: each in the unit of its memristor's law."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quspike.circuit import Circuit, law_of
from quspike.errors import InputError
from quspike.run.fields import Unit, nearest, shown

__all__ = ["memory_units", "read_memories"]


def memory_units(circuit: Circuit) -> dict[str, Unit]:
    """What the memory of each memristor is measured in."""
    return {element.name: Unit(law_of(element).memory_quantity) for element in circuit.of("MEM")}


def read_memories(circuit: Circuit, memory: Mapping[str, Any], *, bare_ok: bool = True) -> dict[str, float]:
    """Memory by memristor in SI.

    Raises InputError for a name that is no memristor of the circuit, and for a value in another unit than its law's, or
    out of the law's bounds.
    """
    units = memory_units(circuit)
    values = {}
    for name, value in memory.items():
        key = f"[initial] memory.{name}"
        if name not in units:
            raise InputError(key, shown(value), f"must name a memristor ({nearest(name, units)})")
        try:
            number = units[name].read(value, bare_ok=bare_ok)
            values[name] = law_of(circuit.element(name)).resolve_memory(number, circuit.element(name).params)
        except InputError as error:
            raise InputError(key, error.value, error.remedy) from None
    return values
