"""Means and covariance of a linear membrane: exact for any M(t).

baseband (Brownian, white noise; σ over (φ, V))
    dσ_φφ/dt = 2σ_φV + Σ ħ²W/(8kT C²)
    dσ_φV/dt = σ_VV − (W/C) σ_φV
    dσ_VV/dt = −2(W/C) σ_VV + Σ 2kTW/C²

The means obey the classical equations (Ehrenfest), since the circuit is linear given M(t). The σ_φφ term is the one
that makes the Caldeira–Leggett equation completely positive, and keeps σ_φφσ_VV − σ_φV² ≥ (ħ/2C)². With the Gaussian
closure of a flux-controlled memory the leak is ⟨WV⟩ = ⟨W⟩⟨V⟩ + ⟨W′⟩σ_φV and reacts to a flux fluctuation with ⟨W′V⟩
(Stein's lemma), so that −⟨W′V⟩σ_φφ/C and −2⟨W′V⟩σ_φV/C join the last two lines; a general law is driven by ⟨f(x, V)⟩.
Caldeira & Leggett, Physica A 121, 587 (1983). A resonator runs in `secular.py`, a measured membrane in `measured/`.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import compress
from typing import Any

import jax.numpy as jnp
from jax import Array

from quspike.constants import hbar, k_B
from quspike.errors import NotAvailable
from quspike.kernel.spiking_scan import SpikingModel
from quspike.memory import gaussian, mean_field
from quspike.methods import coloured_moments, lab_frame, secular
from quspike.methods.classical import error_norm, read_means, start_means
from quspike.methods.covariance import covariance_of
from quspike.methods.method import Machine, Params, Setup, Solution, initial_memories
from quspike.methods.network import coloured as network_coloured
from quspike.methods.network import moments as network_moments


def prepare(setup: Setup, params: Params, duration: float) -> Setup:
    """The setup of a measured membrane with its fastest rate; every other as it is."""
    if not is_measured(setup):
        return setup
    from quspike.methods.measured import solution  # it starts from this module's state

    return solution.prepare(setup, params, duration)


def solver(setup: Setup) -> Callable[..., Solution] | None:
    """That of a measured membrane: an ensemble, each trajectory with a record of its own."""
    if not is_measured(setup):
        return None
    from quspike.methods.measured.solution import Measured

    return Measured(setup)


def is_measured(setup: Setup) -> bool:
    """Whether memories, or spikes, follow the record of a measurement."""
    return setup.memory == "measured" or setup.spike == "record"


def build(setup: Setup, params: Params) -> Machine:
    """Baseband: y = [q, φ, x …, σ_φφ, σ_φV, σ_VV]; `bath=drude`, resonators and several nodes have their own."""
    refuse_nonlinear(setup)
    if setup.several:
        return (network_coloured if network_coloured.needed(setup) else network_moments).build(setup, params)
    if setup.closure == "gaussian" and (setup.coloured or setup.resonator):
        kind = "in a resonator" if setup.resonator else "with bath=drude"
        raise NotAvailable("closure", "gaussian", f"must be none {kind} so far")
    if setup.coloured:
        return coloured_moments.build(setup, params)
    if setup.resonator:
        return secular.build(setup, params)
    return _build_baseband(setup, params)


def refuse_nonlinear(setup: Setup) -> None:
    """A junction makes the state non-Gaussian: moments would be silently wrong."""
    if setup.membrane.junctions:
        raise NotAvailable(
            "method", "moments", f"is exact for linear circuits only; {setup.membrane.junctions[0]} needs gksl"
        )


def _build_baseband(setup: Setup, params: Params) -> Machine:
    numbers = lab_frame.circuit_numbers(setup, params)
    count, means = len(setup.one.memristors), _means(setup)
    means_error = error_norm(setup, params, numbers)
    model = SpikingModel(
        flow=lambda t, y, piece, free: _flow(setup, params, numbers, t, y, piece, free),
        membrane=lambda t, y, piece: lab_frame.membrane_value(setup, params, numbers, t, y, piece),
        reset=lambda t, y, piece: _reset(setup, params, numbers, t, y, piece),
        release=lambda t, y, piece: _release(setup, params, numbers, t, y, piece),
        observe=lambda t, y, piece, free: _observe(setup, params, numbers, t, y, piece, free),
        error=lambda e, y: means_error(e[:means], y[:means]),
    )
    spread = thermal_spread(setup, params, numbers)
    start = jnp.stack([*start_means(setup, params, numbers), *initial_memories(setup, params), *spread])
    return Machine(model, start, lambda records: _read(records, count, numbers.capacitance))


def _means(setup: Setup) -> int:
    """How many of y are means: q, φ and the memories; the spread comes after them."""
    return 2 + len(setup.one.memristors)


def _flow(setup: Setup, params: Params, numbers: lab_frame.Circuit, t, y: Array, piece, free) -> Array:
    """dy/dt."""
    means = _means(setup)
    phi_phi, phi_v, v_v = y[means:]
    v = lab_frame.clamped_voltage(setup, params, numbers, t, y, piece, free)
    w, currents, stiffness = _leak(setup, params, v, lab_frame.memory_states(setup, y), phi_phi, phi_v)
    rates, _ = lab_frame.mean_flow(setup, params, numbers, t, y, piece, free, sum(currents, jnp.zeros(())))
    if setup.closure == "gaussian":
        rates[2:] = [
            gaussian.closed_rate(d, params["elements"], v, x, v_v)
            for d, x in zip(setup.one.memristors, y[2:means], strict=True)
        ]
    held = free if setup.spiking and setup.reset == "zero" else jnp.ones_like(free)
    spreading = _spread_rates(setup, params, numbers, w, stiffness, y[means:])
    return jnp.stack([*rates, *(held * rate for rate in spreading)])


def _observe(setup: Setup, params: Params, numbers: lab_frame.Circuit, t, y: Array, piece, free) -> Array:
    """[V, φ, membrane, x …, W …, ⟨WV⟩ …, σ_φφ, σ_φV, σ_VV]."""
    means = _means(setup)
    v = lab_frame.clamped_voltage(setup, params, numbers, t, y, piece, free)
    x = lab_frame.memory_states(setup, y)
    w, currents, _ = _leak(setup, params, v, x, y[means], y[means + 1])
    remember = [d.law is not None for d in setup.one.dissipators]
    of_memristors = [*compress(w, remember), *compress(currents, remember)]
    seen = lab_frame.shown_membrane(setup, params, numbers, t, y, piece, free)
    return jnp.stack([v, y[1], seen, *x, *of_memristors, *y[means:]])


def _reset(setup: Setup, params: Params, numbers: lab_frame.Circuit, t, y: Array, piece) -> Array:
    """`zero` replaces the charge by one of variance (C reset_std)²; `subtract` keeps the spread."""
    y = lab_frame.reset_means(setup, params, numbers, t, y, piece)
    if setup.reset == "subtract":
        return y
    return y.at[_means(setup) + 1 :].set(jnp.stack([0.0 * t, params["neuron"]["reset_std"] ** 2]))


def _release(setup: Setup, params: Params, numbers: lab_frame.Circuit, t, y: Array, piece) -> Array:
    """The flux noise that a replaced charge owes to the uncertainty relation: (ħ/2C reset_std)²."""
    y = lab_frame.release_means(setup, params, numbers, t, y, piece)
    if setup.reset == "subtract":
        return y
    return y.at[_means(setup)].add((hbar / (2 * numbers.capacitance * params["neuron"]["reset_std"])) ** 2)


def _spread_rates(setup: Setup, params: Params, numbers: lab_frame.Circuit, w: list, stiffness, spread: Array) -> list:
    """d/dt of σ_φφ, σ_φV and σ_VV; stiffness : Σ⟨W′V⟩ of a closed memory, zero without."""
    phi_phi, phi_v, v_v = spread
    gamma, stiffness = sum(w) / numbers.capacitance, stiffness / numbers.capacitance
    kicks = _position_diffusion(setup, params, w) / numbers.capacitance**2
    heating = _charge_diffusion(setup, params, w) / numbers.capacitance**2
    return [
        2 * phi_v + kicks,
        v_v - gamma * phi_v - stiffness * phi_phi,
        heating - 2 * gamma * v_v - 2 * stiffness * phi_v,
    ]


def thermal_spread(setup: Setup, params: Params, numbers: lab_frame.Circuit) -> list:
    """σ_VV = kT/C, σ_φV = 0, and the least σ_φφ that the uncertainty relation allows."""
    variance = k_B * hottest(setup, params) / numbers.capacitance
    return [(hbar / (2 * numbers.capacitance)) ** 2 / variance, jnp.zeros(()), variance]


def hottest(setup: Setup, params: Params):
    """The temperature of the membrane's initial state: that of its leak (the largest, if they differ), K."""
    return jnp.max(
        jnp.stack([jnp.asarray(params["elements"][d.name]["T"], dtype=float) for d in setup.one.dissipators])
    )


