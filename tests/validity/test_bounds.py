"""Bounds of the validity numbers: where the map's error passes 3 %, and what each method says past them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import quspike as qs
from quspike.analysis.ladder.rungs import rung
from quspike.analysis.regime.points import BASE, OMEGA, Point
from quspike.analysis.regime.reach import along, reach
from quspike.analysis.regime.table import read_table
from quspike.run.compile import compile_run
from quspike.validity import announce, assess
from quspike.validity import bounds as b
from quspike.validity.common import memory_checks

DOCS = Path(__file__).parents[2] / "docs" / "how-to" / "regime-map.csv"
CUTS = [
    (b.SECULAR_COUPLING, "moments:markov", "coupling", "voltage_error", 1.0, 1),
    (b.SECULAR_CUTOFF, "moments:markov", "cutoff", "voltage_error", 1.0, -1),
    (b.CUTOFF, "brownian:mean_field", "cutoff", "voltage_error", 1.0, -1),
    (b.BROWNIAN_QUANTA, "brownian:mean_field", "quanta", "noise_error", 1.0, 1),
    (b.BROWNIAN_LEAK, "brownian:mean_field", "coupling", "noise_error", BASE.quanta, 1),
    (b.JOHNSON_QUANTA, "classical", "quanta", "noise_error", 1.0, 1),
]


@pytest.mark.parametrize(("crossing", "method", "cut", "error", "scale", "power"), CUTS)
def test_a_bound_is_where_the_maps_error_passes_three_percent(crossing, method, cut, error, scale, power) -> None:
    """And the numbers in its message are the map's. scale, power: from the cut's axis to the bound's.

    Catches: a bound, or a message, that the map does not bear out (κ/ω0 ≤ 0.3 for the secular equation).
    """
    ds = read_table(DOCS)
    for level, stated in ((0.01, crossing.percent), (0.1, crossing.tenth)):
        found = reach(ds, method, cut, level, error)
        if stated is None:
            assert found in (0.0, np.inf)
        else:
            assert stated == pytest.approx(scale * found**power, rel=0.06)
    x, y = along(ds, method, cut, error)
    order = np.argsort(scale * x**power)
    at_bound = np.exp(np.interp(np.log(crossing.bound), np.log(scale * x**power)[order], np.log(y)[order]))
    low, high = (0.09, 0.11) if crossing is b.BROWNIAN_LEAK else (0.02, 0.04)
    assert low <= at_bound <= high


@pytest.mark.parametrize(("wide", "shares"), b.WHITE_SHARES.items())
def test_what_white_noise_leaves_out_of_a_membrane_is_said(wide, shares) -> None:
    """σ(V) over (kT/C)^½ with a Drude line: 3 % more where it is said, and as much more as is said at the bound.

    ⟨V²⟩ = (kT/C) [1 + 2 Σ_n κω_c/(ν² + νω_c + κω_c)],  ν = 2πn kT/ħ.  Catches: a bound that is said to be harmless.
    """
    for ratio, share in ((shares[0], 1.03), (1.0, shares[1])):
        nu = 2 * np.pi / ratio * np.arange(1, 2_000_000)
        square = 1 + 2 * np.sum(wide / (nu**2 + nu * wide + wide))
        assert square**0.5 == pytest.approx(share, abs=0.005)
    assert wide == 100 or all(f"{number:g}" in b.WHITE_MEMBRANE for number in (wide, *shares))


def test_the_hierarchy_holds_up_to_its_bounds() -> None:
    """Within 1e-3 of the reference at κ/ω0 ≤ 0.3 and ω_c ≤ 10 ω0. Catches: bounds wider than what was measured."""
    ds = read_table(DOCS)
    for cut, bound in (("coupling", b.HIERARCHY_COUPLING), ("cutoff", b.HIERARCHY_CUTOFF)):
        for error in ("voltage_error", "noise_error"):
            x, y = along(ds, "heom:mean_field", cut, error)
            assert y[x <= bound].max() <= 1e-3


def judged(point: Point, method: str, **changes: object) -> list:
    """The verdicts of a run of this point by a method, whose memristance stands at its smallest all the time."""
    run = rung(method).of(point.run()).replace(**changes)
    problem = compile_run(run)
    setup = problem.setup
    count = len(problem.plan.save_times)
    small = float(problem.params["elements"]["MEM1"]["R_on"])
    memristance = np.linspace(2 * small, small, count)[:, None]
    solution = SimpleNamespace(time=problem.plan.save_times, memristance=memristance,
                               voltage_std=np.ones((count, 1)) * 1e-6, diagnostics={"error_estimate": 0.0})  # fmt: skip
    return assess(setup, problem.method.name, problem.params, solution)


FAR = [
    ("gksl:mean_field", Point(coupling=0.5), "kappa/omega0", {}),
    ("moments:markov", Point(coupling=0.5), "kappa/omega0", {}),
    ("moments:markov", Point(cutoff=2.0), "fastest rate/cutoff", {}),
    ("brownian:mean_field", Point(quanta=5.0), "hbar omega0/kT", {}),
    ("brownian:mean_field", Point(coupling=0.8), "hbar kappa/kT", {}),
    ("brownian:mean_field", Point(cutoff=2.0), "fastest rate/cutoff", {}),
    ("heom:mean_field", Point(coupling=0.5, quanta=2.0, cutoff=10.0), "kappa/omega0", {}),
    ("heom:mean_field", Point(quanta=2.0, cutoff=20.0), "cutoff/omega0", {}),
    ("classical", Point(quanta=5.0), "hbar omega0/kT", {"johnson_noise": True}),
]


@pytest.mark.parametrize(("method", "point", "name", "changes"), FAR)
def test_a_method_outside_its_validity_warns_and_strict_refuses_it(method, point, name, changes) -> None:
    """Each method of the ladder, past each of its bounds. Catches: a bound that a method does not look at."""
    checks = judged(point, method, **changes)
    with pytest.warns(qs.ValidityWarning, match=name):
        announce(checks, strict=False)
    with pytest.raises(qs.ValidityError, match=f"{name}.*regime-map"):
        announce(checks, strict=True)


@pytest.mark.parametrize("method", ["classical", "moments:markov", "moments:drude", "gksl:mean_field",
                                    "brownian:mean_field"])  # fmt: skip
def test_every_method_is_within_its_bounds_at_the_base_point(method) -> None:
    announce(judged(replace(BASE, quanta=0.3), method), strict=True)


@pytest.mark.parametrize(("memory", "verdict"), [("mean_field", "warn"), ("operator", "info")])
def test_a_memristance_that_stands_still_is_inert_unless_it_is_an_operator(memory, verdict) -> None:
    """Catches: `ok 0.0007 (must be ≤ 0.001)` of a number that must be ≥ 0.001."""
    setup = SimpleNamespace(membrane=SimpleNamespace(memristors=[SimpleNamespace(name="MEM1")]), memory=memory)
    (check,) = memory_checks(setup, SimpleNamespace(memristance=np.array([[1.0], [1.0007]])))
    assert check.verdict == verdict


def test_numbers_are_those_of_the_point() -> None:
    """κ/ω0 is that of the smallest memristance. Catches: the first one, half as large."""
    found = {check.name: check.value for check in judged(Point(coupling=0.05, cutoff=100.0), "moments:markov")}
    assert found["kappa/omega0"] == pytest.approx(0.05)
    assert found["fastest rate/cutoff"] == pytest.approx(0.01)
    assert pytest.approx(3.16e10, rel=1e-3) == OMEGA
