"""One coordinate tied to the modes of its lines: the normal modes of the whole, exactly, however many there are.

    H = q²/2C + φ²/2L + Σ_m [ q_m²/2C_m + (λ_m φ − φ_m)²/2L_m ],     y_m = ω_m C_m = 1/ω_m L_m
    ω_0²/Ω² − 1 − (1/C) Σ_m λ_m² y_m ω_m/(ω_m² − Ω²) = 0

One root Ω_k lies between any two neighbours ω_m. It is found as its distance δ_k from the nearer of them, so that
ω_m² − Ω_k² keeps all its digits, and the shapes are orthogonal. Without an inductor one more mode has Ω = 0: all fluxes
move together. The coordinate is φ = Σ_k s_k x_k with s_k² = (1/C)/[1 + (1/C) Σ_m λ_m² y_m ω_m³/(ω_m² − Ω_k²)²], and

    ⟨φ²⟩ = Σ_k s_k² θ_k/Ω_k²,     ⟨V²⟩ = Σ_k s_k² θ_k,     θ = (ħΩ/2) coth(ħΩ/2kT),     V(t)/V(0) = C Σ_k s_k² cos Ω_k t

Gu & Eisenstat, SIAM J. Matrix Anal. Appl. 16, 172 (1995), for the roots and shapes of such a matrix.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from quspike.constants import hbar, k_B
from quspike.errors import ConvergenceError

Array = Any

NUDGE = 1e-9  # relative: frequencies that fall together are pulled apart by it
BLOCK = 2_000_000  # numbers in a table that is held at once


@dataclass(frozen=True)
class BoundModes:
    """Normal modes Ω_k = ω_p + δ_k, each measured from the pole p = `nearest`.

    omega : ω_m (M,), ascending [rad/s]. pull : λ_m² y_m (M,) [S]. order : where each ω_m stood as it was given.
    capacitance : C [F]. shift : δ_k (K,) [rad/s]; the first mode has Ω = 0 where nothing holds the coordinate.
    """

    omega: np.ndarray = field(repr=False)
    pull: np.ndarray = field(repr=False)
    order: np.ndarray = field(repr=False)
    capacitance: float
    nearest: np.ndarray = field(repr=False)
    shift: np.ndarray = field(repr=False)

    @property
    def frequencies(self) -> np.ndarray:
        """Ω_k (K,), ascending [rad/s]."""
        return self.omega[self.nearest] + self.shift

    @cached_property
    def shape(self) -> np.ndarray:
        """s_k² (K,) [1/F]; they add up to 1/C."""
        weights = self.pull * self.omega**3 / self.capacitance
        total = by_blocks(lambda k: weights @ self.gaps(k) ** -2.0, len(self.shift), len(self.omega))
        return 1 / (self.capacitance * (1 + total))

    def gaps(self, k: Any = slice(None)) -> np.ndarray:
        """ω_m² − Ω_k² (M, K) [rad²/s²], of the modes k."""
        return gaps(self.omega, self.nearest[k], self.shift[k])

    def ring(self, times: np.ndarray) -> np.ndarray:
        """V(t)/V(0) of charge put on C at t = 0 with everything else at rest, (T,)."""
        weights = self.capacitance * self.shape
        return by_blocks(lambda t: np.cos(np.outer(times[t], self.frequencies)) @ weights, len(times), len(weights))

    def energies(self, temperature: float) -> np.ndarray:
        """θ_k (K,) [J] at T [K]."""
        return thermal_energy(self.frequencies, temperature)


def thermal_energy(omega: Array, temperature: float) -> np.ndarray:
    """`(ħΩ/2) coth(ħΩ/2kT)` [J] of Ω [rad/s] at T [K]; kT at Ω = 0."""
    if temperature == 0:
        return hbar * np.asarray(omega) / 2
    half = hbar * np.asarray(omega) / (2 * k_B * temperature)
    return k_B * temperature * np.where(half > 0, half / np.tanh(np.where(half > 0, half, 1.0)), 1.0)


def bound_modes(omega: Array, pull: Array, capacitance: float, stiffness: float = 0.0) -> BoundModes:
    """The normal modes of C with 1/L = `stiffness` [1/H] and oscillators ω_m [rad/s], pulls λ_m² y_m [S], (M,) each."""
    from scipy.optimize import elementwise

    order = np.argsort(omega, kind="stable")
    poles, pulls = apart(np.asarray(omega, dtype=float)[order]), np.asarray(pull, dtype=float)[order]
    held, weights = stiffness / capacitance, pulls * poles / capacitance

    def balance(shift: Array, place: Array) -> Array:
        """δ times what must vanish: smooth at the pole from which δ is measured, positive there."""
        place = place.astype(int)

        def others(k: Any) -> Array:
            found = gaps(poles, place[k], shift[k])
            found[place[k], np.arange(found.shape[1])] = np.inf
            return weights @ (1 / found)

        excess = held / (poles[place] + shift) ** 2 - 1 - by_blocks(others, len(place), len(poles))
        return shift * excess + weights[place] / (2 * poles[place] + shift)

    nearest, end = brackets(poles, held, weights, balance)
    found = elementwise.find_root(balance, (np.zeros_like(end), end), args=(nearest,))
    if not np.all(found.success):
        raise ConvergenceError(f"{np.sum(~found.success)} of {len(end)} modes of a circuit with its lines not found")
    shift = found.x
    if held == 0:
        nearest, shift = np.append(0, nearest), np.append(-poles[0], shift)
    return BoundModes(poles, pulls, order, capacitance, nearest, shift)


def brackets(
    poles: Array, held: float, weights: Array, balance: Callable[[Array, Array], Array]
) -> tuple[Array, Array]:
    """The pole of each root, and how far from it the root is at most; in the middle between two it is decided which."""
    highest = np.sqrt(poles[-1] ** 2 + held + weights.sum()) - poles[-1]
    between, half = np.arange(len(poles) - 1), np.diff(poles) / 2
    beyond = balance(half, between) > 0
    nearest = np.append(between + beyond, len(poles) - 1)
    end = np.append(np.where(beyond, -half, half), 1.01 * highest)
    if held == 0:
        return nearest, end
    return np.append(0, nearest), np.append(-poles[0] * (1 - 1e-12), end)


def gaps(poles: Array, place: Array, shift: Array) -> np.ndarray:
    """ω_m² − (ω_p + δ)² (M, K), of differences that are exact."""
    return ((poles[:, None] - poles[place]) - shift) * ((poles[:, None] + poles[place]) + shift)


def apart(poles: Array) -> np.ndarray:
    """Ascending frequencies, of which no two are closer than 1e-9."""
    found = poles.copy()
    for m in np.flatnonzero(np.diff(poles) <= NUDGE * poles[1:]) + 1:
        found[m] = max(found[m], found[m - 1] * (1 + NUDGE))
    return np.maximum.accumulate(found)


def by_blocks(function: Callable[[slice], Array], count: int, width: int) -> np.ndarray:
    """function(slice) (…) over 0 … count, in slices whose tables of `width` rows are not too large."""
    size = max(1, BLOCK // width)
    return np.concatenate([function(slice(i, i + size)) for i in range(0, count, size)])
