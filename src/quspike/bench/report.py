"""What the races say: a table for each problem, and how many times faster quspike is than the best of each side."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quspike.bench.race import Rival, Solved, Timing

if TYPE_CHECKING:
    from rich.console import RenderableType

ACCURATE = 1e-4  # a time counts if its error is at most this
SIDES = {"peer": "the best peer", "given": "the best peer given our equation"}
TARGETS = {
    ("G", "peer"): 1000.0,
    ("G-frozen", "peer"): 1000.0,
    ("K", "peer"): 100.0,
    ("K-frozen", "peer"): 20.0,
    ("K", "given"): 5.0,
    ("operator", "peer"): 100.0,
    ("hierarchy", "peer"): 1.0,
    ("measured", "peer"): 50.0,
    ("intervals-rare", "given"): 1000.0,
    ("intervals", "given"): 1000.0,
    ("intervals-membrane", "given"): 1000.0,
}
"""How much faster quspike sets out to be, by problem and side."""


@dataclass(frozen=True)
class Outcome:
    """One problem's race; `absent` could not take part. processes: times of whole processes by what they are.

    accurate : the largest error whose time counts.
    """

    name: str
    title: str
    timings: Sequence[Timing]
    absent: Sequence[Rival]
    processes: Mapping[str, Sequence[Solved]]
    accurate: float = ACCURATE

    def best(self, side: str) -> Timing | None:
        """The fastest of a side whose error is small enough."""
        able = [t for t in self.timings if t.rival.side == side and t.error <= self.accurate]
        return min(able, key=lambda t: t.median, default=None)

    def advantages(self) -> list[Advantage]:
        """quspike against each side that took part."""
        own = self.best("quspike")
        rivals = [(side, self.best(side)) for side in SIDES]
        return [Advantage(self.name, side, own, other) for side, other in rivals if own and other]


@dataclass(frozen=True)
class Advantage:
    """How many times faster `own` is than `other`, by medians."""

    problem: str
    side: str
    own: Timing
    other: Timing

    @property
    def by_clock(self) -> float:
        """Ratio of the medians of elapsed time."""
        return self.other.median / self.own.median

    @property
    def by_processor(self) -> float:
        """Ratio of the medians of processor time, which other work on the machine does not lengthen."""
        return self.other.median_cpu / self.own.median_cpu

    @property
    def target(self) -> float | None:
        """What quspike set out for."""
        return TARGETS.get((self.problem, self.side))

    @property
    def sentence(self) -> str:
        """The advantage in words."""
        goal = ""
        if self.target is not None:
            goal = f"; target {self.target:g}: {'met' if self.by_clock >= self.target else 'missed'}"
        rival = self.other.rival
        return (
            f"{self.own.rival.name} is {self.by_clock:,.3g} times as fast as {SIDES[self.side]}, {rival.name} in "
            f"{rival.equation.removeprefix('our ')} (processor time: {self.by_processor:,.3g}){goal}"
        )


def as_json(machine: Mapping[str, str], outcomes: Sequence[Outcome], quick: bool) -> dict[str, Any]:
    """Everything that was measured."""
    return {
        "machine": dict(machine),
        "quick": quick,
        "accurate": ACCURATE,
        "problems": {
            outcome.name: {
                "title": outcome.title,
                "timings": [_timing_table(timing) for timing in outcome.timings],
                "absent": {rival.name: rival.missing for rival in outcome.absent},
                "processes": {
                    name: {"wall": [s.wall for s in runs], "cpu": [s.cpu for s in runs]}
                    for name, runs in outcome.processes.items()
                },
                "advantages": [_advantage_table(a) for a in outcome.advantages()],
            }
            for outcome in outcomes
        },
    }


def _timing_table(t: Timing) -> dict[str, Any]:
    return {
        "name": t.rival.name, "equation": t.rival.equation, "setting": t.rival.setting, "side": t.rival.side,
        "versions": dict(t.versions), "error": t.error, "cold": t.cold, "median": t.median, "min": min(t.wall),
        "median_cpu": t.median_cpu, "wall": list(t.wall), "cpu": list(t.cpu),
    }  # fmt: skip


def _advantage_table(a: Advantage) -> dict[str, Any]:
    return {
        "side": a.side, "own": a.own.rival.setting, "other": a.other.rival.name, "by_clock": a.by_clock,
        "by_processor": a.by_processor, "target": a.target,
    }  # fmt: skip


def tables(outcomes: Sequence[Outcome]) -> list[RenderableType]:
    """The same for a terminal."""
    shown: list[RenderableType] = []
    for outcome in outcomes:
        shown += [_table(outcome), *(f"  {a.sentence}" for a in outcome.advantages())]
        shown += [_process_line(name, runs) for name, runs in outcome.processes.items()]
        shown.append("")
    return shown


def _process_line(name: str, runs: Sequence[Solved]) -> str:
    wall, cpu = statistics.median(s.wall for s in runs), statistics.median(s.cpu for s in runs)
    return f"  whole process, {name}: {seconds(wall)}, processor {seconds(cpu)} ({len(runs)} runs)"


def _table(outcome: Outcome) -> RenderableType:
    from rich.table import Table

    table = Table(title=f"{outcome.name}: {outcome.title}", title_justify="left", box=None, pad_edge=False)
    for name in ("solver", "equation", "setting", "version"):
        table.add_column(name, overflow="fold")
    for name in ("error", "median", "min", "processor", "cold", "runs"):
        table.add_column(name, justify="right", no_wrap=True)
    for t in outcome.timings:
        version = next(iter(t.versions.values()))
        times = [seconds(s) for s in (t.median, min(t.wall), t.median_cpu, t.cold)]
        table.add_row(
            t.rival.name, t.rival.equation, t.rival.setting, version, f"{t.error:.1e}", *times, str(len(t.wall))
        )
    for rival in outcome.absent:
        table.add_row(rival.name, rival.equation, rival.missing)
    return table


def seconds(value: float) -> str:
    """Three digits and a unit."""
    if value >= 100:
        return f"{value:.0f} s"
    for factor, unit in ((1.0, "s"), (1e3, "ms"), (1e6, "µs")):
        if value * factor >= 1 or unit == "µs":
            return f"{value * factor:.3g} {unit}"
    return ""
