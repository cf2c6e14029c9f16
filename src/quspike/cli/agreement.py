"""`quspike agreement`: three neurons down the ladder, and whether its rungs agree as far as theory says."""

from __future__ import annotations

from typing import Annotated

import typer

from quspike.cli import console

EXAMPLE = "quspike agreement linear spiking --without heom"
RUNGS_DISAGREE = 1


def command(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NEURON]…", help="linear, memristive, spiking. [default: all]")
    ] = None,
    without: Annotated[
        str, typer.Option("--without", metavar="A,B,…", help="Rungs to leave out: heom:operator takes longest.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the numbers as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors (and --json) only.")] = False,
) -> None:
    """Run three neurons by every method that can: how far each pair is apart, how far it may be, and why.

    The run files are examples/ladder_*.toml. The exit status is 1 if a pair is further apart. Takes a minute or two.
    """
    from quspike.cli.cache import keep_compiled_solvers

    keep_compiled_solvers()
    from quspike.analysis.ladder.agreement import agreement, agreement_text
    from quspike.result.provenance import to_json

    left_out = [label.strip() for label in without.split(",") if label.strip()]
    with console.progress(quiet) as say:
        reports = console.interruptible(lambda: agreement(names, without=left_out, progress=say))
    if as_json:
        console.result(to_json([report.to_dict() for report in reports]))
    elif not quiet:
        console.result(agreement_text(reports))
    if not all(report.holds for report in reports):
        raise typer.Exit(RUNGS_DISAGREE)
