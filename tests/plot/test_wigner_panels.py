"""Phase space above the membrane: what is drawn is what was computed, in volts."""

import numpy as np
import pytest

from quspike.analysis.wigner import wigner_minimum, wigner_of_run
from quspike.plot.wigner_panels import plot_wigner_flight, volts_per_amplitude

TWICE_V_ZPF, LEVELS = 8e-6, 3


@pytest.fixture(scope="module")
def flight(ds):
    """The adapting neuron's membrane as if it were a resonator's that carries one quantum along; ⟨a⟩ along i."""
    rho = np.broadcast_to(np.diag([0.0, 1.0, 0.0]), (ds.time.size, LEVELS, LEVELS))
    return ds.assign(
        states_real=(("time", "level", "level_"), rho),
        states_imag=(("time", "level", "level_"), 0.0 * rho),
        amplitude_real=(("time", "node"), 0.0 * ds.membrane.values),
        amplitude_imag=(("time", "node"), ds.membrane.values / TWICE_V_ZPF),
    )


def test_phase_space_is_in_volts_and_the_quantum_sits_at_the_mean(flight):
    """W of one displaced quantum is lowest at the mean. Catches: V_zpf for 2V_zpf; x and y swapped; upside down."""
    assert volts_per_amplitude(flight) == pytest.approx(TWICE_V_ZPF, rel=1e-12, abs=0)
    figure = plot_wigner_flight(flight, [8e-9], ["on its way"])
    (image,) = figure.axes[0].images
    left, right, bottom, top = image.get_extent()
    w = np.asarray(image.get_array())
    row, column = np.unravel_index(w.argmin(), w.shape)
    mean = float(flight.membrane.sel(time=8e-9, method="nearest")[0]) * 1e6
    assert left + (right - left) * column / (w.shape[1] - 1) == pytest.approx(0, abs=0.4)
    assert bottom + (top - bottom) * row / (w.shape[0] - 1) == pytest.approx(mean, abs=0.4)
    assert image.origin == "lower"
    (circle,) = figure.axes[0].patches
    assert circle.get_radius() == pytest.approx(20)


def test_the_colours_and_the_minimum_are_the_computed_ones(flight):
    """Catches: a panel that shows another time; a minimum clipped at the colour bar's end."""
    times = [0.0, 8e-9]
    figure = plot_wigner_flight(flight, times, ["at rest", "on its way"])
    axis = np.linspace(-1.5, 1.5, 161) * 20e-6 / TWICE_V_ZPF
    expected = wigner_of_run(flight, np.array(times), axis + 1j * axis[:, None])
    for panel, w in zip(figure.axes, expected, strict=False):
        np.testing.assert_allclose(panel.images[0].get_array(), w, atol=1e-12)
    (minimum,) = (panel for panel in figure.axes if panel.get_ylabel() == "min W")
    np.testing.assert_allclose(minimum.lines[-1].get_ydata(), wigner_minimum(flight), rtol=1e-12)
