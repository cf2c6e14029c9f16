"""Wigner functions over flux and charge, of the three ways in which a state is written here.

    W(φ, q) = (1/2πħ) ∫ ds e^{−iqs/ħ} ⟨φ + s/2|ρ|φ − s/2⟩,      ∫W dφ dq = 1,   |W| ≤ 1/πħ

∫W dq = ⟨φ|ρ|φ⟩ and ∫W dφ = ⟨q|ρ|q⟩ are probability densities; W itself is none where it is negative.
Hillery, O'Connell, Scully & Wigner, Phys. Rep. 106, 121 (1984). In numpy, after a run: nothing here is differentiated.
"""

from __future__ import annotations

import numpy as np

from quspike.kernel.hermite_grid import hermite_functions


def gaussian_wigner(phi: np.ndarray, q: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """e^{−½ rᵀΣ⁻¹r}/2π√detΣ at φ (P,) and q (Q,) about the mean; covariance: Σ (2, 2), SI; (P, Q)."""
    scaled = covariance / _unit(covariance)
    inverse, determinant = np.linalg.inv(scaled), np.linalg.det(scaled)
    x, y = phi[:, None] / covariance[0, 0] ** 0.5, q / covariance[1, 1] ** 0.5
    exponent = inverse[0, 0] * x**2 + 2 * inverse[0, 1] * x * y + inverse[1, 1] * y**2
    area = 2 * np.pi * np.sqrt(determinant * covariance[0, 0] * covariance[1, 1])
    return np.exp(-0.5 * exponent) / area


def _unit(covariance: np.ndarray) -> np.ndarray:
    """What makes both variances one."""
    root = np.sqrt(np.diag(covariance))
    return np.outer(root, root)


def fock_wigner(states: np.ndarray, beta: np.ndarray) -> np.ndarray:
    """`W(β) = Σ_mn ρ_mn w_mn(β)`, ∫W d²β = 1, of the oscillator whose β = φ/2φ_zpf + iq/2q_zpf: 2ħ W(φ, q).

    With w_mn that of |m⟩⟨n|, by recurrence (Cahill & Glauber, Phys. Rev. 177, 1882 (1969)):

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


def centre_wigner(coefficients: np.ndarray, chirp: float, xi: np.ndarray, kappa: np.ndarray) -> np.ndarray:
    """(1/2π) ∫dη e^{−i(κ − χξ)η} ρ′(ξ, η) at ξ (P,) and κ (Q,): (ħa/b) W at φ̄ + aξ and q̄ + ħκ/b; (P, Q).

    coefficients : c_jk (N, N) of ρ′ = Σ c_jk ψ_j(ξ)ψ_k(η)·(1 for even k, i for odd k), `kernel/centre_difference.py`.
    ∫dη e^{−ikη}ψ_n(η) = √2π (−i)ⁿ ψ_n(k), so that both parities give real terms, of signs + + − −.
    """
    count = len(coefficients)
    signs = (-1.0) ** (np.arange(count) // 2)
    rows = hermite_functions(count, np.asarray(xi)).T @ coefficients * signs
    if chirp == 0:
        return rows @ hermite_functions(count, np.asarray(kappa)) / np.sqrt(2 * np.pi)
    turned = hermite_functions(count, kappa - chirp * xi[:, None])
    return np.einsum("pk,kpq->pq", rows, turned) / np.sqrt(2 * np.pi)
