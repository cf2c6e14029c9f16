"""The kernel against closed forms: spike times of a leaky integrator, order of convergence, holds, derivatives."""

from dataclasses import replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import brentq

from quspike.kernel.grid import plan_grid, save_times
from quspike.kernel.spiking_scan import SpikingModel, spiking_scan

TAU, DRIVE, THRESHOLD = 1.0, 2.0, 1.0


def leaky(drive=lambda t: DRIVE):
    """dV/dt = drive(t) − V/τ, reset to 0, clamped in the hold; a second component counts ∫V dt."""

    def flow(t, y, piece, free):
        return jnp.stack([free * (drive(t) - y[0] / TAU), y[0]])

    return SpikingModel(
        flow=flow,
        membrane=lambda t, y, piece: y[0],
        reset=lambda t, y, piece: y.at[0].set(0.0),
        release=lambda t, y, piece: y,
        observe=lambda t, y, piece, free: jnp.append(y, free),
        error=lambda e, y: jnp.max(jnp.abs(e)),
    )


def run(model, dt, t_ref, duration=10.0, threshold=THRESHOLD):
    plan = plan_grid(save_times(duration, duration / 10), np.zeros(0), dt)
    nodes = plan.nodes(np.zeros(0))
    pieces = jnp.zeros((plan.steps, 0))
    return spiking_scan(model, jnp.zeros(2), nodes, pieces, jnp.asarray(threshold), jnp.asarray(t_ref), None)


def spikes(track):
    times = np.asarray(track.spike_time)
    return times[np.isfinite(times)]


@pytest.mark.parametrize("t_ref", [0.0, 0.05, 0.3])
def test_intervals_of_a_leaky_integrator_obey_the_closed_f_i_curve(t_ref):
    """1/f = t_ref + τ ln(Rτ…): Catches a refractory time rounded to the grid, or counted one step too long."""
    times = spikes(run(leaky(), 0.05, t_ref))
    period = t_ref + TAU * np.log(DRIVE * TAU / (DRIVE * TAU - THRESHOLD))
    expected = np.arange(1, len(times) + 1) * period - t_ref
    assert len(times) == int((10.0 + t_ref) / period)
    np.testing.assert_allclose(times, expected, rtol=0, atol=2e-9)


def test_a_neuron_far_above_threshold_when_its_hold_ends_fires_then():
    """A strong drive through a `subtract` hold: spikes are t_ref apart. Catches: Newton from far above the root."""
    model = leaky(lambda t: 20.0)
    held = replace(model, flow=lambda t, y, piece, free: jnp.stack([20.0 - y[0] / TAU, y[0]]),
                   reset=lambda t, y, piece: y.at[0].add(-THRESHOLD))  # fmt: skip
    times = spikes(run(held, 0.01, 0.2, duration=1.0))
    np.testing.assert_allclose(np.diff(times), 0.2, rtol=0, atol=1e-9)


def test_spike_times_converge_at_fifth_order():
    """Catches a crossing taken from the interpolant alone (order 4), or rounded to the grid (order 1)."""
    model = leaky(lambda t: 2.0 + jnp.sin(3.0 * t))
    errors = []
    reference = spikes(run(model, 10.0 / 4096, 0.2))
    for steps in (64, 128):
        found = spikes(run(model, 10.0 / steps, 0.2))
        errors.append(np.max(np.abs(found - reference)))
    assert len(found) == len(reference)
    assert np.log2(errors[0] / errors[1]) > 4.5


def test_first_crossing_solves_the_driven_integral():
    """V(t) = ∫e^{−(t−s)}(2 + sin 3s)ds in closed form reaches 1: an independent root."""

    def closed(t):
        return 2 * (1 - np.exp(-t)) + (np.sin(3 * t) - 3 * np.cos(3 * t) + 3 * np.exp(-t)) / 10

    expected = brentq(lambda t: closed(t) - 1.0, 0, 2, xtol=1e-14)
    found = spikes(run(leaky(lambda t: 2.0 + jnp.sin(3.0 * t)), 0.01, 0.2))
    assert found[0] == pytest.approx(expected, abs=1e-11)


