"""How many tiers a hierarchy is given: as many as one more does not change, for little more than the run's own cost."""

from __future__ import annotations

import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import quspike as qs
from heom_neurons import at_depth, josephson, linear, memristive, problem
from quspike.methods.heom.depth import TIERS, deviation, rehearse, sketched, with_poles
from quspike.run.compile import Problem
from quspike.run.simulate import solve_well

SHARP = memristive(20e-3, centre=0.5, width=0.5, kappas=(0.01, 0.3))
HOT = memristive(200e-3, cutoff=3.0, centre=0.5, width=1.0, kappas=(0.03, 0.3))
WEAK = memristive(20e-3)
JUNCTION = josephson(0.1, 5.0, 20e-3, 0.5)


def driven(circuit: str, memory: str = "operator", **settings) -> Problem:
    """From the vacuum at 5 µV, one turn of the mode."""
    drive = {"input": qs.Sine("20 nA", frequency="5.03 GHz")}
    initial = {"state": "vacuum", "voltage": "5 uV"}
    return problem(circuit, duration="0.2 ns", drives=drive, initial=initial, memory=memory, **settings)


def told(voltage, **changes) -> SimpleNamespace:
    """A solution of one instant, for a search that solves nothing."""
    one = np.ones((1, 1))
    found = {"voltage": voltage * one, "flux": one, "voltage_std": one, "memristance": one, "time": np.zeros(1)}
    extra = {"charge_variance": one, "flux_variance": one}
    return SimpleNamespace(
        **found | {"spike_time": np.zeros(0), "extra": extra, "diagnostics": {"finite": True}} | changes
    )


def test_the_depth_is_the_first_that_one_more_tier_does_not_change():
    """A series whose tiers change ⟨V⟩ by 1e-1, 1e-2, 1e-3 … of its rms, √2. Catches: the depth after it, or before.

    And one that never settles is refused with every number; a depth that overflows counts as not settled.
    """
    p = driven(WEAK)
    sizes = []

    def settling(setup):
        depth = setup.hierarchy.depth
        sizes.append((depth, len(setup.hierarchy.lines[0].xi)))
        return replace(setup, truncation=20), told(1 + 1.4 * 10.0 ** (1 - depth))

    chosen = rehearse(p.setup, p.params, settling)
    assert sizes == [(2, 1), (3, 1), (4, 1), (5, 1)]
    assert (chosen.hierarchy.depth, chosen.truncation) == (4, 20)
    assert chosen.hierarchy.error == pytest.approx(0.9 * 1.4e-3 / 2**0.5, rel=2e-3)
    assert chosen.hierarchy.lines == p.setup.hierarchy.lines

    def restless(setup):
        depth = setup.hierarchy.depth
        return setup, told(1.0 + depth % 2, diagnostics={"finite": depth != 3})

    with pytest.raises(qs.ConvergenceError, match=r"2: inf, 3: inf, 4: .*, 6: .* 0.001 is asked for"):
        rehearse(p.setup, p.params, restless)


def test_a_linear_node_is_not_rehearsed():
    """Catches: a search whose answer is known."""
    p = problem(linear(0.1, 5.0, 200e-3), truncation=10)
    assert rehearse(p.setup, p.params, lambda setup: pytest.fail("solved")) is p.setup
    assert (p.setup.hierarchy.depth, p.setup.hierarchy.error) == (2, 0.0)


@pytest.mark.slow
def test_two_tiers_are_exact_for_a_linear_node():
    """Its mean and covariance are those of three to 1e-6, and one tier is off by more than 1e-3.

    Catches: a tier that feeds a lower power of φ and q than it should.
    """
    settings = {"truncation": 14, "duration": "0.1 ns", "initial": {"state": "vacuum", "voltage": "5 uV"}}
    p = problem(linear(0.1, 5.0, 200e-3), dt="0.4 ps", **settings)
    one, two, three = (at_depth(p, depth).solve() for depth in (1, 2, 3))
    assert deviation(two, three) < 1e-6
    assert deviation(one, two) > TIERS


