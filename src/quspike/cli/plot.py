"""`quspike plot`: the figure of a result."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quspike.cli import console

EXAMPLE = "quspike plot neuron.nc --kind animation -o spike.gif"
KINDS = {"run": ".png", "raster": ".png", "intervals": ".png", "trains": ".png", "wigner": ".png", "animation": ".gif"}
"""Each kind of figure with the suffix that it has when no name is given."""


def command(
    result: Annotated[Path, typer.Argument(metavar="RESULT", help="Result of a run (.nc).")],
    kind: Annotated[
        str,
        typer.Option("--kind", metavar="KIND", help=f"{', '.join(KINDS)}."),
    ] = "run",
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="OUT", help=".png, .svg, .pdf; a film .gif, .mp4. [default: beside RESULT]"
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing figure.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
) -> None:
    """Draw the figure of a result.

    run: input, membrane and threshold, spikes and memristance on one time axis. raster: the spikes of each trajectory,
    and their rate. intervals: their histogram on the computed density, and the survival. trains: the likeliest of
    superposed spike trains and their coherences. wigner: the Wigner functions at the run's [save] wigner_times above
    the membrane. animation: a film of them, through the spike.
    """
    from quspike.errors import InputError
    from quspike.plot import check_figure_path, check_film_path
    from quspike.result import accessor, store

    if kind not in KINDS:
        raise InputError("--kind", kind, f"must be {', '.join(KINDS)}")
    path = (check_film_path if kind == "animation" else check_figure_path)(
        output or result.with_suffix(KINDS[kind]), force=force
    )
    shown = accessor.ResultAccessor(store.read(result))
    if kind == "animation":
        shown.animate(path, force=force)
    else:
        shown.plot(path, kind=kind, force=force)
    if not quiet:
        console.result(str(path))
