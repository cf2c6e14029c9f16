"""Running scqubits, in its own environment, on what was exported."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence

import numpy as np

from oracles import require_oracle
from quspike.export.scqubits import scqubits_circuit

SOLVE = """
import json
names = circuit.cutoff_names
for cutoffs in {cutoffs}:
    for name, cutoff in zip(names, cutoffs, strict=True):
        setattr(circuit, name, cutoff)
    print(json.dumps(sorted(float(energy) for energy in circuit.eigenvals({levels}))))
"""


def scqubits_levels(netlist: str, levels: int, cutoffs: Sequence[Sequence[int]]) -> list[np.ndarray]:
    """Levels in h·GHz at each set of scqubits' own cutoffs, periodic variables first."""
    python = require_oracle("scqubits")
    script = scqubits_circuit(netlist).script() + SOLVE.format(cutoffs=[list(c) for c in cutoffs], levels=levels)
    done = subprocess.run([python, "-c", script], capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr
    return [np.array(json.loads(line)) for line in done.stdout.splitlines() if line.startswith("[")]
