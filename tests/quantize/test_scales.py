"""Modes, zero-point scales and validity numbers, against digits worked out by hand."""

from __future__ import annotations

import math
from itertools import pairwise

from scipy.integrate import quad

import quspike as qs
from quantize.circuits import ADAPTING, EVERYTHING, QUANTUM, near

HBAR, BOLTZMANN, PHI0 = 1.054571817e-34, 1.380649e-23, 2.067833848e-15


def test_the_zero_point_scales_of_the_quantum_working_point():
    """L = 10 nH, C = 100 fF: ω0 = 10^10.5 rad/s, Z = 10^2.5 ohm, φ_zpf = 1.29e-16 Wb, V_zpf = 4.08 µV.

    By hand: φ_zpf = √(1.054572e-34 · 316.2278/2) = 1.291288e-16 Wb, V_zpf = ω0 φ_zpf = 4.083411e-6 V.
    Catches: a factor √2 in any of the three, Z and 1/Z exchanged.
    """
    circuit = qs.quantize(QUANTUM)
    (mode,) = circuit.modes
    assert mode.omega == near(10**10.5, rel=1e-12)
    assert mode.impedance == near(10**2.5, rel=1e-12)
    zero = circuit.zero_point
    assert zero.phi_zpf == near(1.291288e-16, rel=1e-6)
    assert zero.v_zpf == near(4.083411e-6, rel=1e-6)
    assert zero.phi_zpf * zero.q_zpf == near(HBAR / 2, rel=1e-9)
    assert zero.q_zpf == near(100e-15 * zero.v_zpf)
    assert zero.occupation == near(1 / math.expm1(HBAR * 10**10.5 / (BOLTZMANN * 20e-3)), rel=1e-6)


def test_damping_and_quality_over_the_range_of_the_memristance():
    """κ = 1/MC from 3.16e8 to 3.13e9 1/s, Q = ω0/κ. Catches: κ/2 for κ, the range's ends exchanged."""
    circuit = qs.quantize(QUANTUM)
    (mode,) = circuit.modes
    assert mode.kappa == near((1 / (31.6e3 * 100e-15), 1 / (3.2e3 * 100e-15)))
    assert mode.quality == near((10**10.5 * 3.2e3 * 100e-15, 10**10.5 * 31.6e3 * 100e-15))
    assert circuit.leak_rate == mode.kappa
    assert circuit.kind == "resonator"


def test_a_resistor_in_parallel_adds_to_the_leak():
    """κ = (1/R + W)/C_Σ, gate capacitor included. Catches: resistors left out of κ, C in place of C_Σ."""
    circuit = qs.quantize("C1 m 0 90fF\nCg m g 10fF\nV1 g 0 0V\nR1 m 0 20kohm\nMEM1 m 0 model=sigmoid")
    assert circuit.leak_rate == near(((5e-5 + 1e-5) / 100e-15, (5e-5 + 1e-4) / 100e-15))
    assert circuit.modes == ()
    assert circuit.zero_point.phi_zpf is None


def fluctuation(weight, capacitance: float, resistance: float, cutoff: float, inductance: float, temperature: float):
    """∫ dω/π ħω coth(ħω/2kT) Re Z(ω) weight(ω), by quadrature in units of the cutoff."""

    def integrand(x: float) -> float:
        omega = x * cutoff
        admittance = -1j * omega * capacitance + 1 / (resistance * (1 - 1j * x)) + 1j / (omega * inductance)
        coth = 1 / math.tanh(HBAR * omega / (2 * BOLTZMANN * temperature))
        return HBAR * omega * coth * (1 / admittance).real * weight(omega) * cutoff / math.pi

    peak = 1 / math.sqrt(inductance * capacitance) / cutoff if inductance < 1 else 1e-3
    edges = [0, peak / 2, peak, 2 * peak, 1, 100]
    return sum(quad(integrand, a, b, limit=400, epsabs=0)[0] for a, b in pairwise(edges))


