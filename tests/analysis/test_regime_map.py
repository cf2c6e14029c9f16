"""The map of the methods: its errors are those that closed forms give, and what it says of them is read off right."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import quspike as qs
from quspike.analysis.ladder.rungs import rung
from quspike.analysis.regime.kept_problem import KeptProblem
from quspike.analysis.regime.map import regime_map
from quspike.analysis.regime.points import BASE, CAPACITANCE, DURATION, IMPEDANCE, OMEGA, ZERO_POINT, Point
from quspike.analysis.regime.reach import reach, regime_text
from quspike.analysis.regime.table import read_table, write_table
from quspike.baths.noise import voltage_variance
from quspike.constants import hbar
from quspike.plot import plot_regime_map

DOCS = Path(__file__).parents[2] / "docs" / "how-to" / "regime-map.csv"


def made(x: list[float], error: list[float], cut: str = "coupling") -> xr.Dataset:
    """A map of one method and one cut."""
    variables = {name: (("point", "rung"), np.array(error)[:, None]) for name in ("voltage_error", "noise_error")}
    variables["drift_found"] = ("point", np.array(x))
    return xr.Dataset(variables, {"rung": ["m"], "part": ("point", [cut] * len(x)), cut: ("point", x)})


@pytest.mark.slow
def test_errors_of_the_secular_equation_are_its_missing_shift_and_noise() -> None:
    """Weakly coupled, on a slow line: ⟨V⟩ by the line's pull δ = κω0/2ω_c, σ by the exact integral over ½ħω0 coth.

    A driven mode forgets its phase as e^{−κt/2}, which leaves δ(1 − e^{−κT/2})/(κ/2) of δT; W doubles in the run, and δ
    with it. Catches: errors relative to the wrong trace, a reference without the line's memory.
    """
    slow = 30.0
    ds = regime_map(["classical", "moments:markov"], {"cutoff": (slow,)})
    time, first = DURATION / OMEGA, BASE.coupling / 2
    pull = first * OMEGA * time / (2 * slow)
    faded = first * OMEGA * time / 2
    assert pull * (1 - math.exp(-faded)) / faded < ds.voltage_error.sel(rung="classical").item() < 2 * pull
    ends = [math.sqrt(voltage_variance(CAPACITANCE, w / IMPEDANCE * first, slow * OMEGA,
                                       BASE.temperature, 10e-9)) for w in (1, 2)]  # fmt: skip
    secular = math.sqrt(hbar * OMEGA / (2 * CAPACITANCE) / math.tanh(BASE.quanta / 2))
    deficits = sorted(abs(secular / end - 1) for end in ends)
    assert 0.3 * deficits[0] < ds.noise_error.sel(rung="moments:markov").item() < 3 * deficits[1]
    assert ds.noise_error.sel(rung="classical").item() > deficits[1], "kT/C has no quantum of the mode at all"
    assert "10 %" in regime_text(ds)
    assert len(plot_regime_map(ds).axes) == 2


@pytest.mark.slow
@pytest.mark.parametrize(("cut", "value", "method", "error"), [
    ("coupling", 0.1, "moments:markov", "voltage_error"),
    ("quanta", 3.0, "brownian:mean_field", "noise_error"),
    ("cutoff", 10.0, "moments:markov", "voltage_error"),
])  # fmt: skip
def test_the_map_in_the_docs_is_measured_again(cut: str, value: float, method: str, error: str) -> None:
    """One point of three cuts. Catches: a table in the docs that the code no longer gives."""
    again = regime_map([method], {cut: (value,)})[error].item()
    ds = read_table(DOCS)
    here = ds.isel(point=(ds.part == cut).values & (ds[cut] == value).values & (ds.cutoff >= 10).values)
    recorded = here[error].sel(rung=method).dropna("point").item()
    assert again == pytest.approx(recorded, rel=0.02)


def test_a_reach_is_where_the_error_passes_one_percent() -> None:
    """error = x/10 passes 1 % at 0.1, between points too. Catches: interpolation on linear axes, the wrong side."""
    x = [0.003, 0.03, 0.3]
    assert reach(made(x, [v / 10 for v in x]), "m", "coupling") == pytest.approx(0.1, rel=1e-6)
    assert math.isinf(reach(made(x, [1e-4, 1e-4, 1e-3]), "m", "coupling"))
    assert math.isnan(reach(made(x, [0.1, 0.2, 0.3]), "m", "coupling"))
    slower = made([100.0, 30.0, 3.0], [1e-3, 1e-3 * 10 / 3, 1e-1 / 3], "cutoff")
    assert reach(slower, "m", "cutoff") == pytest.approx(10.0, rel=1e-6), "outwards is to a slower line"


def test_a_points_numbers_are_those_that_it_names() -> None:
    """κ/ω0, ħω0/kT and ω_c/ω0 of the circuit, and a memristor that falls to half."""
    point = Point(coupling=0.1, quanta=2.0, cutoff=10.0)
    p = point.run().circuit.element("MEM1").params
    assert p["R_on"] == pytest.approx(IMPEDANCE / 0.1)
    assert p["R_on"] == pytest.approx(p["R_off"] / 2)
    assert p["cutoff"] / OMEGA == pytest.approx(10.0)
    assert hbar * OMEGA / (1.380649e-23 * p["T"]) == pytest.approx(2.0)
    bent = Point(bend=0.5).run()
    assert bent.memory == "operator"
    assert bent.circuit.element("MEM1").params["phi_s"] == pytest.approx(2 * ZERO_POINT)


@pytest.mark.slow
def test_a_kept_problem_gives_what_a_run_of_its_own_gives() -> None:
    """Another memristance, then one that senses something else. Catches: a compiled circuit used for another one."""
    kept, classical = KeptProblem(), rung("classical")
    kept.attempt(classical.of(Point(coupling=0.3).run()))
    for point in (Point(coupling=0.1), Point(coupling=0.1, drift=0.3, carrier=True)):
        run = classical.of(point.run())
        found, fresh = kept.solve(run), KeptProblem().solve(run)
        np.testing.assert_allclose(found.voltage, fresh.voltage, atol=2e-5 * np.abs(fresh.voltage).max())


def test_a_table_is_the_map_again(tmp_path: Path) -> None:
    """Catches: columns that change places, gaps that become zeros."""
    ds = read_table(DOCS)
    again = read_table(write_table(ds, tmp_path / "map.csv"))
    xr.testing.assert_identical(ds, again)
    assert np.isnan(ds.voltage_error.values).any()


def test_a_method_that_is_none_is_refused() -> None:
    with pytest.raises(qs.InputError, match="did you mean"):
        regime_map(["momentz"])
