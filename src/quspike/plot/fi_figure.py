"""The f–I curve: rates of a neuron against the current that drives it, with their standard errors as bands."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from quspike.plot.margin import Label, name_lines
from quspike.plot.style import CLASSICAL, QUANTUM, SERIES, RunFigure, stack, styled
from quspike.result.engineering import scale

HEIGHT = 1.7  # inch
LOOKS = {
    "first_rate": ("first interval", SERIES[0]),
    "rate": ("mean", QUANTUM),
    "last_rate": ("last interval", SERIES[1]),
}
SAME = 0.15  # of the largest rate: where first and last intervals lie closer to the mean, it speaks for them
REFERENCE: dict[str, Any] = {"linestyle": (0, (4, 2)), "linewidth": 0.7, "color": CLASSICAL}


def plot_fi(ds: xr.Dataset, reference: xr.Dataset | None = None) -> RunFigure:
    """What `fi_curve` found, a panel a neuron: the mean rate, and those of first and last intervals where they differ.

    reference : another f–I curve, of which the mean rate is dashed: the neuron without its noise, say.
    """
    neurons = [str(name) for name in ds.neuron.values]
    factor, unit = scale(ds.current.values, "A")
    per, hertz = scale(np.nanmax(ds.first_rate.values), "Hz")
    with styled():
        figure, axes = stack([HEIGHT] * len(neurons))
        for panel, neuron in zip(axes, neurons, strict=True):
            one = ds.sel(neuron=neuron)
            labels = _curves(panel, one, factor, per)
            if reference is not None:
                x, y = reference.current.values * factor, reference.rate.sel(neuron=neuron).values * per
                panel.plot(x, y, **REFERENCE)
                labels.append(("reference", float(y[-1]), CLASSICAL))
            panel.set_ylabel(f"rate ({hertz})" if len(neurons) == 1 else f"{neuron} ({hertz})")
            panel.set_ylim(bottom=0)
            panel.yaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 5, 10]))
            name_lines(panel, labels, HEIGHT)
        axes[-1].set_xlabel(f"current ({unit})")
        axes[-1].margins(x=0.01)
        figure.align_ylabels(axes)
        figure.draw_without_rendering()
    return figure


def _curves(panel: Axes, ds: xr.Dataset, factor: float, per: float) -> list[Label]:
    """The rates that differ from the mean, and the mean."""
    labels: list[Label] = []
    current = ds.current.values * factor
    for key, (text, colour) in LOOKS.items():
        rate, error = ds[key].values * per, np.nan_to_num(ds[f"{key}_error"].values) * per
        if key != "rate" and np.max(np.abs(rate - ds.rate.values * per)) < SAME * np.max(rate):
            continue
        panel.fill_between(current, rate - error, rate + error, color=colour, alpha=0.3, linewidth=0)
        panel.plot(current, rate, color=colour, marker="o", markersize=1.8, linewidth=0.8)
        labels.append((text, float(rate[-1]), colour))
    return labels
