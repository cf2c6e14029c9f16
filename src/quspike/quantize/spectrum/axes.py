"""One coordinate by itself: a basis in which its operators are matrices with entries exact to rounding.

    charge      |N − n| ≤ M                   w = N − n diagonal, e^{imϑ} raises N by m
    Fock        oscillator of ω² = curvature  y, p, and e^{iby} from the nodes of a larger oscillator's quadrature
    flux grid   y_j = (j − (n−1)/2) Δ         e^{iby} diagonal, p and p² those of the sinc functions on the points

The flux grid is the one of Colbert & Miller, J. Chem. Phys. 96, 1982 (1992).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, Protocol

import numpy as np
from scipy.linalg import eigh_tridiagonal

Basis = Literal["charge", "Fock", "flux grid"]
MARGIN = 4.0  # of a Fock state's amplitude √n, beyond which nothing is left of it


class Axis(Protocol):
    """What the product basis needs to know of one coordinate: hermitian `own` energy, `linear` operator that couples
    to other coordinates (w or y), `momentum` (w or p), and sums of exponentials.
    """

    @property
    def basis(self) -> Basis: ...
    @property
    def size(self) -> int: ...
    @property
    def own(self) -> np.ndarray: ...
    @property
    def linear(self) -> np.ndarray: ...
    @property
    def momentum(self) -> np.ndarray: ...
    def exponentials(self, c: np.ndarray, b: np.ndarray) -> np.ndarray: ...


@dataclass(frozen=True)
class ChargeAxis:
    """`½ E w²`, over all N with |N − n| ≤ `reach`. kinetic : E. pairs : n.

    At n whole or half whole, time reversal N → 2n − N is a symmetry of this window: sums and differences of the pairs
    that it exchanges make `own` and all that is even real, and e^{imϑ} symmetric.
    """

    kinetic: float
    pairs: float
    reach: float
    basis: Basis = "charge"

    @property
    def size(self) -> int:
        """How many N."""
        return len(self.numbers)

    @property
    def numbers(self) -> np.ndarray:
        """N."""
        return np.arange(np.ceil(self.pairs - self.reach), np.floor(self.pairs + self.reach) + 1)

    @property
    def rotation(self) -> np.ndarray:
        """From N to the basis, unitary."""
        if self.pairs % 0.5:
            return np.eye(self.size)
        even, odd = np.eye(self.size) + np.eye(self.size)[::-1], np.eye(self.size) - np.eye(self.size)[::-1]
        half, rest = (self.size + 1) // 2, self.size // 2
        columns = np.hstack([even[:, :half], 1j * odd[:, :rest]])
        return columns / np.linalg.norm(columns, axis=0)

    @property
    def own(self) -> np.ndarray:
        """½ E w²."""
        return self._rotated(np.diag(0.5 * self.kinetic * (self.numbers - self.pairs) ** 2))

    @property
    def linear(self) -> np.ndarray:
        """w."""
        return self._rotated(np.diag(self.numbers - self.pairs))

    @property
    def momentum(self) -> np.ndarray:
        """w."""
        return self.linear

    def exponentials(self, c: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Σ c e^{ibϑ}, b whole."""
        raised = (own * np.eye(self.size, k=-round(k)) for own, k in zip(c, b, strict=True))
        return self._rotated(sum(raised, np.zeros((self.size, self.size))))

    def _rotated(self, operator: np.ndarray) -> np.ndarray:
        rotation = self.rotation
        return rotation.conj().T @ operator @ rotation


@dataclass(frozen=True)
class FockAxis:
    """`½ p² + ½ κ y²` over the states of `½ p² + ½ ω² y²`. levels : how many."""

    stiffness: float
    frequency: float
    levels: int
    basis: Basis = "Fock"

    @property
    def size(self) -> int:
        """How many levels."""
        return self.levels

    @property
    def own(self) -> np.ndarray:
        """`ω (n + ½) + ½ (κ − ω²) y²`."""
        n = np.arange(self.levels + 2)
        squared = (_position(n, self.frequency) @ _position(n, self.frequency))[: self.levels, : self.levels]
        harmonic = np.diag(self.frequency * (n[: self.levels] + 0.5))
        return harmonic + 0.5 * (self.stiffness - self.frequency**2) * squared

    @property
    def linear(self) -> np.ndarray:
        """y."""
        return _position(np.arange(self.levels), self.frequency)

    @property
    def momentum(self) -> np.ndarray:
        """p = i√(ω/2) (a† − a)."""
        lower = np.diag(np.sqrt(np.arange(1, self.levels)), 1)
        return 1j * np.sqrt(self.frequency / 2) * (lower.T - lower)

    def exponentials(self, c: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Σ c e^{iby}: eigenvalues and vectors of y in so many levels that the states moved by it are all there."""
        moved = np.sqrt(self.levels) + np.max(np.abs(b), initial=0.0) / np.sqrt(2 * self.frequency) + MARGIN
        points, vectors = _nodes(int(moved**2))
        rows, points = vectors[: self.levels], points / np.sqrt(2 * self.frequency)
        return (rows * (np.exp(1j * np.outer(points, b)) @ c)) @ rows.T


@dataclass(frozen=True)
class FluxAxis:
    """`½ p² + ½ κ y²` on `points` points at distance `step`."""

    stiffness: float
    step: float
    points: int
    basis: Basis = "flux grid"

    @property
    def size(self) -> int:
        """How many points."""
        return self.points

    @property
    def positions(self) -> np.ndarray:
        """y."""
        return self.step * (np.arange(self.points) - 0.5 * (self.points - 1))

    @property
    def own(self) -> np.ndarray:
        """½ p² of the sinc functions, and ½ κ y²."""
        apart = np.subtract.outer(np.arange(self.points), np.arange(self.points))
        far = np.where(apart == 0, 1, apart)
        kinetic = np.where(apart == 0, np.pi**2 / 3, 2 * (-1.0) ** apart / far**2) / (2 * self.step**2)
        return kinetic + np.diag(0.5 * self.stiffness * self.positions**2)

    @property
    def linear(self) -> np.ndarray:
        """y."""
        return np.diag(self.positions)

    @property
    def momentum(self) -> np.ndarray:
        """p = −i d/dy of the sinc functions."""
        apart = np.subtract.outer(np.arange(self.points), np.arange(self.points))
        far = np.where(apart == 0, 1, apart)
        return -1j * np.where(apart == 0, 0.0, (-1.0) ** apart / far) / self.step

    def exponentials(self, c: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Σ c e^{iby}."""
        return np.diag(np.exp(1j * np.outer(self.positions, b)) @ c)


def exponential(axis: Axis, b: float) -> np.ndarray:
    """e^{iby}, or e^{ibϑ}."""
    return axis.exponentials(np.ones(1), np.array([b]))


@lru_cache(maxsize=64)
def _nodes(levels: int) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues and vectors of a + a† in so many levels."""
    points, vectors = eigh_tridiagonal(np.zeros(levels), np.sqrt(np.arange(1, levels)))
    for array in (points, vectors):
        array.flags.writeable = False
    return points, vectors


def _position(n: np.ndarray, frequency: float) -> np.ndarray:
    """y = (a + a†)/√(2ω)."""
    lower = np.diag(np.sqrt(n[1:]), 1)
    return (lower + lower.T) / np.sqrt(2 * frequency)
