"""Changes to a run from outside its file: `MEM1.T=50mK`, `neuron.v_threshold=10uV`, `duration=1us`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from typing import Any, NamedTuple

from quspike.circuit import Circuit
from quspike.errors import InputError
from quspike.run.fields import nearest, shown
from quspike.run.settings import Settings

TABLES = ("neuron", "drive", "measurement", "initial", "run", "save")


class Change(NamedTuple):
    """One change: where the value stands (`("MEM1", "T")`, `("drive", "input", "start")`), and its text."""

    path: tuple[str, ...]
    text: str

    @property
    def key(self) -> str:
        return ".".join(self.path)

    @property
    def of_circuit(self) -> bool:
        """True if an element is changed, False if a table of the run file is."""
        return self.path[0] not in TABLES


def read_change(text: str) -> Change:
    """`KEY=VALUE`; a key of [run] may stand alone. Raises InputError for anything else."""
    key, equals, value = text.partition("=")
    path = tuple(part.strip() for part in key.split("."))
    if not equals or not all(path) or not value.strip():
        raise InputError("--set", shown(text), "must be KEY=VALUE, such as MEM1.T=50mK or neuron.v_threshold=10uV")
    if path[0] in Settings.model_fields and len(path) == 1:
        path = ("run", *path)
    if len(path) < 2:
        raise InputError("--set", shown(text), f"must name a table or an element first ({', '.join(TABLES)}, MEM1 …)")
    return Change(path, value.strip())


def change_document(document: dict[str, Any], changes: Iterable[Change]) -> None:
    """Write the changes that concern tables into a parsed run file."""
    for change in changes:
        if change.of_circuit:
            continue
        table: Any = document
        for part in change.path[:-1]:
            table = table.setdefault(part, {})
            if not isinstance(table, dict):
                raise InputError(f"--set {change.key}", shown(change.text), f"must name a key: {part} is no table")
        table[change.path[-1]] = _literal(change.text)


def change_circuit(circuit: Circuit, changes: Iterable[Change]) -> Circuit:
    """The circuit with the changes that concern its elements."""
    for change in changes:
        if change.of_circuit:
            circuit = _changed(circuit, change)
    return circuit


def _changed(circuit: Circuit, change: Change) -> Circuit:
    label, names = f"--set {change.key}", [element.name for element in circuit.elements]
    if change.path[0] not in names:
        known = nearest(change.path[0], [*names, *TABLES])
        raise InputError(label, shown(change.text), f"must begin with an element of the circuit or a table ({known})")
    if len(change.path) != 2:
        raise InputError(label, shown(change.text), f"must name one key of {change.path[0]}")
    try:
        return circuit.replace(change.path[0], **{change.path[1]: change.text})
    except InputError as error:
        raise type(error)(label, shown(change.text), error.remedy) from None


def _literal(text: str) -> Any:
    """The value as TOML, or the text itself: `2ns` needs no quotes."""
    try:
        return tomllib.loads(f"x = {text}")["x"] if text.isprintable() else text
    except (ValueError, RecursionError):
        return text
