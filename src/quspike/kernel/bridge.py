"""Whether a noisy path crossed a threshold between the two ends of a step, both of which it may have spent below it.

    P(excursion above v within h | m0, m1 < v) = exp(−2(v − m0)(v − m1)/b²h)

the Brownian bridge's, m0 and m1 the membrane at both ends and b its noise. Without it, first passages err as √h; with
it they converge at first order. An excursion lies at the fraction of h that is in proportion to both distances.
Gobet, Stoch. Process. Appl. 87, 167 (2000).
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jax import Array


def excursion(low: Any, high: Any, variance: Any, uniform: Any) -> tuple[Array, Array]:
    """Whether a path that is below at both ends was above in between, and at which fraction of the step.

    low, high : membrane − threshold, V. variance : b²h, V². uniform : a random number in [0, 1).
    """
    below = (low < 0) & (high < 0)
    safe = jnp.where(variance > 0, variance, 1.0)
    chance = jnp.where(below & (variance > 0), jnp.exp(-2 * jnp.where(below, low * high, 0.0) / safe), 0.0)
    width = jnp.where(below, low + high, -1.0)
    return uniform < chance, jnp.where(below, low / width, 0.0)


def crossing(low: Any, high: Any, variance: Any, uniform: Any, was_held: Any) -> tuple[Array, Array]:
    """Whether the threshold is crossed, and at which fraction of the step, along the line between its ends.

    One that is above at the start of a free step fires there; at the end of a hold, if it stays.
    """
    above = (low >= 0) & (~was_held | (high >= 0))
    rises = (low < 0) & (high >= 0)
    over, place = excursion(low, high, variance, uniform)
    width = jnp.where(rises, high - low, 1.0)
    fraction = jnp.where(above, 0.0, jnp.where(rises, -low / width, place))
    return above | rises | over, jnp.clip(fraction, 0.0, 1.0)
