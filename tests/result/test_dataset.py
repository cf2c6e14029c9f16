"""A solution becomes the Dataset of the contract."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

import adapting_neuron
from quspike.result.dataset import arrange
from quspike.run.load import parse_run
from quspike.run.measurement import Measurement
from quspike.run.neuron import Neuron
from quspike.run.schema import Run
from quspike.run.settings import Save

CONTRACT = {
    "voltage": (("time", "node"), "V"),
    "voltage_std": (("time", "node"), "V"),
    "flux": (("time", "node"), "Wb"),
    "membrane": (("time", "neuron"), "V"),
    "memristance": (("time", "element"), "ohm"),
    "memory": (("time", "element"), "Wb"),
    "memristor_current": (("time", "element"), "A"),
    "input_current": (("time", "source"), "A"),
    "spike_time": (("spike",), "s"),
    "spike_neuron": (("spike",), "1"),
    "spike_trajectory": (("spike",), "1"),
    "spike_point": (("spike",), "1"),
    "spike_count": (("neuron",), "1"),
}
ATTRIBUTES = {
    "schema", "quspike_version", "versions", "device", "config", "inputs", "method", "memory", "seed", "validity",
    "wall_seconds",
}  # fmt: skip


def test_a_result_has_the_variables_dimensions_and_units_that_were_promised(ds):
    """Catches: dims in another order, a unit with a prefix, a variable without a name for an axis."""
    assert isinstance(ds, xr.Dataset)
    found = {name: (ds[name].dims, ds[name].attrs["units"]) for name in CONTRACT}
    assert found == CONTRACT
    assert (ds.time.dims, ds.time.attrs["units"]) == (("time",), "s")
    assert all(ds[name].attrs["long_name"] for name in ds.variables)


def test_the_numbers_are_the_solutions_own(ds, quantum):
    """Catches: columns swapped between variables of the same shape."""
    for name in ("voltage", "voltage_std", "flux", "memristance", "memory", "memristor_current", "input_current"):
        np.testing.assert_array_equal(ds[name].values, getattr(quantum, name))


def test_names_select(ds):
    assert ds.voltage.sel(node="m").shape == ds.time.shape
    assert ds.memristance.sel(element="MEM1").shape == ds.time.shape
    assert ds.input_current.sel(source="I1").shape == ds.time.shape
    assert ds.membrane.sel(neuron="neuron").shape == ds.time.shape


def test_spikes_are_events_without_padding(ds, quantum):
    """Catches: nan rows left in the table, or the count of slots in place of the count of spikes."""
    assert ds.sizes["spike"] == 16 == ds.spike_count.sel(neuron="neuron")
    assert np.isfinite(ds.spike_time).all()
    np.testing.assert_array_equal(ds.spike_time, quantum.spike_time[:16])


def test_spikes_of_an_ensemble_are_ordered_by_trajectory_and_time():
    """Catches: slots of different trajectories read in the wrong order; a trajectory without spikes shifting others."""
    nan = np.nan
    single = adapting_neuron.solution(duration=10e-9)
    stacked = {
        name: np.stack([value] * 3) if isinstance(value, np.ndarray) else value for name, value in vars(single).items()
    }
    stacked |= {
        "spike_time": np.array([[3e-9, 1e-9, nan], [nan, nan, nan], [2e-9, nan, 5e-9]]),
        "spike_neuron": np.array([[1, 0, -1], [-1, -1, -1], [1, -1, 0]]),
        "spike_count": np.array([[1, 1], [0, 0], [1, 1]]),
        "membrane": np.zeros((3, len(single.time), 2)),
    }
    neuron = SimpleNamespace(node="m", membrane="voltage", v_threshold=1.0, v_reset=0.0)
    run = SimpleNamespace(neurons={"a": neuron, "b": neuron})
    problem = SimpleNamespace(**vars(adapting_neuron.PROBLEM) | {"neurons": ("a", "b")})
    ds = arrange(run, problem, SimpleNamespace(**stacked))
    assert ds.spike_time.values.tolist() == [1e-9, 3e-9, 2e-9, 5e-9]
    assert ds.spike_neuron.values.tolist() == [0, 1, 1, 0]
    assert ds.spike_trajectory.values.tolist() == [0, 0, 2, 2]
    assert ds.voltage.dims == ("trajectory", "time", "node")
    assert ds.spike_count.dims == ("trajectory", "neuron")
    assert ds.time.dims == ("time",)


def test_a_circuit_without_neuron_memristor_or_source_keeps_its_dimensions():
    """Catches: a missing dimension, which makes `ds.memristance.sel(element=…)` another error than an unknown name."""
    solution = adapting_neuron.solution(10e-9, current=1e-10, slots=0, spike_count=np.zeros(0, dtype=int))
    empty = np.zeros((len(solution.time), 0))
    for name in ("membrane", "memristance", "memory", "memristor_current", "input_current"):
        setattr(solution, name, empty)
    nothing = dict.fromkeys(("elements", "sources", "neurons", "memory_units"), ())
    problem = SimpleNamespace(**vars(adapting_neuron.PROBLEM) | nothing)
    run = Run(circuit="C1 m 0 1pF\nR1 m 0 1kohm", duration=10e-9)
    ds = adapting_neuron.result(solution, None, run, problem)
    assert [ds.sizes[dim] for dim in ("element", "source", "neuron", "spike")] == [0, 0, 0, 0]
    assert ds.memristance.dims == ("time", "element")
    with pytest.raises(KeyError):
        ds.memristance.sel(element="MEM1")


def test_memories_of_different_laws_tell_their_own_units(quantum):
    """Catches: the first law's unit printed for all."""
    pair = SimpleNamespace(**vars(quantum))
    for name in ("memristance", "memory", "memristor_current"):
        setattr(pair, name, np.repeat(getattr(quantum, name), 2, axis=1))
    names = {"elements": ("MEM1", "MEM2"), "memory_units": ("Wb", "1")}
    problem = SimpleNamespace(**vars(adapting_neuron.PROBLEM) | names)
    ds = adapting_neuron.result(pair, None, problem=problem)
    assert ds.memory.sel(element="MEM1").memory_units.item() == "Wb"
    assert ds.memory.sel(element="MEM2").memory_units.item() == "1"
    assert ds.memory.attrs["units"] == "the law's own"


