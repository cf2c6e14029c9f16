"""`quspike bench`: speed beside the peers that are installed, at equal error, on one core."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from quspike.cli import console

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quspike.bench.report import Outcome

EXAMPLE = "quspike bench --only K --repeats 5"


def command(
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            metavar="NAME",
            help="G, K (and frozen), operator, zero-pi, symbols, ladder, measured, trajectories, adapting. Repeatable.",
        ),
    ] = None,
    repeats: Annotated[int, typer.Option("--repeats", metavar="N", min=1, help="Warm runs of each solver.")] = 5,
    quick: Annotated[
        bool, typer.Option("--quick", help="A quarter of each time span, two runs: a look, not a result.")
    ] = False,
    lab: Annotated[bool, typer.Option("--lab", help="QuTiP in the lab frame too: minutes a run, run once.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print every measured number as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors (and --json) only.")] = False,
) -> None:
    """Measure quspike beside its peers.

    All solve the same problem on one core, in turns; error is the largest deviation from a converged reference, and
    only times with an error of at most 1e-4 are compared.
    dynamiqs, scqubits and Brian2 run in environments of their own (make peers).
    """
    from quspike.bench.machine import describe, one_core
    from quspike.bench.run import names_of, run_bench

    names = names_of(only or ())
    one_core()
    with console.progress(quiet) as say:
        outcomes = console.interruptible(lambda: run_bench(names, repeats, quick, lab, say))
    machine = describe()
    if as_json:
        from quspike.bench.report import as_json as measured

        console.result(json.dumps(measured(machine, outcomes, quick), indent=2, ensure_ascii=False))
    elif not quiet:
        _print(machine, outcomes, quick)


def _print(machine: Mapping[str, str], outcomes: Sequence[Outcome], quick: bool) -> None:
    from rich.console import Console

    from quspike.bench.report import ACCURATE, tables

    page = Console(highlight=False, soft_wrap=False)
    if not page.is_terminal:
        page = Console(highlight=False, width=200)
    page.print(", ".join(f"{name} {value}" for name, value in machine.items()))
    if quick:
        page.print("quick: a quarter of each time span, two runs; no result to quote")
    page.print(f"times are warm unless said to be cold; only errors ≤ {ACCURATE:g} are compared\n")
    for shown in tables(outcomes):
        page.print(shown)
