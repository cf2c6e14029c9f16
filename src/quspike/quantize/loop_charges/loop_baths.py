"""Dissipators in series: a resistor is a line tied to its charge, a charge-controlled memristor to a function of it.

    F(q) = ∫₀^q √(M(q′)/Z0) dq′,     Q_line(0, t) = F(q(t)),     V = F′(q) Z0 dF/dt = M(q) dq/dt

from a Hamiltonian, without feedback: the dual of `line_boundary`. Any other law is driven by expectations, λ(t) q with
λ² = M/Z0. Ulrich & Hassler, Phys. Rev. B 94, 094505 (2016); Yurke & Denker, Phys. Rev. A 29, 1419 (1984).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np

from quspike.baths.comb import midpoint_grid
from quspike.circuit import Circuit, law_of
from quspike.errors import InputError
from quspike.memristors.law import Law
from quspike.quantize.loop_charges.loop_matrices import Elements
from quspike.quantize.loop_charges.loops import LoopNetwork

Array = Any
Kind = Literal["resistor", "charge", "mean_field"]


class LoopComb(NamedTuple):
    """A line as oscillators that are tied to a charge through their capacitors, (N,) each, in SI:

    H_comb = Σ_m [Φ_m²/2L_m + (F(q) − Q_m)²/2C_m],     z_m = (2Δω/πω_m) Re Z(ω_m),  L_m = z_m/ω_m,  C_m = 1/(z_m ω_m)
    """

    omega: Array
    inductance: Array
    capacitance: Array


@dataclass(frozen=True)
class LoopBath:
    """The line behind one dissipator. impedance : Z0 [ohm]. temperature [K], None if it is not given.

    kind : "resistor" (tied to q), "charge" (to F(q)), "mean_field" (to λ(t) q). x0 : the memory at q = 0.
    """

    element: str
    kind: Kind
    impedance: float
    temperature: float | None
    x0: float = 0.0
    law: Law | None = None
    params: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def boundary_charge(self, q: Array) -> Array:
        """F(q) [C] at the charge [C] that has passed from n+ to n−; for a resistor q itself.

        Raises InputError for a coupling that moves in time.
        """
        if self.kind == "resistor":
            return q
        if self.kind != "charge" or self.law is None:
            raise InputError(self.element, self.kind, "must remember its charge to have a boundary charge F(q)")
        return self.law.charge_coupling(q, self.x0, self.params) / self.impedance**0.5

    def comb(self, omega_max: float, n_modes: int) -> LoopComb:
        """n_modes oscillators in equal cells up to omega_max [rad/s]; they start at Q_m = F(q(0))."""
        omega, width = midpoint_grid(omega_max, n_modes)
        share = 2 * width / (np.pi * omega) * self.impedance
        return LoopComb(omega, share / omega, 1 / (share * omega))

    def spectral_density(self, omega: Array) -> Array:
        """`J(ω) = ω Re Z(ω) = ω Z0` [ohm rad/s] of what the line is tied to; omega [rad/s]."""
        return omega * self.impedance


def loop_baths(network: LoopNetwork, elements: Elements) -> tuple[LoopBath, ...]:
    """The line of each dissipator."""
    return tuple(_bath(network.circuit, b.element, elements[b.element]) for b in network.of("dissipator"))


def _bath(circuit: Circuit, name: str, p: Mapping[str, Any]) -> LoopBath:
    element = circuit.element(name)
    if element.card != "MEM":
        return LoopBath(name, "resistor", p["R" if element.card == "R" else "Z0"], p.get("T"))
    from quspike.precision import enable_x64

    enable_x64()
    law = law_of(element)
    x0 = float(law.resolve_memory(p.get("x0"), p))
    kind: Kind = "charge" if law.control == "charge" else "mean_field"
    return LoopBath(name, kind, float(law.memristance(x0, 0.0, p)), p.get("T"), x0, law, p)
