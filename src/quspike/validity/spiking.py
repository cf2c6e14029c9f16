"""What a neuron's detector says of its own run: spikes without a cause, and times that outlast the run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from quspike.methods.method import Setup, Solution
from quspike.verdict import Check, bounded, info

STRAY = 1.0  # spikes in a run; detectors with soft edges click at rest by design, and none of it is a record's noise


def spiking_checks(setup: Setup, params: Mapping[str, Any], solution: Solution) -> list[Check]:
    """Spikes of the undriven membrane where a detector has them; a filter or a hold that is longer than the run."""
    if not setup.spiking:
        return []
    duration = float(np.max(np.asarray(solution.time)))
    checks = []
    if setup.spike in ("escape", "coherent") and "spikes_at_rest" in solution.diagnostics:
        rate = float(solution.diagnostics["spikes_at_rest"])
        text = f"spikes that the membrane's own noise makes without a drive, at most {rate:.3g} a second"
        checks.append(bounded("spikes at rest", rate * duration, STRAY, text))
    if setup.spike == "escape" and "interval" not in solution.extra and np.ndim(solution.voltage) == 2:
        text = "expected; what keeps interval statistics from them is in isi_missing"
        checks.append(info("spikes without intervals", float(np.sum(np.asarray(solution.spike_count))), text))
    numbers = params["neuron"]
    for key, name, text in (
        ("record_filter", "filter/duration", "the record's filter is longer than the run, which it has not settled in"),
        ("t_ref", "t_ref/duration", "the hold after a spike is longer than the run"),
    ):
        if key in numbers and float(numbers[key]) > duration:
            checks.append(info(name, float(numbers[key]) / duration, text))
    return checks
