"""`quspike check`: everything that a run would refuse, without running it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quspike.cli import console
from quspike.cli.source import naming, note_unread, read_run

if TYPE_CHECKING:
    from quspike.run.schema import Run

EXAMPLE = "quspike check neuron.toml"


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Run file, or a result that holds one.")],
    assignments: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change a value first: MEM1.T=50mK, neuron.t_ref=3ns."),
    ] = None,
    method: Annotated[str | None, typer.Option("--method", metavar="METHOD", help="Check for another method.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
) -> None:
    """Check a run file without running it.

    Keys, units, netlist and drives are read, and the method is asked whether it can run the circuit.
    """
    run = read_run(file, assignments or (), method)
    note_unread(file, run, quiet)
    from quspike.run.compile import compile_run  # JAX is imported for a run that can be read, only

    with naming(file, run):
        compile_run(run)
    if not quiet:
        console.result(f"{file}: good\n{described(run)}")


def described(run: Run) -> str:
    """The run in two lines."""
    from quspike.units import format_si

    elements = ", ".join(element.name for element in run.circuit.elements)
    neurons = ", ".join(
        f"spikes at {format_si(neuron.v_threshold, 'voltage')} on node {neuron.node}" for neuron in run.neurons.values()
    )
    points = round(run.duration / run.save_every) + 1
    duration = format_si(run.duration, "time")
    return (
        f"  circuit  {elements}; {neurons or 'no neuron'}\n  run      {run.method}, {duration}, {points} saved points"
    )
