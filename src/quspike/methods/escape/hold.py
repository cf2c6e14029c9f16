"""The refractory hold after a click: what happens in it to the state, and how long it lasts.

a delay     H = e^{A_h t_ref}                the interval is shifted by t_ref
Erlang-m    H = (1 − A_h t_ref/m)^{−m}       m states, each left at the rate m/t_ref: mean t_ref, CV 1/√m
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from scipy import linalg, sparse
from scipy.sparse.csgraph import connected_components

from quspike.methods.escape.intervals import Chain, dense, resolvent, with_erlang
from quspike.methods.escape.space import Space

STILL = 1e-12  # of what moves a state, which rounding leaves where it all cancels


def held_generator(space: Space, memory: np.ndarray) -> Any | None:
    """A_h (n, n) at these memories; None where nothing moves in the hold."""
    coefficients = space.held(0.0, memory, space.means(space.start if space.after is None else space.after))
    if not np.any(coefficients):
        return None
    if space.after is not None:
        parts = [c * (term @ space.after) for c, term in zip(coefficients, space.terms, strict=True) if c]
        if np.max(np.abs(sum(parts))) <= STILL * np.max(np.abs(parts)):
            return None
    return space.combined(coefficients)


def after_hold(held: Any | None, t_ref: float, stages: int):
    """y → H y, averaged over how long holds last."""
    if held is None or t_ref == 0:
        return lambda y: y
    if not stages:
        whole = exponential(held, t_ref)
        return lambda y: whole @ y
    solve = resolvent((dense(held) - np.eye(held.shape[0]) * (stages / t_ref)) * (t_ref / stages))

    def stepped(y: np.ndarray) -> np.ndarray:
        for _ in range(stages):
            y = solve(y)
        return y

    return stepped


def exponential(generator: Any, time: float) -> Any:
    """e^{At} (n, n), block by block where states do not mix: a resonator at rest keeps coherences of an order apart."""
    blocks, block = connected_components(sparse.csr_matrix(generator), directed=False)
    if blocks == 1:
        return linalg.expm(dense(generator) * time)
    order = np.argsort(block, kind="stable")
    ordered, sizes = sparse.csr_matrix(generator)[order][:, order], np.bincount(block)
    ends = np.cumsum(sizes)
    spans = [slice(end - size, end) for end, size in zip(ends, sizes, strict=True)]
    parts = [sparse.csr_array(linalg.expm(dense(ordered[span, span]) * time)) for span in spans]
    back = np.argsort(order)
    return sparse.block_diag(parts, format="csr")[back][:, back]


def interval_chain(bare: Chain, held: Any | None, hold: Callable[[np.ndarray], np.ndarray], t_ref: float, stages: int):
    """The interval that begins with a click, which left the chain's first state (of unit trace) before its hold."""
    if stages and t_ref > 0:
        return with_erlang(bare, stages, t_ref, held)
    return replace(bare, start=hold(bare.start), shift=t_ref)


def size_with_register(space: Space, held: Any | None, stages: int) -> int:
    """Numbers in the chain of an Erlang register."""
    return len(space.start) + stages * (1 if held is None else len(space.start))
