"""The lines of a node for its hierarchy: which dissipators share one, and how each couples to the flux.

operator      Q_d = G_d(φ)/(φ_zpf √W_r),  G_d′ = √W_d:   the line hangs on F(φ̂), an ideal flux-controlled memristor's
mean_field    Q_d = √(W_d/W_r) X,  W_d from a memory that ⟨V⟩ drives:   and every resistor

with X = φ/φ_zpf and a conductance W_r of reference. In the frame of the mean (φ_c, q_c) a line sees
Q(φ_c + φ′) − Q(φ_c), and its response to what they do on average is a number,

    du/dt = −γ u − 2λ⟨Q̇⟩,      λ = φ_zpf² γ W_r/2ħ,      γ = ω_c,      Q̇ = ½{dQ/dX, V̂}/φ_zpf.

A coupling √W(t) that moves by itself draws current from V, not from d(√W φ)/dt: Q̇ = √W V, without a derivative of √W.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax.numpy as jnp
from jax import Array

from quspike.constants import hbar, k_B
from quspike.kernel.hierarchy import Grid
from quspike.memory.operator import conductance_at, coupling_at, is_operator
from quspike.methods import lab_frame
from quspike.methods.method import Params, Setup
from quspike.quantize.membrane import Dissipator
from quspike.quantize.numbers.zero_point import Mode


@dataclass(frozen=True)
class SharedLine:
    """Dissipators (places in the membrane's order) on one reference line; W_r in S; poles and residues of its noise."""

    members: tuple[int, ...]
    reference: float
    xi: tuple[float, ...]
    eta: tuple[float, ...]


class Coupling(NamedTuple):
    """Q and dQ/dX of one line on the grid (N,), relative to the mean; dimensionless."""

    value: Array
    slope: Array


class Bath(NamedTuple):
    """The numbers of one line in 1/s: its coupling λ, its cutoff γ, kT/ħ."""

    coupling: Any
    cutoff: Any
    thermal_rate: Any


def shared_lines(setup: Setup, params: Params) -> list[tuple[int, ...]]:
    """Who shares a line: dissipators linear in φ̂ of one temperature and cutoff; an operator memristor has its own."""
    groups: dict[Any, list[int]] = {}
    for i, d in enumerate(setup.one.dissipators):
        p = params["elements"][d.name]
        key = i if is_operator(setup.memory, d) else (float(p["T"]), float(p["cutoff"]))
        groups.setdefault(key, []).append(i)
    return [tuple(members) for members in groups.values()]


def is_bent(setup: Setup, line: SharedLine) -> bool:
    """True for a line whose coupling is no multiple of the flux."""
    return is_operator(setup.memory, setup.one.dissipators[line.members[0]])


def bath_of(setup: Setup, params: Params, mode: Mode, line: SharedLine) -> Bath:
    """λ, γ and kT/ħ of a line, from its first member."""
    p = params["elements"][setup.one.dissipators[line.members[0]].name]
    coupling = mode.phi_zpf**2 * p["cutoff"] * line.reference / (2 * hbar)
    return Bath(coupling, jnp.asarray(p["cutoff"], dtype=float), k_B * p["T"] / hbar)


def memory_states(setup: Setup, means: Array) -> list:
    """x of each memristor at the means; an operator's is x0 plus the mean flux."""
    moving = lab_frame.memory_states(setup, means)
    pairs = zip(setup.one.memristors, means[2:], moving, strict=False)
    return [x0 + d.sign * means[1] if is_operator(setup.memory, d) else x for d, x0, x in pairs]


def memory_rates(setup: Setup, params: Params, numbers: lab_frame.Circuit, v, phi, x: list) -> list:
    """dx/dt of each memristor; zero where x follows the flux itself."""
    rates = lab_frame.memory_rates(setup, params, numbers, v, phi, x)
    pairs = zip(setup.one.memristors, rates, strict=True)
    return [jnp.zeros(()) if is_operator(setup.memory, d) else rate for d, rate in pairs]


def slopes_at_mean(setup: Setup, params: Params, v, x: list) -> Array:
    """√W of each dissipator at the means (D,), √S."""
    return jnp.sqrt(jnp.stack(lab_frame.conductances(setup, params, v, x)))


def coupling_of(setup: Setup, params: Params, mode: Mode, grid: Grid, line: SharedLine, means: Array, v) -> Coupling:
    """Q and its slope at the points of the grid."""
    first = setup.one.dissipators[line.members[0]]
    if is_operator(setup.memory, first):
        return _operator_coupling(setup, params, mode, grid, first, line.reference, means)
    roots = slopes_at_mean(setup, params, v, memory_states(setup, means))[jnp.asarray(line.members)]
    size = jnp.sqrt(jnp.sum(roots**2)) / line.reference**0.5
    return Coupling(size * grid.x, size * jnp.ones_like(grid.x))


def _operator_coupling(
    setup: Setup, params: Params, mode: Mode, grid: Grid, d: Dissipator, reference: float, means: Array
) -> Coupling:
    elements, unit = params["elements"], reference**0.5
    offset = means[2 + [m.name for m in setup.one.memristors].index(d.name)]
    flux = means[1] + mode.phi_zpf * grid.x
    value = coupling_at(d, offset, flux, elements) - coupling_at(d, offset, means[1], elements)
    return Coupling(value / (mode.phi_zpf * unit), jnp.sqrt(conductance_at(d, offset, flux, elements)) / unit)
