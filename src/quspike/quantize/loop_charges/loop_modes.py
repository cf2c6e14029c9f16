"""The modes of a circuit in loop charges, from first-order equations that a resistor can only damp.

    u = ℓᵀQ̇ (𝓛 = ℓℓᵀ),  w = C^{−½} q of the capacitors,      d/dt (u, w) = −(D, F; −Fᵀ, E) (u, w),      D, E ≥ 0

With F = ℓ⁻¹B_C C^{−½}, a lossless circuit has the singular values of F as its frequencies. A massless loop, held by
resistors, follows: 𝓡_yy Q̇_y = −𝓡_yx Q̇_x − (B_C q/C)_y.
"""

from __future__ import annotations

import numpy as np

from quspike.quantize.loop_charges.loop_matrices import LoopMatrices, Memory, branch_elastances, branch_resistances

ROUNDING = 1e-12  # of |ω|: a real part that is none


def mode_frequencies(m: LoopMatrices, memory: Memory = None) -> np.ndarray:
    """Complex ω of the solutions e^{−iωt} that store energy, Re ω ≥ 0 ≥ Im ω, by ascending |ω| [rad/s].

    What stays where it is has ω = 0 and is left out: charges that no capacitor holds, currents that no resistor takes.
    """
    massive = np.setdiff1d(np.arange(len(m.kept)), m.massless)
    still = m.network.cycles_of("V D DL L") + m.network.cycles_of("V L")
    count = len(m.kept) + len(massive) - still
    if count <= 0:
        return np.zeros(0, dtype=complex)
    drag, coupling, leak = _first_order(m, massive, branch_resistances(m.network, m.elements, memory))
    if drag.any() or leak.any():
        rates = np.linalg.eigvals(np.block([[-drag, -coupling], [coupling.T, -leak]]))
        omega = 1j * rates[np.argsort(np.abs(rates))[::-1][:count]]
    else:
        values = np.linalg.svd(coupling, compute_uv=False)[: count // 2]
        omega = np.concatenate([values, -values]).astype(complex)
    real = np.where(np.abs(omega.real) < ROUNDING * np.abs(omega), 0.0, omega.real)
    omega = (real + 1j * omega.imag)[real >= 0]
    return omega[np.lexsort((omega.real, np.abs(omega)))]


def _first_order(m: LoopMatrices, massive: np.ndarray, ohms: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """D (massive, massive), F (massive, C), E (C, C) [1/s]."""
    plates = m.transform.T @ m.network.incidence("capacitance") * np.sqrt(branch_elastances(m.network, m.elements))
    resistance = (m.dissipators * ohms) @ m.dissipators.T
    x, y = massive, m.massless
    follows = np.linalg.solve(resistance[np.ix_(y, y)], np.hstack([resistance[np.ix_(y, x)], plates[y]]))
    drag, leak = (
        resistance[np.ix_(x, x)] - resistance[np.ix_(x, y)] @ follows[:, : len(x)],
        plates[y].T @ follows[:, len(x) :],
    )
    coupling = plates[x] - resistance[np.ix_(x, y)] @ follows[:, len(x) :]
    root = np.linalg.inv(np.linalg.cholesky(m.inductance[np.ix_(x, x)]))
    return root @ drag @ root.T, root @ coupling, leak
