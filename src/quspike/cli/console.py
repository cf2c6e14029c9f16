"""What the command line says: results to stdout, everything about the work to stderr."""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import typer

T = TypeVar("T")


def result(text: str) -> None:
    """Print a result."""
    typer.echo(text)


def note(text: str, quiet: bool = False) -> None:
    """Say something about the work."""
    if not quiet:
        typer.echo(text, err=True)


@contextmanager
def progress(quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """What to call with each stage of the work: a spinner says it, where somebody watches."""
    if quiet or not sys.stderr.isatty():
        yield lambda text: None
        return
    from rich.console import Console

    with Console(stderr=True).status("reading") as status:
        yield status.update


def warn_in_one_line(quiet: bool = False) -> None:
    """Print warnings as `warning: …`, each once, without the line of code that raised them."""
    said = set()

    def show(message: Any, *place: Any, **more: Any) -> None:
        line = " ".join(str(message).split())
        if line not in said:
            said.add(line)
            note(f"warning: {line}", quiet)

    warnings.showwarning = show


def interruptible(work: Callable[[], T]) -> T:
    """`work()` in a thread of its own: a compiled solver cannot be interrupted, but waiting for it can."""
    outcome: list[T] = []
    failure: list[BaseException] = []

    def target() -> None:
        try:
            outcome.append(work())
        except BaseException as error:
            failure.append(error)

    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(0.1)
    if failure:
        raise failure[0]
    return outcome[0]
