"""A result in a dozen lines of text: spikes, memristance, what quantum mechanics changed, validity."""

from __future__ import annotations

import tomllib

import numpy as np
import xarray as xr

from quspike.result.engineering import human, human_range
from quspike.result.ensemble import between
from quspike.result.ensemble_text import ensemble_departure, ensemble_noise, ensemble_spikes
from quspike.result.expected_spikes import drawn, expected_count, expected_spikes
from quspike.result.interval_text import computed_intervals
from quspike.result.schema import BATCH
from quspike.result.spike_trains import spike_trains
from quspike.result.superposed_text import superposed, superposed_spikes
from quspike.result.twin import split
from quspike.result.verdicts import Verdicts

THERMAL = "V_rms/sqrt(kT/C)"
"""The validity number that compares σ(V) with a classical membrane's."""

COLOURED = "coloured/white V_rms"
"""The validity number that compares the quantum noise of a line, where it was left out, with white noise."""

WORTH_SAYING = 0.1  # of that number's departure from 1


def summarize(ds: xr.Dataset) -> str:
    """Plain text, a labelled line a fact."""
    root, twin = split(ds)
    facts = [
        *_spikes(root),
        *computed_intervals(root),
        *_memristance(root),
        *_uncertainty(root),
        *_classical(root, twin),
        *_validity(root),
    ]
    width = max(len(label) for label, _ in facts)
    return "\n".join([_title(root), *(f"  {label:<{width}}  {text}" for label, text in facts)])


def _title(ds: xr.Dataset) -> str:
    memory = str(ds.attrs["memory"]).replace("_", "-")
    parts = [_method(ds), f"{memory} memory", human(ds.time.values[-1], "s"), f"seed {ds.attrs['seed']}"]
    if BATCH in ds.dims:
        parts.insert(2, f"{ds.sizes[BATCH]} trajectories (± standard error)")
    return ", ".join(parts)


def _method(ds: xr.Dataset) -> str:
    """Its name; of pure states also what each does, and whose average they are."""
    name = str(ds.attrs["method"])
    if name != "trajectories":
        return name
    run = tomllib.loads(ds.attrs["config"])["run"]
    motion = {"jump": "quantum jumps", "diffusion": "quantum diffusion"}[run["unravelling"]]
    return f"{name} ({motion} of {run['parent']})"


def _spikes(ds: xr.Dataset) -> list[tuple[str, str]]:
    if superposed(ds):
        return superposed_spikes(ds)
    if not drawn(ds):
        return expected_spikes(ds)
    facts = []
    for name, trains in spike_trains(ds).items():
        label = "spikes" if ds.neuron.size == 1 else f"spikes of {name}"
        if BATCH in ds.dims:
            facts += ensemble_spikes(label, trains)
            continue
        (times,), gaps = trains, np.diff(trains[0])
        facts.append((label, f"{len(times)}{_first_and_last(times)}"))
        if len(gaps) == 1:
            facts.append(("interval", human(gaps[0], "s")))
        elif len(gaps):
            facts.append(("intervals", f"{human_range(gaps[0], gaps[-1], 's')}, mean {human(gaps.mean(), 's')}"))
    return facts or [("spikes", "no neuron in this circuit")]


def _first_and_last(times: np.ndarray) -> str:
    if len(times) == 0:
        return ""
    first, last = human(times.min(), "s", 6), human(times.max(), "s", 6)
    return f", at {first}" if len(times) == 1 else f", first at {first}, last at {last}"


def _memristance(ds: xr.Dataset) -> list[tuple[str, str]]:
    facts = []
    for name in np.atleast_1d(ds.element.values):
        trace = ds.memristance.sel(element=name) if "element" in ds.dims else ds.memristance
        whole = (trace.mean(BATCH) if BATCH in trace.dims else trace).values
        text, extremes = human_range(whole[0], whole[-1], "ohm"), (trace.values.min(), trace.values.max())
        if human(whole[0], "ohm") == human(whole[-1], "ohm"):
            text = human(whole[0], "ohm")
        if BATCH in trace.dims:
            text += f" on average, {human(float(between(trace)[-1]), 'ohm', 3)} apart at the end (σ)"
        if not np.allclose(sorted((whole[0], whole[-1])), extremes, rtol=1e-3):
            text += f", between {human(extremes[0], 'ohm')} and {human(extremes[1], 'ohm')}"
        facts.append((str(name), text))
    return facts


def _uncertainty(ds: xr.Dataset) -> list[tuple[str, str]]:
    if BATCH in ds.dims:
        return ensemble_noise(ds)
    if not (ds.voltage_std > 0).any():
        return []
    verdicts = Verdicts.from_json(ds.attrs["validity"])
    thermal = f", {verdicts[THERMAL].value:.4g} × (kT/C)^½" if THERMAL in verdicts else ""
    facts = [("σ(V)", f"up to {human(ds.voltage_std.max(), 'V')}{thermal}")]
    if COLOURED in verdicts and abs(verdicts[COLOURED].value - 1) > WORTH_SAYING:
        text = "of white noise; with the line's quantum noise (bath=drude) up to"
        facts.append(("", f"{text} {verdicts[COLOURED].value:.3g} × (kT/C)^½"))
    return facts


def _classical(ds: xr.Dataset, twin: xr.Dataset | None) -> list[tuple[str, str]]:
    """What quantum mechanics changed: spikes and ⟨V⟩ against the classical neuron."""
    if twin is None:
        return []
    if BATCH in ds.dims:
        return [("vs classical", ensemble_departure(ds, twin))]
    if drawn(ds):
        own, beside = spike_trains(ds), spike_trains(twin)
        changed = [_shifts(own[name][0], beside[name][0]) for name in own]
        if len(changed) > 1:
            changed = [f"{name}: {text}" for name, text in zip(own, changed, strict=True)]
    else:
        trains = spike_trains(twin).items()
        changed = [f"{expected_count(ds, name):.4g} spikes for {len(train)}" for name, (train,) in trains]
    if superposed(ds):
        changed = [f"{float(ds.count_mean[0] - twin.spike_count[0]):+.2g} spikes on average"]
    departure = float(abs(ds.voltage - twin.voltage).max())
    changed.append(f"⟨V⟩ departs by up to {human(departure, 'V', 3)}" if departure else "the same ⟨V⟩")
    return [("vs classical", ", ".join(changed))]


def _shifts(quantum: np.ndarray, classical: np.ndarray) -> str:
    """How the spikes of one neuron differ from the classical ones."""
    shared = min(len(quantum), len(classical))
    if len(quantum) == len(classical):
        count = f"the same {shared} spikes" if shared else "no spikes either"
    else:
        count = f"{len(quantum) - len(classical):+d} spikes"
    shift = np.abs(quantum[:shared] - classical[:shared]).max(initial=0.0)
    return f"{count}, shifted by up to {human(shift, 's', 3)}" if shift else count


def _validity(ds: xr.Dataset) -> list[tuple[str, str]]:
    verdicts = Verdicts.from_json(ds.attrs["validity"])
    if not verdicts:
        return []
    return [("validity", verdicts.headline()), *(("", line) for line in verdicts.lines())]
