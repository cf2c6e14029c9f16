"""States that diffuse, with the spikes of a threshold: the other unravelling of `quantum_jumps.py`.

    y ← kick(h/2),   dy/dt = f(t, y) over h,   y ← kick(h/2)

A step is cut at spikes and at ends of holds, each part with kicks of its own, whose noise comes from the step's key and
the part's number. Between the ends of a part the membrane is the drift's cubic, with the noise along a line; where that
stays below the threshold, `bridge.py` says whether the path did, with

    b² = Σ (∂m/∂ξ)²

over the normal numbers ξ of a kick, so that first passages converge at first order of the step, and a membrane without
noise fires as a smooth one does. A state that a reset keeps is lifted to the threshold along the same ∂m/∂ξ.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from quspike.kernel.bridge import excursion
from quspike.kernel.cubic import first_crossing, hermite
from quspike.kernel.dopri5 import Step
from quspike.kernel.quantum_jumps import MOST_EVENTS, ROUNDING, Course, JumpModel, State, Within, fired, smooth


@dataclass(frozen=True)
class Noise:
    """What kicks a state.

    shape : of a kick's standard normal numbers. kick(t, y, piece, free, h, normal) : the state after one of variance h.
    response(t, y, piece, free) : ∂m/∂ξ of a kick with h = 1 s, of that shape, V/√s.
    keeps : a reset keeps the state.
    """

    shape: tuple[int, ...]
    kick: Callable[[Array, State, Any, Array, Any, Array], State]
    response: Callable[[Array, State, Any, Array], Array]
    keeps: bool


def diffuse(
    model: JumpModel, noise: Noise, key: Array, t0: Array, t1: Array, course: Course, piece: Any, *levels: Any
) -> tuple[Course, Array]:
    """One step of one trajectory: the course at t1, and a spike's time or nan; levels : v_threshold, t_ref, or none.

    A step holds one spike. What would be the second is counted (`late`), and fires at the next step if it still is
    above.
    """
    near = ROUNDING * (t1 - t0)

    def unfinished(place: Within) -> Array:
        return (place.t < t1 - near) & (place.pieces < MOST_EVENTS)

    def further(place: Within) -> Within:
        return _part(model, noise, key, place, t1, piece, *levels)

    place = jax.lax.while_loop(unfinished, further, Within(t0, course, jnp.full((), jnp.nan), jnp.zeros((), int)))
    crowded = jnp.where(place.t < t1 - near, 1.0, place.course.crowded)
    return place.course._replace(crowded=crowded), place.spike


def _part(model: JumpModel, noise: Noise, key, place: Within, t1, piece, v_threshold=None, t_ref=None) -> Within:
    """Up to the next spike or end of a hold, or to the end of the step."""
    t, c, spike, pieces = place
    held, free = c.held > 0, 1 - c.held
    end = jnp.where(held, jnp.clip(c.release, t, t1), t1)
    h = end - t
    kicking, deciding = jax.random.split(jax.random.fold_in(key, pieces))
    normals = jax.random.normal(kicking, (2, *noise.shape))
    kicked = noise.kick(t, c.y, piece, free, 0.5 * h, normals[0])
    step = smooth(model, t, h, c._replace(y=kicked), piece)
    y = noise.kick(end, step.end[0], piece, free, 0.5 * h, normals[1])
    c = c._replace(error=c.error + model.error(step.error[0], step.end[0]) * (h > 0))
    if model.membrane is None:
        y = model.settle(y)
        c = c._replace(y=y, extreme=jnp.maximum(c.extreme, model.watch(y)))
        return Within(end, c, spike, pieces + 1)
    pull = noise.response(t, c.y, piece, free)
    ends = c.y, kicked, step, y
    crosses, over, at = _crossing(model, t, end, ends, pull, piece, v_threshold, jax.random.uniform(deciding))
    crosses = crosses & ~held
    fires = crosses & jnp.isnan(spike)
    now = jnp.where(fires, t + at * h, end)
    there = _between(at, h, ends)
    if noise.keeps:
        there = _lifted(model, noise, now, there, piece, free, pull, v_threshold, over)
    y = model.settle(jax.tree.map(lambda a, b: jnp.where(fires, a, b), there, y))
    c = c._replace(late=c.late + (crosses & ~fires))
    y, c = fired(model, now, y, c, piece, fires, held & (end >= c.release), t_ref)
    c = c._replace(y=y, extreme=jnp.maximum(c.extreme, model.watch(y)))
    return Within(now, c, jnp.where(fires, now, spike), pieces + 1)


def _crossing(model: JumpModel, t0, t1, ends: tuple[State, State, Step, State], pull, piece, level, uniform) -> tuple:
    """Is the threshold reached, is it by an excursion of the noise alone, and at which fraction of the part."""
    y0, kicked, step, y1 = ends
    membrane, one = model.membrane, jnp.ones_like(t0)
    assert membrane is not None

    def with_rate(t, y, slope):
        return jax.jvp(lambda s, state: membrane(s, state, piece), (t, y), (one, slope))

    m0, r0 = with_rate(t0, kicked, step.slope_start[0])
    m1, r1 = with_rate(t1, step.end[0], step.slope_end[0])
    low, high, h = membrane(t0, y0, piece) - level, membrane(t1, y1, piece) - level, t1 - t0
    line = (high - low) - (m1 - m0)  # what the kicks add
    reached, at = first_crossing(low, high, h * r0 + line, h * r1 + line, unroll=True)
    over, place = excursion(low, high, h * jnp.sum(pull**2), uniform)
    over = over & ~reached
    return reached | over, over, jnp.where(over, place, at)


def _between(at, h, ends: tuple[State, State, Step, State]) -> State:
    """The drift's cubic, with the kicks along a line."""
    y0, kicked, step, y1 = ends

    def place(a, b, da, db, before, after):
        return hermite(at, a, b, h * da, h * db) + (1 - at) * (before - a) + at * (after - b)

    return jax.tree.map(place, kicked, step.end[0], step.slope_start[0], step.slope_end[0], y0, y1)


def _lifted(model: JumpModel, noise: Noise, t, y: State, piece, free, pull, level, over) -> State:
    """The state at the top of an excursion: at the threshold, by the likeliest kick that leads there."""
    assert model.membrane is not None
    size = jnp.sum(pull**2)
    missing = jnp.where(over, level - model.membrane(t, y, piece), 0.0)
    return noise.kick(t, y, piece, free, 1.0, pull * missing / jnp.where(size > 0, size, 1.0))
