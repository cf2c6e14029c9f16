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
for cutoffs in {cutoffs}:
    for name, cutoff in zip(circuit.cutoff_names, cutoffs, strict=True):
        setattr(circuit, name, cutoff)
    print(json.dumps(sorted(float(energy) for energy in circuit.eigenvals({levels}))))
"""


def scqubits_levels(netlists: Sequence[str], levels: int, cutoffs: Sequence[Sequence[int]]) -> np.ndarray:
    """Levels in h·GHz of each netlist at each set of scqubits' own cutoffs, periodic ones first: (N, C, levels)."""
    python = require_oracle("scqubits")
    solve = SOLVE.format(cutoffs=[list(c) for c in cutoffs], levels=levels)
    script = "".join(scqubits_circuit(netlist).script() + solve for netlist in netlists)
    done = subprocess.run([python, "-c", script], capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
    return np.array(found).reshape(len(netlists), len(cutoffs), levels)
