"""A Drude line as few exponentials: its noise against coth itself, its fluctuations against the exact integrals."""

from __future__ import annotations

import numpy as np
import pytest

from quspike.baths.drude_exponents import (
    Exponents,
    assert_positive,
    choose_few_poles,
    drude_exponents,
    few_poles,
    noise_spectrum,
)
from quspike.baths.pade import pade_coth
from quspike.constants import hbar, k_B
from quspike.errors import ConvergenceError

CAPACITANCE, INDUCTANCE = 100e-15, 10e-9
OMEGA, IMPEDANCE = (INDUCTANCE * CAPACITANCE) ** -0.5, (INDUCTANCE / CAPACITANCE) ** 0.5


def test_the_noise_of_a_line_is_coth_times_its_dissipation():
    """S = J coth(ħω/2kT) within 2e-3 up to three cutoffs, at ħω_c = 60 kT. Catches: a lost 2 in c_0, a flipped c_k."""
    cutoff, temperature = 5 * OMEGA, 20e-3
    rate = k_B * temperature / hbar
    exponents = drude_exponents(0.1 * OMEGA, cutoff, rate, *few_poles(cutoff, temperature, 4))
    omega = np.geomspace(1e-3 * OMEGA, 3 * cutoff, 200)
    exact = 2 * 0.1 * OMEGA * cutoff * omega / (cutoff**2 + omega**2) / np.tanh(omega / (2 * rate))
    np.testing.assert_allclose(noise_spectrum(exponents, omega), exact, rtol=2e-3)
    assert_positive(exponents)


@pytest.mark.parametrize("temperature", [20e-3, 100e-3, 1.0])
@pytest.mark.parametrize(("kappa", "cutoff"), [(0.01, 3), (0.1, 5), (0.3, 10)])
def test_few_poles_obey_fluctuation_dissipation(kappa, cutoff, temperature):
    """5e-4 of ⟨V²⟩ and ⟨φ²⟩ with at most 6 poles, where Padé takes 15. Catches: a fit that ends at the cutoff."""
    xi, eta, error = choose_few_poles(
        CAPACITANCE, np.array([kappa / IMPEDANCE]), cutoff * OMEGA, temperature, INDUCTANCE, 5e-4
    )
    assert error <= 5e-4
    assert len(xi) <= 6
    assert np.all(xi > 0)
    assert np.all(eta > 0)


def test_exponents_fit_where_pade_poles_meet_the_cutoff():
    """c_0 and c_k stay finite where ν_1 = γ. Catches: a pole left on the cutoff, where both diverge."""
    temperature = 20e-3
    first = few_poles(5 * OMEGA, temperature, 3)[0][1] * k_B * temperature / hbar
    xi, eta = few_poles(float(first), temperature, 3)
    exponents = drude_exponents(1e9, first, k_B * temperature / hbar, xi, eta)
    assert np.max(np.abs(exponents.noise)) < 1e3 * np.sum(exponents.noise)


def test_the_exact_first_coefficient_beside_few_others_makes_negative_noise():
    """κ/ω0 = 0.1, kT = 0.5, ω_c = 5 (ħ = ω0 = 1), two Padé terms: λγ cot(γ/2T) is no bath's c_0; the fraction's own is.

    Catches: the cotangent for c_0, which leaves a noise that is negative and a ⟨q²⟩ that is not 0.69 but anything.
    """
    coupling, cutoff, thermal = 0.1 * 5 / 4, 5.0, 0.5
    right = drude_exponents(coupling, cutoff, thermal, *pade_coth(2))
    assert_positive(right)
    cotangent = coupling * cutoff / np.tan(cutoff / (2 * thermal))
    wrong = Exponents(right.rates, np.array([cotangent, *np.asarray(right.noise)[1:]]))
    with pytest.raises(ConvergenceError, match="negative"):
        assert_positive(wrong)
    omega = np.linspace(-400, 400, 2_000_001)
    chi = 1 / (1 - omega**2 - 1j * omega * 0.1 * cutoff / (cutoff - 1j * omega))
    momentum = np.trapezoid(2 * noise_spectrum(right, omega) * abs(omega * chi) ** 2, omega) / (2 * np.pi)
    assert momentum == pytest.approx(0.6928, abs=4e-4)
    exact = 0.1 * omega * cutoff**2 / (cutoff**2 + omega**2) / np.tanh(omega / (2 * thermal) + 1e-300)
    assert np.trapezoid(exact * abs(omega * chi) ** 2, omega) / (2 * np.pi) == pytest.approx(0.6944, abs=2e-4)
