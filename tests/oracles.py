"""What tests compare with and quspike's own environment cannot hold: skipped where absent, unless required.

`QUSPIKE_REQUIRE_ORACLES=1` (as in CI) turns an absent oracle into a failure: no comparison is lost silently.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def _program(name: str) -> Path | None:
    found = shutil.which(name)
    return Path(found) if found else None


def _peer(name: str) -> Path | None:
    """The Python of a peer's own environment."""
    python = Path(__file__).parents[1] / f".venv-peer-{name}" / "bin" / "python"
    return python if python.exists() else None


def _folder(path: str) -> Path | None:
    return Path(path) if Path(path).is_dir() else None


_FINDERS: dict[str, tuple[str, Callable[[], Path | None]]] = {
    "ngspice": ("Debian package ngspice", lambda: _program("ngspice")),
    "alsa-sounds": ("Debian package alsa-utils", lambda: _folder("/usr/share/sounds/alsa")),
    "scqubits": ("make oracles, with Python 3.12 or 3.11", lambda: _peer("scqubits")),
}


def find_oracle(name: str) -> Path | None:
    """Where the oracle is, or None."""
    return _FINDERS[name][1]()


def require_oracle(name: str) -> Path:
    """Path of a program (`"ngspice"`), of a folder of recordings (`"alsa-sounds"`), of a Python that has `"scqubits"`.

    Without it the calling test is skipped with what would bring it, or fails where `QUSPIKE_REQUIRE_ORACLES=1`.
    """
    path = find_oracle(name)
    if path is not None:
        return path
    reason = f"{name} is not installed ({_FINDERS[name][0]})"
    if os.environ.get("QUSPIKE_REQUIRE_ORACLES") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
