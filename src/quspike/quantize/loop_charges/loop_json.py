"""A circuit in loop charges for other programs: formulas as strings that sympy reads, numbers in SI."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from quspike.quantize.loop_charges.loop_text import MEANING, quantities_of
from quspike.quantize.report.render_json import SCHEMA, plain, terms_of

if TYPE_CHECKING:
    from quspike.quantize.loop_charges.loop_baths import LoopBath
    from quspike.quantize.loop_charges.quantized_loops import QuantizedLoops


def document(c: QuantizedLoops) -> str:
    """JSON text, with the keys of a circuit in node fluxes where both have them."""
    known = quantities_of(c)
    facts = {
        "schema": SCHEMA,
        "kind": "loops",
        "loops": [
            {
                "name": loop.name,
                "charge": str(c.formulas.letters.charge(i)),
                "kind": loop.kind,
                "meaning": MEANING[loop.kind],
            }
            for i, loop in enumerate(c.loops)
        ],
        "netlist": c.circuit.netlist(),
        "symbols": {
            symbol.name: dict(
                zip(("value", "quantity", "element"), (value, *known.get(symbol, ("1/H", ""))), strict=True)
            )
            for symbol, value in c.values.items()
        },
        "lagrangian": {"expression": str(c.lagrangian), "terms": terms_of(c.lagrangian_terms)},
        "momenta": {str(flux): str(momentum) for flux, momentum in c.momenta.items()},
        "commutators": [[str(a), str(b), str(value)] for (a, b), value in c.commutators.items()],
        "hamiltonian": {"expression": str(c.hamiltonian), "terms": terms_of(c.terms)},
        "total_hamiltonian": {"expression": str(c.total_hamiltonian), "terms": terms_of(c.bath_terms)},
        "definitions": {str(left): str(right) for left, right in c.definitions},
        "notes": c.notes,
        "equations_of_motion": [
            {"left": str(e.equality.lhs), "right": str(e.equality.rhs), "meaning": e.meaning}
            for e in c.equations_of_motion
        ],
        "baths": [_bath(c, bath) for bath in c.baths],
        "modes": [complex(omega) for omega in c.modes],
    }
    return json.dumps(plain(facts), ensure_ascii=False, allow_nan=False, indent=2)


def _bath(c: QuantizedLoops, bath: LoopBath) -> dict[str, Any]:
    """A line: what it is tied to, and its numbers."""
    return {
        "element": bath.element,
        "kind": bath.kind,
        "coupling_operator": str(c.formulas.boundary(bath)),
        "impedance": bath.impedance,
        "temperature": bath.temperature,
    }
