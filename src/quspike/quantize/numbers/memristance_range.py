"""How far a memristance can go: W at V = 0 over every memory that the law allows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from quspike.memristors.casquid import CASQUID, angular_frequency
from quspike.memristors.law import Law

Range = tuple[float, float]
POINTS = 257  # of a memory between its bounds; a law that is monotonic in x has its extremes on the bounds themselves


def conductance_range(law: Law, p: Mapping[str, Any], x0: float) -> Range:
    """Least and largest W(x, 0) [S]: between the bounds of x, at ±∞ where x is free; inf where W has no limit."""
    import jax.numpy as jnp

    memories = jnp.asarray(_memories(law, p, x0))
    found = np.asarray(law.conductance(memories, 0.0 * jnp.where(jnp.isfinite(memories), memories, 0.0), p))
    found = np.broadcast_to(found, memories.shape)
    found = found[~np.isnan(found)]
    return float(found.min()), float(found.max())


def _memories(law: Law, p: Mapping[str, Any], x0: float) -> np.ndarray:
    bounds = law.memory_bounds(p)
    if bounds is not None:
        return np.linspace(float(bounds[0]), float(bounds[1]), POINTS)
    if isinstance(law, CASQUID):
        return np.linspace(0.0, 2 * math.pi / float(angular_frequency(p)), POINTS)
    return np.array([-math.inf, x0, math.inf])
