"""Clicks of a detector as jumps: of a rate that is known, and of a state that diffuses, against closed forms."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from quspike.kernel.clicking_diffusion import diffuse_and_click
from quspike.kernel.ensemble import ensemble_scan
from quspike.kernel.quantum_diffusion import Noise
from quspike.kernel.quantum_jumps import JumpModel, advance, begin
from quspike.precision import enable_x64

enable_x64()
RATE, T_REF, STAGES = 2.0, 0.3, 4
STRENGTH, LAMBDA = 2**0.5, 1.5  # of dX = −X dt + √2 dB, and of its clicks λX²


def trains(step, model, start, duration, dt, trajectories, capacity):
    nodes = jnp.linspace(0.0, duration, round(duration / dt) + 1)
    return jax.jit(
        lambda key: ensemble_scan(
            step, lambda t, c, piece: jnp.zeros(1), lambda key: begin(model, start(key), key, 1), nodes,
            jnp.zeros(len(nodes) - 1), key, trajectories, np.array([0]), capacity,
        )
    )(jax.random.key(3))  # fmt: skip


@pytest.mark.parametrize("stages", [0, pytest.param(STAGES, marks=pytest.mark.slow)])
def test_intervals_of_a_steady_rate_are_exponential_after_their_hold(stages):
    """Hold + Exp(1/r) within Kolmogorov and Smirnov, in steps of 1.5/r; hold t_ref, or Erlang's of the same mean.

    Catches: a click in the hold; the second click of a step lost, or at the step's end; holds of one stage's length.
    """
    hold = {"hold": lambda t_ref, key: t_ref / stages * jax.random.gamma(key, float(stages))} if stages else {}
    model = JumpModel(
        flow=lambda t, x, piece, free: 0.0 * x,
        rates=lambda t, x, piece, free: jnp.reshape(free * RATE, 1),
        jump=lambda t, x, piece, free, kind, key: x,
        error=lambda e, x: jnp.abs(e), clicks=True, **hold,
    )  # fmt: skip

    def step(key, t0, t1, course, piece):
        return advance(model, t0, t1, course, piece, None, T_REF)

    run = trains(step, model, lambda key: jnp.ones(()), 30.0, 0.75, 300, 80)
    times = np.asarray(run.spike_time)
    assert int(np.sum(run.final.late)) < 1e-3 * np.sum(run.spikes)
    gaps = np.diff(times[:, :16], axis=1).ravel()  # a number of intervals that no trajectory falls short of
    assert np.all(np.isfinite(gaps))
    rest = stats.gamma(STAGES, scale=T_REF / STAGES).rvs(200_000, random_state=1) if stages else T_REF
    drawn = rest + stats.expon(scale=1 / RATE).rvs(200_000, random_state=2)
    assert stats.ks_2samp(gaps, drawn).pvalue > 1e-4
    assert gaps.min() > (0.0 if stages else T_REF * (1 - 1e-9))


def clicking_walk(back):
    """An Ornstein–Uhlenbeck process that clicks at λX²; its state also sums X² over clicks."""
    model = JumpModel(
        flow=lambda t, y, piece, free: (-y[0], 0.0 * y[1]),
        rates=lambda t, y, piece, free: jnp.reshape(LAMBDA * y[0] ** 2, 1),
        jump=lambda t, y, piece, free, kind, key: (back * y[0], y[1] + y[0] ** 2),
        error=lambda e, y: jnp.abs(e[0]),
        clicks=True,
    )
    noise = Noise(
        shape=(1,),
        kick=lambda t, y, piece, free, h, normal: (y[0] + STRENGTH * jnp.sqrt(h) * normal[0], y[1]),
        response=lambda t, y, piece, free: jnp.zeros(1),
        keeps=True,
    )
    return model, lambda key, t0, t1, c, piece: diffuse_and_click(model, noise, key, t0, t1, c, piece, 0.0)


@pytest.mark.slow
def test_clicks_of_a_walk_that_is_put_back_have_the_killed_one_s_survival():
    """S(t) = e^{t/2}(cosh γt + sinh γt/γ)^{−1/2}, γ² = 1 + 4λ, from X = 0, in steps of a tenth of a leak time.

    Catches: half the noise; clicks at the ends of steps; a try that is drawn anew, which errs at first order.
    """
    model, step = clicking_walk(0.0)
    run = trains(step, model, lambda key: (jnp.zeros(()), jnp.zeros(())), 16.0, 0.1, 2500, 60)
    gamma = (1 + 4 * LAMBDA) ** 0.5

    def cumulative(t):
        return 1 - np.exp(t / 2) / np.sqrt(np.cosh(gamma * t) + np.sinh(gamma * t) / gamma)

    gaps = np.diff(np.asarray(run.spike_time)[:, :3], axis=1, prepend=0.0).ravel()
    gaps = gaps[np.isfinite(gaps)]
    assert len(gaps) > 7490
    assert stats.kstest(gaps, cumulative).pvalue > 1e-4
    assert stats.kstest(gaps, lambda t: cumulative(1.05 * t)).pvalue < 1e-2


@pytest.mark.slow
def test_a_click_sees_the_walk_where_it_is():
    """A walk that clicks leave alone has λ⟨X²⟩ = λ of them in a leak time, and ΣX² over them is 3λ, from ⟨X⁴⟩.

    Catches: noise of another variance before a click than before none.
    """
    model, step = clicking_walk(1.0)
    run = trains(step, model, lambda key: (jax.random.normal(key), jnp.zeros(())), 8.0, 0.1, 2000, 1)
    for values, exact in ((np.asarray(run.final.jumps[:, 0]), 1.0), (np.asarray(run.final.y[1]), 3.0)):
        assert abs(values.mean() - exact * LAMBDA * 8.0) < 4 * values.std() / 2000**0.5
