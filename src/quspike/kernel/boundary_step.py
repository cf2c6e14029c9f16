"""A line's modes between steps, exactly, whatever flux its end is given: the tables of one step and of many.

Each mode stretches from the boundary flux F by ψ_m = F − φ_m, and b_m = ω_m ψ_m + i dφ_m/dt obeys db/dt = ω dF/dt +
iωb. In a step of h the path F(s) = Σ_j F_j ℓ_j(s/h) is a parabola through its start, middle and end; with x = ωh

    b(h) = e^{ix} b(0) + ω Σ_j F_j δ_j(x),     δ_j = ∫_0^1 e^{ix(1−σ)} ℓ_j′(σ) dσ
    ∫_0^h ℓ_i i_0 ds = h Σ_m y_m { Re[π_i b(0)] + ω Σ_j F_j Re κ_ij },     i_0 = Σ_m y_m Re b_m
    π_i = ∫_0^1 ℓ_i e^{ixσ} dσ,     κ_ij = ∫_0^1 ℓ_i(σ) ∫_0^σ e^{ix(σ−σ′)} ℓ_j′(σ′) dσ′ dσ

hold for any x: a step need not resolve the line, only the circuit. Of many equal steps the modes are taken along at the
end only; in between, step k feels step k′ through a table of k − k′, and the rest is two products of matrices.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

Array = Any

SHAPES = np.array([[1.0, -3.0, 2.0], [0.0, 4.0, -4.0], [0.0, -1.0, 2.0]])  # ℓ_i: coefficients of 1, σ, σ²
SLOPES = np.array([[-3.0, 4.0], [4.0, -8.0], [-1.0, 4.0]])  # ℓ_i′: of 1, σ
SERIES = 24  # terms of a power series in x ≤ 1
SMALL = 1.0  # x below which closed forms lose digits, and the series is used


class BoundaryTables(NamedTuple):
    """What n equal steps need of E lines with N modes each; rows i of a step: ∫ℓ_0 i_0, ∫ℓ_1 i_0, ∫ℓ_2 i_0, i_0(start).

    free (E, 4n, 2N) : what the modes do by themselves, over Re b and Im b. inner (E, 4, 2) : by F_1 − F_0 and F_2 − F_0
    of the same step; history (n, n, E, 4, 2) : by those of step k′, for step k; emit (E, 2N, 2n) : what the steps leave
    in the modes; cos, sin (E, N) : by which angle they turn. h [s], n.
    """

    free: np.ndarray
    inner: np.ndarray
    history: np.ndarray
    emit: np.ndarray
    cos: np.ndarray
    sin: np.ndarray
    h: float


def boundary_tables(omega: Array, weight: Array, h: float, n: int) -> BoundaryTables:
    """Tables of n steps of h [s] for ω_m [rad/s] and y_m [S], (E, N) each."""
    x, g = omega * h, 1j * omega * h
    shapes, nested = projections(x)
    delta = stretched(x)
    turns = np.exp(g[None] * np.arange(n + 1)[:, None, None])  # (n + 1, E, N)
    rows = np.concatenate([h * shapes, np.ones_like(shapes[:1])])  # (4, E, N)
    taken = weight * rows * turns[:n, None]  # (n, 4, E, N)
    inner = h * np.einsum("em,ijem->eij", weight * omega, nested.real)
    kicks = weight * omega * rows[:, None] * delta  # (4, 2, E, N)
    lags = np.einsum("lem,rjem->lerj", turns[:n], kicks).real
    left = omega * delta * turns[n - 1 :: -1][:, None]  # (n, 2, E, N): step k′ turns n − 1 − k′ times more
    return BoundaryTables(
        free=_halves(taken, -1.0),
        inner=np.concatenate([inner, np.zeros_like(inner[:, :1])], axis=1),
        history=_toeplitz(lags),
        emit=np.ascontiguousarray(np.swapaxes(_halves(left, 1.0), 1, 2)),
        cos=turns[n].real,
        sin=turns[n].imag,
        h=h,
    )


def _halves(table: Array, sign: float) -> np.ndarray:
    """(n, r, E, N) complex as (E, n·r, 2N), real and imaginary parts side by side."""
    flat = table.reshape(-1, *table.shape[2:])
    return np.ascontiguousarray(np.swapaxes(np.concatenate([flat.real, sign * flat.imag], axis=-1), 0, 1))


def _toeplitz(lags: Array) -> np.ndarray:
    """table[k, k′] = lags[k − 1 − k′] for k′ < k, else 0."""
    n = len(lags)
    k = np.arange(n)
    apart = k[:, None] - 1 - k[None, :]
    return np.where((apart >= 0)[..., None, None, None], lags[np.maximum(apart, 0)], 0.0)


def projections(x: Array) -> tuple[np.ndarray, np.ndarray]:
    """π_i (3, …) and κ_ij (3, 2, …), j = 1, 2, of x (…)."""
    levels = shape_integrals(x)
    nested = np.stack([a * levels[1] + c * levels[2] for a, c in SLOPES[1:]], axis=1)
    return levels[0], nested


def shape_integrals(x: Array) -> np.ndarray:
    """E_k,i = Σ_n (ix)^n m_i(n + k)/(n + k)!, m_i(p) = ∫ℓ_i σ^p dσ, k = 0, 1, 2: (3, 3, …)."""
    small = np.abs(x) < SMALL
    g = 1j * np.where(small, 1.0, x)
    powers = moments(g)
    levels = [np.einsum("ip,p...->i...", SHAPES, powers)]
    for k in (0, 1):
        first = np.array([shape_moment(i, k) for i in range(3)]).reshape(3, *[1] * np.ndim(x))
        levels.append((levels[-1] - first) / g)
    return np.where(small, _series(np.where(small, x, 0.0)), np.stack(levels))


def moments(g: Array) -> np.ndarray:
    """∫_0^1 σ^p e^{gσ} dσ, p = 0, 1, 2 (3, …), for |g| not small."""
    found = [np.expm1(g) / g]
    for p in (1, 2):
        found.append((np.exp(g) - p * found[-1]) / g)
    return np.stack(found)


def shape_moment(i: int, p: int) -> float:
    """∫_0^1 ℓ_i σ^p dσ, with 1/p! for the series."""
    return float(np.sum(SHAPES[i] / (np.arange(3) + p + 1)))


def _series(x: Array) -> np.ndarray:
    found = np.zeros((3, 3, *np.shape(x)), dtype=complex)
    for k in range(3):
        for i in range(3):
            term, factorial = np.ones_like(x, dtype=complex), 1.0
            for p in range(1, k + 1):
                factorial *= p
            for n in range(SERIES):
                found[k, i] += term * shape_moment(i, n + k) / factorial
                term, factorial = term * 1j * x, factorial * (n + k + 1)
    return found


def stretched(x: Array) -> np.ndarray:
    """δ_1, δ_2 (2, …) of x; δ_0 = −δ_1 − δ_2."""
    small = np.abs(x) < SMALL
    zeroth, first = moments(1j * np.where(small, 1.0, x))[:2]
    series = [np.zeros_like(zeroth), np.zeros_like(zeroth)]
    for p in (0, 1):
        term = np.ones_like(zeroth)
        for n in range(SERIES):
            series[p] = series[p] + term / (n + p + 1)
            term = term * 1j * np.where(small, x, 0.0) / (n + 1)
    m0, m1 = np.where(small, series[0], zeroth), np.where(small, series[1], first)
    return np.stack([-4 * m0 + 8 * m1, 3 * m0 - 4 * m1])
