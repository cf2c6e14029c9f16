"""What method brownian shows: means, memristances as expectations of operators, covariance, and the health of ρ.

memristance 1/⟨W(φ̂)⟩,   memory x0 + s⟨φ⟩,   current ½⟨{W(φ̂), V̂}⟩        (operator memory)
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import Array

from quspike.kernel.centre_difference import centres, density, flow_density, moments, top_share
from quspike.kernel.centre_states import fock_matrix
from quspike.kernel.spiking_scan import Track
from quspike.memory.operator import conductance_at
from quspike.methods import lab_frame
from quspike.methods.brownian.state import State, grid_of, is_operator, memory_states
from quspike.methods.brownian.terms import dissipators
from quspike.methods.covariance import covariance_of
from quspike.methods.method import Params, Setup
from quspike.quantize.numbers.zero_point import resonator_mode

TOP = 2  # functions of either axis watched together: a state of one parity leaves every other one empty
HEALTH = 2  # columns: norm of the top functions, trace − 1
LOST = 100  # a trace that is off by 1e-8 has left the grid, as a population of 1e-6 at its edge tells
LEVELS = 40  # of the oscillator in which positivity is looked for: what is cut out of ρ is positive if ρ is


def observe(setup: Setup, params: Params, numbers: lab_frame.Circuit, t, y: State, piece, free) -> Array:
    """[V, φ, membrane, x …, W …, I …, covariance (3), Re⟨a⟩, Im⟨a⟩, health (2), state …]."""
    v = lab_frame.clamped_voltage(setup, params, numbers, t, y.means, piece, free)
    x = memory_states(setup, y.means)
    seen = lab_frame.shown_membrane(setup, params, numbers, t, y.means, piece, free)
    w, currents = _memristors(setup, params, numbers, y, v, x, free)
    health = jnp.stack([top_share(grid_of(setup), y.packed, TOP), moments(grid_of(setup), y.packed).trace - 1])
    columns = [v, y.means[1], seen, *x, *w, *currents, *spread(setup, y), *_amplitude(setup, params, t, y)]
    kept = [jnp.reshape(t, 1), y.shape, jnp.ravel(y.packed)] if setup.save_states else []
    return jnp.concatenate([jnp.stack(columns), health, *kept])


def _memristors(setup: Setup, params: Params, numbers: lab_frame.Circuit, y: State, v, x: list, free) -> tuple:
    """⟨W⟩ (S) and ½⟨{W, V̂}⟩ (A) of each memristor; of a clamped node at the voltage that clamps it."""
    grid, frame = grid_of(setup), y.frame
    where, weight = centres(grid, frame), density(grid, y.packed)
    clamped = setup.spiking and setup.reset == "zero" and not setup.resonator
    flow = flow_density(grid, frame, y.packed) / numbers.capacitance * (free if clamped else 1.0)
    conductances, currents = [], []
    for d, offset, w in dissipators(setup, params, y, v, x):
        if d.law is None:
            continue
        values = w * jnp.ones_like(where)
        if is_operator(setup, d):
            values = conductance_at(d, offset, where, params["elements"])
        conductances.append(values @ weight)
        currents.append(values @ weight * v + values @ flow)
    return conductances, currents


def spread(setup: Setup, y: State) -> tuple:
    """σ_φφ (Wb²), σ_φq (Wb·C), σ_qq (C²)."""
    frame, m = y.frame, moments(grid_of(setup), y.packed)
    square, unit = m.square - m.position**2, frame.hbar / frame.reach
    product = m.product - m.position * m.momentum
    momentum = m.momentum_square - m.momentum**2 + 2 * frame.chirp * product + frame.chirp**2 * square
    return frame.width**2 * square, frame.width * unit * (product + frame.chirp * square), unit**2 * momentum


def _amplitude(setup: Setup, params: Params, t, y: State) -> list:
    """⟨a⟩ in the frame that rotates at ω0, of a resonator."""
    if not setup.resonator:
        return []
    mode = resonator_mode(setup.one, params["elements"])
    alpha = y.means[1] / (2 * mode.phi_zpf) + 1j * y.means[0] / (2 * mode.q_zpf)
    alpha = alpha * jnp.exp(1j * mode.omega * t)
    return [alpha.real, alpha.imag]


def states(setup: Setup, params: Params, kept: Array) -> Array:
    """ρ about its mean in the oscillator's Fock basis, in the frame that rotates at ω0, of saved columns; (T, M, M)."""
    mode, levels = resonator_mode(setup.one, params["elements"]), max(grid_of(setup).points.size, LEVELS)

    def state(row: Array) -> Array:
        y = State(jnp.zeros(2), row[1:4], row[4:].reshape(grid_of(setup).transform.shape))
        rho = fock_matrix(grid_of(setup), y.frame, y.packed, jnp.sqrt(2.0) * mode.phi_zpf, levels)
        turn = jnp.exp(1j * mode.omega * row[0] * jnp.arange(levels))
        return rho * jnp.outer(turn, turn.conj())

    return jax.lax.map(state, kept)


def read(setup: Setup, params: Params, numbers: lab_frame.Circuit, records: Array) -> dict[str, Any]:
    """Name the columns of `observe`."""
    count = len(setup.one.memristors)
    fixed = records[:, 3:]
    x, w, current = (fixed[:, i * count : (i + 1) * count] for i in range(3))
    rest = fixed[:, 3 * count :]
    phi_phi, phi_q, q_q = (rest[:, i : i + 1] for i in range(3))
    named = {
        "voltage": records[:, :1],
        "flux": records[:, 1:2],
        "membrane": records[:, 2:3],
        "voltage_std": jnp.sqrt(jnp.maximum(q_q, 0.0)) / numbers.capacitance,
        "memory": x,
        "memristance": 1 / w,
        "memristor_current": current,
        **covariance_of(phi_phi, phi_q, q_q),
    }
    if setup.resonator:
        named["amplitude"] = rest[:, 3:4] + 1j * rest[:, 4:5]
    if setup.save_states:
        named["states"] = states(setup, params, rest[:, 5 + HEALTH :])
    return named


def after(setup: Setup, params: Params, numbers: lab_frame.Circuit, track: Track) -> dict[str, Any]:
    """How healthy ρ was over all steps, its smallest eigenvalue at the end; a lost trace asks for points too."""
    start = 3 + 3 * len(setup.one.memristors)
    health = track.records[:, start + 5 - 2 * (not setup.resonator) :][:, :HEALTH]
    y, lost = track.final, jnp.max(jnp.abs(health[:, 1]))
    own = jnp.sqrt(y.frame.width * y.frame.reach)
    final = jax.vmap(jnp.linalg.eigvalsh)(fock_matrix(grid_of(setup), y.frame, y.packed, own, LEVELS)[None])[0]
    diagnostics = covariance_of(*track.records.T[start : start + 3])["diagnostics"] | {
        "top_level_population": jnp.maximum(jnp.max(health[:, 0]), LOST * lost),
        "trace_error": lost,
        "smallest_eigenvalue": final[0],
        "truncation": jnp.asarray(setup.truncation),
    }
    return {"diagnostics": diagnostics}
