"""A quantized circuit for other programs: formulas as strings that sympy reads, numbers in SI."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from quspike.quantize.report.coordinate_facts import coordinate_facts
from quspike.quantize.symbols.variables import Term

if TYPE_CHECKING:
    from quspike.quantize.numbers.line_boundary import Bath
    from quspike.quantize.quantized import QuantizedCircuit

SCHEMA = 1


def document(circuit: QuantizedCircuit) -> str:
    """JSON text. Infinities, which JSON lacks, are the string "inf"; many coupled charges are summed over."""
    circuit = circuit.abridged
    facts = {
        "schema": SCHEMA,
        "kind": circuit.kind,
        "node": circuit.membrane.node if circuit.membrane else None,
        "coordinates": _coordinates(circuit),
        "netlist": circuit.circuit.netlist(),
        "symbols": _symbols(circuit),
        "lagrangian": {"expression": str(circuit.lagrangian), "terms": terms_of(circuit.lagrangian_terms)},
        "momenta": {str(q): str(momentum) for q, momentum in circuit.momenta.items()},
        "commutators": [[str(a), str(b), str(c)] for (a, b), c in circuit.commutators.items()],
        "hamiltonian": {"expression": str(circuit.hamiltonian), "terms": terms_of(circuit.terms)},
        "total_hamiltonian": {"expression": str(circuit.total_hamiltonian), "terms": terms_of(circuit.bath_terms)},
        "definitions": {str(left): str(right) for left, right in circuit.definitions},
        "notes": circuit.notes,
        "equations_of_motion": [
            {"left": str(e.equality.lhs), "right": str(e.equality.rhs), "meaning": e.meaning}
            for e in circuit.equations_of_motion
        ],
        "baths": [_bath(bath) for bath in circuit.baths],
        "leak_rate": circuit.leak_rate,
        "modes": [asdict(mode) for mode in circuit.modes],
        "zero_point": asdict(circuit.zero_point),
        "validity": [asdict(check) for check in circuit.validity],
    }
    return json.dumps(plain(facts), ensure_ascii=False, allow_nan=False, indent=2)


def _symbols(circuit: QuantizedCircuit) -> dict[str, Any]:
    values = circuit.numbers
    return {
        c.name: {"value": values.get(c.name), "quantity": c.quantity, "element": c.element}
        for c in circuit.notation.constants
    }


def _coordinates(circuit: QuantizedCircuit) -> list[dict[str, Any]]:
    """Each coordinate's letter, what it is of the nodes, kind and meaning."""
    named = zip(circuit.coordinates, coordinate_facts(circuit.notation), strict=True)
    return [
        {
            "name": c.name,
            "flux": str(f.letter),
            "nodes": str(f.nodes),
            "kind": f.kind,
            "meaning": f.meaning,
            "shared_with": list(c.shared_with),
        }
        for c, f in named
    ]


def terms_of(terms: Iterable[Term]) -> list[dict[str, Any]]:
    """Each term with its elements."""
    return [{"elements": t.elements, "expression": str(t.expression), "meaning": t.meaning} for t in terms]


def _bath(bath: Bath) -> dict[str, Any]:
    """A line: what it is tied to, and its numbers."""
    return {
        "element": bath.element,
        "kind": bath.kind,
        "coupling_operator": str(bath.coupling_operator),
        "spectral_density": str(bath.density),
        "counter_term": str(bath.counter_term),
        "initial_shift": str(bath.initial_shift),
        "impedance": bath.impedance,
        "conductance": bath.conductance,
        "temperature": bath.temperature,
        "cutoff": bath.cutoff,
        "counter_stiffness": bath.counter_stiffness,
        "notes": bath.notes,
    }


def plain(value: Any) -> Any:
    """A value in what JSON has."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, complex):
        return {"real": plain(value.real), "imag": plain(value.imag)}
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
