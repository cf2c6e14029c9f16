"""Spikes that nobody observes: each bin of time writes spike or silence into a qubit of its own."""

from __future__ import annotations

from typing import Any

from quspike.methods.method import Params, Setup, Solution

ALLOWED = 1e-4  # of the whole train, in trace norm: no pattern's probability is further off


def check(setup: Setup, params: Params, duration: float) -> None:
    """Refuse what no chain of qubits stands for (`checks.py`)."""
    from quspike.methods.coherent import checks

    checks.check(setup, params, duration)


def solve(setup: Setup, plan: Any, capacity: int, params: Params, key: Any) -> Solution:
    """The neuron with its qubits traced out, and what its spike train is (`solution.py`)."""
    from quspike.methods.coherent import solution

    return solution.solve(setup, plan, capacity, params, key)
