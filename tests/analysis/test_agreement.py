"""The ladder's agreement report: its rungs on three neurons, each pair within what theory lets it differ by."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import quspike as qs
from quspike.analysis.ladder import agreement as report
from quspike.analysis.ladder.agreement import Measured, Report, agreement, agreement_text
from quspike.analysis.ladder.neurons import EQUILIBRIUM, LADDER, Allowed, ladder_neuron
from quspike.cli.program import run_program
from quspike.methods.modes import covariance
from quspike.methods.registry import METHODS
from quspike.run.simulate import quiet_run

EXAMPLES = Path(__file__).parents[2] / "examples"
SHORT = {  # what is left out where minutes count; the slow test runs all
    "linear": (),
    "memristive": ("heom:operator", "gksl:operator"),
    "spiking": ("brownian:mean_field", "modes"),
}


def failing(reports: list[Report]) -> set[str]:
    """`rung – other: measure` of the pairs that are too far apart."""
    pairs = [one.allowed for found in reports for one in found.measured if not one.holds]
    return {f"{pair.rung} – {pair.other}: {pair.measure}" for pair in pairs}


@pytest.mark.parametrize("name", LADDER)
def test_the_ladder_agrees_as_far_as_theory_says(name: str) -> None:
    """The report, without its longest rungs. Catches: 2κ in one rung, kT for ħω coth, a line that answers at once."""
    found = agreement([name], without=SHORT[name])
    assert not failing(found), agreement_text(found)
    assert all(one.value >= 0 for one in found[0].measured)
    print(agreement_text(found))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["memristive", "spiking"])
def test_the_whole_ladder_agrees(name: str) -> None:
    """What `quspike agreement` prints."""
    found = agreement([name])
    assert not failing(found), agreement_text(found)
    assert len(found[0].measured) == len(ladder_neuron(name).allowed)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "mistaken", "pair"),
    [
        ("linear", "modes", "modes – moments:drude: ⟨V⟩"),
        ("memristive", "brownian", "modes:operator – brownian:operator: ⟨V⟩/e"),
        ("spiking", "moments", "moments:drude – classical: spikes"),
    ],
)
def test_twice_the_leak_in_one_rung_does_not_agree(
    name: str, mistaken: str, pair: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """2κ for κ: every resistance is half as large where one method runs."""

    def halved(run: qs.Run) -> xr.Dataset:
        circuit = run.circuit
        for element in circuit.of("R", "MEM") if run.method == mistaken else ():
            keys = [key for key in ("R", "R_on", "R_off") if key in element.params]
            circuit = circuit.replace(element.name, **{key: element.params[key] / 2 for key in keys})
        return quiet_run(run.replace(circuit=circuit))

    monkeypatch.setattr(report, "quiet_run", halved)
    assert pair in failing(agreement([name], without=[*SHORT[name], "heom"]))


@pytest.mark.slow
def test_modes_in_classical_equilibrium_do_not_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    """kT for ½ħω coth(ħω/2kT) in one rung."""
    from quspike.constants import k_B

    monkeypatch.setattr(covariance, "thermal_energy", lambda omega, t: k_B * t * np.ones_like(np.asarray(omega)))
    pairs = failing(agreement(["linear"], without=["heom"]))
    assert f"modes – {EQUILIBRIUM}: σ²(V)" in pairs
    assert "modes – moments:drude: σ²(φ)" in pairs
    assert f"moments:drude – {EQUILIBRIUM}: σ²(V)" not in pairs


@pytest.mark.parametrize("name", LADDER)
def test_each_neuron_is_an_example(name: str) -> None:
    """Catches: a number that was changed in one of the two places."""
    told = qs.load(EXAMPLES / f"ladder_{name}.toml")
    assert told.to_toml() == ladder_neuron(name).run().to_toml()


def test_every_method_is_on_a_rung_and_every_rung_is_measured() -> None:
    neurons = [ladder_neuron(name) for name in LADDER]
    known = set(METHODS) - {"trajectories"}  # statistics: held against their parents in tests/methods
    assert {label.split(":")[0] for neuron in neurons for label in neuron.rungs} == known
    for neuron in neurons:
        pairs = [(pair.rung, pair.other) for pair in neuron.allowed]
        assert {label for pair in pairs for label in pair} - {EQUILIBRIUM} == set(neuron.rungs)


def dataset(voltage: list[float], spikes: list[float], error: float = 0.0) -> xr.Dataset:
    """A result of two times and one node."""
    column = np.array(voltage)[:, None]
    both = ("time", "node")
    return xr.Dataset(
        {
            "voltage": (both, column),
            "voltage_std": (both, 0.5 * column),
            "voltage_error": (both, np.full_like(column, error)),
            "memristance": (("time", "element"), column),
            "flux_variance": (both, column),
            "spike_time": ("spike", spikes),
        }
    )


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("⟨V⟩", 1 / 4),
        ("⟨V²⟩", (25 - 16) / 16),
        ("σ²(V)", (25 - 16) / 16),
        ("σ²(φ)", 1 / 4),
        ("M", math.log(5 / 4)),
        ("spikes", 0.5),
        ("⟨V⟩/e", 1 / 0.2),
    ],
)
def test_measures_by_hand(measure: str, expected: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """V = (2, 5) against (2, 4), spikes at (1, 2.5) against (1, 2). Catches: σ for σ², the wrong one as unit."""
    two = {"a": dataset([2.0, 5.0], [1.0, 2.5], 0.2), "b": dataset([2.0, 4.0], [1.0, 2.0])}
    neuron = ladder_neuron("linear")
    assert report._apart(neuron, two, Allowed("a", "b", measure, 1.0, "")) == pytest.approx(expected)
    two["b"] = dataset([2.0, 4.0], [1.0])
    if measure == "spikes":
        assert report._apart(neuron, two, Allowed("a", "b", measure, 1.0, "")) == math.inf


def test_the_end_of_a_linear_circuit_is_held_against_its_integral() -> None:
    value = ladder_neuron("linear").equilibrium()["σ²(V)"]
    one = {"a": dataset([9.0, 2 * math.sqrt(1.1 * value)], [])}
    pair = Allowed("a", EQUILIBRIUM, "σ²(V)", 1.0, "")
    assert report._apart(ladder_neuron("linear"), one, pair) == pytest.approx(0.1)


def told(value: float) -> Report:
    pair = Allowed("modes", "heom", "M", 1e-3, "said so")
    return Report(ladder_neuron("linear"), {"modes": 1.0, "heom": 2.0}, (Measured(pair, value),))


@pytest.mark.parametrize(("value", "status"), [(5e-4, 0), (2e-3, 1), (math.nan, 1)])
def test_a_pair_too_far_apart_is_status_1(
    value: float, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches: a nan that passes, a status that forgets a failure."""
    monkeypatch.setattr(report, "agreement", lambda names, **options: [told(value)])
    assert run_program(["agreement", "linear"]) == status
    said = capsys.readouterr().out
    assert ("FAIL" in said) == bool(status)
    assert "said so" in said
    assert "heom 2.0 s" in said
    assert run_program(["agreement", "--json"]) == status
    assert json.loads(capsys.readouterr().out)[0]["pairs"][0]["holds"] is (status == 0)


def test_a_neuron_that_is_none_is_refused_by_name() -> None:
    with pytest.raises(qs.InputError, match="must be linear, memristive, spiking"):
        agreement(["square"])
