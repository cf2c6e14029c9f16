"""Memory: the quantum neuron answers by what came before, and a resistor in the memristor's place does not.

adapting    A constant current: each interval is longer than the one before it, as the flux that the spikes have carried
            lowers the memristance (examples/adapting.toml).
two pulses  The same pulse twice, so far apart that the membrane has forgotten the first: only the memory differs.
frozen      R_on = R_off = M(0): the same neuron without memory fires like a clock, and treats both pulses alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from quspike.claims import problems
from quspike.claims.claim import PAPER, Claim, Number, Outcome
from quspike.claims.problems import ADAPTING, T_REF, V_THRESHOLD, changed, spikes

AMPLITUDE, WIDTH, PERIOD, START = 0.6e-9, 80e-9, 330e-9, 10e-9  # A, s: between the pulses 250 ns, thirty leak times
GROWTH = 1e-3  # of the first interval: the least by which each interval must outgrow the one before
ADAPTED = 1.2  # the last interval over the first, at least
LATER = 0.02  # of the first pulse's latency: the least by which the second must be later
ROUNDING = 1e-8


def check() -> Outcome:
    """The adapting train and the two pulses, each with the memristor and with it frozen."""
    train, frozen = (spikes(s) for s in with_and_frozen(problems.adapting()))
    twice, twice_frozen = with_and_frozen(two_pulses())
    answers = [split_answers(spikes(s)) for s in (twice, twice_frozen)]
    numbers = (*adaptation(train, frozen), *history(answers), left_over(twice))
    gaps = np.diff(train)
    (first, second), _ = answers
    text = (
        f"{len(train)} spikes at intervals that grow from {_ns(gaps[:1])} to {_ns(gaps[-1:])} ns, then silence; with "
        f"the memristor frozen, {len(frozen)} at equal ones. The first of two equal pulses draws {len(first)} spikes "
        f"and the second {len(second)}, though the membrane itself has forgotten the first."
    )
    data = {
        "train": train,
        "frozen_train": frozen,
        "time": np.asarray(twice.time),
        "membrane": np.asarray(twice.membrane)[:, 0],
        "memristance": np.asarray(twice.memristance)[:, 0],
        "frozen_memristance": np.asarray(twice_frozen.memristance)[:, 0],
        "input": np.asarray(twice.input_current)[:, 0],
        "spikes": spikes(twice),
        "frozen_spikes": spikes(twice_frozen),
        "v_threshold": V_THRESHOLD,
    }
    return Outcome(numbers, text, data, draw)


def adaptation(train: np.ndarray, frozen: np.ndarray) -> tuple[Number, ...]:
    """Intervals that grow, and with a frozen memristor stay equal."""
    gaps, equal = np.diff(train), np.diff(frozen)
    enough, some = len(gaps) > 1, len(equal) > 1
    growth = float(np.min(np.diff(gaps)) / gaps[0]) if enough else float("nan")
    spread = float(np.ptp(equal) / np.mean(equal)) if some else float("nan")
    return (
        Number("least growth of an interval, of the first", growth, "", low=GROWTH),
        Number("last interval over the first", float(gaps[-1] / gaps[0]) if enough else float("nan"), "", low=ADAPTED),
        Number("spread of the intervals of the frozen neuron", spread, "", high=ROUNDING),
    )


def history(answers: list[tuple[np.ndarray, np.ndarray]]) -> tuple[Number, ...]:
    """What the first pulse changes in the answer to the second: latency and number of spikes."""
    (first, second), (same, again) = answers
    lost, frozen_lost = len(first) - len(second), len(same) - len(again)
    return (
        Number("second pulse's latency, over the first's, less 1", later(first, second), "", low=LATER),
        Number("spikes that the second pulse has lost", lost, "", low=1),
        Number(
            "frozen: latency of the second pulse over the first's, less 1", abs(later(same, again)), "", high=ROUNDING
        ),
        Number("frozen: spikes that it has lost", frozen_lost, "", 0, 0),
    )


def _ns(gap: np.ndarray) -> str:
    return f"{gap[0] * 1e9:.3f}" if len(gap) else "nothing"


def left_over(solution: Any) -> Number:
    """What is left on the membrane when the second pulse begins."""
    before = int(np.searchsorted(np.asarray(solution.time), START + PERIOD)) - 1
    value = abs(float(np.asarray(solution.membrane)[before, 0])) / V_THRESHOLD
    return Number("membrane when the second pulse begins, of the threshold", value, "", high=1e-6)


def later(first: np.ndarray, second: np.ndarray) -> float:
    """The latency of the second answer over that of the first, less 1; nan without a spike in both."""
    return float(second[0] / first[0] - 1) if len(first) and len(second) else float("nan")


def split_answers(times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Spikes after each pulse's beginning, counted from it, s."""
    since = [times - START - k * PERIOD for k in (0, 1)]
    return since[0][since[0] < PERIOD], since[1][since[1] >= 0]


def with_and_frozen(problem: Any) -> tuple[Any, Any]:
    """The solution, and that with the memristor frozen at what it is at t = 0."""
    plain = problem.solve()
    resistance = float(np.asarray(plain.memristance)[0, 0])
    frozen = changed(problem.params, elements={"MEM1": {"R_on": resistance, "R_off": resistance}})
    return plain, problem.solve(frozen)


@cache
def two_pulses() -> Any:
    """The adapting membrane, given the same pulse twice."""
    from quspike.drives import Pulses
    from quspike.run.compile import compile_run
    from quspike.run.neuron import Neuron
    from quspike.run.schema import Run

    run = Run(
        circuit=ADAPTING,
        neuron=Neuron("m", v_threshold=V_THRESHOLD, t_ref=T_REF),
        drives={"input": Pulses(AMPLITUDE, WIDTH, period=PERIOD, count=2, start=START)},
        duration=START + PERIOD + WIDTH + 20e-9,
        save_every=0.5e-9,
        method="moments",
        classical=False,
    )
    return compile_run(run)


def draw(data: Mapping[str, Any]) -> Any:
    """Figure of the growing intervals and of the two answers."""
    from quspike.plot.claims.memory import plot_memory

    return plot_memory(data)


CLAIM = Claim(
    "memory",
    "The quantized memristor and neuron show memory effects in their spiking.",
    f"{PAPER}, abstract",
    check,
)
