"""A comparison as text: what each method found, then how far apart each two are."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import xarray as xr

from quspike.result.engineering import human
from quspike.result.verdicts import Verdicts, verdicts_by_method

NOTHING = "–"


def comparison_text(ds: xr.Dataset) -> str:
    """Two tables, and what was left out."""
    labels = [str(label) for label in ds.rung.values]
    kinds = _kinds(ds, labels)
    rows = [[label, *own, *_row(ds, i, label)] for i, (label, own) in enumerate(zip(labels, kinds, strict=True))]
    found = _table(["", *(["a spike"] if kinds[0] else []), *_columns(ds)], rows)
    apart = _table(
        ["apart", "⟨V⟩ (RMS)", "⟨V⟩ (max)", "M", "σ(V)", "spikes"],
        [[f"{labels[i]} – {labels[j]}", *_pair(ds, i, j)] for i in range(len(labels)) for j in range(i)],
    )
    title = f"{len(labels)} methods, {human(ds.time.values[-1], 's')}"
    return "\n".join([title, *_indented(found), "", *_indented(apart), *_left_out(ds), *_warnings(ds)])


def _kinds(ds: xr.Dataset, labels: Sequence[str]) -> list[list[str]]:
    """A column that says what makes a spike, where that is not the same for all methods."""
    kinds = json.loads(ds.attrs.get("spikes", "{}"))
    return [[kinds[label]] if len(set(kinds.values())) > 1 else [] for label in labels]


def _columns(ds: xr.Dataset) -> list[str]:
    memristors = [f"{name} at the end" for name in ds.element.values]
    return ["spikes", "first", "last", *memristors, "σ(V) up to", "validity", "time"]


def _row(ds: xr.Dataset, place: int, label: str) -> list[str]:
    one = ds.isel(rung=place)
    times = ds.spike_time.values[ds.spike_rung.values == place]
    ends = [human(times.min(), "s", 5), human(times.max(), "s", 5)] if len(times) else [NOTHING, NOTHING]
    count = f"{float(one.spike_count.sum()):.4g}" if ds.neuron.size else NOTHING
    memristances = [human(value, "ohm") for value in one.memristance.values[-1]]
    spread = float(one.voltage_std.max())
    checks = verdicts_by_method(ds)[label]
    noise = human(spread, "V") if spread else NOTHING
    return [count, *ends, *memristances, noise, _verdict(checks), human(float(one.wall_seconds), "s", 2)]


def _verdict(checks: Verdicts) -> str:
    warnings = len(checks.warnings)
    return "ok" if not warnings else f"{warnings} warning{'s' * (warnings > 1)}"


def _pair(ds: xr.Dataset, i: int, j: int) -> list[str]:
    here = {name: float(ds[name].values[i, j]) for name in ds.data_vars if ds[name].dims == ("rung", "other")}
    spikes = NOTHING
    if ds.neuron.size:
        spikes = _spikes(here["spike_shift"], here["spike_count_difference"])
    return [
        human(here["voltage_rms"], "V", 3),
        human(here["voltage_max"], "V", 3),
        _percent(np.expm1(here["memristance_ratio"])),
        _percent(here["noise"]),
        spikes,
    ]


def _spikes(shift: float, difference: float) -> str:
    count = f"{difference:.3g} apart in number" if difference else "as many"
    if np.isnan(shift):
        return count
    return f"{count}, shifted ≤ {human(shift, 's', 3)}" if shift else f"{count}, at the same times"


def _percent(value: float) -> str:
    return NOTHING if np.isnan(value) else f"{100 * value:.2g} %"


def _left_out(ds: xr.Dataset) -> list[str]:
    failures, left_out = json.loads(ds.attrs["failures"]), json.loads(ds.attrs["left_out"])
    lines = [f"{label} came to no result: {why}" for label, why in failures.items()]
    return ["", *lines, *(f"{label} left out: {why}" for label, why in left_out.items())] if lines or left_out else []


def _warnings(ds: xr.Dataset) -> list[str]:
    """Every violated bound, with its method."""
    found = [(label, check) for label, checks in verdicts_by_method(ds).items() for check in checks.warnings]
    return ["", *(f"{label}: {c.name} = {c.value:.3g}: {c.text}" for label, c in found)] if found else []


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns as wide as their widest cell; the first is flush left."""
    widths = [max(len(row[k]) for row in (head, *rows)) for k in range(len(head))]
    return [
        "  ".join(
            cell.ljust(width) if k == 0 else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (head, *rows)
    ]


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" for line in lines]
