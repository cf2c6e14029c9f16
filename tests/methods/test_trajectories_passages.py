"""First passages of a diffusive trajectory against those of the Ornstein–Uhlenbeck process that it is."""

import numpy as np
import pytest
from scipy.constants import hbar
from scipy.integrate import quad
from scipy.special import erfcx

import quspike as qs
from trajectory_neurons import KAPPA, OMEGA, QUANTA, C, diagnostics, ensemble

V_ZPF = (hbar * OMEGA / (2 * C)) ** 0.5
SPREAD = V_ZPF * (2 * QUANTA) ** 0.5  # of the quadrature's conditional mean, σ
LEVEL, HOLD = 1.5, 0.2e-9  # threshold in σ, t_ref in s
SKIP, DURATION = 20e-9, 60e-9  # until the rate is stationary, and of the run
BIAS = 0.02  # of a step of a quarter of a leak time, at first order


def passage(start):
    """Mean time of dX = −(κ/2)X dt + σ√κ dB from start·σ to LEVEL·σ."""
    return np.pi**0.5 / (KAPPA / 2) * quad(lambda u: erfcx(-u), start / 2**0.5, LEVEL / 2**0.5)[0]


def mean_interval(trajectories, step, **neuron):
    """Stationary, with its standard error, in steps of `step` leak times; and the run."""
    neuron = qs.Neuron("m", membrane="quadrature", v_threshold=LEVEL * SPREAD, **neuron)
    ds = ensemble(
        unravelling="diffusion", trajectories=trajectories, duration=DURATION, save_every=DURATION, dt=step / KAPPA,
        truncation=3, seed=2, neuron=neuron, initial={"state": "vacuum"},
    )  # fmt: skip
    of = ds.spike_trajectory.values[ds.spike_time.values > SKIP]
    counts = np.bincount(of.astype(int), minlength=trajectories)
    mean = (DURATION - SKIP) / counts.mean()
    return mean, mean * counts.std() / counts.mean() / trajectories**0.5, ds


def test_intervals_are_those_of_an_ornstein_uhlenbeck_process():
    """Mean interval from vacuum, in steps of a quarter of a leak time: 4 standard errors of 600, and the bias.

    Catches: a threshold that is looked for at ends of steps alone (half as long again); half the noise of the bridge.
    """
    exact = HOLD + passage(0.0)
    found, error, ds = mean_interval(600, 0.25, t_ref=HOLD, reset_std=V_ZPF)
    assert abs(found - exact) < 4 * error + BIAS * exact
    assert diagnostics(ds)["late_spikes"] == 0


@pytest.mark.slow
def test_a_state_that_is_kept_is_kept_at_the_threshold():
    """`subtract` of half the threshold: every interval begins at the other half, 4 standard errors of 3,000, and 1 %.

    Catches: a state below the threshold subtracted from, as both ends of an excursion are (8 % too long).
    """
    exact = passage(0.5 * LEVEL)
    found, error, _ = mean_interval(3000, 1 / 8, reset="subtract", v_reset=0.5 * LEVEL * SPREAD)
    assert abs(found - exact) < 4 * error + 0.5 * BIAS * exact