def _leak(setup: Setup, params: Params, v, x: list, phi_phi, phi_v) -> tuple[list, list, Array]:
    """W of every dissipator (its mean over the state, with the closure), its mean current ⟨WV⟩, and Σ⟨W′V⟩."""
    memories, conductances, currents, stiffness = iter(x), [], [], jnp.zeros(())
    for d in setup.one.dissipators:
        memory = None if d.law is None else next(memories)
        if setup.closure == "gaussian" and gaussian.closes(d):
            mean, slope, reaction = gaussian.flux_average(d, params["elements"], v, memory, phi_phi, phi_v)
            conductances.append(mean)
            currents.append(mean * v + slope * phi_v)
            stiffness = stiffness + reaction
        else:
            w = mean_field.conductance(d, memory, v, params["elements"])
            conductances.append(w)
            currents.append(w * v)
    return conductances, currents, stiffness


def _charge_diffusion(setup: Setup, params: Params, w: list):
    """Σ 2kTW, A²·s."""
    return sum(2 * k_B * params["elements"][d.name]["T"] * g for d, g in zip(setup.one.dissipators, w, strict=True))


def _position_diffusion(setup: Setup, params: Params, w: list):
    """Σ ħ²W/(8kT): the flux noise (times C²) of complete positivity."""
    pairs = zip(setup.one.dissipators, w, strict=True)
    return sum(hbar**2 * g / (8 * k_B * params["elements"][d.name]["T"]) for d, g in pairs)


def _read(records: Array, count: int, capacitance) -> dict[str, Any]:
    phi_phi, phi_v, v_v = jnp.split(records[:, 3 + 3 * count :], 3, axis=1)
    return read_means(records, count) | {
        "memristor_current": records[:, 3 + 2 * count : 3 + 3 * count],
        "voltage_std": jnp.sqrt(jnp.maximum(v_v, 0.0)),
        **covariance_of(phi_phi, capacitance * phi_v, capacitance**2 * v_v),
    }
