"""How far each mode of a circuit reaches in its vacuum: flux, charge and phase, dissipators left out.

    C ẍ = −K x,     UᵀCU = 1,     UᵀKU = Ω²,     φ_zpf = U √(ħ/2Ω),     q_zpf = C U √(ħΩ/2)

A branch b sees b·φ_zpf of each mode; over φ0 it is the phase by which a junction is moved, the number that its
non-linearity goes with. What dissipates across b damps the mode at κ = Re Y(Ω) (b·U)² = 2 Re Y Ω (b·φ_zpf)²/ħ.
Directions that no inductor holds have no vacuum, and are left out; massless coordinates follow the inductors
that hold them. Numbers may be JAX's: Ω and the scales can be differentiated where modes are not degenerate.
Nigg et al., Phys. Rev. Lett. 108, 240502 (2012).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from quspike.circuit import Circuit
from quspike.constants import hbar, phi0
from quspike.quantize.network import Network
from quspike.quantize.numbers.admittance import LinearResponse, linear_response
from quspike.quantize.numbers.first_order import stiff_directions
from quspike.quantize.numbers.matrices import Elements

Array = Any


@dataclass(frozen=True)
class ZeroPointScales:
    """Modes k by ascending Ω.

    omega : Ω [rad/s], (k,). coordinates : names, (m,). flux, charge : φ_zpf [Wb], q_zpf [C] of the coordinates, (m, k).
    junctions, junction_flux : names (J,) and b·φ_zpf (J, k). dissipators, dissipator_flux : the same, (D,) and (D, k).
    damping : κ that each dissipator gives each mode, to first order in Re Y, (D, k) [1/s].
    """

    omega: Array
    coordinates: tuple[str, ...]
    flux: Array = field(repr=False)
    charge: Array = field(repr=False)
    junctions: tuple[str, ...]
    junction_flux: Array = field(repr=False)
    dissipators: tuple[str, ...]
    dissipator_flux: Array = field(repr=False)
    damping: Array = field(repr=False)

    @property
    def phase(self) -> Array:
        """b·φ_zpf/φ0 of each junction and mode (J, k)."""
        return self.junction_flux / phi0


def zero_point_scales(
    circuit: Circuit | str | Network,
    elements: Elements | None = None,
    *,
    memory: Mapping[str, Any] | None = None,
    junctions: bool = True,
    base_dir: str | Path | None = None,
) -> ZeroPointScales:
    """The scales of a circuit without its dissipators; arguments as of `linear_response`."""
    response = linear_response(circuit, elements, memory=memory, junctions=junctions, lines="modes", base_dir=base_dir)
    m, w = response.matrices, response.matrices.network
    omega, shapes, charges = _oscillations(response)
    flux, charge = shapes * (hbar / 2 / omega) ** 0.5, charges * (hbar * omega / 2) ** 0.5
    return ZeroPointScales(
        omega=omega,
        coordinates=tuple(w.coordinates[i].name for i in m.kept),
        flux=flux,
        charge=charge,
        junctions=tuple(b.element for b in w.of("junction")),
        junction_flux=m.junctions.T @ flux,
        dissipators=response.leaks.elements,
        dissipator_flux=m.dissipators.T @ flux,
        damping=_golden_rule(response, omega, m.dissipators.T @ flux),
    )


def _golden_rule(response: LinearResponse, omega: Array, flux: Array) -> Array:
    """`κ = 2 Re Y(Ω) Ω (b·φ_zpf)²/ħ`, (D, k) [1/s]."""
    return 2 * response.leaks.admittance(omega).real.T * omega * flux**2 / hbar


def _oscillations(response: LinearResponse) -> tuple[Array, Array, Array]:
    """Ω, U and CU of what oscillates, (k,), (m, k), (m, k)."""
    m, xp = response.matrices, _module(response)
    y, x = m.massless, np.setdiff1d(np.arange(m.size), m.massless)
    c, k = m.capacitance[np.ix_(x, x)], response.stiffness
    follow = xp.linalg.pinv(k[np.ix_(y, y)], hermitian=True) @ k[np.ix_(y, x)]
    lower = xp.linalg.cholesky(c)
    half = xp.linalg.solve(lower, k[np.ix_(x, x)] - k[np.ix_(x, y)] @ follow)
    squares, vectors = xp.linalg.eigh(xp.linalg.solve(lower, half.T))
    count = stiff_directions(response) - _held_alone(response)
    squares, vectors = squares[len(x) - count :], vectors[:, len(x) - count :]
    u = xp.linalg.solve(lower.T, vectors)
    unit = np.eye(m.size)
    return squares**0.5, unit[:, x] @ u - unit[:, y] @ follow @ u, unit[:, x] @ (c @ u)


def _held_alone(response: LinearResponse) -> int:
    """How many directions of the massless coordinates inductors hold: they have stiffness and no frequency."""
    m = response.matrices
    roles = ("inductance", "junction") if response.junctions else ("inductance",)
    rows = m.network.incidence(*roles)[m.kept[m.massless]]
    return int(np.linalg.matrix_rank(rows)) if rows.size else 0


def _module(response: LinearResponse) -> Any:
    if isinstance(response.matrices.capacitance, np.ndarray) and isinstance(response.stiffness, np.ndarray):
        return np
    import jax.numpy as jnp

    return jnp
