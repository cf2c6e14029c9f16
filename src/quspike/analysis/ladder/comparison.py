"""One neuron down the ladder: the same run by several methods, and by how much they differ.

    voltage      √⟨(⟨V⟩_a − ⟨V⟩_b)²⟩_t,   max_t |⟨V⟩_a − ⟨V⟩_b|
    memristance  max_t |ln(M_a/M_b)|
    noise        max_t |σ_a − σ_b| / max_t σ,           between methods that know noise
    spikes       the difference of the counts, and the largest shift of those that both have

The time average of the voltage is the number to read where neurons spike: one spike that moves by a nanosecond is a
whole threshold in the maximum.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from quspike.analysis.ladder.rungs import Rung, rungs
from quspike.errors import ConvergenceError, InputError, QuspikeError
from quspike.methods.registry import METHODS, Method
from quspike.result.expected_spikes import SUPERPOSED, drawn
from quspike.result.provenance import attributes, to_json
from quspike.result.schema import BATCH
from quspike.result.spike_trains import spike_trains
from quspike.run.load import load
from quspike.run.schema import Run
from quspike.run.simulate import quiet_run

RUNG, OTHER = "rung", "other"  # `method` would collide with an argument of xarray's `sel`
KEPT = ("voltage", "voltage_std", "flux", "membrane", "memristance", "memory", "memristor_current", "spike_count")
DEVIATIONS = {
    "voltage_rms": ("V", "time average (RMS) of the difference of ⟨V⟩"),
    "voltage_max": ("V", "largest difference of ⟨V⟩"),
    "memristance_ratio": ("1", "largest |ln| of the ratio of memristances"),
    "noise": ("1", "largest difference of σ(V), over the largest σ(V)"),
    "spike_count_difference": ("1", "difference of the numbers of spikes, summed over neurons"),
    "spike_shift": ("s", "largest shift of the spikes that both have"),
}


def compare(
    what: Run | str | Path,
    methods: str | Sequence[str] | None = None,
    *,
    progress: Callable[[str], None] | None = None,
) -> xr.Dataset:
    """Run a `Run` (or a run file) by several methods and measure how far apart they are.

    Parameters
    ----------
    what : a Run, or a run file.
    methods : "classical,moments:drude,gksl" or a list of such; None: every rung that can take this run, but `modes`.

    Returns
    -------
    xarray.Dataset : the variables of a result with `rung` in front, spikes with their `spike_rung`, and
        deviations (rung, other) between each two. `ds.qs` summarises and plots. Attributes tell what was left out,
        and which method found no answer.

    Raises
    ------
    InputError : a method that was named and cannot take this run; nothing has been computed then.
    ConvergenceError : fewer than two methods came to a result.
    """
    run = what if isinstance(what, Run) else load(what)
    say = progress or (lambda message: None)
    ladder, left_out = _ladder(run, methods)
    results, failures = {}, {}
    for one in ladder:
        say(f"running {one.label}")
        try:
            results[one.label] = averaged(quiet_run(one.of(run)))
        except ConvergenceError as error:
            failures[one.label] = str(error)
    if len(results) < 2:
        tried = "; ".join(f"{label}: {text}" for label, text in failures.items())
        raise ConvergenceError(f"fewer than two methods came to a result ({tried})")
    kinds = {one.label: spike_kinds(one.of(run)) for one in ladder if one.label in results}
    return _together(run, results, left_out, failures).assign_attrs(spikes=to_json(kinds))


def spike_kinds(run: Run) -> str:
    """What makes a spike in this run: a method that does not know the run's own kind takes the expectation."""
    return ", ".join(dict.fromkeys(neuron.spike for neuron in run.neurons.values()))


def averaged(ds: xr.Dataset) -> xr.Dataset:
    """An ensemble as its means over trajectories, with the noise and the spikes of all; other results as they are.

    Of superposed spikes `spike_count` is the expected number: in their event table there is none.
    """
    if SUPERPOSED in ds:
        return ds.assign(spike_count=ds.count_mean.assign_attrs(ds.spike_count.attrs))
    if BATCH not in ds.dims:
        return ds
    means = ds[[*KEPT]].mean(BATCH, keep_attrs=True)
    spread = ((ds.voltage_std**2).mean(BATCH) + ds.voltage.var(BATCH)) ** 0.5
    means["voltage_std"] = spread.assign_attrs(ds.voltage_std.attrs)
    table = ds[["spike_time", "spike_neuron", "spike_trajectory"]]
    return means.merge(table, combine_attrs="drop").assign_attrs(ds.attrs | {"trajectories": ds.sizes[BATCH]})


def _ladder(run: Run, methods: str | Sequence[str] | None) -> tuple[list[Rung], dict[str, str]]:
    """The rungs to run, and why each of the others cannot."""
    from quspike.run.compile import compile_run

    if methods is not None:
        chosen = rungs(methods)
        for one in chosen:
            compile_run(one.of(run))
        return chosen, {}
    able, left_out = [], {}
    for method in METHODS.values():
        for one in _choices(method, run):
            if method.own_solver:
                left_out[one.label] = "takes minutes, and runs where it is named"
                continue
            try:
                compile_run(one.of(run))
            except QuspikeError as error:
                left_out[one.label] = str(error)
            else:
                able.append(one)
    if len(able) < 2:
        raise InputError("circuit", "fewer than two methods that can run it", "must be one that two methods can run")
    return able, left_out


