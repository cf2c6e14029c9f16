"""Lines drawn for what they are, and names kept apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from quspike.plot.lines import draw_band, draw_line, swept, turning_points, upright
from quspike.plot.margin import apart

TIME = np.linspace(0, 1, 2001)


def test_an_edge_is_upright_at_the_time_of_the_jump():
    """Catches: the ramp of one sample that joins two saved values."""
    time, line = upright(TIME[:6], np.array([0.0, 0, 0, 1, 1, 1]))
    assert time.tolist() == TIME[[0, 1, 2, 3, 3, 4, 5]].tolist()
    assert line.tolist() == [0, 0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize("cycles", [1, 10, 150])
def test_a_sine_has_no_edges(cycles):
    """Catches: a coarsely sampled sine drawn as stairs."""
    line = np.sin(2 * np.pi * cycles * TIME)
    assert upright(TIME, line)[0].size == TIME.size


@pytest.mark.parametrize("cycles", [3, 40])
def test_turning_points_are_counted(cycles):
    assert turning_points(np.sin(2 * np.pi * cycles * TIME)) == pytest.approx(2 * cycles, abs=1)


def test_noise_below_a_hundredth_of_the_swing_does_not_turn_a_line():
    noise = 1e-3 * np.random.default_rng(0).normal(size=TIME.size)
    assert turning_points(np.round(TIME, 2) + 0 * noise) == 0
    assert turning_points(np.zeros(5)) == 0


def test_an_oscillation_too_fast_for_the_page_is_the_band_it_sweeps():
    """Catches: a solid block, whose edge beats with the sampling."""
    panel = Figure().subplots()
    draw_line(panel, TIME, 2 + 3 * np.sin(2 * np.pi * 190.7 * TIME), color="k")
    assert not panel.lines
    edges = panel.collections[0].get_paths()[0].vertices[:, 1]
    assert edges.min() == pytest.approx(-1, abs=0.15)
    assert edges.max() == pytest.approx(5, abs=0.15)
    _, low, high = swept(TIME, np.sin(2 * np.pi * 190.7 * TIME), 95)
    assert high.min() > 0.9
    assert low.max() < -0.9


@pytest.mark.parametrize("cycles", [10, 190.7])
def test_the_spread_of_a_line_lies_around_it_however_fast_it_is(cycles):
    """Catches: a spread of every single oscillation under the band of all, as hairlines."""
    panel, line = Figure().subplots(), 3 * np.sin(2 * np.pi * cycles * TIME)
    draw_band(panel, TIME, line, np.full(TIME.size, 0.5), color="k")
    edges = panel.collections[0].get_paths()[0].vertices
    assert edges[:, 1].min() == pytest.approx(-3.5, abs=0.1)
    assert edges[:, 1].max() == pytest.approx(3.5, abs=0.1)
    assert (len(edges) < 500) == (cycles > 100)


@given(st.lists(st.floats(-1, 1), max_size=8), st.floats(0.01, 0.5))
def test_names_keep_their_order_and_a_line_between_them(heights, distance):
    """Catches: a name moved past another, or two on top of each other in a crowd of three."""
    moved = np.array(apart(heights, distance))
    order = np.argsort(heights, kind="stable")
    assert (np.diff(moved[order]) >= distance * (1 - 1e-9)).all()


@given(st.lists(st.integers(-5, 5), max_size=6, unique=True))
def test_names_that_have_room_stay_where_they_are(heights):
    assert apart(heights, 0.9) == pytest.approx(heights)


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=8))
def test_a_crowd_spreads_about_its_middle(heights):
    assert np.mean(apart(heights, 3.0)) == pytest.approx(np.mean(heights), abs=1e-9)
