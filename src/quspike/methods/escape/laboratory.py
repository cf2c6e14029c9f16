"""A resonator that clicks on its voltage, in the laboratory frame: method brownian, in Fock levels of its mode.

    dρ/dt = −(i/ħ)[H_S − I(t)φ̂ + ¼Σ{G, Ġ}, ρ] + Σ 𝓓[L]ρ − ½{Γ(V̂), ρ},    H_S = q̂²/2C + φ̂²/2L − ΣE_J cos(φ̂/φ0)
    L = √(2kT)/ħ [G + (iħ/4kT)Ġ],   Ġ = ½{G′, V̂},   G′ = √W                 𝓙ρ = U √Γ ρ √Γ U†

`mean_field`, and resistors: G = √W φ̂, W moved by ⟨V⟩ and ⟨φ⟩. `operator`: G = ∫√W(x0 + sφ̂) dφ̂, so that the memory is
inside ρ. Nothing is averaged over a carrier and the cosine is whole: a current that does not change leaves one matrix,
one on a carrier coefficients that turn. In a hold after a `zero` reset the mode is alone, after `subtract` only the
drive is off, as without clicks.

Elements of every function of φ̂ and of V̂ are exact. L, {G, Ġ} and the root of Γ are products of truncated matrices:
then the equation stays of Lindblad's form, positive and of constant trace, with however few levels.
Caldeira & Leggett, Physica A 121, 587 (1983).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from quspike.constants import hbar, k_B, phi0
from quspike.errors import NotAvailable
from quspike.kernel.secular_jumps import position_basis
from quspike.memory.operator import check_operator, conductance_at, coupling_at, is_operator
from quspike.methods import lab_frame
from quspike.methods.brownian.terms import DIFFUSION
from quspike.methods.escape import fock
from quspike.methods.escape.detector import detector
from quspike.methods.escape.operator_memory import operators
from quspike.methods.escape.sources import Current, current_of
from quspike.methods.escape.space import Coefficients, Space
from quspike.methods.escape.superoperators import anticommutator, commutator, damping, packed
from quspike.methods.method import Params, Setup, initial_memories
from quspike.quantize.membrane import Dissipator
from quspike.quantize.numbers.zero_point import Mode, resonator_mode

VOLTAGE = fock.VOLTAGE


def laboratory_space(setup: Setup, params: Params) -> Space:
    """The Space of one mode of `setup.truncation` levels; seen: amplitudes, number and ⟨a²⟩ in the laboratory frame.

    Raises NotAvailable for membranes that are no voltage, and gates; InputError for memristances that no G gives.
    """
    refuse_laboratory(setup)
    still = replace(setup, quadrature_phase=VOLTAGE)
    mode, edge = resonator_mode(setup.one, params["elements"]), detector(params)
    a, current = _lowering(setup), current_of(setup, params)
    click = fock.click_matrix(still, mode, edge, len(a))
    row, zero, laws = fock.amplitude_rows(a), setup.reset == "zero", _laws(setup, params)
    hamiltonian = system_hamiltonian(setup, params, mode)
    volts, flux = fock.quadrature(mode, VOLTAGE, a), flux_matrix(mode, a)
    moving = _moving(setup)
    integrating, held = _coefficients(current, laws, zero)
    return Space(
        terms=_terms(setup, params, mode, a, hamiltonian, click),
        coefficients=integrating,
        held=held,
        trace=packed(np.eye(len(a))),
        rate=packed(click),
        signal=np.stack([packed(volts), packed(flux)]),
        seen=row | {"membrane": packed(volts)},
        start=packed(fock.first_state(setup, params, mode, a)),
        detector=edge,
        current=current,
        edge=packed(np.diag(np.arange(len(a)) >= len(a) - fock.TOP_LEVELS)),
        memory=lambda t, x, s: laws(x, s)[1],
        energy=packed(fock.detector_power(click, hamiltonian)),
        leak=_leak(setup, params, mode),
        after=packed(fock.reset_state(still, params, mode, a)) if zero else None,
        reset=None if zero else fock.click_map(still, params, mode, a, click),
        first_memory=np.array([float(params["initial"]["memory"][d.name]) for d in moving]),
        memory_scales=fock.scales(setup, params, edge, mode) if moving else np.zeros(0),
        frozen=not moving,
        turning=float(mode.omega),
        shown=_shown(setup, params, mode, a),
    )


def _moving(setup: Setup) -> list[Dissipator]:
    """Dissipators whose conductance is a number that moves."""
    return [d for d in setup.one.dissipators if d.law is not None and not is_operator(setup.memory, d)]


def _terms(
    setup: Setup, params: Params, mode: Mode, a: np.ndarray, hamiltonian: np.ndarray, click: np.ndarray
) -> tuple[np.ndarray, ...]:
    """All that stands still in one matrix, most of the time all that there is; H; its losses; the drive; each leak."""
    moving, own = _moving(setup), commutator(hamiltonian / hbar)
    frozen = [d for d in setup.one.dissipators if d not in moving]
    lost = sum((friction(setup, params, mode, a, d) for d in frozen), 0.0 * own)
    drive = commutator(-flux_matrix(mode, a) / hbar)
    leaks = (friction(setup, params, mode, a, d) for d in moving)
    return (own + lost + anticommutator(-0.5 * click), own, lost, drive, *leaks)


def _coefficients(current: Current, laws: Callable, zero: bool) -> tuple[Coefficients, Coefficients]:
    """Of the terms while integrating, and in the hold: no current flows in it, and a mode that is swapped is alone."""

    def integrating(t: float, x: np.ndarray, s: np.ndarray) -> np.ndarray:
        return np.array([1.0, 0.0, 0.0, current(t), *laws(x, s)[0]])

    def held(t: float, x: np.ndarray, s: np.ndarray) -> np.ndarray:
        lost = 0.0 if zero else 1.0
        return np.array([0.0, 1.0, lost, 0.0, *(lost * laws(x, s)[0])])

    return integrating, held


def refuse_laboratory(setup: Setup) -> None:
    """What has no place in this equation, by name."""
    if setup.membrane_kind != "voltage":
        remedy = "must be voltage with spike escape in brownian, whose frame stands still (quadrature: gksl)"
        raise NotAvailable("membrane", setup.membrane_kind, remedy)
    if setup.one.gates:
        raise NotAvailable(setup.one.gates[0].name, "a gate", "must be a current source with spike escape so far")
    for d in setup.one.memristors if setup.memory == "operator" else ():
        check_operator(d)


def voltage_spread(setup: Setup, params: Params) -> float:
    """√(kT/C) √(1 + c(ħω0/kT)²): the voltage's standard deviation at rest in this equation, whatever W is; V.

    c = 1/16 or 1/12 by `diffusion`; of the hottest line, and of junctions as inductors.
    """
    mode = resonator_mode(setup.one, params["elements"])
    heat = k_B * max(float(params["elements"][d.name]["T"]) for d in setup.one.dissipators)
    quanta = hbar * float(mode.omega) / heat
    return float(np.sqrt(heat / float(mode.capacitance) * (1 + DIFFUSION[setup.diffusion] * quanta**2)))


def _lowering(setup: Setup) -> np.ndarray:
    """a (N, N)."""
    assert setup.truncation is not None
    return np.diag(np.sqrt(np.arange(1.0, setup.truncation)), 1)


def flux_matrix(mode: Mode, a: np.ndarray) -> np.ndarray:
    """φ̂ = φ_zpf(a + a†) (N, N), Wb."""
    return float(mode.phi_zpf) * (a + a.T)


def system_hamiltonian(setup: Setup, params: Params, mode: Mode) -> np.ndarray:
    """H_S (N, N), J: ħω0 a†a, and of each junction −E_J[cos(φ̂/φ0) + φ̂²/2φ0²], whose square ω0 has already."""
    levels = len(_lowering(setup))
    energies = sum(float(params["elements"][name]["EJ"]) for name in setup.one.junctions)
    beyond = _of_flux(mode, levels, lambda phi: -energies * (jnp.cos(phi / phi0) - 1 + 0.5 * (phi / phi0) ** 2))
    return np.diag(hbar * float(mode.omega) * np.arange(levels)) + beyond


def friction(setup: Setup, params: Params, mode: Mode, a: np.ndarray, d: Dissipator) -> Any:
    """−(i/ħ)[{G, Ġ}/4, ·] + 𝓓[L] + what `diffusion` adds (N², N²), 1/s: of a mean-field memristor for W = 1 S."""
    heat = k_B * float(params["elements"][d.name]["T"])
    values, slopes = couplings(setup, params, mode, a, d)
    jump = np.sqrt(2 * heat) / hbar * (values + 0.25j * hbar / heat * slopes)
    extra = DIFFUSION[setup.diffusion] - DIFFUSION["minimal"]
    total = commutator((values @ slopes + slopes @ values) / (4 * hbar)) + damping(jump)
    return total if extra == 0 else total + damping(np.sqrt(2 * extra / heat) * slopes)


def couplings(setup: Setup, params: Params, mode: Mode, a: np.ndarray, d: Dissipator) -> tuple[np.ndarray, np.ndarray]:
    """G (√S Wb) and Ġ (√S V) of one dissipator, (N, N) each."""
    if not is_operator(setup.memory, d):
        scale = 1.0 if d.law is not None else float(params["elements"][d.name]["R"]) ** -0.5
        return scale * flux_matrix(mode, a), scale * fock.quadrature(mode, VOLTAGE, a)
    x0, elements = float(params["initial"]["memory"][d.name]), params["elements"]
    values = _of_flux(mode, len(a), lambda phi: coupling_at(d, x0, phi, elements))
    values = values - np.trace(values) / len(a) * np.eye(len(a))  # which no commutator sees
    return values, _with_voltage(mode, len(a), lambda phi: jnp.sqrt(conductance_at(d, x0, phi, elements)))


def _of_flux(mode: Mode, levels: int, function: Callable) -> np.ndarray:
    """⟨m|f(φ̂)|n⟩ (N, N), real."""
    points, basis = position_basis(levels)
    return (basis.T * np.asarray(function(float(mode.phi_zpf) * jnp.asarray(points)))) @ basis


def _with_voltage(mode: Mode, levels: int, function: Callable) -> np.ndarray:
    """½{f(φ̂), V̂} (N, N): V̂ moves by one level, so that one more makes the product exact."""
    wide = np.diag(np.sqrt(np.arange(1.0, levels + 1)), 1)
    f, volts = _of_flux(mode, levels + 1, function), fock.quadrature(mode, VOLTAGE, wide)
    return (0.5 * (f @ volts + volts @ f))[:levels, :levels]


def _laws(setup: Setup, params: Params) -> Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """(x, (⟨V⟩, ⟨φ⟩)) → W (S) and dx/dt of the mean-field memristors; compiled once."""
    numbers = lab_frame.circuit_numbers(setup, params)
    if operators(setup) or not setup.one.memristors:
        return lambda x, s: (np.zeros(0), np.zeros(0))

    @jax.jit
    def every(x, s):
        found = lab_frame.memory_states(setup, jnp.concatenate([jnp.stack([0.0 * s[1], s[1]]), x]))
        rates = lab_frame.memory_rates(setup, params, numbers, s[0], s[1], found)
        w = lab_frame.conductances(setup, params, s[0], found)
        mine = [g for d, g in zip(setup.one.dissipators, w, strict=True) if d.law is not None]
        return jnp.stack(mine), jnp.stack(rates)

    def laws(x: np.ndarray, s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        w, rates = every(jnp.asarray(x), jnp.asarray(s))
        return np.asarray(w), np.asarray(rates)

    return laws


def _leak(setup: Setup, params: Params, mode: Mode) -> float:
    """κ/2 at the first memories, 1/s: the rate at which means relax."""
    found = lab_frame.conductances(setup, params, 0.0, initial_memories(setup, params))
    return 0.5 * float(sum(found)) / float(mode.capacitance)


def _shown(setup: Setup, params: Params, mode: Mode, a: np.ndarray) -> Callable | None:
    """(memories (T, E), packed ρ (T, N²)) → x, W (S) and I (A) of each mean-field memristor, (T, E) each."""
    if operators(setup) or not setup.one.memristors:
        return None
    volts, flux = packed(fock.quadrature(mode, VOLTAGE, a)), packed(flux_matrix(mode, a))

    @jax.jit
    @jax.vmap
    def every(x, v, phi):
        found = lab_frame.memory_states(setup, jnp.concatenate([jnp.stack([0.0 * phi, phi]), x]))
        w = lab_frame.conductances(setup, params, v, found)
        mine = jnp.stack([g for d, g in zip(setup.one.dissipators, w, strict=True) if d.law is not None])
        return jnp.stack(found), mine, mine * v

    return lambda memory, states: tuple(np.asarray(part) for part in every(memory, states @ volts, states @ flux))
