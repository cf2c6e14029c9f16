"""Intervals between spikes: the sampled ones as a histogram on their computed density, and how long none comes.

above p(τ), the density of the next spike;   below S(τ) = 1 − ∫₀^τ p, the probability that none has come
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from quspike.analysis.intervals import interval_density, intervals_of, survival
from quspike.errors import InputError
from quspike.plot.margin import Label, name_lines
from quspike.plot.style import INK, QUANTUM, SERIES, RunFigure, stack, styled
from quspike.result.engineering import scale
from quspike.result.interval_text import NEVER
from quspike.result.spike_trains import spike_trains
from quspike.result.twin import split

HEIGHT = 1.15  # inch, a panel
FEWEST = 5  # intervals that make a histogram
MOST_BINS = 80
TAIL = 2e-3  # of the survival: where the axis may end
SAMPLE = SERIES[0]


def plot_intervals(ds: xr.Dataset, neuron: str | None = None) -> RunFigure:
    """Histogram and Kaplan–Meier survival of the sampled intervals; lines: `isi_density` and `survival` where computed.

    Bands are standard errors. The end of the record, which cuts long intervals off, is allowed for.

    Raises
    ------
    InputError : neither intervals enough nor a computed density; several neurons and no name.
    """
    root, _ = split(ds)
    name = _choose(root, neuron)
    trains = spike_trains(root)[name]
    gaps, unfinished = intervals_of(trains, float(root.time[-1]))
    computed = None
    if "isi_density" in root:
        one = root if "neuron" not in root.isi_density.dims else root.sel(neuron=name)
        tau, p, stays = (variable.values for variable in (root.interval, one.isi_density, one.survival))
        held = [0.0, tau[0]] if tau[0] > 0 else []  # the refractory time, in which nothing comes
        computed = (np.append(held, tau), np.append(np.zeros(len(held)), p), np.append(np.ones(len(held)), stays))
    if computed is None and len(gaps) < FEWEST:
        raise InputError(
            "kind", "intervals", f"must be another one: it takes {FEWEST} intervals, and there are {len(gaps)}"
        )
    reach = _reach(gaps, computed)
    factor, unit = scale(reach, "s")
    with styled():
        figure, (above, below) = stack([HEIGHT, HEIGHT])
        labels = [_density(above, gaps, unfinished, computed, reach, factor, unit)]
        labels.append(_survival(below, gaps, unfinished, computed, reach, factor))
        above.set_ylabel(f"p (1/{unit})")
        below.set_ylabel("no spike yet")
        below.set_xlabel(f"interval ({unit})")
        below.set_xlim(0, reach * factor)
        below.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
        for panel, names in zip((above, below), labels, strict=True):
            name_lines(panel, names, HEIGHT)
        figure.align_ylabels([above, below])
        figure.draw_without_rendering()
    return figure


def _choose(ds: xr.Dataset, neuron: str | None) -> str:
    names = [str(name) for name in np.atleast_1d(ds.neuron.values)]
    if neuron is None and len(names) == 1:
        return names[0]
    if neuron not in names:
        raise InputError("neuron", neuron, f"must be {', '.join(names) or 'in the circuit, which has none'}")
    return neuron


def _reach(gaps: np.ndarray, computed: tuple[np.ndarray, ...] | None) -> float:
    """Where the axis ends: past the longest of the sample, and where next to nothing is left to come."""
    ends = [1.05 * float(np.quantile(gaps, 1 - TAIL))] if len(gaps) else []
    if computed is not None:
        tau, _, stays = computed
        left = stays - stays[-1]
        late = np.flatnonzero(left > TAIL * left[0])
        ends.append(float(tau[min(late[-1] + 1, len(tau) - 1)] if len(late) else tau[-1]))
    return max(ends)


def _density(
    panel: Axes,
    gaps: np.ndarray,
    unfinished: np.ndarray,
    computed: tuple[np.ndarray, ...] | None,
    reach: float,
    factor: float,
    unit: str,
) -> list[Label]:
    labels: list[Label] = []
    if len(gaps) >= FEWEST:
        edges = _edges(gaps, reach)
        density, error = interval_density(gaps, edges, unfinished)
        density, error = density / factor, error / factor
        panel.stairs(density, edges * factor, color=SAMPLE, fill=True, alpha=0.35, linewidth=0)
        middle = 0.5 * (edges[1:] + edges[:-1]) * factor
        panel.errorbar(middle, density, error, fmt="none", ecolor=SAMPLE, elinewidth=0.6)
        labels.append((f"{len(gaps)} sampled", float(np.max(density)) * 0.55, SAMPLE))
    if computed is not None:
        tau, p, _ = computed
        colour = QUANTUM if len(gaps) < FEWEST else INK
        panel.plot(tau * factor, p / factor, color=colour)
        labels.append(("computed", float(p.max()) / factor * 0.9, colour))
    panel.set_ylim(bottom=0)
    panel.yaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 5, 10]))
    return labels


def _survival(
    panel: Axes,
    gaps: np.ndarray,
    unfinished: np.ndarray,
    computed: tuple[np.ndarray, ...] | None,
    reach: float,
    factor: float,
) -> list[Label]:
    labels: list[Label] = []
    if len(gaps) >= FEWEST:
        found = survival(gaps, unfinished)
        tau = np.append(found.interval, max(reach, found.interval[-1])) * factor
        stays, error = np.append(found.survival, found.survival[-1]), np.append(found.error, found.error[-1])
        panel.step(tau, stays, where="post", color=SAMPLE, linewidth=0.8)
        panel.fill_between(tau, stays - error, stays + error, step="post", color=SAMPLE, alpha=0.35, linewidth=0)
        labels.append(("sampled", 0.35, SAMPLE))
    if computed is not None:
        tau, _, stays = computed
        colour = QUANTUM if len(gaps) < FEWEST else INK
        panel.plot(tau * factor, stays, color=colour)
        share = f"computed: {1 - stays[-1]:.3g} come" if stays[-1] > NEVER else "computed"
        labels.append((share, max(0.6, float(stays[-1])), colour))
    panel.set_ylim(0, 1.05)
    return labels


def _edges(gaps: np.ndarray, reach: float) -> np.ndarray:
    """Bins by the rule of Freedman & Diaconis, from the shortest interval to the end of the axis."""
    low = float(gaps.min())
    width = 2 * np.subtract(*np.quantile(gaps, [0.75, 0.25])) / len(gaps) ** (1 / 3)
    bins = int(np.clip((reach - low) / width, 5, MOST_BINS)) if width > 0 else 5
    return np.linspace(low, max(reach, float(gaps.max()) if len(gaps) < 50 else reach), bins + 1)
