"""The ladder's agreement report: pairs of rungs on three neurons, how far apart they are, and how far they may be.

⟨V⟩     max_t |⟨V⟩_a − ⟨V⟩_b| / max_t |⟨V⟩_b|       ⟨V²⟩, σ²(V), σ²(φ)   the same
M       max_t |ln(M_a/M_b)|                          spikes              max |t_a − t_b| [s]; inf if not as many
⟨V⟩/e   max_t |⟨V⟩_a − ⟨V⟩_b| / e(t), σ(V)/e the same: e is the standard error of a, an ensemble
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from quspike.analysis.ladder.neurons import EQUILIBRIUM, LADDER, Allowed, LadderNeuron, ladder_neuron
from quspike.analysis.ladder.rungs import rung
from quspike.result.engineering import human
from quspike.run.simulate import quiet_run


@dataclass(frozen=True)
class Measured:
    """How far two rungs are apart, beside what they may be."""

    allowed: Allowed
    value: float

    @property
    def holds(self) -> bool:
        """A nan is within no bound."""
        return bool(self.value <= self.allowed.most)


@dataclass(frozen=True)
class Report:
    """Of one neuron: CPU seconds of each rung, with what had to be compiled, and every pair that was measured."""

    neuron: LadderNeuron
    seconds: Mapping[str, float]
    measured: tuple[Measured, ...]

    @property
    def holds(self) -> bool:
        """True if every pair is within its bound, and there is one."""
        return bool(self.measured) and all(one.holds for one in self.measured)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        pairs = [
            {**vars(one.allowed), "value": one.value if np.isfinite(one.value) else None, "holds": one.holds}
            for one in self.measured
        ]
        return {"neuron": self.neuron.name, "holds": self.holds, "cpu_seconds": dict(self.seconds), "pairs": pairs}


def agreement(
    names: Sequence[str] | None = None,
    *,
    without: Sequence[str] = (),
    progress: Callable[[str], None] | None = None,
) -> list[Report]:
    """Run the ladder on these neurons (all three by default).

    without : rungs to leave out, and with them their pairs.

    Raises
    ------
    InputError : a neuron that is none. ConvergenceError : of a rung that came to no result.
    """
    say = progress or (lambda message: None)
    return [_report(one, frozenset(without), say) for one in [ladder_neuron(name) for name in names or LADDER]]


def _report(neuron: LadderNeuron, without: frozenset[str], say: Callable[[str], None]) -> Report:
    run, results, seconds = neuron.run(), {}, {}
    for label in (label for label in neuron.rungs if label not in without):
        say(f"{neuron.name}: {label}")
        began = time.process_time()
        results[label] = quiet_run(rung(label).of(run.replace(**neuron.own.get(label, {}))))
        seconds[label] = time.process_time() - began
    known = {*results, EQUILIBRIUM}
    pairs = [pair for pair in neuron.allowed if {pair.rung, pair.other} <= known]
    return Report(neuron, seconds, tuple(Measured(pair, _apart(neuron, results, pair)) for pair in pairs))


def _apart(neuron: LadderNeuron, results: Mapping[str, xr.Dataset], pair: Allowed) -> float:
    if pair.other == EQUILIBRIUM:
        end, value = results[pair.rung].isel(time=-1), neuron.equilibrium()[pair.measure]
        return float(np.abs(VALUES[pair.measure](end) / value - 1).max())
    a, b = results[pair.rung], results[pair.other]
    if pair.measure == "spikes":
        return _shift(a.spike_time.values, b.spike_time.values)
    if pair.measure == "M":
        return float(np.abs(np.log(a.memristance.values / b.memristance.values)).max())
    if pair.measure in ERRORS:
        name, error = ERRORS[pair.measure]
        return float(np.abs((a[name].values - b[name].values) / a[error].values).max())
    one, other = (VALUES[pair.measure](ds) for ds in (a, b))
    return float(np.abs(one - other).max() / np.abs(other).max())


VALUES: Mapping[str, Callable[[xr.Dataset], np.ndarray]] = {
    "⟨V⟩": lambda ds: ds.voltage.values,
    "⟨V²⟩": lambda ds: (ds.voltage**2 + ds.voltage_std**2).values,
    "σ²(V)": lambda ds: (ds.voltage_std**2).values,
    "σ²(φ)": lambda ds: ds.flux_variance.values,
}


ERRORS = {"⟨V⟩/e": ("voltage", "voltage_error"), "σ(V)/e": ("voltage_std", "voltage_std_error")}


def _shift(a: np.ndarray, b: np.ndarray) -> float:
    if len(a) != len(b):
        return float("inf")
    return float(np.abs(a - b).max()) if len(a) else float("nan")


def agreement_text(reports: Sequence[Report]) -> str:
    """A table for each neuron: what each rung cost; pair, measure, deviation, bound, where the bound comes from."""
    blocks = [_block(report) for report in reports]
    good = sum(one.holds for report in reports for one in report.measured)
    every = sum(len(report.measured) for report in reports)
    return "\n\n".join([*blocks, f"{good} of {every} pairs within their bounds"])


def _block(report: Report) -> str:
    costs = ", ".join(f"{label} {seconds:.1f} s" for label, seconds in report.seconds.items())
    rows = [["pair", "of", "apart", "bound", "", "because"], *(_row(one) for one in report.measured)]
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    head = [f"{report.neuron.name}: {report.neuron.about}", f"CPU time: {costs}"]
    return "\n  ".join([*head, *lines])


def _row(one: Measured) -> list[str]:
    allowed = one.allowed
    verdict = "ok" if one.holds else "FAIL"
    pair = f"{allowed.rung} – {allowed.other}"
    return [pair, allowed.measure, _shown(one.value, allowed), _shown(allowed.most, allowed), verdict, allowed.because]


def _shown(value: float, allowed: Allowed) -> str:
    return human(value, "s", 2) if allowed.measure == "spikes" else f"{value:.2g}"
