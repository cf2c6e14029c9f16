"""The program `quspike`: its commands, loaded when they are called, and the exit status of each failure.

Exit status: 0 done, 1 a claim failed, 2 bad input, 3 no convergence or overflow, 4 validity with `strict`,
70 a fault of quspike itself, 130 interrupted, 143 terminated.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from quspike.errors import ConvergenceError, InputError, NotAvailable, QuspikeError, ValidityError

COMMANDS: dict[str, str | None] = {
    "run": "quspike.cli.run",
    "new": "quspike.cli.new",
    "check": "quspike.cli.check",
    "show": "quspike.cli.show",
    "plot": "quspike.cli.plot",
    "quantize": "quspike.cli.quantize",
    "compare": "quspike.cli.compare",
    "agreement": "quspike.cli.agreement",
    "map": "quspike.cli.map",
    "hysteresis": "quspike.cli.hysteresis",
    "claims": "quspike.cli.claims",
    "sweep": None,
    "localize": None,
    "bench": "quspike.cli.bench",
    "lab": None,
}
"""Name → the module that defines its `command` and its `EXAMPLE`; None: not available yet."""

INTERRUPTED = 130
TERMINATED = 128 + signal.SIGTERM
OWN_FAULT = 70  # EX_SOFTWARE of sysexits.h
USAGE_ERROR = typer.BadParameter.__bases__[0]  # typer gives this class no name of its own


class Commands(TyperGroup):
    """The commands of the table, each imported when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [name for name, module in COMMANDS.items() if module is not None]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        known = ", ".join(self.list_commands(ctx))
        if cmd_name not in COMMANDS:
            close = get_close_matches(cmd_name, self.list_commands(ctx), n=1)
            raise InputError("command", cmd_name, f"must be {known}" + "".join(f" (did you mean {c}?)" for c in close))
        module_name = COMMANDS[cmd_name]
        if module_name is None:
            raise NotAvailable("command", cmd_name, f"must be {known}: it is not available yet")
        module = importlib.import_module(module_name)
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(cmd_name, epilog=f"\b\nExample:\n  {module.EXAMPLE}", no_args_is_help=False)(module.command)
        return typer.main.get_command(app)


app = typer.Typer(cls=Commands, add_completion=False, rich_markup_mode=None, no_args_is_help=False)


@app.callback(invoke_without_command=True, epilog="\b\nExample:\n  quspike new neuron.toml && quspike run neuron.toml")
def quspike(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and leave.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error; works everywhere.")] = False,
) -> None:
    """Quantum memristive leaky integrate-and-fire neurons: describe a circuit, run it, see its spikes."""
    if version:
        from quspike import __version__

        typer.echo(f"quspike {__version__}")
        raise typer.Exit()
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit()


def run_program(args: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    words, debug = _without_debug(sys.argv[1:] if args is None else args)
    try:
        status = typer.main.get_command(app)(args=words, prog_name="quspike", standalone_mode=False)
        sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except BrokenPipeError:  # the reader of a pipe has left: it has what it wanted
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except Terminated:
        return TERMINATED
    except Exception as error:
        if debug:
            traceback.print_exc()
        return _failed(error)


def _without_debug(args: Sequence[str]) -> tuple[list[str], bool]:
    """The words without `--debug`, which may stand anywhere before `--`."""
    words = list(args)
    end = words.index("--") if "--" in words else len(words)
    kept = [word for word in words[:end] if word != "--debug"]
    return kept + words[end:], len(kept) < end


def _failed(error: Exception) -> int:
    """Say in one line what failed, and map it to the exit status."""
    if isinstance(error, USAGE_ERROR):
        usage: Any = error
        status, text = 2, usage.format_message()
    elif isinstance(error, ConvergenceError | OverflowError | FloatingPointError):
        status, text = 3, str(error)
    elif isinstance(error, ValidityError):
        status, text = 4, str(error)
    elif isinstance(error, QuspikeError):
        status, text = 2, str(error)
    elif isinstance(error, OSError | MemoryError):  # a full disk, a file that has gone
        status, text = 2, f"this machine refused: {error or 'out of memory'}"
    else:
        status, text = OWN_FAULT, f"{type(error).__name__}: {error} (a fault of quspike: --debug shows where)"
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    typer.echo(f"error: {line}", err=True)
    return status


def leave(status: int) -> NoReturn:
    """End the process; at once when it was stopped from outside, as a computation may still be running in its thread.

    An interpreter that shuts down under a running solver crashes.
    """
    if status in (INTERRUPTED, TERMINATED):
        typer.echo("interrupted" if status == INTERRUPTED else "terminated", err=True)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    sys.exit(status)


class Terminated(BaseException):
    """A request to terminate (SIGTERM), as an exception that nothing mistakes for an error."""


def unwind_when_terminated() -> None:
    """Let a request to terminate unwind the program, so that half-written files are removed."""

    def stop(number: int, frame: object) -> NoReturn:
        raise Terminated

    signal.signal(signal.SIGTERM, stop)
