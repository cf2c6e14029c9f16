"""What a dissipator takes from the circuit at each frequency: Re Y(ω), and the density J(ω) = ω Re Y(ω) of its modes.

Caldeira & Leggett, Ann. Phys. 149, 374 (1983); Yurke & Denker, Phys. Rev. A 29, 1419 (1984).
"""

from __future__ import annotations

from typing import Any

Array = Any


def ohmic_admittance(omega: Array, conductance: Array) -> Array:
    """`Re Y = W`, at all frequencies: a matched line without a cutoff.

    omega [rad/s], conductance W [S]; returns [S], broadcast.
    """
    return conductance + 0.0 * omega


def drude_admittance(omega: Array, conductance: Array, cutoff: Array) -> Array:
    """`Re Y = W ω_c²/(ω² + ω_c²)`: exactly a resistor R = 1/W in series with L_s = R/ω_c.

    omega [rad/s], conductance W [S], cutoff ω_c [rad/s]; returns [S], broadcast.
    """
    return conductance / (1.0 + (omega / cutoff) ** 2)


def spectral_density(omega: Array, admittance: Array) -> Array:
    """`J(ω) = ω Re Y(ω)` [S rad/s]: the comb of modes `J = (π/2) Σ_m (ω_m/L_m) δ(ω − ω_m)`.

    omega [rad/s], admittance Re Y(ω) [S].
    """
    return omega * admittance
