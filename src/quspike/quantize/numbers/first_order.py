"""A circuit at small signals as equations of first order, between energies alone.

    u̇ = −G u − S w,     ẇ = Sᵀu − Γ w,     energy ½uᵀu + ½wᵀw, which only G and Γ lessen

They are C v̇ = −G v − S w of the voltages v = ẋ, with w = (Fᵀx, √L_s i), K = F Fᵀ, S = (F, B√(W ω_c)), Γ = (0, ω_c): G =
ΣW b bᵀ are the dissipators without a cutoff, i the currents of those with one, R in series with L_s = R/ω_c. Of x only
Fᵀx counts, so that a mere shift of flux is no state. What has no energy of its own is eliminated exactly:

    free coordinates       keep their charge: C_ff v_f = −C_fx v_x
    massless coordinates   Σ currents = 0 gives the voltage of those that G holds, `v_h = −G_hh⁻¹Hᵀ(G v + S w)`, and for
                           the others Nᵀ S w = 0: one w less, w = Qŵ, and v_n from ẇ

Tisseur & Meerbergen, SIAM Review 43, 235 (2001) for quadratic eigenproblems made linear.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from quspike.constants import phi0
from quspike.errors import NotAvailable
from quspike.quantize.numbers.admittance import LinearResponse
from quspike.quantize.numbers.matrices import Matrices, branch_inductances

NOTHING = 1e-10  # an eigenvalue of a matrix with ones on its diagonal below which a direction is in its kernel


class FirstOrder(NamedTuple):
    """The equations after elimination, in √J and 1/s.

    conductance G (k, k), coupling S (k, l), rates Γ (l, l). voltages (m, k + l) [V/√J] and fluxes (m, k + l) [Wb/√J]
    give v and x (up to a shift without energy), currents (D, k + l) [√(A V s)] the w of each dissipator, from (u, w).
    """

    conductance: np.ndarray
    coupling: np.ndarray
    rates: np.ndarray
    voltages: np.ndarray
    fluxes: np.ndarray
    currents: np.ndarray

    @property
    def generator(self) -> np.ndarray:
        """The matrix of the whole, (k + l, k + l) [1/s]: real, and not symmetric."""
        return np.block([[-self.conductance, -self.coupling], [self.coupling.T, -self.rates]])

    @property
    def lossless(self) -> bool:
        """Whether nothing lessens the energy."""
        return not (np.any(self.conductance) or np.any(self.rates))


def first_order(response: LinearResponse) -> FirstOrder:
    """The equations of a circuit whose finite lines are modes."""
    if response.leaks.tables:
        names = ", ".join(response.leaks.elements[i] for i in response.leaks.tables)
        raise NotAvailable(names, "a table", "must be made of R, C and L for the modes' damping so far")
    m, w = response.matrices, response.leaks.conductance
    sharp = np.isinf(response.leaks.cutoff)
    filtered = ~sharp & np.any(m.dissipators, axis=0)
    cutoffs = response.leaks.cutoff[filtered]
    g = (m.dissipators[:, sharp] * w[sharp]) @ m.dissipators[:, sharp].T
    f = factor(response.stiffness, stiff_directions(response), springs(response))
    s = np.hstack([f, m.dissipators[:, filtered] * np.sqrt(w[filtered] * cutoffs)])
    rates = np.concatenate([np.zeros(f.shape[1]), cutoffs])

    moving = energetic(m)
    held, loose = massless_directions(g, m.massless)
    q = kernel(loose.T @ s)
    give = held @ np.linalg.solve(held.T @ g @ held, held.T)
    voltages = np.hstack([moving - give @ g @ moving, -give @ s @ q])
    k = moving.shape[1]
    r = voltages[:, :k]
    g_k, s_k, rates_k = r.T @ g @ r, r.T @ s @ q, q.T @ (rates[:, None] * q) - (s @ q).T @ voltages[:, k:]
    own = np.hstack([np.zeros((len(rates), k)), q])
    voltages = voltages + loose @ np.linalg.pinv(s.T @ loose) @ (rates[:, None] * own - s.T @ voltages)
    currents = np.zeros((len(sharp), own.shape[1]))
    currents[filtered] = own[f.shape[1] :]
    return FirstOrder(g_k, s_k, rates_k, voltages, np.linalg.pinv(f.T) @ own[: f.shape[1]], currents)


def stiff_directions(response: LinearResponse) -> int:
    """The rank of K: a whole number that the graph tells, with no tolerance."""
    m = response.matrices
    if response.junctions and not len(m.massless):
        return m.size - len(m.network.indices("free", "baseband"))
    coils, junctions = m.network.incidence("inductance"), m.network.incidence("junction")
    incidence = np.hstack([coils, junctions]) if response.junctions else coils
    return int(np.linalg.matrix_rank(incidence)) - len(m.followers) if incidence.size else 0


def springs(response: LinearResponse) -> np.ndarray:
    """How much pulls on each coordinate with all others at rest, (m,) [1/H]: what K's rounding is relative to."""
    m = response.matrices
    found = np.square(m.network.incidence("inductance")) @ (1 / branch_inductances(m.network, m.elements))
    if response.junctions:
        found = found + np.square(m.network.incidence("junction")) @ m.josephson_energies / phi0**2
    return found[m.kept]


def factor(stiffness: np.ndarray, rank: int, natural: np.ndarray) -> np.ndarray:
    """F (m, rank) with K = F Fᵀ; `natural` is the size of K's diagonal before anything was eliminated."""
    scale = np.sqrt(np.where(natural > 0, natural, 1.0))
    values, vectors = np.linalg.eigh(stiffness / scale[:, None] / scale)
    values, vectors = values[len(values) - rank :], vectors[:, len(values) - rank :]
    return scale[:, None] * vectors * np.sqrt(np.maximum(values, 0.0))


def energetic(m: Matrices) -> np.ndarray:
    """E (m, k): v = E u, EᵀCE = 1; free coordinates keep their charge, massless ones are left at rest."""
    kinds = np.array([m.network.coordinates[i].kind for i in m.kept])
    free, moves = np.flatnonzero(kinds == "free"), np.flatnonzero((kinds != "free") & (kinds != "frozen"))
    unit, c = np.eye(m.size), m.capacitance
    follow = np.linalg.solve(c[np.ix_(free, free)], c[np.ix_(free, moves)])
    e = unit[:, moves] - unit[:, free] @ follow
    lower = np.linalg.cholesky(c[np.ix_(moves, moves)] - c[np.ix_(moves, free)] @ follow)
    return np.linalg.solve(lower, e.T).T


def massless_directions(g: np.ndarray, massless: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """H and N (m, …): directions of massless coordinates that G holds, and those that it does not."""
    block = g[np.ix_(massless, massless)]
    scale = np.sqrt(np.where(np.diag(block) > 0, np.diag(block), 1.0))
    values, vectors = np.linalg.eigh(block / scale[:, None] / scale)
    directions = np.eye(len(g))[:, massless] @ (vectors / scale[:, None])
    return directions[:, values > NOTHING], directions[:, values <= NOTHING]


def kernel(constraints: np.ndarray) -> np.ndarray:
    """Orthonormal Q with `constraints @ Q = 0`; the constraints, as rows, are independent."""
    scale = np.linalg.norm(constraints, axis=1, keepdims=True)
    q, _ = np.linalg.qr((constraints / scale).T, mode="complete")
    return q[:, len(constraints) :]
