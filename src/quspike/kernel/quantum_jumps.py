"""States that evolve smoothly until they jump at random, with the spikes of a threshold among the jumps.

    dy/dt = f(t, y)   until   ∫ Σ_k r_k(t, y) dt = E,   E ~ Exp(1);      y ← jump_k(t, y), k with probability r_k/Σr

For the quantum jumps of dρ/dt = −i[H, ρ] + Σ_k 𝓓[L_k]ρ the state holds ψ, of any norm, and

    f : dψ/dt = −i H_eff ψ,  H_eff = H − (i/2) Σ L_k†L_k        r_k = ‖L_kψ‖²/‖ψ‖²        jump_k : ψ ← L_kψ

so that r's integral is −ln‖ψ‖² of a ψ that started with norm one. Nothing else is asked of a model: L_k may depend on
time and on the state, f may move a frame or a memory along, and what follows a jump of kind k (a click's reset, say)
belongs into jump_k. Where the last kind is a detector's click, it is a spike: a hold follows as after a threshold. E is
drawn anew after every jump, from the trajectory's own key and the number of its events: the same trajectory returns on
a finer grid. A step is cut at its jumps, spikes and ends of holds, whichever comes first, as often as needed; f is
solved by Dormand & Prince, states and event times inside a step by its cubic interpolant, so that a trajectory
converges with the fourth power of the step, averages with it, and several jumps in a step are exact.

Dalibard, Castin & Mølmer, Phys. Rev. Lett. 68, 580 (1992); Davis, J. R. Stat. Soc. B 46, 353 (1984).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from quspike.kernel.cubic import first_crossing, first_root, hermite
from quspike.kernel.dopri5 import Step, dopri5_rolled

ROUNDING = 1e-9  # of a step: what ends this close to a node ends on it
MOST_EVENTS = 256  # in one step; what is left then is lost, and said
MOST_CLICKS = 4  # in one step whose times are kept
HOLD = 2**30  # in place of a number, for the key of how long a hold lasts

State = Any


@dataclass(frozen=True)
class JumpModel:
    """The functions of one trajectory; pure, over a state y that is any pytree of float or complex arrays.

    With K = 0 nothing jumps, and `jump` is not asked.

    flow(t, y, piece, free)   f, without jumps; `free` is 1.0 while integrating and 0.0 in a refractory hold.
    rates(t, y, piece, free)  r_k (K,), 1/s.
    jump(t, y, piece, free, kind, key)  the state after a jump of this kind; key: for what a jump leaves to chance.
    error(e, y)               scalar norm of a local error e, shaped like y.
    settle(y)                 the same state where a norm is free: called after every step and event.
    membrane(t, y, piece)     what the threshold sees, V; None: there is no neuron.
    reset(t, y, piece, key)   the state after a spike.
    watch(y)                  a number whose largest value over the run is kept (population of top levels).
    clicks                    the last kind of jump is a spike; then there is no membrane to cross a threshold.
    hold(t_ref, key)          how long the hold after a spike lasts, s.
    """

    flow: Callable[[Array, State, Any, Array], State]
    rates: Callable[[Array, State, Any, Array], Array]
    jump: Callable[[Array, State, Any, Array, Array, Array], State]
    error: Callable[[State, State], Array]
    settle: Callable[[State], State] = lambda y: y
    membrane: Callable[[Array, State, Any], Array] | None = None
    reset: Callable[[Array, State, Any, Array], State] | None = None
    watch: Callable[[State], Array] = lambda y: jnp.zeros(())
    clicks: bool = False
    hold: Callable[[Any, Array], Any] = lambda t_ref, key: t_ref


class Course(NamedTuple):
    """A trajectory on its way: state, what is left of E, its key and number of events, hold, and what is counted.

    release : end of the hold, s. held : 1.0 in it. jumps (K,), by kind. error : summed, of the smooth steps. extreme :
    the largest `watch`. crowded : 1.0 after a step with too many events. late : spikes put off to the next step, or
    clicks whose times are not kept.
    """

    y: State
    left: Array
    key: Array
    events: Array
    release: Array
    held: Array
    jumps: Array
    error: Array
    extreme: Array
    crowded: Array
    late: Array


class Within(NamedTuple):
    """A place within a step: time, course, the step's spike or nan or its clicks, and how many pieces it has so far."""

    t: Array
    course: Course
    spike: Array
    pieces: Array


