"""The spiking kernel: a fixed-step scan with threshold crossings and refractory ends solved inside the step.

    dy/dt = f(t, y)  until  m_k(y) = v_threshold,k at t_s;  y ← reset_k(y), hold until t_s + t_ref,k;  y ← release_k(y)

for one neuron or several, k = 1 … K, that share a state. A step without an event is one Runge–Kutta step. A step with
some is cut at the first of them, then at the next: a crossing is found on the cubic Hermite interpolant of m,
integrated to exactly, and corrected by one Newton step, which also gives spike times their exact (implicit-function)
derivative. Errors of spike times are therefore of the scheme's order, 5. Every method that spikes on an expectation
runs on this kernel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.kernel.cubic import first_crossing
from quspike.kernel.dopri5 import State, Step, dopri5, dopri5_rolled

ROUNDING = 1e-9  # of a step: a hold that ends this close to a node ends on it
NEAR = 1e-3  # of a step: a crossing this far behind its start was missed by rounding, and is still one
LARGE = 256  # numbers in a state from which on a loop over stages costs less to compile and no more to run


@dataclass(frozen=True)
class SpikingModel:
    """The functions that a method gives to the kernel; all pure, over a float64 state y: (n,), or a pytree of arrays.

    flow(t, y, piece, free)  dy/dt; `free` is 1.0 while integrating and 0.0 in the refractory hold.
    membrane(t, y, piece)    what the threshold sees, V.
    reset(t, y, piece)       the state just after a spike.
    release(t, y, piece)     the state at the end of the hold.
    observe(t, y, piece, free)  what is recorded at each node (k,).
    error(e, y)              scalar max norm of a local error e, shaped like y.
    kick(y, h, normal, piece, free)  half a step's white noise, or None; normal (d,) standard normal numbers.
    noise_dimension          d.
    rolled                   the flow is so long that its stages are looped over; so are those of any large state.

    With several neurons `free` and the membrane are (K,), and reset and release take one more argument, (K,) booleans:
    which of them fire, or are released, at this instant.
    """

    flow: Callable[[Array, State, Any, Array], State]
    membrane: Callable[[Array, State, Any], Array]
    reset: Callable[..., State]
    release: Callable[..., State]
    observe: Callable[[Array, State, Any, Array], Array]
    error: Callable[[State, State], Array]
    kick: Callable[[State, Array, Array, Any, Array], State] | None = None
    noise_dimension: int = 0
    rolled: bool = False


class Clock(NamedTuple):
    """Where each neuron is in its cycle: end of its hold (s) and 1.0 while held, (K,); 1.0 once a step was too full."""

    release: Array
    held: Array
    crowded: Array


class Track(NamedTuple):
    """What the scan leaves: records (N + 1, k), one spike time per step and neuron or nan, summed error, crowded flag.

    spike_time is (N,) for one neuron, (N, K) for several. kept: the states at the nodes that were asked for, or None.
    """

    records: Array
    spike_time: Array
    error: Array
    crowded: Array
    final: State
    kept: State | None = None


def spiking_scan(
    model: SpikingModel,
    y0: State,
    nodes: Array,
    pieces: Any,
    v_threshold: Array | None,
    t_ref: Array | None,
    normals: Array | None,
    kept: np.ndarray | None = None,
) -> Track:
    """Run the neurons over the grid.

    y0 : the first state. nodes : (N + 1,) s. pieces : pytree of arrays with leading axis N, the smooth pieces of the
    drives in each step. v_threshold : V; (K,) for several neurons; None: there is no neuron, and no event. t_ref : s,
    shaped alike. normals : (N, 2, d) standard normal numbers, if the model kicks. kept : (K,) numbers of the nodes, in
    order, whose states the track keeps.
    """
    alone = jnp.ndim(v_threshold) == 0 if v_threshold is not None else True
    if alone:
        model = _of_one(model)
    levels = None if v_threshold is None else jnp.atleast_1d(v_threshold)
    count = 1 if levels is None else len(levels)
    holds = None if t_ref is None else jnp.broadcast_to(t_ref, (count,))

    # Backwards a step is computed again from the state before it; to store what both branches leave takes longer.
    @partial(jax.checkpoint, prevent_cse=False)
    def body(carry, xs):
        y, clock, whole = carry
        t0, t1, piece, normal, slot = xs
        if model.kick is not None:
            y = model.kick(y, t1 - t0, normal[0], piece, 1 - clock.held)
        y, clock, spikes, error = _advance(model, t0, t1, y, clock, piece, levels, holds)
        if model.kick is not None:
            y = model.kick(y, t1 - t0, normal[1], piece, 1 - clock.held)
        record = model.observe(t1, y, piece, 1 - clock.held)
        return (y, clock, _keep(whole, slot, y)), (record, spikes, error)

    start = Clock(jnp.full(count, -jnp.inf), jnp.zeros(count), jnp.zeros(()))
    first = jax.tree.map(lambda leaf: leaf[0], pieces)
    slots, whole = _slots(len(nodes), kept, y0)
    xs = (nodes[:-1], nodes[1:], pieces, normals, None if slots is None else slots[1:])
    (y, clock, whole), (records, spikes, errors) = jax.lax.scan(body, (y0, start, whole), xs)
    initial = model.observe(nodes[0], y0, first, jnp.ones(count))
    spikes = spikes[:, 0] if alone else spikes
    whole = jax.tree.map(lambda rows: rows[:-1], whole)
    return Track(jnp.concatenate([initial[None], records]), spikes, jnp.sum(errors), clock.crowded, y, whole)


def _slots(nodes: int, kept: np.ndarray | None, y0: State) -> tuple[Any, Any]:
    """The row in which each node's state is kept (all others share a last one), and the rows with the first state."""
    if kept is None or not len(kept):
        return None, None
    slots = np.full(nodes, len(kept))
    slots[kept] = np.arange(len(kept))
    empty = jax.tree.map(lambda leaf: jnp.zeros((len(kept) + 1, *jnp.shape(leaf)), jnp.result_type(leaf)), y0)
    return jnp.asarray(slots), _keep(empty, slots[0], y0)


