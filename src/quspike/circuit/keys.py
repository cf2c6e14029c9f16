"""One key of a card: what it measures, which values it takes, and how it is read from and written to a netlist."""

from __future__ import annotations

import re
from dataclasses import dataclass

from quspike.errors import InputError
from quspike.units import Measure, exact_si, format_si, quantity_of, to_si
from quspike.units.number import plain

Value = float | int | str
NUMERIC = re.compile(r"[+-]?(\.?[0-9]|(inf|nan)$)", re.IGNORECASE)  # what is read as a number, right or wrong
Written = str | Measure  # a token of the netlist, or the value of its {expression}


@dataclass(frozen=True)
class Key:
    """`name=value` on a card.

    quantity : what the number measures (a name of `units.QUANTITIES`); None for text.
    minimum, maximum : bounds in SI; `exclusive` shuts out the bounds themselves.
    infinite : `inf` is a value; whole : only integers are; choices : the words that are.
    default : the value where the key is not written; None leaves it out.
    """

    name: str
    meaning: str
    quantity: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    exclusive: bool = False
    infinite: bool = False
    whole: bool = False
    choices: tuple[str, ...] = ()
    default: Value | None = None

    @property
    def bounds(self) -> str:
        """`> 0 F`, `> -1 and < 1`, or nothing."""
        signs = (">", "<") if self.exclusive else ("≥", "≤")
        unit = quantity_of(self.quantity).unit if self.quantity else ""
        limits = zip(signs, (self.minimum, self.maximum), strict=True)
        return " and ".join(f"{sign} {limit:g} {unit}".strip() for sign, limit in limits if limit is not None)

    def read(self, written: Written) -> Value:
        """The value in SI. Raises InputError, named after this key."""
        if self.quantity is None:
            return self._word(written)
        number = to_si(written, self.quantity, self.name, bare_ok=False, infinite_ok=self.infinite)
        if self.whole:
            if number != int(number):
                raise InputError(self.name, written, "must be a whole number")
            number = int(number)
        self._within(number)
        return number

    def write(self, value: Value) -> str:
        """The text that `read` turns back into `value`, bit for bit."""
        if self.quantity is None:
            return quoted(str(value))
        return str(value) if self.whole else exact_si(float(value), self.quantity, sep="")

    def write_any(self, value: object, label: str) -> str:
        """`value` as somebody gave it in Python (float in SI, text, pint quantity), written for a netlist."""
        if self.quantity is None:
            return quoted(str(value))
        return self.write(to_si(value, self.quantity, label, infinite_ok=self.infinite))

    def _word(self, written: Written) -> str:
        word = str(written)
        if isinstance(written, Measure) or not word:
            raise InputError(self.name, written, "must be a name")
        if self.choices and word not in self.choices:
            raise InputError(self.name, word, f"must be {' or '.join(self.choices)}")
        return word

    def _within(self, number: float) -> None:
        low, high = self.minimum, self.maximum
        below = low is not None and (number <= low if self.exclusive else number < low)
        above = high is not None and (number >= high if self.exclusive else number > high)
        if below or above:
            raise InputError(self.name, format_si(number, self.quantity or "dimensionless"), f"must be {self.bounds}")


def quoted(word: str) -> str:
    """`word`, in double quotes if a netlist would otherwise cut it up or take it for a number."""
    cut = NUMERIC.match(plain(word)) or any(mark.isspace() or mark in "=;{}" for mark in word)
    return f'"{word}"' if cut else word


def positive(name: str, quantity: str, meaning: str, *, infinite: bool = False) -> Key:
    """A key whose value must be > 0."""
    return Key(name, meaning, quantity, minimum=0.0, exclusive=True, infinite=infinite)
