"""How often a neuron fires, over time: from the spike trains of many trajectories, with standard errors.

    r(t) = ⟨Σ_i k(t − t_i)⟩ over the trains,   k a bin (a histogram) or a Gaussian (a smooth rate)

Names are those of elephant. Times in s, rates in 1/s.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Rate(NamedTuple):
    """time (n,) s, rate (n,) 1/s, and error (n,) 1/s, the standard error of the mean over trains (nan for one)."""

    time: np.ndarray
    rate: np.ndarray
    error: np.ndarray


def time_histogram(trains: Sequence[np.ndarray], bins: int, start: float, stop: float) -> Rate:
    """Spikes a bin, a train and a second; `time` is the middle of each bin."""
    edges = np.linspace(start, stop, bins + 1)
    times = np.concatenate([np.asarray(train, dtype=float) for train in trains])
    owner = np.repeat(np.arange(len(trains)), [len(train) for train in trains])
    inside = (times >= start) & (times <= stop)
    place = np.minimum(np.searchsorted(edges, times[inside], side="right") - 1, bins - 1)
    counts, squares = _moments(owner[inside], place, len(trains), bins)
    return Rate(0.5 * (edges[:-1] + edges[1:]), *_mean(counts, squares, len(trains), edges[1] - edges[0]))


def instantaneous_rate(
    trains: Sequence[np.ndarray], times: np.ndarray, width: float, start: float, stop: float
) -> Rate:
    """A Gaussian of standard deviation `width` (s) at each spike, at `times` (s) within the record from start to stop.

    Near the record's ends the part of the Gaussian that lies outside is made up for.
    """
    times = np.asarray(times, dtype=float)
    share = [0.5 * (_erf((stop - t) / width) - _erf((start - t) / width)) for t in times]
    each = np.zeros((len(trains), len(times)))
    for own, train in zip(each, trains, strict=True):
        apart = (times[:, None] - np.asarray(train, dtype=float)[None, :]) / width
        own += np.exp(-0.5 * apart**2).sum(axis=1) / (math.sqrt(2 * math.pi) * width)
    each /= share
    error = np.std(each, axis=0, ddof=1) / math.sqrt(len(trains)) if len(trains) > 1 else np.full(len(times), np.nan)
    return Rate(times, each.mean(axis=0), error)


def _erf(x: float) -> float:
    return math.erf(x / math.sqrt(2))


def _moments(owner: np.ndarray, place: np.ndarray, trains: int, bins: int) -> tuple[np.ndarray, np.ndarray]:
    """Σ_b n_b and Σ_b n_b² in each bin, without a table of trains × bins: only pairs that hold a spike are counted."""
    pairs, number = np.unique(place * trains + owner, return_counts=True)
    where = pairs // max(trains, 1)
    return np.bincount(where, number, bins), np.bincount(where, number.astype(float) ** 2, bins)


def _mean(counts: np.ndarray, squares: np.ndarray, trains: int, width: float) -> tuple[np.ndarray, np.ndarray]:
    mean = counts / trains
    if trains < 2:
        return mean / width, np.full(len(mean), np.nan)
    variance = np.maximum(squares / trains - mean**2, 0.0) * trains / (trains - 1)
    return mean / width, np.sqrt(variance / trains) / width
