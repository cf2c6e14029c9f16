"""A closed curve taken apart where it crosses itself, so that no part of its area cancels another.

A = Σ_k |A_k|,   A_k = ½ Σ_j (x_j y_{j+1} − x_{j+1} y_j)  of each simple loop
"""

from __future__ import annotations

import numpy as np

PARALLEL = 1e-14  # sine of the angle below which two sides are taken to run along each other
FLAT = 1e-12  # of the bounding box: what encloses less is a line, and its crossings are rounding


def signed_area(corners: np.ndarray) -> float:
    """`½ Σ (x_j y_{j+1} − x_{j+1} y_j)` of a closed polygon (N, 2): positive if run counter-clockwise."""
    return float(np.sum(_triangles(corners)))


def enclosed_area(corners: np.ndarray) -> float:
    """Σ|A_k| over the simple loops of a closed polygon (N, 2)."""
    most = float(np.sum(np.abs(_triangles(corners))))
    if most <= FLAT * float(np.prod(np.ptp(corners, axis=0))):
        return most
    return sum(abs(signed_area(loop)) for loop in simple_loops(corners))


def simple_loops(corners: np.ndarray) -> list[np.ndarray]:
    """The polygons without crossings that a closed polygon (N, 2) is made of.

    The curve is followed, and each loop cut off at the crossing that closes it.
    """
    path, loops = corners[:1], []
    for target in [*corners[1:], corners[0]]:
        while (crossing := _first_crossing(path, target)) is not None:
            early, point = crossing
            loops.append(np.concatenate([point, path[early + 1 :]]))
            path = np.concatenate([path[: early + 1], point])
        path = np.concatenate([path, target[None]])
    return [*loops, path[:-1]]


def _triangles(corners: np.ndarray) -> np.ndarray:
    """The signed triangles between each side and the first corner, which spares digits far from the origin."""
    spoke = corners - corners[:1]
    return 0.5 * _cross(spoke, np.roll(spoke, -1, axis=0))


def _first_crossing(path: np.ndarray, target: np.ndarray) -> tuple[int, np.ndarray] | None:
    """The side of the path that a straight line from its end to `target` meets first, and where (1, 2)."""
    if len(path) < 3:
        return None
    start, side, line = path[:-2], np.diff(path[:-1], axis=0), target - path[-1]
    turn = _cross(line, side)
    crosses = np.abs(turn) > PARALLEL * np.hypot(*line) * np.hypot(*side.T)
    safe = np.where(crosses, turn, 1.0)
    offset = start - path[-1]
    on_line, on_side = _cross(offset, side) / safe, _cross(offset, line) / safe
    met = crosses & (on_line > 0) & (on_line <= 1) & (on_side >= 0) & (on_side < 1)
    if not np.any(met):
        return None
    early = int(np.argmin(np.where(met, on_line, np.inf)))
    return early, (path[-1] + on_line[early] * line)[None]


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
