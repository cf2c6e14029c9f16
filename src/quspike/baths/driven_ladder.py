"""A capacitor that a memristor leaks, as a closed system: the capacitor, and a lattice tied to its boundary flux.

    C φ̈ = I(t) − F′(φ) i_0,   i_0 = (F(φ, t) − φ_1)/L_0,   C_j φ̈_j = i_{j−1} − i_j,   i_j = (φ_j − φ_{j+1})/L_j

Nothing here is lost and nothing is fed back; the current F′(φ)i_0 is Chua's, W(φ)V, to the order of the lattice. The
steps are leapfrog: symplectic, of second order, stable below the lattice's own period. Classical, and at rest at first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from quspike.baths.ladder import Ladder

Array = Any
Boundary = Callable[[float, float], tuple[Any, Any]]  # t, φ → F, ∂F/∂φ
STEPS_PER_CELL = 8  # of τ: what leapfrog adds is 64 times less than what the lattice does


def drive_ladder(
    ladder: Ladder, capacitance: float, boundary: Boundary, current: Callable[[Array], Array], duration: float
) -> tuple[Array, Array, Array]:
    """Times [s], φ [Wb] and V [V] of the capacitor, (T,) each.

    boundary : F and ∂F/∂φ at (t, φ). current : I(t) [A] into the capacitor. The lattice's own step gives the time step.
    """
    cell = float(np.sqrt(ladder.inductance[-1] * ladder.capacitance[0]))
    n = int(np.ceil(duration / cell * STEPS_PER_CELL))
    times, step = np.linspace(0.0, duration, n + 1, retstep=True)
    drive, phi, line = current(times), np.zeros(n + 1), np.zeros(len(ladder.capacitance))
    voltage, line_voltage = np.zeros(n + 1), np.zeros_like(line)

    def forces(i: int) -> tuple[float, Array]:
        """Accelerations at step i."""
        flux, slope = boundary(times[i], phi[i])
        flows = -np.diff(line, prepend=flux) / ladder.inductance
        return (drive[i] - slope * flows[0]) / capacitance, (flows - np.append(flows[1:], 0.0)) / ladder.capacitance

    own, others = forces(0)
    for i in range(n):
        half, line_half = voltage[i] + step / 2 * own, line_voltage + step / 2 * others
        phi[i + 1], line = phi[i] + step * half, line + step * line_half
        own, others = forces(i + 1)
        voltage[i + 1], line_voltage = half + step / 2 * own, line_half + step / 2 * others
    return times, phi, voltage
