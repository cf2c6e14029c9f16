"""Friction and noise of one line with a position-dependent coupling G(φ̂), G′ = √W, on centre and difference.

    −(i/2ħ)[G, {Ġ, ρ}] − (kT/ħ²)[G, [G, ρ]] − (c/kT)[Ġ, [Ġ, ρ]],      Ġ = ½{G′, V̂},  V̂ = v̄ + (q̂ − q̄)/C

c = 1/16 is the Lindblad form with the one jump √(2kT)/ħ [G + (iħ/4kT)Ġ] and {G, Ġ}/4 in the Hamiltonian; a larger c
adds a jump ∝ Ġ. Caldeira & Leggett, Physica A 121, 587 (1983); Diósi, Europhys. Lett. 22, 1 (1993).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from jax import Array

from quspike.kernel.centre_difference import Frame, centre_derivative, differences, mirror, momentum
from quspike.kernel.hermite_grid import HermiteGrid


class Bath(NamedTuple):
    """kT (J), c (1), C (F) and the mean voltage v̄ (V)."""

    thermal: Any
    diffusion: Any
    capacitance: Any
    voltage: Any


class Coupling(NamedTuple):
    """G(x) − G(y), ½(G′(x) + G′(y)) and G′(x) − G′(y); (N, N) each."""

    difference: Array
    mean_slope: Array
    slope_difference: Array


def coupling_of(values: Array, slopes: Array) -> Coupling:
    """From G and G′ at x, whose mirrors are those at y."""
    return Coupling(values - mirror(values), 0.5 * (slopes + mirror(slopes)), slopes - mirror(slopes))


def uniform_friction(grid: HermiteGrid, frame: Frame, packed: Array, pushed: Array, bath: Bath, conductance) -> Array:
    """The same for G = √W φ: −(iW/ħ)(x − y)(V̂ρ) − (kTW/ħ²)(x − y)²ρ + (cħ²W/kTC²)∂²ρ.

    pushed : momentum(packed). conductance : W, S.
    """
    gap = differences(grid, frame)
    seen = pushed / bath.capacitance + bath.voltage * packed
    damped = -gap / frame.hbar * mirror(seen) - bath.thermal * (gap / frame.hbar) ** 2 * packed
    twice = centre_derivative(grid, frame, centre_derivative(grid, frame, packed))
    spread = bath.diffusion * (frame.hbar / bath.capacitance) ** 2 / bath.thermal * twice
    return conductance * (damped + spread)


def friction(grid: HermiteGrid, frame: Frame, packed: Array, pushed: Array, bath: Bath, g: Coupling) -> Array:
    """Any G."""
    sides = _anticommutator(grid, frame, packed, pushed, bath, g) + 2 * bath.voltage * g.mean_slope * packed
    drawn = -g.difference / (2 * frame.hbar) * mirror(sides)
    decohered = -bath.thermal * (g.difference / frame.hbar) ** 2 * packed
    once = _commutator(grid, frame, packed, pushed, bath, g)
    twice = _commutator(grid, frame, once, momentum(grid, frame, once), bath, g)
    return drawn + decohered + bath.diffusion / bath.thermal * twice


def _anticommutator(grid, frame, packed, pushed, bath: Bath, g: Coupling) -> Array:
    """{½{G′, q̂ − q̄}/C, ρ} = [s qρ + q sρ − (ħ/4)(i d ∂ρ + ∂ i d ρ)]/C, s the mean slope, d the slopes' difference."""
    turned = g.slope_difference * mirror(packed)
    across = g.slope_difference * mirror(centre_derivative(grid, frame, packed))
    along = g.mean_slope * pushed + momentum(grid, frame, g.mean_slope * packed)
    return (along - 0.25 * frame.hbar * (across + centre_derivative(grid, frame, turned))) / bath.capacitance


def _commutator(grid, frame, packed, pushed, bath: Bath, g: Coupling) -> Array:
    """i[Ġ, ρ] = [i d qρ + q i d ρ + ħ(s ∂ρ + ∂ s ρ)]/2C + v̄ i d ρ."""
    turned = g.slope_difference * mirror(packed)
    across = g.slope_difference * mirror(pushed) + momentum(grid, frame, turned)
    slope = centre_derivative(grid, frame, packed)
    along = g.mean_slope * slope + centre_derivative(grid, frame, g.mean_slope * packed)
    return 0.5 * (across + frame.hbar * along) / bath.capacitance + bath.voltage * turned
