"""The cubic through two values and two slopes, and where it first rises through zero.

p(0) = g0, p(1) = g1, p′(0) = d0, p′(1) = d1        (Hermite), s ∈ [0, 1] the fraction of a step
"""

from __future__ import annotations

import jax
import jax.numpy as jnp


def first_crossing(g0, g1, d0, d1, unroll: bool = False):
    """Does p reach zero from below within [0, 1], and at which s: its first root; g, d (K,) each.

    What is already above at the start has crossed at s = 0. unroll : the halvings without a loop, for a batch.
    """
    peak = peak_position(g0, g1, d0, d1)
    upper = jnp.where(g1 >= 0, 1.0, peak)
    over_peak = (d0 > 0) & (d1 < 0) & (hermite(peak, g0, g1, d0, d1) >= 0)
    crossing = (g0 >= 0) | (g1 >= 0) | over_peak
    root = first_root(upper, g0, g1, d0, d1, unroll)
    return crossing, jnp.where(g0 >= 0, 0.0, root)


def hermite(s, g0, g1, d0, d1):
    """Cubic with values g0, g1 and slopes d0, d1 at s = 0, 1."""
    c3 = 2 * (g0 - g1) + d0 + d1
    c2 = -3 * (g0 - g1) - 2 * d0 - d1
    return g0 + s * (d0 + s * (c2 + s * c3))


def peak_position(g0, g1, d0, d1):
    """Where the cubic has its maximum, if d0 > 0 > d1."""
    c3 = 2 * (g0 - g1) + d0 + d1
    c2 = -3 * (g0 - g1) - 2 * d0 - d1
    root = jnp.sqrt(jnp.maximum(c2 * c2 - 3 * c3 * d0, 0.0))
    denominator = jnp.where(root - c2 > 0, root - c2, 1.0)
    return jnp.clip(d0 / denominator, 0.0, 1.0)


def first_root(upper, g0, g1, d0, d1, unroll: bool = False):
    """Root of the cubic in [0, upper] by 30 halvings: cheap scalars, and it cannot fail."""
    upper, g0, g1, d0, d1 = jax.lax.stop_gradient((upper, g0, g1, d0, d1))

    def halve(_, bounds):
        low, high = bounds
        middle = 0.5 * (low + high)
        above = hermite(middle, g0, g1, d0, d1) >= 0
        return jnp.where(above, low, middle), jnp.where(above, middle, high)

    return jax.lax.fori_loop(0, 30, halve, (jnp.zeros_like(upper), upper), unroll=unroll)[1]
