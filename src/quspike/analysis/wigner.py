"""Wigner functions of the states that a run saved (`[save] states = true`).

    W(β) = (2/π) Tr[ρ D(β) (−1)^{a†a} D†(β)],     ∫d²β W = 1,   −2/π ≤ W ≤ 2/π

β = φ/2φ_zpf + iq/2q_zpf. A classical membrane, noise and all, has a probability density in its place: nowhere negative.
Cahill & Glauber, Phys. Rev. 177, 1882 (1969).
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from quspike.errors import InputError

LOWEST = -2 / np.pi  # of any Wigner function: a displaced state of odd parity has it


def wigner(states: np.ndarray, beta: np.ndarray) -> np.ndarray:
    """`W(β) = Σ_mn ρ_mn w_mn(β)`, w_mn that of |m⟩⟨n|, by recurrence:

        w_00 = (2/π) e^{−2|β|²},  √n w_0n = 2β w_0,n−1,  √m w_mn = 2β* w_m−1,n − √n w_m−1,n−1   (n ≥ m)

    Parameters
    ----------
    states : Hermitian density matrices in Fock space (…, N, N).
    beta : points of phase space, complex, of any shape.

    Returns
    -------
    W of each state at each point, shape (…, *beta.shape).
    """
    rho, points = np.asarray(states), np.asarray(beta, dtype=complex).ravel()
    levels, batch = rho.shape[-1], rho.shape[:-2]
    rho = rho.reshape(-1, levels, levels)
    total = np.zeros((len(rho), points.size))
    row = _first_row(levels, points)
    for m in range(levels):
        if m:
            row = _next_row(m, row, points)
        weights = rho[:, m, m:] * np.where(np.arange(m, levels) == m, 1.0, 2.0)
        total += weights.real @ row.real - weights.imag @ row.imag
    return total.reshape(*batch, *np.shape(beta))


def _first_row(levels: int, beta: np.ndarray) -> np.ndarray:
    """w_0n (N, points)."""
    row = [2 / np.pi * np.exp(-2 * np.abs(beta) ** 2) + 0j]
    for n in range(1, levels):
        row.append(2 * beta * row[-1] / np.sqrt(n))
    return np.array(row)


def _next_row(m: int, row: np.ndarray, beta: np.ndarray) -> np.ndarray:
    """w_mn for n ≥ m (N − m, points) from w_m−1,n for n ≥ m − 1."""
    n = np.arange(m, m + len(row) - 1)[:, None]
    return (2 * beta.conj() * row[1:] - np.sqrt(n) * row[:-1]) / np.sqrt(m)


def wigner_of_run(ds: xr.Dataset, times: np.ndarray, beta: np.ndarray) -> np.ndarray:
    """`W(β) = W_ρ′(β − α)`: of the whole state, about which the saved ρ′ = D†(α) ρ D(α) is centred.

    In the frame that rotates at the resonance, at the saved times nearest to `times` (T,) [s]; (T, *beta.shape).

    Raises
    ------
    InputError : the run saved no states.
    """
    saved = saved_states(ds).sel(time=times, method="nearest")
    rho = saved.values
    mean = (ds.amplitude_real + 1j * ds.amplitude_imag).isel(node=0).sel(time=times, method="nearest").values
    mean = mean - np.einsum("tmn,nm->t", rho, np.diag(np.sqrt(np.arange(1, rho.shape[-1])), 1))
    return np.array([wigner(state, beta - alpha) for state, alpha in zip(rho, mean, strict=True)])


def wigner_minimum(ds: xr.Dataset, reach: float = 4.0, points: int = 161) -> np.ndarray:
    """min over β of W at every saved time (T,); a displacement moves W and keeps its minimum, so ρ′ tells it.

    Parameters
    ----------
    reach, points : the search goes over a square grid of that half width about the mean, and as many points a side.
    """
    axis = np.linspace(-reach, reach, points)
    return wigner(saved_states(ds).values, axis[:, None] + 1j * axis).min(axis=(1, 2))


def saved_states(ds: xr.Dataset) -> xr.DataArray:
    """ρ′ (time, level, level_), complex."""
    if "states_real" not in ds:
        raise InputError("states", "none", "must be saved for a Wigner function: [save] states = true")
    return ds.states_real + 1j * ds.states_imag
