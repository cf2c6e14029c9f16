"""One step of one trajectory in Fock space, and its spikes: as a Gaussian one's, with ρ in place of a covariance.

    e^{(A + B)h} = e^{Ah/2} e^{Bh} e^{Ah/2} + O(h³)

A, the secular GKSL equation, is a palindrome of exact parts about B, the look at the record: weak order 2, strong
order 1 given dW, ρ positive at any length (`methods/measured/step.py`, `kernel/diffusive.py`).
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from quspike.kernel import fock_states
from quspike.kernel.bridge import crossing
from quspike.kernel.fock import moments
from quspike.methods import secular
from quspike.methods.measured import spikes as gaussian
from quspike.methods.measured.memories import damping, move
from quspike.methods.measured.record import learn
from quspike.methods.measured.spikes import Noise
from quspike.methods.measured.state import membrane
from quspike.methods.measured_fock.motion import drift, look
from quspike.methods.measured_fock.state import Model, State, described


def step(
    model: Model, t: Any, h: Any, y: State, piece: Any, normal: Any, driven: Any = 1.0, leaking: Any = 1.0
) -> State:
    """The state at t + h; normal : dW/√h. driven, leaking : shares of the input and of the leak that are on."""
    y = _glide(model, t, 0.5 * h, y, piece, driven, leaking, last=True)
    y = look(model, t + 0.5 * h, h, y, piece, normal)
    return _glide(model, t + 0.5 * h, 0.5 * h, y, piece, driven, leaking, last=False)


def _glide(model: Model, t, h, y: State, piece, driven, leaking, last: bool) -> State:
    y = y._replace(given=move(model.given, t, 0.5 * h, y.given, piece, driven))
    w = damping(model.given, t + 0.5 * h, y.given, piece, driven)
    y = drift(model, t, h, y, w, piece, driven, leaking, last)
    y = described(model, t + h, y._replace(given=faded(model, h, y.given)), piece)
    return y._replace(given=move(model.given, t + h, 0.5 * h, y.given, piece, driven))


def faded(model: Model, h, given):
    """Filters forget."""
    fade, watch = jnp.exp(-model.given.memory_rate * h), jnp.exp(-model.given.spike_rate * h)
    return given._replace(
        plain=None if given.plain is None else fade * given.plain,
        tone=None if given.tone is None else fade * given.tone,
        seen=None if given.seen is None else watch * given.seen,
    )


def spiking_step(model: Model, end: Any, y: State, piece: Any, noise: Noise) -> tuple[State, Array]:
    """The state at the step's end, or just after a spike within it, and that spike's time or nan."""
    begin, release, neuron = y.given.time, y.given.release, model.params["neuron"]
    free_from = jnp.clip(release, begin, end)
    held, free = free_from - begin, end - free_from
    share = free / (held + free)
    leaking = share if model.setup.reset == "zero" else 1.0
    after = step(model, begin, end - begin, y, piece, noise.free, share, leaking)
    level = neuron["v_threshold"]
    low, high = (membrane(model.given, t, s.given) - level for t, s in ((begin, y), (end, after)))
    pull = gaussian.response(model.given, begin, y.given)
    fires, fraction = crossing(low, high, pull**2 * free / model.given.information, noise.uniform, held > 0)
    fires = fires & (free > 0)
    when = jnp.maximum(begin + fraction * (end - begin), free_from)
    there = jax.tree.map(lambda a, b: a + fraction * (b - a), y, after)
    short = jnp.where(fraction > 0, -(low + fraction * (high - low)), 0.0)  # an excursion beyond the line
    there = learned(model, when, there, short / jnp.where(pull == 0, 1.0, pull))
    spent = reset(model, when, there, piece)
    spent = spent._replace(given=spent.given._replace(time=when, release=when + neuron["t_ref"]))
    after = after._replace(given=after.given._replace(time=end))
    return jax.tree.map(lambda a, b: jnp.where(fires, a, b), spent, after), jnp.where(fires, when, jnp.nan)


def learned(model: Model, t, y: Any, surprise) -> Any:
    """Means after a surprising record [V s], as a Gaussian state's; what it tells of higher moments is left out."""
    told = learn(model.given, t, y.given, surprise, surprise)
    moved = amplitude_of(model, t, told) - amplitude_of(model, t, y.given)
    return y._replace(given=told, alpha=y.alpha + moved)


def amplitude_of(model: Model, t, given):
    """⟨a⟩ of a mean flux and voltage, in the rotating frame."""
    lab = (model.given.omega * given.flux + 1j * given.voltage) / (2 * model.mode.v_zpf)
    return lab * jnp.exp(1j * model.given.omega * t)


def reset(model: Model, t: Any, y: State, piece: Any) -> State:
    """The state just after a spike: `zero` swaps the mode with a thermal one, `subtract` displaces it."""
    given = gaussian.reset(model.given, t, y.given)
    gate = secular.kinetic(model.setup, model.params, model.mode, t, 0.0 * y.alpha, piece)
    alpha, packed = amplitude_of(model, t, given) - gate, y.packed
    if model.setup.reset == "subtract":
        alpha = alpha - moments(packed).a
    else:
        packed = fock_states.thermal_state(model.levels, model.params["neuron"]["reset_occupation"]) + 0.0 * packed
    return described(model, t, State(given, alpha, packed), piece)
