"""The computed statistics of a next spike, read from `isi_density` and `survival`.

p(τ) the density of the next spike, S(τ) = 1 − ∫₀^τ p:   ⟨τ⟩ = ∫τp/∫p of those that come within τ_max, which are
1 − S(τ_max) of all
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import xarray as xr

from quspike.result.engineering import human

NEVER = 1e-6  # of the survival at the end of the record: below it there is nothing to say
TOLD = 1e-9  # of a probability, which its solver knows: fewer spikes than that have no mean interval


class Intervals(NamedTuple):
    """mean (s) and cv of the intervals within the record, which are `spikes_within` of all; survival (1) at its end."""

    mean: float
    cv: float
    survival: float
    spikes_within: float

    @property
    def conditional(self) -> bool:
        """True where mean and cv are those of some intervals only."""
        return self.survival > NEVER


def interval_numbers(ds: xr.Dataset, neuron: str) -> Intervals:
    """The numbers of one neuron, by the trapezoid rule on the record's own grid."""
    density = ds.isi_density.sel(neuron=neuron) if "neuron" in ds.isi_density.dims else ds.isi_density
    survival = ds.survival.sel(neuron=neuron) if "neuron" in ds.survival.dims else ds.survival
    tau, p, left = ds.interval.values, density.values, float(survival.values[-1])
    spikes = np.trapezoid(p, tau)
    some = spikes > 0 and 1 - left > TOLD
    mean = np.trapezoid(tau * p, tau) / spikes if some else np.nan
    square = np.trapezoid((tau - mean) ** 2 * p, tau) / spikes if some else np.nan
    return Intervals(float(mean), float(np.sqrt(square) / mean), left, 1 - left)


def computed_intervals(ds: xr.Dataset) -> list[tuple[str, str]]:
    """A line a neuron, or why there is none; nothing where the method computes no density."""
    if "isi_missing" in ds:
        return [("next spike", f"no interval is computed, {ds.isi_missing.item()}")]
    facts = []
    for name in np.atleast_1d(ds.neuron.values) if "isi_density" in ds else ():
        numbers = interval_numbers(ds, name)
        label = "next spike" if ds.neuron.size == 1 else f"next spike of {name}"
        kind = f"{ds.isi_kind.item()} interval: " if "isi_kind" in ds else ""
        told = _told(numbers, human(ds.interval.values[-1], "s"))
        levels = f" of {ds.isi_truncation.item()} Fock levels" if "isi_truncation" in ds else ""
        facts.append((label, f"{kind}{told} (computed{levels}, without sampling)"))
    return facts


def _told(numbers: Intervals, end: str) -> str:
    """Mean and CV; of the intervals that end on the axis alone, where others do not."""
    if np.isnan(numbers.mean):
        return f"none within {end}, but for a probability below {TOLD:.0e}"
    text = f"{human(numbers.mean, 's')}, CV {numbers.cv:.3g}"
    if not numbers.conditional:
        return text
    return f"within {end} with probability {numbers.spikes_within:.3g}; if so, {text}"
