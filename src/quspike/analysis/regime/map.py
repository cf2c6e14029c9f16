"""Where each method can be believed: its error against the best reference, over what decides it.

    error of ⟨V⟩   max_t |⟨V⟩ − ⟨V⟩_ref| / max |⟨V⟩_ref|        error of σ   max_t |σ − σ_ref| / max σ_ref

Cuts go through one base point, where every method is good, along one ratio each; planes vary two of them. The points
and their references are those of `quspike.analysis.regime.points`. Two more rungs, the line as modes and hierarchical
equations, share nothing with `moments:drude`; what they differ by says how good that reference is. A classical ensemble
in Johnson noise has σ = √(kT/C) at any M(t), which is what `classical` stands for here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr

from quspike.analysis.ladder.rungs import Rung, rung
from quspike.analysis.regime.kept_problem import KeptProblem
from quspike.analysis.regime.points import (
    BASE,
    CAPACITANCE,
    CUTS,
    HEOM_BASE,
    HEOM_CUTS,
    NAMES,
    OMEGA,
    PLANES,
    Point,
    cut_points,
    plane_points,
)
from quspike.baths.noise import thermal_voltage
from quspike.methods.method import Solution
from quspike.result.provenance import attributes, to_json
from quspike.run.schema import Run

METHODS = (
    "classical",
    "moments:markov",
    "gksl:mean_field",
    "gksl:operator",
    "brownian:mean_field",
    "heom:mean_field",
    "modes:mean_field",
)
PLANE_METHODS = ("classical", "moments:markov", "brownian:mean_field")
"""On a linear circuit `gksl:mean_field` is `moments:markov`, to rounding: the cuts show it."""
CHECKED = 3  # every so many points of a cut the modes run too: they take seconds each


@dataclass(frozen=True)
class Task:
    """One point to be measured: the cut or plane that it belongs to, and the methods that run there."""

    part: str
    point: Point
    rungs: tuple[Rung, ...]

    @property
    def cost(self) -> tuple[float, ...]:
        """Steps first, then the poles of the noise: the compiled solver of the dearest point serves the others."""
        p = self.point
        return p.bend, p.carrier, p.cutoff, p.coupling, p.quanta


def regime_map(
    methods: Sequence[str] = METHODS,
    cuts: Mapping[str, tuple[float, ...]] | None = None,
    planes: Sequence[tuple[str, str]] | None = None,
    *,
    progress: Callable[[str], None] | None = None,
) -> xr.Dataset:
    """Errors of each method along each cut and over each plane.

    methods : rungs as `compare` names them. cuts : values by the field of `Point` that they vary; None: `CUTS`, with
    the hierarchy's own. planes : pairs of such fields; None: `PLANES`, or none where cuts are given.

    Returns
    -------
    xarray.Dataset : `voltage_error`, `noise_error` (point, rung), nan where a method did not run or came to no
        result (`failures` tells why); the coordinates of each point, the `part` it belongs to, and `drift_found`.
    """
    say = progress or (lambda message: None)
    ladder = [rung(name) for name in methods]
    tasks = _tasks(ladder, cuts, PLANES if planes is None and cuts is None else planes or ())
    table = _Table([one.label for one in ladder], len(tasks))
    kept: dict[str, KeptProblem] = {}
    solved: dict[tuple[str, Point], Solution | str] = {}
    for i in sorted(range(len(tasks)), key=lambda i: tasks[i].cost, reverse=True):
        _measure(i, tasks[i], table, _Solver(kept, tasks[i].point, solved, say))
    return _dataset(tasks, table)


def _tasks(
    ladder: Sequence[Rung], cuts: Mapping[str, tuple[float, ...]] | None, planes: Sequence[tuple[str, str]]
) -> list[Task]:
    """Every point of every part, with the rungs that run there."""
    tasks = []
    hierarchies = tuple(one for one in ladder if one.method == "heom")
    for cut, values in (cuts or CUTS).items():
        for k, point in enumerate(cut_points(cut, values)):
            here = tuple(one for one in ladder if _belongs(one, point, k))
            tasks.append(Task(cut, point, here))
    if cuts is None and hierarchies:
        own = [(cut, point) for cut, values in HEOM_CUTS.items() for point in cut_points(cut, values, HEOM_BASE)]
        tasks += [Task(cut, point, hierarchies) for cut, point in own]
    plain = tuple(one for one in ladder if one.label in PLANE_METHODS)
    return tasks + [Task(f"{x} × {y}", point, plain) for x, y in planes for point in plane_points(x, y)]


def _belongs(one: Rung, point: Point, place: int) -> bool:
    """Whether a rung runs at this place of a cut through the common base."""
    if one.memory == "operator":
        return point.bend > 0
    if one.method == "modes":
        return not point.bend and place % CHECKED == 0
    return one.method != "heom"


@dataclass
class _Table:
    """What has been found so far, a row a point."""

    labels: list[str]
    points: int
    errors: dict[str, np.ndarray] = field(init=False)
    drifts: np.ndarray = field(init=False)
    failures: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.errors = {name: np.full((self.points, len(self.labels)), np.nan) for name in TEXTS}
        self.drifts = np.full(self.points, np.nan)


@dataclass(frozen=True)
class _Solver:
    """Solves one point by any rung; a point that stands in several parts is solved once."""

    kept: dict[str, KeptProblem]
    point: Point
    solved: dict[tuple[str, Point], Solution | str]
    say: Callable[[str], None]

    def __call__(self, one: Rung, run: Run) -> Solution | str:
        key = one.label, self.point
        if key not in self.solved:
            self.say(f"{one.label} at {_where(self.point)}")
            self.solved[key] = self.kept.setdefault(one.label, KeptProblem()).attempt(one.of(run))
        return self.solved[key]


TEXTS = {
    "voltage_error": "largest error of ⟨V⟩ over the largest |⟨V⟩|",
    "noise_error": "largest error of σ(V) over the largest σ(V)",
}


def _measure(i: int, task: Task, table: _Table, solve: _Solver) -> None:
    """Row i of the table: every rung against the point's reference."""
    point, run = task.point, task.point.run()
    reference = solve(rung(point.reference), run)
    if isinstance(reference, str):
        table.failures[f"{point.reference}, {_where(point)}"] = reference
        return
    table.drifts[i] = _drift(reference)
    for one in task.rungs:
        found = solve(one, run)
        if isinstance(found, str):
            table.failures[f"{one.label}, {_where(point)}"] = found
            continue
        column = table.labels.index(one.label)
        noise = _noise(found, one, point)
        table.errors["voltage_error"][i, column] = _relative(found.voltage, reference.voltage)
        table.errors["noise_error"][i, column] = _relative(noise, reference.voltage_std)


