"""What quantum mechanics adds to trajectories: truncated Wigner beside the hierarchy on one memristor; minutes.

Both have the zero-point motion of mode and line, and W(φ̂) as the boundary F. The trajectories leave out the third
derivatives of F: where kT ≫ ħω0 nothing of it is seen, and below it σ(V) departs.

python examples/truncated_wigner.py
"""

from typing import NamedTuple

import numpy as np
import xarray as xr

import quspike as qs
from quspike.analysis.ladder.rungs import rung
from quspike.constants import hbar, k_B
from quspike.run.simulate import quiet_run

L, C = 10e-9, 100e-15
OMEGA, Z = (L * C) ** -0.5, (L / C) ** 0.5
PHI_ZPF = (hbar * Z / 2) ** 0.5
V_ZPF = PHI_ZPF * OMEGA
COLD, HOT = 12.0, 0.5  # ħω0/kT
LEVELS = {COLD: 16, HOT: 26}


def run(quanta: float, trajectories: int) -> qs.Run:
    """κ/ω0 from 0.01 to 0.3 within half a zero-point flux, from a coherent state, at ħω0/kT = quanta."""
    law = f"R_on={Z / 0.3!r}ohm R_off={Z / 0.01!r}ohm phi_c={PHI_ZPF / 2!r}Wb phi_s={PHI_ZPF / 2!r}Wb"
    line = f"T={hbar * OMEGA / k_B / quanta!r}K cutoff={5 * OMEGA!r}rad/s"
    return qs.Run(
        circuit=f"C1 m 0 {C}F\nL1 m 0 {L}H\nMEM1 m 0 model=sigmoid {law} {line}",
        initial=qs.Initial(state="vacuum", voltage=3 * V_ZPF),
        duration=8 / OMEGA,
        save_every=1 / (3 * OMEGA),
        method="heom",
        memory="operator",
        trajectories=trajectories,
        classical=False,
    )


class Departure(NamedTuple):
    """Of ⟨V⟩ and σ(V) (T,), in standard errors, and of σ(V) in V_zpf."""

    mean: np.ndarray
    spread: np.ndarray
    zero_point: np.ndarray


def departure(quanta: float, trajectories: int) -> Departure:
    """Trajectories less hierarchy at every saved time."""
    given = run(quanta, trajectories)
    ensemble = quiet_run(rung("modes:operator").of(given))
    exact = quiet_run(rung("heom:operator").of(given.replace(dt=0.02 / OMEGA, truncation=LEVELS[quanta])))

    def less(name: str) -> np.ndarray:
        difference: xr.DataArray = ensemble[name] - exact[name]
        return difference.values[:, 0]

    errors = [ensemble[name].values[:, 0] for name in ("voltage_error", "voltage_std_error")]
    spread = less("voltage_std")
    return Departure(less("voltage") / errors[0], spread / errors[1], spread / V_ZPF)


def main() -> None:
    """A row for each temperature."""
    print("ħω0/kT  ⟨V⟩, errors: rms (max)   σ(V), errors: rms (max)   σ(V) by, V_zpf")
    for quanta in (HOT, COLD):
        found = departure(quanta, 50_000)
        shown = [f"{np.sqrt(np.mean(x**2)):.1f} ({np.abs(x).max():.1f})" for x in (found.mean, found.spread)]
        print(f"{quanta:<6g}  {shown[0]:<23}  {shown[1]:<24}  {np.abs(found.zero_point).max():.3f}")


if __name__ == "__main__":
    main()
