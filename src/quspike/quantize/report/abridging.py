"""What is left out of a report that nobody could read: the middle of long lists and sums, said where it is missing.

JSON has every row; the formulas in Python have every product of charges too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

Item = TypeVar("Item")


class Length(NamedTuple):
    """A list is kept whole up to so many; else so many at its front and at its end."""

    whole: int
    front: int
    end: int


ROWS, TERMS, PAIRS = Length(150, 16, 4), Length(40, 12, 4), Length(16, 6, 2)  # of lists, sums, names and commutators


class Abridged(NamedTuple, Generic[Item]):
    """The front and the end of a list, and how many are missing between them."""

    front: Sequence[Item]
    missing: int
    end: Sequence[Item]


def abridged(items: Sequence[Item], length: Length) -> Abridged[Item]:
    """The list itself as the front where it is short."""
    if len(items) <= length.whole:
        return Abridged(items, 0, ())
    missing = len(items) - length.front - length.end
    return Abridged(items[: length.front], missing, items[-length.end :])
