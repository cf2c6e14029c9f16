"""The closed form of equilibrium noise against its own integral, its limits, and the membranes of the literature."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.constants import hbar, k
from scipy.integrate import quad

from quspike.baths.noise import flux_variance, impedance, thermal_voltage, voltage_variance
from quspike.baths.spectral_density import drude_admittance, ohmic_admittance, spectral_density
from quspike.errors import InputError

C = 100e-15
CRITICAL = 1e-4, 4 * 1e-4 / C  # W, ω_c: the two poles of a membrane without inductor meet
RATE = 1e10  # with L, W and ω_c below, all three poles meet here
TRIPLE = 8 / 9 * RATE * C, 3 * RATE, 3 / (RATE**2 * C)

MEMBRANES = {
    "adapting": (1e-5, 1e12, 0.02, math.inf),
    "cold": (1e-5, 1e12, 1e-4, math.inf),
    "frozen": (1e-5, 1e12, 0.0, math.inf),
    "warm": (1e-3, 1e11, 4.0, math.inf),
    "critical": (*CRITICAL, 0.02, math.inf),
    "resonator": (5e-4, 1e12, 0.02, 1e-8),
    "frozen resonator": (5e-5, 1e12, 0.0, 1e-8),
    "overdamped": (1e-2, 1e13, 0.1, 1e-8),
    "triple pole": (TRIPLE[0], TRIPLE[1], 0.02, TRIPLE[2]),
}


def integrated(power, w, cutoff, temperature, inductance):
    """∫_0^∞ dω/π ħω coth(ħω/2kT) Re Z(ω)/ω^power, a tenth of a decade at a time."""

    def integrand(log_omega):
        omega = math.exp(log_omega)
        x = math.inf if temperature == 0 else hbar * omega / (2 * k * temperature)
        z = 1 / impedance(-1j * omega, C, w, cutoff, inductance)  # admittance, to keep Re Z = Re Y/|Y|² exact
        return omega ** (2 - power) * hbar / math.tanh(x) * z.real / abs(z) ** 2 / math.pi

    edges = np.linspace(math.log(1e2), math.log(1e20), 181)
    return sum(quad(integrand, a, b, epsrel=1e-11, epsabs=0.0)[0] for a, b in pairwise(edges))


@pytest.mark.parametrize("name", MEMBRANES)
def test_the_voltage_variance_is_its_integral(name):
    """To 1e-8. Catches: a factor 2 in the Matsubara sum, a cutoff missing from Z, poles that meet and cancel badly."""
    assert voltage_variance(C, *MEMBRANES[name]) == pytest.approx(integrated(0, *MEMBRANES[name]), rel=1e-8)


@pytest.mark.parametrize("name", [name for name in MEMBRANES if MEMBRANES[name][3] < math.inf])
def test_the_flux_variance_is_its_integral(name):
    assert flux_variance(C, *MEMBRANES[name]) == pytest.approx(integrated(2, *MEMBRANES[name]), rel=1e-8)


@pytest.mark.parametrize(("w", "cutoff", "inductance"), [(1.0, 4.0, math.inf), (8 / 9, 3.0, 3.0)])
def test_nothing_happens_where_poles_meet(w, cutoff, inductance):
    """A membrane of 1 F at 10 pK, with (s + 2)² and (s + 1)³ as its poles. Catches: 0/0, and residues that cancel."""
    near = [
        sum(voltage_variance(1.0, w * (1 + side * step), cutoff, 1e-11, inductance) for side in (1, -1)) / 2
        for step in (2e-3, 1e-3)
    ]
    extrapolated = (4 * near[1] - near[0]) / 3
    assert voltage_variance(1.0, w, cutoff, 1e-11, inductance) == pytest.approx(extrapolated, rel=3e-10)


@pytest.mark.parametrize(
    ("resistance", "cutoff", "microvolts"),
    [(20e3, 1e11, 1.78033), (20e3, 1e12, 1.88186), (50e3, 1e12, 1.75360)],
)
def test_a_membrane_at_20_mk_fluctuates_more_than_kt_over_c(resistance, cutoff, microvolts):
    """C = 100 fF, for which (kT/C)^½ = 1.66172 µV; numbers from direct integration."""
    assert voltage_variance(C, 1 / resistance, cutoff, 0.02) ** 0.5 == pytest.approx(microvolts * 1e-6, abs=6e-12)
    assert thermal_voltage(C, 0.02) == pytest.approx(1.66172e-6, abs=5e-12)


def test_a_resonator_at_20_mk_fluctuates_as_integrated():
    assert voltage_variance(C, 1 / 2e3, 1e12, 0.02, 10e-9) ** 0.5 == pytest.approx(4.65142e-6, abs=5e-12)
    assert flux_variance(C, 1 / 2e3, 1e12, 0.02, 10e-9) ** 0.5 == pytest.approx(1.26323e-16, abs=5e-22)


def test_a_hot_membrane_obeys_equipartition():
    """⟨V²⟩ → kT/C and ⟨φ²⟩ → kTL, whatever the leak."""
    assert voltage_variance(C, 1e-4, 1e11, 300.0) == pytest.approx(k * 300 / C, rel=1e-4)
    assert flux_variance(C, 1e-4, 1e11, 300.0, 1e-8) == pytest.approx(k * 300 * 1e-8, rel=1e-4)


def test_a_resonator_without_a_leak_is_a_harmonic_oscillator():
    """½C⟨V²⟩ = ⟨φ²⟩/2L = (ħω_0/4) coth(ħω_0/2kT). Catches: zero-point motion that is left out."""
    omega = 1 / math.sqrt(1e-8 * C)
    energy = hbar * omega / 4 / math.tanh(hbar * omega / (2 * k * 0.02))
    assert voltage_variance(C, 0.0, 1e12, 0.02, 1e-8) * C / 2 == pytest.approx(energy, rel=1e-12)
    assert flux_variance(C, 0.0, 1e12, 0.02, 1e-8) / 2e-8 == pytest.approx(energy, rel=1e-12)


def test_zero_temperature_is_the_limit_of_low_temperatures():
    assert voltage_variance(C, 1e-5, 1e12, 1e-7) == pytest.approx(voltage_variance(C, 1e-5, 1e12, 0.0), rel=1e-5)


def test_each_octave_of_cutoff_adds_ln2_hbar_over_pi_r_to_the_charge():
    """At T = 0, where nothing else cuts ⟨q²⟩ off. Catches: a cutoff that enters as a power."""
    octave = voltage_variance(C, 1e-5, 2e14, 0.0) - voltage_variance(C, 1e-5, 1e14, 0.0)
    assert C**2 * octave == pytest.approx(hbar * 1e-5 / math.pi * math.log(2), rel=1e-4)


@pytest.mark.parametrize("w", [1e-6, 1e-4, 1e-2])
def test_charge_and_flux_respect_uncertainty(w):
    spread = C**2 * voltage_variance(C, w, 1e13, 0.0, 1e-8) * flux_variance(C, w, 1e13, 0.0, 1e-8)
    assert math.sqrt(spread) > hbar / 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.0, 1e-5, 1e12, 0.02), "capacitance must be > 0 F, but got 0.0"),
        ((C, -1e-5, 1e12, 0.02), "conductance must be ≥ 0 S"),
        ((C, 1e-5, math.inf, 0.02), "cutoff must be > 0 rad/s and finite"),
        ((C, 1e-5, 1e12, -0.02), "temperature must be ≥ 0 K"),
        ((C, 1e-5, 1e12, math.nan), "temperature must be ≥ 0 K"),
        ((C, 1e-5, 1e12, 0.02, 0.0), "inductance must be > 0 H"),
    ],
)
def test_a_membrane_of_infinite_or_senseless_noise_is_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        voltage_variance(*arguments)


def test_a_free_flux_has_no_variance():
    with pytest.raises(InputError, match="inductance must be finite"):
        flux_variance(C, 1e-5, 1e12, 0.02, math.inf)


def test_the_drude_line_is_a_resistor_in_series_with_its_inductance():
    """Re Y = Re 1/(R − iωL_s), L_s = R/ω_c, and J = ω Re Y. Catches: ω_c in place of ω_c², a squared ratio inverted."""
    omega, resistance, cutoff = np.logspace(8, 14, 25), 2e3, 1e12
    series = (1 / (resistance - 1j * omega * resistance / cutoff)).real
    np.testing.assert_allclose(drude_admittance(omega, 1 / resistance, cutoff), series, rtol=1e-13)
    np.testing.assert_allclose(spectral_density(omega, series), omega * series)
    np.testing.assert_array_equal(ohmic_admittance(omega, 1 / resistance), np.full(25, 1 / resistance))
