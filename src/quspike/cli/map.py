"""`quspike map`: where each method can be believed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quspike.cli import console

EXAMPLE = "quspike map -o map.nc --plot map.png"


def command(
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT.nc", help="The map's numbers.")],
    methods: Annotated[
        str | None, typer.Option("--methods", metavar="A,B,…", help="Only these methods. [default: the whole ladder]")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="OUT.png", help="Also draw a figure (.png, .svg, .pdf).")
    ] = None,
    table: Annotated[
        Path | None, typer.Option("--table", metavar="OUT.csv", help="Also write the numbers as text, a row a point.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace existing files.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
) -> None:
    """Measure the error of each method against the best reference.

    Along κ/ω0, |Ṁ/M|/ω0, ħω0/kT, ω_c/ω0 and φ_zpf/φ_s, through one neuron on which all of them are good, and over
    planes of two of them. Takes some minutes.
    """
    from quspike.cli.cache import keep_compiled_solvers

    keep_compiled_solvers()
    target = _checked(output, plot, table, force)
    from quspike.analysis.regime.map import METHODS, regime_map
    from quspike.analysis.regime.reach import regime_text
    from quspike.result.store import write

    chosen = METHODS if methods is None else tuple(methods.split(","))
    with console.progress(quiet) as say:
        ds = console.interruptible(lambda: regime_map(chosen, progress=say))
    write(ds, target, force=force)
    console.note(f"wrote {target}", quiet)
    if plot is not None:
        from quspike.plot import plot_regime_map, save

        save(plot_regime_map(ds), plot, force=force)
        console.note(f"wrote {plot}", quiet)
    if table is not None:
        from quspike.analysis.regime.table import write_table

        write_table(ds, table, force=force)
        console.note(f"wrote {table}", quiet)
    if not quiet:
        console.result(regime_text(ds))


def _checked(output: Path, plot: Path | None, table: Path | None, force: bool) -> Path:
    """Where the numbers go, once every file is known to be writable: before minutes are spent."""
    from quspike.plot.saving import check_figure_path
    from quspike.result import atomic
    from quspike.result.store import check_writable

    target = check_writable(output, force=force)
    if plot is not None:
        check_figure_path(plot, force=force)
    if table is not None:
        atomic.check_writable(table, force=force)
    return target
