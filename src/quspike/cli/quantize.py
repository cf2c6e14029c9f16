"""`quspike quantize`: a circuit's Hamiltonian and what there is to know about it before it is run."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quspike.cli import console
from quspike.cli.source import is_result, read_run
from quspike.errors import InputError

if TYPE_CHECKING:
    from quspike.circuit import Circuit
    from quspike.quantize.loop_charges.quantized_loops import QuantizedLoops
    from quspike.quantize.quantized import QuantizedCircuit

EXAMPLE = "quspike quantize neuron.toml --format latex"


class Format(StrEnum):
    """How the quantized circuit is written."""

    text = "text"
    latex = "latex"
    json = "json"


class Coordinates(StrEnum):
    """What a circuit is written in."""

    node = "node"
    loop = "loop"


class Export(StrEnum):
    """The program for which the circuit is written."""

    ngspice = "ngspice"


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Run file (.toml), result (.nc), or netlist.")],
    format: Annotated[Format, typer.Option("--format", help="For people, for a paper, for a program.")] = Format.text,
    draw: Annotated[
        Path | None, typer.Option("--draw", metavar="OUT.svg", help="Draw the circuit: .svg, .png or .pdf.")
    ] = None,
    export: Annotated[
        Export | None, typer.Option("--export", help="Write it for another program instead: a run file, for ngspice.")
    ] = None,
    coordinates: Annotated[
        Coordinates, typer.Option("--coordinates", help="Fluxes of nodes, or their dual, charges of loops.")
    ] = Coordinates.node,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing drawing.")] = False,
) -> None:
    """Quantize a circuit.

    Lagrangian, Hamiltonian, baths, equations of motion, modes, zero-point scales and validity.
    """
    if draw is not None:
        from quspike.plot.saving import check_figure_path

        check_figure_path(draw, force=force, key="draw")
    if export is not None and (format is not Format.text or coordinates is not Coordinates.node):
        raise InputError("--export", export, "must stand alone, without --format and --coordinates")
    written = document(file, format, coordinates) if export is None else exported(file, export)
    if draw is not None:
        from quspike.plot.schematic import draw_circuit

        draw_circuit(read_circuit(file), draw, force=force)
    console.result(written)


def document(file: Path, format: Format, coordinates: Coordinates) -> str:
    """All that is known about the quantized circuit."""
    from quspike.quantize.quantized import quantize

    quantized: QuantizedCircuit | QuantizedLoops
    if coordinates is Coordinates.loop:
        quantized = quantize(read_circuit(file), coordinates="loop")
    else:
        quantized = quantize(read_circuit(file), base_dir=folder_of(file))
    written = {Format.text: quantized.__str__, Format.latex: quantized.to_latex, Format.json: quantized.to_json}
    return written[format]()


def exported(file: Path, export: Export) -> str:
    """The circuit for another program, with the drives of its run."""
    from quspike.export.ngspice import to_ngspice

    if file.suffix != ".toml" and not is_result(file):
        raise InputError("--export", file, "ngspice needs a run file (.toml), which has the drives and the duration")
    run = read_run(file)
    return to_ngspice(
        read_circuit(file),
        duration=run.duration,
        step=run.save_every,
        drives=run.drives,
        seed=run.seed,
        base_dir=run.base_dir,
    )


def folder_of(path: Path) -> Path:
    """The folder that a file's own files are relative to."""
    return path.parent if path.suffix != ".toml" and not is_result(path) else Path(read_run(path).base_dir)


def read_circuit(path: Path) -> Circuit:
    """The circuit of a run file or result, its memories as the run starts them, or of a netlist file."""
    from quspike.circuit import Circuit

    if path.suffix != ".toml" and not is_result(path):
        return Circuit.from_file(path)
    run = read_run(path)
    circuit = run.circuit
    for name, memory in run.initial.memory.items():
        circuit = circuit.replace(name, x0=memory)
    return circuit
