"""A line without end as a lattice: coils between capacitors, τ apart, tied to the boundary flux F by half a coil.

    H_ladder = Σ_j q_j²/2C + (F − φ_1)²/2L_0 + Σ_j (φ_j − φ_{j+1})²/2L,     C = τ/Z0,   L = Z0 τ,   L_0 = L/2 (+ Z0/ω_c)

Seen from half a coil its admittance is 1/(Z0 √(1 − (ωτ/2)²)): the line's, with an error of second order in τ, whatever
law F(φ) stands before it; from a whole coil it would be first order. Nothing comes back before 2Nτ, the way to the open
end and back. A Drude cutoff is L_s = Z0/ω_c at the boundary, exactly. Yurke & Denker, Phys. Rev. A 29, 1419 (1984).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from quspike.errors import InputError

Array = Any


class Ladder(NamedTuple):
    """The lattice from the boundary on, (N,) each: coil before each node [H], capacitance of each node [F]."""

    inductance: Array
    capacitance: Array

    @property
    def stiffness(self) -> float:
        """1/L_0 [1/H]: what is added to F²/2, as counter-term."""
        return float(1.0 / self.inductance[0])

    def springs(self) -> tuple[Array, Array]:
        """R (N, N + 1) [1/√H]: the energy of the coils is ½|R (F, φ_1, …)|²; and the capacitances (N,) [F]."""
        step = np.diff(np.eye(len(self.inductance) + 1), axis=0)
        return step * self.inductance[:, None] ** -0.5, self.capacitance

    def admittance(self, omega: Array) -> Array:
        """Y(ω) [S] at ω [rad/s], which should be complex, node by node from the open end."""
        w = np.asarray(omega)
        found = np.zeros(np.shape(w))
        for coil, capacitor in zip(self.inductance[::-1], self.capacitance[::-1], strict=True):
            found = 1 / (-1j * w * coil + 1 / (found - 1j * w * capacitor))
        return found


def ladder(impedance: float, step: float, n_cells: int, cutoff: float = math.inf) -> Ladder:
    """N cells of a line Z0 [ohm], τ [s] apart, with a Drude cutoff ω_c [rad/s]."""
    for key, value, unit in (("impedance", impedance, "ohm"), ("step", step, "s"), ("cutoff", cutoff, "rad/s")):
        if not value > 0:
            raise InputError(key, value, f"must be > 0 {unit}")
    if n_cells < 1:
        raise InputError("n_cells", n_cells, "must be ≥ 1")
    coils, capacitors = np.full(n_cells, impedance * step), np.full(n_cells, step / impedance)
    coils[0] = impedance * step / 2 + impedance / cutoff
    capacitors[-1] /= 2
    return Ladder(coils, capacitors)
