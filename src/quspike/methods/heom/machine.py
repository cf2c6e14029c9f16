"""Hierarchical equations of motion of a node whose lines remember: exact for Drude lines, to the depth that is kept.

    H = q²/2C + φ²/2L − ΣE_J cos(φ/φ0) − I(t)φ + Σ_lines [a bath of J(ω) = 2λγω/(γ² + ω²) on Q(φ̂), and λQ²]

in X = φ/φ_zpf, γ = ω_c, λ = φ_zpf² γW_r/2ħ; Q = F(φ̂) of an ideal memristor (memory "operator"), or √W φ̂ with a W that
⟨V⟩ drives (memory "mean_field"): `lines`. The equations themselves are in `kernel/hierarchy.py`, the lines'
exponents in `baths/drude_exponents.py`.

ρ and all its companions are kept in the frame of the mean, ρ_n = D ρ_n′ D†: an exact change of frame, in which the
lines' response to the mean is a number and a drive costs no Fock level. There C dV/dt = I − ΣI_e − φ/L − ΣI_J,

    I_e = 2q_zpf [Tr(Q_x Y_0) − u⟨Q_x⟩],   Q_x = dQ/dX,   Y_0 = Σ s_k ρ_k over the line's first tier.

A line begins at rest at F(φ̂), where the hierarchy is empty: neither the mean nor its fluctuations slip at the start.
Tanimura & Kubo, J. Phys. Soc. Jpn. 58, 101 (1989).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp
from jax import Array

from quspike.baths.drude_exponents import drude_exponents
from quspike.constants import hbar, phi0
from quspike.kernel import hierarchy
from quspike.kernel.fock import once
from quspike.kernel.spiking_scan import SpikingModel
from quspike.methods import lab_frame
from quspike.methods.classical import error_norm, start_means
from quspike.methods.heom import lines as heom_lines
from quspike.methods.heom import records as heom_records
from quspike.methods.heom.depth import rehearse
from quspike.methods.heom.prepare import prepare, resized
from quspike.methods.heom.start import start_stack
from quspike.methods.method import Machine, Params, Setup, initial_memories
from quspike.methods.phase_space import whole_fock
from quspike.quantize.numbers.zero_point import Mode, resonator_mode

__all__ = ["build", "least_levels", "prepare", "rehearse", "resized"]

BESIDE_LINES = 14  # levels at the least, beside lines that squeeze the state at κ/ω0 = 0.1


def least_levels(setup: Setup, params: Params) -> int:
    """The fewest levels to begin with."""
    return BESIDE_LINES


class State(NamedTuple):
    """means [q, φ, x …, u …] (2 + E + D,) and the packed companions of ρ′ on the grid (K, N, N)."""

    means: Array
    stack: Array


class Parts(NamedTuple):
    """What a flow needs and a run does not change."""

    setup: Setup
    params: Params
    numbers: lab_frame.Circuit
    mode: Mode
    layout: hierarchy.Layout
    grid: hierarchy.Grid
    baths: tuple[heom_lines.Bath, ...]
    exponents: tuple[Any, ...]
    decay: Array


def build(setup: Setup, params: Params) -> Machine:
    """The machine over `State`; `setup.truncation` is N, `setup.hierarchy` the static choices of `prepare`."""
    parts = parts_of(setup, params)
    means = 2 + len(setup.one.memristors)
    first = [*start_means(setup, params, parts.numbers), *initial_memories(setup, params)]
    start = jnp.stack([*first, *(jnp.zeros(()) for _ in setup.one.dissipators)])
    model = SpikingModel(
        flow=lambda t, y, piece, free: _flow(parts, t, y, piece, free),
        membrane=lambda t, y, piece: lab_frame.membrane_value(setup, params, parts.numbers, t, y.means, piece),
        reset=lambda t, y, piece: _reset(parts, t, y, piece),
        release=lambda t, y, piece: y,
        observe=lambda t, y, piece, free: heom_records.observe(parts, t, y, piece, free),
        error=_error(parts, means),
        rolled=True,
    )
    return Machine(
        model,
        State(start, start_stack(parts, start, setup.initial_state)),
        lambda records: heom_records.read(setup, parts.mode, records),
        lambda track, nodes, spikes: heom_records.after(parts, track),
        lambda t, y: whole_fock(parts.grid.vectors @ y.stack[0] @ parts.grid.vectors.T),
    )


def parts_of(setup: Setup, params: Params) -> Parts:
    """Numbers, layout, grid and lines of these parameters."""
    chosen = setup.hierarchy
    assert chosen is not None
    assert setup.truncation is not None
    mode = resonator_mode(setup.one, params["elements"])
    baths = tuple(heom_lines.bath_of(setup, params, mode, line) for line in chosen.lines)
    exponents = tuple(drude_exponents(*bath, line.xi, line.eta) for bath, line in zip(baths, chosen.lines, strict=True))
    layout = hierarchy.hierarchy_layout(sum(1 + len(line.xi) for line in chosen.lines), chosen.depth)
    decay = jnp.asarray(layout.counts) @ jnp.concatenate([e.rates for e in exponents])
    numbers = lab_frame.circuit_numbers(setup, params)
    grid = hierarchy.flux_grid(setup.truncation)
    return Parts(setup, params, numbers, mode, layout, grid, baths, exponents, decay)


class Surroundings(NamedTuple):
    """The lines on the grid at one instant and what they and the junctions do to the stack and to the means.

    potential (N,) 1/s, less the mean force; currents (D,) A; junctions A; answers (D,): du/dt, 1/s².
    """

    lines: tuple[hierarchy.Line, ...]
    potential: Array
    currents: Array
    junctions: Array
    answers: Array


def surroundings(parts: Parts, means: Array, stack: Array, v) -> Surroundings:
    """Everything that acts beside the oscillator, at the means' node voltage v."""
    setup, mode, grid = parts.setup, parts.mode, parts.grid
    populations = jnp.diagonal(stack[0])
    response = means[2 + len(setup.one.memristors) :]
    currents, answers = jnp.zeros_like(response), jnp.zeros_like(response)
    lines, potential, column = [], jnp.zeros_like(grid.x), 0
    for line, bath, e in zip(setup.hierarchy.lines, parts.baths, parts.exponents, strict=True):
        q = heom_lines.coupling_of(setup, parts.params, mode, grid, line, means, v)
        places = jnp.asarray(line.members)
        shares = _shares(parts, line, means, v, jnp.sum(q.slope * populations))
        motion = 0.5 * mode.omega * (q.slope[:, None] + q.slope[None, :]) * grid.momentum
        fluctuation = -jnp.sum(motion * stack[0])  # Tr(−iAρ): what is left of ⟨Q̇⟩ about the mean
        carried = q.slope * v / mode.phi_zpf
        mean = jnp.sum(carried * populations) + fluctuation
        coefficients = hierarchy.line_coefficients(parts.layout, column, bath.coupling, e.rates, e.noise)
        ready = hierarchy.Line(
            q.value, q.slope, carried - mean, motion, *coefficients, column, heom_lines.is_bent(setup, line)
        )
        column += len(e.rates)
        remembered = jnp.sum(q.slope * jnp.diagonal(hierarchy.pull(parts.layout, ready, stack)))
        drawn = remembered * shares**2 / jnp.sum(shares**2)
        currents = currents.at[places].set(2 * mode.q_zpf * (drawn - response[places] * shares))
        fed = 2 * bath.coupling * (shares * v / mode.phi_zpf + fluctuation * (len(line.members) == 1))
        answers = answers.at[places].set(-bath.cutoff * response[places] - fed)
        member_values = q.value if len(line.members) == 1 else shares[:, None] * grid.x
        potential = potential - jnp.sum(response[places][:, None] * member_values, axis=0)
        lines.append(ready)
    cosine, sine, excess = _junctions(parts, means[1])
    force = -2 * jnp.sum(excess * populations) - jnp.sum(currents) / mode.q_zpf
    potential = potential + cosine + 0.5 * force * grid.x
    return Surroundings(tuple(lines), potential, currents, jnp.sum(sine * populations), answers)