def _keep(whole: Any, slot: Any, y: State) -> Any:
    """The rows with this state in its own."""
    return None if whole is None else jax.tree.map(lambda rows, leaf: rows.at[slot].set(leaf), whole, y)


def _of_one(model: SpikingModel) -> SpikingModel:
    """A model of one neuron, whose functions know no neuron's number, as one of several."""
    kick = model.kick
    return replace(
        model,
        flow=lambda t, y, piece, free: model.flow(t, y, piece, free[0]),
        membrane=lambda t, y, piece: jnp.reshape(model.membrane(t, y, piece), (1,)),
        reset=lambda t, y, piece, fires: model.reset(t, y, piece),
        release=lambda t, y, piece, released: model.release(t, y, piece),
        observe=lambda t, y, piece, free: model.observe(t, y, piece, free[0]),
        kick=None if kick is None else lambda y, h, normal, piece, free: kick(y, h, normal, piece, free[0]),
    )


def _advance(model: SpikingModel, t0, t1, y, clock: Clock, piece, levels, holds):
    """One step: plain when nothing happens in it, cut at its events when something does."""
    h = t1 - t0
    free = 1 - clock.held
    step = dopri5_rolled if model.rolled or _size(y) >= LARGE else dopri5
    plain = step(lambda t, s: model.flow(t, s, piece, free), t0, h, y)
    none, error = jnp.full_like(clock.held, jnp.nan), model.error(plain.error, y)
    if levels is None:
        return plain.end, clock, none, error
    crossing, _ = _find_crossing(model, t0, t1, y, plain, piece, levels)
    ends_hold = (clock.held > 0) & (clock.release < t1 - ROUNDING * h)
    event = jnp.any(ends_hold | ((clock.held == 0) & crossing))

    def quiet(_):
        return plain.end, clock, none, error

    def eventful(_):
        return _resolve(model, t0, t1, y, clock, piece, levels, holds)

    return jax.lax.cond(event, eventful, quiet, None)


