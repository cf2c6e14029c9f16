"""A run as a run file: `load(run.to_toml()) == run`, bit for bit."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from quspike.run.memories import memory_units

if TYPE_CHECKING:
    from quspike.run.schema import Run

SCHEMA = 1
"""Version of the run file; a change of meaning raises it and brings a migration."""

__all__ = ["SCHEMA", "run_file", "toml_value"]


def run_file(run: Run) -> str:
    """The text of the run file, with every default written out."""
    return "\n".join(_lines(run)) + "\n"


def _lines(run: Run) -> Iterator[str]:
    from quspike.run.schema import neuron_table
    from quspike.run.settings import Settings

    yield f"schema = {SCHEMA}"
    yield f"circuit = {_block(run.circuit.netlist())}"
    for name, neuron in run.neurons.items():
        yield from _table(neuron_table(name), neuron.written())
    for name, drive in run.drives.items():
        yield from _table(f"drive.{_key(name)}", drive.to_dict())
    if run.measurement is not None:
        yield from _table("measurement", run.measurement.written())
    units = memory_units(run.circuit)
    memory = {name: units[name].write(value) for name, value in run.initial.memory.items()}
    yield from _table("initial", {**run.initial.written(), "memory": memory})
    settings = run.written()
    yield from _table("run", {key: settings[key] for key in Settings.model_fields if key in settings})
    yield from _table("save", run.save.written())


def _table(name: str, values: Mapping[str, Any]) -> Iterator[str]:
    yield f"\n[{name}]"
    for key, value in values.items():
        yield f"{_key(key)} = {toml_value(value)}"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else toml_value(name)


def toml_value(value: Any) -> str:
    """One value as TOML; `repr` of a float is the shortest text that reads back as the same float."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {toml_value(v)}" for k, v in value.items()) + " }" if value else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    return repr(value)


def _block(text: str) -> str:
    """Text of several lines as a TOML multi-line string."""
    lines = [toml_value(line)[1:-1] for line in text.strip("\n").split("\n")]
    return '"""\n' + "\n".join(lines) + '\n"""'
