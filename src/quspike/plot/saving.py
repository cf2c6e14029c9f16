"""Figures on disk, whole or not at all."""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure

from quspike.errors import InputError
from quspike.plot.style import PRINT_DPI, styled
from quspike.result.atomic import check_writable, whole_file

FORMATS = (".png", ".svg", ".pdf")


def check_figure_path(path: str | Path, *, force: bool = False, key: str = "plot") -> Path:
    """Refuse a destination that `save` would refuse, before a run is spent on it."""
    path = Path(path)
    if path.suffix.lower() not in FORMATS:
        raise InputError(key, path, f"must end in {', '.join(FORMATS)}")
    return check_writable(path, force=force, key=key)


def save(figure: Figure, path: str | Path, *, force: bool = False, key: str = "plot") -> Path:
    """Write a figure as PNG, SVG or PDF, by the suffix of `path`; the same figure gives the same bytes.

    Raises
    ------
    InputError : another suffix, a folder that cannot be written, or an existing file without `force`.
    """
    path = check_figure_path(path, force=force, key=key)
    dated = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(path.suffix.lower())
    with whole_file(path, force=force, key=key) as partial, styled():
        figure.savefig(partial, dpi=PRINT_DPI, metadata=dated)
    return path
