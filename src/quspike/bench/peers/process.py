"""A peer in an environment of its own: a script kept alive in its Python, asked for one solution a line."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from quspike.errors import QuspikeError


class PeerFailed(QuspikeError):
    """A peer's process ended, or said something that is no answer."""


def peer_python(peer: str, root: Path | None = None) -> Path | None:
    """The Python of `.venv-peer-<peer>` (`make peers` makes it) in the working folder or above it; None if absent."""
    start = (root or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        python = folder / f".venv-peer-{peer}" / "bin" / "python"
        if python.exists():
            return python
    return None


class PeerProcess:
    """One peer that solves one problem again and again. Close it, or use it as a context."""

    def __init__(self, python: str | Path, script: str, asked: Mapping[str, Any]) -> None:
        path = resources.files("quspike.bench.peers") / f"{script}.py"
        self._name = script.removesuffix("_script")
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115  # closed in `close`
        self._process = subprocess.Popen(
            [str(python), str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said, text=True
        )
        self.versions: dict[str, str] = self._ask(json.dumps(asked))["versions"]

    def solve(self) -> dict[str, Any]:
        """One more solution: `wall` and `cpu` seconds, measured by the peer around its solver, and what it found."""
        return self._ask("again")

    def _ask(self, line: str) -> dict[str, Any]:
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(line + "\n")
            process.stdin.flush()
        except BrokenPipeError:
            pass  # it has ended: its last words are read below
        answer = process.stdout.readline()
        if not answer.startswith("{"):
            process.kill()
            process.wait()
            self._said.seek(0)
            said = [text for text in self._said.read().splitlines() if text.strip()]
            last = ([text for text in said if "Error" in text] or said or ["it said nothing"])[-1]
            raise PeerFailed(f"{self._name} stopped: {last}")
        return json.loads(answer)

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._said):
            if pipe is not None:
                pipe.close()

    def __enter__(self) -> PeerProcess:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()
