"""What sources do to a resonator between two qubits: how far it is displaced in the frame that rotates at ω0.

    β = ∫ (p + ½κ α_dc) e^{−κ(end − t)/2} dt,      D(β) = exp(β a† − β* a)
    T exp ∫ (p a† − p* a) dt = e^{iϑ} D(β),         ϑ = Im ∬_{t > t′} p(t) p*(t′) dt dt′

What leaks is what swings about the rest flux of the slow sources, 2φ_zpf α_dc e^{−iω0t}. The phase ϑ is nobody's as
long as the drive is on in all histories; one that rests meanwhile has none of it.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.polynomial import legendre

from quspike.methods import secular
from quspike.methods.method import Params, Setup
from quspike.quantize.numbers.zero_point import Mode

GAUSS = legendre.leggauss(6)  # of the drive within a step: 1e-15 of a wave of an eighth of a radian
SO_FAR = np.stack([legendre.legval(GAUSS[0], legendre.legint(row, lbnd=-1)) for row in np.eye(6)], 1) @ np.linalg.inv(
    legendre.legvander(GAUSS[0], 5)
)  # integrals from a step's beginning to each of Gauss's times


def kinks(setup: Setup, params: Params) -> np.ndarray:
    """The times at which a drive is not smooth, s."""
    return np.asarray(setup.inputs.breakpoints(params), dtype=float)


def pushes(
    setup: Setup, params: Params, mode: Mode, kappa: float, begin: np.ndarray, end: np.ndarray, step: float
) -> tuple[np.ndarray, np.ndarray]:
    """β and ϑ of each interval (M,), which no kink of a drive cuts a step of. kappa : 1/s, of a leak beside the
    drive."""
    pieces = [pieces_of(a, b, kinks(setup, params), step) for a, b in zip(begin, end, strict=True)]
    counts = [len(p) - 1 for p in pieces]
    left, right = (np.concatenate([np.zeros(0), *(p[part] for p in pieces)])
                   for part in (slice(None, -1), slice(1, None)))  # fmt: skip
    found = np.stack(short_pushes(setup, params, mode, kappa, left, right, np.repeat(end, counts)))
    rows = [in_a_row(*part) for part in np.split(found, np.cumsum(counts), axis=1)[:-1]]
    return np.array([beta for beta, _ in rows], dtype=complex), np.array([phase for _, phase in rows])


def short_pushes(
    setup: Setup, params: Params, mode: Mode, kappa: float, left: np.ndarray, right: np.ndarray, about: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """∫ (p + ½κ α_dc) e^{κ(t − about)/2} dt and its ϑ, of intervals without kinks (M,), s, each of them a step."""
    force, t = _forces(setup, params, mode, kappa, left, right)
    wave, half = force * np.exp(0.5 * kappa * (t - about[:, None])), 0.5 * (right - left)
    return half * (wave @ GAUSS[1]), half**2 * ((wave * np.conj(wave @ SO_FAR.T)).imag @ GAUSS[1])


def in_a_row(parts: np.ndarray, inner: np.ndarray) -> tuple[complex, float]:
    """β and ϑ of pushes one after another, each with its own: D(β_2) D(β_1) = e^{i Im β_2 β_1*} D(β_1 + β_2)."""
    before = np.cumsum(parts) - parts
    return complex(np.sum(parts)), float(np.sum(inner.real + (parts * before.conj()).imag))


def pieces_of(begin: float, end: float, kinks: np.ndarray, step: float) -> np.ndarray:
    """Times from begin to end, every kink between them among them, no two further apart than a step."""
    inside = kinks[(kinks > begin) & (kinks < end)]
    anchors = np.unique(np.concatenate([[begin], inside, [end]]))
    counts = np.maximum(np.ceil(np.diff(anchors) / step * (1 - 1e-9)).astype(int), 1)
    parts = [np.linspace(a, b, n, endpoint=False) for a, b, n in zip(anchors[:-1], anchors[1:], counts, strict=True)]
    return np.append(np.concatenate(parts) if parts else [], end)


def _forces(
    setup: Setup, params: Params, mode: Mode, kappa: float, left: np.ndarray, right: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """p + ½κ α_dc at Gauss's times of each step (S, 6), 1/s, and those times, s."""
    middle = 0.5 * (right + left)
    t = middle[:, None] + 0.5 * (right - left)[:, None] * GAUSS[0]

    def of_step(piece: Any, times: Any) -> Any:
        def at(x: Any) -> Any:
            rest = secular.rest_amplitude(setup, mode, x, piece)
            return secular.push(setup, params, mode, x, piece) + 0.5 * kappa * rest

        return jax.vmap(at)(times)

    pieces = setup.inputs.pieces(params, jnp.asarray(middle))
    return np.asarray(jax.vmap(of_step)(pieces, jnp.asarray(t))), t  # not compiled: once for each Fock space


def displacements(levels: int, beta: np.ndarray) -> np.ndarray:
    """D(β) = exp(β a† − β* a) of each β (M,): (M, N, N), unitary in the levels kept."""
    root = np.sqrt(np.arange(1, levels))
    values, vectors = np.linalg.eigh(1j * (np.diag(root, -1) - np.diag(root, 1)))
    turned = np.exp(1j * np.angle(beta)[:, None] * np.arange(levels))[:, :, None] * vectors
    return (turned * np.exp(-1j * np.abs(beta)[:, None] * values)[:, None, :]) @ np.conj(np.swapaxes(turned, 1, 2))
