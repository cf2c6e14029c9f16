"""`compare`: the same neuron by several methods. What it measures is held against numbers known without it."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import escape_neurons
import quspike as qs
from quspike.analysis.ladder.comparison import DEVIATIONS, averaged, compare, deviations
from quspike.analysis.ladder.rungs import rung, rungs
from quspike.baths.noise import voltage_variance
from quspike.constants import k_B
from quspike.result.expected_spikes import SUPERPOSED

R, C, T, CUTOFF = 20e3, 100e-15, 0.02, 1e12
THRESHOLD, HOLD = 20e-6, 2e-9


def leaky(current: float = 2e-9, **settings: object) -> qs.Run:
    """A membrane of 100 fF and 20 kΩ at 20 mK that a step drives; its noise and its spikes are closed forms."""
    circuit = f"C1 m 0 100fF\nR1 m 0 20kohm T=20mK cutoff={CUTOFF}rad/s\nI1 0 m input"
    neuron = qs.Neuron("m", v_threshold=THRESHOLD, t_ref=HOLD)
    numbers = {"duration": 40e-9, "save_every": 0.2e-9} | settings
    return qs.Run(circuit=circuit, neuron=neuron, drives={"input": qs.Step(current)}, **numbers)


def test_what_separates_white_from_coloured_noise_is_the_fluctuation_dissipation_integral() -> None:
    """σ(V) of the settled membrane: √(kT/C) against √∫ħω coth Re Z. Catches: deviations relative to the wrong σ.

    The poles of the coloured noise are chosen to 1e-3 of ⟨V²⟩, which is 5e-4 of σ.
    """
    run = leaky(current=0.0).replace(neuron=None)
    ds = compare(run, "moments,moments:drude")
    white, coloured = math.sqrt(k_B * T / C), math.sqrt(voltage_variance(C, 1 / R, CUTOFF, T))
    assert ds.noise.values[0, 1] == pytest.approx((coloured - white) / coloured, abs=5e-4)
    assert ds.noise.values[0, 0] == 0


def test_spikes_move_by_what_the_firing_rate_says() -> None:
    """1/f = t_ref + RC ln(RI/(RI − v_th)): the k-th spike of two currents is apart by k times the difference.

    Catches: shifts between spikes of different number.
    """
    slow, fast = (qs.run(leaky(current, method="classical", classical=False)) for current in (1.8e-9, 2e-9))
    intervals = [HOLD + R * C * math.log(R * i / (R * i - THRESHOLD)) for i in (1.8e-9, 2e-9)]
    found = deviations(slow, fast)
    counts = [slow.sizes["spike"], fast.sizes["spike"]]
    shared = min(counts)
    expected = shared * intervals[0] - shared * intervals[1]
    assert found["spike_count_difference"] == abs(counts[0] - counts[1])
    assert found["spike_shift"] == pytest.approx(expected, rel=1e-6)


def test_a_linear_circuit_has_the_same_means_by_every_method_that_is_exact() -> None:
    ds = compare(leaky(), ["classical", "moments"])
    assert ds.voltage_max.values[0, 1] < 1e-12
    assert math.isnan(ds.noise.values[0, 1]), "a classical neuron has no σ to compare"
    assert math.isnan(ds.memristance_ratio.values[0, 1]), "and this circuit has no memristor"


@pytest.mark.slow
def test_all_rungs_that_can_run_are_taken_and_the_others_say_why() -> None:
    ds = compare(leaky(duration=4e-9))
    assert {"classical", "moments", "moments:drude"} <= set(ds.rung.values.tolist())
    assert "gksl:mean_field left out" in ds.qs.summary()
    assert "needs a resonator" in ds.qs.summary()


def test_a_comparison_is_a_dataset_that_can_be_saved_shown_and_drawn(tmp_path: Path) -> None:
    ds = compare(leaky(), "classical,moments,moments:drude")
    again = qs.open(ds.qs.save(tmp_path / "ladder.nc"))
    assert again.qs.summary() == ds.qs.summary()
    assert again.qs.validity["moments"]["hbar kappa/kT"].verdict == "ok"
    figure = again.qs.plot(tmp_path / "ladder.png")
    assert (tmp_path / "ladder.png").stat().st_size > 10_000
    labels = {text.get_text() for text in figure.legends[0].get_texts()}
    assert labels == {"classical", "moments", "moments:drude"}
    for name, (unit, _) in DEVIATIONS.items():
        assert again[name].attrs["units"] == unit
        assert np.array_equal(again[name].values, again[name].values.T, equal_nan=True)


def test_a_rung_changes_the_bath_only_where_it_is_told_to() -> None:
    run = leaky()
    assert rung("moments:drude").of(run).circuit.element("R1").params["bath"] == "drude"
    drude = rung("moments:drude").of(run)
    assert rung("moments").of(drude).circuit.element("R1").params["bath"] == "drude", "the run's own choice stays"
    assert "bath" not in rung("classical").of(drude).circuit.element("R1").params, "classical could not take it"


@pytest.mark.parametrize(
    ("methods", "said"),
    [
        ("moments", "at least two"),
        ("moments,moments", "must be named once"),
        ("moments,gkls", "did you mean gksl"),
        ("moments,classical:drude", "must have a memory"),
    ],
)
def test_methods_that_are_none_are_refused_by_name(methods: str, said: str) -> None:
    with pytest.raises(qs.InputError, match=said):
        rungs(methods)


def test_a_method_that_was_named_and_cannot_run_is_refused_before_anything_is_computed() -> None:
    with pytest.raises(qs.InputError, match="needs a resonator"):
        compare(leaky(), "moments,gksl")


@pytest.mark.slow
def test_an_ensemble_is_compared_by_its_means() -> None:
    """A record's neuron beside the classical one: σ(V) of all, counts as means, the measurement left out where nobody
    reads it. Catches: trajectories that are taken for nodes, and a σ(V) that forgets how far the means are apart.
    """
    run = leaky(duration=10e-9, measurement={"strength": 1e11}, memory="measured", trajectories=40)
    ds = compare(run, "classical,moments")
    alone = qs.run(run.replace(classical=False))
    assert ds.spike_count.values[1, 0] == pytest.approx(alone.spike_count.values.mean())
    total = (alone.voltage_std**2).mean("trajectory") + alone.voltage.var("trajectory")
    np.testing.assert_allclose(ds.voltage_std.values[1] ** 2, total.values, rtol=1e-12)
    assert "moments" in ds.qs.summary()


def test_expected_spikes_are_compared_by_their_number_and_a_row_says_what_made_them() -> None:
    """A clicking neuron beside one whose mean stays below the threshold: apart by what is expected of the first.

    Catches: two empty event tables that are called "as many" spikes; an expectation that silently stands for a click.
    """
    run = escape_neurons.membrane(duration=12e-9, current=0.39e-9)
    ds = compare(run, "moments,brownian")
    expected = float(ds.spike_count.values[1, 0])
    assert expected > 0.1
    assert ds.spike_count_difference.values[0, 1] == expected
    rows = [line.split() for line in ds.qs.summary().splitlines()[1:4]]
    assert [row[:2] for row in rows[1:]] == [["moments", "expectation"], ["brownian", "escape"]]
    assert f"{expected:.3g} apart in number" in ds.qs.summary()


def test_superposed_spikes_are_compared_by_the_number_that_is_expected() -> None:
    """Catches: the zero of an event table in which no spike has happened."""
    ds = xr.Dataset({"spike_count": ("neuron", [0]), "count_mean": ("neuron", [2.06]), SUPERPOSED: ("bin", [0.1])})
    assert averaged(ds).spike_count.item() == 2.06
