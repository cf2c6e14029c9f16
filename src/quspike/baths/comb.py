"""A dissipator as a comb of oscillators, each an LC of its own tied to the flux φ through its inductance:

    H_comb = Σ_m [ q_m²/2C_m + (φ − φ_m)²/2L_m ],    J(ω) = ω Re Y(ω) = (π/2) Σ_m (ω_m/L_m) δ(ω − ω_m)

A cell of width Δω_m around ω_m holds the modes of J there:

    y_m = (2Δω_m/πω_m) Re Y(ω_m),    C_m = y_m/ω_m,    L_m = 1/(y_m ω_m)

The cells must cover the axis from ω = 0: on the grid ω_m = mΔω half a cell is missing there, and a membrane on it does
not relax to zero. A comb of equal cells recurs after 2π/Δω. Caldeira & Leggett, Ann. Phys. 149, 374 (1983).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from quspike.errors import InputError

Array = Any


class Comb(NamedTuple):
    """The modes of a dissipator, (N,) each: frequency [rad/s], capacitance [F], inductance [H]."""

    omega: Array
    capacitance: Array
    inductance: Array

    @property
    def stiffness(self) -> float:
        """`Σ_m 1/L_m` [1/H]: what the counter-term adds to φ²/2; (2/π)∫ Re Y dω, the Drude line's ω_c W."""
        return float(np.sum(1.0 / self.inductance))


def midpoint_grid(omega_max: float, n_modes: int) -> tuple[Array, Array]:
    """`ω_m = (m − ½)Δω`, m = 1 … N, `Δω = ω_max/N`: centres and widths of equal cells from 0 on, (N,) each [rad/s]."""
    if not 0 < omega_max < float("inf"):
        raise InputError("omega_max", omega_max, "must be > 0 rad/s and finite")
    if n_modes < 1:
        raise InputError("n_modes", n_modes, "must be ≥ 1")
    spacing = omega_max / n_modes
    return (np.arange(n_modes) + 0.5) * spacing, np.full(n_modes, spacing)


def comb(omega: Array, width: Array, admittance: Callable[[Array], Array]) -> Comb:
    """The comb on cells with these centres and widths; `admittance(ω)` is Re Y [S].

    omega, width : (N,) [rad/s], > 0.
    """
    y = 2.0 * width / (np.pi * omega) * np.asarray(admittance(omega), dtype=float)
    return Comb(omega, y / omega, 1.0 / (y * omega))
