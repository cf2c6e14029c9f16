"""The interval's density from the master equation, and the mean interval to 1 % from trajectories of our own.

Two resonators: one below its threshold, which vacuum noise carries over it now and then (claim quantum-threshold),
and a Josephson one near its own; and an RC membrane that spikes every ten leak times. What Monte Carlo needs follows
from the CV, (CV/1 %)² intervals; of the rarer ones it draws some, and its times are scaled. What both begin with is not
timed: a circuit's matrices for the equation (`interval_statistics` makes them each time, some 10 ms). Monte Carlo makes
its own in 4 ms. Errors are those of the mean interval, in standard errors of what was drawn; of the master equation
against the same with half as many levels again.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quspike.bench.race import InProcess, Rival, Running, Solved
from quspike.bench.rivals import versions

if TYPE_CHECKING:
    from quspike.methods.escape.space import Space
    from quspike.methods.method import Params, Setup
    from quspike.run.compile import Problem
    from quspike.run.schema import Run

RARE, OFTEN, MEMBRANE = "intervals-rare", "intervals", "intervals-membrane"
TITLES = {
    RARE: "interval of a quantum neuron below its threshold; mean to 1 %; error in standard errors of what was drawn",
    OFTEN: "interval of a Josephson neuron near its threshold; mean to 1 %; error in standard errors of what was drawn",
    MEMBRANE: "interval of a warm RC membrane; mean to 1 %; error in standard errors of what was drawn",
}
WANTED = 0.01  # of the mean interval
DRAWN = {RARE: 8, OFTEN: 2000, MEMBRANE: 5000}  # intervals, of the (CV/1 %)² ≤ 10,000 that are needed
CV = {RARE: 1.0, OFTEN: 1.0, MEMBRANE: 0.72}  # as computed: of a few that are drawn it would be a guess
ACCURATE = 4.0  # standard errors


@dataclass(frozen=True)
class Seen:
    """A mean interval and its standard error, s; where it is computed, none."""

    mean: float
    deviation: float

    def error(self, reference: Seen) -> float:
        """In standard errors; of what is computed, in hundredths of the mean."""
        scale = self.deviation or WANTED * reference.mean
        return abs(self.mean - reference.mean) / scale


def problem(name: str) -> Problem:
    """The neuron, ready."""
    from quspike.run.compile import compile_run

    return compile_run({RARE: cold, OFTEN: josephson, MEMBRANE: membrane}[name]())


def cold() -> Run:
    """A linear resonator at 1 mK, driven to 60 % of its threshold; an edge of a twentieth of V_zpf, Γ0 of κ/1000."""
    from quspike.constants import hbar
    from quspike.drives import Step
    from quspike.run.neuron import Neuron
    from quspike.run.schema import Run

    omega = (10e-9 * 100e-15) ** -0.5
    escape = {"rate": 1e-3 / (31.6e3 * 100e-15), "width": 0.05 * (hbar * omega / 200e-15) ** 0.5}
    neuron = Neuron("m", membrane="quadrature", quadrature_phase=math.pi / 2, v_threshold=10e-6, t_ref=2e-9,
                    spike="escape", escape=escape)  # fmt: skip
    return Run(
        circuit="C1 m 0 100fF\nL1 m 0 10nH\nR1 m 0 31.6kohm T=1mK\nI1 0 m tone",
        neuron=neuron, drives={"tone": Step(f"{6e-6 / 31.6e3!r}A", envelope_of=omega / (2 * math.pi))}, method="gksl",
        duration=1e-6, classical=False,
    )  # fmt: skip


def josephson() -> Run:
    """A resonator whose inductor is a junction, driven along its quadrature."""
    from quspike.drives import Step
    from quspike.run.neuron import Neuron
    from quspike.run.schema import Run

    neuron = Neuron("m", membrane="quadrature", quadrature_phase=math.pi / 2, v_threshold=10e-6, t_ref=2e-9,
                    spike="escape", escape={"rate": 2e8, "width": 2e-6})  # fmt: skip
    return Run(
        circuit="C1 m 0 100fF\nJJ1 m 0 Ic=33nA\nR1 m 0 31.6kohm T=20mK\nI1 0 m tone",
        neuron=neuron, drives={"tone": Step("0.5nA", envelope_of=4.97e9)}, method="gksl", nonlinearity="secular",
        truncation=20, duration=1e-7, classical=False,
    )  # fmt: skip


def membrane() -> Run:
    """An RC membrane at 20 mK whose drive would hold it at 17 µV, three short of its threshold."""
    from quspike.run.neuron import Neuron
    from quspike.run.schema import Run

    neuron = Neuron("m", v_threshold="20uV", t_ref=2e-9, spike="escape", escape={"rate": 2e9, "width": 5e-7})
    return Run(
        circuit="C1 m 0 100fF\nR1 m 0 50kohm T=20mK\nI1 0 m 0.34nA", neuron=neuron, duration=1e-7, method="brownian",
        classical=False,
    )  # fmt: skip


def computed(ready: Problem, levels: int | None = None, kept: dict[int | None, Space] | None = None) -> Seen:
    """Density, survival, hazard and mean; levels : to begin with; kept : matrices by the number of levels."""
    from dataclasses import replace

    from quspike.methods.escape.choice import interval_space
    from quspike.methods.escape.statistics import Question, answer

    known: dict[int | None, Space] = {} if kept is None else kept

    def matrices(setup: Setup, params: Params) -> Space:
        if setup.truncation not in known:
            known[setup.truncation] = interval_space(setup, params)
        return known[setup.truncation]

    setup = ready.setup if levels is None else replace(ready.setup, truncation=levels)
    found = answer(setup, ready.params, ready.run.duration, Question("stationary", None, None), matrices)
    return Seen(found.mean, 0.0)


def interval_rivals(name: str) -> list[Rival]:
    """quspike, and Monte Carlo by quspike."""
    drawn = f"{DRAWN[name]} intervals, scaled to (CV/1 %)²"
    return [
        Rival(f"quspike {_method(name)}", "master equation", "density, survival, mean", "quspike", _density(name)),
        Rival("quspike Monte Carlo", _drawn_by(name), drawn, "given", _drawn(name), once=True),
    ]


def _method(name: str) -> str:
    return "brownian" if name == MEMBRANE else "gksl"


def _drawn_by(name: str) -> str:
    return "Langevin's equation" if name == MEMBRANE else "pure states that jump"


def interval_reference(name: str) -> Seen:
    """With half as many levels again, where there are levels."""
    ready = problem(name)
    return computed(ready, int(1.5 * (ready.setup.truncation or 2)) if name == OFTEN else None)


def _density(name: str) -> Callable[[ExitStack], Running]:
    def begin(stack: ExitStack) -> Running:
        ready = problem(name)
        kept: dict[int | None, Space] = {}
        return InProcess(lambda: computed(ready, kept=kept), versions("quspike", "scipy"))

    return begin


class Sampled:
    """Monte Carlo of a few intervals, whose times are scaled to as many as 1 % needs."""

    def __init__(self, name: str) -> None:
        self.ready, self.count, self.variation = problem(name), DRAWN[name], CV[name]
        self.versions = versions("quspike", "numpy")

    def solve(self) -> Solved:
        """One ensemble: the first interval of each, from the state that a reset leaves."""
        import time

        from quspike.methods.escape.sampled import sample_trains

        began, worked = time.perf_counter(), time.process_time()
        times = sample_trains(self.ready.setup, self.ready.params, self.count, 1, seed=0).times[:, 0]
        wall, cpu = time.perf_counter() - began, time.process_time() - worked
        t_ref = float(self.ready.params["neuron"]["t_ref"])
        mean, deviation = t_ref + float(np.mean(times)), float(np.std(times, ddof=1))
        scale = (self.variation / WANTED) ** 2 / self.count
        return Solved(scale * wall, scale * cpu, Seen(mean, deviation / math.sqrt(self.count)))


def _drawn(name: str) -> Callable[[ExitStack], Running]:
    return lambda stack: Sampled(name)
