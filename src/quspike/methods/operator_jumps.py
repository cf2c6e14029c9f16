"""Secular jumps of a memristance that is an operator: how `gksl` loses energy with `memory = "operator"`.

    G(φ̂) = ∫√W dφ = Σ_k G_k,   G_k lowers a†a by k,   ω_k = kω0,   J(ω) = ω (Z0 = 1 ohm; only F²/Z0 = G² counts)
    Γ_k = (2ω_k/ħ)(n̄(ω_k) + 1),   Γ_−k = (2ω_k/ħ) n̄(ω_k),   Γ_0 = lim (2ω/ħ) n̄(ω) = 2kT/ħ²

Fermi's golden rule for each line, averaged over the carrier: Γ = S(ω)/ħ² with the line's spectrum S(ω) = 2ħω(n̄ + 1).
A constant W has G_±1 = √W φ_zpf a, a†, hence κ(n̄ + 1) and κn̄. Γ_−k = e^{−kħω0/kT} Γ_k: a thermal state is stationary,
exactly. Left out is what the lines do to H: Lamb's shift and the zero-point force, of the order of the decay itself.

The oscillator swings about the rest flux φ_dc of the drive's slow part: there the jumps lower its quanta.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.constants import hbar, k_B
from quspike.errors import ConvergenceError
from quspike.kernel import secular_jumps
from quspike.kernel.displaced import Turn
from quspike.kernel.fock import damping
from quspike.memory.operator import check_operator, conductance_at, coupling_at
from quspike.methods import secular
from quspike.methods.method import Params, Setup, Solution, initial_memories
from quspike.quantize.membrane import Dissipator
from quspike.quantize.numbers.zero_point import Mode, resonator_mode, thermal_occupation

FIRST_JUMPS = 8
MOST_JUMPS = 96
NUDGE = 1e-10  # of a zero-point amplitude, off α = 0: |α| and arg α have no derivative there, which their jumps have
LEFT_OUT = 1e-8  # of the rate of all jumps, that the last two kinds may have


class Swing(NamedTuple):
    """What the jumps are about: rest flux (Wb), and α of the swing about it in the frame that rotates at ω0."""

    rest: Any
    alpha: Any

    @property
    def size(self) -> Array:
        """|α|."""
        return jnp.abs(self.alpha + NUDGE)

    @property
    def angle(self) -> Array:
        """arg α."""
        return jnp.angle(self.alpha + NUDGE)


def swing_of(setup: Setup, params: Params, mode: Mode, t, seen, piece, driven=1.0) -> Swing:
    """The swing of α_V about the rest flux; driven : share of the input."""
    rest = driven * secular.rest_flux(setup, mode, piece, t)
    return Swing(rest, seen - driven * secular.rest_amplitude(setup, mode, t, piece))


def loss(setup: Setup, params: Params, mode: Mode, swing: Swing, x: Array, packed: Array) -> Turn:
    """What all dissipators do to α and to ρ′, 1/s: resistors through a and a†, memristors through their jumps."""
    down, up = resistor_rates(setup, params, mode)
    rate, memories = damping(down, up, packed), iter(x)
    drift = -0.5 * (down - up) * swing.alpha
    aligned = secular_jumps.turned(packed, swing.angle)
    jumps = [
        jumps_about(setup, params, mode, d, next(memories), swing) for d in setup.one.dissipators if d.law is not None
    ]
    lost = sum((secular_jumps.lindblad(each, aligned) for each in jumps), jnp.zeros_like(packed))
    turn = secular_jumps.recentred(packed, secular_jumps.turned(lost, -swing.angle))
    return Turn(drift + turn.drift, rate + turn.packed)


def resistor_rates(setup: Setup, params: Params, mode: Mode) -> tuple:
    """κ↓ and κ↑ of all that is no memristor, 1/s."""
    own = [params["elements"][d.name] for d in setup.one.dissipators if d.law is None]
    kappas = [1 / (p["R"] * mode.capacitance) for p in own]
    up = sum((k * thermal_occupation(mode.omega, p["T"]) for k, p in zip(kappas, own, strict=True)), jnp.zeros(()))
    return sum(kappas, jnp.zeros(())) + up, up


def jumps_about(setup: Setup, params: Params, mode: Mode, d: Dissipator, x, swing: Swing) -> Array:
    """√Γ_k G_k about this swing, turned to where it is real, for all k that are kept (2K + 1, N, N); 1/√s."""
    assert setup.truncation is not None
    elements = params["elements"]

    def coupling(place: Array) -> Array:
        there = coupling_at(d, x, swing.rest + mode.phi_zpf * place, elements)
        return there - coupling_at(d, x, swing.rest, elements)

    parts = secular_jumps.jump_elements(setup.truncation, setup.jumps, coupling, 2 * swing.size)
    dephasing = parts[0] - jnp.trace(parts[0]) / setup.truncation * np.eye(setup.truncation)  # the same, and smaller
    parts = parts.at[0].set(dephasing)
    return secular_jumps.weighted(parts, *jump_rates(mode, setup.jumps, elements[d.name]["T"]))


def jump_rates(mode: Mode, most: int, temperature) -> tuple[Array, Array]:
    """Γ_k and Γ_−k for k = 0 … most, (most + 1,) each, of G in √S·Wb; 1/(S Wb² s)."""
    k = np.arange(1, most + 1)
    quanta = thermal_occupation(mode.omega * k, temperature)
    step = 2 * mode.omega * k / hbar
    none = jnp.full(1, 2 * k_B * temperature / hbar**2)
    return jnp.concatenate([none, step * (quanta + 1)]), jnp.concatenate([jnp.zeros(1), step * quanta])


def left_out(setup: Setup, params: Params, mode: Mode, swing: Swing, x: Array, packed: Array) -> Array:
    """The rate of the two highest kinds of jumps, over that of all that change a†a: the largest of any memristor."""
    aligned, shares = secular_jumps.turned(packed, swing.angle), [jnp.zeros(())]
    for d, memory in zip(setup.one.memristors, x, strict=True):
        rate = secular_jumps.activity(jumps_about(setup, params, mode, d, memory, swing), aligned)
        by_quanta = rate[1 : setup.jumps + 1] + rate[setup.jumps + 1 :]
        shares.append(jnp.sum(by_quanta[-2:]) / jnp.sum(by_quanta))
    return jnp.max(jnp.stack(shares))


def observed(setup: Setup, params: Params, mode: Mode, t, alpha, x: Array, packed: Array) -> tuple[list, list, list]:
    """x0 + s⟨φ⟩, ⟨W(φ̂)⟩ (S) and ½⟨{W(φ̂), V̂}⟩ (A) of each memristor at t. alpha : α_V in the rotating frame."""
    lab = alpha * jnp.exp(-1j * mode.omega * t)
    phi, v = 2 * mode.phi_zpf * lab.real, 2 * mode.v_zpf * lab.imag
    points, probability, flow = secular_jumps.densities(secular_jumps.turned(packed, mode.omega * t))
    memories, conductances, currents = [], [], []
    for d, offset in zip(setup.one.memristors, x, strict=True):
        w = conductance_at(d, offset, phi + mode.phi_zpf * points, params["elements"])
        memories.append(offset + d.sign * phi)
        conductances.append(w @ probability)
        currents.append(w @ probability * v + mode.v_zpf * (w @ flow))
    return memories, conductances, currents


def prepare(setup: Setup, params: Params, packed: Array) -> Setup:
    """The setup with as many kinds of jumps as the first state needs at the largest swing expected.

    packed : ρ′(0). Raises InputError for a memristance that no G(φ̂) gives.
    """
    for d in setup.one.memristors:
        check_operator(d)
    mode = resonator_mode(setup.one, params["elements"])
    reach = jnp.maximum(jnp.abs(secular.initial_amplitude(params, mode)), 0.5 * setup.scale / mode.v_zpf)
    swing, x = Swing(0.0, reach + 0j), jnp.asarray(initial_memories(setup, params))
    chosen = replace(setup, jumps=FIRST_JUMPS)
    while chosen.jumps < MOST_JUMPS and left_out(chosen, params, mode, swing, x, packed) > LEFT_OUT:
        chosen = replace(chosen, jumps=_more(chosen.jumps))
    return with_fastest(chosen, params)


def refine(setup: Setup, params: Params, solution: Solution) -> Setup | None:
    """The setup with half as many kinds of jumps again, if the last ones were not rare enough; None where they were.

    Raises ConvergenceError where no number of them that can be afforded would do.
    """
    rare = float(solution.diagnostics["left_out_jumps"])
    if rare <= LEFT_OUT:
        return None
    if setup.jumps >= MOST_JUMPS:
        tried = f"jumps of up to {setup.jumps} quanta still leave out {rare:.1g} of their rate"
        raise ConvergenceError(f"{tried}: the swing is too large for the flux that switches W; use brownian")
    return with_fastest(replace(setup, jumps=_more(setup.jumps)), params)


def with_fastest(setup: Setup, params: Params) -> Setup:
    """The setup with the fastest decay that its jumps cause about no swing, 1/s."""
    mode = resonator_mode(setup.one, params["elements"])
    still, total = Swing(jnp.zeros(()), jnp.zeros((), dtype=complex)), 0.0
    for d, x in zip(setup.one.memristors, initial_memories(setup, params), strict=True):
        jumps = np.asarray(jumps_about(setup, params, mode, d, x, still))
        total += float(np.linalg.eigvalsh(np.einsum("kji,kjl->il", jumps, jumps))[-1])
    return replace(setup, fastest=total)


def _more(jumps: int) -> int:
    return min(jumps * 3 // 2, MOST_JUMPS)
