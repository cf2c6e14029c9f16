"""The constraint `s = β sin(u − s)` for JAX: solved in a loop, differentiated as the implicit function that it is.

ds = (1 + β cos δ)⁻¹ (β cos δ du + dβ sin δ),      δ = u − s
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import Array

from quspike.quantize.numbers.constraint import ROUNDS, SETTLED, newton_step


@jax.custom_jvp
def traced_phase_drops(beta: Array, u: Array) -> Array:
    """s (…, J) for u (…, J) and β (J, J)."""
    enough = SETTLED * (1 + jnp.sum(jnp.abs(beta)))

    def unsettled(state):
        _, left, rounds = state
        return (jnp.max(left) > enough) & (rounds < ROUNDS)

    def step(state):
        s, _, rounds = state
        s, left = newton_step(jnp, beta, u, s)
        return s, left, rounds + 1

    first = jnp.zeros_like(u), jnp.full(u.shape[:-1], jnp.inf), 0
    return jax.lax.while_loop(unsettled, step, first)[0]


@traced_phase_drops.defjvp
def _implicit(primals, tangents):
    (beta, u), (dbeta, du) = primals, tangents
    s = traced_phase_drops(beta, u)
    bent = beta * jnp.cos(u - s)[..., None, :]
    right = (bent @ du[..., None])[..., 0] + jnp.sin(u - s) @ dbeta.T
    return s, jnp.linalg.solve(jnp.eye(len(beta)) + bent, right[..., None])[..., 0]
