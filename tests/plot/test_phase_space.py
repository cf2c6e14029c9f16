"""Phase space on figures and films: what is drawn is W, where it is, in the same colours at all times."""

import numpy as np
import pytest
from PIL import Image

import operator_states as states
from quspike.errors import InputError
from quspike.plot import animate, plot_wigner
from quspike.plot.phase_space import PhaseSpace
from quspike.plot.spike_animation import Film
from quspike.plot.wigner_figure import shown_places

TURNED = 3 * states.PHI_ZPF * np.exp(-1j * states.OMEGA * states.TIMES)  # stands still where the picture turns along
MEANS = np.stack([TURNED.real, TURNED.imag * states.Q_ZPF / states.PHI_ZPF], axis=1)


@pytest.fixture(scope="module")
def quantum():
    return states.result(states.one_quantum, MEANS)


def test_a_turning_state_stands_still_in_the_frame_that_turns_along(quantum):
    """One quantum about 3φ_zpf e^{−iω0t}. Catches: a frame that turns the other way; V up and φ right exchanged;
    φ in units of 2φ_zpf; colours scaled frame by frame.
    """
    space = PhaseSpace(quantum)
    left, right, bottom, top = space.limits
    for index in range(len(states.TIMES)):
        picture = space.picture(index)
        row, column = np.unravel_index(picture.argmin(), picture.shape)
        x, y = left + (right - left) * column / 200, bottom + (top - bottom) * row / 200
        assert (x, y) == (pytest.approx(3, abs=0.06), pytest.approx(0, abs=0.06))
        assert picture.min() == pytest.approx(-1, abs=0.01)
        assert space.mean(index) == pytest.approx(3, abs=1e-3)
    assert space.depth == pytest.approx(1, rel=1e-6)
    assert right > 12e-6 / space.unit[1]  # the threshold is on the picture


def test_a_voltage_is_seen_in_the_laboratory():
    """The threshold sees V: nothing turns. Catches: a picture whose threshold is not that of its axis."""
    space = PhaseSpace(states.result(states.one_quantum, MEANS, membrane="voltage"))
    assert [space.mean(k) for k in range(3)] == pytest.approx(
        list(3 * np.exp(-1j * states.OMEGA * states.TIMES)), abs=1e-3
    )


def test_a_membrane_without_a_carrier_lies_about_its_mean_flux():
    """Catches: a correlation of the wrong sign; V in another unit than √(kT/C)."""
    means = [[0.0, 0.0], [4e-15, 5e-19], [9e-15, 2e-19]]
    space = PhaseSpace(states.result(states.gaussian, means, inductor="", membrane="voltage"))
    assert space.unit[1] == pytest.approx((1.380649e-23 * 0.1 / 100e-15) ** 0.5)
    left, right, bottom, top = space.limits
    picture = space.picture(1)
    x, y = np.linspace(left, right, 201), np.linspace(bottom, top, 201)[:, None]
    assert picture.max() == pytest.approx(1, abs=0.01)
    assert (picture * x).sum() / picture.sum() == pytest.approx(0, abs=0.02)
    assert (picture * y).sum() / picture.sum() == pytest.approx(5e-6 / space.unit[1], abs=0.05)
    assert (picture * x * (y - 5e-6 / space.unit[1])).sum() > 0
    assert "σ$_φ$ = 0.194 fWb" in space.width(1)


def test_the_figure_has_a_panel_a_time_in_the_same_colours(quantum):
    """Catches: limits that change from panel to panel; a colour for nothing that is not white."""
    figure = plot_wigner(quantum)
    images = [panel.images[0] for panel in figure.axes if panel.images and panel.get_title(loc="left")]
    assert len(images) == 3
    assert {image.get_clim() for image in images} == {(-PhaseSpace(quantum).depth, PhaseSpace(quantum).depth)}
    assert images[0].cmap(0.5)[:3] == pytest.approx((1, 1, 1), abs=0.02)


def test_the_moment_before_a_spike_is_among_six_of_many():
    """Catches: six panels that miss the spike."""
    places = shown_places(np.linspace(0, 1, 41), np.array([0.71]))
    assert len(places) == 6
    assert {0, 28, 29, 40} <= set(places.tolist())


def test_the_film_marks_each_time_on_the_membrane(quantum, tmp_path):
    """A spike between the second frame and the third. Catches: a marker at another time; a film of one frame."""
    film = Film(quantum)
    for index, time in enumerate(states.TIMES):
        film.show(index)
        assert film.marker[1].get_xdata()[0] == pytest.approx(time * film.factor)
        assert ("spike" in film.left.get_title(loc="left")) == (index == 2)
    path = animate(quantum, tmp_path / "spike.gif", pace=10)
    with Image.open(path) as film:
        assert (film.n_frames, film.info["duration"]) == (3, 100)
    again = animate(quantum, tmp_path / "again.gif", pace=10)
    assert again.read_bytes() == path.read_bytes()


def test_a_film_that_cannot_be_is_refused(quantum, tmp_path):
    with pytest.raises(InputError, match=r"must end in \.gif or \.mp4"):
        quantum.qs.animate(tmp_path / "spike.png")
    (tmp_path / "a.gif").write_bytes(b"mine")
    with pytest.raises(InputError, match="must not exist yet"):
        quantum.qs.animate(tmp_path / "a.gif")
    with pytest.raises(InputError, match="frames a second"):
        quantum.qs.animate(tmp_path / "b.gif", pace=0)
    with pytest.raises(InputError, match=r"wigner .and `animate` makes a film"):
        quantum.qs.plot(kind="animation")
    with pytest.raises(InputError, match="wigner_times"):
        quantum.drop_vars("wigner").qs.animate(tmp_path / "c.gif")