def _resolve(model: SpikingModel, t0, t1, y, clock: Clock, piece, levels, holds):
    """Cut the step at its events: for each neuron a release, a spike and a release again, and one spike among them."""
    segments = 2 * len(levels) + 1

    def segment(state, _):
        return _segment(model, state, t1, piece, levels, holds), None

    begin = (t0, y, clock, jnp.full_like(clock.held, jnp.nan), jnp.zeros(()))
    (t, y, clock, spikes, error), _ = jax.lax.scan(segment, begin, None, length=segments)
    finished = t >= t1 - ROUNDING * (t1 - t0)
    above = jnp.any((clock.held == 0) & (model.membrane(t, y, piece) >= levels))
    crowded = jnp.where(finished & ~above, clock.crowded, 1.0)
    return y, clock._replace(crowded=crowded), spikes, error


def _segment(model: SpikingModel, state, t1, piece, levels, holds):
    """Up to the next event or the end of the step, whichever is first; a zero-length segment changes nothing."""
    t, y, clock, spikes, error = state
    held = clock.held > 0
    end = jnp.min(jnp.where(held, jnp.clip(clock.release, t, t1), t1))
    free = 1 - clock.held

    def flow(s, state):
        return model.flow(s, state, piece, free)

    whole = dopri5_rolled(flow, t, end - t, y)
    crossing, thetas = _find_crossing(model, t, end, y, whole, piece, levels)
    able = ~held & crossing & (end > t)
    thetas = jnp.where(able, thetas, 1.0)
    theta = jax.lax.stop_gradient(jnp.min(thetas))
    cut = dopri5_rolled(flow, t, theta * (end - t), y)
    t_cut = t + theta * (end - t)
    fires = able & (thetas <= theta)
    t_spike, at_spike = _newton(model, t_cut, cut, piece, levels, fires, jnp.where(theta > 0, jnp.inf, NEAR * (t1 - t)))
    fired = jnp.any(fires)
    releases = held & (end >= clock.release) & ~fired
    after = _choose(fired, model.reset(t_spike, at_spike, piece, fires), cut.end)
    after = _choose(jnp.any(releases), model.release(end, after, piece, releases), after)
    clock = Clock(
        jnp.where(fires, t_spike + holds, clock.release),
        jnp.where(fires, 1.0, jnp.where(releases, 0.0, clock.held)),
        jnp.where(jnp.any(fires & ~jnp.isnan(spikes)), 1.0, clock.crowded),
    )
    error = error + model.error(cut.error, y)
    return jnp.where(fired, t_spike, end), after, clock, jnp.where(fires, t_spike, spikes), error


def _newton(model: SpikingModel, t, step: Step, piece, levels, fires, reach):
    """t_s = t − (m − v)/ṁ of the (first) neuron that crosses: lands on the root, and carries dt_s/dp = −(∂m/∂p)/ṁ.

    One that is above its level when its hold ends fires there and then, unless it has just crossed: within `reach` (s).
    """
    values, rates = _with_rate(model, t, step.end, step.slope_end, piece)
    first = jnp.argmax(fires)
    value, rate, level = values[first], rates[first], levels[first]
    shift = (level - value) / jnp.where(rate > 0, rate, 1.0)
    shift = jnp.where(fires[first] & (rate > 0) & (jnp.abs(shift) <= reach), shift, 0.0)
    return t + shift, jax.tree.map(lambda u, slope: u + shift * slope, step.end, step.slope_end)


def _with_rate(model: SpikingModel, t, y, slope, piece):
    """m and dm/dt along the flow."""
    return jax.jvp(lambda s, state: model.membrane(s, state, piece), (t, y), (jnp.ones_like(t), slope))


def _find_crossing(model: SpikingModel, t0, t1, y, step: Step, piece, level):
    """Does each m reach its level within the step, and at which fraction of it (cubic Hermite, first root); (K,) each.

    A membrane that is already above the level at the start of the step fires at once (θ = 0).
    """
    h = t1 - t0
    m0, r0 = _with_rate(model, t0, y, step.slope_start, piece)
    m1, r1 = _with_rate(model, t1, step.end, step.slope_end, piece)
    return first_crossing(m0 - level, m1 - level, h * r0, h * r1)


def _size(y: State) -> int:
    """How many numbers a state holds."""
    return sum(jnp.size(leaf) for leaf in jax.tree.leaves(y))


def _choose(condition, yes: State, no: State) -> State:
    """where, over pytrees."""
    return jax.tree.map(lambda a, b: jnp.where(condition, a, b), yes, no)
