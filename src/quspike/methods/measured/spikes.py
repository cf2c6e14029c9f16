"""Spikes of a trajectory: where a noisy membrane crosses its threshold within a step, and what a reset leaves.

    b = ∂m/∂y · 1/√(8kη)

the membrane's noise, with which `kernel/bridge.py` says whether it crossed; so first-passage times converge at first
order. What happens in the step after a crossing is drawn anew from there: each trajectory keeps a time of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from quspike.constants import hbar
from quspike.kernel.bridge import crossing
from quspike.methods import secular
from quspike.methods.measured.memories import move
from quspike.methods.measured.numbers import Model
from quspike.methods.measured.record import learn, remember
from quspike.methods.measured.state import State, membrane, size
from quspike.methods.measured.step import step


class Noise(NamedTuple):
    """Standard normal numbers of the free part of a step and of the held one, and a uniform number."""

    free: Array
    held: Array
    uniform: Array


def drawn(model: Any, spiking: bool, step: Callable, spiking_step: Callable) -> Callable:
    """One step of a trajectory from t0 to t1, its noise drawn: the state, and the time of a spike within it or nan."""

    def advance(key, t0, t1, y, piece):
        if not spiking:
            return step(model, t0, t1 - t0, y, piece, jax.random.normal(key)), jnp.nan
        first, second = jax.random.split(key)
        normals = jax.random.normal(first, (2,))
        return spiking_step(model, t1, y, piece, Noise(normals[0], normals[1], jax.random.uniform(second)))

    return advance


def spiking_step(model: Model, end: Any, y: State, piece: Any, noise: Noise) -> tuple[State, Array]:
    """The state at the step's end, or just after a spike within it, and that spike's time or nan."""
    begin, release = y.time, y.release
    free_from = jnp.clip(release, begin, end)
    held, free = free_from - begin, end - free_from
    if model.clamps:
        before = clamped(model, begin, held, y, noise.held)
        after = step(model, free_from, free, before, piece, noise.free)
        origin = free_from
    else:
        share = free / (held + free)
        leaking = share if model.setup.reset == "zero" else 1.0
        before, origin = y, begin
        after = step(model, begin, end - begin, y, piece, noise.free, share, leaking)
    level, t_ref = model.params["neuron"]["v_threshold"], model.params["neuron"]["t_ref"]
    low, high = membrane(model, origin, before) - level, membrane(model, end, after) - level
    pull = response(model, origin, before)
    fires, fraction = crossing(low, high, pull**2 * free / model.information, noise.uniform, held > 0)
    fires = fires & (free > 0)
    when = jnp.maximum(origin + fraction * (end - origin), free_from)
    there = jax.tree.map(lambda a, b: a + fraction * (b - a), before, after)
    short = jnp.where(fraction > 0, -(low + fraction * (high - low)), 0.0)  # an excursion beyond the line
    missed = short / jnp.where(pull == 0, 1.0, pull)
    there = learn(model, when, there, missed, missed)
    spent = reset(model, when, there)._replace(time=when, release=when + t_ref)
    y = jax.tree.map(lambda a, b: jnp.where(fires, a, b), spent, after._replace(time=end))
    return y, jnp.where(fires, when, jnp.nan)


def response(model: Model, t: Any, y: State) -> Array:
    """∂m/∂y: what the membrane learns from a surprising record of 1 V s."""
    zero = jnp.zeros(())
    _, slope = jax.jvp(lambda nu: membrane(model, t, learn(model, t, y, nu, nu)), (zero,), (zero + 1.0,))
    return slope


def clamped(model: Model, t: Any, h: Any, y: State, normal: Any) -> State:
    """A node held at v_reset for a time h: the record shows that, and memories go on; φ gains v_reset·h."""
    level = model.params["neuron"]["v_reset"]
    fade, watch = jnp.exp(-model.memory_rate * h / 2), jnp.exp(-model.spike_rate * h / 2)

    def faded(y: State) -> State:
        return y._replace(
            plain=None if y.plain is None else fade * y.plain, seen=None if y.seen is None else watch * y.seen
        )

    record = level * h + normal * jnp.sqrt(h / model.information)
    y = move(model, t, h / 2, faded(y), ())
    y = faded(remember(model, t, y, record))
    y = move(model, t + h / 2, h / 2, y, ())
    return y._replace(flux=y.flux + level * h, phi_phi=y.phi_phi + model.heating * h)


def reset(model: Model, t: Any, y: State) -> State:
    """The state just after a spike. The record that a threshold sees is reset with it, to v_reset or by the jump."""
    return _reset_baseband(model, y) if model.mode is None else _reset_resonator(model, t, y)


def _reset_baseband(model: Model, y: State) -> State:
    neuron = model.params["neuron"]
    if model.setup.reset == "subtract":
        jump = neuron["v_threshold"] - neuron["v_reset"]
        return y._replace(voltage=y.voltage - jump, seen=None if y.seen is None else y.seen - jump)
    std = neuron["reset_std"]
    return y._replace(
        voltage=neuron["v_reset"] + 0.0 * y.voltage,
        seen=None if y.seen is None else neuron["v_reset"] + 0.0 * y.seen,
        v_v=std**2 + 0.0 * y.v_v,
        phi_v=0.0 * y.phi_v,
        phi_phi=y.phi_phi + (hbar / (2 * model.capacitance * std)) ** 2,
    )


def _reset_resonator(model: Model, t: Any, y: State) -> State:
    """`zero` swaps the mode with a thermal one at v_reset; `subtract` displaces it along the membrane's phase."""
    setup, neuron, mode = model.setup, model.params["neuron"], model.mode
    assert mode is not None
    turn = jnp.exp(1j * model.omega * t)
    alpha = (model.omega * y.flux + 1j * y.voltage) * turn / (2 * mode.v_zpf)
    seen = y.seen
    if seen is None:
        alpha = secular.reset_amplitude(setup, model.params, mode, alpha)
    else:
        along = jnp.exp(1j * setup.quadrature_phase)
        if setup.membrane_kind != "quadrature":
            along = (seen[0] + 1j * seen[1]) / size(seen)
        shown = seen[0] + 1j * seen[1]
        if setup.reset == "zero":
            alpha, shown = neuron["v_reset"] * along / (2 * mode.v_zpf), neuron["v_reset"] * along
        else:
            jump = (neuron["v_threshold"] - neuron["v_reset"]) * along
            alpha, shown = alpha - jump / (2 * mode.v_zpf), shown - jump
        seen = jnp.stack([shown.real, shown.imag])
    lab = 2 * mode.v_zpf * alpha / turn
    y = y._replace(flux=lab.real / model.omega, voltage=lab.imag, seen=seen)
    if setup.reset == "subtract":
        return y
    quanta = 2 * neuron["reset_occupation"] + 1
    return y._replace(
        v_v=mode.v_zpf**2 * quanta + 0.0 * y.v_v,
        phi_v=0.0 * y.phi_v,
        phi_phi=mode.phi_zpf**2 * quanta + 0.0 * y.phi_phi,
    )
