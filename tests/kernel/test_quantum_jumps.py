"""The kernel of jumps against what a decaying number state and closed-form hazards say."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from quspike.kernel.ensemble import ensemble_scan
from quspike.kernel.pure_states import lower, square
from quspike.kernel.quantum_jumps import JumpModel, advance, begin
from quspike.precision import enable_x64

enable_x64()
LEVELS, QUANTA, KAPPA, OMEGA, KERR = 5, 3, 0.7, 2.0, 0.4
NUMBER = np.arange(LEVELS)


def leak(t):
    """κ(t)."""
    return KAPPA * (1 + 0.8 * jnp.sin(3 * t))


def leaked(t):
    """∫κ dt from 0."""
    return KAPPA * (t + 0.8 / 3 * (1 - np.cos(3 * t)))


def decaying():
    """A number state that leaks at κ(t), the times of its jumps kept; it turns and is Kerr, which no jump may feel."""
    energies = OMEGA * NUMBER + 0.5 * KERR * NUMBER * (NUMBER - 1)
    return JumpModel(
        flow=lambda t, y, piece, free: (-(1j * energies + 0.5 * leak(t) * NUMBER) * y[0], jnp.zeros(QUANTA)),
        rates=lambda t, y, piece, free: jnp.reshape(leak(t) * square(lower(y[0])) / square(y[0]), (1,)),
        jump=lambda t, y, piece, free, kind, key: (lower(y[0]), y[1].at[QUANTA - jnp.argmax(jnp.abs(y[0]))].set(t)),
        error=lambda e, y: jnp.max(jnp.abs(e[0])),
        settle=lambda y: (y[0] / jnp.sqrt(square(y[0])), y[1]),
    )


def clicks(dt, duration=30.0, trajectories=2000, **split):
    """Times of the clicks (B, QUANTA), how many there were (B,), and whether a step was crowded."""
    model = decaying()
    nodes = jnp.linspace(0, duration, round(duration / dt) + 1)
    start = jnp.zeros(LEVELS, complex).at[QUANTA].set(1.0), jnp.full(QUANTA, jnp.nan)
    run = ensemble_scan(
        lambda key, t0, t1, c, piece: advance(model, t0, t1, c, piece),
        lambda t, c, piece: jnp.zeros(1),
        lambda key: begin(model, start, key, 1),
        nodes, jnp.zeros(len(nodes) - 1), jax.random.key(1), trajectories, np.array([len(nodes) - 1]), 1, **split,
    )  # fmt: skip
    return np.asarray(run.final.y[1]), np.asarray(run.final.jumps[:, 0]), float(jnp.max(run.final.crowded))


@pytest.fixture(scope="module")
def coarse():
    """Steps in which the first quantum leaves with probability 0.3, and often more than one."""
    return clicks(0.15)


def test_a_number_state_clicks_once_for_each_quantum(coarse):
    """n clicks, no more and no fewer. Catches: a jump that is lost where two share a step."""
    times, counts, crowded = coarse
    assert np.all(counts == QUANTA)
    assert crowded == 0
    assert np.all(np.diff(times, axis=1) > 0)


def test_waiting_times_are_exponential_in_the_leak(coarse):
    """∫κ dt over interval k is Exp(n), n = 3, 2, 1, and they are independent. Catches: κ twice as large; a clock that
    goes on from the step's end and not from the jump."""
    waits = np.diff(leaked(coarse[0]), axis=1, prepend=0.0)
    for k, n in enumerate(range(QUANTA, 0, -1)):
        assert stats.kstest(waits[:, k], "expon", args=(0, 1 / n)).pvalue > 1e-4
    assert np.abs(np.corrcoef(waits.T) - np.eye(QUANTA)).max() < 4 / np.sqrt(len(waits))


@pytest.mark.slow
def test_the_same_trajectory_returns_on_a_finer_grid(coarse):
    """Click by click, with the fourth power of the step. Catches: draws that depend on the step's number."""
    few = 50
    exact = clicks(0.15 / 8, trajectories=few)[0]
    errors = [np.abs(times[:few] - exact).max() for times in (coarse[0], clicks(0.15 / 2, trajectories=few)[0])]
    assert errors[0] < 1e-3
    assert errors[1] < errors[0] / 10


@pytest.mark.slow
def test_a_part_of_an_ensemble_is_the_whole_one_s(coarse):
    """Trajectory 3 is the same among 4, in batches of two, and first of a part. Catches: noise that batches share."""
    for split in ({"trajectories": 4}, {"trajectories": 4, "batch": 2}):
        assert np.array_equal(clicks(0.15, **split)[0], coarse[0][:4])
    assert np.array_equal(clicks(0.15, trajectories=2, first=3)[0], coarse[0][3:5])


def test_a_jump_across_the_threshold_is_a_spike_at_the_jump():
    """A membrane that counts clicks passes 1.5 at the second one, and a hold keeps the third from counting again.

    Catches: a spike at the end of the step; a crossing that only a smooth rise can make.
    """
    model = replace(
        decaying(),
        membrane=lambda t, y, piece: QUANTA - jnp.sum(NUMBER * jnp.abs(y[0]) ** 2) / square(y[0]),
        reset=lambda t, y, piece, key: y,
    )
    nodes = jnp.linspace(0, 20, 134)
    start = jnp.zeros(LEVELS, complex).at[QUANTA].set(1.0), jnp.full(QUANTA, jnp.nan)
    run = ensemble_scan(
        lambda key, t0, t1, c, piece: advance(model, t0, t1, c, piece, 1.5, 100.0),
        lambda t, c, piece: jnp.zeros(1), lambda key: begin(model, start, key, 1),
        nodes, jnp.zeros(len(nodes) - 1), jax.random.key(2), 40, np.array([len(nodes) - 1]), 2,
    )  # fmt: skip
    assert np.all(run.spikes == 1)
    np.testing.assert_array_equal(run.spike_time[:, 0], run.final.y[1][:, 1])
