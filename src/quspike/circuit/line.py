"""Transmission lines: `Z0 = √(l/c)`, `v = 1/√(lc)`. A semi-infinite line is a one-port, a finite one a two-port."""

from __future__ import annotations

import math

from quspike.circuit.keys import Key, Value, positive
from quspike.errors import InputError

KEYS: tuple[Key, ...] = (
    positive("Z0", "resistance", "characteristic impedance"),
    positive("v", "velocity", "phase velocity; a finite line needs it"),
    positive("length", "length", "length of the line", infinite=True),
)


def complete(nodes: tuple[str, ...], given: dict[str, Value]) -> dict[str, Value]:
    """Check that the ports fit the length: two nodes with `length=inf`, four with a finite one."""
    finite = math.isfinite(float(given["length"]))
    if finite and len(nodes) != 4:
        remedy = "of finite length takes the four nodes of its two ports, a+ a- b+ b- (a one-port has length=inf)"
        raise InputError("", f"{len(nodes)} nodes", remedy)
    if not finite and len(nodes) != 2:
        raise InputError("", f"{len(nodes)} nodes", "with length=inf is a one-port, and takes two nodes, n+ n-")
    if finite and "v" not in given:
        raise InputError("v", "none", "must be given for a line of finite length, such as v=1e8m/s")
    return given
