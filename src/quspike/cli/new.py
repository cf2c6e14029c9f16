"""`quspike new`: an annotated run file to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EXAMPLE = "quspike new neuron.toml"


def command(
    name: Annotated[Path, typer.Argument(metavar="[NAME]", help="Run file to write.")] = Path("neuron.toml"),
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
) -> None:
    """Write an annotated run file to start from.

    It holds a neuron that adapts until it falls silent, with every key explained.
    """
    from quspike.result.atomic import whole_file
    from quspike.run.template import template

    path = name if name.suffix == ".toml" else name.with_name(name.name + ".toml")
    with whole_file(path, force=force, key="name") as partial:
        partial.write_text(template(str(path)), encoding="utf-8")
    if not quiet:
        typer.echo(path)
