"""Trace, positivity and uncertainty along runs of every quantum method, hunted for violations over random parameters.

Each case is one compiled shape; hypothesis draws its numbers from the whole of their ranges, far outside of where the
method is accurate: an equation that is completely positive is so everywhere. Judged is what a run would have accepted,
that is, a space that holds the state and a step that is small enough.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import quspike as qs
from brownian_units import CHARGE, FLUX, IMPEDANCE, OMEGA, VOLTAGE, kelvin, memristor, resistor, resonator
from quspike.methods.brownian import terms
from quspike.run.compile import compile_run
from state_health import Health, deficit, watched, with_numbers

ACCEPTED = 1e-6
"""Of a space's edge and of the steps' error, in an automatic run; what a run lets −λ of ρ be without a warning."""
EXACT = 1e-9


def logarithmic(low, high):
    return lambda u: low * (high / low) ** u


def linear(low, high):
    return lambda u: low + (high - low) * u


COLD_TO_HOT = logarithmic(kelvin(0.05), kelvin(3.0))
RESISTANCES = logarithmic(IMPEDANCE / 0.3, IMPEDANCE / 1e-3)
LEAKS = {
    "elements.MEM1.R_off": RESISTANCES,
    "elements.MEM1.R_on": RESISTANCES,
    "elements.MEM1.phi_c": linear(-FLUX, FLUX),
    "elements.MEM1.phi_s": linear(0.6 * FLUX, 3 * FLUX),
    "elements.MEM1.T": COLD_TO_HOT,
    "elements.R1.R": RESISTANCES,
    "elements.R1.T": COLD_TO_HOT,
    "drives.tone.amplitude": linear(0, CHARGE * OMEGA),
    "drives.tone.frequency": linear(0.2 * OMEGA / 2 / np.pi, 2 * OMEGA / 2 / np.pi),
}
CAT = {"initial.cat_re": linear(0.0, 1.3), "initial.cat_im": linear(-0.6, 0.6)}
THERMAL = {"initial.occupation": linear(0, 0.8), "initial.flux": linear(-FLUX, FLUX)}
SPIKES = {
    "neuron.v_threshold": linear(0.3 * VOLTAGE, 1.5 * VOLTAGE),
    "neuron.t_ref": linear(0.0, 1 / OMEGA),
}
PARTS = (memristor(0.02, 0.1, 0.4, 1.0, 1.0), resistor(0.05, 1.0), "I1 0 m tone")
NEURON = {"v_threshold": float(0.8 * VOLTAGE), "t_ref": float(0.5 / OMEGA)}
EVEN_CAT = {"state": "cat", "alpha": 1.0, "parity": "even"}
"""The vacuum for α → 0: the state with the least room, where an equation that is not positive shows first."""


@dataclass(frozen=True)
class Case:
    """A method, its circuit, and what is drawn. positive : the least that an eigenvalue of ρ may be.

    Equations of Lindblad's form keep ρ positive to rounding; a state that a grid cuts off may be off by
    1e-6, and a hierarchy was seen to be off by 3e-5.
    """

    method: str
    ranges: dict[str, Any]
    circuit: str = resonator(*PARTS)
    memory: str = "mean_field"
    duration: float = 4.0
    step: float = 0.1
    positive: float = -EXACT
    examples: int = 150
    run: dict[str, Any] = field(default_factory=dict)

    def problem(self):
        given = {
            "circuit": self.circuit, "method": self.method, "memory": self.memory, "classical": False,
            "drives": {"tone": qs.Sine(f"{CHARGE * OMEGA!r} A", frequency=OMEGA / 2 / np.pi)},
            "duration": self.duration / OMEGA, "save_every": self.duration / OMEGA / 10, "dt": self.step / OMEGA,
            "save": {"covariance": True},
        }  # fmt: skip
        return compile_run(qs.Run(**(given | self.run)))

    def numbers(self, unit):
        return {path: draw(u) for (path, draw), u in zip(self.ranges.items(), unit, strict=False)}


BASEBAND = "\n".join(["C1 m 0 100fF", *PARTS])
PAIR = "\n".join(
    ["Ca m 0 100fF", "La m 0 10nH", "Cb n 0 80fF", "Lb n 0 9nH", "Cc m n 20fF", resistor(0.05, 1.0),
     f"R2 m n {IMPEDANCE / 0.1!r}ohm T={kelvin(0.3)!r}K", "I1 0 m tone"]
)  # fmt: skip
PAIRED = {"elements.R1.T": COLD_TO_HOT, "elements.R2.T": COLD_TO_HOT, "elements.R1.R": RESISTANCES,
          "elements.R2.R": RESISTANCES}  # fmt: skip
JUNCTION = resonator(*PARTS, "JJ1 m 0 Lj=40nH")

CASES = {
    "moments, baseband, spiking": Case(
        "moments", LEAKS | SPIKES, BASEBAND, run={"neuron": qs.Neuron("m", **NEURON)}, duration=8.0
    ),
    "moments, resonator": Case("moments", LEAKS | THERMAL),
    "moments, coloured": Case(
        "moments", {k: v for k, v in LEAKS.items() if not k.endswith(".T")},
        BASEBAND.replace(" T=", " bath=drude cutoff=3e11rad/s T="),
    ),
    "moments, two nodes": Case("moments", PAIRED, PAIR),
    "gksl, junction": Case("gksl", LEAKS | CAT, JUNCTION, run={"truncation": 20, "initial": EVEN_CAT}, step=0.05),
    "gksl, operator": Case(
        "gksl", LEAKS | CAT | SPIKES, memory="operator",
        run={"truncation": 18, "initial": EVEN_CAT, "neuron": qs.Neuron("m", membrane="envelope", **NEURON)},
    ),
    "gksl, two nodes": Case("gksl", PAIRED, PAIR, run={"truncation": 7}, duration=2.0, examples=30),
    "heom, operator": Case(
        "heom", {k: v for k, v in LEAKS.items() if k.startswith(("drives", "elements.MEM1.phi"))} | CAT,
        resonator(memristor(0.02, 0.1, 0.4, 1.0, 1.0) + " cutoff=2e11rad/s", "I1 0 m tone"), memory="operator",
        duration=1.5, step=0.008, positive=-1e-4, run={"truncation": 14, "initial": EVEN_CAT},
    ),
    "brownian, operator": Case(
        "brownian", LEAKS | CAT, memory="operator", duration=1.5, step=0.02, positive=-ACCEPTED,
        run={"truncation": 28, "initial": EVEN_CAT},
    ),
    "brownian, next order, junction": Case(
        "brownian", LEAKS | CAT, JUNCTION, memory="operator", duration=1.5, step=0.02, positive=-ACCEPTED,
        run={"truncation": 28, "initial": EVEN_CAT, "diffusion": "next_order"},
    ),
    "brownian, baseband, spiking": Case(
        "brownian", LEAKS | SPIKES, BASEBAND, memory="operator", duration=2.0, step=0.02, positive=-ACCEPTED,
        run={"truncation": 28, "neuron": qs.Neuron("m", **NEURON)},
    ),
}  # fmt: skip


@cache
def hunter(name):
    """numbers → Health of one case, compiled once; and how many were judged, of how many."""
    case, count = CASES[name], [0, 0]
    problem = case.problem()
    judge = gaussian(problem) if case.method == "moments" else watched(problem)

    def check(unit):
        health = judge(with_numbers(problem.params, case.numbers(unit)))
        count[1] += 1
        if health.edge > ACCEPTED or health.error > ACCEPTED:
            return
        count[0] += 1
        assert health.trace < 1e-8, health
        assert health.smallest > case.positive, health
        assert health.deficit < EXACT, health

    return check, count


def gaussian(problem):
    """params → Health of a state that is its covariance."""

    def judge(params):
        s = problem.solve(params)
        found = {name: np.asarray(values) for name, values in s.extra.items()}
        worst = float(s.diagnostics["uncertainty_deficit"])
        if "flux_variance" in found:
            worst = max(
                worst, deficit(*(found[k] for k in ("flux_variance", "flux_charge_covariance", "charge_variance")))
            )
        return Health(0.0, 0.0, worst, 0.0, float(s.diagnostics["error_estimate"]))

    return judge


def hunt(name, examples):
    """Draw that many; a third must have been judged, as a space of fixed size does not hold them all."""
    check, count = hunter(name)
    count[:] = [0, 0]
    width = len(CASES[name].ranges)

    @settings(
        max_examples=examples, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(st.lists(st.floats(0, 1), min_size=width, max_size=width))
    def violate(unit):
        check(unit)

    violate()
    assert 3 * count[0] >= count[1], count


@pytest.mark.parametrize("name", ["moments, baseband, spiking", "brownian, operator"])
def test_no_state_of_a_run_is_impossible(name):
    """Tr ρ = 1, ρ ≥ 0 and √det σ ≥ ħ/2 at every node, for thirty draws. Catches a diffusion that is too small."""
    hunt(name, 30)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_no_state_of_any_method_is_impossible(name):
    """The same of every method, memory and circuit, and more of it."""
    hunt(name, CASES[name].examples)


@pytest.mark.slow
def test_no_covariance_of_the_lines_themselves_is_impossible():
    """`modes` at random damping from κ/ω0 = 0.003 to 3 and 5 mK to 1 K, with and without an inductor: √det σ ≥ ħ/2."""
    random = np.random.default_rng(11)
    for draw in range(8):
        leak, kT = 10 ** random.uniform(-2.5, 0.5), 10 ** random.uniform(-1.7, 0.6)
        elements = ["C1 m 0 100fF", resistor(leak, kT), "I1 0 m tone"] + ["L1 m 0 10nH"] * (draw % 2)
        circuit = "\n".join(elements).replace(" T=", " cutoff=3e11rad/s T=")
        run = {"method": "modes", "memory": "mean_field", "duration": 3.0, "step": 0.1}
        s = Case(circuit=circuit, ranges={}, **run).problem().solve()
        assert float(s.diagnostics["uncertainty_deficit"]) < EXACT, (leak, kT)


@pytest.mark.slow
def test_the_hunt_finds_an_equation_that_is_not_positive(monkeypatch):
    """Without its term of 1/16 the Caldeira–Leggett equation breaks the uncertainty relation or ρ ≥ 0: it is found."""
    monkeypatch.setitem(terms.DIFFUSION, "minimal", 0.0)
    hunter.cache_clear()
    try:
        with pytest.raises(AssertionError, match="Health"):
            hunt("brownian, operator", 150)
    finally:
        hunter.cache_clear()
