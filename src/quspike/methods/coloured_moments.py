"""Moments with the line's own memory and quantum noise: `bath=drude`, exact for any W(t), with or without an inductor.

means       dq/dt = I − Σ √W_e u_e − φ/L,   du_e/dt = ω_c (√W_e V − u_e),   I_M,e = √W_e u_e
covariance  of (φ, V, I_0) under Drude–Padé noise (`quspike.baths.coloured`), given W(t) from the means

u_e = √Z0 I_0 is the current of the reference line behind the coupling λ = √(Z0W). Since a linear circuit's covariance
does not act on its means, it is propagated after them, on a coarser grid of its own with the spikes as nodes: its
exponential steps do not mind how fast the line is.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from quspike.baths.coloured import (
    ColouredBath,
    coloured_bath,
    fluctuations,
    prepared_state,
    replace_charge,
    stationary_state,
)
from quspike.baths.coloured_step import Propagator, propagate, varying_propagator
from quspike.constants import hbar
from quspike.errors import NotAvailable
from quspike.kernel.spiking_scan import SpikingModel, Track
from quspike.methods import lab_frame
from quspike.methods.classical import error_norm, read_means, start_means
from quspike.methods.covariance import covariance_of
from quspike.methods.method import Machine, Params, Setup, initial_memories
from quspike.quantize.numbers.zero_point import resonator_mode

SHORTEST = 1e-9  # of the line's own time: unused spike slots leave steps of no length, whose propagator would be 0/0


def build(setup: Setup, params: Params) -> Machine:
    """y = [q, φ, x …, u …]; records [V, φ, membrane, x …, W …, I_M …, ΣW]."""
    numbers = lab_frame.circuit_numbers(setup, params)
    count = len(setup.one.memristors)
    means = 2 + count
    means_error = error_norm(setup, params, numbers)
    cutoffs = [params["elements"][d.name]["cutoff"] for d in setup.one.dissipators]

    def line(t, y, piece, free):
        v = lab_frame.clamped_voltage(setup, params, numbers, t, y, piece, free)
        w = jnp.stack(lab_frame.conductances(setup, params, v, lab_frame.memory_states(setup, y)))
        return v, w, jnp.sqrt(w) * y[means:]

    def flow(t, y, piece, free):
        v, w, currents = line(t, y, piece, free)
        rates, _ = lab_frame.mean_flow(setup, params, numbers, t, y, piece, free, jnp.sum(currents))
        return jnp.stack([*rates, *(jnp.stack(cutoffs) * (jnp.sqrt(w) * v - y[means:]))])

    def observe(t, y, piece, free):
        v, w, currents = line(t, y, piece, free)
        chosen = [i for i, d in enumerate(setup.one.dissipators) if d.law is not None]
        x = lab_frame.memory_states(setup, y)
        seen = lab_frame.shown_membrane(setup, params, numbers, t, y, piece, free)
        return jnp.stack([v, y[1], seen, *x, *(w[i] for i in chosen), *(currents[i] for i in chosen), jnp.sum(w)])

    model = SpikingModel(
        flow=flow,
        membrane=lambda t, y, piece: lab_frame.membrane_value(setup, params, numbers, t, y, piece),
        reset=lambda t, y, piece: lab_frame.reset_means(setup, params, numbers, t, y, piece),
        release=lambda t, y, piece: lab_frame.release_means(setup, params, numbers, t, y, piece),
        observe=observe,
        error=lambda e, y: means_error(e[:means], y[:means]),
    )
    silent = [jnp.zeros(()) for _ in setup.one.dissipators]
    start = jnp.stack([*start_means(setup, params, numbers), *initial_memories(setup, params), *silent])
    return Machine(
        model,
        start,
        lambda records: _read(records, count),
        lambda track, nodes, spikes: _spread(setup, params, numbers, track, nodes, spikes),
    )


def refuse_mixed_lines(setup: Setup, params: Params) -> None:
    """One reference line: every dissipator must be `drude`, with the same cutoff and temperature."""
    baths = setup.baths or {}
    chosen = setup.one.dissipators
    first = params["elements"][chosen[0].name]
    for d in chosen:
        p = params["elements"][d.name]
        if (
            baths.get(d.name) != "drude"
            or float(p["cutoff"]) != float(first["cutoff"])
            or float(p["T"]) != float(first["T"])
        ):
            raise NotAvailable(
                f"{d.name} bath",
                baths.get(d.name, "markov"),
                "must be drude with one cutoff and T on every dissipator so far",
            )


def membrane_bath(setup: Setup, params: Params, numbers: lab_frame.Circuit) -> ColouredBath:
    """The reference line of these elements, with the setup's number of poles."""
    first = params["elements"][setup.one.dissipators[0].name]
    inductance = {"inductance": 1 / numbers.inverse_inductance} if setup.resonator else {}
    return coloured_bath(numbers.capacitance, first["cutoff"], first["T"], setup.poles, **inductance)


