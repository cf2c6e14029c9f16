"""The figure of a run: what is drawn is what was computed."""

import subprocess
import sys
from types import SimpleNamespace

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_hex

import adapting_neuron
from quspike.plot import plot_run
from quspike.plot.style import CLASSICAL, QUANTUM
from quspike.run.schema import Run


def panels(figure):
    return {panel.get_ylabel() or "spikes": panel for panel in figure.axes}


def line(panel, colour):
    (found,) = (one for one in panel.lines if to_hex(one.get_color()) == colour and len(one.get_xdata()) > 2)
    return np.asarray(found.get_xdata()), np.asarray(found.get_ydata())


def test_each_axis_carries_the_prefix_that_fits(figure):
    """Catches: a label with one prefix over data scaled by another."""
    drawn = panels(figure)
    assert list(drawn) == ["spikes", "I (pA)", "V (µV)", "M (kΩ)"]
    assert drawn["M (kΩ)"].get_xlabel() == "time (ns)"
    assert drawn["M (kΩ)"].get_xlim() == pytest.approx((0, 400))
    assert line(drawn["I (pA)"], "#222222")[1].max() == pytest.approx(603)
    assert line(drawn["M (kΩ)"], "#009e73")[1][0] == pytest.approx(82.86, abs=0.01)


def test_every_spike_is_drawn_from_threshold_to_reset(ds, figure):
    """Spikes lie between saved times. Catches: tips cut at the last sample before the spike, 1 to 2 µV too low."""
    time, level = line(panels(figure)["V (µV)"], QUANTUM)
    for spike in ds.spike_time.values * 1e9:
        at_spike = level[np.isclose(time, spike, rtol=1e-12)]
        np.testing.assert_allclose(at_spike, [20.0, 0.0], atol=1e-9)
    assert (np.diff(time) >= 0).all()


def test_a_spike_at_a_saved_time_is_drawn_once_and_in_order(classical):
    """The value saved at a spike's own time is the one after the reset. Catches: the tip inserted after it."""
    solution = SimpleNamespace(**vars(classical))
    at = int(np.searchsorted(classical.time, classical.spike_time[0]))
    solution.spike_time = np.where(np.arange(64) == 0, classical.time[at], np.nan)
    solution.spike_count = np.array([1])
    time, level = line(panels(plot_run(adapting_neuron.result(solution, None)))["V (µV)"], QUANTUM)
    first = int(np.searchsorted(time, classical.time[at] * 1e9 - 1e-9))
    np.testing.assert_allclose(level[first : first + 3], [20.0, 0.0, 0.0], atol=1e-9)


def test_the_band_is_one_standard_deviation(ds, figure):
    """Catches: a band of variance, of 2σ, or of the wrong neuron."""
    panel = panels(figure)["V (µV)"]
    (band,) = panel.collections
    edges = band.get_paths()[0].vertices
    late = edges[np.isclose(edges[:, 0], 300.0)][:, 1]
    sigma = float(ds.voltage_std[600, 0]) * 1e6
    assert np.ptp(late) == pytest.approx(2 * sigma)
    assert late.mean() == pytest.approx(float(ds.voltage[600, 0]) * 1e6)


def test_the_classical_neuron_is_dashed_with_its_own_spikes(ds, figure):
    """Catches: the quantum spikes inserted into the classical trace."""
    panel = panels(figure)["V (µV)"]
    time, level = line(panel, CLASSICAL)
    tips = time[np.isclose(level, 20.0, rtol=1e-12)]
    np.testing.assert_allclose(tips, ds.qs.classical.spike_time.values * 1e9)
    (drawn,) = (one for one in panel.lines if to_hex(one.get_color()) == CLASSICAL)
    assert drawn.is_dashed()


def test_the_raster_has_a_row_a_neuron(ds, figure):
    rows = panels(figure)["spikes"].collections
    quantum, classical = (sorted(set(np.concatenate([p[:, 0] for p in row.get_segments()]))) for row in rows)
    np.testing.assert_allclose(quantum, ds.spike_time.values * 1e9)
    np.testing.assert_allclose(classical, ds.qs.classical.spike_time.values * 1e9)


