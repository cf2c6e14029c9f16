"""The means of a run step by step, spikes located inside their step: what the fluctuations then follow.

Equal steps go in blocks, as far as the threshold is not reached and no hold ends; then the step with the event is cut.
m(t_s) = v_threshold is a root of the step itself, shortened until it ends on it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from quspike.kernel.boundary_scan import Columns, Push
from quspike.kernel.boundary_step import BoundaryTables, boundary_tables
from quspike.methods import lab_frame
from quspike.methods.method import Params, Setup, initial_memories
from quspike.methods.modes.means import FREE, Held, MeanFlow, Seen, held, mean_flow

BLOCK = 32  # steps that are taken together
ROUNDING = 1e-9  # of a step: what is shorter is no step; lengths that agree to this are equal
PRECISE = 1e-13  # of a step: how well a spike is located


class Path(NamedTuple):
    """Steps that were taken (S,): start and length [s], λ at their nodes (S, E, 3), hold, what happened at the start.

    node : which step starts at each node of the grid (N + 1,). seen : what was seen at the start of each step, and at
    the end of the last (S + 1, …). spikes [s]. crowded : did more spikes than two fall into one step?
    """

    start: np.ndarray
    length: np.ndarray
    slope: np.ndarray
    held: np.ndarray
    fires: np.ndarray
    releases: np.ndarray
    node: np.ndarray
    seen: Seen
    spikes: np.ndarray
    crowded: bool


class Tables:
    """The tables of the lines for steps of any length, kept for lengths that come again."""

    def __init__(self, setup: Setup) -> None:
        self.lines = setup.lines
        self.kept: dict[tuple[float, int], BoundaryTables] = {}

    def __call__(self, h: float, n: int = 1, keep: bool = True) -> BoundaryTables:
        key = (float(f"{h:.9e}"), n)
        if key not in self.kept:
            made = jax.tree.map(jnp.asarray, boundary_tables(self.lines.omega, self.lines.weight, h, n))
            if not keep:
                return made
            self.kept[key] = made
        return self.kept[key]


@dataclass
class Walk:
    """Where a run is, and what it has left behind; one for each run."""

    setup: Setup
    params: Params
    flow: MeanFlow
    tables: Tables
    nodes: np.ndarray
    pieces: Any
    push: Callable[..., Push]
    state: Columns
    memory: Any
    release: float = -np.inf
    holding: bool = False
    log: list = field(default_factory=list)
    count: int = 0
    begins: list = field(default_factory=list)
    spikes: list = field(default_factory=list)
    happened: tuple[bool, bool] = (False, False)
    crowded: bool = False

    @property
    def hold(self) -> Held:
        return held(self.setup) if self.holding else FREE


def follow(
    setup: Setup, params: Params, nodes: np.ndarray, flow: MeanFlow | None = None, start: Columns | None = None
) -> Path:
    """Run the means over the grid `nodes` (N + 1,) [s], or with a `flow` of its own the ensemble at `start`."""
    walk, lengths, i = _begin(setup, params, nodes, flow or mean_flow(setup, params), start), np.diff(nodes), 0
    while i < len(lengths):
        n = _equal(lengths, i)
        waits = walk.holding and walk.release < nodes[i + n]
        single = 1 if n == 1 or waits else _block(walk, i, n)
        for k in range(i, i + single):
            _one(walk, k)
        i += single or n
    return _end(walk)


def _begin(setup: Setup, params: Params, nodes: np.ndarray, flow: MeanFlow, start: Columns | None) -> Walk:
    pieces = jax.tree.map(np.asarray, setup.inputs.pieces(params, jnp.asarray(0.5 * (nodes[:-1] + nodes[1:]))))
    start = start or mean_start(setup, params)
    memory = np.array([float(x) for x in initial_memories(setup, params)])
    return Walk(setup, params, flow, Tables(setup), nodes, pieces, flow.push, start, memory)


def first_mean(setup: Setup, params: Params) -> tuple[float, float]:
    """φ [Wb] and q = CV − Q_g [C] at t = 0."""
    first = setup.inputs.pieces(params, jnp.zeros(1))
    gate = float(setup.inputs.gate_charge(params["elements"], tuple(p[0] for p in first), jnp.zeros(())))
    capacitance = float(lab_frame.circuit_numbers(setup, params).capacitance)
    return float(params["initial"]["flux"]), capacitance * float(params["initial"]["voltage"]) - gate


def mean_start(setup: Setup, params: Params) -> Columns:
    """One column, its lines at rest around it: no slip."""
    phi, charge = first_mean(setup, params)
    lines = np.zeros((len(setup.lines.omega), 2 * setup.lines.omega.shape[1], 1))
    return Columns(np.full(1, phi), np.full(1, charge), lines)


def _equal(lengths: np.ndarray, i: int) -> int:
    """BLOCK, if so many steps from i on are of one length; else 1."""
    ahead = lengths[i : i + BLOCK]
    return BLOCK if len(ahead) == BLOCK and np.ptp(ahead) <= ROUNDING * ahead[0] else 1


def _advance(walk: Walk, i: int, n: int, start: float, h: float, keep: bool = True):
    """n steps of h from `start`, within the pieces of steps i …: the new state, memory and what was seen."""
    times = start + h * (np.arange(n)[:, None] + np.array([0.0, 0.5, 1.0]))
    pieces = jax.tree.map(lambda leaf: leaf[i : i + n], walk.pieces)
    push = walk.push(pieces, times)
    tables = walk.tables(h, n, keep)
    return walk.flow.advance(tables, walk.state, walk.memory, push, times, walk.hold)


def _block(walk: Walk, i: int, n: int) -> int:
    """Take n steps at once; or take none, and say how many must go one by one up to a crossing."""
    h = (walk.nodes[i + n] - walk.nodes[i]) / n
    state, memory, seen = _advance(walk, i, n, walk.nodes[i], h)
    crossing = np.isfinite(_reached(walk, seen.membrane))
    if np.any(crossing):
        return int(np.argmax(crossing)) + 1
    walk.begins.extend(range(walk.count, walk.count + n))
    _record(walk, walk.nodes[i : i + n], h, seen)
    walk.state, walk.memory = state, memory
    return 0


def _record(walk: Walk, start: np.ndarray, h: float, seen: Seen) -> None:
    """Keep n equal steps (n,)."""
    n = len(start)
    marks = [np.zeros(n, dtype=bool) for _ in range(2)]
    for mark, happened in zip(marks, walk.happened, strict=True):
        mark[0] = happened
    walk.log.append((start, np.full(n, h), np.full(n, walk.holding), *marks, jax.tree.map(np.asarray, seen)))
    walk.happened, walk.count = (False, False), walk.count + n


def _reached(walk: Walk, samples: Any) -> np.ndarray:
    """The fraction of each step at which the membrane is seen above its threshold, or inf (n,); samples (n, 3)."""
    if not walk.setup.spiking or walk.holding:
        return np.full(len(samples), np.inf)
    level = float(walk.params["neuron"]["v_threshold"])
    start, middle, end = (np.asarray(samples) - level).T
    bend, rise = 2 * (start - 2 * middle + end), 4 * middle - 3 * start - end
    place = np.clip(np.divide(-rise, 2 * bend, out=np.ones_like(bend), where=bend < 0), 0.0, 1.0)
    peak = start + place * (rise + place * bend)
    at = np.stack([np.full_like(place, 0.5), place, np.ones_like(place)])
    return np.min(np.where(np.stack([middle, peak, end]) >= 0, at, np.inf), axis=0)


def _one(walk: Walk, i: int) -> None:
    """Step i, cut at whatever happens in it."""
    t, end, whole = walk.nodes[i], walk.nodes[i + 1], walk.nodes[i + 1] - walk.nodes[i]
    walk.begins.append(walk.count)
    fired, least = 0, ROUNDING * whole
    _release(walk, i, t, least)
    while end - t > least:
        h = (min(end, walk.release) if walk.holding else end) - t
        state, memory, seen = _advance(walk, i, 1, t, h, keep=h == whole)
        at = float(_reached(walk, seen.membrane)[0])
        if np.isfinite(at):
            h *= _locate(walk, i, t, h, at)
            state, memory, seen = _advance(walk, i, 1, t, h, keep=False)
            fired += 1
        _record(walk, np.array([t]), h, seen)
        walk.state, walk.memory, t = state, memory, t + h
        if np.isfinite(at):
            _fire(walk, i, t)
        _release(walk, i, t, least)
        if fired > 2:
            walk.crowded, end = True, t


def _locate(walk: Walk, i: int, t: float, h: float, upper: float) -> float:
    """θ ≤ `upper` at which a step of θh ends on the threshold."""
    from scipy.optimize import brentq

    level = float(walk.params["neuron"]["v_threshold"])

    def excess(theta: float) -> float:
        seen = _advance(walk, i, 1, t, theta * h, keep=False)[2]
        return float(seen.membrane[0, 2]) - level

    least = 1e-7  # a step has to have a length
    if excess(least) >= 0:
        return least
    while excess(upper) < 0 and upper < 1.0:
        upper = min(1.0, upper * 1.02)
    return (
        float(brentq(excess, least, upper, xtol=PRECISE, rtol=4 * np.finfo(float).eps)) if excess(upper) > 0 else upper
    )


def _replace(walk: Walk, i: int, t: float, change: Any) -> None:
    """φ and q after `lab_frame`'s reset or release; the lines' stretches are left as they are."""
    numbers = lab_frame.circuit_numbers(walk.setup, walk.params)
    before = np.array([np.mean(walk.state.charge), np.mean(walk.state.phi)])
    pieces = tuple(p[i] for p in walk.pieces)
    after = np.asarray(change(walk.setup, walk.params, numbers, jnp.asarray(t), jnp.asarray(before), pieces))
    fires = change is lab_frame.reset_means
    walk.state = walk.flow.renew(walk.state, before, after, fires, len(walk.spikes))


def _fire(walk: Walk, i: int, t: float) -> None:
    walk.spikes.append(t)
    _replace(walk, i, t, lab_frame.reset_means)
    walk.holding, walk.release = True, t + float(walk.params["neuron"]["t_ref"])
    walk.happened = (True, walk.happened[1])


def _release(walk: Walk, i: int, t: float, least: float) -> None:
    """End a hold, if its time has come."""
    if walk.holding and walk.release <= t + least:
        _replace(walk, i, t, lab_frame.release_means)
        walk.holding, walk.happened = False, (walk.happened[0], True)


def _end(walk: Walk) -> Path:
    """The arrays of a whole run, and what is seen at its end."""
    t = walk.nodes[-1]
    last = jax.tree.map(lambda leaf: leaf[-1:], walk.pieces)
    push = jax.tree.map(lambda leaf: leaf[0, 2], walk.push(last, np.full((1, 3), t)))
    final = walk.flow.look(walk.state, walk.memory, push, jnp.asarray(t))
    columns = [np.concatenate(column) for column in list(zip(*(entry[:5] for entry in walk.log), strict=True))]
    logged = jax.tree.map(lambda *leaves: np.concatenate(leaves), *(entry[5] for entry in walk.log))
    seen = jax.tree.map(lambda log, at_end: np.concatenate([log, np.asarray(at_end)[None]]), logged._replace(
        slope=logged.conductance, membrane=logged.membrane[:, 0]
    ), final._replace(slope=final.conductance))  # fmt: skip
    start, length, hold, fires, releases = columns
    node = np.array([*walk.begins, walk.count])
    spikes = np.array(walk.spikes)
    return Path(start, length, logged.slope, hold, fires, releases, node, seen, spikes, walk.crowded)
