"""The error of a superposed train whose neuron moves in parts, where its drive is on for a moment only."""

import numpy as np
import pytest

import dense_neuron as dense
import quspike as qs
from quspike.methods.coherent.error import train_error
from quspike.methods.coherent.neuron import chain_of, neuron_of
from quspike.run.compile import compile_run
from quspike.spike_trains.state import SpikeTrainState

BINS = 8
PATTERNS = (np.arange(2**BINS)[:, None] >> np.arange(BINS)[::-1]) & 1


PULSES = [
    pytest.param(0.05e-9, 0.2e-9, id="before any qubit"),
    pytest.param(1.3e-9, 1.7e-9, id="between", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("start", "stop"), PULSES)
def test_a_pulse_within_one_move_is_in_the_estimate(start, stop):
    """All patterns of eight bins beside those of a step eight times shorter: a leaky junction, warm, and one pulse.

    Catches: a few moves that stand for all, and a first move that nobody compares.
    """
    run = dense.run(bins=BINS, circuit=dense.JUNCTION, nonlinearity="kerr", R="10kohm", T="60mK", truncation=8)
    pulse = qs.Step(3e-9, start=start, stop=stop, envelope_of=dense.CARRIER)
    problem = compile_run(run.replace(drives={"tone": pulse}))
    one = neuron_of(problem.setup, problem.params)
    coarse, fine = (chain_of(one, problem.run.duration, step) for step in (4e-12, 5e-13))
    bound = train_error(one, coarse, 4e-12)
    found, exact = (SpikeTrainState(chain).probability(PATTERNS) for chain in (coarse, fine))
    apart = np.abs(found - exact).sum()
    assert apart > 1e-8
    assert apart < bound < 100 * apart
