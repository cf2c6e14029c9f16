"""What dissipators that are hotter (or colder) than the others add to the fluctuations of a linear circuit.

    ⟨V V'⟩ = ⟨V V'⟩_T + Σ_d ∫_0^∞ dω/π Re Y_d(ω) ħω [coth(ħω/2kT_d) − coth(ħω/2kT)] Re z_d(ω)* z'_d(ω)
    ⟨φ φ'⟩ the same over ω²

⟨V V'⟩_T is equilibrium at one temperature T (`equilibrium`), z_d the impedance from dissipator d to the port. The
bracket falls off exponentially, so that the integral needs no cutoff; its pieces end at resonances and their flanks.
The state is stationary and not in equilibrium: heat flows from the hotter to the colder.
Callen & Welton, Phys. Rev. 83, 34 (1951), each dissipator by itself.
"""

from __future__ import annotations

import itertools

import numpy as np

from quspike.constants import hbar, k_B
from quspike.quantize.numbers.admittance import LinearResponse, Port
from quspike.quantize.numbers.first_order import first_order

HIGHEST = 60.0  # kT/ħ of the hottest: e^−60 is nothing
FLANKS = np.array([-100.0, -10.0, -1.0, 0.0, 1.0, 10.0, 100.0])  # in widths of a resonance
TOLERANCE = 1e-9  # relative


def excess(response: LinearResponse, ports: list[Port], reference: float) -> tuple[np.ndarray, np.ndarray]:
    """What is added to ⟨φ φ'⟩ [Wb²] and ⟨V V'⟩ [V²] of equilibrium at T = `reference` [K], (P, P) each."""
    from scipy.integrate import quad_vec

    m, leaks = response.matrices, response.leaks
    other = leaks.temperature != reference
    u = np.array([m.port(*port) for port in ports]).T

    def density(omega: float) -> np.ndarray:
        z = m.dissipators[:, other].T @ np.linalg.solve(response.dynamics(omega), u)
        strength = leaks.admittance(omega).real[other] * surplus(omega, leaks.temperature[other], reference)
        voltage = ((z.conj().T * strength) @ z).real / np.pi
        return np.stack([voltage / omega**2, voltage])

    edges = breakpoints(response, HIGHEST * k_B * max(leaks.temperature.max(), reference) / hbar)
    found = np.zeros((2, len(ports), len(ports)))
    for low, high in itertools.pairwise(edges):
        scale = np.array([1 / high**2, 1.0])[:, None, None]
        piece, _ = quad_vec(lambda w, s=scale: density(w) / s, low, high, epsabs=0.0, epsrel=TOLERANCE, limit=200)
        found += piece * scale
    return found[0], found[1]


def surplus(omega: float, temperatures: np.ndarray, reference: float) -> np.ndarray:
    """`ħω [coth(ħω/2kT_d) − coth(ħω/2kT)]` = 2ħω (n_d − n) [J], T = 0 included."""
    return 2 * hbar * omega * (_occupation(omega, temperatures) - _occupation(omega, np.array([reference])))


def _occupation(omega: float, temperatures: np.ndarray) -> np.ndarray:
    warm = temperatures > 0
    ratio = np.minimum(hbar * omega / (k_B * np.where(warm, temperatures, 1.0)), 700.0)
    return np.where(warm, 1 / np.expm1(ratio), 0.0)


def breakpoints(response: LinearResponse, highest: float) -> np.ndarray:
    """Where pieces of the integral begin and end [rad/s]: 0, decades, resonances with their flanks, `highest`."""
    rates = np.linalg.eigvals(first_order(response).generator)
    flanks = (np.abs(rates.imag)[:, None] + np.abs(rates.real)[:, None] * FLANKS).ravel()
    slowest = np.abs(rates[rates != 0]).min() if np.any(rates) else highest
    decades = np.geomspace(min(slowest, highest) * 1e-3, highest, 25)
    inside = flanks[(flanks > decades[0]) & (flanks < highest)]
    return np.unique(np.concatenate([[0.0], decades, inside]))
