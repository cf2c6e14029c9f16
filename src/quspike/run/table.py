"""A table of the run file as a frozen object: whatever is wrong with it becomes one InputError that names the key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, ValidationError

from quspike.errors import InputError, NotAvailable
from quspike.run.fields import HERE, Kind, clipped, nearest, one_line, shown

__all__ = ["OneOf", "Table", "relabelled", "unknown_key"]


def relabelled(error: InputError, label: Callable[[str], str], where: str | None) -> InputError:
    """The same error, printable, under the key's full name and place; a key that is full already keeps its name."""
    key = one_line(error.key if error.key.startswith("[") else label(error.key))
    places = [place for place in (error.where, where) if place]
    return type(error)(key, one_line(str(error.value)), one_line(error.remedy), one_line(", ".join(places)) or None)


class Table(BaseModel):
    """Frozen; keys are checked against the fields, values against each field's `Kind`."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    later_keys: ClassVar[tuple[str, ...]] = ()  # keys of the run file whose work has not arrived

    def __init__(self, /, **data: Any) -> None:
        try:
            super().__init__(**data)
        except ValidationError as error:
            raise _input_error(error, type(self)) from None
        self.check()

    def check(self) -> None:
        """Raise InputError where values that are right each by itself contradict each other."""

    @classmethod
    def from_file(cls, data: Mapping[str, Any], label: Callable[[str], str], where: str | None = None) -> Any:
        """Read a parsed TOML table, in which numbers must carry their unit; errors carry the label and the place."""
        kinds = cls.kinds()
        try:
            values = {key: _read_file(kinds.get(key), key, value) for key, value in data.items()}
            return cls(**values)
        except InputError as error:
            raise relabelled(error, label, where) from None

    @classmethod
    def kinds(cls) -> dict[str, Kind]:
        """What each key accepts."""
        kinds = {
            name: [entry for entry in field.metadata if isinstance(entry, Kind)]
            for name, field in cls.model_fields.items()
        }
        return {name: found[0] for name, found in kinds.items() if found}

    def written(self) -> dict[str, Any]:
        """Every key with its value in TOML's own types, defaults included."""
        pairs = {name: kind.write(getattr(self, name)) for name, kind in self.kinds().items()}
        return {name: value for name, value in pairs.items() if value is not None}


class OneOf(Kind):
    """One table, an object already or the mapping that it is made of; `label` goes before its keys in errors, with a
    dot where it is a table within one.

    `optional` takes None, and leaves the table out where it is written.
    """

    def __init__(self, kind: type[Table], label: str, optional: bool = False) -> None:
        self.kind, self.label, self.optional = kind, label, optional

    def expected(self) -> str:
        return f"a table {self.label}"

    def read(self, value: Any) -> Any:
        return self._made(value, lambda keys: self.kind(**keys))

    def read_file(self, value: Any) -> Any:
        return self._made(value, lambda keys: self.kind.from_file(keys, str))

    def write(self, value: Any) -> Any:
        return None if value is None else value.written()

    def _made(self, value: Any, make: Callable[[Mapping[str, Any]], Any]) -> Any:
        if isinstance(value, self.kind) or (self.optional and value is None):
            return value
        if not isinstance(value, Mapping):
            raise self.wrong(value)
        inner = f"{self.label} {{}}" if self.label.startswith("[") else f"{self.label}.{{}}"
        try:
            return make(value)
        except InputError as error:
            raise relabelled(error, inner.format, None) from None


def _read_file(kind: Kind | None, key: str, value: Any) -> Any:
    if kind is None:  # an unknown key: the table itself refuses it
        return value
    try:
        return kind.read_file(value)
    except InputError as error:
        raise _rekeyed(error, key) from None


def _rekeyed(error: InputError, key: str) -> InputError:
    return type(error)(error.key if error.key != HERE else key, error.value, error.remedy, error.where)


def _input_error(error: ValidationError, table: type[Table]) -> InputError:
    """The first failure, unknown keys before missing ones: a misspelt key is both."""
    failures = sorted(error.errors(include_url=False), key=lambda e: e["type"] != "extra_forbidden")
    failure = failures[0]
    key = ".".join(str(part) for part in failure["loc"])
    if failure["type"] == "extra_forbidden":
        return unknown_key(key, failure["input"], table)
    if failure["type"] == "missing":
        return InputError(key, "nothing", f"must be given: {table.kinds()[key].expected()}")
    cause = failure.get("ctx", {}).get("error")
    if isinstance(cause, InputError):
        return _rekeyed(cause, key)
    return InputError(key or table.__name__, shown(failure["input"]), failure["msg"])


def unknown_key(key: str, value: object, table: type[Table]) -> InputError:
    """The error for a key that the table does not have, or does not have yet."""
    if key in table.later_keys:
        return NotAvailable(key, shown(value), "is not available yet")
    return InputError(clipped(key), shown(value), f"is not a known key ({nearest(key, table.kinds())})")
