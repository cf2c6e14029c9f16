"""What the Brownian equation of an operator memristance leaves at rest that no line does."""

from __future__ import annotations

import numpy as np
import pytest

from quspike.constants import hbar, k_B
from quspike.methods.brownian.terms import DIFFUSION
from quspike.run.compile import compile_run
from quspike.run.schema import Run

C, L = 100e-15, 10e-9
OMEGA, Z = (L * C) ** -0.5, (L / C) ** 0.5
OFF, ON, WIDTH, QUANTA = 0.1, 1.0, 0.7, 0.4  # κ/ω0 at both ends; φ_s over the thermal flux; ħω0/kT


@pytest.mark.slow
@pytest.mark.parametrize("diffusion", DIFFUSION)
def test_an_operator_memristance_rests_at_a_voltage_that_the_equation_owes(diffusion: str) -> None:
    """⟨V⟩ = −c ħ²⟨W′⟩/2kTC² at rest, within 1 %: [Ḟ, [Ḟ, ρ]] moves ⟨φ⟩ without a voltage. A known limit of the method.

    Catches: that term without its factor, or with √W′ for √W.
    """
    temperature = hbar * OMEGA / (k_B * QUANTA)
    flux = (L * k_B * temperature) ** 0.5
    law = f"R_on={Z / ON}ohm R_off={Z / OFF}ohm phi_c=0Wb phi_s={WIDTH * flux}Wb T={temperature}K"
    run = Run(
        circuit=f"C1 m 0 {C}F\nL1 m 0 {L}H\nMEM1 m 0 model=sigmoid {law}",
        duration=50 / OMEGA,
        save_every=25 / OMEGA,
        dt=0.025 / OMEGA,
        method="brownian",
        memory="operator",
        diffusion=diffusion,
        truncation=24,
        classical=False,
    )
    voltage = float(compile_run(run).solve().voltage[-1, 0])
    x, weight = np.polynomial.hermite_e.hermegauss(60)
    s = 1 / (1 + np.exp(-x / WIDTH))
    slope = np.sum(weight * (ON - OFF) * s * (1 - s)) / np.sum(weight) / (WIDTH * flux * Z)
    expected = -DIFFUSION[diffusion] * hbar**2 * slope / (2 * k_B * temperature * C**2)
    assert voltage == pytest.approx(expected, rel=1e-2)
