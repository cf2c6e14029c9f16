"""A transmission line of finite length as capacitances and inductances between its two ports and inner coordinates.

With C = ℓ/(vZ0) and L = Z0ℓ/v of the whole line, port fluxes φ_a, φ_b and modes χ_j at ω_j = jπv/ℓ (both ends shorted),

    comb    −(φ_a − φ_b)²/2L + Σ_{j=1}^{N} [ (C_j/2) (φ̇_a − (−1)^j φ̇_b + χ̇_j)² − χ_j²/L ],   C_j = 2C/π²j²,

beside the capacitances that the modes above N leave on φ_a ± φ_b. At ω → 0 it is the whole line for any N, and its
error there falls as (ω/ω_N)² / N: third order in 1/N. It is Foster's expansion of the two-port, a sum of series LC.

    ladder   N cells, L/N between neighbours, C/N at inner nodes and C/2N at both ends: second order in 1/N.

Inner coordinates are measured against the ports, so that a line that is moved as a whole has no energy of flux: what
kind a node's coordinate is stays what its graph says.

Pozar, Microwave Engineering (2011), ch. 2; Parra-Rodriguez et al., Quantum Sci. Technol. 3, 024012 (2018).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from quspike.circuit import Element
from quspike.errors import InputError

MODES = 20  # of a comb, and cells of a ladder, where the card does not say


class Part(NamedTuple):
    """One branch of a line: its flux is `a φ_a + b φ_b + Σ sign χ_inner`, its value a share of the line's C or L."""

    role: Literal["capacitance", "inductance"]
    a: int
    b: int
    inner: tuple[tuple[int, int], ...]
    share: float


class Parts(NamedTuple):
    """The branches of a line, and how many inner coordinates they have."""

    inner: int
    branches: tuple[Part, ...]


def is_finite_line(element: Element) -> bool:
    """Whether it is a two-port; a line without end is a dissipator."""
    return element.card == "TL" and len(element.nodes) == 4


def line_parts(element: Element) -> Parts:
    """The branches of a finite line as its card asks: `bath=comb` (also where it says nothing) or `bath=ladder`."""
    form, n = str(element.params.get("bath", "comb")), how_many(element)
    if form not in ("comb", "ladder"):
        raise InputError(f"{element.name} bath", form, "must be comb or ladder: a line of finite length has modes")
    return comb_parts(n) if form == "comb" else ladder_parts(n)


def how_many(element: Element) -> int:
    """`modes=`, or as many as lie below `cutoff=`."""
    if "modes" in element.params:
        return int(element.params["modes"])
    if "cutoff" not in element.params:
        return MODES
    return max(1, math.floor(float(element.params["cutoff"]) * delay(element.params) / math.pi))


def comb_parts(n: int) -> Parts:
    """Foster's expansion with n modes."""
    found = [Part("inductance", 1, -1, (), 1.0)]
    left = {1: 1 / 4, -1: 1 / 12}  # of C, on φ_a + φ_b and φ_a − φ_b
    for j in range(1, n + 1):
        sign, share = 1 if j % 2 else -1, 2 / (math.pi * j) ** 2
        left[sign] -= share
        found.append(Part("capacitance", 1, sign, ((j - 1, 1),), share))
        found.append(Part("inductance", 0, 0, ((j - 1, 1),), 0.5))
    return Parts(n, (*(Part("capacitance", 1, sign, (), share) for sign, share in left.items()), *found))


def ladder_parts(n: int) -> Parts:
    """n cells."""
    ends: dict[int, tuple[int, int, tuple]] = {0: (1, 0, ()), n: (0, 1, ())}
    flux = [ends.get(j, (1, 0, ((j - 1, 1),))) for j in range(n + 1)]
    found = [Part("capacitance", *flux[j], 1 / n if 0 < j < n else 0.5 / n) for j in range(n + 1)]
    for (a, b, here), (a_next, b_next, there) in itertools.pairwise(flux):
        inner = (*here, *((index, -sign) for index, sign in there))
        found.append(Part("inductance", a - a_next, b - b_next, inner, 1 / n))
    return Parts(n - 1, tuple(found))


def delay(params: Mapping[str, Any]) -> Any:
    """`τ = ℓ/v` [s]."""
    return params["length"] / params["v"]


def line_capacitance(params: Mapping[str, Any]) -> Any:
    """`C = τ/Z0` [F] of the whole line."""
    return delay(params) / params["Z0"]


def line_inductance(params: Mapping[str, Any]) -> Any:
    """`L = Z0 τ` [H] of the whole line."""
    return delay(params) * params["Z0"]
