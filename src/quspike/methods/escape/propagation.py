"""What a density and a survival are along e^{Aτ}y at thousands of times, from a few dozen linear equations solved.

    p(τ) = Γ·e^{Aτ}y ≈ Γ·V e^{A_m τ} Vᵀy,   S(τ) ≈ 1·V e^{A_m τ} Vᵀy,   A_m = −H_m⁻¹,   (−A)⁻¹V = VH_m + η v e_mᵀ

V (n, m) is orthonormal and spans what (−A)⁻¹ makes of y, so that the interval keeps its first moments; the shape of a
beginning takes some more vectors, and m grows until more do not change what is seen. Two rows are two projections: what
is left of p is −Γ·V A_m⁻¹e^{A_mτ}Vᵀy for any m; S is that only as far as 1·A = −Γ holds in V, and differs from it by
η(Γ·v) e_mᵀe^{A_mτ}Vᵀy, which is held to 1e-8. On an even axis r e^{(jb + i)hA_m}y is a product of two short tables,
r e^{ihA_m} (i < b) and e^{jbhA_m}y, and for a doubled step the power is the square of one that is known.
van den Eshof & Hochbruck, SIAM J. Sci. Comput. 27, 1438 (2006); Paterson & Stockmeyer, SIAM J. Comput. 2, 60 (1973).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from scipy import linalg

SAME = 1e-9  # relative difference of two steps that rounding alone tells apart
BLOCK = 4  # the short table has 2⁴ rows
SMALL = 60  # numbers, for which nothing is to be gained
SIZES = (24, 40, 60, 90, 120, 160, 220)  # Krylov vectors that are tried
CHANGES = (3e-5, 1e-8)  # of the density's peak and of the survival from one size to the next: what is left is less
LOST = 1e-8  # of the probability: what p and S may differ by, and what may be missing of both
ROUNDING = 1e-11  # of the probability, for each time that a state is forgotten in a mean interval
ENOUGH = 0.5  # of a vector's length that is left: it is orthogonal
Solve = Callable[[np.ndarray], np.ndarray]


def seen_along(flow: Flow, times: np.ndarray) -> np.ndarray:
    """r_i·e^{Aτ}y at rising times from times[0] = 0: (T, R). Few different steps, each shared by many, are cheap."""
    rows, y = flow.rows, flow.start
    found = np.empty((len(times), len(rows)))
    found[0] = rows @ y
    for begin, end, step in _even(times):
        power = flow.powers(step)
        count, width = end - begin, 2**BLOCK
        left = [rows @ power(0)]
        while len(left) < min(width, count):
            left.append(left[-1] @ power(0))
        right = [y]
        while len(right) * width < count:
            right.append(power(BLOCK) @ right[-1])
        table = (np.array(right) @ np.concatenate(left).T).reshape(-1, len(rows))
        found[begin + 1 : end + 1] = table[:count]
        y = right[-1]
        for _ in range(count - (len(right) - 1) * width):
            y = power(0) @ y
    return found


class Flow:
    """A (n, n), rows r (R, n) and start y (n,); e^{Ah·2ᵏ} is found once."""

    def __init__(self, matrix: np.ndarray, rows: np.ndarray, start: np.ndarray) -> None:
        self.matrix, self.rows, self.start = matrix, rows, start
        self._step, self._known = 0.0, [np.zeros(0)]

    def doubled(self, step: float, doublings: int) -> np.ndarray:
        """What is seen at 0, h, 2h, 4h … 2ᵏh: (k + 2, R)."""
        power = self.powers(step)
        later = [self.rows @ (power(k) @ self.start) for k in range(doublings + 1)]
        return np.array([self.rows @ self.start, *later])

    def mean(self) -> float:
        """∫S dτ, of rows that are a density and a survival."""
        return -float(self.rows[1] @ np.linalg.solve(self.matrix, self.start))

    def powers(self, step: float) -> Callable[[int], np.ndarray]:
        """k → e^{A·step·2ᵏ}."""
        doublings = round(np.log2(step / self._step)) if self._step else -1
        if doublings < 0 or abs(step - self._step * 2**doublings) > SAME * step:
            doublings, self._step, self._known = 0, step, [linalg.expm(self.matrix * step)]
        return lambda k: self._power(doublings + k)

    def _power(self, k: int) -> np.ndarray:
        while len(self._known) <= k:
            self._known.append(self._known[-1] @ self._known[-1])
        return self._known[k]


def _even(times: np.ndarray) -> Iterator[tuple[int, int, float]]:
    """(first, last, step) of the stretches of equal steps."""
    steps, begin = np.diff(times), 0
    while begin < len(steps):
        other = np.flatnonzero(np.abs(steps[begin:] - steps[begin]) > SAME * steps[begin])
        end = begin + int(other[0]) if len(other) else len(steps)
        yield begin, end, float(steps[begin])
        begin = end


def reduced(solve: Solve, rows: np.ndarray, y: np.ndarray, times: np.ndarray, forgetting: float) -> Flow | None:
    """A_m, rows (2, m) of a density and a survival, and Vᵀy; None if the most vectors are too few.

    solve : y → (−A)⁻¹ y. rows : Γ and 1, (2, n). forgetting : 1/s, how fast a state forgets. Judged at times[1]·2ᵏ, up
    to the last: by what more vectors change, and by how far S is from what is left of p.
    """
    sizes = [m for m in SIZES if m < len(y)]
    doublings = int(np.ceil(np.log2(times[-1] / times[1])))
    space, before = _Krylov(solve, y, max(sizes, default=0)), np.full((doublings + 2, 2), np.inf)
    for m in sizes:
        space.grow(m)
        matrix, seen_by = -np.linalg.inv(space.images[:m, :m]), rows @ space.vectors[:m].T
        left = -np.linalg.solve(matrix.T, seen_by[0])
        flow = Flow(matrix, np.vstack([seen_by, left]), space.start(m))
        seen = flow.doubled(times[1], doublings)
        whole = seen[0, 2]
        change = np.abs(seen[:, :2] - before).max(axis=0) / [np.max(np.abs(seen[:, 0])), 1.0]
        if np.all(change <= CHANGES) and np.max(np.abs(seen[:, 2] / whole - seen[:, 1])) <= LOST:
            if abs(whole - 1) > LOST + ROUNDING * flow.mean() * forgetting:
                return None
            flow.rows = seen_by / np.array([[whole], [1.0]])  # of rare clicks, what rounding leaves of Γ(−A)⁻¹ = 1
            return flow
        before = seen[:, :2]
    return None


class _Krylov:
    """Arnoldi's vectors (size + 1, n), orthonormal, and the images (size + 1, size) of all but the last."""

    def __init__(self, solve: Solve, y: np.ndarray, size: int) -> None:
        self.solve, self.known, self.norm = solve, 0, float(np.linalg.norm(y))
        self.vectors, self.images = np.zeros((size + 1, len(y))), np.zeros((size + 1, size))
        self.vectors[0] = y / self.norm

    def start(self, m: int) -> np.ndarray:
        """Vᵀy (m,)."""
        return self.norm * np.eye(m)[0]

    def grow(self, m: int) -> None:
        """To m vectors and their images."""
        for k in range(self.known, m):
            known, new = self.vectors[: k + 1], self.solve(self.vectors[k])
            before, left = np.inf, float(np.sqrt(new @ new))
            while left < ENOUGH * before:  # once more, where rounding asks
                share = known @ new
                new = new - share @ known
                self.images[: k + 1, k] += share
                before, left = left, float(np.sqrt(new @ new))
            self.images[k + 1, k] = left
            self.vectors[k + 1] = new / max(left, 1e-300)
        self.known = m
