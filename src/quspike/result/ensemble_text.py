"""An ensemble's lines of the summary: mean ± standard error over its trajectories."""

from __future__ import annotations

import numpy as np
import xarray as xr

from quspike.result.engineering import human, human_error
from quspike.result.ensemble import between, estimate, mean_interval, within
from quspike.result.schema import BATCH
from quspike.result.spike_trains import spike_trains


def ensemble_spikes(label: str, trains: list[np.ndarray]) -> list[tuple[str, str]]:
    """How many spikes a trajectory has, when the first comes, and how far one is from the next."""
    counts = np.array([len(train) for train in trains])
    number, silent = estimate(counts), int(np.count_nonzero(counts == 0))
    text = f"{human_error(*number, '1')} a trajectory, between {counts.min()} and {counts.max()}"
    if counts.any():
        text += f", Fano factor {np.var(counts) / np.mean(counts):.3g}"
    if 0 < silent < len(counts):
        text += f"; {silent} of {len(counts)} never"
    facts = [(label, text)]
    if counts.any():
        first = estimate([train[0] for train in trains if len(train)])
        facts.append(("first spike", human_error(*first, "s")))
    gaps = np.concatenate([np.diff(train) for train in trains])
    if len(gaps):
        text = human_error(*mean_interval(trains), "s")
        text += f", CV {np.std(gaps) / np.mean(gaps):.3g}" if len(gaps) > 1 else ", the only one"
        facts.append(("intervals", text))
    return facts


def ensemble_noise(ds: xr.Dataset) -> list[tuple[str, str]]:
    """σ(V) where it is largest, and its two parts there."""
    states, means = within(ds), between(ds.voltage)
    whole = (states**2 + means**2) ** 0.5
    largest = float(whole.max())
    if not largest:
        return []
    at = np.argmax(whole.values)
    state, apart = states.values.flat[at], means.values.flat[at]
    parts = f"{human(state, 'V', 3)} of each state, {human(apart, 'V', 3)} between their means"
    return [("σ(V)", f"up to {human(largest, 'V')}" + (f": {parts}" if state else ", between the trajectories"))]


def ensemble_departure(ds: xr.Dataset, twin: xr.Dataset) -> str:
    """Spikes a trajectory beside the classical number, and the largest departure of the mean with its error there."""
    said = []
    for own, (classical,) in zip(spike_trains(ds).values(), spike_trains(twin).values(), strict=False):
        number = estimate([len(train) for train in own])
        said.append(f"{human_error(*number, '1')} spikes for {len(classical)}")
    departure = abs(ds.voltage.mean(BATCH) - twin.voltage)
    at = int(np.argmax(departure.values))
    error = between(ds.voltage).values.flat[at] / np.sqrt(ds.sizes[BATCH])
    said.append(f"⟨V⟩ departs by up to {human_error(departure.values.flat[at], error, 'V', 3)}")
    return ", ".join(said)
