"""The time grid: every save time and every kink of a drive is a node, so that no step straddles one."""

from __future__ import annotations

from dataclasses import dataclass, field

import jax.numpy as jnp
import numpy as np

from quspike.errors import InputError

MAX_STEPS = 20_000_000  # beyond this a run needs hours and gigabytes: refuse, and say which step was asked for


@dataclass(frozen=True)
class GridPlan:
    """t_{n+1} = a_k + f (a_{k+1} − a_k): nodes as fractions of the gaps between anchors a.

    Anchors are save times (constants) and breakpoints of the drives (which may be traced, so that a spike time can be
    differentiated with respect to a drive's start). Only counts and order are static.

    Attributes
    ----------
    anchor : (A,) int, where each anchor comes from: i ≥ 0 is breakpoint i, −1 − i is save time i.
    gap, fraction : (N + 1,) the anchor before each node and its fraction of the way to the next.
    save_index : (T,) int, the node of each save time.
    save_times : (T,) s.
    kept : (K,) int, the save times at which the whole state is kept.
    """

    anchor: np.ndarray
    gap: np.ndarray
    fraction: np.ndarray
    save_index: np.ndarray
    save_times: np.ndarray
    kept: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=int))

    @property
    def steps(self) -> int:
        """Number of steps N."""
        return len(self.gap) - 1

    def nodes(self, breakpoints):
        """The node times (N + 1,) in s, for these (possibly traced) breakpoints."""
        breaks = jnp.asarray(breakpoints, dtype=float)
        pool = jnp.concatenate([breaks, jnp.asarray(self.save_times)]) if breaks.size else jnp.asarray(self.save_times)
        index = np.where(self.anchor >= 0, self.anchor, breaks.size - 1 - self.anchor)
        anchors = pool[index]
        following = jnp.minimum(self.gap + 1, len(self.anchor) - 1)
        return anchors[self.gap] + self.fraction * (anchors[following] - anchors[self.gap])


def save_times(duration: float, save_every: float) -> np.ndarray:
    """t_k = k·save_every up to and including the duration, in s (T,)."""
    count = int(np.floor(duration / save_every * (1 + 1e-12) + 1e-9))
    times = np.arange(count + 1) * save_every
    times[-1] = min(times[-1], duration)
    if duration - times[-1] > 1e-9 * duration:
        times = np.append(times, duration)
    return times


def with_times(times: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Both in one order; of two that rounding alone tells apart, the first array's."""
    tiny = 1e-12 * times[-1]
    known = np.abs(times[nearest_time(times, others)] - others) <= tiny
    return np.sort(np.concatenate([times, others[~known]]))


def nearest_time(times: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The place in `times` that is closest to each of the others."""
    after = np.clip(np.searchsorted(times, others), 1, max(len(times) - 1, 1))
    return np.where(others - times[after - 1] <= times[after] - others, after - 1, after)


def plan_grid(times: np.ndarray, breakpoints: np.ndarray, dt: float, kept: np.ndarray | None = None) -> GridPlan:
    """Divide each gap between anchors into the fewest equal steps not longer than dt.

    times : (T,) save times, s. breakpoints : (B,) s, those outside (0, duration) are ignored. dt : s. kept : (K,) s,
    of the save times those at which the whole state is kept.
    """
    duration = times[-1]
    if duration / dt > MAX_STEPS:
        raise InputError("dt", f"{dt:g} s", f"must leave fewer than {MAX_STEPS:,} steps in {duration:g} s")
    anchor, values = _order_anchors(times, np.asarray(breakpoints, dtype=float))
    counts = np.maximum(np.ceil(np.diff(values) / dt * (1 - 1e-9)).astype(int), 1)
    gap = np.repeat(np.arange(len(counts)), counts)
    start = np.concatenate([[0], np.cumsum(counts)])
    fraction = (np.arange(start[-1]) - start[gap]) / counts[gap]
    gap, fraction = np.append(gap, len(counts)), np.append(fraction, 0.0)
    position = start[np.searchsorted(values, times - 1e-12 * duration)]
    whole = nearest_time(times, np.zeros(0) if kept is None else np.asarray(kept, dtype=float))
    return GridPlan(anchor, gap, fraction, position, times, whole)


def _order_anchors(times: np.ndarray, breakpoints: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Merge save times and breakpoints; where two coincide the breakpoint wins, since it may carry a derivative."""
    duration = times[-1]
    tiny = 1e-12 * duration
    inside = np.flatnonzero((breakpoints > tiny) & (breakpoints < duration - tiny))
    label = np.concatenate([inside, -1 - np.arange(len(times))]).astype(int)
    value = np.concatenate([breakpoints[inside], times])
    order = np.lexsort((label < 0, value))
    label, value = label[order], value[order]
    keep = np.ones(len(value), dtype=bool)
    last = 0
    for i in range(1, len(value)):
        if value[i] - value[last] > tiny:
            last = i
            continue
        loser = last if label[last] < 0 <= label[i] else i
        keep[loser] = False
        last = i if loser == last else last
    return label[keep], value[keep]
