"""Spikes drawn in full: they lie between the saved points."""

from __future__ import annotations

import numpy as np


def with_tips(
    time: np.ndarray, level: np.ndarray, spikes: np.ndarray, v_threshold: float, v_reset: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """The trace (T,) with a point at the threshold and one at the reset for each spike (n,)."""
    place = np.repeat(np.searchsorted(time, spikes, side="right"), 2)
    return np.insert(time, place, np.repeat(spikes, 2)), np.insert(
        level, place, np.tile([v_threshold, v_reset], len(spikes))
    )
