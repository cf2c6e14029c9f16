import pytest

import adapting_neuron
import spiking_ensemble
from quspike.plot import plot_run


@pytest.fixture(scope="session")
def quantum():
    """A neuron whose drive is 0.5 % stronger than the classical one's: a stand-in for what ħ changes."""
    return adapting_neuron.solution(current=1.005 * adapting_neuron.CURRENT)


@pytest.fixture(scope="session")
def classical():
    return adapting_neuron.solution()


@pytest.fixture(scope="session")
def ds(quantum, classical):
    return adapting_neuron.result(quantum, classical)


@pytest.fixture(scope="session")
def figure(ds):
    return plot_run(ds)


@pytest.fixture(scope="session")
def ensemble():
    """Four trajectories, one of them silent, with a classical neuron beside them."""
    return spiking_ensemble.result()
