"""What a neuron with a detector of its own is refused, before anything is computed, and what its result says of it."""

import numpy as np
import pytest

import quspike as qs
from escape_neurons import membrane, resonator
from quspike.run.simulate import quiet_run

SAVED = [{"states": True}, {"covariance": True}, {"wigner_times": (1e-9,)}]


@pytest.mark.parametrize("save", SAVED)
@pytest.mark.parametrize("neuron", [membrane, resonator])
def test_what_a_clicking_neuron_does_not_keep_is_refused(neuron, save):
    """Catches: a key of [save] that is read, ignored, and missing from the result."""
    with pytest.raises(qs.NotAvailable, match=next(iter(save))):
        qs.compile(neuron().replace(save=save))


@pytest.mark.parametrize(("neuron", "rate"), [(membrane, 1e25), (resonator, 1e16)])
def test_clicks_too_fast_to_solve_are_refused_by_name(neuron, rate):
    """Catches: a grid of 10⁸ points, or 10⁹ steps, that nobody will see the end of."""
    with pytest.raises(qs.InputError, match=r"\[neuron\] escape.rate must be ≤"):
        qs.compile(neuron(rate=rate))


def test_levels_are_refused_where_there_are_none():
    """Catches: a truncation of an equation on a grid, silently ignored."""
    with pytest.raises(qs.InputError, match="truncation must be auto"):
        qs.compile(membrane().replace(truncation=12))


def test_a_neuron_that_never_clicks_has_a_result_without_intervals():
    """Its averages stand, and the intervals alone refuse, with a way out. Catches: a run lost to its own statistics."""
    silent = membrane(current=1e-12, duration=2e-9)
    ds = quiet_run(silent.replace(classical=False))
    assert "isi_density" not in ds
    assert "spikes without intervals" in ds.qs.summary()
    assert np.all(ds.spike_count.values < 1e-15)
    with pytest.raises(qs.ConvergenceError, match=r"a lower \[neuron\] v_threshold"):
        qs.interval_statistics(silent)
