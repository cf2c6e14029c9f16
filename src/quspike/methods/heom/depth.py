"""How many tiers a hierarchy needs: the fewest that one more does not change, found on a sketch of the run.

    |O_D − O_{D+1}| ≤ 1e-3   for O = ⟨φ⟩, ⟨V⟩ (of their rms), Var φ, Var V (of their largest), memristance (of itself)

A linear node needs no search: nⱼ counts and powers of φ and q trade one for one, so D tiers are exact for its moments
up to order D, and two for mean and covariance.

Any other is sketched: the same run, its lines' noise with a single pole, which has three companions a tier where the
run itself has twenty. What tiers beyond the last would do depends on how strongly the lines answer and how bent F or
the potential is, and little on the noise's fine structure: the sketch's number is 0.7 to 2.5 times the run's own
(measured for sigmoids over ½ to 2 zero-point fluxes at κ/ω0 = 0.1 and 0.3, 20 and 200 mK; a test holds it). Its
steps are longer too, so that all of the search is cheaper than the run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from quspike.baths.drude_exponents import few_poles
from quspike.errors import ConvergenceError
from quspike.methods.heom.lines import SharedLine
from quspike.methods.heom.prepare import FIRST_DEPTH, MOST_DEPTH, is_linear, with_depth
from quspike.methods.method import Params, Setup, Solution

TIERS = 1e-3  # of each observable, that one more tier may change
Attempt = Callable[[Setup], tuple[Setup, Solution]]


def rehearse(setup: Setup, params: Params, attempt: Attempt) -> Setup:
    """The setup with the fewest tiers that one more does not change, and the Fock levels that its sketch needed.

    attempt : solves the run with another setup and gives back the solution, and the setup with the levels it took.

    Raises ConvergenceError, with every depth and its number, when the deepest hierarchy does not suffice.
    """
    if is_linear(setup):
        return setup
    sketch, before = attempt(with_depth(sketched(setup, params), params, FIRST_DEPTH))
    tried: dict[int, float] = {}
    for depth in range(FIRST_DEPTH, MOST_DEPTH + 1):
        sketch, after = attempt(with_depth(sketch, params, depth + 1))
        tried[depth] = deviation(before, after)
        if tried[depth] <= TIERS:
            chosen = replace(setup.hierarchy, error=tried[depth])
            return with_depth(replace(setup, truncation=sketch.truncation, hierarchy=chosen), params, depth)
        before = after
    raise ConvergenceError(_failure(tried, sketch.truncation))


def sketched(setup: Setup, params: Params) -> Setup:
    """The setup with one pole in each line's noise, and nothing saved but the covariance."""
    return replace(with_poles(setup, params, 1), save_covariance=True, save_states=False)


def with_poles(setup: Setup, params: Params, count: int) -> Setup:
    """The setup with so many poles in each line's noise."""

    def refitted(line: SharedLine) -> SharedLine:
        first = params["elements"][setup.one.dissipators[line.members[0]].name]
        xi, eta = few_poles(float(first["cutoff"]), float(first["T"]), count)
        return replace(line, xi=tuple(map(float, xi)), eta=tuple(map(float, eta)))

    lines = tuple(refitted(line) for line in setup.hierarchy.lines)
    return with_depth(replace(setup, hierarchy=replace(setup.hierarchy, lines=lines)), params, setup.hierarchy.depth)


def deviation(fewer: Solution, more: Solution) -> float:
    """The largest relative difference of two runs, or the share of saved times when one has spiked more than the other.

    Compared are the times at which both have spiked as often: a spike that comes a little later moves V by the whole
    threshold meanwhile. Infinite where a number overflowed.
    """
    if not (bool(fewer.diagnostics["finite"]) and bool(more.diagnostics["finite"])):
        return float("inf")
    alike = _spikes_so_far(fewer) == _spikes_so_far(more)
    found = [float(np.mean(~alike))]
    for mean, variance in (("voltage", "charge_variance"), ("flux", "flux_variance")):
        spread = [np.asarray(s.extra[variance]) for s in (fewer, more)]
        charge = mean == "voltage"
        width = np.asarray(more.voltage_std) ** 2 if charge else spread[1]
        level = [np.asarray(getattr(s, mean)) for s in (fewer, more)]
        rms = np.sqrt(np.max(level[1] ** 2 + width))
        found += [_largest(level, alike, rms), _largest(spread, alike, np.max(spread[1]))]
    resistance = [np.log(np.asarray(s.memristance)) for s in (fewer, more)]
    return max(*found, _largest(resistance, alike, 1.0))


def _largest(pair: list[np.ndarray], rows: np.ndarray, scale: float) -> float:
    return float(np.max(np.abs(pair[0] - pair[1])[rows], initial=0.0) / scale)


def _spikes_so_far(solution: Solution) -> np.ndarray:
    """At each saved time (T,)."""
    times = np.asarray(solution.spike_time)
    return np.searchsorted(times[np.isfinite(times)], np.asarray(solution.time), side="right")


def _failure(tried: dict[int, float], levels: int | None) -> str:
    numbers = ", ".join(f"{depth}: {found:.1e}" for depth, found in tried.items())
    return (
        f"the hierarchy does not converge: one tier more than each depth, in {levels} Fock levels and with one pole of "
        f"noise, changes a result by ({numbers}), and {TIERS:g} is asked for; weaken the coupling (κ/ω0) or widen what "
        "the memristance changes over, or use modes or brownian"
    )
