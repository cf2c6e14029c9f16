"""States that diffuse, with a detector's clicks: noise, and all else as in `quantum_jumps.py`.

    y ← kick(h/2),   clicks, resets, holds and drift over h,   y ← kick(h/2)

Strang's splitting of noise from everything else, which is solved as if there were none: of weak
order 2 in the step, clicks at their own times in it. A hold that takes the noise away has it taken from the kicks that
lie in it, which is right on average, wherever in its step a click comes.
"""

from __future__ import annotations

from typing import Any

import jax
from jax import Array

from quspike.kernel.quantum_diffusion import Noise
from quspike.kernel.quantum_jumps import Course, JumpModel, advance


def diffuse_and_click(
    model: JumpModel, noise: Noise, key: Array, t0: Array, t1: Array, course: Course, piece: Any, t_ref: Any
) -> tuple[Course, Array]:
    """One step of one trajectory: the course at t1, and its clicks (MOST_CLICKS,), nan-padded."""
    half, normals = 0.5 * (t1 - t0), jax.random.normal(key, (2, *noise.shape))

    def kicked(t: Array, c: Course, normal: Array) -> Course:
        return c._replace(y=model.settle(noise.kick(t, c.y, piece, 1 - c.held, half, normal)))

    course, spikes = advance(model, t0, t1, kicked(t0, course, normals[0]), piece, None, t_ref)
    return kicked(t1, course, normals[1]), spikes