def test_a_junction_is_an_inductor_at_its_bottom():
    """ω0² = (1/L + I_c/φ0)/C, and noise of that inductance: a transmon by hand.

    Catches: Φ0 in place of φ0 = Φ0/2π, the junction's C left out, the junction left out of the noise.
    """
    circuit = qs.quantize("C1 m 0 60fF\nJJ1 m 0 Ic=30nA C=5fF\nR1 m 0 100kohm T=20mK cutoff=1e12rad/s")
    (mode,) = circuit.modes
    inductance = PHI0 / (2 * math.pi * 30e-9)
    assert mode.omega == near(math.sqrt(1 / (inductance * 65e-15)), rel=1e-8)
    expected = fluctuation(lambda w: 1, 65e-15, 100e3, 1e12, inductance, 20e-3)
    assert circuit.zero_point.voltage_rms == near((math.sqrt(expected),) * 2, rel=1e-3)


def test_equilibrium_noise_is_that_of_fluctuation_and_dissipation():
    """V_rms and φ_rms at both ends of the memristance against quadrature; (kT/C)^½ = 1.66172 µV by hand.

    Catches: noise at one end only, the inductor left out, variances in place of widths.
    """
    zero = qs.quantize(QUANTUM).zero_point
    assert zero.thermal_voltage == near(1.66172e-6, rel=1e-5)
    for end, resistance in enumerate((31.6e3, 3.2e3)):
        numbers = (100e-15, resistance, 1e12, 10e-9, 20e-3)
        assert zero.voltage_rms[end] ** 2 == near(fluctuation(lambda w: 1, *numbers), rel=1e-3)
        assert zero.flux_rms[end] ** 2 == near(fluctuation(lambda w: 1 / w**2, *numbers), rel=1e-3)
    baseband = qs.quantize(ADAPTING).zero_point
    assert baseband.flux_rms is None
    assert baseband.voltage_rms[0] ** 2 == near(
        fluctuation(lambda w: 1, 100e-15, 100e3, 1e12, math.inf, 20e-3), rel=1e-3
    )


def test_fluctuations_need_one_temperature_and_a_cutoff():
    """No equilibrium without them, and no number either. Catches: a ⟨V²⟩ that is silently cut off somewhere."""
    for change in (("cutoff=1e12rad/s", ""), ("T=20mK", "")):
        assert qs.quantize(ADAPTING.replace(*change)).zero_point.voltage_rms is None
    assert qs.quantize(ADAPTING + "R1 m 0 1Mohm T=4K cutoff=1e12rad/s").zero_point.voltage_rms is None
    assert qs.quantize(ADAPTING.replace("T=20mK", "")).zero_point.thermal_voltage is None


def test_the_validity_numbers_of_the_working_points():
    """κ/ω0 = 0.0988, ħω0/kT = 12.08, φ_zpf/φ_s = 0.5005; adapting: ħκ/kT = 0.382, φ_s = 193 Φ0, by hand.

    Catches: the least κ in place of the largest, h in place of ħ, φ0 in place of Φ0.
    """
    quantum = {check.name: check for check in qs.quantize(QUANTUM).validity}
    assert quantum["kappa/omega0"].value == near(1 / (3.2e3 * 100e-15) / 10**10.5)
    assert quantum["kappa/omega0"].verdict == "ok"
    assert quantum["hbar omega0/kT"].value == near(12.0769, rel=1e-4)
    assert quantum["hbar kappa/kT"].value == near(12.0769 / (10**10.5 * 3.2e3 * 100e-15), rel=1e-4)
    assert quantum["fastest rate/cutoff"].value == near(10**10.5 / 1e12)
    assert quantum["phi_zpf/phi_s (MEM1)"].value == near(0.5005, rel=1e-4)
    adapting = {check.name: check for check in qs.quantize(ADAPTING).validity}
    assert adapting["hbar kappa/kT"].value == near(0.38191, rel=1e-4)
    assert adapting["phi_s/Phi0 (MEM1)"].value == near(193.44, rel=1e-4)


def test_a_strongly_damped_resonator_is_warned_of():
    """κ/ω0 past 0.1. Catches: a bound that is never passed."""
    validity = {check.name: check for check in qs.quantize(EVERYTHING).validity}
    assert validity["kappa/omega0"].verdict == "warn"
    assert validity["kappa/omega0"].value > validity["kappa/omega0"].bound
