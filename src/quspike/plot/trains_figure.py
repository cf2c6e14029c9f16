"""Superposed spike trains at a glance: a river that parts wherever the neuron both spikes and does not.

width: the probability ⟨A|ρ|A⟩   ticks: spikes   hue: the phase of ⟨A|ρ|0⟩, against the likeliest train
strength of a colour: |⟨A|ρ|B⟩|/√(p_A p_B), one for a superposition and zero, which is grey, for a mixture
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from quspike.errors import InputError
from quspike.plot.phase_colour import phase_colour
from quspike.plot.style import INK, QUIET, SCREEN_DPI, RunFigure, styled
from quspike.plot.train_tree import Strand, order, strands
from quspike.result.engineering import scale

WIDTH, ABOVE, BELOW = 6.8, 0.16, 0.5  # inch: the figure, what is above and below the trains
ROW, NARROW, FEW = 0.26, 0.19, 6  # inch: a train's row, and where there are more than a few
EDGE, NUMBERS, SWATCH, WORDS = 0.12, 0.42, 0.9, 0.55  # inch: margins, probabilities, the key to the colours, its words
WIDEST = 0.72  # of a row: the likeliest train
THINNEST = 0.02  # of a row: a train that is hardly there is still a line
TICK = 0.62  # of a row: the height of a spike
SEAM = 0.3  # pt: closes the hairline between two strands
BEND = 0.05  # of the time axis: how long a strand takes to part
MOST = 12  # trains


def plot_trains(ds: xr.Dataset, most: int = MOST) -> RunFigure:
    """The most likely spike trains of a result with spike `coherent`, with their coherences.

    Left: the trains over time, as one river that parts. Right: how coherent each two of them are, in the same rows.

    Raises
    ------
    InputError : a result without superposed spike trains.
    """
    if "pattern_probability" not in ds:
        raise InputError("kind", "trains", 'must be another one: superposed trains are those of spike = "coherent"')
    probability = np.sort(ds.pattern_probability.values)[::-1][:most]
    chosen = np.argsort(-ds.pattern_probability.values, kind="stable")[:most]
    coherence = (ds.pattern_coherence_real.values + 1j * ds.pattern_coherence_imag.values)[np.ix_(chosen, chosen)]
    return draw_trains(ds.bin.values, ds.pattern_spikes.values[chosen], probability, coherence, float(ds.time[-1]))


def draw_trains(
    times: np.ndarray, patterns: np.ndarray, probabilities: np.ndarray, coherence: np.ndarray, stop: float
) -> RunFigure:
    """The figure of trains, the likeliest first.

    times : of the bins (K,), s. patterns : (M, K) of 0 and 1. probabilities : (M,). coherence : ⟨A|ρ|B⟩ (M, M),
    complex. stop : the end of the time axis, s.
    """
    size = len(probabilities)
    root = np.sqrt(np.maximum(probabilities, 1e-300))
    normal = coherence / np.outer(root, root)
    rows = np.empty(size)
    rows[order(patterns)] = np.arange(size)
    with styled():
        side = (ROW if size <= FEW else NARROW) * size
        whole = side + ABOVE + BELOW
        figure = RunFigure(figsize=(WIDTH, whole), dpi=SCREEN_DPI)
        left = WIDTH - EDGE - max(side, SWATCH + WORDS)
        river = figure.add_axes(_inches((EDGE, BELOW, left - NUMBERS - EDGE, side), whole))
        matrix = figure.add_axes(_inches((left, BELOW, side, side), whole))
        swatch = figure.add_axes(_inches((left, 0.2, SWATCH, 0.2), whole))
        _river(river, times, patterns, probabilities, normal, rows, stop)
        _matrix(matrix, normal, rows)
        _swatch(swatch)
        figure.draw_without_rendering()
    return figure


def percent(probability: float) -> str:
    """To two digits, and no wider than its column: 100 % has three, and 2e-5 % no zero that says nothing."""
    number = 100 * probability
    text = f"{number:.0f}" if number > 99 else f"{number:.2g}"
    return f"{text.replace('e-0', 'e-')} %"


def _inches(box: tuple[float, float, float, float], height: float) -> tuple[float, float, float, float]:
    left, bottom, wide, high = box
    return left / WIDTH, bottom / height, wide / WIDTH, high / height


def _river(
    panel: Axes,
    times: np.ndarray,
    patterns: np.ndarray,
    probabilities: np.ndarray,
    normal: np.ndarray,
    rows: np.ndarray,
    stop: float,
) -> None:
    factor, unit = scale(stop, "s")
    thick = WIDEST / probabilities.max()
    tree = strands(patterns, probabilities)
    middle = {id(s): np.average(rows[list(s.members)], weights=probabilities[list(s.members)]) for s in tree}
    for strand in tree:
        own = float(probabilities[list(strand.members)].sum())
        colour = _colour(strand, normal, probabilities)
        start = 0.0 if strand.parent is None else times[strand.first]
        end = times[strand.last] if strand.last < len(times) else stop
        if strand.parent is not None:
            over = float(probabilities[list(strand.parent.members)].sum()) * thick
            _part(panel, strand, middle, start, over, own * thick, colour, (factor, stop), times)
        half = max(own * thick, THINNEST) / 2
        bend = 0.0 if strand.leaf or strand.last >= len(times) else _bend(strand, times, stop)
        left, right = start * factor, (end - bend) * factor
        panel.fill_between(
            [left, right], middle[id(strand)] - half, middle[id(strand)] + half, color=colour, linewidth=SEAM
        )
        spikes = times[strand.first : strand.last][patterns[strand.members[0], strand.first : strand.last] > 0]
        tall = max(TICK, own * thick + 0.2) / 2
        panel.vlines(spikes * factor, middle[id(strand)] - tall, middle[id(strand)] + tall, color=INK, linewidth=1.1)
    for row, p in zip(rows, probabilities, strict=True):
        _note(panel, percent(p), (1, row), (4, 0), ("axes fraction", "data"), va="center")
    these = f"these {len(rows)} trains" if len(rows) > 1 else "this train"
    _note(panel, f"{these}: {100 * probabilities.sum():.3g} %", (0, 1), (0, 2), color=QUIET)
    panel.set_xlim(0, stop * factor)
    panel.set_ylim(len(rows) - 0.5, -0.5)
    panel.set_yticks([])
    panel.spines.left.set_visible(False)
    panel.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]))
    panel.set_xlabel(f"time ({unit})")


def _bend(strand: Strand, times: np.ndarray, stop: float) -> float:
    """How long before its end this strand begins to part."""
    start = 0.0 if strand.parent is None else times[strand.first]
    return min(BEND * stop, 0.8 * (times[strand.last] - start))


def _part(
    panel: Axes,
    strand: Strand,
    middle: dict[int, float],
    end: float,
    over: float,
    width: float,
    colour: Any,
    scales: tuple[float, float],
    times: np.ndarray,
) -> None:
    """From the parent's width to the strand's own row, along a smooth step."""
    assert strand.parent is not None
    factor, stop = scales
    s = np.linspace(0, 1, 40)
    step = s**2 * (3 - 2 * s)
    begin = middle[id(strand.parent)] + strand.stack * over
    line = begin + (middle[id(strand)] - begin) * step
    time = (end - _bend(strand.parent, times, stop) * (1 - s)) * factor
    half = max(width, THINNEST) / 2
    panel.fill_between(time, line - half, line + half, color=colour, linewidth=SEAM)


def _colour(strand: Strand, normal: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Of the strand's likeliest train, against the likeliest of all."""
    likeliest = max(strand.members, key=lambda i: probabilities[i])
    return phase_colour(normal[likeliest, 0])


