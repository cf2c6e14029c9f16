"""`ds.qs`: what a result tells about itself."""

import builtins
import hashlib
import json
import subprocess
import sys
from dataclasses import asdict

import numpy as np
import pytest
import xarray as xr

import adapting_neuron
from quspike.errors import InputError
from quspike.result import store
from quspike.result.provenance import check_inputs
from quspike.result.verdicts import Verdicts
from quspike.verdict import bounded, info


def test_printing_tells_the_story(ds):
    """Numbers from the closed form of the first spike and from SciPy's integration. Catches: wrong prefixes, seconds
    printed as nanoseconds, the classical neuron's numbers in the quantum lines."""
    text = repr(ds.qs)
    first, last = (f"{t * 1e9:.6g} ns" for t in (ds.spike_time.values[0], ds.spike_time.values[-1]))
    assert f"16, first at {first}, last at {last}" in text
    gaps = np.diff(ds.spike_time.values) * 1e9
    assert f"{gaps[0]:.4g} → {gaps[-1]:.4g} ns" in text
    assert f"MEM1          82.86 → {float(ds.memristance[-1, 0]) / 1e3:.4g} kΩ\n" in text
    assert "up to 1.662 µV, 1.06 × (kT/C)^½" in text
    shift = np.abs(ds.spike_time.values - ds.qs.classical.spike_time.values).max() * 1e9
    assert f"the same 16 spikes, shifted by up to {shift:.3g} ns" in text
    assert "1 of 3 numbers beyond their bounds" in text
    assert text == str(ds.qs) == ds.qs.summary()


@pytest.mark.parametrize(("ratio", "said"), [(1.246, True), (1.02, False)])
def test_white_noise_says_what_it_leaves_out(ds, ratio, said):
    """Catches: a σ(V) that reads like the whole truth where the cutoff's quantum noise makes a quarter more."""
    checks = [asdict(info("V_rms/sqrt(kT/C)", 1.0, "")), asdict(info("coloured/white V_rms", ratio, ""))]
    text = ds.assign_attrs(validity=json.dumps(checks)).qs.summary()
    assert ("of white noise; with the line's quantum noise (bath=drude) up to 1.25 × (kT/C)^½" in text) == said


def test_a_quantum_neuron_that_fires_as_the_classical_one_is_said_to(classical):
    text = adapting_neuron.result(classical, classical).qs.summary()
    assert "the same 16 spikes, the same ⟨V⟩" in text


def test_a_different_number_of_spikes_is_said(classical):
    fewer = adapting_neuron.solution(current=0.9 * adapting_neuron.CURRENT)
    count = int(fewer.spike_count[0])
    assert f"{count - 16:+d} spikes, shifted by" in adapting_neuron.result(fewer, classical).qs.summary()


def test_a_silent_neuron_has_a_summary(classical):
    silent = adapting_neuron.solution(current=0.01 * adapting_neuron.CURRENT)
    text = adapting_neuron.result(silent, silent).qs.summary()
    assert "spikes        0\n" in text
    assert "no spikes either" in text
    assert "intervals" not in text


def test_one_interval_is_one_number():
    """Catches: `6.3 → 6.3 ns, mean 6.3 ns` of two spikes."""
    twice = adapting_neuron.solution(18e-9)
    assert "interval      6.308 ns\n" in adapting_neuron.result(twice, twice).qs.summary()


def test_a_number_at_its_bound_is_within_it_and_says_so():
    """Catches: `warn 0.1 (must be ≤ 0.1)`, of ω0 and ω_c that were chosen so."""
    check = bounded("fastest rate/cutoff", 0.1 * (1 + 4e-16), 0.1, "")
    assert "ok    fastest rate/cutoff  0.1 (must be ≤ 0.1)" in repr(Verdicts([check]))


def test_a_selection_still_has_a_summary(ds):
    assert "16, first at" in ds.isel(neuron=0, node=0, element=0, source=0).qs.summary()


def test_validity_reads_like_a_mapping_and_prints_like_a_table(ds):
    validity = ds.qs.validity
    assert list(validity) == ["hbar kappa/kT", "V_rms/sqrt(kT/C)", "memory swing (MEM1)", "trace error"]
    assert validity["hbar kappa/kT"].value == 0.01
    assert [check.name for check in validity.warnings] == ["trace error"]
    lines = repr(validity).splitlines()
    assert lines[0] == "1 of 3 numbers beyond their bounds"
    assert "ok    hbar kappa/kT        0.01 (must be ≤ 1)" in lines[1]
    assert "7.2 (must be ≥ 0.001)" in lines[3]
    assert "warn  trace error          inf (must be ≤ 1e-08)" in lines[4]


def test_another_dataset_is_refused_with_a_sentence():
    with pytest.raises(InputError, match="ds must be a result of quspike"):
        _ = xr.Dataset({"a": 1}).qs


def test_saving_from_the_accessor_is_the_store(ds, tmp_path):
    assert store.read(ds.qs.save(tmp_path / "run.nc")).identical(ds)


def test_a_changed_input_file_is_refused(tmp_path):
    """Catches: a rerun that silently reads other data than the run did."""
    path = tmp_path / "tone.wav"
    path.write_bytes(b"abc")
    recorded = [{"name": "tone.wav", "sha256": hashlib.sha256(b"abc").hexdigest(), "bytes": 3}]
    check_inputs(recorded, tmp_path)
    path.write_bytes(b"abd")
    with pytest.raises(InputError, match=r"inputs must be unchanged since the run.*tone\.wav"):
        check_inputs(recorded, tmp_path)


def test_neo_gets_signals_with_units_and_spike_trains(ds):
    """Catches: a sampling rate that is off by one sample, volts labelled as millivolts, padded spikes."""
    block = ds.qs.to_neo()
    (segment,) = block.segments
    (train,) = segment.spiketrains
    np.testing.assert_array_equal(train.times.rescale("s").magnitude, ds.spike_time)
    signals = {signal.name: signal for signal in segment.analogsignals}
    assert float(signals["voltage"].units.rescale("V")) == 1.0
    np.testing.assert_array_equal(signals["voltage"].magnitude, ds.voltage)
    np.testing.assert_allclose(signals["voltage"].times.rescale("s").magnitude, ds.time, atol=1e-18)
    assert signals["memristance"].array_annotations["channel"].tolist() == ["MEM1"]


def test_without_neo_the_error_names_the_package(ds, monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "neo":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=r"to_neo\(\) needs the package neo"):
        ds.qs.to_neo()


def test_the_accessor_draws_only_when_asked():
    """Catches: Matplotlib imported by everything that reads a result."""
    script = "import sys, quspike.result.accessor; print('matplotlib' in sys.modules, 'jax' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
