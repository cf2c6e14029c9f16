"""Figures on disk: the same bytes each time, whole or not at all."""

import pytest

from quspike.errors import InputError
from quspike.plot import check_figure_path, plot_run, save

HEADS = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}


@pytest.mark.parametrize("suffix", HEADS)
def test_the_same_result_gives_the_same_bytes(ds, tmp_path, suffix):
    """Catches: dates, random identifiers."""
    first, second = (save(plot_run(ds), tmp_path / f"{name}{suffix}").read_bytes() for name in "ab")
    assert first.startswith(HEADS[suffix])
    assert first == second


def test_text_in_a_vector_figure_is_text(ds, tmp_path):
    """Catches: letters as outlines, which an editor cannot change and a search cannot find."""
    assert ">threshold<" in save(plot_run(ds), tmp_path / "a.svg").read_text()


def test_another_format_is_refused_before_the_run(tmp_path):
    with pytest.raises(InputError, match=r"plot must end in \.png, \.svg, \.pdf, but got .*a\.bmp"):
        check_figure_path(tmp_path / "a.bmp")


def test_an_existing_figure_is_replaced_only_on_request(ds, tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"mine")
    with pytest.raises(InputError, match="plot must not exist yet"):
        save(plot_run(ds), path)
    assert path.read_bytes() == b"mine"
    save(plot_run(ds), path, force=True)
    assert path.read_bytes().startswith(b"\x89PNG")
    assert list(tmp_path.iterdir()) == [path]
