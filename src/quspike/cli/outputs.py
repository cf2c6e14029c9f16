"""What a command writes beside what it prints: refused before anything is computed if it could not be written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from quspike.cli import console

if TYPE_CHECKING:
    import xarray as xr


def check_outputs(output: Path | None, plot: Path | None, force: bool) -> None:
    """Raise InputError for a result or a figure that could not be written."""
    if output is not None:
        from quspike.result.store import check_writable

        check_writable(output, force=force)
    if plot is not None:
        from quspike.plot.saving import check_figure_path

        check_figure_path(plot, force=force)


def write_outputs(ds: xr.Dataset, output: Path | None, plot: Path | None, force: bool, quiet: bool) -> None:
    """The result and its figure, where they are asked for."""
    from quspike.result.accessor import ResultAccessor

    result = ResultAccessor(ds)
    if output is not None:
        result.save(output, force=force)
        console.note(f"wrote {output}", quiet)
    if plot is not None:
        result.plot(plot, force=force)
        console.note(f"wrote {plot}", quiet)