def _noise(found: Solution, one: Rung, point: Point) -> Any:
    """σ(V) of a rung (time, node); √(kT/C) of a classical ensemble."""
    if one.method != "classical":
        return found.voltage_std
    return np.full(found.voltage_std.shape, thermal_voltage(CAPACITANCE, point.temperature))


def _where(point: Point) -> str:
    return ", ".join(f"{name} = {getattr(point, axis):g}" for axis, name in NAMES.items())


def _relative(a: Any, b: Any) -> float:
    return float(np.abs(np.asarray(a) - np.asarray(b)).max() / np.abs(np.asarray(b)).max())


def _drift(solution: Solution) -> float:
    """max |Ṁ/M|/ω0 of a result."""
    slope = np.gradient(np.log(np.asarray(solution.memristance)[:, 0]), np.asarray(solution.time))
    return float(np.abs(slope).max() / OMEGA)


def _dataset(tasks: Sequence[Task], table: _Table) -> xr.Dataset:
    variables: dict[str, Any] = {
        name: (("point", "rung"), values, {"units": "1", "long_name": TEXTS[name]})
        for name, values in table.errors.items()
    }
    text = "largest |Ṁ/M|/ω0 of the reference"
    variables["drift_found"] = ("point", table.drifts, {"units": "1", "long_name": text})
    coordinates: dict[str, Any] = {"rung": np.array(table.labels, dtype=np.str_)}
    coordinates["part"] = ("point", np.array([task.part for task in tasks], dtype=np.str_))
    coordinates["reference"] = ("point", np.array([task.point.reference for task in tasks], dtype=np.str_))
    for axis, name in NAMES.items():
        coordinates[axis] = ("point", [getattr(t.point, axis) for t in tasks], {"units": "1", "long_name": name})
    ds = xr.Dataset(variables, coordinates)
    ds.attrs = attributes(BASE.run(), validity=[], diagnostics={}, wall_seconds=0.0, inputs=[])
    ds.attrs["failures"] = to_json(table.failures)
    return ds
