"""Running ngspice on a deck, for the tests of what was exported."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np

from oracles import require_oracle


def run_ngspice(deck: str, folder: Path) -> dict[str, np.ndarray]:
    """Every saved vector by its name, `time` and `v(node)` in small letters."""
    program = require_oracle("ngspice")
    path, out = folder / "deck.cir", folder / "out.raw"
    path.write_text(deck)
    done = subprocess.run([program, "-b", path, "-r", out], capture_output=True, text=True, timeout=300, check=False)
    assert out.exists(), done.stdout + done.stderr
    return read_raw(out.read_bytes())


def read_raw(content: bytes) -> dict[str, np.ndarray]:
    """ngspice's binary file: a header of text, then real numbers, one row a time."""
    header, _, data = content.partition(b"Binary:\n")
    lines = header.decode(errors="replace").splitlines()
    told = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    columns, rows = int(told["No. Variables"]), int(told["No. Points"])
    first = lines.index("Variables:") + 1
    names = [line.split()[1] for line in lines[first : first + columns]]
    table = np.frombuffer(data, dtype=float, count=columns * rows).reshape(rows, columns)
    return dict(zip(names, table.T, strict=True))
