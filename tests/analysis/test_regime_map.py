"""The map of the methods: its errors are those that closed forms give, and what it says of them is read off right."""

from __future__ import annotations

import math

import numpy as np
import pytest
import xarray as xr

import quspike as qs
from quspike.analysis.regime_map import BASE, CAPACITANCE, IMPEDANCE, OMEGA, Point, reach, regime_map, regime_text
from quspike.baths.noise import voltage_variance
from quspike.constants import hbar
from quspike.plot import plot_regime_map


def made(x: list[float], error: list[float], cut: str = "coupling") -> xr.Dataset:
    """A map of one method and one cut."""
    variables = {name: (("point", "rung"), np.array(error)[:, None]) for name in ("voltage_error", "noise_error")}
    variables["drift_found"] = ("point", np.array(x))
    ds = xr.Dataset(variables, {"rung": ["m"], "cut": ("point", [cut] * len(x)), cut: ("point", x)})
    ds[cut].attrs["long_name"] = "x"
    return ds


@pytest.mark.slow
def test_errors_of_the_secular_equation_are_its_missing_shift_and_noise() -> None:
    """At the base point: ⟨V⟩ by the line's frequency pull δ = κω0/2ω_c, σ by the exact integral over ½ħω0 coth.

    A driven mode forgets its phase as e^{−κt/2}, which leaves δ(1 − e^{−κT/2})/(κ/2) of δT; W doubles in the run, and δ
    with it. Catches: errors relative to the wrong trace, a reference without the line's memory.
    """
    ds = regime_map(["classical", "moments:markov"], {"quanta": (BASE.quanta,)})
    time = 100.0 / OMEGA
    pull = BASE.coupling * OMEGA * time / (2 * BASE.cutoff)
    faded = BASE.coupling * OMEGA * time / 2
    assert pull * (1 - math.exp(-faded)) / faded < ds.voltage_error.sel(rung="classical").item() < 2 * pull
    ends = [math.sqrt(voltage_variance(CAPACITANCE, w / IMPEDANCE * BASE.coupling, BASE.cutoff * OMEGA,
                                       BASE.temperature, 10e-9)) for w in (1, 2)]  # fmt: skip
    secular = math.sqrt(hbar * OMEGA / (2 * CAPACITANCE) / math.tanh(BASE.quanta / 2))
    deficits = sorted(abs(secular / end - 1) for end in ends)
    assert 0.3 * deficits[0] < ds.noise_error.sel(rung="moments:markov").item() < 3 * deficits[1]
    assert np.isnan(ds.noise_error.sel(rung="classical").item())
    assert "1 %" in regime_text(ds)
    assert len(plot_regime_map(ds).axes) == 2


def test_a_reach_is_where_the_error_passes_one_percent() -> None:
    """error = x/10 passes 1 % at 0.1, between points too. Catches: interpolation on linear axes, the wrong side."""
    x = [0.003, 0.03, 0.3]
    assert reach(made(x, [v / 10 for v in x]), "m", "coupling") == pytest.approx(0.1, rel=1e-6)
    assert math.isnan(reach(made(x, [1e-4, 1e-4, 1e-3]), "m", "coupling"))
    slower = made([100.0, 30.0, 3.0], [1e-3, 1e-3 * 10 / 3, 1e-1 / 3], "cutoff")
    assert reach(slower, "m", "cutoff") == pytest.approx(10.0, rel=1e-6), "outwards is to a slower line"


def test_a_points_numbers_are_those_that_it_names() -> None:
    """κ/ω0, ħω0/kT and ω_c/ω0 of the circuit, and a memristor that falls to half."""
    point = Point(coupling=0.1, quanta=2.0, cutoff=10.0)
    p = point.run().circuit.element("MEM1").params
    assert p["R_off"] == pytest.approx(IMPEDANCE / 0.1)
    assert p["R_on"] == pytest.approx(p["R_off"] / 2)
    assert p["cutoff"] / OMEGA == pytest.approx(10.0)
    assert hbar * OMEGA / (1.380649e-23 * p["T"]) == pytest.approx(2.0)


def test_a_method_that_is_none_is_refused() -> None:
    with pytest.raises(qs.InputError, match="did you mean"):
        regime_map(["momentz"])
