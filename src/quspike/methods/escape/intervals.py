"""Intervals between clicks where the generator is one matrix A: no trajectory is drawn.

    p(τ) = Γ·e^{Aτ}y⁺,   S(τ) = 1·e^{Aτ}y⁺,   1·A = −Γ                so that −dS/dt = p, and ∫p + S = 1
    y⁺_{n+1} = H R ∫_0^∞ e^{Aτ} y⁺_n dτ = −H R A⁻¹ y⁺_n               the state after the next click and its hold
    stationary: y⁺ = −H R A⁻¹ y⁺                                      w(τ) = Tr[𝓙e^{𝓛0τ}𝓙ρ_ss]/Tr[𝓙ρ_ss]
    ⟨τᵏ⟩ = k! 1·(−A)^{−k} y⁺

R is the click with its reset, H the hold: e^{A_h t_ref} for a delay, (1 − A_h t_ref/m)^{−m} for Erlang's m states of
the rate m/t_ref. The interval is the hold and what follows. A delay shifts p by t_ref; Erlang's states are put before A
in one chain, whose p is the interval's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import linalg, sparse
from scipy.sparse.linalg import splu

from quspike.errors import ConvergenceError
from quspike.methods.escape.propagation import SMALL, Flow, Solve, reduced, seen_along

FILLED = 0.05  # of a matrix whose zeros save nothing
DOUBLING = 128  # steps of an axis before they double
FORGOTTEN = 1e-13
ROUNDS = 10_000  # of clicks until a stationary state is given up


@dataclass(frozen=True)
class Chain:
    """generator (n, n), rows rate and trace (n,), the first state (n,); shift: a delay before it, s.

    factored : y → (−A)⁻¹ y, where it is known already. quick : the time within which its beginning bends, s.
    """

    generator: Any
    rate: np.ndarray
    trace: np.ndarray
    start: np.ndarray
    shift: float = 0.0
    factored: Solve | None = None
    quick: float = np.inf

    @cached_property
    def solve(self) -> Solve:
        """y → (−A)⁻¹ y."""
        return self.factored or resolvent(self.generator)

    @cached_property
    def spent(self) -> np.ndarray:
        """∫e^{Aτ}y⁺ dτ (n,): the time spent in each state before the click, s."""
        return self.solve(self.start)


def with_erlang(chain: Chain, stages: int, hold: float, held: Any) -> Chain:
    """The same chain behind m states of the rate m/hold each, in which the state moves by `held` (n, n), or not (None).

    Where nothing moves in the hold each state is one number, and the last of them lets the start in.
    """
    rate, size = stages / hold, len(chain.start)
    step = sparse.diags([np.full(stages, -rate), np.full(stages - 1, rate)], [0, -1])
    if held is None:
        inlet = sparse.csr_matrix(rate * chain.start[:, None])
        first, trace, start = step, np.ones(stages), np.eye(stages)[0]
    else:
        inlet = rate * sparse.identity(size)
        first = sparse.kron(step, sparse.identity(size)) + sparse.kron(sparse.identity(stages), sparse.csr_matrix(held))
        trace, start = np.tile(chain.trace, stages), np.concatenate([chain.start, np.zeros((stages - 1) * size)])
    width = first.shape[0]
    blank = sparse.csr_matrix((size, width - inlet.shape[1]))
    whole = sparse.bmat([[first, None], [sparse.hstack([blank, inlet]), sparse.csr_matrix(chain.generator)]])
    return Chain(
        whole.tocsr(),
        np.concatenate([np.zeros(width), chain.rate]),
        np.concatenate([trace, chain.trace]),
        np.concatenate([start, np.zeros(size)]),
        quick=hold / np.sqrt(stages),
    )


def densities(chain: Chain, times: np.ndarray, leak: float = 0.0, small: int = SMALL) -> tuple[np.ndarray, np.ndarray]:
    """p and S (T,) at these times, rising and counted from the end of the shift; times[0] = 0.

    leak : 1/s, about the rate at which a state forgets: what rounding leaves of rare clicks is judged by it.
    small : the most numbers whose generator is exponentiated as it is.
    """
    flow, rows = None, np.stack([chain.rate, chain.trace])
    if len(chain.start) > small:
        flow = reduced(chain.solve, rows, chain.start, times, leak)
    if flow is None:
        flow = Flow(dense(chain.generator), rows, chain.start)
    density, survival = seen_along(flow, times).T
    return density, survival


def axis(fine: float, bends: float, end: float) -> np.ndarray:
    """Times from 0 to `end` (s) or just beyond: steps of `fine` up to `bends`, then twice as long again and again."""
    count = max(int(np.ceil(bends / fine)), 2)
    count += count % 2
    times = [np.arange(count + 1) * fine]
    while times[-1][-1] < end:
        fine *= 2
        times.append(times[-1][-1] + np.arange(1, DOUBLING + 1) * fine)
    return np.concatenate(times)


def resolvent(generator: Any) -> Solve:
    """y → (−A)⁻¹ y, factored once."""
    if sparse.issparse(generator) and generator.nnz < FILLED * generator.shape[0] ** 2:
        return splu(sparse.csc_matrix(-generator)).solve
    factored, pivots, _ = linalg.lapack.dgetrf(-dense(generator).T, overwrite_a=True)
    return lambda y: linalg.lapack.dgetrs(factored, pivots, y, trans=1)[0]


def moments(chain: Chain) -> tuple[float, float]:
    """Mean and variance of the time to the click, the shift counted in: s, s²."""
    once = chain.spent
    mean, square = float(chain.trace @ once), 2 * float(chain.trace @ chain.solve(once))
    return mean + chain.shift, max(square - mean**2, 0.0)


def stationary(after: Callable[[np.ndarray], np.ndarray], y: np.ndarray, trace: np.ndarray) -> np.ndarray:
    """The fixed point of `after`, the state after the next click and hold, by iteration: clicks forget the past."""
    for _ in range(ROUNDS):
        new = after(y)
        new = new / (trace @ new)
        if np.max(np.abs(new - y)) <= FORGOTTEN * np.max(np.abs(y)):
            return new
        y = new
    raise ConvergenceError(f"the state after a click still changes after {ROUNDS} clicks: no stationary interval")


def dense(matrix: Any) -> np.ndarray:
    """The matrix as an array."""
    return matrix.toarray() if sparse.issparse(matrix) else np.asarray(matrix)
