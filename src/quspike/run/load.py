"""Run files: read, checked as a whole, and refused in one line that names the key."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from quspike.circuit import Circuit
from quspike.drives import Drive, drive_from_dict
from quspike.errors import InputError
from quspike.run.changes import Change, change_circuit, change_document
from quspike.run.checks import check_oscillator
from quspike.run.fields import clipped, nearest, one_line, shown
from quspike.run.initial import Initial
from quspike.run.measurement import Measurement
from quspike.run.memories import read_memories
from quspike.run.neuron import Neuron
from quspike.run.schema import ALONE, Netlist, Run, neuron_table
from quspike.run.settings import Save, Settings
from quspike.run.table import relabelled, unknown_key
from quspike.run.toml import SCHEMA

LARGEST = 8_000_000  # bytes of a run file or netlist: a hundred thousand elements
MOST_DOTS = 1000  # in one line
KEYS = ("schema", "circuit", "neuron", "drive", "measurement", "initial", "run", "save")

__all__ = ["load", "parse_run", "read_text"]


def load(path: str | Path, changes: Sequence[Change] = ()) -> Run:
    """The run that a file describes, with `changes` made to it.

    Raises
    ------
    InputError : the file cannot be read, is not TOML, or says something that could not be run; one line that names the
        file, the key, the value and what would be right.
    """
    path = Path(path)
    return parse_run(read_text(path)[0], str(path), path.parent, changes)


def parse_run(text: str, where: str = "run file", base_dir: str | Path = ".", changes: Sequence[Change] = ()) -> Run:
    """The run that a run file's text describes; `where` names it in errors, and files lie relative to `base_dir`."""
    document = _toml(text, where)
    try:
        change_document(document, changes)
        _check_top(document)
        base_dir = Path(base_dir)
        circuit, inputs = _circuit(document["circuit"], base_dir)
        circuit = change_circuit(circuit, changes)
        neurons = _neurons(document.get("neuron"))
        parts = {
            "circuit": circuit,
            "neurons": neurons,
            "drives": _drives(document.get("drive", {})),
            "measurement": _measurement(document),
            "initial": _initial(_mapping(document, "initial"), circuit, neurons),
            "save": Save.from_file(_mapping(document, "save"), "[save] {}".format),
        }
        settings = _mapping(document, "run")
        for key, value in settings.items():
            if key not in Settings.model_fields:
                raise relabelled(unknown_key(key, value, Settings), "[run] {}".format, None)
        return Run.from_file({**settings, **parts, "inputs": inputs, "base_dir": base_dir}, _run_label)
    except InputError as error:
        raise relabelled(error, str, where) from None


def read_text(path: Path, key: str = "file") -> tuple[str, dict[str, Any]]:
    """The text of a file, and its name, sha256 and bytes; refuses what is no text, or too long to be meant."""
    place = one_line(str(path))
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:  # ValueError: a name with a null character
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(key, reason.lower(), "must be a file that can be read", place) from None
    if len(content) > LARGEST:
        raise InputError(key, "more", f"must be at most {LARGEST} bytes long", place)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            key, f"byte {content[error.start]:#04x} at {error.start}", "must be UTF-8 text", place
        ) from None
    return text, {"name": path.name, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def _toml(text: str, where: str) -> dict[str, Any]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.count(".") > MOST_DOTS:  # a key of n parts takes tomllib n² steps
            raise InputError(f"line {number}", shown(line), f"must have at most {MOST_DOTS} dots", where)
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(str(error), text, where) from None
    except (ValueError, RecursionError) as error:  # an endless integer; brackets nested a thousand deep
        reason = "nested too deeply" if isinstance(error, RecursionError) else one_line(str(error)).lower()
        raise InputError("file", "what no run needs", f"must be plain TOML ({reason})", where) from None


def _syntax_error(message: str, text: str, where: str) -> InputError:
    place = re.search(r" \(at (line (\d+)|end of document).*\)$", message)
    reason = one_line(message[: place.start()] if place else message)
    lines = text.splitlines() or [""]
    number = int(place[2]) if place and place[2] else len(lines)
    line = lines[min(number, len(lines)) - 1]
    return InputError(f"line {number}", shown(line), f"must be TOML ({reason[:1].lower() + reason[1:]})", where)


def _check_top(document: Mapping[str, Any]) -> None:
    for key, value in document.items():
        if key not in KEYS:
            raise InputError(shown(key).strip('"'), shown(value), f"is not a known key ({nearest(key, KEYS)})")
    version = document.get("schema")
    if isinstance(version, bool) or version != SCHEMA:
        raise InputError("schema", shown(version), f"must be {SCHEMA}, the version of the run file")
    if "circuit" not in document:
        raise InputError("circuit", "nothing", f"must be given: {Netlist().expected()}")


def _circuit(value: Any, base_dir: Path) -> tuple[Circuit, tuple[dict[str, Any], ...]]:
    if isinstance(value, str):
        return Circuit(value), ()
    if not isinstance(value, Mapping) or set(value) != {"file"} or not isinstance(value["file"], str):
        raise InputError("circuit", shown(value), f"must be {Netlist().expected()}")
    text, facts = read_text(base_dir / value["file"], "circuit.file")
    return Circuit(text, source=value["file"]), ({**facts, "name": value["file"]},)


def _neurons(table: Any) -> dict[str, Neuron]:
    """`[neuron]`, or several `[neuron.a]`, told apart by whether every key is itself a table."""
    if table is None:
        return {}
    if not isinstance(table, Mapping):
        raise InputError("neuron", shown(table), "must be a table [neuron]")
    several = bool(table) and all(isinstance(value, Mapping) for value in table.values())
    named = table if several else {ALONE: table}
    return {name: Neuron.from_file(keys, f"[{neuron_table(name)}] {{}}".format) for name, keys in named.items()}


def _drives(tables: Any) -> dict[str, Drive]:
    if not isinstance(tables, Mapping):
        raise InputError("drive", shown(tables), "must be tables such as [drive.input]")
    drives = {}
    for name, table in tables.items():
        if not isinstance(table, Mapping):
            raise InputError(f"[drive] {name}", shown(table), f"must be a table [drive.{name}]")
        try:
            drives[name] = drive_from_dict(name, table)
        except InputError as error:
            clean = type(error)(error.key, clipped(str(error.value)), error.remedy)
            raise relabelled(clean, f"[drive.{name}] {{}}".format, None) from None
    return drives


def _measurement(document: Mapping[str, Any]) -> Measurement | None:
    """None where the table is left out."""
    if "measurement" not in document:
        return None
    return Measurement.from_file(_mapping(document, "measurement"), "[measurement] {}".format)


def _initial(table: Mapping[str, Any], circuit: Circuit, neurons: Mapping[str, Neuron]) -> Initial:
    check_oscillator(circuit, neurons, table.get("state"))
    initial: Initial = Initial.from_file(table, "[initial] {}".format)
    return initial.model_copy(update={"memory": read_memories(circuit, initial.memory, bare_ok=False)})


def _mapping(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = document.get(name, {})
    if not isinstance(table, Mapping):
        raise InputError(name, shown(table), f"must be a table [{name}]")
    return table


def _run_label(key: str) -> str:
    return f"[run] {key}" if key in Settings.model_fields else key
