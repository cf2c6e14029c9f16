"""Fluctuations of a circuit in equilibrium, between any ports: fluctuation and dissipation as Matsubara's sum.

    ⟨V V'⟩ = ∫_0^∞ dω/π ħω coth(ħω/2kT) Re Z(ω) = kT Σ_{n=−∞}^{∞} [1/C_∞ − |ν_n| Z(i|ν_n|)],     ν_n = 2πnkT/ħ
    ⟨φ φ'⟩ = the same over ω²                   = kT Σ_n Z(i|ν_n|)/|ν_n|

with 1/C_∞ = lim νZ(iν). On the imaginary axis Z is smooth, however sharp the circuit's resonances. The first terms are
added one by one, the others by Euler and Maclaurin; at T = 0 the sum is an integral:

    Σ_{n≥N} f = ∫_N^∞ f dn + f(N)/2 − f′(N)/12 + f‴(N)/720,     kT Σ_n f → (ħ/π) ∫_0^∞ f dν.

The circuit is linear: junctions at zero flux, memristors at the memory where they stand, finite lines by their modes.
Callen & Welton, Phys. Rev. 83, 34 (1951); Grabert, Schramm & Ingold, Phys. Rep. 168, 115 (1988).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from quspike.circuit import Circuit
from quspike.constants import hbar, k_B
from quspike.errors import InputError
from quspike.quantize.coordinates import Role
from quspike.quantize.network import Network
from quspike.quantize.numbers.admittance import LinearResponse, Port, linear_response
from quspike.quantize.numbers.excess_noise import excess
from quspike.quantize.numbers.first_order import factor, kernel, springs, stiff_directions
from quspike.quantize.numbers.leaks import Leaks

FIRST = 64  # terms that are added one by one: what Euler and Maclaurin leave out falls as its sixth power
SLOPE = np.array([1.0, -8.0, 0.0, 8.0, -1.0]) / 12  # f′ and f‴ from five neighbours
THIRD = np.array([-1.0, 2.0, 0.0, -2.0, 1.0]) / 2
NODES = 16  # of Gauss and Legendre, in each half decade of ν
DECADES = (-2.0, 22.0)  # of ν [rad/s], far beyond every rate of a circuit
RANGE = 1e-9  # relative: a port that inductors hold has no more than this outside of K's range


class Fluctuations(NamedTuple):
    """⟨φ φ'⟩ [Wb²] and ⟨V V'⟩ [V²] of the ports, (P, P); inf on the diagonal where no inductor holds the flux."""

    flux: np.ndarray
    voltage: np.ndarray


def fluctuations(
    circuit: Circuit | str | Network,
    ports: Sequence[Port],
    *,
    temperature: float | None = None,
    memory: Mapping[str, Any] | None = None,
    junctions: bool = True,
    base_dir: str | Path | None = None,
) -> Fluctuations:
    """The covariances of the ports, each (plus, minus).

    temperature : T [K] of all, where the cards do not say or are to be overruled. Cards of several temperatures make
    a stationary state with a flow of heat.

    Raises
    ------
    InputError : a dissipator without a cutoff (⟨V²⟩ grows with its logarithm), a port without capacitance, no T.
    """
    response = linear_response(circuit, memory=memory, junctions=junctions, lines="modes", base_dir=base_dir)
    t = reference_temperature(response.leaks) if temperature is None else temperature
    _check(response, ports)
    held = Held.of(response, ports)
    voltage = matsubara(held.voltage_term, held.voltage_at_rest(), t)
    at_rest = held.flux_at_rest()
    flux = matsubara(held.flux_term, np.where(np.isinf(at_rest), 0.0, at_rest), t)
    if temperature is None and np.any(response.leaks.temperature != t):
        more_flux, more_voltage = excess(response, list(ports), t)
        flux, voltage = flux + more_flux, voltage + more_voltage
    return Fluctuations(np.where(np.isinf(at_rest), np.inf, flux), voltage)


def reference_temperature(leaks: Leaks) -> float:
    """The lowest temperature of the dissipators [K]; each must have one."""
    named = dict(zip(leaks.elements, leaks.temperature.tolist(), strict=True))
    without = [name for name, t in named.items() if np.isnan(t)]
    if without or not named:
        raise InputError(
            "temperature", ", ".join(without) or "none", "must be given for every dissipator, T= on its card"
        )
    return min(named.values())


def matsubara(term: Callable[[np.ndarray], np.ndarray], at_rest: np.ndarray, temperature: float) -> np.ndarray:
    """`kT Σ_{n=−∞}^{∞} f(|ν_n|)`, f(0) = `at_rest`; f takes ν (n,) [rad/s] and gives (n, …)."""
    if temperature == 0:
        return hbar / np.pi * integral(term, 10.0 ** DECADES[0])
    step = 2 * np.pi * k_B * temperature / hbar
    head = term(step * np.arange(1, FIRST)).sum(axis=0)
    around = term(step * np.arange(FIRST - 2, FIRST + 3))
    slope, third = (np.tensordot(weights, around, axes=1) for weights in (SLOPE, THIRD))
    tail = integral(term, FIRST * step) / step + around[2] / 2 - slope / 12 + third / 720
    return k_B * temperature * (at_rest + 2 * (head + tail))


def integral(term: Callable[[np.ndarray], np.ndarray], start: float) -> np.ndarray:
    """∫ f dν from `start` [rad/s], on a logarithmic axis."""
    edges = np.arange(np.log(start), np.log(10.0 ** DECADES[1]), np.log(10.0) / 2)
    points, weights = np.polynomial.legendre.leggauss(NODES)
    logs = (edges[1:, None] + edges[:-1, None]) / 2 + np.log(10.0) / 4 * points
    nu = np.exp(logs).ravel()
    return np.tensordot(nu * np.tile(weights, len(edges) - 1) * np.log(10.0) / 4, term(nu), axes=1)


@dataclass(frozen=True)
class Held:
    """D over (u, y), velocities with EᵀCE = 1 and massless ones: `D(iν) = ν 1_u + R(ν)`.

    response : the circuit. basis : (m, k + l), k = `massive`. ports : u of each port over (u, y), (k + l, P).
    """

    response: LinearResponse
    basis: np.ndarray = field(repr=False)
    massive: int
    ports: np.ndarray = field(repr=False)

    @classmethod
    def of(cls, response: LinearResponse, ports: Sequence[Port]) -> Held:
        """The circuit seen from its ports, without what nothing acts on: there the charge is a parameter."""
        m = response.matrices
        moving = _moving(response)
        basis = np.hstack([moving, np.eye(m.size)[:, m.massless]])
        u = np.array([m.port(*port) for port in ports]).reshape(len(ports), m.size)
        return cls(response, basis, moving.shape[1], (u @ basis).T)

    def rest(self, nu: np.ndarray) -> np.ndarray:
        """R(ν) = K/ν + Σ Y(iν) b bᵀ, (n, k + l, k + l)."""
        b = self.basis.T @ self.response.matrices.dissipators
        leak = (b * self.response.leaks.admittance(1j * nu).real[:, None, :]) @ b.T
        return leak + self.basis.T @ self.response.stiffness @ self.basis / nu[:, None, None]

    def dynamics(self, nu: np.ndarray) -> np.ndarray:
        """D(iν), (n, k + l, k + l)."""
        found, massive = self.rest(nu), np.arange(self.massive)
        found[:, massive, massive] += nu[:, None]
        return found

    def flux_term(self, nu: np.ndarray) -> np.ndarray:
        """Z(iν)/ν, (n, P, P)."""
        right = np.broadcast_to(self.ports, (len(nu), *self.ports.shape))
        return self.ports.T @ np.linalg.solve(self.dynamics(nu), right) / nu[:, None, None]

    def voltage_term(self, nu: np.ndarray) -> np.ndarray:
        """1/C_∞ − νZ(iν) = uᵀD⁻¹R u, which is no difference of large numbers (n, P, P)."""
        return self.ports.T @ np.linalg.solve(self.dynamics(nu), self.rest(nu) @ self.ports)

    def flux_at_rest(self) -> np.ndarray:
        """lim Z(iν)/ν = uᵀK⁻¹u, inf where K does not hold u, (P, P) [H]."""
        f = self.basis.T @ factor(self.response.stiffness, stiff_directions(self.response), springs(self.response))
        pulls = np.linalg.lstsq(f, self.ports, rcond=None)[0]
        drifts = np.linalg.norm(f @ pulls - self.ports, axis=0) > RANGE * np.linalg.norm(self.ports, axis=0)
        return np.where(np.outer(drifts, drifts), np.inf, pulls.T @ pulls)

    def voltage_at_rest(self) -> np.ndarray:
        """lim 1/C_∞ − νZ(iν) = 1/C_∞, (P, P) [1/F]."""
        return self.ports[: self.massive].T @ self.ports[: self.massive]


def _moving(response: LinearResponse) -> np.ndarray:
    """E (m, k): EᵀCE = 1, on all but what no branch with energy or loss sees."""
    m = response.matrices
    roles: tuple[Role, ...] = (
        ("inductance", "junction", "dissipator") if response.junctions else ("inductance", "dissipator")
    )
    seen = np.hstack([m.network.incidence(role) for role in roles])
    left, values, _ = np.linalg.svd(seen)
    still = left[:, int(np.sum(values > RANGE * values.max(initial=0.0))) :][m.kept]
    massive = np.setdiff1d(np.arange(m.size), m.massless)
    lower = np.linalg.cholesky(m.capacitance[np.ix_(massive, massive)])
    parameters, _ = np.linalg.qr(lower.T @ still[massive])
    return np.eye(m.size)[:, massive] @ np.linalg.solve(lower.T, kernel(parameters.T))


def _check(response: LinearResponse, ports: Sequence[Port]) -> None:
    """Refuse what has no finite fluctuations."""
    m, leaks = response.matrices, response.leaks
    for name, branch in zip(leaks.elements, m.dissipators.T, strict=True):
        if name in leaks.without_cutoff and np.any(branch):
            raise InputError(f"{name} cutoff", "none", "must be given: ⟨V²⟩ grows with its logarithm")
    for plus, minus in ports:
        followed = m.network.port(plus, minus)[m.followers]
        if np.any(followed) or np.any(m.port(plus, minus)[m.massless]):
            raise InputError(
                "port", f"{plus}, {minus}", "must be at nodes with a capacitance: ⟨V²⟩ has no bound elsewhere"
            )
