"""Trains of spikes of a run, drawn click by click: `sampling.py` with a circuit's own numbers.

For memories that stand still and a drive that does not change; what an ensemble of them says of intervals is what
`statistics.py` computes. Numbers are taken from the circuit, and not from the equations that they check.
"""

from __future__ import annotations

import numpy as np

from quspike.constants import hbar, k_B
from quspike.errors import NotAvailable
from quspike.methods.escape.detector import detector
from quspike.methods.escape.fock import click_matrix, kick, nonlinear_levels, root
from quspike.methods.escape.sampling import Jumps, Trains, Walk, jump_trains, walk_trains
from quspike.methods.escape.sources import Current, current_of, envelope_of
from quspike.methods.method import Params, Setup
from quspike.quantize.membrane import total_capacitance
from quspike.quantize.numbers.zero_point import resonator_mode

STEPS = 50.0  # a step is so small a part of the shortest of leak time and 1/Γ0


def sample_trains(
    setup: Setup, params: Params, trajectories: int, spikes: int, seed: int, step: float | None = None
) -> Trains:
    """So many spikes of each trajectory. step : s; by default 1/50 of the shorter of leak time and 1/Γ0."""
    if setup.one.memristors:
        raise NotAvailable(setup.one.memristors[0].name, "a memory", "must be a resistor for trains drawn at random")
    rate = max(float(params["neuron"]["escape_rate"]), _leak(setup, params))
    h = 1 / (STEPS * rate) if step is None else step
    if setup.resonator:
        return jump_trains(_jumps(setup, params), trajectories, np.inf, h, seed, spikes)
    return walk_trains(_walk(setup, params), trajectories, np.inf, h, seed, spikes)


def _leak(setup: Setup, params: Params) -> float:
    conductance = sum(1 / float(params["elements"][d.name]["R"]) for d in setup.one.dissipators)
    return conductance / float(total_capacitance(setup.one, params["elements"]))


def _steady(current: Current) -> float:
    """I of a drive that does not change, A."""
    if len(set(current.constant)) > 1 or current.constant[0] is None:
        raise NotAvailable("drive", "one that changes", "must be constant for trains drawn at random")
    return current.constant[0]


def _walk(setup: Setup, params: Params) -> Walk:
    """The Langevin equation C dV = (I − V/R)dt + √(2kT/R) dB of every resistor."""
    capacitance, neuron = float(total_capacitance(setup.one, params["elements"])), params["neuron"]
    leak, back, zero = _leak(setup, params), float(neuron["v_reset"]), setup.reset == "zero"
    numbers = [params["elements"][d.name] for d in setup.one.dissipators]
    heat = sum(k_B * float(p["T"]) / float(p["R"]) for p in numbers) / capacitance**2
    warm = float(np.sqrt(k_B * max(float(p["T"]) for p in numbers) / capacitance))
    return Walk(
        leak=leak,
        push=_steady(current_of(setup, params)) / capacitance,
        std=float(np.sqrt(heat / leak)),
        begin=(float(params["initial"]["voltage"]), warm),
        back=(back, float(neuron["reset_std"])),
        subtract=None if zero else float(neuron["v_threshold"]) - back,
        t_ref=float(neuron["t_ref"]),
        stages=setup.stages,
        detector=detector(params),
    )


def _jumps(setup: Setup, params: Params) -> Jumps:
    """a with κ(n̄ + 1), a† with κn̄ of each resistor, and the click; after it a thermal number, or a displacement."""
    if setup.stages or (setup.reset == "subtract" and float(params["neuron"]["t_ref"]) > 0):
        raise NotAvailable(
            "t_ref", "a hold in which states move", "must be 0 s, or follow a zero reset, in pure states"
        )
    mode, levels = resonator_mode(setup.one, params["elements"]), setup.truncation or 2
    envelope, carrier = envelope_of(setup, params, float(mode.omega))
    a = np.diag(np.sqrt(np.arange(1.0, levels)), 1)
    turn = nonlinear_levels(setup, params, mode) - (carrier - float(mode.omega)) * np.arange(levels)
    push = float(mode.phi_zpf) * _steady(envelope) / (2 * hbar)
    jumps = []
    for d in setup.one.dissipators:
        p = params["elements"][d.name]
        kappa, quanta = 1 / (float(p["R"]) * float(mode.capacitance)), _quanta(float(mode.omega), float(p["T"]))
        jumps += [np.sqrt(kappa * (quanta + 1)) * a, np.sqrt(kappa * quanta) * a.T]
    click = root(click_matrix(setup, mode, detector(params), levels))
    fresh = _thermal_numbers(levels, float(params["neuron"]["reset_occupation"]))
    alpha = float(params["neuron"]["v_reset"]) / (2 * float(mode.v_zpf)) * np.exp(1j * setup.quadrature_phase)
    moved = _displacement(a, alpha if setup.reset == "zero" else kick(setup, params, mode)).T
    return Jumps(
        hamiltonian=np.diag(turn) - push * (a + a.T),
        jumps=(*jumps, click),
        first=_thermal_numbers(levels, float(params["initial"]["occupation"])),
        after=(lambda random, psi: fresh(random, len(psi)) @ moved)
        if setup.reset == "zero"
        else (lambda random, psi: psi @ moved),
        t_ref=float(params["neuron"]["t_ref"]),
    )


def _quanta(omega: float, temperature: float) -> float:
    return 1 / np.expm1(min(hbar * omega / (k_B * temperature), 700.0))


def _thermal_numbers(levels: int, occupation: float):
    """(random, K) → number states (K, N), drawn from a thermal distribution."""
    shares = (occupation / (1 + occupation)) ** np.arange(levels)

    def drawn(random: np.random.Generator, count: int) -> np.ndarray:
        return np.eye(levels, dtype=complex)[random.choice(levels, size=count, p=shares / np.sum(shares))]

    return drawn


def _displacement(a: np.ndarray, alpha: complex) -> np.ndarray:
    from scipy.linalg import expm

    return expm(alpha * a.T - np.conj(alpha) * a)
