"""First passages of a diffusing state against those of an Ornstein–Uhlenbeck process."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import erfcx

from quspike.kernel.ensemble import ensemble_scan
from quspike.kernel.quantum_diffusion import Noise, diffuse
from quspike.kernel.quantum_jumps import JumpModel, begin

LEVEL, HOLD, BACK = 1.5, 0.1, 0.75  # in standard deviations, and in leak times
STEP, SKIP, DURATION = 1 / 8, 20.0, 60.0
MANY, BIAS = 1000, 0.01  # trajectories; of the first order that the step leaves


def passage(start):
    """Mean time of dX = −X dt + √2 dB from start to LEVEL."""
    return np.pi**0.5 * quad(lambda u: erfcx(-u), start / 2**0.5, LEVEL / 2**0.5)[0]


def mean_interval(keeps):
    """Stationary, with its standard error: X is put to 0, or BACK below where it is."""
    strength = 2**0.5
    model = JumpModel(
        flow=lambda t, x, piece, free: -free * x,
        rates=lambda t, x, piece, free: jnp.zeros(1),
        jump=lambda t, x, piece, free, kind, key: x,
        error=lambda e, x: jnp.abs(e),
        membrane=lambda t, x, piece: x + 0.0,
        reset=lambda t, x, piece, key: x - BACK if keeps else 0.0 * x,
    )
    noise = Noise(
        shape=(1,),
        kick=lambda t, x, piece, free, h, normal: x + free * strength * jnp.sqrt(h) * normal[0],
        response=lambda t, x, piece, free: free * strength * jnp.ones(1),
        keeps=keeps,
    )
    nodes = jnp.linspace(0.0, DURATION, round(DURATION / STEP) + 1)
    run = jax.jit(
        lambda key: ensemble_scan(
            lambda key, t0, t1, course, piece: diffuse(model, noise, key, t0, t1, course, piece, LEVEL, HOLD),
            lambda t, course, piece: course.y[None],
            lambda key: begin(model, jnp.zeros(()), key, 0),
            nodes, jnp.zeros(len(nodes) - 1), key, MANY, np.array([0]), 100,
        )
    )(jax.random.key(1))  # fmt: skip
    counts = np.sum(np.asarray(run.spike_time) > SKIP, axis=1)
    mean = (DURATION - SKIP) / counts.mean()
    return mean, mean * counts.std() / counts.mean() / MANY**0.5


@pytest.mark.parametrize("keeps", [False, True])
def test_intervals_are_those_of_an_ornstein_uhlenbeck_process(keeps):
    """Mean interval in steps of an eighth of a leak time, within 4 standard errors of 1,000 trajectories, and 1 %.

    Catches: a threshold that is looked for at the ends of steps alone; half the noise of the bridge; a state that is
    kept as low as an excursion's ends are.
    """
    exact = HOLD + passage(LEVEL - BACK if keeps else 0.0)
    found, error = mean_interval(keeps)
    assert abs(found - exact) < 4 * error + BIAS * exact


TURN = 3.0  # of a rate that moves, in radians a time unit


def leak(t):
    """κ(t), which halves and doubles."""
    return 1 + 0.8 * jnp.sin(TURN * t)


def second_moment(steps, monkeypatch):
    """⟨X²⟩ at t = 1 of dX = −κ(t)X dt/2 + √κ(t) dB from X = 2, over every noise: three points of Gauss a kick."""
    model = JumpModel(
        flow=lambda t, x, piece, free: -0.5 * leak(t) * x,
        rates=lambda t, x, piece, free: jnp.zeros(1),
        jump=lambda t, x, piece, free, kind, key: x,
        error=lambda e, x: jnp.abs(e),
    )
    noise = Noise(
        shape=(1,),
        kick=lambda t, x, piece, free, h, normal: x + jnp.sqrt(leak(t) * h) * normal[0],
        response=lambda t, x, piece, free: jnp.ones(1),
        keeps=False,
    )
    points, weights = np.polynomial.hermite_e.hermegauss(3)
    normals = jnp.asarray([[[a], [b]] for a in points for b in points])
    shares = np.outer(weights, weights).ravel() / np.sum(weights) ** 2

    def moved(t, x, given):
        with monkeypatch.context() as patch:  # while it is traced
            patch.setattr(jax.random, "normal", lambda key, shape: given)
            course = begin(model, x, jax.random.key(0), 0)
            return diffuse(model, noise, jax.random.key(0), t, t + 1 / steps, course, jnp.zeros(()))[0].y

    over = jax.jit(jax.vmap(jax.vmap(jax.vmap(moved, (None, None, 0)), (None, 0, None)), (0, None, None)))
    squares = np.asarray(over(jnp.arange(steps) / steps, jnp.array([0.0, 1.0]), normals)) ** 2 @ shares
    moment = 4.0
    for grown, kept in squares:  # E X'² = a X² + b, of a step that is linear in X and its noise
        moment = (kept - grown) * moment + grown
    return moment


def test_a_leak_that_moves_leaves_a_weak_order_of_two(monkeypatch):
    """⟨X²⟩ − 1 = 3 e^{−∫κ}: a fourth of the error at half the step, over every noise and not a sample of it.

    Catches: both kicks of a step with the leak at its beginning, and one kick for two, which are of first order.
    """
    exact = 1 + 3 * np.exp(-quad(lambda t: 1 + 0.8 * np.sin(TURN * t), 0, 1)[0])
    errors = [abs(second_moment(steps, monkeypatch) - exact) for steps in (4, 8, 16)]
    assert errors[-1] < 2e-3 * exact
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2, abs=0.15)
    assert np.log2(errors[1] / errors[2]) == pytest.approx(2, abs=0.1)