def _matrix(panel: Axes, normal: np.ndarray, rows: np.ndarray) -> None:
    """A square for each two trains, its area the modulus and its hue the phase, in the rows of the river."""
    size = len(rows)
    for i in range(size):
        for j in range(size):
            side = 0.9 * np.sqrt(min(abs(normal[i, j]), 1.0))
            corner = (rows[j] - side / 2, rows[i] - side / 2)
            panel.add_patch(Rectangle(corner, side, side, color=phase_colour(normal[i, j]), linewidth=0))
    panel.set_xlim(-0.5, size - 0.5)
    panel.set_ylim(size - 0.5, -0.5)
    panel.set_axis_off()
    _note(panel, "area: |coherence|", (0, 1), (0, 2), color=QUIET)


def _swatch(panel: Axes) -> None:
    """The key: phase across, strength upwards."""
    phase, strength = np.meshgrid(np.linspace(-np.pi, np.pi, 181), np.linspace(0, 1, 21))
    colours = phase_colour(strength * np.exp(1j * phase))
    panel.imshow(colours, origin="lower", extent=(-1, 1, 0, 1), aspect="auto", interpolation="bilinear")
    panel.set_xticks([-1, 0, 1], ["−π", "phase", "π"])
    panel.set_yticks([])
    panel.tick_params(length=0, pad=2)
    for height, text in ((0.9, "superposed"), (0.1, "mixed")):
        _note(panel, text, (1, height), (3, 0), va="center")
    for spine in panel.spines.values():
        spine.set_visible(False)


def _note(panel: Axes, text: str, at: Any, shift: Any, coordinates: Any = "axes fraction", **style: Any) -> None:
    panel.annotate(
        text, at, shift, coordinates, textcoords="offset points", fontsize=6.5, annotation_clip=False, **style
    )