def test_a_peak_between_two_nodes_is_not_missed():
    """The membrane grazes the threshold inside one step and is below it at both ends."""

    def pulse(t):
        return jnp.where(jnp.abs(t - 1.0) < 10.0, -2.0 * 40.0 * (t - 1.0), 0.0) + (1.1 - 40.0 * (t - 1.0) ** 2) / TAU

    model = leaky(pulse)
    plan = plan_grid(np.array([0.95, 1.07]) - 0.95, np.zeros(0), 1.0)
    nodes = plan.nodes(np.zeros(0)) + 0.95
    start = jnp.array([1.1 - 40.0 * 0.05**2, 0.0]) - jnp.array([0.05, 0.0])
    track = spiking_scan(model, start, nodes, jnp.zeros((plan.steps, 0)), jnp.asarray(1.0), jnp.asarray(9.0), None)
    assert start[0] < 1.0
    assert len(spikes(track)) == 1


def test_hold_clamps_and_the_memory_goes_on():
    """During t_ref V is 0 and ∫V stands still; `held` is seen by observe. Catches a hold that lets the drive in."""
    track = run(leaky(), 0.05, 0.5, duration=1.0)
    (first,) = spikes(track)
    records = np.asarray(track.records)
    nodes = np.linspace(0, 1.0, len(records))
    inside = (nodes > first) & (nodes < first + 0.5)
    assert inside.sum() > 3
    assert np.all(records[inside, 0] == 0.0)
    assert np.all(records[inside, 2] == 0.0)
    assert np.ptp(records[inside, 1]) == 0.0


def test_derivative_of_the_last_spike_time_is_exact():
    """d t_n/dI of the f–I closed form, by reverse-mode differentiation through ten spikes and their holds."""

    def last(current):
        model = leaky(lambda t: current)
        track = run(model, 0.05, 0.3)
        return jnp.max(jnp.where(jnp.isfinite(track.spike_time), track.spike_time, 0.0)), jnp.sum(
            jnp.isfinite(track.spike_time)
        )

    (_, count), slope = jax.value_and_grad(last, has_aux=True)(DRIVE)
    expected = int(count) * TAU * (1 / DRIVE - 1 / (DRIVE - THRESHOLD))
    assert slope == pytest.approx(expected, rel=1e-7)


def test_two_spikes_in_one_step_are_reported_not_merged():
    """A drive so strong that a step holds several spikes sets the crowded flag. Catches silent loss of spikes."""
    track = run(leaky(lambda t: 100.0), 0.5, 0.0)
    assert track.crowded == 1.0
    assert run(leaky(), 0.05, 0.0).crowded == 0.0


def test_batches_agree_with_single_runs():
    """vmap turns the event branch into a select; the numbers must not notice."""

    def times(current):
        return run(leaky(lambda t: current), 0.1, 0.2).spike_time

    batch = jax.vmap(times)(jnp.array([1.5, 2.0, 3.0]))
    single = jnp.stack([times(c) for c in (1.5, 2.0, 3.0)])
    np.testing.assert_allclose(batch, single, rtol=1e-13)


def test_grid_has_every_breakpoint_and_save_time_as_a_node():
    """A jump inside a step would cost the order; a coinciding break keeps its derivative."""
    plan = plan_grid(save_times(1.0, 0.1), np.array([0.25, 0.3, 5.0]), 0.04)
    nodes = np.asarray(plan.nodes(np.array([0.25, 0.3, 5.0])))
    np.testing.assert_allclose(nodes[plan.save_index], np.arange(11) * 0.1, atol=1e-15)
    assert np.min(np.abs(nodes - 0.25)) == 0.0
    assert np.all(np.diff(nodes) > 0)
    assert np.max(np.diff(nodes)) <= 0.04 * (1 + 1e-9)
    moved = jax.jacfwd(partial(plan.nodes))(jnp.array([0.25, 0.3, 5.0]))
    assert moved[plan.save_index[3], 1] == 1.0


def test_the_error_of_a_step_with_an_event_counts():
    """A drive that no step resolves crosses the threshold in every one of them. Catches an error estimate of zero."""
    assert float(run(leaky(lambda t: 1e200), 0.05, 0.3).error) > 1
    assert not np.isfinite(float(run(leaky(lambda t: 1e308 * 10), 0.05, 0.3).error))
