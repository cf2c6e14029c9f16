"""A membrane on its way to threshold in phase space: Wigner functions above the membrane itself, over the same run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.image import AxesImage
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Circle
from matplotlib.ticker import MaxNLocator

from quspike.analysis.wigner import wigner_minimum, wigner_of_run
from quspike.plot.panels import DOTTED, REFERENCE
from quspike.plot.style import CLASSICAL, INK, QUANTUM, QUIET, SCREEN_DPI, RunFigure, styled
from quspike.plot.traces import membrane_trace
from quspike.result.engineering import scale
from quspike.result.twin import split

NEGATIVE = "#b5179e"
SIGNED = LinearSegmentedColormap.from_list("signed", ["#5c0a50", NEGATIVE, "white", QUANTUM, "#00304f"])
"""Below zero, which no probability is, to above."""

VIEW = 1.5  # half width of a phase space, in thresholds
POINTS = 161  # a side
DEEPEST = 0.35  # of |W| that the colours tell apart
LETTERS = "abcdefgh"
WIDTH, SQUARE, MEMBRANE, MINIMUM = 6.8, 1.55, 1.15, 0.6  # inch


def plot_wigner_flight(ds: xr.Dataset, times: Sequence[float], names: Sequence[str]) -> RunFigure:
    """Figure: W(V_x, V_y) at `times` [s], each under its name; ⟨membrane⟩, quantum and classical; min W over time.

    Phase space is the membrane's own, in volts: the distance of the mean (dot) from the centre is what the threshold
    (dotted circle) sees. For a resonator with one neuron, and `[save] states = true`.
    """
    root, twin = split(ds)
    with styled():
        layout = ConstrainedLayoutEngine(h_pad=0.03, w_pad=0.03, hspace=0.03, wspace=0.02)
        size = (WIDTH, SQUARE + MEMBRANE + MINIMUM + 1.1)
        figure = RunFigure(figsize=size, dpi=SCREEN_DPI, layout=layout)
        letters = LETTERS[: len(times)]
        rows = (letters, "m" * len(letters), "w" * len(letters))
        axes = figure.subplot_mosaic(";".join(rows), height_ratios=[SQUARE, MEMBRANE, MINIMUM])
        draw_phase_spaces(figure, [axes[letter] for letter in letters], root, times, names)
        draw_membranes(axes["m"], root, twin)
        draw_minimum(axes["w"], root)
        mark_times(axes["m"], root, times, letters)
        figure.align_ylabels([axes["m"], axes["w"]])
        figure.draw_without_rendering()  # settles the layout while the style holds
    return figure


def draw_phase_spaces(
    figure: RunFigure, panels: Sequence[Axes], ds: xr.Dataset, times: Sequence[float], names: Sequence[str]
) -> None:
    """One W a panel, all in the same colours, with the mean and the threshold."""
    threshold, volts = float(ds.v_threshold[0]), volts_per_amplitude(ds)
    axis = np.linspace(-VIEW, VIEW, POINTS) * threshold / volts
    found = wigner_of_run(ds, np.asarray(times), axis + 1j * axis[:, None])
    factor, unit = scale([threshold], "V")
    amplitude = (ds.amplitude_real + 1j * ds.amplitude_imag).isel(node=0).sel(time=list(times), method="nearest")
    for place, panel in enumerate(panels):
        image = draw_phase_space(panel, found[place], amplitude.values[place] * volts * factor, threshold * factor)
        panel.set_title(f"$\\bf{{{LETTERS[place]}}}$  {names[place]}", loc="left", pad=3)
        panel.set_xlabel(f"$V_x$ ({unit})", labelpad=1)
        if place:
            panel.set_yticks([])
    panels[0].set_ylabel(f"$V_y$ ({unit})", labelpad=1)
    bar = figure.colorbar(image, ax=list(panels), shrink=0.8, aspect=14, extend="max", pad=0.012)
    bar.set_label("Wigner function", labelpad=3)
    bar.set_ticks([-DEEPEST, 0, DEEPEST], labels=[f"−{DEEPEST:g}", "0", f"{DEEPEST:g}"])
    bar.outline.set_linewidth(0.5)


def draw_phase_space(panel: Axes, w: np.ndarray, mean: complex, threshold: float) -> AxesImage:
    """W on a square of ±VIEW thresholds, the threshold a circle, the mean a dot."""
    reach = VIEW * threshold
    image = panel.imshow(
        w,
        origin="lower",
        extent=(-reach, reach, -reach, reach),
        cmap=SIGNED,
        vmin=-DEEPEST,
        vmax=DEEPEST,
        interpolation="bilinear",
    )
    panel.add_patch(Circle((0, 0), threshold, fill=False, color=QUIET, linewidth=0.7, linestyle=DOTTED))
    panel.plot(mean.real, mean.imag, "o", color="white", markersize=2.6, markeredgecolor=INK, markeredgewidth=0.5)
    for axis in (panel.xaxis, panel.yaxis):
        axis.set_major_locator(MaxNLocator(nbins=3, steps=[1, 2, 5, 10]))
    for side in ("top", "right"):
        panel.spines[side].set_visible(True)
    return image


def volts_per_amplitude(ds: xr.Dataset) -> float:
    """2V_zpf, from membrane = 2|⟨a⟩|V_zpf where it is largest."""
    amplitude = np.hypot(ds.amplitude_real.isel(node=0).values, ds.amplitude_imag.isel(node=0).values)
    largest = int(np.argmax(amplitude))
    return float(ds.membrane.values[largest, 0] / amplitude[largest])


def draw_membranes(panel: Axes, ds: xr.Dataset, twin: xr.Dataset | None) -> None:
    """⟨membrane⟩ up to threshold and back, and the classical membrane dashed."""
    name, threshold = str(ds.neuron.values[0]), float(ds.v_threshold[0])
    (per_s, _), (factor, unit) = scale(ds.time.values, "s"), scale([threshold], "V")
    panel.axhline(threshold * factor, color=QUIET, linewidth=0.7, linestyle=DOTTED, zorder=1)
    for which, colour, label, style in (
        (twin, CLASSICAL, "classical", REFERENCE | {"linewidth": 0.9}),
        (ds, QUANTUM, "quantum", {"linewidth": 1.1}),
    ):
        if which is not None:
            time, level, _ = membrane_trace(which, name)
            panel.plot(time * per_s, level * factor, color=colour, label=label, **style)
    panel.set_ylabel(f"membrane ({unit})")
    panel.set_ylim(0, 1.32 * threshold * factor)
    panel.yaxis.set_major_locator(MaxNLocator(nbins=3, steps=[1, 2, 5, 10]))
    _time_axis(panel, ds, labelled=False)
    names = [("threshold", QUIET), *([("classical", CLASSICAL)] if twin is not None else []), ("quantum", QUANTUM)]
    for place, (text, colour) in enumerate(names):
        panel.annotate(text, (1 - 0.1 * place, 0.99), xycoords="axes fraction", color=colour, ha="right", va="top")


def draw_minimum(panel: Axes, ds: xr.Dataset) -> None:
    """min W over time: how far from any probability density the membrane's state is."""
    (per_s, _), lowest = scale(ds.time.values, "s"), np.minimum(wigner_minimum(ds), 0.0)
    panel.axhline(0, color=CLASSICAL, clip_on=False, **REFERENCE | {"linewidth": 0.9})
    panel.fill_between(ds.time.values * per_s, lowest, 0, color=NEGATIVE, alpha=0.3, linewidth=0)
    panel.plot(ds.time.values * per_s, lowest, color=NEGATIVE)
    panel.set_ylabel("min W")
    panel.set_ylim(1.15 * float(lowest.min()), 0)
    panel.yaxis.set_major_locator(MaxNLocator(nbins=3, steps=[1, 2, 5, 10]))
    _time_axis(panel, ds, labelled=True)


def mark_times(panel: Axes, ds: xr.Dataset, times: Sequence[float], letters: str) -> None:
    """A dot and its letter on the membrane at each of the times."""
    (per_s, _), (factor, _) = scale(ds.time.values, "s"), scale([float(ds.v_threshold[0])], "V")
    for letter, shown in zip(letters, ds.membrane.isel(neuron=0).sel(time=list(times), method="nearest"), strict=True):
        place = float(shown.time) * per_s, float(shown) * factor
        panel.plot(*place, "o", color=INK, markersize=3, markeredgewidth=0, clip_on=False, zorder=5)
        panel.annotate(
            f"$\\bf{{{letter}}}$",
            place,
            (-3, 3),
            textcoords="offset points",
            color=INK,
            ha="right",
            va="bottom",
            zorder=5,
        )


def _time_axis(panel: Axes, ds: xr.Dataset, labelled: bool) -> None:
    factor, unit = scale(ds.time.values, "s")
    panel.set_xlim(float(ds.time[0]) * factor, float(ds.time[-1]) * factor)
    panel.tick_params(axis="x", labelbottom=labelled)
    if labelled:
        panel.set_xlabel(f"time ({unit})", labelpad=1)
