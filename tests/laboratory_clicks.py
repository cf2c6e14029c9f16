"""A resonator whose voltage clicks, and the same equation written out once more: dense, complex, in double commutators.

    −(i/ħ)[H, ρ] − Σ{(i/2ħ)[G, {Ġ, ρ}] + (kT/ħ²)[G, [G, ρ]] + (1/16kT)[Ġ, [Ġ, ρ]]} − ½{Γ, ρ}

Functions of φ̂ and V̂ come from the eigenvectors of a far larger matrix, G from a quadrature of √W.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import linalg
from scipy.integrate import cumulative_simpson
from scipy.special import erfc

import quspike as qs
from quspike.constants import hbar, k_B, phi0

C, INDUCTANCE, R, T = 100e-15, 10e-9, 6e3, 0.2
THRESHOLD, RATE, WIDTH, T_REF = 10e-6, 3e9, 4e-6, 0.5e-9
WIDE = 220  # levels of the large matrix
SIGMOID = {"R_on": 3e3, "R_off": 12e3, "phi_c": 0.25e-15, "phi_s": 0.25e-15}
SHUNT = f"R1 m 0 {R}ohm T={T}K"
MEMRISTOR = f"MEM1 m 0 model=sigmoid R_on=3kohm R_off=12kohm phi_c=0.25fWb phi_s=0.25fWb T={T}K"


def clicking(*, extra="", leak=SHUNT, current="0A", inductance=INDUCTANCE, membrane="voltage", **changes):
    """A run of the resonator; `changes` are those of the run."""
    own = {"threshold": THRESHOLD, "rate": RATE, "width": WIDTH, "t_ref": T_REF, "reset": "zero", "stages": "auto"}
    own |= {name: changes.pop(name) for name in list(changes) if name in own}
    neuron = qs.Neuron("m", membrane=membrane, v_threshold=own["threshold"], t_ref=own["t_ref"], reset=own["reset"],
                       spike="escape", escape={name: own[name] for name in ("rate", "width", "stages")})  # fmt: skip
    settings = {"method": "brownian", "duration": 1e-9, "classical": False} | changes
    circuit = f"C1 m 0 {C}F\nL1 m 0 {inductance}H\n{extra}\n{leak}\nI1 0 m {current}"
    return qs.Run(circuit=circuit, neuron=neuron, **settings)


class Dense(NamedTuple):
    """Matrices (N, N) of φ̂ (Wb), V̂ (V), H_S (J) and Γ (1/s); functions of φ̂."""

    flux: np.ndarray
    volts: np.ndarray
    hamiltonian: np.ndarray
    click: np.ndarray
    of_flux: object
    omega: float


def matrices(levels: int, critical: float = 0.0) -> Dense:
    """The mode of L, C and a junction of the critical current I_c (A)."""
    energy = critical * phi0
    omega = np.sqrt((1 / INDUCTANCE + energy / phi0**2) / C)
    a = np.diag(np.sqrt(np.arange(1.0, WIDE)), 1)
    flux = np.sqrt(hbar / (2 * C * omega)) * (a + a.T)
    volts = -1j * np.sqrt(hbar * omega / (2 * C)) * (a - a.T)

    def function(matrix, f):
        values, vectors = np.linalg.eigh(matrix)
        return (vectors * f(values)) @ vectors.conj().T

    rate = function(volts, lambda v: RATE * 0.5 * erfc((THRESHOLD - v) / (np.sqrt(2) * WIDTH)))
    whole = C * volts @ volts / 2 + flux @ flux / (2 * INDUCTANCE)
    whole = whole - function(flux, lambda phi: energy * np.cos(phi / phi0))
    cut = np.s_[:levels, :levels]
    return Dense(
        flux[cut], volts[cut], whole[cut], rate[cut],
        lambda f, volts=volts, flux=flux: (function(flux, f), volts), omega,
    )  # fmt: skip


def sigmoid(phi):
    """W(φ) of the memristor, S."""
    share = 1 / (1 + np.exp(-(phi - SIGMOID["phi_c"]) / SIGMOID["phi_s"]))
    return 1 / SIGMOID["R_off"] + (1 / SIGMOID["R_on"] - 1 / SIGMOID["R_off"]) * share


def couplings(mode: Dense, operator: bool) -> tuple[np.ndarray, np.ndarray]:
    """G and Ġ (N, N) of the resistor, or of the memristor that is an operator."""
    levels = len(mode.flux)
    if not operator:
        return mode.flux / np.sqrt(R), mode.volts / np.sqrt(R)
    grid = np.linspace(-9e-15, 9e-15, 40001)
    integral = cumulative_simpson(np.sqrt(sigmoid(grid)), x=grid, initial=0)
    values, _ = mode.of_flux(lambda phi: np.interp(phi, grid, integral))
    root, volts = mode.of_flux(lambda phi: np.sqrt(sigmoid(phi)))
    return values[:levels, :levels], (0.5 * (root @ volts + volts @ root))[:levels, :levels]


def superoperator(mode: Dense, pairs: list[tuple[np.ndarray, np.ndarray]], click: bool = True) -> np.ndarray:
    """𝓛0 over vec ρ, row by row (N², N²)."""
    one = np.eye(len(mode.flux))

    def left(x):
        return np.kron(x, one)

    def right(x):
        return np.kron(one, x.T)

    def commutator(x):
        return left(x) - right(x)

    total = -1j / hbar * commutator(mode.hamiltonian)
    for g, moved in pairs:
        total = total - 1j / (2 * hbar) * commutator(g) @ (left(moved) + right(moved))
        total = total - k_B * T / hbar**2 * commutator(g) @ commutator(g)
        total = total - commutator(moved) @ commutator(moved) / (16 * k_B * T)
    return total - 0.5 * (left(mode.click) + right(mode.click)) if click else total


def thermal(mode: Dense) -> np.ndarray:
    """e^{−ħω a†a/kT}/Z (N, N)."""
    weights = np.exp(-hbar * mode.omega / (k_B * T) * np.arange(len(mode.flux)))
    return np.diag(weights / weights.sum()).astype(complex)


def first_click(mode: Dense, generator: np.ndarray, times: np.ndarray, rho: np.ndarray) -> tuple[np.ndarray, float]:
    """p (T,) at even times, and the mean interval, s."""
    step, y, row = linalg.expm(generator * (times[1] - times[0])), rho.ravel(), mode.click.T.ravel()
    density = []
    for _ in times:
        density.append((row @ y).real)
        y = step @ y
    mean = -np.eye(len(rho)).ravel() @ np.linalg.solve(generator, rho.ravel())
    return np.array(density), mean.real
