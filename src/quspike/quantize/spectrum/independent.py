"""The parts of a circuit that do not see each other: their levels add up."""

from __future__ import annotations

import numpy as np
from scipy.linalg import block_diag as block_diagonal
from scipy.sparse.csgraph import connected_components

from quspike.quantize.spectrum.phases import DECOUPLED, Phases


def independent(h: Phases) -> list[Phases]:
    """The parts of H that do not see each other, in the order of their first axes."""
    count = len(h.kinetic)
    acting = np.abs(np.hstack([h.periodic, h.extended])) > DECOUPLED
    coupled = block_diagonal(
        *(np.abs(m) > DECOUPLED * np.max(np.abs(m), initial=0.0) for m in (h.kinetic, h.stiffness))
    )
    _, part = connected_components(coupled | (acting.T.astype(int) @ acting > 0))
    return [_part(h, np.flatnonzero(part == own), acting, count) for own in dict.fromkeys(part)]


def _part(h: Phases, axes: np.ndarray, acting: np.ndarray, count: int) -> Phases:
    p, x = axes[axes < count], axes[axes >= count] - count
    j = np.flatnonzero(acting[:, axes].any(axis=1))
    return Phases(
        kinetic=h.kinetic[np.ix_(p, p)],
        pairs=h.pairs[p],
        stiffness=h.stiffness[np.ix_(x, x)],
        curvature=h.curvature[x],
        periodic=h.periodic[np.ix_(j, p)],
        extended=h.extended[np.ix_(j, x)],
        energies=h.energies[j],
        offsets=h.offsets[j],
        least=h.least[axes],
        axes=h.axes[axes],
    )