def begin(model: JumpModel, y: State, key: Array, kinds: int) -> Course:
    """The course at the first node; kinds : K."""
    none = jnp.zeros(())
    first = jax.random.exponential(jax.random.fold_in(key, 0))
    return Course(
        y, first, key, jnp.ones((), int), jnp.full((), -jnp.inf), none, jnp.zeros(kinds, int), none,
        model.watch(y), none, none,
    )  # fmt: skip


def advance(
    model: JumpModel, t0: Array, t1: Array, course: Course, piece: Any, v_threshold=None, t_ref=None
) -> tuple[Course, Array]:
    """One step of one trajectory, however many jumps it takes: the course at t1, and a spike's time or nan.

    A step holds one spike; a membrane that is above again before the step ends fires at the start of the next one. Of
    clicks it returns the times (MOST_CLICKS,).
    """
    near = ROUNDING * (t1 - t0)

    def unfinished(place: Within) -> Array:
        return (place.t < t1 - near) & (place.pieces < MOST_EVENTS)

    def further(place: Within) -> Within:
        return _segment(model, place, t1, piece, v_threshold, t_ref)

    place = jax.lax.while_loop(unfinished, further, Within(t0, course, no_spike(model), jnp.zeros((), int)))
    crowded = jnp.where(place.t < t1 - near, 1.0, place.course.crowded)
    late = place.course.late
    if model.membrane is not None:
        above = (place.course.held == 0) & (model.membrane(t1, place.course.y, piece) >= v_threshold)
        late = late + (above & jnp.isfinite(place.spike))
    return place.course._replace(crowded=crowded, late=late), place.spike


def no_spike(model: JumpModel) -> Array:
    """Where the spikes of a step will be noted."""
    return jnp.full(MOST_CLICKS if model.clicks else (), jnp.nan)


def _segment(model: JumpModel, place: Within, t1, piece, v_threshold, t_ref) -> Within:
    """Up to the next jump, spike or end of a hold, or to the end of the step."""
    t, c, spike, pieces = place
    held = c.held > 0
    end = jnp.where(held, jnp.clip(c.release, t, t1), t1)
    h = end - t
    step = smooth(model, t, h, c, piece)
    jumps, theta = next_jump(step, h, c.left) if c.jumps.size else (jnp.zeros((), bool), jnp.ones(()))
    fires = jnp.zeros((), bool)
    if model.membrane is not None:
        crossing, at = _crossing(model, t, end, c.y, step, piece, v_threshold)
        fires = ~held & crossing & jnp.isnan(spike) & (at <= theta)
        theta = jnp.where(fires, at, theta)
    jumps = jumps & ~fires
    whole = ~(jumps | fires)
    now = jnp.where(whole, end, t + theta * h)
    y, used = jax.tree.map(
        lambda a, b, da, db: jnp.where(whole, b, hermite(theta, a, b, h * da, h * db)),
        (c.y, jnp.zeros(())), step.end, step.slope_start, step.slope_end,
    )  # fmt: skip
    y = model.settle(y)
    c = c._replace(error=c.error + model.error(step.error[0], c.y) * (h > 0), left=jnp.maximum(c.left - used, 0.0))
    releases = held & (end >= c.release) & whole
    if c.jumps.size:
        y, c, last = jumped(model, now, y, c, piece, jumps)
        if model.clicks:
            c, spike = clicked(model, now, c, spike, last, releases, t_ref)
    if model.membrane is not None:
        y, c = fired(model, now, y, c, piece, fires, releases, t_ref)
        spike = jnp.where(fires, now, spike)
    c = c._replace(y=y, extreme=jnp.maximum(c.extreme, model.watch(y)))
    return Within(now, c, spike, pieces + 1)


