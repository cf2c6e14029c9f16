"""A line of 1 ohm as oscillators for a run of finite length: a comb, or a lattice in its own normal modes.

    y_m = ω_m C_m = 1/ω_m L_m,     i_0 = Σ_m y_m ω_m (F − φ_m),     Y(ω) → ω_c²/(ω² + ω_c²)

Equal steps of u make the cells of a comb for a duration T: 2π/T wide where the membrane answers, within Γ of ω_0, then
wider as the third power of the distance, and from there on growing with ω,

    u(ω) = T z/√(1 + z²) Γ/2π + n [ln(1 + ω/ω_min) + 2 asinh((ω − ω_0)/κ)],     z = (ω − ω_0)/Γ

(without the last term in baseband). A lattice with its boundary flux held has modes u_k of frequency ω_k; seen from its
end it is the comb of y_k = u_1k²/(C_1 L_0² ω_k³).

What has left comes back: after 2π/Δω from equal cells, after 2Nτ from a lattice, dispersed and early from cells that
differ. What counts is what the membrane does then, so it is measured: the voltage of charge put on it at t = 0, with
its modes, against the same with a Drude line without end,

    C dV/dt = −φ/L − Σ_e √W_e u_e,     du_e/dt = ω_c (√W_e V − u_e).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from quspike.baths.bound_modes import BoundModes, bound_modes, thermal_energy
from quspike.baths.comb import comb, invert
from quspike.baths.ladder import ladder
from quspike.baths.spectral_density import drude_admittance

Array = Any

MARGIN = 1.15  # how much later than the run's end equal cells may come back
WINDOW = 0.6  # of the modes, within the band in which the membrane answers; 0.5 to 0.7 do equally well
NUDGE = 1e-7  # relative: conductances are pulled apart by it, or two lines would have one pole twice
BELOW = 10.0  # a resonator's own frequency over that above which cells grow


class LineModes(NamedTuple):
    """ω_m [rad/s] and y_m [S] of each line, (E, N) each; a line with fewer modes has weights 0 at the end."""

    omega: np.ndarray
    weight: np.ndarray

    def bound(self, capacitance: float, stiffness: float, conductances: Array) -> BoundModes:
        """Normal modes with the membrane, the lines coupled by λ_e² = W_e (E,) [S]."""
        used = self.weight.ravel() > 0
        pull = (self.weight * np.asarray(conductances)[:, None]).ravel()
        return bound_modes(self.omega.ravel()[used], pull[used], capacitance, stiffness)


class Membrane(NamedTuple):
    """C [F], 1/L [1/H], and of each line its cutoff ω_c [rad/s], (E,)."""

    capacitance: float
    stiffness: float
    cutoffs: np.ndarray


class Band(NamedTuple):
    """Where a membrane answers: ω_0 (0 in baseband) and its slowest leak κ [rad/s], up to `top` [rad/s], for T [s]."""

    omega: float
    leak: float
    top: float
    duration: float


def run_grid(band: Band, n_modes: int) -> tuple[np.ndarray, np.ndarray]:
    """Centres and widths (N,) [rad/s] of cells for a run: 60 % of them are as dense as the duration asks."""
    omega, kappa = band.omega, band.leak
    share = WINDOW * n_modes
    width = min(2 * np.pi * share / (MARGIN * band.duration) / (2 if omega else 1), band.top)

    def window(w: Array) -> Array:
        z, before = (w - omega) / width, omega / width
        return z / np.sqrt(1 + z * z) + before / np.sqrt(1 + before * before)

    def spread(w: Array) -> Array:
        found = np.log1p(w / (omega / BELOW if omega else kappa))
        if omega:
            found = found + 2 * (np.arcsinh((w - omega) / kappa) + np.arcsinh(omega / kappa))
        return found

    dense = min(MARGIN * band.duration * width / (2 * np.pi) * float(window(np.array(band.top))), share)

    def steps(w: Array) -> Array:
        top = np.array(band.top)
        return dense * window(w) / window(top) + (n_modes - dense) * spread(w) / spread(top)

    edges = invert(steps, np.linspace(0.0, n_modes, n_modes + 1), band.top)
    return (edges[1:] + edges[:-1]) / 2, np.diff(edges)


def comb_modes(grid: tuple[Array, Array], cutoff: float) -> tuple[np.ndarray, np.ndarray]:
    """ω_m and y_m (N,) of a comb with a Drude cutoff on cells (centres, widths), all in rad/s."""
    found = comb(*grid, lambda w: drude_admittance(w, 1.0, cutoff))
    return found.omega, found.omega * found.capacitance


def ladder_modes(step: float, n_cells: int, cutoff: float) -> tuple[np.ndarray, np.ndarray]:
    """ω_k and y_k (N,) of a lattice with cells of τ = `step` [s], seen from its end."""
    from scipy.linalg import eigh_tridiagonal

    line = ladder(1.0, step, n_cells, cutoff)
    inverse, capacitance = 1 / line.inductance, line.capacitance
    pulls = inverse + np.append(inverse[1:], 0.0)
    squares, shapes = eigh_tridiagonal(pulls / capacitance, -inverse[1:] / np.sqrt(capacitance[1:] * capacitance[:-1]))
    omega = np.sqrt(np.maximum(squares, 0.0))
    return omega, shapes[0] ** 2 * inverse[0] ** 2 / (capacitance[0] * omega**3)


def endless(membrane: Membrane, conductances: Array) -> np.ndarray:
    """The generator over (ω_0 φ, V, u_e/√C), (2 + E, 2 + E) [1/s], of a membrane with Drude lines without end."""
    c, g = membrane.capacitance, np.sqrt(np.asarray(conductances) / membrane.capacitance)
    size, cutoffs = 2 + len(g), np.asarray(membrane.cutoffs)
    omega = np.sqrt(membrane.stiffness / c)
    found = np.zeros((size, size))
    found[0, 1], found[1, 0] = omega, -omega
    found[1, 2:], found[2:, 1] = -g, cutoffs * g
    found[range(2, size), range(2, size)] = -cutoffs
    return found


def endless_ring(membrane: Membrane, conductances: Array, times: np.ndarray) -> np.ndarray:
    """V(t)/V(0) of charge put on C at t = 0, with Drude lines without end; times (T,), equally far apart [s]."""
    from scipy.linalg import expm

    step = expm(endless(membrane, conductances) * (times[1] - times[0]))
    state, found = np.eye(len(step))[1], np.empty(len(times))
    for i in range(len(times)):
        found[i], state = state[1], step @ state
    return found


def settling(
    lines: LineModes, membrane: Membrane, conductances: Array, temperature: Array, times: np.ndarray
) -> np.ndarray:
    """⟨V²⟩ (T,) [V²] that the lines' noise brings to a membrane which had none at t = 0, lines at T (E,) [K].

    `Σ (W/C²) y ω θ |∫_0^t e^{iωs} G(s) ds|²`, with the answer G of lines without end.
    """
    poles, vectors = np.linalg.eig(endless(membrane, np.asarray(conductances) * (1 + NUDGE * np.arange(len(lines[0])))))
    shares = vectors[1] * np.linalg.inv(vectors)[:, 1]
    found = np.zeros(len(times))
    for omega, weight, w, t in zip(*lines, conductances, temperature, strict=True):
        power = w / membrane.capacitance**2 * weight * omega * thermal_energy(omega, t)
        rates = poles + 1j * omega[:, None]
        for i, time in enumerate(times):
            found[i] += power @ np.abs(np.expm1(rates * time) / rates @ shares) ** 2
    return found


def recurrence(
    lines: LineModes, membrane: Membrane, conductances: Array, duration: float, samples: int = 2000
) -> np.ndarray:
    """How far V(t)/V(0) with these modes is from a line without end, (samples,) at equal times up to `duration` [s]."""
    times = np.linspace(0.0, duration, samples)
    found = lines.bound(membrane.capacitance, membrane.stiffness, conductances).ring(times)
    return np.abs(found - endless_ring(membrane, conductances, times))
