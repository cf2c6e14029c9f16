"""Fluctuation–dissipation: how much a membrane fluctuates in equilibrium, exactly.

The membrane is C, beside it L if there is one, and a resistor R = 1/W in series with L_s = R/ω_c (the Drude cutoff).
With s = −iω its impedance is a ratio of polynomials,

    Z(s) = 1/(sC + 1/(sL) + W ω_c/(s + ω_c)),

and the integral ∫ dω/2π S(ω) over `ħω coth(ħω/2kT) 2 Re Z` is a sum over the Matsubara frequencies ν_n = 2πn kT/ħ, in
which Z is taken on the real axis:

    ⟨V²⟩ = kT Σ_{n=−∞}^{∞} [1/C − |ν_n| Z(|ν_n|)],      ⟨φ²⟩ = kT Σ_n Z(|ν_n|)/|ν_n|.

Partial fractions r_j/(s + λ_j) of the summand turn the sum into digamma functions, and at T = 0 into logarithms.
Callen & Welton, Phys. Rev. 83, 34 (1951); Grabert, Schramm & Ingold, Phys. Rep. 168, 115 (1988).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from quspike.constants import hbar, k_B
from quspike.errors import InputError

Array = Any

NUDGE = (
    3e-5  # relative; poles that meet are pulled apart by it, and the mean of both sides leaves an error of its square
)
CLOSE = 1e-4  # relative distance of two poles below which their partial fractions cancel too much


def thermal_voltage(capacitance: float, temperature: float) -> float:
    """`(kT/C)^½` [V], the classical limit; capacitance [F], temperature [K]."""
    return math.sqrt(k_B * temperature / capacitance)


def impedance(s: Array, capacitance: Array, conductance: Array, cutoff: Array, inductance: Array = math.inf) -> Array:
    """`Z(s) = 1/(sC + 1/(sL) + W ω_c/(s + ω_c))` [ohm], at s = −iω, or at real s > 0.

    s [1/s], C [F], W [S], ω_c [rad/s], L [H] or inf.
    """
    return 1.0 / (s * capacitance + (1.0 / inductance) / s + conductance * cutoff / (s + cutoff))


def voltage_variance(
    capacitance: float, conductance: float, cutoff: float, temperature: float, inductance: float = math.inf
) -> float:
    """`⟨V²⟩ = ∫_0^∞ dω/π ħω coth(ħω/2kT) Re Z(ω)` [V²], T = 0 included.

    C [F], W [S], ω_c [rad/s], T [K], L [H] or inf. Raises InputError for values that give no finite answer.
    """

    def quantum(omega_0_sq: float, pull: float) -> float:
        excess = [omega_0_sq + pull, omega_0_sq * cutoff]  # 1 − s C Z(s), over the polynomial of the poles
        return matsubara_sum(excess, membrane_poles(omega_0_sq, pull, cutoff), temperature)

    check_membrane(capacitance, conductance, cutoff, temperature, inductance)
    return (
        k_B * temperature + away_from_double_poles(quantum, capacitance, conductance, cutoff, inductance)
    ) / capacitance


def flux_variance(
    capacitance: float, conductance: float, cutoff: float, temperature: float, inductance: float
) -> float:
    """`⟨φ²⟩ = ∫_0^∞ dω/π (ħ/ω) coth(ħω/2kT) Re Z(ω)` [Wb²]; only an inductor to ground makes it finite.

    C [F], W [S], ω_c [rad/s], T [K], L [H].
    """

    def quantum(omega_0_sq: float, pull: float) -> float:
        return matsubara_sum([1.0, cutoff], membrane_poles(omega_0_sq, pull, cutoff), temperature)

    check_membrane(capacitance, conductance, cutoff, temperature, inductance)
    if math.isinf(inductance):
        raise InputError("inductance", inductance, "must be finite: without it the flux diffuses and has no variance")
    excess = away_from_double_poles(quantum, capacitance, conductance, cutoff, inductance)
    return k_B * temperature * inductance + excess / capacitance


def membrane_poles(omega_0_sq: float, pull: float, cutoff: float) -> Array:
    """λ_j of `s³ + ω_c s² + (ω_0² + Wω_c/C) s + ω_0² ω_c = Π(s + λ_j)` [1/s], (3,); one is 0 without an inductor."""
    return -np.roots([1.0, cutoff, omega_0_sq + pull, omega_0_sq * cutoff]).astype(complex)


def matsubara_sum(numerator: Sequence[float], poles: Array, temperature: float) -> float:
    """`2kT Σ_{n≥1} P(ν_n)/Π_j(ν_n + λ_j)` = −(ħ/π) Σ_j r_j ψ(1 + λ_j/ν_1); at T = 0, −(ħ/π) Σ_j r_j ln λ_j.

    numerator: coefficients of P, highest power first, of degree ≤ len(poles) − 2. Returns [J × unit of P/s^{n−1}].
    """
    from scipy.special import digamma

    others = poles[None, :] - poles[:, None] + np.eye(len(poles))
    residues = np.polyval(numerator, -poles) / others.prod(axis=1)
    used = residues != 0.0  # a pole at 0 has no residue, and no logarithm
    step = 2 * np.pi * k_B * temperature / hbar
    levels = digamma(1 + poles[used] / step) if step > 0 else np.log(poles[used])
    return float(-hbar / np.pi * np.sum(residues[used] * levels).real)


def away_from_double_poles(
    quantum: Callable[[float, float], float], capacitance: float, conductance: float, cutoff: float, inductance: float
) -> float:
    """`quantum(ω_0², Wω_c/C)`, or where two poles meet, the mean of its values on both sides."""
    omega_0_sq, pull = 1.0 / (inductance * capacitance), conductance * cutoff / capacitance
    if pull == omega_0_sq == 0.0:
        return 0.0
    poles = membrane_poles(omega_0_sq, pull, cutoff)
    distance = abs(poles[:, None] - poles[None, :]) + np.diag(abs(poles) + 1.0)
    if (distance > CLOSE * abs(poles)).all():
        return quantum(omega_0_sq, pull)
    return (quantum(omega_0_sq, pull * (1 + NUDGE)) + quantum(omega_0_sq, pull * (1 - NUDGE))) / 2


def check_membrane(
    capacitance: float, conductance: float, cutoff: float, temperature: float, inductance: float = math.inf
) -> None:
    """Refuse values of which the fluctuations are infinite, or make no sense."""
    for key, value, allowed, remedy in (
        ("capacitance", capacitance, 0 < capacitance < math.inf, "must be > 0 F"),
        ("conductance", conductance, 0 <= conductance < math.inf, "must be ≥ 0 S"),
        ("cutoff", cutoff, 0 < cutoff < math.inf, "must be > 0 rad/s and finite: ⟨V²⟩ grows with its logarithm"),
        ("temperature", temperature, 0 <= temperature < math.inf, "must be ≥ 0 K"),
        ("inductance", inductance, inductance > 0, "must be > 0 H"),
    ):
        if not allowed:
            raise InputError(key, value, remedy)