def _choices(method: Method, run: Run) -> list[Rung]:
    """Its memories, each with its own bath, and with a line that remembers if that is not its own."""
    several = [memory for memory in method.memories if memory != "measured" or run.measurement is not None]
    memories = several if len(several) > 1 else [None]
    baths = (None, *(bath for bath in method.baths[1:] if bath == "drude"))
    return [Rung(method.name, memory, bath) for memory in memories for bath in baths]


def _together(
    run: Run, results: dict[str, xr.Dataset], left_out: dict[str, str], failures: dict[str, str]
) -> xr.Dataset:
    labels = list(results)
    every = [ds[[*KEPT]].drop_vars("memory_units", errors="ignore") for ds in results.values()]
    joined = xr.concat(every, xr.Variable(RUNG, np.array(labels, dtype=np.str_)), combine_attrs="drop")
    joined = joined.assign_coords({OTHER: (OTHER, np.array(labels, dtype=np.str_))})
    joined = joined.assign(_spike_table(results)).assign(_deviations(results))
    joined = joined.assign(wall_seconds=(RUNG, [ds.attrs["wall_seconds"] for ds in results.values()]))
    joined.wall_seconds.attrs = {"units": "s", "long_name": "wall time, compiling included"}
    joined.attrs = attributes(
        run, validity=[], diagnostics={}, wall_seconds=float(joined.wall_seconds.sum()), inputs=[]
    )
    joined.attrs |= {
        "validity": to_json({label: json.loads(ds.attrs["validity"]) for label, ds in results.items()}),
        "diagnostics": to_json({label: json.loads(ds.attrs["diagnostics"]) for label, ds in results.items()}),
        "left_out": to_json(left_out),
        "failures": to_json(failures),
    }
    return joined


def _spike_table(results: dict[str, xr.Dataset]) -> dict[str, xr.Variable]:
    """The event tables one after the other."""
    tables = list(results.values())
    counts = [ds.sizes["spike"] for ds in tables]
    names = {name: np.concatenate([ds[name].values for ds in tables]) for name in ("spike_time", "spike_neuron")}
    table = {name: xr.Variable("spike", values, tables[0][name].attrs) for name, values in names.items()}
    which = np.repeat(np.arange(len(tables)), counts)
    table["spike_rung"] = xr.Variable("spike", which, {"units": "1", "long_name": "rung that fired: a place in `rung`"})
    return table


def _deviations(results: dict[str, xr.Dataset]) -> dict[str, xr.Variable]:
    size = len(results)
    found = {name: np.zeros((size, size)) for name in DEVIATIONS}
    for i, a in enumerate(results.values()):
        for j, b in enumerate(results.values()):
            for name, value in deviations(a, b).items():
                found[name][i, j] = value
    return {
        name: xr.Variable((RUNG, OTHER), values, dict(zip(("units", "long_name"), DEVIATIONS[name], strict=True)))
        for name, values in found.items()
    }


def deviations(a: xr.Dataset, b: xr.Dataset) -> dict[str, float]:
    """How far two results on the same times are apart; see `DEVIATIONS`. nan where one of them has no such thing."""
    apart = np.asarray(a.voltage) - np.asarray(b.voltage)
    counts, shifts = _spikes(a, b)
    return {
        "voltage_rms": float(np.sqrt(np.mean(apart**2, axis=0)).max()),
        "voltage_max": float(np.abs(apart).max()),
        "memristance_ratio": _most(np.abs(np.log(np.asarray(a.memristance) / np.asarray(b.memristance)))),
        "noise": _noise(np.asarray(a.voltage_std), np.asarray(b.voltage_std)),
        "spike_count_difference": float(counts),
        "spike_shift": shifts,
    }


def _noise(a: np.ndarray, b: np.ndarray) -> float:
    if not (a.any() and b.any()):
        return 0.0 if not (a.any() or b.any()) else float("nan")
    return float(np.abs(a - b).max() / max(a.max(), b.max()))


def _spikes(a: xr.Dataset, b: xr.Dataset) -> tuple[float, float]:
    trains = all(drawn(ds) and "trajectories" not in ds.attrs for ds in (a, b))
    if not trains:  # no spike of an ensemble, and none that is expected, belongs to one of a train
        return float(np.abs(np.asarray(a.spike_count) - np.asarray(b.spike_count)).sum()), float("nan")
    counts, shifts = 0.0, [np.zeros(0)]
    for (one,), (other,) in zip(spike_trains(a).values(), spike_trains(b).values(), strict=True):
        shared = min(len(one), len(other))
        counts += abs(len(one) - len(other))
        shifts.append(np.abs(one[:shared] - other[:shared]))
    return counts, _most(np.concatenate(shifts))


def _most(values: Any) -> float:
    return float(np.max(values)) if np.size(values) else float("nan")
