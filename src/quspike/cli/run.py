"""`quspike run`: one simulation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quspike.cli import console
from quspike.cli.outputs import check_outputs, write_outputs
from quspike.cli.source import is_result, naming, note_unread, read_run

if TYPE_CHECKING:
    import xarray as xr

METHODS = "classical, moments, gksl, brownian, trajectories, modes, heom"  # held to the registry, which imports slowly
EXAMPLE = "quspike run neuron.toml --plot neuron.png --set MEM1.T=50mK"


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Run file (.toml), or a result to run again (.nc).")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="OUT.nc", help="Result. [default: beside FILE]")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="OUT.png", help="Also draw a figure (.png, .svg, .pdf).")
    ] = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change a value: MEM1.T=50mK, neuron.t_ref=3ns. Repeatable."),
    ] = None,
    method: Annotated[
        str | None, typer.Option("--method", metavar="METHOD", help=f"Another method: {METHODS}.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="A violated validity bound is an error: exit 4.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the numbers as JSON instead of the summary.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace existing files.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors (and --json) only.")] = False,
) -> None:
    """Run one simulation and print its summary.

    The result is written to a netCDF file. A result (.nc) is run again from the run file inside it: the same numbers
    bit for bit on the same versions and device. Nothing is written before the whole run file has been checked.
    """
    from quspike.cli.cache import keep_compiled_solvers

    keep_compiled_solvers()
    console.warn_in_one_line(quiet)
    run = read_run(file, [*(assignments or ()), *(["run.strict=true"] if strict else [])], method)
    note_unread(file, run, quiet)
    target = output or _beside(file)
    check_outputs(target, plot, force)
    from quspike.run.simulate import run as simulate

    with naming(file, run), console.progress(quiet) as say:
        ds = console.interruptible(lambda: simulate(run, progress=say))
    write_outputs(ds, target, plot, force, quiet)
    _report(ds, target, as_json, quiet)


def _beside(file: Path) -> Path:
    return file.with_suffix(".again.nc" if is_result(file) else ".nc")


def _report(ds: xr.Dataset, target: Path, as_json: bool, quiet: bool) -> None:
    from quspike.cli.report import json_report
    from quspike.result.accessor import ResultAccessor

    if as_json:
        console.result(json_report(ds, target))
    elif not quiet:
        console.result(ResultAccessor(ds).summary())
