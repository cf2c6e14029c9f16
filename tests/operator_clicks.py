"""A resonator whose memristance is an operator and which clicks, written down once more, in dense matrices.

Everything from scratch: Hermite functions, sums over the flux, a table of ∫√W dφ, golden-rule rates, exponentials.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import expm, sqrtm
from scipy.special import erfc

import quspike as qs
from escape_neurons import INDUCTANCE, OMEGA, T_REF, V_ZPF, C, T
from quspike.constants import hbar, k_B

PHI_ZPF = hbar / (2 * C * V_ZPF)
LAW = {"R_off": 100e3, "R_on": 12e3, "phi_c": 1.5 * PHI_ZPF, "phi_s": PHI_ZPF}
DRIVE, RATE, WIDTH, THRESHOLD, ANGLE = 0.35e-9, 2e8, 3e-6, 9e-6, np.pi / 2
LEVELS = 14


def clicking(*, law=LAW, x0=0.0, polarity="m 0", shunt="", reset="zero", t_ref=T_REF, spike="escape", drive=DRIVE,
             carrier=OMEGA, width=WIDTH, temperature=T, angle=ANGLE, stages="auto", threshold=THRESHOLD, model=None,
             rate=RATE, **settings):  # fmt: skip
    """The run of one node. model : of the memristor, in place of law and x0; shunt : a line beside it."""
    numbers = "R_off={R_off}ohm R_on={R_on}ohm phi_c={phi_c}Wb phi_s={phi_s}Wb".format(**law or LAW)
    memristor = f"MEM1 {polarity} {model or f'model=sigmoid {numbers} x0={x0}Wb'} T={temperature}K"
    circuit = f"C1 m 0 {C}F\nL1 m 0 {INDUCTANCE}H\nI1 0 m input\n{shunt}\n" + (memristor if law else "")
    seen = {"escape": {"rate": rate, "width": width, "stages": stages}} if spike == "escape" else {}
    neuron = qs.Neuron("m", membrane="quadrature", quadrature_phase=angle, v_threshold=threshold, t_ref=t_ref,
                       reset=reset, spike=spike, **seen)  # fmt: skip
    drives = {"input": qs.Step(f"{drive}A", envelope_of=carrier / (2 * np.pi))}
    usual = {"duration": 20e-9, "method": "gksl", "memory": "operator", "classical": False, "truncation": LEVELS}
    return qs.Run(circuit=circuit, neuron=neuron, drives=drives, **usual | settings)


def lowering(levels=LEVELS):
    return np.diag(np.sqrt(np.arange(1.0, levels)), 1)


def of_quadrature(function, levels=LEVELS):
    """⟨m|f(a + a†)|n⟩ by a sum over 8,001 points: ψ_n of ⟨ψ_0|X²|ψ_0⟩ = 1, from their recursion."""
    x = np.linspace(-18, 18, 8001)
    psi = np.zeros((levels, len(x)))
    psi[0] = np.exp(-(x**2) / 4) / (2 * np.pi) ** 0.25
    for n in range(1, levels):
        psi[n] = (x * psi[n - 1] - (np.sqrt(n - 1) * psi[n - 2] if n > 1 else 0)) / np.sqrt(n)
    return (psi * function(x)) @ psi.T * (x[1] - x[0])


def conductance(phi, law=LAW):
    """W(φ), S."""
    on, off = 1 / law["R_on"], 1 / law["R_off"]
    return off + (on - off) / (1 + np.exp(-(phi - law["phi_c"]) / law["phi_s"]))


def jumps(law=LAW, x0=0.0, sign=1.0, temperature=T, levels=LEVELS):
    """√Γ_k G_k and √Γ_−k G_k† (N, N) each: diagonals of ∫√W(x0 + sφ)dφ, trapezoids of which make a table."""
    flux = np.linspace(-20, 20, 400_001) * PHI_ZPF
    root = np.sqrt(conductance(x0 + sign * flux, law))
    table = np.append(0, np.cumsum(0.5 * (root[1:] + root[:-1]) * np.diff(flux)))
    full = of_quadrature(lambda x: np.interp(PHI_ZPF * x, flux, table - table[len(flux) // 2]), levels)
    found = [np.sqrt(2 * k_B * temperature) / hbar * np.diag(np.diag(full))]
    for k in range(1, levels):
        omega, band = k * OMEGA, np.diag(np.diag(full, k), k)
        quanta = 1 / np.expm1(hbar * omega / (k_B * temperature))
        found += [np.sqrt(2 * omega / hbar * (quanta + 1)) * band, np.sqrt(2 * omega / hbar * quanta) * band.T]
    return found


def click(width=WIDTH, angle=ANGLE, levels=LEVELS):
    """Γ(X̂_θ) (N, N), 1/s."""
    bare = of_quadrature(lambda x: RATE * 0.5 * erfc((THRESHOLD - V_ZPF * x) / np.sqrt(2) / width), levels)
    n = np.arange(levels)
    return bare * np.exp(1j * angle * np.subtract.outer(n, n))


def hamiltonian(drive=DRIVE, carrier=OMEGA, levels=LEVELS):
    """H/ħ in the frame of the carrier, of whose drive −Iφ half stays, 1/s."""
    a = lowering(levels)
    return (OMEGA - carrier) * a.T @ a - drive * PHI_ZPF / (2 * hbar) * (a + a.T)


def liouvillian(h, operators):
    """−i[h, ·] + Σ𝓓[L] over row-major vec ρ, without conservation of anything assumed."""
    one, total = np.eye(len(h)), 0
    for left, right in ((-1j * h, one), (one, 1j * h)):
        total = total + np.kron(left, right.T)
    for jump in operators:
        square = jump.conj().T @ jump
        total = total + np.kron(jump, jump.conj()) - 0.5 * (np.kron(square, one) + np.kron(one, square.T))
    return total


def thermal(temperature=T, levels=LEVELS):
    """Of unit trace in the levels there are."""
    weights = np.exp(-hbar * OMEGA / (k_B * temperature) * np.arange(levels))
    return np.diag(weights / weights.sum()).astype(complex)


def clicked(rho, gamma, reset="zero"):
    """𝓙ρ."""
    root = sqrtm(gamma)
    if reset == "zero":
        return np.trace(gamma @ rho).real * thermal(levels=len(rho))
    a = lowering(len(rho))
    alpha = -THRESHOLD / (2 * V_ZPF) * np.exp(1j * ANGLE)
    kick = expm(alpha * a.T - np.conj(alpha) * a)
    return kick @ root @ rho @ root @ kick.conj().T
