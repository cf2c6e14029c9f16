"""The kinds of drive, by the name that a run file calls them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import MISSING
from typing import Any

from quspike.drives.csv import Csv
from quspike.drives.drive import SIGNAL, Drive, may_be_never, settings, signal_quantity
from quspike.drives.noise import Noise
from quspike.drives.pulses import Pulses
from quspike.drives.sine import Sine
from quspike.drives.step import Step
from quspike.drives.table import Table
from quspike.drives.wav import Wav
from quspike.errors import InputError
from quspike.units import to_si

KINDS: dict[str, type[Drive]] = {cls.kind: cls for cls in (Step, Sine, Pulses, Noise, Csv, Wav, Table)}


def drive_from_dict(name: str, table: Mapping[str, Any], where: str | None = None) -> Drive:
    """The drive that a TOML table `[drive.name]` describes; `where` is the file, for errors.

    Numbers carry their unit here; a bare number is dimensionless. Raises InputError on an unknown kind or key (naming
    the nearest), a missing key, and whatever the drive itself refuses.
    """
    place = f"[drive.{name}]" + (f" in {where}" if where else "")
    try:
        kind = drive_kind(table)
        return kind(**read_fields(kind, {key: value for key, value in table.items() if key != "kind"}))
    except InputError as error:
        raise (error if error.where else error.at(place)) from None


def drive_kind(table: Mapping[str, Any]) -> type[Drive]:
    """The class of `kind`."""
    if "kind" not in table:
        raise InputError("kind", "none", f"must be given: {', '.join(KINDS)}")
    if not isinstance(table["kind"], str) or table["kind"] not in KINDS:
        raise InputError(
            "kind", repr(table["kind"]), f"must be one of {', '.join(KINDS)}" + nearest(table["kind"], KINDS)
        )
    return KINDS[table["kind"]]


def read_fields(kind: type[Drive], table: Mapping[str, Any]) -> dict[str, Any]:
    """The constructor's arguments in SI, with the signal's quantity."""
    specs = {spec.name: spec for spec in settings(kind)}
    for key in table:
        if key not in specs:
            raise InputError(
                key, repr(table[key]), f"must be a key of a {kind.kind}: {', '.join(specs)}" + nearest(key, specs)
            )
    for key, spec in specs.items():
        if spec.default is MISSING and key not in table:
            raise InputError(key, "nothing", f"must be given for a {kind.kind}")
    arguments: dict[str, Any] = {}
    for key, value in table.items():
        quantity = specs[key].metadata.get("quantity")
        if quantity == SIGNAL:
            quantity = arguments.setdefault("quantity", signal_quantity(first(value), key))
        arguments[key] = value if quantity is None else read_value(value, quantity, key, may_be_never(specs[key]))
    return arguments


def first(value: Any) -> Any:
    """The first item of a list, or the value itself."""
    return value[0] if isinstance(value, list) and value else value


def read_value(value: Any, quantity: str, key: str, infinite_ok: bool) -> Any:
    """One number, or a list of them, in SI; a bare number only where the quantity has no dimension."""
    if isinstance(value, list):
        return tuple(read_value(item, quantity, key, infinite_ok) for item in value)
    return to_si(value, quantity, key, bare_ok=False, infinite_ok=infinite_ok)


def nearest(word: Any, words: Mapping[str, Any]) -> str:
    """` (did you mean 'x'?)`, if something is near."""
    match = difflib.get_close_matches(str(word), list(words), n=1)
    return f" (did you mean {match[0]!r}?)" if match else ""