def smooth(model: JumpModel, t, h, c: Course, piece) -> Step:
    """y without jumps, and the integral of Σr beside it."""
    free = 1 - c.held

    def flow(s, pair):
        return model.flow(s, pair[0], piece, free), jnp.sum(model.rates(s, pair[0], piece, free))

    return dopri5_rolled(flow, t, h, (c.y, jnp.zeros(())))


def next_jump(step: Step, h, left) -> tuple[Array, Array]:
    """Is E used up within the step, and at which fraction of it."""
    total = step.end[1]
    ends = (-left, total - left, h * step.slope_start[1], h * step.slope_end[1])
    jumps = total >= left
    return jumps, jnp.where(jumps, first_root(jnp.ones(()), *ends, unroll=True), 1.0)


def _crossing(model: JumpModel, t0, t1, y, step: Step, piece, level) -> tuple[Array, Array]:
    """Does the membrane reach its level within the step, and at which fraction of it."""
    membrane, one = model.membrane, jnp.ones_like(t0)
    assert membrane is not None

    def with_rate(t, y, slope):
        return jax.jvp(lambda s, state: membrane(s, state, piece), (t, y), (one, slope))

    m0, r0 = with_rate(t0, y, step.slope_start[0])
    m1, r1 = with_rate(t1, step.end[0], step.slope_end[0])
    return first_crossing(m0 - level, m1 - level, (t1 - t0) * r0, (t1 - t0) * r1, unroll=True)


def jumped(model: JumpModel, t, y, c: Course, piece, jumps) -> tuple[State, Course, Array]:
    """The state after a jump, its kind drawn from the rates, E anew; and whether it is of the last kind."""
    key = jax.random.fold_in(c.key, c.events)
    waiting, choosing, leaving = jax.random.split(key, 3)
    free = 1 - c.held
    rates = model.rates(t, y, piece, free)
    sums = jnp.cumsum(rates)
    kind = jnp.minimum(jnp.sum(jax.random.uniform(choosing) * sums[-1] >= sums), len(rates) - 1)
    after = model.settle(model.jump(t, y, piece, free, kind, leaving))
    y = _choose(jumps, after, y)
    c = c._replace(
        left=jnp.where(jumps, jax.random.exponential(waiting), c.left),
        events=c.events + jumps,
        jumps=c.jumps.at[kind].add(jumps),
    )
    return y, c, jumps & (kind == len(rates) - 1)


def clicked(model: JumpModel, t, c: Course, spike: Array, clicks, releases, t_ref) -> tuple[Course, Array]:
    """The hold after a click, and the clicks of the step with this one among them."""
    key = jax.random.fold_in(jax.random.fold_in(c.key, c.events), HOLD)
    count = jnp.sum(jnp.isfinite(spike))
    spike = jnp.where(clicks & (jnp.arange(MOST_CLICKS) == count), t, spike)
    c = c._replace(late=c.late + (clicks & (count >= MOST_CLICKS)))
    return _held(model, t, c, clicks, releases, t_ref, key), spike


def fired(model: JumpModel, t, y, c: Course, piece, fires, releases, t_ref) -> tuple[State, Course]:
    """The state after a spike, and its hold; a hold's end lets the neuron go."""
    assert model.reset is not None
    key = jax.random.fold_in(c.key, c.events)
    y = _choose(fires, model.settle(model.reset(t, y, piece, key)), y)
    c = c._replace(events=c.events + fires)
    return y, _held(model, t, c, fires, releases, t_ref, jax.random.fold_in(key, HOLD))


def _held(model: JumpModel, t, c: Course, fires, releases, t_ref, key) -> Course:
    """A hold begins, or ends."""
    return c._replace(
        release=jnp.where(fires, t + model.hold(t_ref, key), c.release),
        held=jnp.where(fires, 1.0, jnp.where(releases, 0.0, c.held)),
    )


def _choose(condition, yes: State, no: State) -> State:
    """where, over pytrees."""
    return jax.tree.map(lambda a, b: jnp.where(condition, a, b), yes, no)
