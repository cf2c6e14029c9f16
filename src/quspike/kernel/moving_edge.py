"""A detector's edge seen from a frame that moves: Γ(X̂ + s) and √Γ(X̂ + s) in Fock space for any shift s, at once.

    Γ(X) = ½ erfc(−X/√2σ),     M_mn(μ) = ⟨m|Γ(X̂ − μ)|n⟩,     μ = threshold − s,     X̂ = a + a†,  ⟨0|X̂²|0⟩ = 1

From [a, f(X̂)] = f′(X̂), and with G = Γ′ a Gaussian, (X̂ − μ)G = −σ²[a, G]:

    √(m+1) M_{m+1,n} = √n M_{m,n−1} + G_mn
    (1 + σ²)√(m+1) G_{m+1,n} = μG_mn − √m G_{m−1,n} + σ²√n G_{m,n−1}

whose terms do not grow, for edges as sharp as one likes. The elements are kept on a grid of μ and joined by cubics,
dM/dμ = −G; those of √Γ, of which no recurrence knows, are sums (`detector.py`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array
from scipy.special import erfc, erfcx

from quspike.kernel.detector import quadrature_basis

BEYOND = 7.0  # standard deviations, of edge and vacuum together, past the last level's turning point: 1e-12 of Γ0
FINE = 6.0  # cells within 1/k of the fastest element, k = √N of its oscillation in X: 3e-7 of Γ0


class MovingEdge(NamedTuple):
    """Matrices over a grid of μ: first μ, cells per unit of X, and the cubic of each cell (S, 4, N, N)."""

    first: Any
    per_unit: Any
    cells: Any


def at_shift(table: MovingEdge, mu: Array) -> Array:
    """The matrix (N, N) at μ; what is beyond the grid stays as it is at its end."""
    place = jnp.clip((mu - table.first) * table.per_unit, 0.0, len(table.cells) * (1 - 1e-12))
    cell = place.astype(int)
    u = place - cell
    c = table.cells[cell]
    found: Array = c[0] + u * (c[1] + u * (c[2] + u * c[3]))
    return found


def edge_table(levels: int, width: float) -> MovingEdge:
    """Γ/Γ0 of an edge of this width, σ in units of X."""
    mu = _grid(levels, width)
    values, slopes = edge_elements(levels, mu, width)
    return _joined(mu, values, -slopes)


def root_table(levels: int, width: float) -> MovingEdge:
    """√(Γ/Γ0) of the same."""
    mu = _grid(levels, width)
    points, basis = quadrature_basis(levels, width)
    products = (basis[:, :, None] * basis[:, None, :]).reshape(len(points), -1)
    u = (mu[:, None] - points) / (np.sqrt(2) * width)
    values = np.sqrt(0.5 * erfc(u)) @ products
    far = np.maximum(u, -5.0)  # flat beyond
    slopes = np.where(u < -5.0, 0.0, np.exp(-0.5 * far**2) / np.sqrt(0.5 * erfcx(far)) / np.sqrt(8 * np.pi) / width)
    return _joined(mu, values.reshape(-1, levels, levels), -(slopes @ products).reshape(-1, levels, levels))


def edge_elements(levels: int, mu: np.ndarray, width: float) -> tuple[np.ndarray, np.ndarray]:
    """M and G at μ (S,): (S, N, N) each."""
    both = 1 + width**2
    edge, peak = (np.zeros((levels, levels, len(mu))) for _ in range(2))
    edge[0, 0] = 0.5 * erfc(mu / np.sqrt(2 * both))
    peak[0, 0] = np.exp(-0.5 * mu**2 / both) / np.sqrt(2 * np.pi * both)
    root = np.sqrt(np.arange(levels + 1))
    for m in range(levels):
        for n in range(m + 1):
            if m:
                down = root[m - 1] * peak[m - 2, n] if m > 1 else 0.0
                across = width**2 * root[n] * peak[m - 1, n - 1] if n else 0.0
                peak[m, n] = (mu * peak[m - 1, n] - down + across) / (both * root[m])
                beside = root[n] * edge[m - 1, n - 1] if n else 0.0
                edge[m, n] = (beside + peak[m - 1, n]) / root[m]
            edge[n, m], peak[n, m] = edge[m, n], peak[m, n]
    return np.moveaxis(edge, 2, 0), np.moveaxis(peak, 2, 0)


def cells_of(levels: int, width: float) -> int:
    """How many cells a table has, of 4N² numbers each."""
    spread = np.sqrt(1 + width**2)
    return 2 * int(np.ceil(_end(levels, spread) * FINE * np.sqrt(levels) / spread))


def _end(levels: int, spread: float) -> float:
    return float(np.sqrt(4 * levels + 2) + BEYOND * spread)


def _grid(levels: int, width: float) -> np.ndarray:
    end = _end(levels, np.sqrt(1 + width**2))
    return np.linspace(-end, end, cells_of(levels, width) + 1)


def _joined(mu: np.ndarray, values: np.ndarray, slopes: np.ndarray) -> MovingEdge:
    """The cubics of values and slopes at both ends of each cell."""
    h = mu[1] - mu[0]
    g0, g1, d0, d1 = values[:-1], values[1:], h * slopes[:-1], h * slopes[1:]
    cells = np.stack([g0, d0, -3 * (g0 - g1) - 2 * d0 - d1, 2 * (g0 - g1) + d0 + d1], axis=1)
    return MovingEdge(mu[0], 1 / h, cells)
