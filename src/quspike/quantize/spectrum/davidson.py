"""The lowest eigenvalues of a large hermitian matrix that is nearly diagonal where its diagonal is large.

    t = (D − E)⁻¹ (H x − E x),     x, t, … span the subspace in which H is diagonalised next

A block of vectors at a time, so that a multiplet is found whole. Davidson, J. Comput. Phys. 17, 87 (1975).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from quspike.errors import ConvergenceError

GUARD = 3  # vectors beyond those wanted, so that a multiplet is not cut
BLOCKS = 7  # of vectors, before the subspace is contracted to the best
ITERATIONS = 200
SMALLEST = 1e-2  # of |D − E|, in spacings of the diagonal
LOST = 1e-10  # what is left of a vector that adds nothing


def lowest(
    apply: Callable[[np.ndarray], np.ndarray],
    diagonal: np.ndarray,
    wanted: int,
    residual: float,
    kind: type = float,
    start: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues (wanted,) and vectors (wanted, F).

    apply : H on vectors (k, F). diagonal : D (F,). residual : |H x − E x| to reach; an eigenvalue's error goes with its
    square. kind : of H's numbers, float or complex. start : guesses (k, F). Raises ConvergenceError.
    """
    block = min(wanted + GUARD, len(diagonal))
    first = _orthonormal(_guesses(diagonal, block, start).astype(kind), None)
    space: np.ndarray = np.empty((BLOCKS * block, len(diagonal)), dtype=kind)
    image = np.empty_like(space)
    space[:block], image[:block], size = first, apply(first), block
    for _ in range(ITERATIONS):
        energies, turn = np.linalg.eigh(_overlaps(space[:size], image[:size]))
        energies, turn = energies[:block], turn[:, :block].T
        vectors, images = turn @ space[:size], turn @ image[:size]
        errors = images - energies[:, None] * vectors
        norms = np.linalg.norm(errors, axis=1)
        if np.all(norms[:wanted] < residual):
            return energies[:wanted], vectors[:wanted]
        if size + block > len(space):
            space[:block], image[:block], size = vectors, images, block
        open_ = norms > 0.1 * residual
        added = _orthonormal(_corrected(errors[open_], energies[open_], diagonal), space[:size])
        if not len(added):
            break
        end = size + len(added)
        space[size:end], image[size:end], size = added, apply(added), end
    left = norms[:wanted].max()
    raise ConvergenceError(f"{wanted} levels of {len(diagonal)} products: residuals of {left:.1e} were left")


def _overlaps(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """⟨one|other⟩; of real vectors no copy is made."""
    return (one.conj() if np.iscomplexobj(one) else one) @ other.T


def _guesses(diagonal: np.ndarray, block: int, start: np.ndarray | None) -> np.ndarray:
    """Products of least energy, or what is given, with a little of everything, so that no symmetry hides a level."""
    some = 1e-3 * np.random.default_rng(0).normal(size=(block, len(diagonal))) / np.sqrt(len(diagonal))
    given = 0 if start is None else len(start)
    if start is not None:
        some = some.astype(start.dtype)
        some[:given] += start
    some[np.arange(given, block), np.argsort(diagonal, kind="stable")[: block - given]] += 1.0
    return some


def _corrected(errors: np.ndarray, energies: np.ndarray, diagonal: np.ndarray) -> np.ndarray:
    away = diagonal - energies[:, None]
    least = SMALLEST * (np.abs(energies).max() + 1.0)
    return errors / np.where(np.abs(away) < least, np.where(away < 0, -least, least), away)


def _orthonormal(vectors: np.ndarray, space: np.ndarray | None) -> np.ndarray:
    """These vectors, orthonormal to each other and to the space, twice; those that add nothing are dropped."""
    for _ in range(2):
        vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        if space is not None:
            vectors = vectors - _overlaps(space, vectors).T @ space
        weights, turn = np.linalg.eigh(_overlaps(vectors, vectors))
        kept = weights > LOST
        vectors = (turn[:, kept].T / np.sqrt(weights[kept])[:, None]) @ vectors
    return vectors
