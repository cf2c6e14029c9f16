"""Levels of a 0–π circuit with disorder, and a circuit of twelve nodes in symbols, beside scqubits.

Levels: quspike from the netlist each time; scqubits only diagonalises, its circuit made before. Its own variables
couple what is periodic to what is extended, so it is also given those of quspike. The reference is scqubits in these,
at cutoffs that it no longer feels. Symbols: from the netlist to the Hamiltonian, in which quspike keeps C⁻¹ as letters
and scqubits has its numbers; its variables are completed canonically, since its heuristic takes minutes here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np

from quspike.bench.peers.process import PeerProcess, peer_python
from quspike.bench.race import InProcess, Rival, Running
from quspike.bench.rivals import NOT_INSTALLED, Elsewhere, versions

LEVELS, SYMBOLS = "zero-pi", "symbols"
TITLES = {
    LEVELS: "five levels of a 0–π circuit with disorder, an offset charge and a flux",
    SYMBOLS: "a circuit of twelve nodes in symbols: ten coils, three junctions",
}
COUNT = 5
ZERO_PI = """
JJ1 a 0 EJ=8GHz C=3fF
JJ2 b c EJ=8.2GHz C=3.1fF
L1 0 b 100nH
L2 a c 103nH
C1 a b 30fF
C2 0 c 31fF
NG1 a 0.2
FLUX1 JJ1 0.3Phi0
"""
OWN, GIVEN, CONVERGED = [6, 8, 8], [8, 6, 20], [13, 8, 36]  # scqubits' cutoffs


@dataclass(frozen=True)
class Transitions:
    """(E_k − E_0)/h in GHz, k ≥ 1."""

    values: np.ndarray

    def error(self, reference: Transitions) -> float:
        """The largest relative deviation."""
        return float(np.max(np.abs(self.values / reference.values - 1)))


@dataclass(frozen=True)
class Kinds:
    """How many coordinates of a kind a symbolic Hamiltonian has."""

    counts: tuple[int, int]

    def error(self, reference: Kinds) -> float:
        """0 if they are the same, else inf."""
        return 0.0 if self.counts == reference.counts else math.inf


def twelve_nodes() -> str:
    """A chain of islands and coils, three junctions in it."""
    lines = [f"C{i} n{i} 0 {40 + i}fF" for i in range(1, 13)]
    lines += [f"L{i} n{i} n{i + 1} {5 + i}nH" for i in range(1, 12) if i not in (3, 7)]
    lines += ["JJ1 n1 0 EJ=10GHz C=3fF", "JJ2 n3 n4 EJ=8GHz C=4fF", "JJ3 n7 n8 EJ=9GHz C=5fF"]
    return "\n".join([*lines, "L12 n12 0 9nH", "C13 n2 n9 3fF"])


def level_rivals() -> list[Rival]:
    """quspike as it comes and at the error of the others; scqubits in its own variables and in ours."""
    return [
        Rival("quspike `spectrum`", "netlist to levels", "as it comes", "quspike", _levels(1e-9)),
        Rival("quspike `spectrum`", "netlist to levels", "tolerance 1e-4", "quspike", _levels(1e-4)),
        _peer("scqubits", "its own variables", "peer", OWN, given=False),
        _peer("scqubits", "our variables", "given", GIVEN, given=True),
    ]


def level_reference(say: Callable[[str], None] = lambda text: None) -> Transitions:
    """scqubits' at large cutoffs in our variables; where it is absent, quspike's to 1e-11."""
    say(f"{LEVELS}: the reference")
    python = peer_python("scqubits")
    if python is None:
        return _transitions(_spectrum(1e-11))
    with PeerProcess(python, "scqubits_script", _asked(CONVERGED, given=True)) as process:
        return _read(process.solve())


def symbol_rivals() -> list[Rival]:
    """Netlist to Hamiltonian."""
    python = peer_python("scqubits")
    asked = {"description": _exported(twelve_nodes()).yaml}

    def own(stack: ExitStack) -> Running:
        return InProcess(_kinds, versions("quspike", "sympy"))

    def peer(stack: ExitStack) -> Running:
        assert python is not None
        process = stack.enter_context(PeerProcess(python, "scqubits_script", asked))
        return Elsewhere(process, lambda answer: Kinds(tuple(answer["kinds"])))

    missing = NOT_INSTALLED if python is None else None
    return [
        Rival("quspike `quantize`", "netlist to Hamiltonian", "as it comes", "quspike", own),
        Rival("scqubits", "description to Hamiltonian", "as it comes", "peer", peer, missing),
    ]


def symbol_reference() -> Kinds:
    """Two islands between the coils' clusters: by hand."""
    return Kinds((2, 10))


def _kinds() -> Kinds:
    import quspike as qs

    quantized = qs.quantize(twelve_nodes())
    assert quantized.hamiltonian.args
    found = [coordinate.kind for coordinate in quantized.coordinates]
    return Kinds((found.count("periodic"), found.count("extended")))


def _levels(tolerance: float) -> Callable[[ExitStack], Running]:
    def begin(stack: ExitStack) -> Running:
        return InProcess(lambda: _transitions(_spectrum(tolerance)), versions("quspike", "scipy"))

    return begin


def _spectrum(tolerance: float) -> Any:
    import quspike as qs

    return qs.quantize(ZERO_PI).spectrum(COUNT, tolerance)


def _transitions(found: Any) -> Transitions:
    return Transitions(found.transition_frequencies[1:] / 1e9)


def _peer(name: str, equation: str, side: str, cutoffs: Sequence[int], given: bool) -> Rival:
    python = peer_python("scqubits")

    def begin(stack: ExitStack) -> Running:
        assert python is not None
        return Elsewhere(stack.enter_context(PeerProcess(python, "scqubits_script", _asked(cutoffs, given))), _read)

    missing = NOT_INSTALLED if python is None else None
    return Rival(name, equation, f"cutoffs {', '.join(map(str, cutoffs))}", side, begin, missing)


def _asked(cutoffs: Sequence[int], given: bool) -> dict[str, Any]:
    exported = _exported(ZERO_PI)
    script = exported.script() if given else exported.script().replace("if TRANSFORMATION:", "if False:")
    return {"script": script, "cutoffs": list(cutoffs), "levels": COUNT}


def _exported(netlist: str) -> Any:
    from quspike.export.scqubits import scqubits_circuit

    return scqubits_circuit(netlist)


def _read(answer: Mapping[str, Any]) -> Transitions:
    energies = np.array(answer["energies"])
    return Transitions(energies[1:] - energies[0])
