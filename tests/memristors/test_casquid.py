"""The CA-SQUID law gives the published loop."""

import numpy as np
import pytest
from scipy.constants import e

from quspike.memristors import casquid, get_law

FORM_FACTORS = [(1.0, 0.00950), (10.0, 0.09168), (50.0, 0.29697), (100.0, 0.31790)]


def test_constants_of_the_squid() -> None:
    """With E_C = 1e9 ħ, E_L = 1000 E_C: ω = √2e21, g0 = 32000^{−¼}. Catches: E_C = e²/2C, a factor 2 in ω."""
    p = get_law("casquid").defaults()
    assert float(casquid.angular_frequency(p)) == pytest.approx(4.47213595499958e10, rel=1e-12)
    assert float(casquid.zero_point_phase(p)) == pytest.approx(0.0747674391, rel=1e-9)
    assert float(casquid.capacitance(p)) == pytest.approx(4.868271e-13, rel=1e-6, abs=0.0)


@pytest.mark.parametrize(("alpha", "form_factor"), FORM_FACTORS)
def test_first_loop_has_the_published_form_factor(alpha: float, form_factor: float) -> None:
    """4π·area/perimeter² of ⟨I⟩ against ⟨V⟩. Catches: γ without its ¼, sin ωt for π/2 + sin ωt, C left out of W."""
    law = get_law("casquid")
    p = law.resolve({"alpha": alpha})
    g0, capacitance = casquid.zero_point_phase(p), casquid.capacitance(p)
    voltage, current = _first_loop(law, p)
    v0 = np.max(np.abs(voltage))
    i0 = v0 * capacitance * 0.25 * g0**2 * np.exp(-(g0**2)) * 100.0 * casquid.angular_frequency(p)
    assert _form_factor(voltage / v0, current / i0) == pytest.approx(form_factor, abs=1.1e-5)


def test_decay_rate_is_that_of_the_prescribed_flux() -> None:
    """γ = ¼ g0² e^{−g0²} α ω (1 + cos(π/2 + sin ωt)). Catches: a sign of sin ωt, e^{−g0²} left out, α twice.

    At α = 2: ¼·(0.0747674391)²·e^{−0.00559017}·2·4.472136e10·(1 − sin(sin ωt)), sin(sin π/2) = 0.8414709848.
    """
    law = get_law("casquid")
    p = law.resolve({"alpha": 2.0})
    quarter = 0.5 * np.pi / casquid.angular_frequency(p)
    assert float(casquid.decay_rate(0.0, p)) == pytest.approx(1.2430324e8, rel=1e-6)
    assert float(casquid.decay_rate(quarter, p)) == pytest.approx(1.2430324e8 * 0.1585290152, rel=1e-6)
    assert float(casquid.decay_rate(3 * quarter, p)) == pytest.approx(1.2430324e8 * 1.8414709848, rel=1e-6)


def _first_loop(law, p):
    """The 500 samples between the first and the third zero of V, of five periods of 2500 samples.

    V = −2e⟨n⟩/C and I = W V, with ⟨n⟩ = Im⟨a⟩/2g0 and ⟨a⟩ = −(i/2) exp(−iωt − ½∫γ).
    """
    omega, capacitance = casquid.angular_frequency(p), casquid.capacitance(p)
    t = np.linspace(0.0, 5 * 2 * np.pi / omega, 2500)
    fine = np.linspace(0.0, t[-1], 80 * (t.size - 1) + 1)
    gamma = np.asarray(law.conductance(fine, 0.0, p)) / capacitance
    decay = np.concatenate([[0.0], np.cumsum(0.5 * (gamma[1:] + gamma[:-1]) * np.diff(fine))])[::80]
    a = -0.5j * np.exp(-1j * omega * t - 0.5 * decay)
    voltage = -2.0 * e / capacitance * a.imag / (2.0 * casquid.zero_point_phase(p))
    zeros = np.flatnonzero(np.diff(np.sign(voltage)))
    loop = slice(zeros[0] + 1, zeros[2] + 1)
    return voltage[loop], (np.asarray(law.conductance(t, voltage, p)) * voltage)[loop]


def _form_factor(v, i):
    """4π·area/perimeter² of two lobes that meet in the origin."""
    turn = np.flatnonzero(np.diff(np.sign(v)))[0] + 1
    area = sum(
        abs(0.5 * np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) for x, y in ((v[:turn], i[:turn]), (v[turn:], i[turn:]))
    )
    return 4 * np.pi * area / np.sum(np.hypot(np.diff(v), np.diff(i))) ** 2
