"""The classical neuron stays with its Dataset, whatever is done to it."""

import copy
import json
import pickle

import numpy as np
import pytest
import xarray as xr

import adapting_neuron
import quspike as qs
from quspike.errors import InputError
from quspike.result.twin import join, split
from quspike.run.load import parse_run


def test_the_classical_neuron_is_a_result_of_the_same_schema(ds, classical):
    """Catches: prefixed names, the quantum numbers or the quantum neuron's attributes in the classical result."""
    root, twin = split(ds)
    assert set(twin.variables) == set(root.variables)
    assert {name: variable.dims for name, variable in twin.variables.items()} == {
        name: variable.dims for name, variable in root.variables.items()
    }
    assert set(twin.attrs) == set(root.attrs)
    np.testing.assert_array_equal(ds.qs.classical.voltage, classical.voltage)
    np.testing.assert_array_equal(ds.qs.classical.spike_time, classical.spike_time[:16])
    assert ds.qs.classical.attrs["method"] == "classical"
    assert ds.qs.classical.attrs["wall_seconds"] == ds.attrs["wall_seconds"]


def test_split_undoes_join(ds):
    assert join(*split(ds)).identical(ds)


@pytest.mark.parametrize(
    "through",
    [
        copy.copy,
        copy.deepcopy,
        lambda ds: ds.copy(deep=True),
        lambda ds: pickle.loads(pickle.dumps(ds)),
        lambda ds: ds.sel(node=["m"]),
        lambda ds: ds.isel(neuron=[0]),
        lambda ds: ds.assign(power=ds.voltage**2),
        lambda ds: xr.Dataset.from_dict(ds.to_dict()),
    ],
)
def test_the_classical_neuron_goes_along(ds, through):
    """Catches: a twin kept beside the object, which a copy, a selection or another process would lose."""
    np.testing.assert_array_equal(through(ds).qs.classical.voltage, ds.qs.classical.voltage)


def test_a_selection_selects_in_both(ds):
    early = ds.sel(time=slice(0, 50e-9), node="m")
    assert early.qs.classical.voltage.dims == ("time",)
    assert float(early.qs.classical.time[-1]) <= 50e-9


def test_a_classical_neuron_runs_from_a_config_of_its_own(ds):
    """Catches: the quantum run's config in the classical group, from which another result would come."""
    config = ds.qs.classical.attrs["config"]
    assert 'method = "classical"' in config
    assert "classical = false" in config


def test_a_classical_run_of_a_closure_is_legal(quantum, classical):
    run = adapting_neuron.RUN.replace(closure="gaussian")
    assert 'closure = "none"' in adapting_neuron.result(quantum, classical, run).qs.classical.attrs["config"]


def test_a_result_without_one_says_how_to_get_one(quantum):
    with pytest.raises(InputError, match="classical must be true in the run"):
        _ = adapting_neuron.result(quantum, None).qs.classical


def test_two_time_grids_are_no_pair(ds, quantum):
    """Catches: an outer join, which would fill the gaps of either neuron with nan."""
    root, twin = split(ds)
    with pytest.raises(ValueError, match=r"(?i)cannot .*align"):
        join(root, twin.isel(time=slice(1, None)))


def test_each_neuron_states_its_own_step_and_error():
    """A step that is too long for the classical neuron is halved for it alone.

    Catches: the quantum neuron's step, or none, in the classical group.
    """
    circuit = "C1 m 0 100fF\nL1 m 0 10nH\nR1 m 0 31.6kohm T=20mK\nI1 0 m input"
    drives = {"input": qs.Sine("1 nA", frequency="5.03 GHz")}
    ds = qs.simulate(circuit, drives=drives, duration="2 ns", save_every="20 ps", method="moments", classical=True)
    mine, own = (json.loads(one.attrs["diagnostics"]) for one in (ds, ds.qs.classical))
    assert mine["error_estimate"] < 1e-6
    assert own["error_estimate"] < 1e-6
    alone = parse_run(ds.qs.classical.attrs["config"])
    again = json.loads(qs.run(alone).attrs["diagnostics"])
    assert own == again
    assert own["dt"] != mine["dt"]
