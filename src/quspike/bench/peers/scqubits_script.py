"""Runs in scqubits' own environment: levels of an exported circuit, or a description made symbolic, again and again.

The first line on standard input is JSON: `script`, `cutoffs` and `levels`, or a `description`. Every further line asks
for one more answer.
"""

import importlib.metadata
import json
import sys
import time
from itertools import chain

import scqubits


def levels_of(script, cutoffs, levels):
    """A function that diagonalises the circuit that the script makes."""
    made: dict = {}
    exec(script, made)  # what quspike exported
    circuit = made["circuit"]
    for name, cutoff in zip(circuit.cutoff_names, cutoffs, strict=True):
        setattr(circuit, name, cutoff)
    return lambda: {"energies": sorted(float(energy) for energy in circuit.eigenvals(levels))}


def kinds_of(description):
    """A function that makes the symbolic circuit anew."""

    def solve():
        circuit = scqubits.Circuit(description, from_file=False, basis_completion="canonical")
        assert circuit.hamiltonian_symbolic.args
        return {"kinds": [len(circuit.var_categories[kind]) for kind in ("periodic", "extended")]}

    return solve


def main():
    """The protocol: a problem in, then an answer a line."""
    asked = json.loads(sys.stdin.readline())
    solve = kinds_of(**asked) if "description" in asked else levels_of(**asked)
    print(json.dumps({"versions": {"scqubits": importlib.metadata.version("scqubits")}}), flush=True)
    for _ in sys.stdin:
        began, worked = time.perf_counter(), time.process_time()
        answer = solve()
        times = {"wall": time.perf_counter() - began, "cpu": time.process_time() - worked}
        print(json.dumps(dict(chain(times.items(), answer.items()))), flush=True)


if __name__ == "__main__":
    main()
