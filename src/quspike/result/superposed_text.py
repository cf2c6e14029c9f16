"""Superposed spike trains in words: nobody has counted, so counts are expectations and trains have probabilities."""

from __future__ import annotations

import numpy as np
import xarray as xr

from quspike.result.engineering import human

NAMED = 3  # of the likeliest trains
SHOWN = 6  # spikes of one


def superposed(ds: xr.Dataset) -> bool:
    """True for a result whose spikes nobody observed."""
    return "pattern_probability" in ds


def superposed_spikes(ds: xr.Dataset) -> list[tuple[str, str]]:
    """Expected count, the likeliest trains and the entanglement along the train, a labelled line a fact."""
    mean, fano = float(ds.count_mean[0]), float(ds.count_fano[0])
    spread = np.sqrt(max(fano * mean, 0.0)) if mean > 0 else 0.0
    bins = ds.sizes["bin"]
    text = f"unobserved, superposed in {bins} bins: {mean:.3g} expected, σ {spread:.2g}, Fano factor {fano:.3g}"
    facts = [("spikes", text)]
    for i in range(min(NAMED, ds.sizes["pattern"])):
        times = ds.bin.values[ds.pattern_spikes.values[i] == 1]
        label = "likeliest trains" if i == 0 else ""
        facts.append((label, f"{100 * float(ds.pattern_probability[i]):.3g} %: {_train(times)}"))
    if "entanglement_entropy" in ds:
        text = f"past and future up to {float(ds.entanglement_entropy.max()):.3g} nats"
        facts.append(("entanglement", text))
    else:
        text = f"the neuron's entropy up to {float(ds.neuron_entropy.max()):.3g} nats, loss included"
        facts.append(("entanglement", f"{text}; its negativity: qs.coherent_spike_train"))
    return facts


def _train(times: np.ndarray) -> str:
    if not len(times):
        return "silence"
    shown = ", ".join(human(t, "s") for t in times[:SHOWN])
    return shown + (f" and {len(times) - SHOWN} more" if len(times) > SHOWN else "")
