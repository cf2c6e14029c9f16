"""What a detector of a quadrature does in Fock space: matrices of functions of X̂, their edges sharp or wide.

    ⟨m|f(X̂)|n⟩ = ∫ dX ψ_m(X) f(X) ψ_n(X),      X̂ = a + a†,  ⟨0|X̂²|0⟩ = 1
    s(V) = ½ erfc((v_threshold − V)/√2σ)         the share of clicks of an edge of width σ

The integral is a trapezoid sum, which converges faster than any power of its spacing for smooth f: the spacing
resolves both the fastest ψ_n and the finest scale of f. Of f(X̂) and not of the truncated X̂: an edge much sharper than
the spacing of the truncated X̂'s eigenvalues keeps its place. Another quadrature a e^{−iθ} + a† e^{iθ} has
f_mn e^{iθ(m−n)}.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax.scipy.special import erfc

from quspike.kernel.hermite_grid import hermite_functions

TAIL = 6.0  # of ψ_n beyond its classical turning point, in zero-point units: ψ² < 1e-15 there
FINE = 3.0  # points of the sum within the finest scale of f: its error is e^{−2π²·9/2} of a Gaussian edge
PER_WAVE = 6.0  # points within 1/k of the fastest ψ_n, k = √(2N)


@lru_cache(maxsize=32)
def quadrature_basis(levels: int, finest: float) -> tuple[np.ndarray, np.ndarray]:
    """Points X (Q,) and ψ_n there times √(spacing) (Q, N): sums over them are integrals."""
    edge = np.sqrt(2 * levels + 1.0) + TAIL / np.sqrt(2.0)
    spacing = min(finest / np.sqrt(2.0) / FINE, 1 / np.sqrt(2.0 * levels) / (PER_WAVE / np.pi))
    xi = np.linspace(-edge, edge, 2 * int(np.ceil(edge / spacing)) + 1)
    return np.sqrt(2.0) * xi, hermite_functions(levels, xi).T * np.sqrt(xi[1] - xi[0])


def detector_matrix(levels: int, function: Callable[[Any], Any], finest: float) -> Any:
    """⟨m|f(X̂)|n⟩ (N, N), real and symmetric. f takes X (Q,), in numpy or JAX, and so is the matrix.

    finest : the smallest width of f's edges in units of X (a plain number: it lays out the sum).
    """
    points, basis = quadrature_basis(levels, float(finest))
    values = function(points)
    return (basis.T * values) @ basis


def click_share(voltage, v_threshold, width):
    """½ erfc((v_threshold − V)/√2σ) at voltages of any shape: Γ(V)/Γ0 of an edge of width σ."""
    return 0.5 * erfc((v_threshold - jnp.asarray(voltage)) / (np.sqrt(2.0) * width))
