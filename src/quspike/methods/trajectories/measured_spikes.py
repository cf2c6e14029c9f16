"""Spikes of a measured trajectory that stays pure: those of `measured_fock/step.py`, with more noise on the membrane.

    b² = Σ (∂m/∂ξ)²

of all that moves a threshold's ⟨V⟩: the record, the part of it that is lost, and the lines. A threshold on the record
sees the record's noise alone.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from quspike.kernel.bridge import crossing
from quspike.kernel.pure_states import Displaced, inner, lower, square
from quspike.methods import secular
from quspike.methods.measured import spikes as gaussian
from quspike.methods.measured.state import membrane
from quspike.methods.measured_fock.state import Model
from quspike.methods.measured_fock.step import amplitude_of, learned
from quspike.methods.trajectories.measured_motion import Noise, State, described, line_noise, loss_rates, step
from quspike.methods.trajectories.start import thermal_amplitude


def spiking_step(
    model: Model, hamiltonian: Displaced | None, end: Any, y: State, piece: Any, noise: Noise, key: Array
) -> tuple[State, Array]:
    """The state at the step's end, or just after a spike within it, and that spike's time or nan."""
    begin, release, neuron = y.given.time, y.given.release, model.params["neuron"]
    free_from = jnp.clip(release, begin, end)
    held, free = free_from - begin, end - free_from
    share = free / (held + free)
    leaking = share if model.setup.reset == "zero" else 1.0
    after = step(model, hamiltonian, begin, end - begin, y, piece, noise, share, leaking)
    level = neuron["v_threshold"]
    low, high = (membrane(model.given, t, s.given) - level for t, s in ((begin, y), (end, after)))
    pull = gaussian.response(model.given, begin, y.given)
    fires, fraction = crossing(low, high, free * _variance(model, begin, y, piece, pull), noise.uniform, held > 0)
    fires = fires & (free > 0)
    when = jnp.maximum(begin + fraction * (end - begin), free_from)
    there = jax.tree.map(lambda a, b: a + fraction * (b - a), y, after)
    short = jnp.where(fraction > 0, -(low + fraction * (high - low)), 0.0)  # an excursion beyond the line
    there = learned(model, when, there, short / jnp.where(pull == 0, 1.0, pull))
    spent = reset(model, when, there, piece, key)
    spent = spent._replace(given=spent.given._replace(time=when, release=when + neuron["t_ref"]))
    after = after._replace(given=after.given._replace(time=end))
    return jax.tree.map(lambda a, b: jnp.where(fires, a, b), spent, after), jnp.where(fires, when, jnp.nan)


def _variance(model: Model, t, y: State, piece, pull) -> Array:
    """b², V²/s."""
    own: Array = pull**2 / model.given.information
    if model.given.watched:
        return own
    down, up = loss_rates(model, t, y, piece)
    lowered = lower(y.psi)

    def seen(normal: Array) -> Array:
        shift, size = line_noise(down, up, 1.0, normal)
        psi = y.psi + size * lowered
        mean = y.alpha + shift + inner(psi, lower(psi)) / square(psi)
        lab = mean * jnp.exp(-1j * model.given.omega * t)
        given = y.given._replace(voltage=2 * model.mode.v_zpf * lab.imag, flux=2 * model.mode.phi_zpf * lab.real)
        return membrane(model.given, t, given)

    lines = jax.grad(seen)(jnp.zeros((2, 2)))
    return own / model.params["measurement"]["efficiency"] + jnp.sum(lines**2)


def reset(model: Model, t: Any, y: State, piece: Any, key: Array) -> State:
    """Just after a spike: `zero` puts in a coherent state of a thermal mode, `subtract` displaces."""
    given = gaussian.reset(model.given, t, y.given)
    gate = secular.kinetic(model.setup, model.params, model.mode, t, 0.0 * y.alpha, piece)
    alpha, psi = amplitude_of(model, t, given) - gate, y.psi
    if model.setup.reset == "subtract":
        alpha = alpha - inner(psi, lower(psi)) / square(psi)
    else:
        alpha = alpha + thermal_amplitude(key, model.params["neuron"]["reset_occupation"])
        psi = jnp.zeros_like(psi).at[0].set(1.0)
    return described(model, t, State(given, alpha, psi), piece)
