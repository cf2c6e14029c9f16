"""What a command is given: a run file, or a result that holds one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quspike.errors import InputError, NotAvailable

if TYPE_CHECKING:
    from quspike.run.schema import Run

RESULT = ".nc"


def is_result(path: Path) -> bool:
    """True for a file that a run has written. Raises NotAvailable for a Zarr store."""
    if path.suffix == ".zarr":
        raise NotAvailable("file", path, "must be a run file or a .nc result: Zarr stores are not available yet")
    return path.suffix == RESULT


def read_run(path: Path, assignments: Sequence[str] = (), method: str | None = None) -> Run:
    """The run of a run file, or of a result, whose input files must be unchanged, with the changes that were asked for.

    Raises InputError for whatever could not be run.
    """
    from quspike.run.changes import Change, read_change
    from quspike.run.load import load, parse_run

    changes = [read_change(text) for text in assignments]
    if method is not None:
        changes.append(Change(("run", "method"), json.dumps(method)))
    if not is_result(path):
        return load(path, changes)
    from quspike.result import store
    from quspike.result.provenance import check_inputs, check_single

    attributes = store.read(path).attrs
    check_single(attributes)
    inputs = json.loads(attributes["inputs"])
    base_dir = _folder_of(inputs, path)
    check_inputs(inputs, base_dir)
    return parse_run(attributes["config"], str(path), base_dir, changes)


def note_unread(path: Path, run: Run, quiet: bool) -> None:
    """Say what a run file chooses that its method does not read; a result has every default written out."""
    from quspike.cli import console
    from quspike.run.unread import unread

    for line in [] if is_result(path) else unread(run):
        console.note(f"note: {line}", quiet)


@contextmanager
def naming(path: Path, run: Run) -> Iterator[None]:
    """What is refused within says its table and this file, if it does not yet."""
    from quspike.run.table import relabelled

    try:
        yield
    except InputError as error:
        if error.where or error.key.startswith("--"):
            raise
        raise relabelled(error, lambda key: _full_key(key, run), str(path)) from error


def _full_key(key: str, run: Run) -> str:
    """A key of the run file with its table: `method` is [run]'s, `v_threshold` the only neuron's."""
    from quspike.run.neuron import Neuron
    from quspike.run.schema import neuron_table
    from quspike.run.settings import Settings

    if key in Settings.model_fields:
        return f"[run] {key}"
    if key in Neuron.model_fields and len(run.neurons) == 1:
        return f"[{neuron_table(next(iter(run.neurons)))}] {key}"
    return key


def _folder_of(inputs: Sequence[Mapping[str, Any]], path: Path) -> Path:
    """Where the files that the run read lie: beside the result, or else in the current folder."""
    names = [str(item["name"]) for item in inputs]
    beside = all((path.parent / name).is_file() for name in names)
    return path.parent if beside or not all(Path(name).is_file() for name in names) else Path()
