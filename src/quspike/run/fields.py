"""The kinds of value that a run file holds: each reads a user's value, or says in one line what would be right."""

from __future__ import annotations

import json
import math
import operator
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from quspike.errors import InputError, NotAvailable
from quspike.units import exact_si, format_si, quantity_of, to_si

HERE = ""  # key of an error raised inside a value: the table that holds the value fills it in
LONGEST = 60  # characters of a wrong value worth showing

__all__ = [
    "HERE",
    "Amplitude",
    "Choice",
    "Flag",
    "Kind",
    "Name",
    "Unit",
    "Whole",
    "clipped",
    "nearest",
    "one_line",
    "shown",
]


def shown(value: object) -> str:
    """A value as one short line, whatever a file may hold (line breaks, a million characters, huge integers)."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    if isinstance(value, int) and value.bit_length() > 128:
        return f"an integer of {value.bit_length()} bits"
    return clipped(json.dumps(value[: 4 * LONGEST], ensure_ascii=False) if isinstance(value, str) else repr(value))


def clipped(text: str) -> str:
    """The first characters of a text, as one line."""
    text = one_line(text[: 4 * LONGEST])
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def one_line(text: str) -> str:
    """The text without line breaks and control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def nearest(name: object, known: Iterable[str]) -> str:
    """`did you mean X?` when a known name is close, otherwise all of them."""
    names = list(known)
    close = get_close_matches(str(name)[:LONGEST], names, n=1)
    return f"did you mean {close[0]}?" if close else f"known: {', '.join(names) or 'none'}"


class Kind(ABC):
    """What one key accepts. `read` gives the stored value; `write` gives back what a run file says."""

    @abstractmethod
    def expected(self) -> str:
        """What would be right, as it follows "must be"."""

    @abstractmethod
    def read(self, value: Any) -> Any:
        """The stored value. Raises InputError, whose key the table fills in."""

    def read_file(self, value: Any) -> Any:
        """As `read`, for a value that stands in a file, where a bare number has no unit."""
        return self.read(value)

    def write(self, value: Any) -> Any:
        """The value in TOML's own types; None leaves the key out."""
        return value

    def wrong(self, value: object) -> InputError:
        return InputError(HERE, shown(value), f"must be {self.expected()}")

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)


@dataclass(frozen=True)
class Unit(Kind):
    """A physical quantity: a float is SI, text carries its unit; with `auto`, "auto" is stored as None."""

    quantity: str
    minimum: float | None = None
    exclusive: bool = False
    auto: bool = False

    def expected(self) -> str:
        return quantity_of(self.quantity).described + (', or "auto"' if self.auto else "")

    def read(self, value: Any, *, bare_ok: bool = True) -> Any:
        if self.auto and (value is None or (isinstance(value, str) and value.strip() == "auto")):
            return None
        if value is None or isinstance(value, bool | Mapping | list | tuple):
            raise self.wrong(value)
        try:
            number = to_si(value, self.quantity, HERE, bare_ok=bare_ok)
        except InputError as error:
            raise InputError(HERE, shown(value), one_line(error.remedy)) from None
        except (ValueError, OverflowError, TypeError):  # an integer beyond floats, an object of no number
            raise self.wrong(value) from None
        if isinstance(number, int | float):
            self._check_range(number, value)
        return number

    def read_file(self, value: Any) -> Any:
        return self.read(value, bare_ok=False)

    def _check_range(self, number: float, value: object) -> None:
        if self.minimum is None or number > self.minimum or (number == self.minimum and not self.exclusive):
            return
        sign = ">" if self.exclusive else "≥"
        raise InputError(HERE, shown(value), f"must be {sign} {format_si(self.minimum, self.quantity)}")

    def write(self, value: Any) -> Any:
        if value is None:
            return "auto" if self.auto else None
        return float(value) if quantity_of(self.quantity).dimensionless else exact_si(float(value), self.quantity)


@dataclass(frozen=True)
class Choice(Kind):
    """One word of a list; `later` holds the words of the run file whose work has not arrived."""

    words: tuple[str, ...]
    later: tuple[str, ...] = ()
    optional: bool = False

    def expected(self) -> str:
        return " | ".join(self.words)

    def read(self, value: Any) -> str | None:
        if value is None and self.optional:
            return None
        if not isinstance(value, str):
            raise self.wrong(value)
        if value in self.words:
            return value
        if value in self.later:
            raise NotAvailable(HERE, shown(value), f"must be {self.expected()}: {value} is not available yet")
        close = get_close_matches(value[:LONGEST], self.words, n=1)
        hint = f" (did you mean {close[0]}?)" if close else ""
        raise InputError(HERE, shown(value), f"must be {self.expected()}{hint}")


@dataclass(frozen=True)
class Whole(Kind):
    """A whole number between two bounds; `optional` and `auto` also take None, and "auto"."""

    minimum: int
    maximum: int
    optional: bool = False
    auto: bool = False

    def expected(self) -> str:
        text = f"a whole number from {self.minimum} to {self.maximum}"
        return text + (', or "auto"' if self.auto else "")

    def read(self, value: Any) -> int | None:
        if value is None and (self.optional or self.auto):
            return None
        if self.auto and isinstance(value, str) and value.strip() == "auto":
            return None
        if isinstance(value, bool) or not hasattr(value, "__index__"):
            raise self.wrong(value)
        number = operator.index(value)
        if not self.minimum <= number <= self.maximum:
            raise self.wrong(value)
        return number

    def write(self, value: Any) -> Any:
        return "auto" if value is None and self.auto else value


@dataclass(frozen=True)
class Flag(Kind):
    """true or false, and nothing that merely looks like it; with `later`, true is still to come."""

    later: bool = False

    def expected(self) -> str:
        return "true or false"

    def read(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise self.wrong(value)
        if value and self.later:
            raise NotAvailable(HERE, shown(value), "must be false: true is not available yet")
        return value


@dataclass(frozen=True)
class Name(Kind):
    """A name as it stands in the netlist."""

    def expected(self) -> str:
        return "a name in quotes, without spaces"

    def read(self, value: Any) -> str:
        if not isinstance(value, str) or not value or one_line(value) != value or " " in value:
            raise self.wrong(value)
        return value


@dataclass(frozen=True)
class Amplitude(Kind):
    """A complex amplitude: `[re, im]` in a file, any number in Python; `optional` takes None."""

    optional: bool = False

    def expected(self) -> str:
        return "[re, im], two plain numbers"

    def read(self, value: Any) -> complex | None:
        if value is None and self.optional:
            return None
        parts = value if isinstance(value, list | tuple) else [value]
        if not 1 <= len(parts) <= 2 or any(isinstance(part, bool | str) for part in parts):
            raise self.wrong(value)
        try:
            number = complex(float(parts[0]), float(parts[1])) if len(parts) == 2 else complex(parts[0])
        except (TypeError, ValueError, OverflowError):
            raise self.wrong(value) from None
        if not (math.isfinite(number.real) and math.isfinite(number.imag)):
            raise self.wrong(value)
        return number

    def write(self, value: Any) -> Any:
        return None if value is None else [value.real, value.imag]
