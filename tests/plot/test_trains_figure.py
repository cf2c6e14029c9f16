"""The river of superposed spike trains: parting where they differ, as wide as likely, as coloured as coherent."""

import numpy as np
import pytest
import xarray as xr

from quspike.errors import InputError
from quspike.plot import plot_trains
from quspike.plot.phase_colour import phase_colour
from quspike.plot.train_tree import order, strands
from quspike.plot.trains_figure import draw_trains

BINS = 12
TIMES = (np.arange(BINS) + 0.5) * 1e-9
SPIKES = ((3, 8), (3, 10), (5,))
PROBABILITIES = np.array([0.5, 0.3, 0.1])
PATTERNS = np.array([[int(n in train) for n in range(BINS)] for train in SPIKES])
PHASES = np.exp(1j * np.array([0.0, np.pi / 2, 1.0]))
COHERENCE = np.outer(PHASES, PHASES.conj()) * np.sqrt(np.outer(PROBABILITIES, PROBABILITIES))
COHERENCE *= [[1, 1, 0], [1, 1, 0], [0, 0, 1]]  # the third has left its which-path information behind


@pytest.fixture(scope="module")
def figure():
    return draw_trains(TIMES, PATTERNS, PROBABILITIES, COHERENCE, 12e-9)


def ends(panel):
    """Height and width of what is drawn up to the end of the time axis, from the top."""
    found = []
    for band in panel.collections:
        paths = band.get_paths()
        edge = paths[0].vertices if len(paths) == 1 else np.zeros((0, 2))
        last = edge[np.isclose(edge[:, 0], 12.0)]
        if len(last):
            found.append((0.5 * (last[:, 1].min() + last[:, 1].max()), np.ptp(last[:, 1]), band.get_facecolor()[0, :3]))
    return sorted(found, key=lambda item: item[0])


def test_trains_part_where_they_first_differ():
    """By hand. Catches: a strand that parts at the first spike of either, one that parts a bin late."""
    tree = strands(PATTERNS, PROBABILITIES)
    stretches = {strand.members: (strand.first, strand.last) for strand in tree}
    assert stretches == {(2, 1, 0): (0, 3), (2,): (3, 12), (1, 0): (3, 8), (1,): (8, 12), (0,): (8, 12)}
    parents = {strand.members: strand.parent.members for strand in tree if strand.parent}
    assert parents == {(2,): (2, 1, 0), (1, 0): (2, 1, 0), (1,): (1, 0), (0,): (1, 0)}


def test_a_group_that_shares_its_past_is_a_block_of_rows():
    """Of all patterns of six bins: the trains of every strand are neighbours. Catches: rows in order of probability."""
    patterns = (np.arange(64)[:, None] >> np.arange(6)) % 2
    rows = np.argsort(order(patterns))
    tree = strands(patterns, np.full(64, 1 / 64))
    assert len(tree) == 127
    assert all(np.ptp(rows[list(strand.members)]) == len(strand.members) - 1 for strand in tree)
    for strand in tree:
        (past,) = {tuple(patterns[i, : strand.last]) for i in strand.members}
        assert len(past) == strand.last


def test_strands_leave_their_parent_side_by_side():
    """Their stacked widths fill it: no gap and no overlap. Catches: children that all start at its middle."""
    parted = {s.members: s for s in strands(PATTERNS, PROBABILITIES) if s.parent}
    upper, lower = parted[(2,)], parted[(1, 0)]
    assert upper.stack == pytest.approx(-0.5 + 0.1 / 0.9 / 2)
    assert lower.stack == pytest.approx(0.5 - 0.8 / 0.9 / 2)


def test_a_strand_is_as_wide_as_its_train_is_likely(figure):
    heights, widths, _ = zip(*ends(figure.axes[0]), strict=True)
    assert heights == pytest.approx((0, 1, 2), abs=1e-9)
    assert np.array(widths) / widths[2] == pytest.approx(PROBABILITIES[::-1] / 0.5)
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts == ["50 %", "30 %", "10 %", "these 3 trains: 90 %"]


