"""Where superposed spike trains lie on the page: one river that parts wherever two of them first differ.

A strand is a stretch of time that a group of trains shares. Trains are ordered by pattern, so that a group is a block
of neighbouring rows; a strand is as wide as its trains are likely together, and its middle is theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Strand:
    """A group of trains between two times.

    members : numbers of trains. first, last : bins of its stretch [first, last). parent : the strand that it parts
    from; None for the root. stack : the height of its middle within the parent's width, from −½ to ½ of that width.
    """

    members: tuple[int, ...]
    first: int
    last: int
    parent: Strand | None
    stack: float

    @property
    def leaf(self) -> bool:
        """True for a single train."""
        return len(self.members) == 1


def order(patterns: np.ndarray) -> np.ndarray:
    """Numbers of the trains (M,) from the top row down: neighbours share their past for longest, a late spike first."""
    return np.lexsort(patterns.T[::-1])


def strands(patterns: np.ndarray, probabilities: np.ndarray) -> list[Strand]:
    """All strands of these trains (M, K), the root first; parents come before their children."""
    found: list[Strand] = []
    everyone = tuple(order(patterns).tolist())
    _grow(Strand(everyone, 0, _parting(patterns, everyone, 0), None, 0.0), patterns, probabilities, found)
    return found


def _grow(strand: Strand, patterns: np.ndarray, probabilities: np.ndarray, found: list[Strand]) -> None:
    found.append(strand)
    if strand.leaf or strand.last >= patterns.shape[1]:
        return
    below, whole = 0.0, float(sum(probabilities[i] for i in strand.members))
    for members in _parted(patterns, strand.members, strand.last):
        share = float(sum(probabilities[i] for i in members)) / whole
        end = _parting(patterns, members, strand.last + 1)
        child = Strand(members, strand.last, end, strand, below + 0.5 * share - 0.5)
        below += share
        _grow(child, patterns, probabilities, found)


def _parting(patterns: np.ndarray, members: Sequence[int], first: int) -> int:
    """The first bin from `first` on in which these trains differ; the end where they never do."""
    rows = patterns[list(members), first:]
    differ = np.flatnonzero((rows != rows[0]).any(axis=0))
    return first + int(differ[0]) if len(differ) else patterns.shape[1]


def _parted(patterns: np.ndarray, members: Sequence[int], at: int) -> Iterator[tuple[int, ...]]:
    for value in (0, 1):
        part = tuple(i for i in members if patterns[i, at] == value)
        if part:
            yield part
