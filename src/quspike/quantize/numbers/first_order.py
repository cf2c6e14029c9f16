"""A circuit at small signals as equations of first order, between energies alone.

    u̇ = −G u − S w,     ẇ = Zᵀu − Γ w,     energy ½uᵀu + ½wᵀw, which only dissipators lessen

They are C v̇ = −G v − S w of the voltages v = ẋ, with w = (Fᵀx, w_d …), K = F Fᵀ, and S, Z, Γ of the dissipators as
`baths/passive_states` has them: G holds what conducts at any frequency, w_d what a cutoff's coil and the sections of a
table store. S and Z are F, and b(σ ± N n)ᵀ; Γ is 0, and J + N Nᵀ. Of x only Fᵀx counts, so that a mere shift of flux
is no state. What has no energy of its own is eliminated exactly:

    free coordinates       keep their charge: C_ff v_f = −C_fx v_x
    massless coordinates   Σ currents = 0 gives the voltage of those that G holds, `v_h = −G_hh⁻¹Hᵀ(G v + S w)`, and for
                           the others Nᵀ S w = 0: one w less, w = Qŵ, and v_n from ẇ (N is where no resistor acts,
                           so that Nᵀ S = Nᵀ Z)

Tisseur & Meerbergen, SIAM Review 43, 235 (2001) for quadratic eigenproblems made linear.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from quspike.baths.passive_states import PassiveStates, drude, passive_states, resistor
from quspike.constants import phi0
from quspike.quantize.numbers.admittance import LinearResponse
from quspike.quantize.numbers.leaks import Leaks
from quspike.quantize.numbers.matrices import Matrices, branch_inductances

NOTHING = 1e-10  # an eigenvalue of a matrix with ones on its diagonal below which a direction is in its kernel


class FirstOrder(NamedTuple):
    """The equations after elimination, in √J and 1/s.

    conductance G (k, k), coupling S and driven Z (k, l), rates Γ (l, l). voltages (m, k + l) [V/√J] and fluxes
    (m, k + l) [Wb/√J] give v and x (up to a shift without energy) from (u, w); by element `stored` (…, k + l) [√J] its
    states, and `lost` (…, k + l) [√W] the square roots of what its channels take.
    """

    conductance: np.ndarray
    coupling: np.ndarray
    driven: np.ndarray
    rates: np.ndarray
    voltages: np.ndarray
    fluxes: np.ndarray
    stored: Mapping[str, np.ndarray]
    lost: Mapping[str, np.ndarray]

    @property
    def generator(self) -> np.ndarray:
        """The matrix of the whole, (k + l, k + l) [1/s]: real, and not symmetric."""
        return np.block([[-self.conductance, -self.coupling], [self.driven.T, -self.rates]])

    @property
    def lossless(self) -> bool:
        """Whether nothing lessens the energy."""
        return not (np.any(self.conductance) or np.any(self.rates))


class Stores(NamedTuple):
    """Over v (m,) and w (l,): S and Z (m, l), Γ (l, l), G (m, m); by element its states among w, and its channels."""

    conductance: np.ndarray
    coupling: np.ndarray
    driven: np.ndarray
    rates: np.ndarray
    places: Mapping[str, slice]
    parts: Mapping[str, tuple[np.ndarray, PassiveStates]]


def first_order(response: LinearResponse) -> FirstOrder:
    """The equations of a circuit whose finite lines are modes."""
    m = response.matrices
    f = factor(response.stiffness, stiff_directions(response), springs(response))
    g, out, into, rates, places, parts = stores(response, f)

    moving = energetic(m)
    held, loose = massless_directions(g, m.massless)
    q = kernel(loose.T @ out)
    give = held @ np.linalg.solve(held.T @ g @ held, held.T)
    voltages = np.hstack([moving - give @ g @ moving, -give @ out @ q])
    k = moving.shape[1]
    r = voltages[:, :k]
    coupling, driven = r.T @ out @ q, r.T @ into @ q
    left = q.T @ rates @ q - (into @ q).T @ voltages[:, k:]
    own = np.hstack([np.zeros((len(rates), k)), q])
    voltages = voltages + loose @ np.linalg.pinv(into.T @ loose) @ (rates @ own - into.T @ voltages)
    stored = {name: own[place] for name, place in places.items()}
    lost = {
        name: np.outer(part.feed, b @ voltages) + part.channels.T @ stored[name] for name, (b, part) in parts.items()
    }
    return FirstOrder(
        r.T @ g @ r, coupling, driven, left, voltages, np.linalg.pinv(f.T) @ own[: f.shape[1]], stored, lost
    )


def stores(response: LinearResponse, f: np.ndarray) -> Stores:
    """What is stored in springs, w = Fᵀx, and in dissipators; those between nodes that are held have no say."""
    m, leaks, at = response.matrices, response.leaks, f.shape[1]
    pairs = zip(leaks.elements, m.dissipators.T, range(len(leaks.elements)), strict=True)
    parts = {name: (b, states_of(leaks, i)) for name, b, i in pairs if np.any(b)}
    size = at + sum(part.size for _, part in parts.values())
    out, into, rates = np.zeros((m.size, size)), np.zeros((m.size, size)), np.zeros((size, size))
    out[:, :at] = into[:, :at] = f
    g, places = np.zeros((m.size, m.size)), {}
    for name, (b, part) in parts.items():
        place = places[name] = slice(at, at + part.size)
        g += part.direct * np.outer(b, b)
        out[:, place], into[:, place] = np.outer(b, part.drawn), np.outer(b, part.driven)
        rates[place, place] = part.decay
        at = place.stop
    return Stores(g, out, into, rates, places, parts)


def states_of(leaks: Leaks, i: int) -> PassiveStates:
    """What one dissipator stores and loses."""
    if i in leaks.tables:
        return passive_states(leaks.tables[i].fit)
    w, cutoff = float(leaks.conductance[i]), float(leaks.cutoff[i])
    return resistor(w) if np.isinf(cutoff) else drude(w, cutoff)


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
