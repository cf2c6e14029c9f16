"""`quspike quantize`: a circuit's Hamiltonian and what there is to know about it before it is run."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quspike.cli import console
from quspike.cli.source import is_result, read_run
from quspike.errors import NotAvailable

if TYPE_CHECKING:
    from quspike.circuit import Circuit

EXAMPLE = "quspike quantize neuron.toml --format latex"


class Format(StrEnum):
    """How the quantized circuit is written."""

    text = "text"
    latex = "latex"
    json = "json"


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Run file (.toml), result (.nc), or netlist.")],
    format: Annotated[Format, typer.Option("--format", help="For people, for a paper, for a program.")] = Format.text,
    draw: Annotated[
        Path | None, typer.Option("--draw", metavar="OUT.svg", help="A drawing of the circuit; not available yet.")
    ] = None,
) -> None:
    """Quantize a circuit.

    Lagrangian, Hamiltonian, baths, equations of motion, modes, zero-point scales and validity.
    """
    if draw is not None:
        raise NotAvailable("--draw", draw, "must be left out: drawings are not available yet")
    circuit = read_circuit(file)
    from quspike.quantize.quantized import quantize

    quantized = quantize(circuit)
    written = {Format.text: quantized.__str__, Format.latex: quantized.to_latex, Format.json: quantized.to_json}
    console.result(written[format]())


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
