"""The command line: one command a file, registered in `program.COMMANDS`; nothing heavy is imported before its use."""

from __future__ import annotations

from collections.abc import Sequence


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and leave the process with its exit status."""
    from quspike.cli.program import leave, run_program, unwind_when_terminated

    unwind_when_terminated()
    leave(run_program(args))
