"""Two equations of one memristance W(φ̂): hierarchy and Brownian motion, and how far apart they are; minutes.

`brownian` knows the line's temperature, not its cutoff. Where kT ≳ ħω0 what is left between the two is the line's
pull κ/2ω_c on the frequency, and a rest that grows with ħω0/kT.

python examples/hierarchy_beside_brownian.py
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr

import quspike as qs
from quspike.analysis.ladder.rungs import rung
from quspike.constants import hbar, k_B
from quspike.run.simulate import quiet_run

L, C = 10e-9, 100e-15
OMEGA, Z = (L * C) ** -0.5, (L / C) ** 0.5
PHI_ZPF = (hbar * Z / 2) ** 0.5
DURATION = 10.0  # 1/ω0


@dataclass(frozen=True)
class Point:
    """κ/ω0 at R_on, ħω0/kT, ω_c/ω0, and the Fock levels that hold the state."""

    coupling: float
    quanta: float
    cutoff: float
    levels: int


POINTS = (
    Point(0.02, 0.25, 10.0, 24),
    Point(0.02, 0.5, 10.0, 18),
    Point(0.02, 1.0, 10.0, 16),
    Point(0.02, 2.0, 10.0, 16),
    Point(0.01, 0.5, 10.0, 18),
    Point(0.05, 1.0, 10.0, 16),
    Point(0.05, 0.5, 20.0, 18),
)


def run(point: Point) -> qs.Run:
    """W from R_off to R_on over the width of the thermal state, and a swing of twice that, from a coherent state."""
    width = float(2 * PHI_ZPF / np.sqrt(np.tanh(point.quanta / 2)))
    law = f"R_on={Z / point.coupling!r}ohm R_off={10 * Z / point.coupling!r}ohm phi_c={width!r}Wb phi_s={width!r}Wb"
    line = f"T={hbar * OMEGA / k_B / point.quanta!r}K cutoff={point.cutoff * OMEGA!r}rad/s"
    return qs.Run(
        circuit=f"C1 m 0 {C}F\nL1 m 0 {L}H\nMEM1 m 0 model=sigmoid {law} {line}",
        initial=qs.Initial(state="vacuum", voltage=width * OMEGA),
        duration=DURATION / OMEGA,
        save_every=DURATION / OMEGA / 40,
        method="brownian",
        memory="operator",
        diffusion="next_order",
        classical=False,
    )


def apart(point: Point) -> tuple[float, float, float, float]:
    """Largest difference over the largest value of ⟨V⟩, ⟨V²⟩ and M; and the factor by which M changes."""
    given = run(point)
    step = 0.014 / OMEGA * (16 / point.levels) ** 0.5 * 10 / point.cutoff
    brownian = quiet_run(rung("brownian:operator").of(given))
    hierarchy = quiet_run(rung("heom:operator").of(given.replace(truncation=point.levels, dt=step)))
    second = [ds.voltage**2 + ds.voltage_std**2 for ds in (brownian, hierarchy)]
    swing = float(hierarchy.memristance.max() / hierarchy.memristance.min())
    voltage = _apart(brownian.voltage, hierarchy.voltage)
    return voltage, _apart(*second), _apart(brownian.memristance, hierarchy.memristance), swing


def _apart(one: xr.DataArray, other: xr.DataArray) -> float:
    return float(np.abs(one - other).max() / np.abs(other).max())


def main() -> None:
    """A row for each point."""
    print("κ/ω0  ħω0/kT  ω_c/ω0   ⟨V⟩     ⟨V²⟩    M")
    for point in POINTS:
        shown = "  ".join(f"{100 * value:.2f} %" for value in apart(point)[:3])
        print(f"{point.coupling:<5g} {point.quanta:<7g} {point.cutoff:<7g}  {shown}", flush=True)


if __name__ == "__main__":
    main()
