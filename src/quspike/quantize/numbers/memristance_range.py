"""How far a memristance can go: W over every memory that the law allows, at the voltage across it when nothing moves.

    V_rest = Σ_s ± V_s of the constant sources in series,      0 where there is none

A channel behind its battery starts at the battery's voltage; W(x, 0) would be that of a membrane at the ion's reversal.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from quspike.memristors.casquid import CASQUID, angular_frequency
from quspike.memristors.law import Law
from quspike.quantize.network import Branch

Range = tuple[float, float]
POINTS = 257  # of a memory between its bounds; a law that is monotonic in x has its extremes on the bounds themselves


def resting_voltage(branch: Branch, elements: Mapping[str, Mapping[str, Any]]) -> Any:
    """V_rest [V] of a branch: what constant sources make of it, every coordinate at rest, and drives yet to begin."""
    return sum((sign * elements[name].get("value", 0.0) for name, sign in branch.sources), 0.0)


def conductance_range(law: Law, p: Mapping[str, Any], x0: float, voltage: float = 0.0) -> Range:
    """Least and largest W(x, V) [S]: between the bounds of x, at ±∞ where x is free; inf where W has no limit."""
    import jax.numpy as jnp

    memories = jnp.asarray(_memories(law, p, x0))
    at = voltage + 0.0 * jnp.where(jnp.isfinite(memories), memories, 0.0)
    found = np.broadcast_to(np.asarray(law.conductance(memories, at, p)), memories.shape)
    found = found[~np.isnan(found)]
    return float(found.min()), float(found.max())


def _memories(law: Law, p: Mapping[str, Any], x0: float) -> np.ndarray:
    bounds = law.memory_bounds(p)
    if bounds is not None:
        return np.linspace(float(bounds[0]), float(bounds[1]), POINTS)
    if isinstance(law, CASQUID):
        return np.linspace(0.0, 2 * math.pi / float(angular_frequency(p)), POINTS)
    return np.array([-math.inf, x0, math.inf])