def test_attributes_are_strings_and_numbers(ds):
    """Catches: an array, a dict or a numpy bool among the attributes, which netCDF or another reader would refuse."""
    assert set(ds.attrs) >= ATTRIBUTES
    assert {type(value) for value in ds.attrs.values()} <= {str, int, float}
    assert json.loads(ds.attrs["inputs"]) == [{"name": "tone.wav", "sha256": "00", "bytes": 3}]
    assert ds.attrs["config"] == adapting_neuron.RUN.to_toml()


def test_validity_survives_as_strict_json(ds):
    """Catches: `Infinity` in the attribute, which is no JSON and which no other program reads."""

    def refuse(word):
        raise AssertionError(f"{word} is no JSON")

    checks = json.loads(ds.attrs["validity"], parse_constant=refuse)
    assert [check["verdict"] for check in checks] == ["ok", "info", "ok", "warn"]
    assert ds.qs.validity["trace error"].value == np.inf


def test_the_step_that_was_chosen_is_stored(ds):
    assert json.loads(ds.attrs["diagnostics"]) == {"dt": 1e-10, "error_estimate": 3e-9}


def test_covariances_are_stored_on_request_only(quantum):
    solution = SimpleNamespace(**vars(quantum) | {"extra": {"charge_variance": np.ones((len(quantum.time), 1))}})
    assert "charge_variance" not in adapting_neuron.result(solution, None)
    run = adapting_neuron.RUN.replace(save={"covariance": True})
    kept = adapting_neuron.result(solution, None, run).charge_variance
    assert (kept.dims, kept.attrs["units"]) == (("time", "node"), "C^2")


def test_complex_amplitudes_are_stored_in_two_parts(quantum):
    """Catches: a complex variable, which netCDF refuses, or its imaginary part lost."""
    amplitude = (1 - 2j) * np.arange(len(quantum.time))[:, None]
    ds = adapting_neuron.result(SimpleNamespace(**vars(quantum) | {"extra": {"amplitude": amplitude}}), None)
    assert not any(np.iscomplexobj(variable) for variable in ds.values())
    assert (ds.amplitude_real[3].item(), ds.amplitude_imag[3].item()) == (3.0, -6.0)
    assert ds.amplitude_imag.attrs["units"] == "1"


def test_a_variable_that_no_table_describes_is_a_mistake_in_the_program(quantum):
    solution = SimpleNamespace(**vars(quantum) | {"extra": {"voltag": quantum.voltage}})
    with pytest.raises(KeyError, match="voltag is not in the table"):
        adapting_neuron.result(solution, None)


def test_the_classical_twin_of_a_measured_neuron_can_be_run_alone(quantum):
    """Its config has no measurement and no detector. Catches: tables left in it, which no classical run may have."""
    run = adapting_neuron.RUN.replace(
        memory="measured",
        measurement=Measurement(strength=1e9),
        neuron=Neuron("m", v_threshold=20e-6, spike="record", record={"filter": 1e-9}),
        save=Save(record=True),
    )
    twin = adapting_neuron.result(quantum, quantum, run).qs.classical
    alone = parse_run(twin.attrs["config"])
    assert (alone.method, alone.measurement, alone.save.record) == ("classical", None, False)
    assert alone.neurons["neuron"].spike == "expectation"
    assert alone.neurons["neuron"].v_threshold == 20e-6