def _shares(parts: Parts, line: heom_lines.SharedLine, means: Array, v, slope) -> Array:
    """⟨dQ_d/dX⟩ of each member of a line; `slope` is that of the whole coupling."""
    if len(line.members) == 1:
        return slope[None]
    roots = heom_lines.slopes_at_mean(parts.setup, parts.params, v, heom_lines.memory_states(parts.setup, means))
    return roots[jnp.asarray(line.members)] / line.reference**0.5


def _junctions(parts: Parts, phi) -> tuple[Array, Array, Array]:
    """−E_J[cos x + ½x²]/ħ (1/s), the current E_J sin x/φ0 (A) and the potential's slope in X (1/s) on the grid (N,)."""
    names, grid = parts.setup.one.junctions, parts.grid
    energy = sum((parts.params["elements"][name]["EJ"] for name in names), 0.0)
    eta = parts.mode.phi_zpf / phi0
    x = phi / phi0 + eta * grid.x
    potential = -energy / hbar * (jnp.cos(x) + 0.5 * (eta * grid.x) ** 2)
    slope = energy / hbar * eta * (jnp.sin(x) - eta * grid.x)
    return potential, energy / phi0 * jnp.sin(x), slope


def _flow(parts: Parts, t, y: State, piece, free) -> State:
    y = once(y)
    setup, params, numbers, means = parts.setup, parts.params, parts.numbers, y.means
    held = free if setup.spiking and setup.reset == "zero" else jnp.ones_like(free)
    v = lab_frame.voltage(setup, params, numbers, t, means, piece)
    around = surroundings(parts, means, y.stack, v)
    at_mean = (params["elements"][name]["EJ"] / phi0 * jnp.sin(means[1] / phi0) for name in setup.one.junctions)
    leak = jnp.sum(around.currents) + around.junctions - sum(at_mean, 0.0)
    rates, _ = lab_frame.mean_flow(setup, params, numbers, t, means, piece, free, leak)
    x = heom_lines.memory_states(setup, means)
    rates[2:] = heom_lines.memory_rates(setup, params, numbers, v, means[1], x)
    d_stack = stack_flow(parts, around, y.stack)
    return once(State(jnp.concatenate([jnp.stack(rates), around.answers]), held * d_stack))


