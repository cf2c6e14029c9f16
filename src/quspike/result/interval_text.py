"""The computed statistics of a next spike, read from `isi_density` and `survival`.

p(τ) the density of the next spike, S(τ) = 1 − ∫₀^τ p:   ⟨τ⟩ = ∫τp/∫p of those that come within τ_max
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import xarray as xr

from quspike.result.engineering import human

NEVER = 1e-6  # of the survival at the end of the record: below it there is nothing to say


class Intervals(NamedTuple):
    """mean (s) and cv of the intervals within the record; survival (1) at its end."""

    mean: float
    cv: float
    survival: float


def interval_numbers(ds: xr.Dataset, neuron: str) -> Intervals:
    """The numbers of one neuron, by the trapezoid rule on the record's own grid."""
    density = ds.isi_density.sel(neuron=neuron) if "neuron" in ds.isi_density.dims else ds.isi_density
    survival = ds.survival.sel(neuron=neuron) if "neuron" in ds.survival.dims else ds.survival
    tau, p = ds.interval.values, density.values
    spikes = np.trapezoid(p, tau)
    mean = np.trapezoid(tau * p, tau) / spikes if spikes > 0 else np.nan
    square = np.trapezoid((tau - mean) ** 2 * p, tau) / spikes if spikes > 0 else np.nan
    return Intervals(float(mean), float(np.sqrt(square) / mean), float(survival.values[-1]))


def computed_intervals(ds: xr.Dataset) -> list[tuple[str, str]]:
    """A line a neuron; none where the method computes no density."""
    facts = []
    for name in np.atleast_1d(ds.neuron.values) if "isi_density" in ds else ():
        numbers = interval_numbers(ds, name)
        label = "next spike" if ds.neuron.size == 1 else f"next spike of {name}"
        kind = f"{ds.isi_kind.item()} interval: " if "isi_kind" in ds else ""
        text = kind + ("never" if np.isnan(numbers.mean) else f"{human(numbers.mean, 's')}, CV {numbers.cv:.3g}")
        if numbers.survival > NEVER:
            text += f"; none within {human(ds.interval.values[-1], 's')} with probability {numbers.survival:.3g}"
        facts.append((label, f"{text} (computed, without sampling)"))
    return facts
