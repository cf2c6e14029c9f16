"""The race: every contestant solves the same problem, once cold, then in turns (A B C A B C …), so that what else the
machine does falls on all of them alike. A turn lasts TURN seconds at least: after the seconds of another contestant, a
single millisecond would be that of cold caches.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from quspike.bench.peers.process import PeerFailed

TURN = 0.1  # s: who is quicker solves again and again, and the turn counts as its median


class Finding(Protocol):
    """A solution that knows how far it is from another one."""

    def error(self, reference: Any) -> float:
        """The largest relative deviation from the reference."""


@dataclass(frozen=True)
class Solved:
    """One solution: seconds by the clock, seconds of processor, and what was found."""

    wall: float
    cpu: float
    found: Any


class Running(Protocol):
    """A contestant made ready: the versions that it runs on, and a solution on demand."""

    @property
    def versions(self) -> Mapping[str, str]:
        """Version by package."""

    def solve(self) -> Solved:
        """Solve once."""


@dataclass(frozen=True)
class Rival:
    """A contestant. side: "quspike", "peer", "given" (a peer that was given quspike's equation), or "floor"
    (a part of the work, which all of it cannot undercut, and which is not compared).

    begin : makes it ready, registering with the stack what has to be closed. missing : why it cannot take part.
    once : so slow that it is solved once only.
    """

    name: str
    equation: str
    setting: str
    side: str
    begin: Callable[[ExitStack], Running] = field(repr=False)
    missing: str | None = None
    once: bool = False


@dataclass(frozen=True)
class Timing:
    """A contestant's result. `cold`: from nothing to the first solution, compiling included; `wall`, `cpu`: warm, s."""

    rival: Rival
    versions: Mapping[str, str]
    error: float
    cold: float
    wall: tuple[float, ...]
    cpu: tuple[float, ...]

    @property
    def median(self) -> float:
        """Median of the warm times by the clock, s."""
        return statistics.median(self.wall)

    @property
    def median_cpu(self) -> float:
        """Median of the warm processor times, s."""
        return statistics.median(self.cpu)


class InProcess:
    """A contestant that is a function of this process."""

    def __init__(self, solve: Callable[[], Any], versions: Mapping[str, str]) -> None:
        self._solve, self.versions = solve, versions

    def solve(self) -> Solved:
        """Call it between two looks at both clocks."""
        began, worked = time.perf_counter(), time.process_time()
        found = self._solve()
        return Solved(time.perf_counter() - began, time.process_time() - worked, found)


def race(
    rivals: Sequence[Rival], reference: Finding, repeats: int, say: Callable[[str], None] = lambda text: None
) -> tuple[list[Timing], list[Rival]]:
    """Time the rivals that can take part; those that cannot, each with its reason, come second.

    A slow one (`once`) has its first solution as its only time.
    """
    absent = [rival for rival in rivals if rival.missing is not None]
    with ExitStack() as stack:
        running, first, cold = {}, {}, {}
        for rival in (r for r in rivals if r.missing is None):
            say(f"{rival.name}, {rival.equation}: the first solution")
            began = time.perf_counter()
            try:
                running[rival] = rival.begin(stack)
                first[rival] = running[rival].solve()
            except PeerFailed as failure:
                absent.append(replace(rival, missing=str(failure)))
                continue
            cold[rival] = time.perf_counter() - began
        present = list(cold)
        warm: dict[Rival, list[Solved]] = {rival: [first[rival]] if rival.once else [] for rival in present}
        for turn in range(repeats):
            for rival in present:
                if not rival.once:
                    say(f"turn {turn + 1} of {repeats}: {rival.name}, {rival.equation}")
                    warm[rival].append(_turn(running[rival]))
        timings = [_timing(rival, running[rival], reference, cold[rival], warm[rival]) for rival in present]
        return timings, absent


def _turn(contestant: Running) -> Solved:
    """One solution, or the median one of as many as a turn holds."""
    solved = [contestant.solve()]
    while sum(one.wall for one in solved) < TURN:
        solved.append(contestant.solve())
    return sorted(solved, key=lambda one: one.wall)[len(solved) // 2]


def _timing(rival: Rival, running: Running, reference: Finding, cold: float, warm: list[Solved]) -> Timing:
    error = max(solved.found.error(reference) for solved in warm)
    return Timing(rival, running.versions, error, cold, tuple(s.wall for s in warm), tuple(s.cpu for s in warm))
