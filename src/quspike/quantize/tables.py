"""The tables of a circuit's Y elements, read once for a run: what each stores and loses, and the record of its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from quspike.baths.passive_states import passive_states
from quspike.quantize.numbers.admittance_table import table_of
from quspike.quantize.system import System


def with_tables(
    system: System, elements: Mapping[str, dict[str, Any]], base_dir: str | Path | None
) -> tuple[System, dict[str, dict[str, Any]], list[dict[str, Any]]]:
    """The system whose Y elements have states, the numbers with `R` of each at rest [ohm], and {name, sha256, bytes}.

    Raises InputError, naming element, file and row, for a table that cannot be used.
    """
    tables = {e.name: table_of(e, base_dir) for e in system.network.circuit.of("Y")}
    dissipators = tuple(
        replace(d, states=passive_states(tables[d.name].fit)) if d.name in tables else d for d in system.dissipators
    )
    numbers = dict(elements)
    for name, table in tables.items():
        at_rest = float(table.fit(0.0).real)
        numbers[name] = {**elements[name], "R": 1 / at_rest if at_rest > 0 else float("inf")}
    return replace(system, dissipators=dissipators), numbers, [table.record for table in tables.values()]
