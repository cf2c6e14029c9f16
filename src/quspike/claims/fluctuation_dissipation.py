"""Noise of the membrane: quantum, coloured by the line's cutoff, and what fluctuation–dissipation says it must be.

    ⟨V²⟩ = ∫₀^∞ dω/π ħω coth(ħω/2kT) Re Z(ω),   ⟨φ²⟩ the same over ω²,   Z = 1/(−iωC + i/ωL + W ω_c/(ω_c − iω))

memristor   The membrane begins in equilibrium at M(0); a pulse of current drives M down tenfold, and the noise has to
            find the equilibrium of the new memristance.
resonator   An LC mode, prepared in its own vacuum, must come into the line's equilibrium, which is no Gibbs state.
The integrals are done here by quadrature, apart from everything that the method uses. Callen & Welton, Phys. Rev. 83,
34 (1951).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from quspike.claims.claim import PAPER, Claim, Number, Outcome
from quspike.constants import hbar, k_B

C, T, CUTOFF = 100e-15, 20e-3, 1e12  # F, K, rad/s
MEMBRANE = """
C1   m 0  100fF
MEM1 m 0  model=sigmoid R_on=10kohm R_off=100kohm phi_c=0.3pWb phi_s=0.05pWb T=20mK cutoff=1e12rad/s bath=drude
I1   0 m  input
"""
INDUCTANCE, RESISTANCE = 10e-9, 2e3  # H, ohm
RESONATOR = """
C1 m 0  100fF
L1 m 0  10nH
R1 m 0  2kohm T=20mK cutoff=1e12rad/s bath=drude
I1 0 m  0A
"""
AGREES = 1e-3  # of a variance: what the bath's Padé poles are chosen for


def check() -> Outcome:
    """One run of each circuit, against the integral at the conductances it passes."""
    membrane, resonator = solve_membrane(), solve_resonator()
    v_rms, memristance = np.asarray(membrane.voltage_std)[:, 0], np.asarray(membrane.memristance)[:, 0]
    shown = np.unique(np.linspace(0, len(v_rms) - 1, 60).astype(int))
    exact = np.array([math.sqrt(voltage_variance(1 / m)) for m in memristance[shown]])
    ends = [(float(memristance[i]), float(v_rms[i] ** 2 / exact[j] ** 2 - 1)) for i, j in ((0, 0), (-1, -1))]
    v_exact, phi_exact = voltage_variance(1 / RESISTANCE, INDUCTANCE), flux_variance(1 / RESISTANCE, INDUCTANCE)
    v_mode = np.asarray(resonator.voltage_std)[:, 0]
    phi_sq = float(resonator.extra["flux_variance"][-1, 0])
    thermal = math.sqrt(k_B * T / C)
    numbers = (
        *(Number(f"⟨V²⟩ on {m / 1e3:.1f} kΩ, off its integral", abs(off), "", high=AGREES) for m, off in ends),
        Number("resonator's ⟨V²⟩, off its integral", abs(v_mode[-1] ** 2 / v_exact - 1), "", high=AGREES),
        Number("resonator's ⟨φ²⟩, off its integral", abs(phi_sq / phi_exact - 1), "", high=AGREES),
        Number("V_rms on the last memristance", float(v_rms[-1]), "V"),
        Number("classical limit (kT/C)^½", thermal, "V"),
    )
    text = (
        f"As the memristance falls from {ends[0][0] / 1e3:.1f} to {ends[1][0] / 1e3:.1f} kΩ, the membrane's noise "
        f"grows from {v_rms[0] * 1e6:.4f} to {v_rms[-1] * 1e6:.4f} µV, where kT/C would leave it at "
        f"{thermal * 1e6:.4f}. Both ends are within {max(abs(off) for _, off in ends):.0e} of the integral; so is a "
        "resonator that began in its vacuum."
    )
    data = {
        "time": np.asarray(membrane.time),
        "v_rms": v_rms,
        "memristance": memristance,
        "shown": shown,
        "exact": exact,
        "thermal": thermal,
        "mode_time": np.asarray(resonator.time),
        "mode_v_rms": v_mode,
        "mode_exact": math.sqrt(v_exact),
    }
    return Outcome(numbers, text, data, draw)


def solve_membrane() -> Any:
    """A pulse of current through the memristive membrane; it must not fire, so it has no threshold."""
    from quspike.drives import Step
    from quspike.run.compile import compile_run
    from quspike.run.schema import Run

    drive = Step(0.6e-9, start=10e-9, stop=60e-9)
    return compile_run(
        Run(circuit=MEMBRANE, drives={"input": drive}, duration=80e-9, save_every=0.4e-9, classical=False)
    ).solve()


def solve_resonator() -> Any:
    """A mode that begins in its vacuum, for twelve leak times: e^{−12} of it is left."""
    from quspike.run.compile import compile_run
    from quspike.run.schema import Run

    run = Run(
        circuit=RESONATOR,
        duration=12 * RESISTANCE * C,
        save_every=0.02 * RESISTANCE * C,
        initial={"state": "vacuum"},
        save={"covariance": True},
        classical=False,
    )
    return compile_run(run).solve()


def voltage_variance(conductance: float, inductance: float = math.inf) -> float:
    """`∫₀^∞ dω/π ħω coth(ħω/2kT) Re Z(ω)` by quadrature, V²; conductance [S], inductance [H]."""
    return _integral(conductance, inductance, 0)


def flux_variance(conductance: float, inductance: float) -> float:
    """`∫₀^∞ dω/π (ħ/ω) coth(ħω/2kT) Re Z(ω)` by quadrature, Wb²."""
    return _integral(conductance, inductance, 2)


def _integral(conductance: float, inductance: float, power: int) -> float:
    """`∫ dω/π ħω^{1−power} coth(ħω/2kT) Re Z(ω)` over ln ω, decade by decade."""
    from scipy.integrate import quad

    def integrand(log_omega: float) -> float:
        omega = math.exp(log_omega)
        admittance = -1j * omega * C + 1j / (omega * inductance) + conductance * CUTOFF / (CUTOFF - 1j * omega)
        spectrum = hbar * omega / math.tanh(hbar * omega / (2 * k_B * T)) * (1 / admittance).real
        return spectrum * omega ** (1 - power) / math.pi

    decades = np.log(10.0) * np.arange(3, 18)
    return sum(quad(integrand, a, b, epsrel=1e-9, epsabs=0, limit=200)[0] for a, b in pairwise(decades))


def draw(data: Mapping[str, Any]) -> Any:
    """Figure of the noise that follows the memristance, and of the mode that comes into equilibrium."""
    from quspike.plot.claims.fluctuation_dissipation import plot_fluctuation_dissipation

    return plot_fluctuation_dissipation(data)


CLAIM = Claim(
    "fluctuation-dissipation",
    "A dissipative memristor is a transmission-line bath, and fluctuates as its dissipation demands.",
    f"{PAPER}, technical contribution",
    check,
)