@pytest.mark.parametrize(
    ("probability", "text"), [(1.0, "100 %"), (0.9996, "100 %"), (0.0314, "3.1 %"), (2e-7, "2e-5 %")]
)
def test_a_probability_stays_left_of_the_squares(probability, text):
    """Catches: `1e+02 %` for a train that is certain, and runs into the coherences."""
    one = draw_trains(TIMES, PATTERNS[:1], np.array([probability]), np.array([[probability]]), 12e-9)
    (number, _) = one.axes[0].texts
    assert number.get_text() == text
    assert number.get_window_extent().x1 < one.axes[1].get_window_extent().x0


def test_colour_is_coherence_with_the_likeliest_train(figure):
    """The mixed one is grey, the superposed one has the hue of its phase. Catches: a conjugate, a probability's hue."""
    third, second, first = (colour for *_, colour in ends(figure.axes[0]))
    np.testing.assert_allclose(third, phase_colour(0), atol=1e-6)
    assert np.ptp(third) < 0.02
    np.testing.assert_allclose(first, phase_colour(1), atol=1e-6)
    np.testing.assert_allclose(second, phase_colour(1j), atol=1e-6)  # of ⟨A|ρ|0⟩


def test_every_spike_is_a_tick_and_shared_ones_are_drawn_once(figure):
    ticks = [line for line in figure.axes[0].collections if hasattr(line, "get_segments")]
    drawn = sorted(round(float(segment[0, 0]), 3) for line in ticks for segment in line.get_segments())
    assert drawn == pytest.approx([3.5, 5.5, 8.5, 10.5])


def test_squares_stand_in_the_rows_of_the_river_with_areas_of_the_coherence(figure):
    river, matrix, _ = figure.axes
    centre = {(round(p.get_x() + p.get_width() / 2), round(p.get_y() + p.get_height() / 2)): p for p in matrix.patches}
    full = centre[(0, 0)].get_width()
    assert centre[(1, 2)].get_width() == pytest.approx(full)
    assert centre[(0, 1)].get_width() < 0.05 * full
    for row in range(3):
        pixels = [panel.transData.transform((0, row))[1] for panel in (river, matrix)]
        assert pixels[0] == pytest.approx(pixels[1])


def test_hues_go_round_once_with_the_phase_and_fade_to_grey():
    """Opposite phases have opposite hues, no phase is lighter. Catches: a colour map with a seam at ±π."""
    ring = phase_colour(np.exp(1j * np.linspace(0, 2 * np.pi, 721)))
    assert np.max(np.abs(np.diff(ring, axis=0))) < 0.02
    np.testing.assert_allclose(ring[0], ring[-1], atol=1e-12)
    grey = phase_colour(0.0)
    assert np.ptp(grey) < 1e-3
    luminance = np.where(ring <= 0.04045, ring / 12.92, ((ring + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]
    assert np.ptp(luminance) / luminance.mean() < 0.35


def test_a_result_shows_its_likeliest_trains(ds):
    train = xr.Dataset(
        {
            "pattern_spikes": (("pattern", "bin"), PATTERNS[::-1]),
            "pattern_probability": ("pattern", PROBABILITIES[::-1]),
            "pattern_coherence_real": (("pattern", "pattern_"), COHERENCE.real[::-1, ::-1]),
            "pattern_coherence_imag": (("pattern", "pattern_"), COHERENCE.imag[::-1, ::-1]),
        },
        coords={"bin": TIMES, "time": [0.0, 12e-9]},
    )
    texts = [text.get_text() for text in plot_trains(train, most=2).axes[0].texts]
    assert texts == ["50 %", "30 %", "these 2 trains: 80 %"]
    with pytest.raises(InputError, match='spike = "coherent"'):
        ds.qs.plot(kind="trains")
