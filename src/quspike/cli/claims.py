"""`quspike claims`: the paper's key results, each a check that could fail."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from quspike.cli import console

if TYPE_CHECKING:
    from quspike.claims.claim import Claim, Number, Outcome

EXAMPLE = "quspike claims pinched-hysteresis memory -o figures"
A_CLAIM_FAILED = 1
WIDTH = 132  # columns of the table where nobody watches


@dataclass(frozen=True)
class Checked:
    """A claim, its outcome, and the seconds that it took."""

    claim: Claim
    outcome: Outcome
    seconds: float


def command(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]…", help="Claims to check. [default: all]")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="DIR", help="Write a figure each, and claims.json, here.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the numbers as JSON.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace existing files.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors (and --json) only.")] = False,
) -> None:
    """Check the claims of the paper, arXiv 2506.21363.

    quspike is built after it. Each claim ends in numbers with bounds that were set beforehand, a verdict and a
    figure. The exit status is 1 if one fails.
    """
    from quspike.claims.registry import choose
    from quspike.cli.cache import keep_compiled_solvers

    keep_compiled_solvers()
    claims = choose(names)
    if output is not None:
        _check_folder(output, claims, force)
    found = [_check(claim, quiet) for claim in claims]
    if output is not None:
        _write(output, found, force)
        console.note(f"wrote {len(found)} figure{'s' * (len(found) != 1)} and claims.json to {output}", quiet)
    if as_json:
        console.result(_as_json(found))
    elif not quiet:
        _print(found)
    if not all(one.outcome.passed for one in found):
        raise typer.Exit(A_CLAIM_FAILED)


def _check(claim: Claim, quiet: bool) -> Checked:
    with console.progress(quiet) as say:
        say(f"checking {claim.name}")
        began = time.perf_counter()
        outcome = console.interruptible(claim.check)
        return Checked(claim, outcome, time.perf_counter() - began)


def _check_folder(folder: Path, claims: list[Claim], force: bool) -> None:
    """Refuse, before anything is computed, what could not be written; make the folder."""
    from quspike.errors import InputError
    from quspike.plot.saving import check_figure_path
    from quspike.result.atomic import check_writable

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError("output", folder, f"must be a folder ({(error.strerror or str(error)).lower()})") from None
    check_writable(folder / "claims.json", force=force, key="output")
    for claim in claims:
        check_figure_path(folder / f"{claim.name}.png", force=force)


def _write(folder: Path, found: list[Checked], force: bool) -> None:
    from quspike.plot import save
    from quspike.result.atomic import whole_file

    for one in found:
        save(one.outcome.figure(), folder / f"{one.claim.name}.png", force=force)
    with whole_file(folder / "claims.json", force=force, key="output") as partial:
        partial.write_text(_as_json(found) + "\n", encoding="utf-8")


def _as_json(found: list[Checked]) -> str:
    told = [
        {
            "name": one.claim.name,
            "claim": one.claim.sentence,
            "source": one.claim.source,
            "verdict": one.outcome.verdict,
            "seconds": round(one.seconds, 3),
            "numbers": [number.to_dict() for number in one.outcome.numbers],
            "explanation": one.outcome.explanation,
        }
        for one in found
    ]
    return json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False)


def _print(found: list[Checked]) -> None:
    """The table: a line a claim, its numbers below it, then what they say."""
    from rich.console import Console

    screen = Console(file=sys.stdout, width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    screen.print(_table(found))
    for one in found:
        screen.print(f"[bold]{one.claim.name}[/bold]  {one.outcome.explanation}")
    passed = sum(one.outcome.passed for one in found)
    screen.print(f"\n{passed} of {len(found)} claims hold, {sum(one.seconds for one in found):.0f} s")


def _table(found: list[Checked]) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("claim")
    table.add_column("number", justify="right", no_wrap=True)
    table.add_column("bound", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("seconds", justify="right", no_wrap=True)
    for one in found:
        verdict = _coloured(one.outcome.verdict, one.outcome.passed)
        table.add_row(f"[bold]{one.claim.name}[/bold]", "", "", verdict, f"{one.seconds:.1f}")
        table.add_row(f"[dim]{one.claim.sentence}[/dim]")
        for number in one.outcome.numbers:
            verdict = "" if not number.bounded or number.holds else _coloured("fail", False)
            table.add_row(f"  {number.name}", _value(number), number.bound, verdict)
        table.add_section()
    return table


def _coloured(text: str, good: bool) -> str:
    return f"[{'green' if good else 'bold red'}]{text}[/]"


def _value(number: Number) -> str:
    from quspike.result.engineering import human

    return human(number.value, number.unit, 5) if number.unit else f"{number.value:.5g}"
