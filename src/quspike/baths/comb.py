"""A dissipator as a comb of oscillators, each an LC of its own tied to the flux φ through its inductance:

    H_comb = Σ_m [ q_m²/2C_m + (φ − φ_m)²/2L_m ],    J(ω) = ω Re Y(ω) = (π/2) Σ_m (ω_m/L_m) δ(ω − ω_m)

A cell of width Δω_m around ω_m holds the modes of J there:

    y_m = (2Δω_m/πω_m) Re Y(ω_m),    C_m = y_m/ω_m,    L_m = 1/(y_m ω_m)

The cells must cover the axis from ω = 0: on the grid ω_m = mΔω half a cell is missing there, and a membrane on it does
not relax to zero. A comb of equal cells recurs after 2π/Δω. Its admittance

    Y(ω) = Σ_m −iωC_m/(1 − ω²/ω_m²),     f(t) = ∫ dω/2π f(ω) e^{−iωt},

differs from the dissipator's, at Im ω ≫ Δω, by what lies above ω_max: first order in 1/ω_max without a cutoff, third
order with Drude's. Cells that grow with ω, or narrow at a resonance, are second order in 1/N.
Caldeira & Leggett, Ann. Phys. 149, 374 (1983).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from quspike.errors import InputError

Array = Any

BISECTIONS = 200  # halvings of an interval: down to denormal numbers, and cheap


class Comb(NamedTuple):
    """The modes of a dissipator, (N,) each: frequency [rad/s], capacitance [F], inductance [H]."""

    omega: Array
    capacitance: Array
    inductance: Array

    @property
    def stiffness(self) -> float:
        """`Σ_m 1/L_m` [1/H]: what the counter-term adds to φ²/2; (2/π)∫ Re Y dω, the Drude line's ω_c W."""
        return float(np.sum(1.0 / self.inductance))

    def springs(self) -> tuple[Array, Array]:
        """R (N, N + 1) [1/√H] with `Σ (φ − φ_m)²/2L_m = ½|R (φ, φ_1, …)|²`, and C_m (N,) [F]."""
        root = self.inductance**-0.5
        return np.hstack([root[:, None], -np.diag(root)]), self.capacitance

    def admittance(self, omega: Array) -> Array:
        """Y(ω) [S] of the comb at ω [rad/s], which should be complex: on the real axis it is a row of poles."""
        w = np.asarray(omega)[..., None]
        return np.sum(-1j * w * self.capacitance / (1 - (w / self.omega) ** 2), axis=-1)


def midpoint_grid(omega_max: float, n_modes: int) -> tuple[Array, Array]:
    """`ω_m = (m − ½)Δω`, m = 1 … N, `Δω = ω_max/N`: centres and widths of equal cells from 0 on, (N,) each [rad/s]."""
    if not 0 < omega_max < float("inf"):
        raise InputError("omega_max", omega_max, "must be > 0 rad/s and finite")
    if n_modes < 1:
        raise InputError("n_modes", n_modes, "must be ≥ 1")
    spacing = omega_max / n_modes
    return (np.arange(n_modes) + 0.5) * spacing, np.full(n_modes, spacing)


def graded_grid(
    omega_min: float, omega_max: float, n_modes: int, resonances: Sequence[tuple[float, float]] = ()
) -> tuple[Array, Array]:
    """Cells that grow with ω above `omega_min`, and narrow at each resonance (ω0, κ): centres and widths (N,) [rad/s].

    Cell edges are at equal steps of `u(ω) = ln(1 + ω/ω_min) + Σ [asinh((ω − ω0)/κ) + asinh(ω0/κ)]`, from 0 to ω_max.
    """
    check_graded(omega_min, omega_max, n_modes, resonances)

    def steps(omega: Array) -> Array:
        found = np.log1p(omega / omega_min)
        for centre, width in resonances:
            found = found + np.arcsinh((omega - centre) / width) + np.arcsinh(centre / width)
        return found

    edges = invert(steps, np.linspace(0.0, float(steps(np.array(omega_max))), n_modes + 1), omega_max)
    return (edges[1:] + edges[:-1]) / 2, np.diff(edges)


def check_graded(omega_min: float, omega_max: float, n_modes: int, resonances: Sequence[tuple[float, float]]) -> None:
    """Refuse a grid that cannot be."""
    midpoint_grid(omega_max, n_modes)
    if not 0 < omega_min < omega_max:
        raise InputError("omega_min", omega_min, f"must be > 0 and < {omega_max:g} rad/s")
    for centre, width in resonances:
        if not (0 < centre < omega_max and width > 0):
            raise InputError(
                "resonances", (centre, width), f"must have a frequency below {omega_max:g} rad/s, a width > 0"
            )


def invert(rising: Callable[[Array], Array], values: Array, largest: float) -> Array:
    """x with `rising(x) = values`, between 0 and `largest`, by bisection (to the last bit)."""
    low, high = np.zeros_like(values), np.full_like(values, largest)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        above = rising(middle) > values
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return np.concatenate([[0.0], high[1:-1], [largest]])


def comb(omega: Array, width: Array, admittance: Callable[[Array], Array]) -> Comb:
    """The comb on cells with these centres and widths; `admittance(ω)` is Re Y [S].

    omega, width : (N,) [rad/s], > 0.
    """
    y = 2.0 * width / (np.pi * omega) * np.asarray(admittance(omega), dtype=float)
    return Comb(omega, y / omega, 1.0 / (y * omega))
