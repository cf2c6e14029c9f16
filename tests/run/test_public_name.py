"""`quspike.run` is a function for users, and a room of the package: neither may hide the other."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "first",
    ["qs.Neuron", "qs.run", "import quspike.run.load", "from quspike.run.schema import Run", "from quspike import run"],
)
def test_run_can_be_called_whatever_was_imported_first(first: str) -> None:
    code = (
        f"import quspike as qs\n{first}\n"
        "from quspike.run.neuron import Neuron\n"
        "try:\n    qs.run('missing.toml')\nexcept qs.InputError as error:\n    print(error)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "missing.toml" in said.stdout
