"""What a sample of intervals says about the next spike, where the record ends before some of them do.

    S(τ) = Π_{τ_i ≤ τ} (1 − d_i/n_i)       d_i intervals of length τ_i, n_i at least as long, unfinished ones too
    h(τ) = −d ln S/dτ,   p(τ) = h S

Kaplan & Meier, J. Am. Stat. Assoc. 53, 457 (1958); its variance S² Σ d/(n(n − d)) is Greenwood's. Left out, unfinished
intervals would make a neuron seem faster than it is. Times in s.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np


class Survival(NamedTuple):
    """A staircase: at `interval` (n,) s, which rises from 0, it falls to `survival` (n,); error (n,)."""

    interval: np.ndarray
    survival: np.ndarray
    error: np.ndarray

    def at(self, interval: np.ndarray) -> np.ndarray:
        """S at any interval (s)."""
        return self.survival[np.searchsorted(self.interval, interval, side="right") - 1]

    def before(self, interval: np.ndarray) -> np.ndarray:
        """S(τ−): what is left just before this interval; 1 from the start."""
        return self.survival[np.maximum(np.searchsorted(self.interval, interval, side="left") - 1, 0)]


def intervals_of(trains: Sequence[np.ndarray], stop: float) -> tuple[np.ndarray, np.ndarray]:
    """All intervals, and those that the end of the record cut off: from each last spike to `stop` (s)."""
    finished = [np.diff(train) for train in trains if len(train)]
    cut = [stop - train[-1] for train in trains if len(train)]
    return (np.concatenate(finished) if finished else np.zeros(0)), np.array(cut, dtype=float)


def survival(intervals: np.ndarray, unfinished: np.ndarray | Sequence[float] = ()) -> Survival:
    """The probability that no spike has come by then; `unfinished`: intervals known only to be longer than that."""
    ends, number = np.unique(np.asarray(intervals, dtype=float), return_counts=True)
    risk = _at_risk(ends, np.asarray(intervals, dtype=float), np.asarray(unfinished, dtype=float))
    stays = np.cumprod(1 - number / risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(np.cumsum(number / (risk * (risk - number))))
        error = np.where(stays > 0, stays * spread, 0.0)
    return Survival(np.concatenate([[0.0], ends]), np.concatenate([[1.0], stays]), np.concatenate([[0.0], error]))


def interval_density(
    intervals: np.ndarray, edges: np.ndarray, unfinished: np.ndarray | Sequence[float] = ()
) -> tuple[np.ndarray, np.ndarray]:
    """p in each bin, (S(a−) − S(b−))/(b − a), and its error [1/s]: a histogram that the record's end does not thin.

    A bin holds its lower edge, and the last one its upper edge too, as in `numpy.histogram`: an interval on an edge is
    counted once, and ∫p + S = 1 over edges that hold every interval.
    """
    found = survival(intervals, unfinished)
    left = np.append(found.before(edges[:-1]), found.at(edges[-1:]))
    drop = -np.diff(left)
    number = np.histogram(intervals, edges)[0]
    width = np.diff(edges)
    error = np.where(number > 0, drop / np.sqrt(np.maximum(number, 1)), np.nan)
    return drop / width, error / width


def hazard(
    intervals: np.ndarray, edges: np.ndarray, unfinished: np.ndarray | Sequence[float] = ()
) -> tuple[np.ndarray, np.ndarray]:
    """The rate of the next spike, given that it has not come: spikes in a bin over the time spent in it [1/s].

    And its error; nan where nobody was.
    """
    every = np.concatenate([np.asarray(intervals, dtype=float), np.asarray(unfinished, dtype=float)])
    number = np.histogram(intervals, edges)[0]
    spent = np.array([np.clip(every - a, 0.0, b - a).sum() for a, b in pairwise(edges)])
    spent = np.where(spent > 0, spent, np.nan)
    return number / spent, np.sqrt(number) / spent


def _at_risk(ends: np.ndarray, intervals: np.ndarray, unfinished: np.ndarray) -> np.ndarray:
    """How many intervals are at least as long as each of `ends`."""
    every = np.sort(np.concatenate([intervals, unfinished]))
    return len(every) - np.searchsorted(every, ends, side="left")