def test_a_spike_that_comes_later_is_measured_by_how_much_later():
    """Not by the threshold that V is off meanwhile. Catches: a hierarchy with spikes that never converges."""
    time, jump = np.linspace(0, 1, 1001), np.ones((1001, 1))
    still = {"flux": jump, "voltage_std": jump, "memristance": jump, "time": time}
    still["extra"] = {"charge_variance": jump, "flux_variance": jump}
    runs = []
    for spike in (0.5, 0.502):
        voltage = np.where(time >= spike, 0.0, time)[:, None]
        runs.append(told(voltage, spike_time=np.array([spike, np.nan]), **still))
    assert deviation(*runs) == pytest.approx(2e-3, rel=1e-2)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("circuit", "memory", "depth"),
    [(HOT, "operator", 2), (SHARP, "operator", 2), (JUNCTION, "mean_field", 2), (WEAK, "operator", 2)],
)
def test_a_sketch_with_one_pole_tells_what_one_more_tier_changes(circuit, memory, depth):
    """Between 0.7 and 2.5 times what it changes in the run itself, in equal Fock levels.

    Catches: a sketch without the line's answer, of another temperature, or with its memory left out.
    """
    p = driven(circuit, memory, truncation=16)
    own = deviation(*(at_depth(p, d).solve() for d in (depth, depth + 1)))
    p = replace(p, setup=sketched(p.setup, p.params))
    guess = deviation(*(at_depth(p, d).solve() for d in (depth, depth + 1)))
    assert 0.7 * own < guess < 2.5 * own


@pytest.mark.slow
@pytest.mark.parametrize(("circuit", "memory"), [(HOT, "operator"), (JUNCTION, "mean_field")])
def test_the_automatic_depth_costs_less_than_twice_the_best_fixed_one(circuit, memory, monkeypatch):
    """Numbers in the stack times steps, over all that an automatic run solves; the best depth is the first within 1e-3
    of three tiers more. Catches: a check that runs the hierarchy itself once more.
    """
    work = []
    solve = Problem.solve

    def counted(self, *given):
        solution = solve(self, *given)
        work.append(int(solution.diagnostics["hierarchy_size"]) * self.setup.truncation**2 * self.plan.steps)
        return solution

    monkeypatch.setattr(Problem, "solve", counted)
    p, automatic = solve_well(driven(circuit, memory), lambda text: None)
    spent = sum(work)
    best = p.setup.hierarchy.depth
    right = at_depth(p, best + 2).solve()
    assert deviation(automatic, right) < TIERS
    assert best == 2 or deviation(at_depth(p, best - 1).solve(), right) > TIERS
    work.clear()
    monkeypatch.setattr(sys.modules[solve_well.__module__], "rehearsed", lambda problem, *rest: problem)
    _, fixed = solve_well(at_depth(driven(circuit, memory, truncation=p.setup.truncation), best), lambda text: None)
    assert deviation(automatic, fixed) < 1e-4
    assert spent < 2 * sum(work)


@pytest.mark.slow
def test_a_memristance_that_neither_poles_nor_tiers_settle_is_refused():
    """κ/ω0 up to 2 within a tenth of a zero-point flux. Catches: a number where there is none."""
    sharp = memristive(20e-3, centre=0.0, width=0.1, kappas=(0.01, 2.0))
    with pytest.raises(qs.ConvergenceError, match=r"one tier more|fluctuation–dissipation"):
        solve_well(driven(sharp), lambda text: None)


@pytest.mark.slow
def test_poles_are_as_many_as_a_bent_node_needs():
    """Three poles more than fluctuation–dissipation asks for change no observable of a driven operator memristance by
    1e-3; a single one is off by more. Catches: poles chosen for a conductance that the memristance never has.
    """
    p = driven(SHARP, truncation=16)
    count = len(p.setup.hierarchy.lines[0].xi)
    ours, more, few = (
        at_depth(replace(p, setup=with_poles(p.setup, p.params, n)), 2).solve() for n in (count, count + 3, 1)
    )
    assert deviation(ours, more) < TIERS < deviation(ours, few)
