"""Several neurons in one scan: each keeps its own time, events that share a step are taken in their order."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from quspike.kernel.grid import plan_grid, save_times
from quspike.kernel.spiking_scan import SpikingModel, spiking_scan

DRIVE = np.array([2.0, 3.0, 2.5])


def integrators(coupling=0.0, count=3):
    """dV_k/dt = I_k − V_k, held at 0 after a spike, which kicks the others down by `coupling`."""
    drive = jnp.asarray(DRIVE[:count])

    def flow(t, y, piece, free):
        return free * (drive - y)

    def reset(t, y, piece, fires):
        others = jnp.where(fires, y, y - coupling)
        return jnp.where(fires, 0.0, others) if coupling else jnp.where(fires, 0.0, y)

    return SpikingModel(
        flow=flow,
        membrane=lambda t, y, piece: y,
        reset=reset,
        release=lambda t, y, piece, released: jnp.where(released, 0.0, y),
        observe=lambda t, y, piece, free: jnp.concatenate([y, free]),
        error=lambda e, y: jnp.max(jnp.abs(e)),
    )


def run(model, dt, holds, levels=1.0, count=3, duration=8.0):
    plan = plan_grid(save_times(duration, duration / 8), np.zeros(0), dt)
    nodes = plan.nodes(np.zeros(0))
    thresholds = jnp.broadcast_to(jnp.asarray(levels), (count,))
    pieces = jnp.zeros((plan.steps, 0))
    return spiking_scan(model, jnp.zeros(count), nodes, pieces, thresholds, jnp.asarray(holds), None)


def trains(track):
    times = np.asarray(track.spike_time)
    return [column[np.isfinite(column)] for column in times.T]


@pytest.mark.parametrize("dt", [0.01, 0.2])
def test_uncoupled_neurons_each_obey_their_own_f_i_curve(dt):
    """Large steps hold events of all three. Catches a hold that one neuron's spike restarts for another."""
    holds = np.array([0.31, 0.05, 0.47])
    track = run(integrators(), dt, holds)
    assert float(track.crowded) == 0
    for train, current, hold in zip(trains(track), DRIVE, holds, strict=True):
        period = hold + np.log(current / (current - 1))
        expected = np.arange(1, len(train) + 1) * period - hold
        assert len(train) == int((8.0 + hold) / period)
        np.testing.assert_allclose(train, expected, rtol=0, atol=2e-6 if dt > 0.1 else 1e-10)


def test_equal_neurons_fire_together():
    """Catches a tie of which one spike is lost or put off to the next step."""
    model = integrators()
    both = SpikingModel(**{**vars(model), "flow": lambda t, y, piece, free: free * (2.0 - y)})
    first, second, third = trains(run(both, 0.05, np.full(3, 0.2)))
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(first, third)
    assert len(first) > 5


def by_events(coupling, holds, duration):
    """The same network, event by event with scipy at 1e-12."""
    t, v, ends, spikes = 0.0, np.zeros(3), np.zeros(3), [[], [], []]
    while t < duration - 1e-12:
        held = ends > t + 1e-12
        stop = min([duration, *ends[held]])
        crossings = [(lambda t, y, k=k: y[k] - 1.0) for k in range(3) if not held[k]]
        for event in crossings:
            event.terminal, event.direction = True, 1.0
        found = solve_ivp(
            lambda t, y, h=held: np.where(h, 0.0, DRIVE - y), (t, stop), v, "DOP853", events=crossings or None,
            rtol=1e-12, atol=1e-13,
        )  # fmt: skip
        t, v = found.t[-1], found.y[:, -1].copy()
        free = [k for k in range(3) if not held[k]]
        fired = [k for k, at in zip(free, found.t_events or [], strict=False) if len(at)]
        for k in fired:
            spikes[k].append(t)
            v = np.where(np.arange(3) == k, 0.0, v - coupling)
            ends[k] = t + holds[k]
        v[(ends <= t + 1e-12) & held] = 0.0
    return [np.array(train) for train in spikes]


def test_spikes_that_kick_their_neighbours_agree_with_an_event_driven_solution():
    """Catches a kick that comes a step late, or that a neighbour's crossing in the same step does not feel."""
    holds = np.array([0.11, 0.23, 0.17])
    expected = by_events(0.15, holds, 8.0)
    found = trains(run(integrators(0.15), 0.02, holds))
    for one, other in zip(found, expected, strict=True):
        assert len(one) == len(other) > 5
        np.testing.assert_allclose(one, other, rtol=0, atol=3e-9)


def test_coupled_spike_times_converge_at_fifth_order():
    """Catches a segment that is integrated to the interpolant's root, and not to the membrane's."""
    holds, model = np.array([0.11, 0.23, 0.17]), integrators(0.15)
    reference = by_events(0.15, holds, 8.0)
    errors = []
    for steps in (40, 80):
        found = trains(run(model, 8.0 / steps, holds))
        errors.append(max(np.max(np.abs(a - b)) for a, b in zip(found, reference, strict=True)))
    assert np.log2(errors[0] / errors[1]) > 4.3


def test_a_derivative_passes_through_a_neighbours_spike():
    """d(last spike of neuron 0)/d(kick), which acts through the others alone, against finite differences."""
    holds = np.array([0.11, 0.23, 0.17])

    def last(kick):
        return jnp.nanmax(run(integrators(kick), 0.02, holds).spike_time[:, 0])

    slope, step = float(jax.grad(last)(0.15)), 1e-5
    numeric = float(last(0.15 + step) - last(0.15 - step)) / (2 * step)
    assert abs(slope) > 0.1
    assert slope == pytest.approx(numeric, rel=1e-6)
