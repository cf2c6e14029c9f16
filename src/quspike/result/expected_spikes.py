"""Results whose spikes did not happen one by one: an average over clicks, or a superposition of spike trains.

⟨n⟩ = ∫ spike_rate dt  of spike `escape`;      ⟨n⟩ = Σ_bins p  of spike `coherent`
"""

from __future__ import annotations

import numpy as np
import xarray as xr

CLICKS, SUPERPOSED = "spike_rate", "spike_probability"
"""The variables that such results have."""

EXPECTED = "expected number of spikes"


def drawn(ds: xr.Dataset) -> bool:
    """True where the event table holds the spikes."""
    return CLICKS not in ds and SUPERPOSED not in ds


def expected_count(ds: xr.Dataset, neuron: str) -> float:
    """The mean number of spikes of one neuron."""
    number = ds.count_mean if "count_mean" in ds else ds.spike_count
    return float(number.sel(neuron=neuron) if "neuron" in number.dims else number)


def expected_spikes(ds: xr.Dataset) -> list[tuple[str, str]]:
    """The summary's line of each neuron that clicks."""
    facts = []
    for name in np.atleast_1d(ds.neuron.values):
        label = "spikes" if ds.neuron.size == 1 else f"spikes of {name}"
        text = f"{expected_count(ds, name):.4g} expected, no click is drawn"
        if "click_energy" in ds:
            energy = ds.click_energy.sel(neuron=name) if "neuron" in ds.click_energy.dims else ds.click_energy
            text += f", each gives the circuit {float(energy):.3g} J" if float(energy) else ""
        facts.append((label, text))
    return facts
