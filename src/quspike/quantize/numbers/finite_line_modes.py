"""How many modes a line of finite length needs in a run, and what is left out with that many.

    comb     |δY| Z0 = (2/3π) (ω/ω_N)³,     ω_N = Nπv/ℓ          ladder   |δY| Z0 = (ωτ)³/24N²,     τ = ℓ/v

for ω well below ω_N: from the terms above N of Foster's expansion, of which only their capacitance is kept, and from
the dispersion of N cells. ω is the fastest rate that the line is asked to carry: of the circuit around it, each line a
resistor Z0 at both of its ends, and of the drives.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.linalg import eigvals

from quspike.circuit import Circuit, Element
from quspike.quantize.line_parts import delay, how_many, is_finite_line
from quspike.quantize.network import Network, network
from quspike.quantize.numbers.admittance import total_stiffness
from quspike.quantize.numbers.leaks import leaks
from quspike.quantize.numbers.matrices import Elements, matrices

ERROR = 1e-3  # of the admittance, relative to 1/Z0, at the fastest rate
MOST = 60  # modes of a line that no card asks for: their number is squared in a covariance


def with_modes(circuit: Circuit, elements: Elements, drive: float, base_dir: Any = None) -> Circuit:
    """The circuit with `modes=` on finite lines that say neither modes nor cutoff; drive : the fastest one [rad/s]."""
    open_lines = [e for e in finite_lines(circuit) if not {"modes", "cutoff"} & set(e.params)]
    if open_lines:
        fastest = max(fastest_rate(network(circuit), elements, base_dir), drive)
        for e in open_lines:
            circuit = circuit.replace(e.name, modes=min(needed(e, fastest), MOST))
    return circuit


def finite_lines(circuit: Circuit) -> tuple[Element, ...]:
    """The lines that have two ports."""
    return tuple(e for e in circuit.of("TL") if is_finite_line(e))


def needed(line: Element, fastest: float) -> int:
    """N with an error of at most ERROR at `fastest` [rad/s]."""
    angle = fastest * float(delay(line.params))
    if line.params.get("bath", "comb") == "ladder":
        return max(2, math.ceil((angle**3 / (24 * ERROR)) ** 0.5))
    return max(2, math.ceil(angle / math.pi * (2 / (3 * math.pi * ERROR)) ** (1 / 3)))


def line_error(line: Element, params: Mapping[str, Any], omega: float) -> float:
    """|δY| Z0 of the line's modes at ω [rad/s]."""
    n, angle = how_many(line), omega * float(delay(params))
    if line.params.get("bath", "comb") == "ladder":
        return angle**3 / (24 * n**2)
    return 2 / (3 * math.pi) * (angle / (math.pi * n)) ** 3


def fastest_rate(found: Network, elements: Elements, base_dir: Any = None) -> float:
    """The largest finite |s| of `det(s²C + sG + K) = 0`, lines as resistors Z0 at their ends [rad/s]; 0 if none."""
    plain = found.without_lines()
    m = matrices(plain, elements)
    g = (m.dissipators * leaks(plain, elements, base_dir=base_dir).conductance) @ m.dissipators.T
    for line in plain.lines:
        ends = np.array([line.a, line.b], dtype=float) @ m.transform
        g = g + ends.T @ ends / float(elements[line.element]["Z0"])
    unit, zero, k = np.eye(m.size), np.zeros((m.size, m.size)), total_stiffness(m)
    scale = 1 / np.sqrt(np.maximum(np.diagonal(g), 1e-300))
    c, g, k = (scale[:, None] * x * scale for x in (m.capacitance * 1e11, g, k / 1e11))
    left, right = np.block([[zero, unit], [-k, -g]]), np.block([[unit, zero], [zero, c]])
    above, below = eigvals(left, right, homogeneous_eigvals=True)
    finite = np.abs(below) > 1e-9 * np.abs(above)
    return float(np.max(np.abs(above[finite] / below[finite]), initial=0.0)) * 1e11
