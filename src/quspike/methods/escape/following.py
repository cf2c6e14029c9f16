"""The integrating neuron followed in time, with no click: where its memory or its drive moves.

    dy/dt = A(t, x, s) y,   dx/dt = f(t, x, s),   s = ⟨·⟩ of y, given that no click has come
    p(τ) = Γ·y(τ),   S(τ) = 1·y(τ)

Non-linear in y through x: the memory follows the mean of those that have not clicked, so the density is conditional on
x(0) and of that neuron only. Steps are chosen by an embedded error estimate; implicit (Radau, 5th order) where a
diffusion makes the equation stiff, explicit (8th order) where not. Hairer & Wanner, Solving ODEs II (1996).
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.integrate import solve_ivp

from quspike.errors import ConvergenceError
from quspike.methods.escape.hold import held_generator
from quspike.methods.escape.space import Space

RELATIVE, ABSOLUTE = 1e-9, 1e-12
AT_ONCE = 2000  # states that are kept until what is seen of them is known


class Followed(NamedTuple):
    """density (T,) 1/s, survival (T,), memory (T, E), signal (T, k), edge: the largest share at the truncation."""

    density: np.ndarray
    survival: np.ndarray
    memory: np.ndarray
    signal: np.ndarray
    edge: float


def follow(
    space: Space, times: np.ndarray, start: np.ndarray, memory: np.ndarray, tolerance: float = RELATIVE
) -> Followed:
    """From the state `start` (n,) and the memories (E,) at times[0], at each of the times (T,) in s."""
    size, scales = len(start), space.memory_scales
    rows = np.vstack([space.rate, space.trace, space.edge, space.signal])
    seen, x = np.empty((len(times), len(rows))), np.empty((len(times), len(memory)))
    y = np.concatenate([start, memory / scales])
    seen[0], x[0] = rows @ start, memory
    for begin, end in _stretches(space, times):
        inside = (times > begin) & (times <= end)
        asked = np.unique(np.append(times[inside], end))
        found = _solve(space, begin, end, y, asked, scales, tolerance)
        kept = found[: np.count_nonzero(inside)]
        seen[inside], x[inside] = kept[:, :size] @ rows.T, kept[:, size:] * scales
        y = found[-1]
    alive = np.maximum(seen[:, 1], 1e-300)
    return Followed(seen[:, 0], seen[:, 1], x, seen[:, 3:] / alive[:, None], float(np.max(seen[:, 2] / alive)))


def _stretches(space: Space, times: np.ndarray) -> list[tuple[float, float]]:
    """Between the times at which the drive is not smooth, and no more at once than their states have room for."""
    inner = space.current.edges[(space.current.edges > times[0]) & (space.current.edges < times[-1])]
    cuts = np.unique(np.concatenate([times[:-1:AT_ONCE], inner, [times[-1]]]))
    return list(pairwise(cuts))


def _solve(
    space: Space, begin: float, end: float, y: np.ndarray, asked: np.ndarray, scales: np.ndarray, tolerance: float
) -> np.ndarray:
    """The states (T, n + E) at the times asked for, of one smooth stretch."""
    size, last = len(space.start), np.nextafter(end, begin)  # on its end, a stretch sees its own side of an edge

    def flow(t: float, y: np.ndarray) -> np.ndarray:
        t = min(t, last)
        s, x = space.means(y[:size]), y[size:] * scales
        change = space.flow(space.coefficients(t, x, s), y[:size])
        return np.concatenate([change, space.memory(t, x, s) / scales])

    def slope(t: float, y: np.ndarray):
        inner = space.combined(space.coefficients(min(t, last), y[size:] * scales, space.means(y[:size])))
        return sparse.block_diag([inner, sparse.csr_matrix((len(scales), len(scales)))], format="csc")

    choice = {"method": "Radau", "jac": slope} if space.stiff else {"method": "DOP853"}
    found = solve_ivp(flow, (begin, end), y, t_eval=asked, rtol=tolerance, atol=ABSOLUTE, **choice)
    if not found.success:
        raise ConvergenceError(f"between {begin:.3g} s and {end:.3g} s: {found.message}")
    return found.y.T


def held(space: Space, begin: float, t_ref: float, memory: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """State (n,) and memories (E,) at the end of a hold that begins at `begin` (s) in what a `zero` reset leaves."""
    assert space.after is not None
    size, scales = len(space.after), space.memory_scales
    moves = held_generator(space, memory) is not None
    if not (t_ref > 0 and (moves or len(memory))):
        return space.after, memory

    def flow(t: float, y: np.ndarray) -> np.ndarray:
        x, state = y[:-size] * scales, y[-size:]
        s = space.means(state)
        return np.concatenate(
            [space.memory(t, x, s) / scales, space.flow(space.held(t, x, s), state) if moves else 0 * state]
        )

    y = np.concatenate([memory / scales, space.after])
    found = solve_ivp(flow, (begin, begin + t_ref), y, method="DOP853", rtol=RELATIVE, atol=ABSOLUTE).y[:, -1]
    return found[-size:], found[:-size] * scales
