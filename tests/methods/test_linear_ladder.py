"""The linear neuron by every exact method, from weak to strong coupling and from hot to cold: within 1e-3.

κ/ω0 from 1e-3 to 1, T = 5, 20, 200 mK (ħω0/kT = 48, 12, 1.2), ω_c = 10 ω0. A corner of it, heom included, runs with the
quick tests as the agreement report.
"""

from __future__ import annotations

import numpy as np
import pytest

from quspike.baths.noise import flux_variance, voltage_variance
from quspike.run.compile import Problem, compile_run
from quspike.run.schema import Run

pytestmark = pytest.mark.slow

C, L = 100e-15, 10e-9
OMEGA, Z = (L * C) ** -0.5, (L / C) ** 0.5
CUTOFF, START = 10 * OMEGA, 5e-6  # rad/s, V
COVARIANCE = ("flux_variance", "charge_variance")
MANY = 100  # poles: off fluctuation–dissipation by less than 5e-5 at 5 mK
POINTS = [(kappa, t) for t in (5e-3, 20e-3, 200e-3) for kappa in (1e-3, 0.03, 1.0)]
OTHERS = [point for point in POINTS if point != (0.03, 20e-3)]


def problem(kappa: float, temperature: float, method: str, bath: str, **settings: object) -> Problem:
    """κ in ω0, T in K; times in settings are in 1/ω0."""
    circuit = f"C1 m 0 100fF\nL1 m 0 10nH\nR1 m 0 {Z / kappa!r}ohm T={temperature}K cutoff={CUTOFF!r}rad/s bath={bath}"
    times = {name: settings.pop(name) / OMEGA for name in ("duration", "save_every", "dt") if name in settings}
    save = {"covariance": True}
    return compile_run(Run(circuit=circuit, method=method, classical=False, save=save, **times, **settings))


def apart(one, other) -> float:
    """Largest difference of ⟨φ²⟩ and ⟨q²⟩, over the largest value of each."""
    pairs = [(np.asarray(one.extra[name]), np.asarray(other.extra[name])) for name in COVARIANCE]
    return max(float(np.abs(a - b).max() / b.max()) for a, b in pairs)


@pytest.mark.parametrize(("kappa", "temperature"), POINTS)
def test_modes_and_moments_rest_where_fluctuation_dissipation_says(kappa: float, temperature: float) -> None:
    """⟨φ²⟩ and ⟨V²⟩ of both, with the modes and the poles that they choose themselves, against the two integrals.

    Catches: a comb too coarse for a width of κ = ω0/1000, zero-point motion of the line left out at κ = ω0.
    """
    exact = (
        flux_variance(C, kappa / Z, CUTOFF, temperature, L),
        C**2 * voltage_variance(C, kappa / Z, CUTOFF, temperature, L),
    )
    for method, bath in (("modes", "comb"), ("moments", "drude")):
        found = problem(kappa, temperature, method, bath, duration=1.0, save_every=0.5, dt=0.5).solve()
        for name, value in zip(COVARIANCE, exact, strict=True):
            np.testing.assert_allclose(found.extra[name], value, rtol=1e-3, err_msg=method)


@pytest.mark.parametrize(("kappa", "temperature"), [pytest.param(0.03, 20e-3, marks=pytest.mark.target), *OTHERS])
def test_modes_and_moments_go_there_together(kappa: float, temperature: float) -> None:
    """⟨V⟩, ⟨φ²⟩ and ⟨V²⟩ from the vacuum at 5 µV: modes, and moments with its own poles, against moments with 100.

    Catches: a comb that recurs, a line that begins at φ_m = 0, poles that are right at rest only.
    """
    settings = {"save_every": 0.5, "dt": 0.1, "initial": {"state": "vacuum", "voltage": START}}
    settings["duration"] = 20.0 if kappa == 1.0 else 60.0
    own = problem(kappa, temperature, "moments", "drude", **settings)
    exact = own.with_setup(poles=MANY).solve()
    for found in (problem(kappa, temperature, "modes", "comb", **settings).solve(), own.solve()):
        np.testing.assert_allclose(found.voltage, exact.voltage, rtol=0, atol=1e-3 * START)
        assert apart(found, exact) < 1e-3


@pytest.mark.parametrize(("kappa", "temperature"), [(0.3, 20e-3), (0.01, 20e-3), (0.3, 200e-3)])
def test_the_hierarchy_joins_them(kappa: float, temperature: float) -> None:
    """The corners of where heom is for, κ ≤ 0.3 ω0, ω_c ≤ 10 ω0, T ≥ 20 mK: from the vacuum, against 100 poles.

    Catches: an answer of the line half as strong, a pole of the wrong weight.
    """
    settings = {"duration": 12.0, "save_every": 0.5, "initial": {"state": "vacuum", "voltage": START}}
    exact = problem(kappa, temperature, "moments", "drude", dt=0.1, **settings).with_setup(poles=MANY).solve()
    found = problem(kappa, temperature, "heom", "drude", dt=0.01, truncation=18, **settings).solve()
    assert float(found.diagnostics["top_level_population"]) < 1e-5
    np.testing.assert_allclose(found.voltage, exact.voltage, rtol=0, atol=1e-3 * START)
    assert apart(found, exact) < 1e-3
