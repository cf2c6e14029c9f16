"""What every circuit's validity rests on: its memories, and the health of its numbers."""

from __future__ import annotations

import numpy as np

from quspike.methods.method import Setup, Solution
from quspike.verdict import Check, bounded, info

INERT_SWING = 1e-3  # a memristance that moves by less than 0.1 % is a resistor
STEP = 0.5  # where covariances (a splitting of second order) and first passages (of first) err by 3 %
TOP_LEVEL = 1e-6
LATE = 0.01  # of the spikes: a late one is put off to the next step or lost, so that a rate errs by no more than this
TRACE = 1e-8
TIERS = 1e-3  # of a hierarchy: what it was converged to, which positivity and uncertainty hold to as well


def memristance_drift(setup: Setup, solution: Solution) -> float:
    """max |Ṁ/M| over the run and the memristors, 1/s."""
    if not setup.membrane.memristors or len(solution.time) < 3:
        return 0.0
    slope = np.gradient(np.log(np.asarray(solution.memristance)), np.asarray(solution.time), axis=-2)
    return float(np.max(np.abs(slope)))


def memory_checks(setup: Setup, solution: Solution) -> list[Check]:
    """Whether each memristance moved at all."""
    checks = []
    for i, d in enumerate(setup.membrane.memristors):
        m = np.asarray(solution.memristance)[..., i]
        swing = float(np.max(m) / np.min(m) - 1)
        name, text = f"memory swing ({d.name})", "largest over smallest memristance, less 1"
        if swing >= INERT_SWING:
            checks.append(Check(name, swing, INERT_SWING, "ok", text))
        elif setup.memory == "operator":
            checks.append(info(name, swing, f"{text}; an operator W is spread even where its mean stands still"))
        else:
            text = "the memristance never moves: an inert memristor"
            checks.append(Check(name, swing, INERT_SWING, "warn", text))
    return checks


def numerics_checks(solution: Solution) -> list[Check]:
    """The step's error, the truncation, trace and positivity of ρ, the uncertainty relation."""
    found = {name: float(value) for name, value in solution.diagnostics.items()}
    checks = [info("step error", found["error_estimate"], "summed local error of the steps, relative")]
    if "pattern_bound" in found:  # superposed spike trains
        text = "of the whole train and the neuron, in trace norm: no pattern's probability is further off"
        checks = [info("train error", found["error_estimate"], text)]
    if "step_in_fastest_time" in found:
        text = "the step times the fastest rate: means err as its square, paths on given noise as itself"
        checks = [bounded("step/fastest time", found["step_in_fastest_time"], STEP, text)]
    if "top_level_population" in found:
        text = "population of the highest levels, or at the edge of the grid: a larger truncation holds more"
        checks.append(bounded("top-level population", found["top_level_population"], TOP_LEVEL, text))
    if "late_spikes" in found:
        spikes = max(float(np.sum(np.asarray(solution.spike_count))), 1.0)
        text = "of all spikes: the second of a step, which fires in the next one or not at all: take a smaller step"
        checks.append(bounded("late spikes", found["late_spikes"] / spikes, LATE, text))
    if "trace_error" in found:
        checks.append(bounded("trace error", found["trace_error"], TRACE, "|Tr ρ − 1|"))
    tiers = "hierarchy_error" in found
    if tiers:
        text = "what one tier more would change in means, variances and memristance, relative"
        checks.append(bounded("hierarchy error", found["hierarchy_error"], TIERS, text))
    if "smallest_eigenvalue" in found:
        text = "largest −λ of ρ" + (", which a hierarchy leaves as positive as its tiers reach" if tiers else "")
        checks.append(bounded("negativity of rho", -found["smallest_eigenvalue"], TIERS if tiers else TOP_LEVEL, text))
    if "uncertainty_deficit" in found:
        text = "1 − √det σ/(ħ/2), if positive" + (": slow lines do not follow a pure first state" if tiers else "")
        checks.append(bounded("uncertainty deficit", found["uncertainty_deficit"], TIERS if tiers else TRACE, text))
    return checks