def test_a_selection_of_time_draws_only_its_own_spikes(ds):
    """The event table is not cut by `sel`. Catches: ticks outside the axis."""
    raster = panels(plot_run(ds.sel(time=slice(20e-9, 60e-9))))["spikes"]
    drawn = np.concatenate([p[:, 0] for row in raster.collections for p in row.get_segments()])
    assert drawn.min() >= 20
    assert drawn.max() <= 60


@pytest.mark.parametrize("ratio", [1.0, 1.2, 5.0, 40.0, 5000.0])
def test_memristance_is_logarithmic_over_a_decade(classical, ratio):
    """Catches: a logarithmic axis for a flat line, a linear one on which the low state is a line at the bottom."""
    solution = SimpleNamespace(**vars(classical))
    solution.memristance = np.geomspace(1e3 * ratio, 1e3, len(classical.time))[:, None]
    (panel,) = (p for name, p in panels(plot_run(adapting_neuron.result(solution, None))).items() if name[0] == "M")
    assert panel.get_yscale() == ("log" if ratio >= 10 else "linear")
    labels = [text.get_text() for text in panel.get_yticklabels()]
    assert len(labels) >= 2
    assert ratio < 10 or not any(text.endswith(".0") for text in labels)


def test_a_circuit_without_a_neuron_shows_its_node_voltages():
    solution = adapting_neuron.solution(50e-9, current=1e-10, slots=0, spike_count=np.zeros(0, dtype=int))
    for name in ("membrane", "memristance", "memory", "memristor_current"):
        setattr(solution, name, np.zeros((len(solution.time), 0)))
    nothing = dict.fromkeys(("elements", "neurons", "memory_units"), ())
    problem = SimpleNamespace(**vars(adapting_neuron.PROBLEM) | nothing)
    run = Run(circuit="C1 m 0 1pF\nR1 m 0 1kohm", duration=50e-9)
    figure = plot_run(adapting_neuron.result(solution, solution, run, problem))
    assert list(panels(figure)) == ["I (pA)", "V (µV)"]
    assert {text.get_text() for text in panels(figure)["V (µV)"].texts} == {"m", "classical"}


def test_a_battery_that_delivers_nothing_is_not_drawn(classical):
    """Beside a current that does. Catches: three names at zero under the one that matters."""
    solution = SimpleNamespace(**vars(classical))
    given = np.asarray(classical.input_current)
    solution.input_current = np.concatenate([0 * given, given], axis=1)
    problem = SimpleNamespace(**vars(adapting_neuron.PROBLEM) | {"sources": ("VK", "I1")})
    figure = plot_run(adapting_neuron.result(solution, None, problem=problem))
    assert {text.get_text() for text in panels(figure)["I (pA)"].texts} == {"I1"}


def test_names_in_the_margin_do_not_overlap(figure):
    """In rendered pixels. Catches: heights compared before the axis has its limits."""
    renderer = figure._get_renderer()
    boxes = [text.get_window_extent(renderer) for panel in figure.axes for text in panel.texts]
    for place, one in enumerate(boxes):
        assert not any(one.overlaps(other) for other in boxes[place + 1 :])
        assert one.x1 <= figure.bbox.x1


def test_a_notebook_shows_the_figure_without_pyplot(figure):
    """Catches: a bare Figure, which a notebook prints as text, or pyplot's global state."""
    png, size = figure._repr_png_()
    assert png.startswith(b"\x89PNG")
    assert size["width"] == pytest.approx(442, abs=1)


def test_pyplot_and_the_users_settings_are_left_alone(ds):
    before = dict(mpl.rcParams)
    plot_run(ds)
    assert dict(mpl.rcParams) == before
    script = "import sys, quspike.plot; print('matplotlib.pyplot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_users_settings_do_not_leak_into_the_figure(ds, tmp_path):
    """Catches: two authors who get two figures from one file."""
    plain = ds.qs.plot(tmp_path / "a.png")
    with mpl.rc_context({"font.size": 20, "axes.facecolor": "red", "lines.linewidth": 5}):
        ds.qs.plot(tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert plain.get_size_inches()[0] == 3.4