def stack_flow(parts: Parts, around: Surroundings, stack: Array) -> Array:
    """d/dt of the stack in these surroundings."""
    omega, decay = parts.mode.omega, parts.decay
    return hierarchy.hierarchy_flow(parts.layout, parts.grid, omega, decay, around.potential, around.lines, stack)


def _reset(parts: Parts, t, y: State, piece) -> State:
    """`zero` swaps the mode with a thermal one that its lines follow; `subtract` displaces it: only the mean moves."""
    setup = parts.setup
    means = lab_frame.reset_means(setup, parts.params, parts.numbers, t, y.means, piece)
    if setup.reset == "subtract":
        return State(means, y.stack)
    return State(means, start_stack(parts, means, "swapped"))


def _error(parts: Parts, count: int):
    """max of the relative errors of the means and of the lines' answers, and of the stack (Hilbert–Schmidt)."""
    setup = parts.setup
    means = error_norm(setup, parts.params, parts.numbers)
    drawn = setup.scale * max(line.reference for line in setup.hierarchy.lines)

    def error(e: State, y: State):
        answers = 2 * parts.mode.q_zpf * jnp.max(jnp.abs(e.means[count:])) / drawn
        return jnp.stack([means(e.means[:count], y.means[:count]), answers, jnp.sqrt(jnp.sum(e.stack**2))]).max()

    return error