class _Interval(NamedTuple):
    """One step of the covariance, and what happens at its start."""

    step: Propagator
    fires: Array
    releases: Array


def _spread(
    setup: Setup, params: Params, numbers: lab_frame.Circuit, track: Track, nodes: Array, spikes: Array
) -> dict:
    """Covariance at the save times, given the conductance that the means left and the times at which they fired."""
    assert setup.noise_grid is not None
    bath = membrane_bath(setup, params, numbers)
    end = nodes[-1]
    coarse = jnp.asarray(setup.noise_grid)
    if not setup.spiking:
        spikes = jnp.zeros(0)
    fired = jnp.where(jnp.isfinite(spikes), spikes, 2 * end)
    released = fired + (params["neuron"]["t_ref"] if setup.spiking else 0.0)
    events = [jnp.minimum(fired, end), jnp.minimum(released, end)]
    times = jnp.sort(jnp.concatenate([coarse, *events])) if setup.spiking else coarse
    intervals = _intervals(setup, bath, times, jnp.interp(times, nodes, track.records[:, -1]), fired, released)
    start = _initial(setup, params, numbers, bath, track.records[0, -1])

    def body(state, step: _Interval):
        state = _events(setup, params, numbers, bath, state, step)
        state = propagate(state, step.step)
        return state, jnp.stack(fluctuations(state, bath))

    _, found = jax.lax.scan(body, start, intervals)
    found = jnp.concatenate([jnp.stack(fluctuations(start, bath))[None], found])
    index = jnp.searchsorted(times, coarse[setup.noise_save_index], side="right") - 1
    phi_phi, phi_v, v_v = jnp.split(found[index], 3, axis=1)
    named = covariance_of(phi_phi, numbers.capacitance * phi_v, numbers.capacitance**2 * v_v)
    return named | {"voltage_std": jnp.sqrt(jnp.maximum(v_v, 0.0))}


def _intervals(setup: Setup, bath: ColouredBath, times, conductance, fired, released) -> _Interval:
    middle = 0.5 * (times[:-1] + times[1:])
    spikes = jnp.searchsorted(fired, middle, side="right") if setup.spiking else jnp.zeros_like(middle, dtype=int)
    releases = jnp.searchsorted(released, middle, side="right") if setup.spiking else jnp.zeros_like(middle, dtype=int)
    zero = setup.reset == "zero"
    held = (spikes > releases) & zero

    def step(w_start, w_end, length, clamped):
        return varying_propagator(w_start, w_end, jnp.maximum(length, SHORTEST / bath.cutoff), bath, clamped=clamped)

    steps = jax.vmap(step)(conductance[:-1], conductance[1:], jnp.diff(times), held)
    fires, ends = ((jnp.diff(count, prepend=0) > 0) & zero for count in (spikes, releases))
    return _Interval(steps, fires, ends)


def _events(setup: Setup, params: Params, numbers: lab_frame.Circuit, bath: ColouredBath, state, step: _Interval):
    """A spike replaces the charge (a resonator: the whole mode); the end of its hold adds the channel's flux noise."""
    if not setup.spiking:
        return state
    neuron = params["neuron"]
    if setup.resonator:
        fresh = _thermal_mode(setup, params, bath, neuron["reset_occupation"])
        return jnp.where(step.fires, fresh, state)
    variance = neuron["reset_std"] ** 2
    kick = (hbar / (2 * numbers.capacitance * neuron["reset_std"])) ** 2
    state = jnp.where(step.fires, replace_charge(state, variance, bath), state)
    return jnp.where(step.releases, replace_charge(state, variance, bath, kick), state)


def _thermal_mode(setup: Setup, params: Params, bath: ColouredBath, occupation):
    mode = resonator_mode(setup.one, params["elements"])
    width = 2 * occupation + 1
    return prepared_state(mode.phi_zpf**2 * width, jnp.zeros(()), mode.v_zpf**2 * width, bath)


def _initial(setup: Setup, params: Params, numbers: lab_frame.Circuit, bath: ColouredBath, conductance):
    """`thermal`: in equilibrium with the line; `vacuum`: the mode's own, not yet correlated with it."""
    if setup.initial_state == "thermal":
        state = stationary_state(conductance, bath)
        if setup.resonator:
            return state
        least = (hbar / (2 * numbers.capacitance)) ** 2 / fluctuations(state, bath).voltage_variance
        return state.at[0, 0].set(least / bath.flux**2)
    return _thermal_mode(setup, params, bath, jnp.zeros(()))


def _read(records: Array, count: int) -> dict[str, Array]:
    named = read_means(records[:, : 3 + 2 * count], count)
    return named | {"memristor_current": records[:, 3 + 2 * count : 3 + 3 * count]}
