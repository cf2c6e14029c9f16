"""The Padé decomposition of the hyperbolic cotangent: thermal quantum noise as few exponentials.

With x = ħω/kT, to order [N−1/N],

    (x/2) coth(x/2) = 1 + Σ_{k=1}^{N} 2η_k x²/(x² + ξ_k²),

a fraction whose poles and residues are all positive, so that a noise built from it never has a negative spectrum. It
agrees with the expansion around 0 through x^{4N}, where Matsubara's sum (ξ_k = 2πk, η_k = 1) converges as 1/N only.
Hu, Xu & Yan, J. Chem. Phys. 133, 101106 (2010); Hu, Luo, Jiang, Xu & Yan, J. Chem. Phys. 134, 244106 (2011).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from quspike.errors import InputError

Array = Any


@lru_cache(maxsize=256)
def pade_coth(n_poles: int) -> tuple[Array, Array]:
    """Poles ξ_k, ascending, and residues η_k, (n_poles,) each, dimensionless; a pole is at ν_k = ξ_k kT/ħ.

    ξ_k = 2/eigenvalue of the tridiagonal matrix with `1/√(b_m b_{m+1})` beside its diagonal, m = 1 … 2N − 1,
    b_m = 2m + 1; ζ_k the same with m = 2 … 2N − 1; `η_k = ½N(2N + 3) Π_j(ζ_j² − ξ_k²)/Π_{j≠k}(ξ_j² − ξ_k²)`.
    """
    if not isinstance(n_poles, int) or n_poles < 1:
        raise InputError("n_poles", n_poles, "must be a whole number ≥ 1")
    xi = tridiagonal_poles(1, 2 * n_poles)
    zeta = tridiagonal_poles(2, 2 * n_poles - 1)
    above = zeta[None, :] ** 2 - xi[:, None] ** 2
    below = xi[None, :] ** 2 - xi[:, None] ** 2
    np.fill_diagonal(below, 1.0)
    ratios = above / np.where(
        np.arange(n_poles - 1)[None, :] < np.arange(n_poles)[:, None], below[:, :-1], below[:, 1:]
    )
    eta = 0.5 * n_poles * (2 * n_poles + 3) * ratios.prod(axis=1)
    xi.flags.writeable = eta.flags.writeable = False
    return xi, eta


def tridiagonal_poles(first: int, size: int) -> Array:
    """2 over the positive eigenvalues of the matrix with `1/√(b_m b_{m+1})` beside a zero diagonal, ascending."""
    from scipy.linalg import eigvalsh_tridiagonal

    b = 2.0 * np.arange(first, first + size) + 1.0
    eigenvalues = eigvalsh_tridiagonal(np.zeros(size), 1.0 / np.sqrt(b[:-1] * b[1:])) if size > 1 else np.zeros(1)
    return 2.0 / eigenvalues[::-1][: size // 2]


def pade_series(x: Array, n_poles: int) -> Array:
    """`1 + Σ 2η_k x²/(x² + ξ_k²)` ≈ (x/2) coth(x/2), x = ħω/kT, broadcast."""
    xi, eta = pade_coth(n_poles)
    square = np.asarray(x, dtype=float)[..., None] ** 2
    return 1.0 + np.sum(2.0 * eta * square / (square + xi**2), axis=-1)
