"""What moves ρ′ in method brownian, before its frame moves: H_S, then every dissipator with its own T.

    U(φ̂) = φ̂²/2L − Σ E_J cos(φ̂/φ0),     uniform lines added up, operator memristors one by one

The sources push the mean and nothing else, so that they are left to the frame.
"""

from __future__ import annotations

import jax.numpy as jnp
from jax import Array

from quspike.constants import k_B, phi0
from quspike.kernel.centre_difference import Frame, arguments, centres, differences, free_flow, mirror, momentum
from quspike.kernel.friction import Bath, coupling_of, friction, uniform_friction
from quspike.kernel.hermite_grid import HermiteGrid
from quspike.memory.operator import conductance_at, coupling_at
from quspike.methods import lab_frame
from quspike.methods.brownian.state import State, grid_of, is_operator
from quspike.methods.method import Params, Setup
from quspike.quantize.membrane import Dissipator

DIFFUSION = {"minimal": 1 / 16, "next_order": 1 / 12}
"""c of the [Ġ, [Ġ, ρ]] term: the least that is completely positive, and what ½u coth ½u = 1 + u²/12 … asks for."""


def density_rate(setup: Setup, params: Params, numbers: lab_frame.Circuit, y: State, v, x: list, held) -> Array:
    """dR/dt without the motion of the frame. held : 0.0 while the lines are disconnected."""
    grid, frame = grid_of(setup), y.frame
    pushed = momentum(grid, frame, y.packed)
    potential = potential_difference(setup, params, numbers, grid, frame)
    rate = free_flow(grid, frame, y.packed, numbers.capacitance) - potential / frame.hbar * mirror(y.packed)
    loss = jnp.zeros_like(rate)
    for d, memory, conductance in dissipators(setup, params, y, v, x):
        bath = bath_of(setup, params, numbers, d, v)
        if is_operator(setup, d):
            phi = arguments(grid, frame)
            values = coupling_at(d, memory, phi, params["elements"])
            slopes = jnp.sqrt(conductance_at(d, memory, phi, params["elements"]))
            loss = loss + friction(grid, frame, y.packed, pushed, bath, coupling_of(values, slopes))
        else:
            loss = loss + uniform_friction(grid, frame, y.packed, pushed, bath, conductance)
    return rate + held * loss


def dissipators(setup: Setup, params: Params, y: State, v, x: list) -> list[tuple[Dissipator, Array | None, Array]]:
    """Each dissipator, the offset x0 of its memory (None of a resistor), and W at the mean."""
    found, offsets = lab_frame.conductances(setup, params, v, x), iter(y.means[2:])
    return [(d, None if d.law is None else next(offsets), w) for d, w in zip(setup.one.dissipators, found, strict=True)]


def bath_of(setup: Setup, params: Params, numbers: lab_frame.Circuit, d: Dissipator, v) -> Bath:
    """The dissipator's kT, at the mean voltage v."""
    return Bath(k_B * params["elements"][d.name]["T"], DIFFUSION[setup.diffusion], numbers.capacitance, v)


def potential_difference(
    setup: Setup, params: Params, numbers: lab_frame.Circuit, grid: HermiteGrid, frame: Frame
) -> Array:
    """U(x) − U(y), J (N, N): (x² − y²)/2L and 2E_J sin((x + y)/2φ0) sin((x − y)/2φ0)."""
    middle, gap = centres(grid, frame), differences(grid, frame)
    total = numbers.inverse_inductance * jnp.outer(middle, gap)
    for name in setup.one.junctions:
        energy = params["elements"][name]["EJ"]
        total = total + 2 * energy * jnp.outer(jnp.sin(middle / phi0), jnp.sin(gap / (2 * phi0)))
    return total
