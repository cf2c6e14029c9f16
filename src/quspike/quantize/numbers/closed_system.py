"""A circuit with all its dissipators as one closed quadratic system: thousands of oscillators and no loss.

    H = ½ pᵀM⁻¹p + ½ zᵀK z,     z = (x, φ_1, …, φ_B),     each bath ½ (b·x, φ)ᵀ k (b·x, φ) + Σ_m q_m²/2C_m

M and K are those of the circuit and, on the branch b of each dissipator, of its comb or ladder, counter-term included;
a bath starts without a slip at φ_m = b·x. What has no energy of its own is eliminated exactly: free coordinates keep
their charge, and massless ones y are held by the baths' springs, K_yy y = −K_yz z, which ties the baths that meet there
to each other. With K = SᵀS, z = P ζ, PᵀM P = 1 and SP = VΩUᵀ (its singular values: a comb spans so many decades that
their squares would leave nothing of the lowest),

    Z(ω) = Σ_k −iω (u·PU_k)²/(Ω_k² − ω²),     ⟨z zᵀ⟩ = P U (ħ/2Ω) coth(ħΩ/2kT) UᵀPᵀ.

The circuit is linear: junctions at zero flux, memristors at the memory where they stand.
Caldeira & Leggett, Ann. Phys. 149, 374 (1983).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from quspike.baths.comb import Comb
from quspike.baths.ladder import Ladder
from quspike.circuit import Circuit
from quspike.constants import hbar, k_B
from quspike.errors import InputError
from quspike.quantize.network import Network
from quspike.quantize.numbers.admittance import linear_response
from quspike.quantize.numbers.card_baths import Grid, card_baths, comb_of
from quspike.quantize.numbers.first_order import energetic, factor, springs, stiff_directions
from quspike.quantize.numbers.matrices import Matrices

Bath = Comb | Ladder
ROUNDING = 1e-15  # of the largest Ω and for each mode: below it a mode has no frequency


@dataclass(frozen=True)
class ClosedSystem:
    """Circuit and baths over z, of m + B coordinates, and over ζ, of the N that have energy.

    matrices : of the circuit alone, with x (m,). mass : M (m + B, m + B) [F]. springs : S (…, m + B) [1/√H], K = SᵀS.
    positions : P (m + B, N). baths : where in z each dissipator's oscillators stand.
    """

    matrices: Matrices
    mass: np.ndarray = field(repr=False)
    springs: np.ndarray = field(repr=False)
    positions: np.ndarray = field(repr=False)
    baths: Mapping[str, slice] = field(repr=False)

    @cached_property
    def modes(self) -> tuple[np.ndarray, np.ndarray]:
        """Ω (N,), ascending [rad/s], and PU (m + B, N); Ω of what nothing holds is 0."""
        _, found, vectors = np.linalg.svd(self.springs @ self.positions)
        omega = np.zeros(len(vectors))
        omega[: len(found)] = np.where(found > ROUNDING * len(found) * found[0], found, 0.0)
        return omega[::-1], self.positions @ vectors[::-1].T

    def reach(self, plus: str, minus: str = "0") -> np.ndarray:
        """`u·PU_k`, the flux of a port in each mode (N,). Raises InputError at a node without capacitance."""
        port = self.matrices.port(plus, minus)
        followed = self.matrices.network.port(plus, minus)[self.matrices.followers]
        if np.any(followed) or np.any(port[self.matrices.massless]):
            raise InputError("port", f"{plus}, {minus}", "must be at nodes with a capacitance in a closed system")
        return port @ self.modes[1][: self.matrices.size]

    def impedance(self, omega: np.ndarray, plus: str, minus: str = "0") -> np.ndarray:
        """Z(ω) [ohm] at ω [rad/s] above the real axis, where it is smooth."""
        w = np.asarray(omega)[..., None]
        found = np.sum(-1j * w * self.reach(plus, minus) ** 2 / (self.modes[0] ** 2 - w**2), axis=-1)
        return found + 1j / w[..., 0] * self._island(plus, minus)

    def _island(self, plus: str, minus: str) -> float:
        """1/C of the free coordinates that a current into the port charges [1/F]: no mode, as no force acts on them."""
        m = self.matrices
        free = np.array([i for i, k in enumerate(m.kept) if m.network.coordinates[k].kind == "free"], dtype=int)
        u = m.port(plus, minus)[free]
        return float(u @ np.linalg.solve(m.capacitance[np.ix_(free, free)], u))

    def fluctuations(self, temperature: float, plus: str, minus: str = "0") -> tuple[float, float]:
        """⟨φ²⟩ [Wb²] and ⟨V²⟩ [V²] of a port in equilibrium at T [K]; ⟨φ²⟩ is inf where nothing holds the flux."""
        omega, reach = self.modes[0], self.reach(plus, minus) ** 2
        energy, moves = thermal_energy(omega, temperature), omega > 0
        drifts = np.any(reach[~moves] > ROUNDING * len(omega) * reach.max())
        flux = np.sum(reach[moves] * energy[moves] / omega[moves] ** 2)
        return np.inf if drifts else float(flux), float(np.sum(reach * energy))

    def at_rest(self, x: np.ndarray) -> np.ndarray:
        """z (m + B,) with the circuit at x (m,) and every bath where it pulls on nothing, φ_m = b·x."""
        z = np.concatenate([x, np.zeros(len(self.mass) - len(x))])
        for place, branch in zip(self.baths.values(), self.matrices.dissipators.T, strict=True):
            z[place] = branch @ x
        return z

    def evolve(self, times: np.ndarray, z: np.ndarray, velocity: np.ndarray) -> np.ndarray:
        """ż(t) (T, m + B) from z and ż (m + B,) at t = 0: voltages of the circuit, then of the baths."""
        omega, shapes = self.modes
        start, speed = shapes.T @ self.mass @ z, shapes.T @ self.mass @ velocity
        phase = np.outer(times, omega)
        return (np.cos(phase) * speed - np.sin(phase) * (omega * start)) @ shapes.T


def thermal_energy(omega: np.ndarray, temperature: float) -> np.ndarray:
    """`(ħΩ/2) coth(ħΩ/2kT)` [J] of modes Ω [rad/s] at T [K]; kT at Ω = 0."""
    if temperature == 0:
        return hbar * omega / 2
    half = hbar * omega / (2 * k_B * temperature)
    return k_B * temperature * np.where(half > 0, half / np.tanh(np.where(half > 0, half, 1.0)), 1.0)


def closed_system(
    circuit: Circuit | str | Network,
    baths: Mapping[str, Bath] | Grid | None = None,
    *,
    memory: Mapping[str, Any] | None = None,
    base_dir: str | Path | None = None,
) -> ClosedSystem:
    """The circuit closed by its baths.

    baths : one for each dissipator, by element; or centres and widths of cells [rad/s], on which each dissipator's
    Re Y(ω) makes a comb; or None, as the cards ask (`bath=`, `modes=`).
    """
    response = linear_response(circuit, memory=memory, lines="modes", base_dir=base_dir)
    m, leaks = response.matrices, response.leaks
    if baths is None:
        baths = card_baths(response)
    if not isinstance(baths, Mapping):
        baths = {name: comb_of(leaks, i, baths) for i, name in enumerate(leaks.elements)}
    if set(baths) != set(leaks.elements):
        found, named = ", ".join(baths) or "none", ", ".join(leaks.elements) or "none"
        raise InputError("baths", found, f"must be one for each dissipator: {named}")
    own = factor(response.stiffness, stiff_directions(response), springs(response))
    return _assembled(m, own, [baths[name] for name in leaks.elements])


def _assembled(m: Matrices, own: np.ndarray, baths: list[Bath]) -> ClosedSystem:
    ends = m.size + np.cumsum([0, *(len(bath.capacitance) for bath in baths)])
    total, moving = int(ends[-1]), energetic(m)
    mass = np.zeros((total, total))
    mass[: m.size, : m.size] = m.capacitance
    rows = [np.hstack([own.T, np.zeros((own.shape[1], total - m.size))])]
    for bath, branch, first, last in zip(baths, m.dissipators.T, ends, ends[1:], strict=False):
        pulls, capacitances = bath.springs()
        own_rows = np.zeros((len(pulls), total))
        own_rows[:, : m.size], own_rows[:, first:last] = np.outer(pulls[:, 0], branch), pulls[:, 1:]
        mass[range(first, last), range(first, last)] = capacitances
        rows.append(own_rows)
    s, k = np.vstack(rows), moving.shape[1]
    positions = np.zeros((total, total - m.size + k))
    positions[: m.size, :k] = moving
    positions[m.size :, k:] = np.diag(np.diag(mass)[m.size :] ** -0.5)
    positions[m.massless] = -np.linalg.lstsq(s[:, m.massless], s @ positions, rcond=None)[0]
    names = [b.element for b in m.network.of("dissipator")]
    slices = {name: slice(int(a), int(b)) for name, a, b in zip(names, ends, ends[1:], strict=False)}
    return ClosedSystem(m, mass, s, positions, slices)
