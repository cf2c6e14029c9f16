"""Figures."""

from quspike.plot.comparison_figure import plot_comparison
from quspike.plot.fi_figure import plot_fi
from quspike.plot.intervals_figure import plot_intervals
from quspike.plot.pinched_loop import plot_hysteresis
from quspike.plot.raster_figure import plot_raster
from quspike.plot.regime_figure import plot_regime_map
from quspike.plot.run_figure import plot_run
from quspike.plot.saving import check_figure_path, save
from quspike.plot.spike_animation import animate, check_film_path
from quspike.plot.trains_figure import plot_trains
from quspike.plot.wigner_figure import plot_wigner

KINDS = {
    "run": plot_run,
    "raster": plot_raster,
    "intervals": plot_intervals,
    "trains": plot_trains,
    "wigner": plot_wigner,
}
"""What can be drawn of a result."""

__all__ = [
    "KINDS",
    "animate",
    "check_figure_path",
    "check_film_path",
    "plot_comparison",
    "plot_fi",
    "plot_hysteresis",
    "plot_intervals",
    "plot_raster",
    "plot_regime_map",
    "plot_run",
    "plot_trains",
    "plot_wigner",
    "save",
]
