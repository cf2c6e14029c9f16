"""A memristance that is an operator, by three equations: where they meet, and where trajectories leave it."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

import quspike as qs
from quspike.analysis.ladder.rungs import rung
from quspike.constants import hbar, k_B
from quspike.run.simulate import quiet_run

pytestmark = pytest.mark.slow

C, L = 100e-15, 10e-9
OMEGA, Z = (L * C) ** -0.5, (L / C) ** 0.5
PHI_ZPF = (hbar * Z / 2) ** 0.5
COUPLING, CUTOFF, DURATION = 0.02, 10.0, 10.0  # κ/ω0 at R_on, ω_c/ω0, 1/ω0
LEVELS = {1.0: 16, 0.5: 18, 0.25: 24}  # by ħω0/kT
FOUND = {1.0: 5.0e-3, 0.5: 4.2e-3, 0.25: 3.9e-3}  # of ⟨V²⟩: 3.8e-3 is the line's, what is left falls with ħω0/kT
EXAMPLE = Path(__file__).parents[2] / "examples" / "truncated_wigner.py"


def run(quanta: float) -> qs.Run:
    """W from R_off to R_on over the width of the thermal state, and a swing of twice that, from a coherent state."""
    width = float(2 * PHI_ZPF / np.sqrt(np.tanh(quanta / 2)))
    law = f"R_on={Z / COUPLING!r}ohm R_off={10 * Z / COUPLING!r}ohm phi_c={width!r}Wb phi_s={width!r}Wb"
    line = f"T={hbar * OMEGA / k_B / quanta!r}K cutoff={CUTOFF * OMEGA!r}rad/s"
    return qs.Run(
        circuit=f"C1 m 0 {C}F\nL1 m 0 {L}H\nMEM1 m 0 model=sigmoid {law} {line}",
        initial={"state": "vacuum", "voltage": width * OMEGA},
        duration=DURATION / OMEGA,
        save_every=DURATION / OMEGA / 40,
        method="brownian",
        memory="operator",
        diffusion="next_order",
        classical=False,
    )


@pytest.mark.parametrize("quanta", LEVELS)
def test_the_hierarchy_and_brownian_motion_meet_within_a_percent(quanta: float) -> None:
    """⟨V⟩, ⟨V²⟩ and M at ħω0/kT = 1, ½ and ¼, κ/ω0 ≤ 0.02, while M changes by a factor of 2.6.

    Three tenths of a percent are the line's memory, the pull κ/2ω_c of the frequency: half at half of κ. Catches:
    2κ, W at the mean in one of them, a diffusion of kT/16 in the place of 1/12 (σ² by 2 %), an answer to ⟨φ⟩ for F.
    """
    given = run(quanta)
    own = {"truncation": LEVELS[quanta], "dt": 0.014 / OMEGA * (16 / LEVELS[quanta]) ** 0.5}
    brownian = quiet_run(rung("brownian:operator").of(given))
    hierarchy = quiet_run(rung("heom:operator").of(given.replace(**own)))
    assert float(hierarchy.memristance.max() / hierarchy.memristance.min()) > 2.5
    second = [ds.voltage**2 + ds.voltage_std**2 for ds in (brownian, hierarchy)]
    pairs = ((brownian.voltage, hierarchy.voltage), second, (brownian.memristance, hierarchy.memristance))
    for one, other in pairs:
        assert float(np.abs(one - other).max() / np.abs(other).max()) < 0.01
    assert float(np.abs(second[0] - second[1]).max() / second[1].max()) == pytest.approx(FOUND[quanta], rel=0.07)


def test_trajectories_meet_the_hierarchy_when_hot_and_leave_it_when_cold() -> None:
    """W within half a zero-point flux: σ(V) within its standard error at ħω0/kT = ½, not at 12.

    25 times of one ensemble: the rms of errors is below 2 where nothing but chance is left. Catches: kT for ħω coth at
    the start of a trajectory, √W at the mean, a standard error that is too large to see anything.
    """
    example = runpy.run_path(str(EXAMPLE))
    hot, cold = (example["departure"](example[name], drawn) for name, drawn in (("HOT", 10_000), ("COLD", 50_000)))
    assert np.sqrt(np.mean(hot.mean**2)) < 2
    assert np.sqrt(np.mean(hot.spread**2)) < 2
    assert np.abs(hot.spread).max() < 4
    assert np.abs(cold.spread).max() > 4
    assert 0.01 < np.abs(cold.zero_point).max() < 0.05
