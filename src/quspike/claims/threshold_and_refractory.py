"""Threshold and refractory time: the quantum circuit's f–I curve.

resistor    1/f = t_ref + RC ln[(RI − v_reset)/(RI − v_th)] for RI > v_th, and silence below
memristor   a conductance that only grows keeps each interval between the closed forms of the memristances at its two
            ends; the curve bends, from that of M(0) at the first interval to that of R_on once the neuron has adapted
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from quspike.claims import problems
from quspike.claims.claim import PAPER, Claim, Number, Outcome
from quspike.claims.problems import T_REF, V_THRESHOLD, changed, spikes

C, R, V_RESET = 100e-15, 50e3, 5e-6
R_ON = 10e3  # ohm: where the memristor ends
RHEOBASE = V_THRESHOLD / R  # A
CURRENTS = RHEOBASE * np.array([0.5, 0.99, 1.02, 1.05, 1.1, 1.2, 1.35, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0])
MEMRISTOR_CURRENTS = 1e-9 * np.array(
    [0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 1.9, 2.05, 2.25, 2.5, 3.0, 3.5, 4.0]
)
SILENT = 3.0  # of its last intervals without a spike: the neuron has stopped
EXACT = 1e-8  # of the interval
BRACKET = 1e-9  # of the interval: rounding of the saved memristance's interpolation is taken off the bracket
SETTLED = 1e-6  # of the interval: how near R_on the memristor has come in the run
BENT = 3.0  # the rheobase once adapted over the first, at least: M(0)/R_on = 8.3, less what the grid of currents misses


def check() -> Outcome:
    """The f–I curve of the neuron on a resistor, then of the adapting one; one compilation each."""
    resistor = [intervals_at(resistive(), current) for current in CURRENTS]
    measured = np.array([np.mean(gaps) if len(gaps) else np.inf for gaps in resistor])
    closed = closed_interval(CURRENTS, R, V_RESET)
    firing = np.isfinite(closed)
    error = np.max(np.abs(measured[firing] / closed[firing] - 1))
    silent = int(np.sum(np.isfinite(measured[~firing])))
    first, adapted, outside = memristive()
    lasting = np.isfinite(adapted)
    settled = np.abs(adapted[lasting] / closed_interval(MEMRISTOR_CURRENTS[lasting], R_ON) - 1)
    rheobases = [
        float(np.min(MEMRISTOR_CURRENTS, where=np.isfinite(gaps), initial=np.inf)) for gaps in (first, adapted)
    ]
    numbers = (
        Number("resistor: interval off the closed form", float(error), "", high=EXACT),
        Number("resistor: currents below the threshold that fire", silent, "", 0, 0),
        Number("shortest interval less t_ref", float(np.min(measured) - T_REF), "s", low=0.0),
        Number("memristor: intervals outside their closed forms", outside, "", 0, 0),
        Number(
            "memristor: adapted interval off that of R_on",
            float(np.max(settled)) if len(settled) else float("nan"),
            "",
            high=SETTLED,
        ),
        Number("memristor: rheobase once adapted, over the first", rheobases[1] / rheobases[0], "", low=BENT),
    )
    text = (
        f"On a resistor every interval is that of the closed form to {error:.0e}, from {RHEOBASE * 1e9:g} nA on. "
        f"The memristor bends the curve: {rheobases[0] * 1e9:g} nA draw more than one spike at first, but only "
        f"{rheobases[1] * 1e9:g} nA keep the neuron firing, where R_on I passes the threshold."
    )
    data = {
        "current": CURRENTS,
        "interval": measured,
        "memristor_current": MEMRISTOR_CURRENTS,
        "first": first,
        "adapted": adapted,
        **closed_curves(),
    }
    return Outcome(numbers, text, data, draw)


def closed_interval(current: Any, resistance: Any, v_reset: float = 0.0) -> np.ndarray:
    """`t_ref + RC ln[(RI − v_reset)/(RI − v_th)]` in s; inf where RI ≤ v_th."""
    reach = np.asarray(resistance * np.asarray(current), dtype=float)
    above = reach > V_THRESHOLD
    ratio = (np.where(above, reach, 1.0) - v_reset) / np.where(above, reach - V_THRESHOLD, 1.0)
    return np.where(above, T_REF + resistance * C * np.log(np.where(above, ratio, 1.0)), np.inf)


def intervals_at(problem: Any, current: float) -> np.ndarray:
    """The intervals (n − 1,) at a constant current, s."""
    return np.diff(spikes(problem.solve(changed(problem.params, drives={"input": {"amplitude": current}}))))


def memristive() -> tuple[np.ndarray, np.ndarray, int]:
    """First and adapted interval at each current (K,) [s], inf where there is none; and how many leave their bracket.

    The adapted interval is the run's last; a neuron that has fallen silent has none.
    """
    problem = adapting()
    first, adapted, outside = [], [], 0
    for current in MEMRISTOR_CURRENTS:
        solution = problem.solve(changed(problem.params, drives={"input": {"amplitude": current}}))
        times = spikes(solution)
        gaps = np.diff(times)
        lasting = len(gaps) > 0 and problem.run.duration - times[-1] < SILENT * gaps[-1]
        first.append(gaps[0] if len(gaps) else np.inf)
        adapted.append(gaps[-1] if lasting else np.inf)
        outside += beyond_bracket(current, times, solution)
    return np.array(first), np.array(adapted), outside


def beyond_bracket(current: float, times: np.ndarray, solution: Any) -> int:
    """How many intervals are shorter than at the memristance they begin with, or longer than at that they end with."""
    if len(times) < 2:
        return 0
    grid, memristance = np.asarray(solution.time), np.asarray(solution.memristance)[:, 0]
    before = memristance[np.searchsorted(grid, times[:-1], side="right") - 1]  # saved at, or before
    after = memristance[np.minimum(np.searchsorted(grid, times[1:]), len(grid) - 1)]
    gaps = np.diff(times)
    shortest, longest = (closed_interval(current, m) for m in (before, after))
    return int(np.sum((gaps < shortest * (1 - BRACKET)) | (gaps > longest * (1 + BRACKET))))


def closed_curves() -> dict[str, np.ndarray]:
    """The closed forms to draw: of R, of M(0) and of R_on, over fine currents."""
    fine, wide = (np.linspace(0, 1.05 * points[-1], 4000) for points in (CURRENTS, MEMRISTOR_CURRENTS))
    at_rest = float(np.asarray(adapting().solve().memristance)[0, 0])
    return {
        "fine": fine,
        "closed": closed_interval(fine, R, V_RESET),
        "wide": wide,
        "closed_at_rest": closed_interval(wide, at_rest),
        "closed_adapted": closed_interval(wide, R_ON),
    }


@cache
def resistive() -> Any:
    """The neuron on a resistor, with a reset above zero, fifty steps to a leak time."""
    circuit = f"C1 m 0 {C}F\nR1 m 0 {R}ohm T=20mK\nI1 0 m input"
    return compiled(circuit, V_RESET, duration=150e-9, dt=R * C / 50)


@cache
def adapting() -> Any:
    """The neuron of examples/adapting.toml, long enough for its memristor to end at R_on."""
    return compiled(problems.ADAPTING, 0.0, duration=3e-6, dt=None)


def compiled(circuit: str, v_reset: float, duration: float, dt: float | None) -> Any:
    """A neuron under a constant current from t = 0 on."""
    from quspike.drives import Step
    from quspike.run.compile import compile_run
    from quspike.run.neuron import Neuron
    from quspike.run.schema import Run

    run = Run(
        circuit=circuit,
        neuron=Neuron("m", v_threshold=V_THRESHOLD, v_reset=v_reset, t_ref=T_REF),
        drives={"input": Step(CURRENTS[-1])},
        duration=duration,
        save_every=1e-9,
        dt=dt,
        method="moments",
        classical=False,
    )
    return compile_run(run)


def draw(data: Mapping[str, Any]) -> Any:
    """Figure of both f–I curves."""
    from quspike.plot.claims.threshold_and_refractory import plot_threshold_and_refractory

    return plot_threshold_and_refractory(data)


CLAIM = Claim(
    "threshold-and-refractory",
    "Thresholding and refractory mechanisms within the quantum circuit produce spikes.",
    f"{PAPER}, key results, third",
    check,
)
