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
