"""From interval to interval where a memory moves and a `zero` reset leaves nothing else: the kernel K(x → x′, τ).

    p_n(τ) = ∫dx π_n(x) p(τ|x),     π_{n+1}(x′) = ∫dx π_n(x) ∫dτ p(τ|x) δ(x′ − h(X(τ; x)))

p(τ|x) and X(τ; x) are density and memory along the path without a click that begins with x; h is what the hold does.
π_n is held by the few points and weights of its own Gauss quadrature, which have as many of its moments as there are
numbers in them, so that probability is kept and nothing is interpolated. π_1 is the run's own x(0). Neurons that have
not clicked by the end of the axis leave the count, and ∫π_n falls below one.
Golub & Welsch, Math. Comp. 23, 221 (1969).
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from quspike.methods.escape.following import follow, held
from quspike.methods.escape.space import Space

POINTS = 6  # of the quadrature: exact for polynomials of x to the eleventh degree
RELATIVE = 1e-7
FLAT = 1e-9  # relative spread of a memory that is one


def nth_interval(
    space: Space, times: np.ndarray, n: int, t_ref: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """p_n and S_n (T,) of the time after the hold, n ≥ 2, and the points and weights of π_n.

    S_n(0) = ∫π_n: the share of neurons that spiked n − 1 times, each time before the end of the axis.
    """
    x, weight, state = space.first_memory, np.ones(1), space.start
    assert space.after is not None
    for _ in range(n - 1):
        paths = [follow(space, times, state, np.array([one]), RELATIVE) for one in x]
        ends = np.concatenate([path.memory[:, 0] for path in paths])
        shares = np.concatenate(
            [w * -np.diff(path.survival, append=0.0) for w, path in zip(weight, paths, strict=True)]
        )
        shares[len(times) - 1 :: len(times)] = 0.0  # silent to the end
        middle = ends.reshape(len(x), -1)
        middle[:, :-1] = 0.5 * (middle[:, :-1] + middle[:, 1:])
        x, weight = gauss(middle.ravel(), np.maximum(shares, 0.0))
        let_go = [held(space, 0.0, t_ref, np.array([one])) for one in x]
        x, state = np.array([memory[0] for _, memory in let_go]), let_go[0][0]  # what a `zero` reset leaves, for all
    last = [follow(space, times, state, np.array([one]), RELATIVE) for one in x]
    density, survival = (
        sum(w * getattr(path, name) for w, path in zip(weight, last, strict=True)) for name in ("density", "survival")
    )
    return density, survival, x, weight


def gauss(x: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The Gauss quadrature (K,) of a measure on many points, by Lanczos: its moments to the order 2K − 1."""
    total, mean = float(np.sum(weight)), float(weight @ x / np.sum(weight))
    spread = float(np.sqrt(weight @ (x - mean) ** 2 / total))
    if spread <= FLAT * np.max(np.abs(x)):
        return np.array([mean]), np.array([total])
    u = (x - mean) / spread
    vectors, diagonal, beside = [np.sqrt(weight / total)], [], []
    for _ in range(POINTS):
        image = u * vectors[-1]
        diagonal.append(float(image @ vectors[-1]))
        for vector in vectors:  # all of them: kept orthogonal to rounding
            image = image - (image @ vector) * vector
        beside.append(float(np.linalg.norm(image)))
        vectors.append(image / max(beside[-1], 1e-300))
    nodes, columns = linalg.eigh_tridiagonal(np.array(diagonal), np.array(beside[:-1]))
    return mean + spread * nodes, total * columns[0] ** 2
