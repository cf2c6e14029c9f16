"""`quspike show`: look at a result again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quspike.cli import console

EXAMPLE = "quspike show neuron.nc"


def command(
    result: Annotated[Path, typer.Argument(metavar="RESULT", help="Result of a run (.nc).")],
    as_json: Annotated[bool, typer.Option("--json", help="Numbers for a program, as JSON.")] = False,
    config: Annotated[
        bool, typer.Option("--config", help="The run file that made it, all defaults written out.")
    ] = False,
) -> None:
    """Print the summary of a result.

    Spikes, intervals, memristance, what quantum mechanics changed, validity.
    """
    from quspike.cli.report import json_report
    from quspike.result import accessor, store

    ds = store.read(result)
    if config:
        console.result(ds.attrs["config"].rstrip("\n"))
    elif as_json:
        console.result(json_report(ds, result))
    else:
        console.result(accessor.ResultAccessor(ds).summary())
