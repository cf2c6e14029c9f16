"""`quspike plot`: the figure of a result."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quspike.cli import console

EXAMPLE = "quspike plot neuron.nc -o neuron.svg"


def command(
    result: Annotated[Path, typer.Argument(metavar="RESULT", help="Result of a run (.nc).")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="OUT", help="Figure: .png, .svg or .pdf. [default: RESULT with .png]"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing figure.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
) -> None:
    """Draw the figure of a result.

    Input, membrane and threshold, spikes and memristance on one time axis.
    """
    from quspike.plot.saving import check_figure_path
    from quspike.result import accessor, store

    path = check_figure_path(output or result.with_suffix(".png"), force=force)
    ds = store.read(result)
    accessor.ResultAccessor(ds).plot(path, force=force)
    if not quiet:
        console.result(str(path))
