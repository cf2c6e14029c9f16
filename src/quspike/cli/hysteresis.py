"""`quspike hysteresis`: the I–V loop of each leak, its measures, and its collapse with frequency."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quspike.cli import console
from quspike.cli.outputs import check_outputs
from quspike.cli.source import naming, read_run

if TYPE_CHECKING:
    from quspike.analysis.frequency_sweep import FrequencySweep
    from quspike.analysis.hysteresis import Hysteresis
    from quspike.run.schema import Run

EXAMPLE = "quspike hysteresis loop.toml --frequencies 2MHz,8MHz,32MHz --plot loop.png"


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Run file whose drive is a sine, or a result of one.")],
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="OUT.png", help="Also draw a figure (.png, .svg, .pdf).")
    ] = None,
    frequencies: Annotated[
        str | None, typer.Option("--frequencies", metavar="F,F,…", help="Repeat at these: 2MHz,8MHz,32MHz.")
    ] = None,
    element: Annotated[
        str | None,
        typer.Option("--element", metavar="NAME", help="The element to draw. [default: the first memristor]"),
    ] = None,
    whole: Annotated[
        bool, typer.Option("--whole-current", help="The memristor's current by Kirchhoff's law, not W(x, V)·V.")
    ] = False,
    assignments: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a value: MEM1.T=50mK. Repeatable.")
    ] = None,
    method: Annotated[str | None, typer.Option("--method", metavar="METHOD", help="Another method.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the measures as JSON.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing figure.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors (and --json) only.")] = False,
) -> None:
    """Measure the hysteresis of a circuit driven by a sine.

    Lobe areas, form factor, pinch residual and circulation of the I–V loop of every memristor and resistor, in the
    first period and in the last. Areas are on the axes V/V₀ and I/I₀, V₀ and I₀ the loop's own peaks.
    """
    from quspike.cli.cache import keep_compiled_solvers

    keep_compiled_solvers()
    console.warn_in_one_line(quiet)
    run = read_run(file, assignments or (), method)
    chosen, factors = _chosen(run, element), _factors(run, frequencies)
    check_outputs(None, plot, force)
    with naming(file, run), console.progress(quiet) as say:
        say("following the loop")
        found = console.interruptible(lambda: _measured(run, factors, "whole" if whole else "element"))
    if plot is not None:
        _draw(plot, chosen, *found, force)
        console.note(f"wrote {plot}", quiet)
    if as_json:
        console.result(_as_json(*found))
    elif not quiet:
        console.result("\n".join(_report(*found)))


def _chosen(run: Run, element: str | None) -> str:
    """The element to draw, refused before anything is computed if it carries no loop."""
    from quspike.errors import InputError

    leaks = [e.name for e in (*run.circuit.of("MEM"), *run.circuit.of("R"))]
    if not leaks:
        raise InputError("circuit", "neither", "must have a memristor or a resistor, whose loop can be drawn")
    if element is not None and element not in leaks:
        raise InputError("--element", element, f"must be {' or '.join(leaks)}")
    return element or leaks[0]


def _factors(run: Run, frequencies: str | None) -> list[float]:
    """The frequencies over the drive's own; also refuses a drive that is no sine."""
    from quspike.analysis.frequency_sweep import checked
    from quspike.analysis.sine_drive import sine_drive
    from quspike.errors import InputError
    from quspike.units import to_si

    drive = sine_drive(run)
    if frequencies is None:
        return []
    given = [to_si(text.strip(), "frequency", "--frequencies", bare_ok=False) for text in frequencies.split(",")]
    if len(set(given)) < 2:
        raise InputError("--frequencies", frequencies, "must be at least two different ones, between commas")
    return list(checked([f / drive.frequency for f in given]))


def _measured(run: Run, factors: list[float], current: str) -> tuple[dict[str, Hysteresis], dict[str, FrequencySweep]]:
    from quspike.analysis.frequency_sweep import frequency_sweep
    from quspike.analysis.hysteresis import hysteresis

    return hysteresis(run, current=current), frequency_sweep(run, factors, current=current) if factors else {}


def _draw(plot: Path, name: str, loops: dict[str, Hysteresis], sweeps: dict[str, FrequencySweep], force: bool) -> None:
    loops[name].plot(plot, sweep=sweeps.get(name), force=force)


def _as_json(loops: dict[str, Hysteresis], sweeps: dict[str, FrequencySweep]) -> str:
    elements = {
        name: loop.to_dict() | ({"frequency_sweep": sweeps[name].to_dict()} if name in sweeps else {})
        for name, loop in loops.items()
    }
    return json.dumps(elements, indent=2, ensure_ascii=False, allow_nan=False)


def _report(loops: dict[str, Hysteresis], sweeps: dict[str, FrequencySweep]) -> list[str]:
    """The measures of each element in a few lines."""
    lines = []
    for name, loop in loops.items():
        lines.append(str(loop))
        if name in sweeps:
            lines += [f"  {line}" for line in str(sweeps[name]).splitlines()]
    return lines
