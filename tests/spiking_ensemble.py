"""An ensemble put together by hand: trajectories of the adapting neuron, each a little more strongly driven."""

from types import SimpleNamespace

import numpy as np

import adapting_neuron

STACKED = ("voltage", "voltage_std", "flux", "membrane", "memristance", "memory", "memristor_current", "input_current")
EVENTS = ("spike_time", "spike_neuron", "spike_count")
FACTORS = (0.01, 0.98, 1.0, 1.03)
"""Of the drive of each trajectory: the first stays silent."""


def solution(factors=FACTORS):
    """A Solution with the axis of trajectories in front."""
    each = [adapting_neuron.solution(current=factor * adapting_neuron.CURRENT) for factor in factors]
    stacked = {name: np.stack([getattr(one, name) for one in each]) for name in STACKED + EVENTS}
    return SimpleNamespace(**(vars(each[0]) | stacked))


def result(factors=FACTORS, classical=True):
    """Its Dataset."""
    return adapting_neuron.result(solution(factors), adapting_neuron.solution() if classical else None)
