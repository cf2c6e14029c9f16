"""`quspike compare`: one neuron down the ladder of methods."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quspike.cli import console
from quspike.cli.outputs import check_outputs, write_outputs
from quspike.cli.source import naming, read_run

if TYPE_CHECKING:
    import xarray as xr

EXAMPLE = "quspike compare neuron.toml --methods classical,moments,moments:drude --plot ladder.png"


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Run file, or a result whose run is to be compared.")],
    methods: Annotated[
        str | None,
        typer.Option(
            "--methods", metavar="A,B,…", help="moments:drude, brownian:operator … [default: all that can run it]"
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="OUT.nc", help="Also write the comparison.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="OUT.png", help="Also draw a figure (.png, .svg, .pdf).")
    ] = None,
    assignments: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a value: MEM1.T=50mK. Repeatable.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the deviations as JSON.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace existing files.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors (and --json) only.")] = False,
) -> None:
    """Run one neuron by several methods: how far apart they are, what each costs, whether each can be believed.

    Write the method that you trust most last: the figure measures the others against it.
    """
    from quspike.cli.cache import keep_compiled_solvers

    keep_compiled_solvers()
    console.warn_in_one_line(quiet)
    run = read_run(file, assignments or ())
    check_outputs(output, plot, force)
    from quspike.analysis.ladder.comparison import compare

    with naming(file, run), console.progress(quiet) as say:
        ds = console.interruptible(lambda: compare(run, methods, progress=say))
    write_outputs(ds, output, plot, force, quiet)
    if as_json:
        console.result(_as_json(ds))
    elif not quiet:
        console.result(ds.qs.summary())


def _as_json(ds: xr.Dataset) -> str:
    """By method: cost and validity; by pair: every deviation."""
    from quspike.analysis.ladder.comparison import DEVIATIONS
    from quspike.result.provenance import to_json

    labels = [str(label) for label in ds.rung.values]
    validity, kinds = json.loads(ds.attrs["validity"]), json.loads(ds.attrs["spikes"])
    methods = {
        label: {"spike": kinds[label], "wall_seconds": float(ds.wall_seconds[k]), "validity": validity[label]}
        for k, label in enumerate(labels)
    }
    pairs = [
        {"method": a, "other": b, **{name: float(ds[name].values[i, j]) for name in DEVIATIONS}}
        for i, a in enumerate(labels)
        for j, b in enumerate(labels[:i])
    ]
    reasons = {key: json.loads(ds.attrs[key]) for key in ("failures", "left_out")}
    return to_json({"methods": methods, "deviations": pairs, **reasons})
