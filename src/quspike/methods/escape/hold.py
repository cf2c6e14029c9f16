"""The refractory hold after a click: what happens in it to the state, and how long it lasts.

a delay     H = e^{A_h t_ref}                the interval is shifted by t_ref
Erlang-m    H = (1 − A_h t_ref/m)^{−m}       m states, each left at the rate m/t_ref: mean t_ref, CV 1/√m
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg

from quspike.methods.escape.intervals import Chain, dense, resolvent, with_erlang
from quspike.methods.escape.space import Space


def held_generator(space: Space, memory: np.ndarray) -> Any | None:
    """A_h (n, n) at these memories; None where nothing moves in the hold."""
    coefficients = space.held(0.0, memory, space.means(space.start if space.after is None else space.after))
    if not np.any(coefficients):
        return None
    generator = space.combined(coefficients)
    moved = generator @ space.after if space.after is not None else None
    still = moved is not None and np.max(np.abs(moved)) <= 1e-12 * abs(generator).max() * np.max(np.abs(space.after))
    return None if still else generator


def after_hold(held: Any | None, t_ref: float, stages: int):
    """y → H y, averaged over how long holds last."""
    if held is None or t_ref == 0:
        return lambda y: y
    if not stages:
        whole = linalg.expm(dense(held) * t_ref)
        return lambda y: whole @ y
    solve = resolvent((dense(held) - np.eye(held.shape[0]) * (stages / t_ref)) * (t_ref / stages))

    def stepped(y: np.ndarray) -> np.ndarray:
        for _ in range(stages):
            y = solve(y)
        return y

    return stepped


def interval_chain(
    generator: Any, space: Space, clicked: np.ndarray, held: Any | None, t_ref: float, stages: int
) -> Chain:
    """The interval that begins with a click, which left the state `clicked` (of unit trace) before its hold."""
    bare = Chain(generator, space.rate, space.trace, clicked)
    if stages and t_ref > 0:
        return with_erlang(bare, stages, t_ref, held)
    return Chain(generator, space.rate, space.trace, after_hold(held, t_ref, 0)(clicked), t_ref)


def size_with_register(space: Space, held: Any | None, stages: int) -> int:
    """Numbers in the chain of an Erlang register."""
    return len(space.start) + stages * (1 if held is None else len(space.start))
