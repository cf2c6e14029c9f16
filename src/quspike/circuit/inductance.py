"""Mutual inductance: couplings that a set of coils can have, `L = diag(√L)·k·diag(√L)` positive definite."""

from __future__ import annotations

import math
from collections.abc import Sequence

from quspike.circuit.connected import Connected
from quspike.circuit.element import Element
from quspike.circuit.scan import place, shown
from quspike.errors import InputError


def check_couplings(elements: Sequence[Element], source: str) -> None:
    """Raise InputError for `|M| ≥ √(L1 L2)`, and for couplings whose coils could give away energy without end."""
    by_name = {element.name: element for element in elements}
    couplings = [element for element in elements if element.card == "K"]
    factors: dict[tuple[str, str], float] = {}
    for element in couplings:
        one, other = str(element.params["L1"]), str(element.params["L2"])
        k = coupling_factor(element, by_name[one], by_name[other])
        if abs(k) >= 1:
            found, remedy = f"M/√(L1 L2) = {k:g}", "must be between −√(L1 L2) and √(L1 L2)"
            raise InputError(f"{element.name} M", found, remedy, place(element.line, source))
        factors[one, other] = factors[other, one] = k
    for coils in _groups(factors):
        if not _positive_definite([[1.0 if a == b else factors.get((a, b), 0.0) for b in coils] for a in coils]):
            last = [element for element in couplings if element.params["L1"] in coils][-1]
            remedy = f"must leave the inductance of {shown(', '.join(coils))} positive definite: weaken a coupling"
            raise InputError(last.name, "couplings too strong together", remedy, place(last.line, source))


def coupling_factor(coupling: Element, one: Element, other: Element) -> float:
    """`k = M/√(L1 L2)` of a K element and the two inductors that it names."""
    if "k" in coupling.params:
        return float(coupling.params["k"])
    return float(coupling.params["M"]) / math.sqrt(float(one.params["L"])) / math.sqrt(float(other.params["L"]))


def _groups(factors: dict[tuple[str, str], float]) -> list[list[str]]:
    """The coils that are coupled to each other, group by group."""
    connected = Connected(factors)
    groups: dict[str, list[str]] = {}
    for coil in dict.fromkeys(name for pair in factors for name in pair):
        groups.setdefault(connected.root(coil), []).append(coil)
    return list(groups.values())


def _positive_definite(matrix: list[list[float]]) -> bool:
    """Whether a symmetric matrix has a Cholesky factor."""
    rows: list[list[float]] = []
    for i, line in enumerate(matrix):
        row: list[float] = []
        for j in range(i):
            row.append((line[j] - sum(a * b for a, b in zip(row, rows[j], strict=False))) / rows[j][j])
        pivot = line[i] - sum(a * a for a in row)
        if pivot <= 0:
            return False
        rows.append([*row, math.sqrt(pivot)])
    return True
