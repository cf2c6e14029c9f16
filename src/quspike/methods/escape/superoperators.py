"""Superoperators on a density matrix that is kept as one real vector, as sparse matrices.

ρ = (R + Rᵀ)/2 + i(R − Rᵀ)/2,    y = vec R, row by row        (`kernel/fock`)
ρ → LρR,   −i[H, ρ],   {H, ρ},   𝓓[L]ρ = LρL† − ½{L†L, ρ}
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from scipy import sparse


def packed(operator: np.ndarray) -> np.ndarray:
    """Re + Im of a Hermitian matrix, as one row (N²,)."""
    return (np.real(operator) + np.imag(operator)).ravel() * 1.0


def over_packed(superoperator: Any) -> Any:
    """A superoperator over vec ρ (row by row) as the real one over packed matrices: ρ = (R + Rᵀ)/2 + i(R − Rᵀ)/2."""
    levels = int(np.sqrt(superoperator.shape[0]))
    swap = np.arange(levels**2).reshape(levels, levels).T.ravel()
    mixed = superoperator * (0.5 + 0.5j) + superoperator[:, swap] * (0.5 - 0.5j)
    return mixed.real + mixed.imag


def product(left: Any, right: Any) -> sparse.csr_matrix:
    """ρ → LρR."""
    return sparse.csr_matrix(sparse.kron(sparse.csr_matrix(left), sparse.csr_matrix(right.T), format="csr"))


def commutator(h: np.ndarray) -> sparse.csr_matrix:
    """−i[h, ·]."""
    one = np.eye(len(h))
    return _sparse(-1j * (product(h, one) - product(one, h)))


def anticommutator(h: np.ndarray) -> sparse.csr_matrix:
    """{h, ·}."""
    one = np.eye(len(h))
    return _sparse(product(h, one) + product(one, h))


def damping(jump: np.ndarray) -> sparse.csr_matrix:
    """𝓓[L]."""
    adjoint, one = jump.conj().T, np.eye(len(jump))
    square = adjoint @ jump
    return _sparse(product(jump, adjoint) - 0.5 * (product(square, one) + product(one, square)))


def banded_damping(levels: int, jumps: list[tuple[int, np.ndarray]]) -> sparse.csr_matrix:
    """Σ 𝓓[J] of real J, each one diagonal: k, the place above the main one, and its elements (N − |k|,).

    Real jumps take R as they take ρ, and J†J is diagonal: 2N³/3 numbers for jumps of every k.
    """
    gained, lost = sparse.csr_matrix((levels**2, levels**2)), np.zeros(levels)
    for k, band in jumps:
        jump = sparse.diags([band], [k], shape=(levels, levels), format="csr")
        gained = gained + sparse.kron(jump, jump, format="csr")
        lost[max(k, 0) : levels + min(k, 0)] += band**2
    return sparse.csr_matrix(gained - sparse.diags([0.5 * np.add.outer(lost, lost).ravel()], [0]))


@lru_cache(maxsize=8)
def of_every_mode(levels: int) -> tuple[sparse.csr_matrix, ...]:
    """𝓓[a], 𝓓[a†], i[a + a†, ·] and −[a − a†, ·], in which nothing is the neuron's own."""
    a = np.diag(np.sqrt(np.arange(1.0, levels)), 1)
    return damping(a), damping(a.T), commutator(-(a + a.T)), commutator(-1j * (a - a.T))


def _sparse(superoperator: sparse.csr_matrix) -> sparse.csr_matrix:
    return sparse.csr_matrix(over_packed(superoperator))
