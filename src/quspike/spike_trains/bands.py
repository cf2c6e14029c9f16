"""A loss that keeps no phase of its own: every jump moves all levels by so many at once, and the channel is exact.

    dρ/dt = −i[h(n̂), ρ] + Σ_j 𝓓[L_j]ρ,  each L_j a band      →      ρ_{m, m+d} only ever feeds the same diagonal d
    𝓔 = e^{ihτ/2} e^{𝓛τ} e^{ihτ/2}:      what the loss does while h turns the phases, the turning itself taken out

So e^{𝓛τ} is one small matrix for each diagonal, and its Kraus operators are bands too: those that lower by k are the
eigenvectors of the k-th block of Choi's matrix. A neuron that is held and not damped shares with a free one the history
without a jump, e^{−Στ L†L/2}, and no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import expm

from quspike.spike_trains.stages import FREE, RARE


@dataclass(frozen=True, eq=False)
class Bands:
    """diagonals : what the channel does to the diagonal d = 0 … N − 1 of ρ, (N − d, N − d) each.

    silent : the history without a jump (N,). held_too : whether a held neuron is damped as a free one is, or not at
    all.
    """

    diagonals: tuple[np.ndarray, ...]
    silent: np.ndarray
    held_too: bool

    def act(self, ket: np.ndarray, bra: np.ndarray, rho: np.ndarray) -> np.ndarray:
        """Σ_x K_x^ket ρ K_x^bra†."""
        result = rho * self._alone(ket, bra)
        lost = self._lost(ket, bra)
        result[lost] = self._mapped(rho[lost], [e.T for e in self.diagonals])
        return result

    def back(self, ket: np.ndarray, bra: np.ndarray, effect: np.ndarray) -> np.ndarray:
        """Σ_x K_x^bra† O K_x^ket."""
        result = effect * self._alone(bra, ket)
        lost = self._lost(ket, bra)
        result[lost] = self._mapped(effect[lost], [e.conj() for e in self.diagonals])
        return result

    def kraus(self, kind: int) -> np.ndarray:
        """K_x of one kind (R, N, N), the history without a jump first."""
        if kind == FREE or self.held_too:
            return self._operators
        still = np.zeros_like(self._operators)
        still[0] = np.eye(len(self.silent))
        return still

    @cached_property
    def _operators(self) -> np.ndarray:
        levels = len(self.silent)
        found = [(1.0, np.diag(self.silent).astype(complex))]
        for k in range(1 - levels, levels):
            block = self._choi(k) - (np.outer(self.silent, self.silent) if k == 0 else 0.0)
            weights, vectors = np.linalg.eigh(block)
            for weight, vector in zip(weights, vectors.T, strict=True):
                if weight > RARE * levels:
                    column = np.zeros(levels, dtype=complex)
                    column[max(k, 0) : levels + min(k, 0)] = np.sqrt(weight) * vector
                    found.append((weight, np.eye(levels, k=k) * column))
        return np.array([matrix for _, matrix in sorted(found, key=lambda pair: -pair[0] if pair[0] != 1.0 else -2.0)])

    def _choi(self, k: int) -> np.ndarray:
        """Elements |m − k⟩⟨m| ρ |n⟩⟨n − k| of the channel, over m and n that have such levels."""
        levels = np.arange(max(k, 0), len(self.silent) + min(k, 0))
        low, high = np.minimum.outer(levels, levels), np.maximum.outer(levels, levels)
        block = np.array([[self.diagonals[b - a][a - k, a] for a, b in zip(*row, strict=True)]
                          for row in zip(low, high, strict=True)])  # fmt: skip
        return np.where(levels[:, None] <= levels, block, block.conj())

    def _lost(self, ket: np.ndarray, bra: np.ndarray) -> np.ndarray:
        return np.full(len(ket), True) if self.held_too else (ket == FREE) & (bra == FREE)

    def _alone(self, ket: np.ndarray, bra: np.ndarray) -> np.ndarray:
        """Products of the histories without a jump (B, N, N)."""
        left, right = (np.where((kind == FREE)[:, None], self.silent, 1.0) for kind in (ket, bra))
        return left[:, :, None] * right[:, None, :]

    def _mapped(self, rho: np.ndarray, matrices: list[np.ndarray]) -> np.ndarray:
        result = np.empty_like(rho, dtype=complex)
        for d, matrix in enumerate(matrices):
            row = np.arange(len(matrix))
            result[:, row, row + d] = rho[:, row, row + d] @ matrix
            if d:
                result[:, row + d, row] = rho[:, row + d, row] @ matrix.conj()
        return result


def bands_of(levels: np.ndarray, jumps: np.ndarray, duration: float, held_too: bool) -> Bands:
    """𝓔 for a duration (s). levels : h (N,), 1/s. jumps : L (J, N, N), each of them one band, 1/√s."""
    rate = np.einsum("kji,kji->i", jumps.conj(), jumps).real
    size, found = len(levels), []
    for d in range(size):
        below, above = slice(0, size - d), slice(d, size)
        gain = np.einsum("kij,kij->ij", jumps[:, below, below], jumps[:, above, above].conj())
        gap = levels[below] - levels[above]
        decay = 0.5 * (rate[below] + rate[above]) + 1j * gap
        turn = np.exp(0.5j * gap * duration)
        found.append(turn[:, None] * expm((gain - np.diag(decay)) * duration) * turn)
    return Bands(tuple(found), np.exp(-0.5 * rate * duration), held_too)
