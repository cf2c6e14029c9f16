"""What one spike train, or a few of the same neuron, say in numbers: names and meanings are those of elephant.

Times are in s, sorted; intervals are `isi(times)`. A number that needs more spikes than there are is nan.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def isi(times: np.ndarray) -> np.ndarray:
    """The intervals between spikes: (n,) s to (n − 1,) s."""
    return np.diff(np.asarray(times, dtype=float))


def cv(intervals: np.ndarray) -> float:
    """Coefficient of variation, σ/⟨τ⟩: 0 for a clock, 1 for a Poisson process. Two intervals at least."""
    intervals = np.asarray(intervals, dtype=float)
    return float(np.std(intervals) / np.mean(intervals)) if len(intervals) > 1 else float("nan")


def lv(intervals: np.ndarray) -> float:
    """Local variation, ⟨3 (τ_i − τ_{i+1})²/(τ_i + τ_{i+1})²⟩: as `cv`, yet blind to a rate that drifts slowly.

    3/(2k + 1) for gamma intervals of order k. Shinomoto, Shima & Tanji, Neural Comput. 15, 2823 (2003).
    """
    contrast = _contrast(intervals)
    return float(3 * np.mean(contrast**2)) if len(contrast) else float("nan")


def cv2(intervals: np.ndarray) -> float:
    """⟨2 |τ_{i+1} − τ_i|/(τ_{i+1} + τ_i)⟩: as `lv`, less moved by a rare long interval; 1 for a Poisson process.

    Holt, Softky, Koch & Douglas, J. Neurophysiol. 75, 1806 (1996).
    """
    contrast = _contrast(intervals)
    return float(2 * np.mean(np.abs(contrast))) if len(contrast) else float("nan")


def adaptation_index(intervals: np.ndarray) -> float:
    """⟨(τ_{i+1} − τ_i)/(τ_{i+1} + τ_i)⟩: positive where intervals grow; (q − 1)/(q + 1) if each is q times the last."""
    contrast = _contrast(intervals)
    return float(np.mean(contrast)) if len(contrast) else float("nan")


def fanofactor(counts: Sequence[int] | np.ndarray) -> float:
    """Variance over mean of the counts of several trains: 1 for a Poisson process. Two trains at least."""
    counts = np.asarray(counts, dtype=float)
    return float(np.var(counts) / np.mean(counts)) if len(counts) > 1 and np.any(counts) else float("nan")


def autocorrelogram(
    trains: Sequence[np.ndarray], reach: float, bins: int = 50, stop: float = float("inf")
) -> tuple[np.ndarray, np.ndarray]:
    """The rate of spikes at a lag after any spike: lags (bins,) s, in the middle of each bin, and 1/s.

        a(τ) = Σ_n p_n(τ) of a renewal process, the rate itself of a Poisson process

    trains : of one neuron, each on its own. reach : the largest lag, s. stop : where the records end, s; a spike counts
    for a lag only if the record goes on so far.
    """
    edges = np.linspace(0.0, reach, bins + 1)
    lags = 0.5 * (edges[:-1] + edges[1:])
    found, watched = np.zeros(bins), np.zeros(bins)
    for train in trains:
        times = np.sort(np.asarray(train, dtype=float))
        found += sum((np.histogram(later, edges)[0] for later in _lags(times, reach)), np.zeros(bins))
        watched += np.searchsorted(times, stop - lags, side="right")
    rate = found / np.where(watched > 0, watched, np.nan) / (edges[1] - edges[0])
    return lags, rate


def _lags(times: np.ndarray, reach: float):
    """From each spike to the next, to the one after it, … as long as any lies within reach."""
    for step in range(1, len(times)):
        lags = times[step:] - times[:-step]
        if np.min(lags) > reach:
            return
        yield lags[lags <= reach]


def _contrast(intervals: np.ndarray) -> np.ndarray:
    """(τ_{i+1} − τ_i)/(τ_{i+1} + τ_i)."""
    intervals = np.asarray(intervals, dtype=float)
    return np.diff(intervals) / (intervals[1:] + intervals[:-1])
