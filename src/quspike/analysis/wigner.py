"""Wigner functions of the states that a run saved (`[save] states = true`).

    W(β) = (2/π) Tr[ρ D(β) (−1)^{a†a} D†(β)],     ∫d²β W = 1,   −2/π ≤ W ≤ 2/π

β = φ/2φ_zpf + iq/2q_zpf. A classical membrane, noise and all, has a probability density in its place: nowhere negative.
Cahill & Glauber, Phys. Rev. 177, 1882 (1969).
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from quspike.errors import InputError
from quspike.kernel.wigner import fock_wigner

LOWEST = -2 / np.pi  # of any Wigner function: a displaced state of odd parity has it


def wigner(states: np.ndarray, beta: np.ndarray) -> np.ndarray:
    """W(β) of density matrices in Fock space (…, N, N) at complex points of any shape: (…, *beta.shape)."""
    return fock_wigner(states, beta)


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
