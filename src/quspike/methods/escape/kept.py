"""What a run of clicking resonators keeps of their state beyond its means: ρ, covariance, both over all neurons.

    ρ′ = D†(α) e^{iωn̂t} ρ e^{−iωn̂t} D(α),   α = ⟨a⟩ at ω0,  ω = ω0 − ω_d         as `gksl` keeps it
    σ = φ_zpf²(2N + 1 + 2Re S),  φ_zpf q_zpf 2Im S,  q_zpf²(2N + 1 − 2Re S),   N = ⟨δa†δa⟩, S = ⟨δaδa⟩e^{−2iω_d t}

ρ is that of the ensemble, integrating neurons and refractory ones, of trace one.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from quspike.methods.covariance import covariance_of
from quspike.methods.method import Setup
from quspike.quantize.numbers.zero_point import Mode

ROOM = 6.0  # levels beside those that are kept, for each unit of the amplitude that a state is moved by


def kept_parts(
    setup: Setup, mode: Mode, states: np.ndarray, seen: dict[str, np.ndarray], times: np.ndarray, carrier: float
) -> dict[str, Any]:
    """`states` (T, N, N) and `amplitude` (T, 1), σ (T, 1) each, as far as they are asked for.

    states : packed (T, N²) in the frame of the carrier (rad/s), seen : their amplitude, number and ⟨a²⟩ there, (T,).
    """
    alpha, angles = seen["re"] + 1j * seen["im"], (float(mode.omega) - carrier) * times
    found: dict[str, Any] = {}
    if setup.save_covariance:
        found |= _covariance(mode, seen, alpha, carrier * times)
    if setup.save_states:
        alpha = alpha * np.exp(1j * angles)
        found |= {"states": jnp.asarray(_centred(states, alpha, angles)), "amplitude": jnp.asarray(alpha[:, None])}
    return found


def _covariance(mode: Mode, seen: dict[str, np.ndarray], alpha: np.ndarray, angles: np.ndarray) -> dict[str, Any]:
    """By name, in SI, without its diagnostics."""
    number = 2 * (seen["number"] - np.abs(alpha) ** 2) + 1
    square = 2 * (seen["square_re"] + 1j * seen["square_im"] - alpha**2) * np.exp(-2j * angles)
    flux, charge = float(mode.phi_zpf), float(mode.q_zpf)
    parts = flux**2 * (number + square.real), flux * charge * square.imag, charge**2 * (number - square.real)
    named = covariance_of(*(jnp.asarray(part[:, None]) for part in parts))
    return {name: values for name, values in named.items() if name != "diagnostics"}


def _centred(states: np.ndarray, alpha: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """ρ′ (T, N, N) of packed states that have yet to turn by the angles (T,) before α (T,) is their mean."""
    levels = int(np.sqrt(states.shape[1]))
    rows = states.reshape(-1, levels, levels)
    columns = rows.swapaxes(1, 2)
    rho = 0.5 * (rows + columns) + 0.5j * (rows - columns)
    turn = np.exp(1j * np.outer(angles, np.arange(levels)))
    rho = turn[:, :, None] * rho * turn.conj()[:, None, :]
    whole = levels + int(np.ceil(ROOM * (1 + np.max(np.abs(alpha)))))
    root = np.sqrt(np.arange(1.0, whole))
    push, axes = np.linalg.eigh(1j * (np.diag(root, 1) - np.diag(root, -1)))  # D(−s) = exp(−is·i(a − a†)) for s > 0
    phases = np.exp(1j * np.outer(np.angle(alpha), np.arange(whole)))
    moved = np.empty_like(rho)
    for k, size in enumerate(np.abs(alpha)):
        back = (axes * np.exp(-1j * size * push)) @ axes.conj().T
        back = (phases[k][:, None] * back * phases[k].conj())[:levels, :levels]
        moved[k] = back @ rho[k] @ back.conj().T
    return moved
