"""What a run of several nodes needs to know beforehand: its scales, its first state, the numbers of its neurons.

rates λ of [[0, E], [−K − Σ b b·E_J/φ0², −G E]],   G = Σ W b b at the largest conductances
thermal state of (C, K): ⟨p_k²⟩ = ½ħω_k coth(ħω_k/2kT), ⟨x_k²⟩ = ⟨p_k²⟩/ω_k²; without a restoring force ⟨p²⟩ = kT
                         and ⟨x²⟩ = ħ²/4kT, the least that it leaves
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from scipy.linalg import eigh

from quspike.constants import e_charge, hbar, k_B, phi0
from quspike.errors import InputError, NotAvailable
from quspike.methods.inputs import Inputs
from quspike.methods.method import Setup
from quspike.methods.network import stores as network_stores
from quspike.methods.network.frame import frame
from quspike.quantize.numbers.massless import giving, inverse_capacitance
from quspike.quantize.numbers.matrices import Matrices, matrices
from quspike.quantize.system import System
from quspike.run.fock_space import SPARE, first_levels
from quspike.run.initial import Initial
from quspike.run.loop_sources import across_junctions, check_fluxes, lowest_oscillator, peak
from quspike.run.neuron import Neuron
from quspike.run.oscillator_states import amplitudes, oscillator_state
from quspike.run.schema import Run, neuron_table
from quspike.run.starting_point import hottest, memory_of
from quspike.run.step_size import STEPS_PER_CUTOFF, STEPS_PER_LEAK, STEPS_PER_RADIAN, conductances_of

COUPLED_LEVELS = 10  # of each of several oscillators to begin with: their number is the power of the oscillators
ISLAND = "with method gksl: only junctions see it, its charge comes in whole pairs, and no oscillator stands for it"
FREE = 1e-9  # of the fastest mode: below it a mode has no restoring force


class Scales(NamedTuple):
    """Fastest decay (1/s) and oscillation (rad/s), the leak over all (1/s), the least capacitance of a node (F)."""

    decay: float
    oscillation: float
    leak: float
    capacitance: float


def system_setup(run: Run, system: System, inputs: Inputs, method: str) -> Setup:
    """The static side of a run of several nodes."""
    neurons = list(run.neurons.values())
    fock = method == "gksl"
    _check_kinds(run, system, fock)
    named = {d.name: run.circuit.element(d.name).params.get("bath") for d in system.dissipators}
    return Setup(
        membrane=system,
        inputs=inputs,
        memory=run.memory if method == run.method else "mean_field",
        spike=next((n.spike for n in neurons if n.spike != "expectation"), "expectation")
        if method == run.method
        else "expectation",
        spiking=bool(neurons),
        closure=run.closure if method == "moments" else "none",
        johnson=run.johnson_noise and method == "classical",
        baths={name: str(bath) for name, bath in named.items() if bath is not None} if method == run.method else {},
        initial_state=run.initial.state,
        state=oscillator_state(run, system),
        save_covariance=run.save.covariance and method == run.method,
        truncation=run.truncation,
        fock=fock,
        nonlinearity=run.nonlinearity,
        neuron_nodes=tuple(n.node for n in neurons),
        resets=tuple(n.reset for n in neurons),
        membranes=tuple(n.membrane for n in neurons),
        phases=tuple(n.quadrature_phase for n in neurons),
    )


def _check_kinds(run: Run, system: System, fock: bool) -> None:
    """Fock space is for oscillators and their envelopes, the laboratory frame for voltages."""
    for name, neuron in run.neurons.items():
        key = f"[{neuron_table(name)}] membrane"
        if not fock and neuron.membrane != "voltage":
            raise InputError(key, neuron.membrane, "must be voltage in a circuit of several nodes (or method gksl)")
        if fock and neuron.membrane == "voltage":
            raise InputError(key, "voltage", "must be envelope or quadrature with method gksl")
    for d in system.dissipators:
        if d.senses == "envelope" and not fock:
            remedy = "must be voltage in a circuit of several nodes (or method gksl)"
            raise InputError(f"{d.name} senses", "envelope", remedy)
    if not fock:
        return
    for c in system.network.coordinates:
        if c.element:
            remedy = (
                f"must not be in a circuit with method gksl, which would need an oscillator of its own for {c.name}"
            )
            raise InputError(c.element, "a line of finite length", f"{remedy}: use moments or classical")
    for c in system.network.coordinates:
        if c.kind == "periodic":
            raise InputError(f"coordinate {c.name}", "no oscillator", f"must have a leak or an inductor {ISLAND}")
        if c.kind in ("baseband", "free"):
            remedy = f"must have an inductor (or a junction beside its leak) with method gksl: it is {c.kind}"
            raise InputError(f"node {c.node}", "no oscillator", remedy)
    if run.nonlinearity != "full":
        raise NotAvailable("nonlinearity", run.nonlinearity, "must be full in a circuit of several nodes so far")
    if run.save.states:
        raise NotAvailable("[save] states", "true", "must be false in a circuit of several nodes so far")


def system_params(run: Run, system: System, elements: Mapping[str, Any], quantum: bool) -> dict[str, Any]:
    """`neuron`: arrays (K,) of v_threshold, v_reset, t_ref, reset_std. `initial`: means, memories and spread σ(0)."""
    m = matrices(system.network, elements)
    neurons = list(run.neurons.values())
    initial: dict[str, Any] = {
        "voltage": run.initial.voltage,
        "flux": run.initial.flux,
        **amplitudes(run),
        "memory": {d.name: memory_of(run, d, elements) for d in system.memristors},
    }
    if quantum and run.method != "gksl":
        temperature = hottest(system, elements) if run.initial.state == "thermal" else 0.0
        initial["spread"] = thermal_spread(m, temperature)
    return {"neuron": _neuron_params(neurons, m, hottest(system, elements)), "initial": initial}


def _neuron_params(neurons: Sequence[Neuron], m: Matrices, temperature: float) -> dict[str, Any]:
    if not neurons:
        return {}
    ports = [m.port(n.node) for n in neurons]
    inverse = inverse_capacitance(m)
    thermal = [(k_B * temperature * (u @ inverse @ u)) ** 0.5 for u in ports]
    stds = [t if n.reset_std is None else n.reset_std for n, t in zip(neurons, thermal, strict=True)]
    levels = {key: np.array([getattr(n, key) for n in neurons]) for key in ("v_threshold", "v_reset", "t_ref")}
    return levels | {"reset_std": np.array(stds)}


def thermal_spread(m: Matrices, temperature: float) -> np.ndarray:
    """σ over (φ, q) of the thermal state of capacitors and inductors (2m, 2m), SI; the vacuum at T = 0."""
    massive = np.setdiff1d(np.arange(m.size), m.massless)
    squares, shapes = eigh(m.stiffness[np.ix_(massive, massive)], m.capacitance[np.ix_(massive, massive)])
    shapes = np.eye(m.size)[:, massive] @ shapes
    omega = np.sqrt(np.maximum(squares, 0.0))
    bound = omega > FREE * np.max(omega, initial=0.0)
    if temperature == 0 and not np.all(bound):
        raise InputError("[initial] state", "vacuum", "must be thermal: not every coordinate is held by an inductor")
    momenta, places = np.empty_like(omega), np.empty_like(omega)
    quanta = 0.5 * hbar * omega[bound]
    momenta[bound] = quanta / np.tanh(quanta / (k_B * temperature)) if temperature > 0 else quanta
    places[bound] = momenta[bound] / omega[bound] ** 2
    momenta[~bound], places[~bound] = k_B * temperature, hbar**2 / (4 * k_B * temperature) if temperature else 0.0
    charges = m.capacitance @ shapes
    zero = np.zeros((m.size, m.size))
    return np.block([[(shapes * places) @ shapes.T, zero], [zero, (charges * momenta) @ charges.T]])


def scales_of(setup: Setup, params: Mapping[str, Any]) -> Scales:
    """How fast this circuit can be, over the memristances that its memories can reach."""
    system = setup.membrane
    assert isinstance(system, System)
    m = matrices(system.network, params["elements"])
    inverse = inverse_capacitance(m)
    junctions = (m.junctions * np.asarray(m.josephson_energies)) @ m.junctions.T / phi0**2
    stiffness = m.stiffness + junctions
    names = [b.element for b in system.network.of("dissipator")]
    ends = {d.name: conductances_of(d, params) for d in system.dissipators}
    low, high = (np.array([pick(ends[name]) for name in names]) for pick in (min, max))
    leak = (m.dissipators * high) @ m.dissipators.T
    give = giving(leak, m.massless)
    keep = np.eye(m.size) - leak @ give
    rates = np.linalg.eigvals(
        np.block([[-give @ stiffness, keep.T @ inverse], [-keep @ stiffness, -keep @ leak @ inverse]])
    )
    oscillation = float(np.sqrt(max(np.max(np.linalg.eigvals(inverse @ stiffness).real, initial=0.0), 0.0)))
    total = float(np.trace(m.capacitance))
    shares = np.array([m.port(n) @ inverse @ m.port(n) for n in system.nodes])
    each = 1 / shares[shares > 0]
    return Scales(float(np.max(np.abs(rates.real))), oscillation, max(float(np.sum(low)) / total, 1e-300), np.min(each))


def with_scales(setup: Setup, params: Mapping[str, Any], duration: float) -> Setup:
    """The setup with the voltages, leaks and oscillations that errors are measured against."""
    check_fluxes(setup, params, duration)
    s = scales_of(setup, params)
    if setup.spiking:
        scale = float(np.min(np.abs(params["neuron"]["v_threshold"])))
    else:
        reach = {
            "I": min(1 / max(s.leak * s.capacitance, 1e-300), duration / s.capacitance),
            "V": 1.0,
            "NG": 2 * e_charge / s.capacitance,
            "FLUX": s.oscillation,
        }
        times = np.linspace(0, duration, 513)
        volts = [reach[source.card] * peak(setup, source, params, times) for source in setup.membrane.sources]
        scale = max([*volts, abs(float(params["initial"]["voltage"])), 1e-9])
    if setup.fock:
        levels = _levels(setup, params)
        setup = replace(setup, truncation=setup.truncation or levels)
    return replace(setup, scale=scale, slowest_leak=max(s.leak, 1 / duration), oscillation=s.oscillation)


def _levels(setup: Setup, params: Mapping[str, Any]) -> int:
    """Levels of each oscillator: room for the warmest of them, at the slowest that the circuit has."""
    system = setup.membrane
    assert isinstance(system, System)
    temperature, slowest = hottest(system, params["elements"]), lowest_oscillator(setup, params)
    occupation = 1 / np.expm1(hbar * slowest / (k_B * temperature)) if temperature > 0 else 0.0
    levels = min(first_levels(Initial(), float(occupation), bool(system.junctions)), COUPLED_LEVELS)
    return max(levels, (setup.state or {}).get("levels", 1) + SPARE)


def _store_rate(setup: Setup, params: Mapping[str, Any]) -> float:
    """The fastest rate of what dissipators store: the norm of Γ, or of what a voltage does to it through C [1/s]."""
    s = network_stores.stores(setup, params)
    if not len(s.decay):
        return 0.0
    f = frame(setup, params)
    w = np.array([max(conductances_of(d, params)) for d in setup.membrane.dissipators])
    drawn, driven = (np.asarray(part) for part in network_stores.couplings(s, jnp.asarray(w)))
    across = np.asarray(f.dissipators.T @ f.inverse_capacitance @ f.dissipators)
    through = np.asarray(s.owner) @ across @ np.asarray(s.owner).T * driven[:, None] * drawn
    return max(float(np.linalg.norm(np.asarray(s.decay), 2)), float(np.linalg.norm(through, 2)) ** 0.5)


def choose_system_step(setup: Setup, params: Mapping[str, Any], run: Run) -> float:
    """The shortest of leak, oscillation, drive, Josephson and refractory times, each over its number of steps; s."""
    s, stored = scales_of(setup, params), _store_rate(setup, params)
    candidates = [
        1 / (STEPS_PER_LEAK * s.decay) if s.decay > 0 else np.inf,
        STEPS_PER_CUTOFF / stored if stored > 0 else np.inf,
        1 / (STEPS_PER_RADIAN * s.oscillation) if s.oscillation > 0 else np.inf,
        setup.inputs.timescale() / (2 * np.pi * STEPS_PER_RADIAN),
        *(phi0 / (STEPS_PER_RADIAN * v) for v in across_junctions(setup, params, run.duration) if v > 0),
        run.save_every,
        run.duration / 50,
        *(n.t_ref for n in run.neurons.values() if n.t_ref > 0),
    ]
    return float(min(candidates))
