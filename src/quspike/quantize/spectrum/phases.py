"""A closed circuit in phases and pairs, its kinetic energy without a coupling between compact and extended coordinates.

    H = ½ wᵀE w + ½ pᵀp + ½ yᵀκ y − Σ_J E_J cos(m_J·ϑ + b_J·y + f_J) + constant,     w = N − n

ϑ = θ/φ0 of periodic coordinates, N their charges in pairs, n the offsets of those; y rotated and scaled extended
coordinates, of unit mass; m whole numbers, b real; all energies in E0 = h·1 GHz. From `H = ½ (q − Q)ᵀC⁻¹(q − Q) +
½ θᵀK θ − Σ E_J cos(…) + θᵀA I` it follows exactly:

    conserved charges   are numbers: they shift n and leave a constant
    coupling N_p – N_x  ϑ_p = ϑ + Aᵀϑ_x, A = E_xx⁻¹E_xp, takes it into b_x + A m, and leaves E = E_pp − E_px A
    offsets of N_x      are a gauge, and go
    constant currents   move the origin of y, and f with it
    modes               ϑ_x = V y + centre: Vᵀ E_xx⁻¹ V = 1 and Vᵀ(K + curvature of the junctions)V is diagonal
    no capacitance      a junction at a node without one has harmonics E_k cos(k m·ϑ + …) in place of E_J (`harmonics`)
    lattice             whole combinations N = U N′, det U = ±1, make E′ = UᵀE U as diagonal as they can
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np

from quspike.constants import phi0
from quspike.quantize.numbers.matrices import Elements
from quspike.quantize.spectrum.blocks import ENERGY, NEGLIGIBLE, Blocks, blocks, elimination, junction_vectors
from quspike.quantize.spectrum.closed import Closed
from quspike.quantize.spectrum.harmonics import Series, harmonics

ROUNDING = 1e-13  # of an offset, in pairs
DECOUPLED = 1e-11  # of a phase, or of the largest energy: no coupling


@dataclass(frozen=True)
class Phases:
    """H of the docstring above, or of a part of it.

    kinetic : E (P, P). pairs : n (P,). stiffness : κ (X, X). curvature : diagonal of κ and of the junctions' curvature
    at the classical minimum (X,). periodic, extended : m (J, P), b (J, X). energies, offsets : E_J, f (J,).
    least : ϑ and y of the classical minimum (P + X,). axes : which of the circuit's these are, periodic ones first.
    """

    kinetic: np.ndarray
    pairs: np.ndarray
    stiffness: np.ndarray
    curvature: np.ndarray
    periodic: np.ndarray
    extended: np.ndarray
    energies: np.ndarray
    offsets: np.ndarray
    least: np.ndarray
    axes: np.ndarray


@dataclass(frozen=True)
class Frame:
    """The way back: `ϑ_x = V y + centre`, and of the charges `w_p = U w`, `w_x = V⁻ᵀ p − A w_p`, `N − n = w − shift`.

    phases : H as a whole. shift : (P + X,), what conserved charges add. lattice : U (P, P). modes : V (X, X).
    constant : of H, in E0. junctions : e^{iϕ} of each junction as a series in the phases `bare · (ϑ, y)` (J, P + X).
    """

    blocks: Blocks
    phases: Phases
    shift: np.ndarray
    lattice: np.ndarray
    modes: np.ndarray
    centre: np.ndarray
    constant: float
    junctions: tuple[Series, ...]
    bare: np.ndarray


def phases(closed: Closed, elements: Elements) -> tuple[Phases, Frame]:
    """The circuit's Hamiltonian in phases, and the way back.

    Raises InputError for a circuit without stationary states: a constant current through a junction or a capacitor
    alone, a constant voltage across an inductor or a junction.
    """
    b = blocks(closed, elements)
    shift, constant = elimination(b)
    k = b.stiffness[np.ix_(b.wide, b.wide)]
    centre = -np.linalg.solve(k, b.pull[b.wide])
    lattice, kinetic = reduced(
        b.kinetic[np.ix_(b.compact, b.compact)] - b.kinetic[np.ix_(b.compact, b.wide)] @ b.mixing
    )
    back = np.rint(np.linalg.inv(lattice)).astype(int)
    energies, vectors, fluxes = junction_vectors(closed, b)
    whole, tilted = vectors[:, b.compact], vectors[:, b.wide] + vectors[:, b.compact] @ b.mixing.T
    bare = np.hstack([np.rint(whole).astype(int) @ back.T, tilted])
    behind = np.asarray(b.matrices.series_inductance) * ENERGY / phi0**2
    u = harmonics(closed.network.of("junction"), energies, fluxes + tilted @ centre, behind)
    energies, offsets, both = u.energies, u.offsets, u.multiples @ bare
    whole, tilted = np.rint(both[:, : len(b.compact)]).astype(int), both[:, len(b.compact) :]
    least = _minimum(k, both, energies, offsets)
    curved = k + (tilted.T * (energies * np.cos(both @ least + offsets))) @ tilted
    modes = _modes(b.kinetic[np.ix_(b.wide, b.wide)], curved)
    count = len(b.compact)
    h = Phases(
        kinetic=kinetic,
        pairs=_halves(back @ (b.pairs[b.compact] - shift[:count])),
        stiffness=modes.T @ k @ modes,
        curvature=np.diagonal(modes.T @ curved @ modes).copy(),
        periodic=whole,
        extended=tilted @ modes,
        energies=energies,
        offsets=offsets,
        least=np.concatenate([least[:count], np.linalg.solve(modes, least[count:])]),
        axes=np.arange(both.shape[1]),
    )
    constant += 0.5 * float(b.pull[b.wide] @ centre) + b.sag_energy + _idle(h) + u.constant
    bare[:, count:] = bare[:, count:] @ modes
    return h, Frame(b, h, shift, lattice, modes, centre, constant, u.phases, bare)


def _minimum(k: np.ndarray, vectors: np.ndarray, energies: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """(ϑ, ϑ_x) where `½ xᵀK x − Σ E_J cos(vectors·(ϑ, x) + f)` is least nearby."""
    from scipy.optimize import minimize

    p = vectors.shape[1] - len(k)

    def potential(z: np.ndarray) -> tuple[float, np.ndarray]:
        phase, pull = vectors @ z + offsets, k @ z[p:]
        slope = vectors.T @ (energies * np.sin(phase))
        slope[p:] += pull
        return 0.5 * z[p:] @ pull - energies @ np.cos(phase), slope

    start = 1e-2 * np.cos(np.arange(vectors.shape[1]))  # beside a point where symmetry hides the way down
    return minimize(potential, start, jac=True, method="BFGS").x


def _modes(kinetic: np.ndarray, stiffness: np.ndarray) -> np.ndarray:
    """V with `Vᵀ E⁻¹ V = 1` and `VᵀS V` diagonal."""
    root = np.linalg.cholesky(kinetic)
    return root @ np.linalg.eigh(root.T @ stiffness @ root)[1]


def _halves(pairs: np.ndarray) -> np.ndarray:
    """Offsets, those exact that are half or whole numbers but for rounding: time reversal is a symmetry there."""
    near = np.rint(2 * pairs) / 2
    return np.where(np.abs(pairs - near) < ROUNDING, near, pairs)


def reduced(kinetic: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """U and UᵀE U: from each charge whole multiples of others are taken as long as that lowers its energy (Gauss)."""
    u, e, lowered = np.eye(len(kinetic), dtype=int), kinetic.copy(), True
    while lowered:
        lowered = False
        for i, j in permutations(range(len(e)), 2):
            times = round(e[i, j] / e[i, i])
            if times and times * (times * e[i, i] - 2 * e[i, j]) < -NEGLIGIBLE * e[j, j]:
                step = np.eye(len(e), dtype=int)
                step[i, j] = -times
                u, e, lowered = u @ step, step.T @ e @ step, True
    return u, e


def _idle(h: Phases) -> float:
    """−Σ E_J cos f of junctions that no coordinate moves [E0]."""
    idle = ~(np.abs(np.hstack([h.periodic, h.extended])) > DECOUPLED).any(axis=1)
    return -float(h.energies[idle] @ np.cos(h.offsets[idle]))
