"""What a circuit's levels lose to its dissipators, in the secular approximation.

    L_g = Σ_{(i,j) in g} √(2 Re Y(ω) (n̄(ω) + 1)/ħω) ⟨i|V|j⟩ |i⟩⟨j|,     ω = ω_j − ω_i > 0,     and with n̄ its reverse
    L_0 = √(2 kT Re Y(0))/ħ Σ_i ⟨i|φ|i⟩ |i⟩⟨i|

V = φ̇ is the voltage across the dissipator, so |⟨i|V|j⟩|² = ω²|⟨i|φ|j⟩|²: this is Fermi's golden rule for the spectral
density J = ω Re Y on φ, for phases that are compact too. Transitions g that lie closer than the rates decay together: a
resonator's jump is √κ a, κ = 1/RC. Breuer & Petruccione, The Theory of Open Quantum Systems (2002), ch. 3.3.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from quspike.circuit import Circuit, Element
from quspike.constants import hbar, k_B
from quspike.errors import InputError, NotAvailable
from quspike.quantize.membrane import element_params
from quspike.quantize.network import network
from quspike.quantize.numbers.leaks import leaks
from quspike.quantize.spectrum.spectrum import Spectrum

NEGLIGIBLE = 1e-12  # of the largest element: none
RESONANT = 1e-9  # of the highest transition: the same frequency


def jump_matrices(circuit: Circuit, found: Spectrum, secular: float | None = None) -> dict[str, list[np.ndarray]]:
    """L of each dissipator [s^-½] (levels, levels), by element; memristors at the memory where they start.

    secular : transitions closer than this decay together [rad/s]; the largest rate of any level by default.
    Raises InputError for a dissipator without T=, NotAvailable for one behind a node that has no part in the spectrum.
    """
    net = network(circuit)
    all_leaks = leaks(net, element_params(circuit))
    losses = {}
    omega = (found.levels[None, :] - found.levels[:, None]) / hbar
    for place, name in enumerate(all_leaks.elements):
        element, temperature = circuit.element(name), float(all_leaks.temperature[place])
        if np.isnan(temperature):
            raise InputError(name, "no T", "needs T=, the temperature of its bath")
        admittance = all_leaks.admittance(np.abs(omega))[..., place].real
        voltage = _voltage(element, found)
        amplitudes = _amplitudes(omega, voltage, admittance, temperature)
        losses[name] = [*_groups(omega, amplitudes, secular), *_dephasing(element, found, admittance, temperature)]
    return losses


def _voltage(element: Element, found: Spectrum) -> np.ndarray:
    for node in element.nodes:
        if node != "0" and node not in found.nodes:
            remedy = "must stand right across what conserves energy, not behind a node of its own"
            raise NotAvailable(element.name, f"node {node}", remedy)
    plus, minus = element.nodes
    return found.voltage(plus) - found.voltage(minus)


def _amplitudes(omega: np.ndarray, voltage: np.ndarray, admittance: np.ndarray, temperature: float) -> np.ndarray:
    """√rate with the matrix element's phase, from level j to level i; 0 where they are one level."""
    apart = np.abs(omega) > RESONANT * np.max(np.abs(omega))
    size = np.where(apart, np.abs(omega), 1.0)
    occupation = np.zeros_like(size) if temperature == 0 else 1 / np.expm1(hbar * size / (k_B * temperature))
    quanta = occupation + (omega > 0)  # j above i: downwards
    return np.where(apart, np.sqrt(2 * admittance * quanta / (hbar * size)) * voltage, 0.0)


def _groups(omega: np.ndarray, amplitudes: np.ndarray, secular: float | None) -> Iterator[np.ndarray]:
    """One L for each set of transitions whose frequencies follow each other more closely than `secular`."""
    acting = np.abs(amplitudes) > NEGLIGIBLE * np.max(np.abs(amplitudes), initial=0.0)
    if not acting.any():
        return
    width = float(np.max(np.sum(np.abs(amplitudes) ** 2, axis=0))) if secular is None else secular
    rows, columns = np.nonzero(acting)
    order = np.argsort(omega[rows, columns], kind="stable")
    rows, columns = rows[order], columns[order]
    edges = np.flatnonzero(np.diff(omega[rows, columns]) > width) + 1
    for i, j in zip(np.split(rows, edges), np.split(columns, edges), strict=True):
        jump = np.zeros_like(amplitudes)
        jump[i, j] = amplitudes[i, j]
        yield jump


def _dephasing(element: Element, found: Spectrum, admittance: np.ndarray, temperature: float) -> Iterator[np.ndarray]:
    """L_0 of a dissipator across inductors, where the levels have different mean fluxes."""
    if not all(node == "0" or found.has_flux(node) for node in element.nodes):
        return
    plus, minus = element.nodes
    mean = np.real(np.diagonal(found.flux(plus, minus)))
    rate = np.sqrt(2 * k_B * temperature * admittance[0, 0]) / hbar
    if rate * np.ptp(mean) > 0 and np.ptp(mean) > NEGLIGIBLE * np.max(np.abs(found.flux(plus, minus))):
        yield np.diag(rate * (mean - mean[0])).astype(complex)
