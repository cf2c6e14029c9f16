"""First passages of a diffusive trajectory against those of the Ornstein–Uhlenbeck process that it is."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.constants import hbar
from scipy.integrate import quad
from scipy.special import erfcx

import quspike as qs
from quspike.methods.trajectories import motion
from quspike.methods.trajectories.records import membrane
from quspike.methods.trajectories.state import State
from quspike.quantize.numbers.zero_point import resonator_mode
from quspike.run.compile import compile_run
from trajectory_neurons import KAPPA, LEAKING, OMEGA, QUANTA, C, diagnostics, ensemble

V_ZPF = (hbar * OMEGA / (2 * C)) ** 0.5
SPREAD = V_ZPF * (2 * QUANTA) ** 0.5  # of the quadrature's conditional mean, σ
LEVEL, HOLD = 1.5, 0.2e-9  # threshold in σ, t_ref in s
SKIP, DURATION = 20e-9, 60e-9  # until the rate is stationary, and of the run
SMALL = 1e-8 / KAPPA**0.5  # of a normal number, whose kick has h = 1 s
BIAS = 0.02  # of a step of a quarter of a leak time, at first order


def test_the_noise_of_a_membrane_is_what_its_kicks_do():
    """b² = 2κn̄V_zpf² of a coherent state; and of |0⟩ + |1⟩ what small kicks move, in V/√s.

    Catches: the displacement alone, which is all of a coherent state's.
    """
    neuron = qs.Neuron("m", membrane="envelope", v_threshold="20 uV")
    run = qs.Run(
        circuit=LEAKING, neuron=neuron, method="trajectories", unravelling="diffusion", duration="1 ns", truncation=4
    )
    problem = compile_run(run)
    setup, params = problem.setup, problem.params
    mode, t = resonator_mode(setup.one, params["elements"]), jnp.zeros(())
    piece = jax.tree.map(lambda leaf: leaf[0], setup.inputs.pieces(params, jnp.zeros(1)))
    vacuum, other = np.array([1, 0, 0, 0], complex), np.array([1, 1, 0, 0], complex) / 2**0.5
    for psi in (vacuum, other):
        y = State(jnp.asarray(0.6 - 0.3j), jnp.asarray(psi), jnp.zeros(0))
        found = motion.response(setup, params, mode, t, y, piece, 1.0)
        if psi is vacuum:
            assert jnp.sum(found**2) == pytest.approx(2 * KAPPA * QUANTA * V_ZPF**2, rel=1e-9)
        for ends in np.eye(found.size).reshape(-1, *found.shape):
            above, below = (
                membrane(
                    setup, params, mode, t, motion.kicked(setup, params, mode, t, y, piece, 1.0, 1.0, s * ends), piece
                )
                for s in (SMALL, -SMALL)
            )
            slope = (above - below) / (2 * SMALL)
            assert slope == pytest.approx(float(jnp.sum(found * ends)), abs=1e-5 * float(jnp.abs(found).max()))


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


@pytest.mark.slow
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
