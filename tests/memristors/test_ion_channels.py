"""Hodgkin and Huxley's channels at values worked out from their paper by hand."""

from __future__ import annotations

import math

import pytest

from quspike.memristors import LAWS
from quspike.precision import enable_x64

enable_x64()
POTASSIUM, SODIUM = LAWS["hh_potassium"], LAWS["hh_sodium"]


def potassium_rates(u: float) -> tuple[float, float]:
    """α_n, β_n [1/ms] of the paper."""
    return 0.01 * (10 - u) / (math.exp((10 - u) / 10) - 1), 0.125 * math.exp(-u / 80)


@pytest.mark.parametrize("u", [-30.0, 0.0, 9.0, 42.0, 110.0])
def test_potassium_gates_move_as_in_the_paper(u: float):
    """dn/dt at 1 mV and 1 ms. Catches: the paper's old sign of V, α for β, a rate per second."""
    p, n = POTASSIUM.defaults(), 0.4
    alpha, beta = potassium_rates(u)
    rate = POTASSIUM.rate(n, 1e-3 * u + 12e-3, p)
    assert float(rate) == pytest.approx(1e3 * (alpha * (1 - n) - beta * n), rel=1e-12)


def test_potassium_between_its_formulas_zero_over_zero():
    """α_n(10 mV) = 0.1/ms, the limit of 0/0, and it is smooth there."""
    p = POTASSIUM.defaults()
    at, beside = (float(POTASSIUM.rate(0.0, 12e-3 + 1e-3 * u, p)) for u in (10.0, 10.0 + 1e-6))
    assert at == pytest.approx(100.0, rel=1e-12)
    assert beside == pytest.approx(100.0, rel=1e-6)


def test_channels_rest_where_the_paper_says():
    """n_∞(0) = 0.3177, h_∞(0) = 0.5961, and nothing moves there; g_K n⁴ = 0.367 mS."""
    assert POTASSIUM.default_memory({}) == pytest.approx(0.3177, abs=5e-5)
    assert SODIUM.default_memory({}) == pytest.approx(0.5961, abs=5e-5)
    for law, battery in ((POTASSIUM, -12e-3), (SODIUM, 115e-3)):
        p = law.defaults()
        assert abs(float(law.rate(law.default_memory(p), -battery, p))) < 1e-10
    rest = POTASSIUM.conductance(POTASSIUM.default_memory({}), 0.0, POTASSIUM.defaults())
    assert float(rest) == pytest.approx(36e-3 * 0.3177**4, rel=1e-3)


@pytest.mark.parametrize("u", [-20.0, 0.0, 24.0, 60.0])
def test_sodium_opens_at_once_and_shuts_slowly(u: float):
    """W = g m_∞³ h and dh/dt. Catches: m instead of m³, h that opens with the voltage."""
    p, h = SODIUM.defaults(), 0.3
    alpha, beta = 0.1 * (25 - u) / (math.exp((25 - u) / 10) - 1), 4 * math.exp(-u / 18)
    v = 1e-3 * u - 115e-3
    assert float(SODIUM.conductance(h, v, p)) == pytest.approx(0.12 * (alpha / (alpha + beta)) ** 3 * h, rel=1e-12)
    speed = 0.07 * math.exp(-u / 20) * (1 - h) - h / (math.exp((30 - u) / 10) + 1)
    assert float(SODIUM.rate(h, v, p)) == pytest.approx(1e3 * speed, rel=1e-12)


def test_a_channel_of_another_scale_is_the_same_channel():
    """A millivolt that is a microvolt and a millisecond that is a nanosecond: dn/dt is 10⁶ times as fast."""
    slow = POTASSIUM.defaults()
    fast = POTASSIUM.resolve({"V_rev": "-12 uV", "V_unit": "1 uV", "t_unit": "1 ns"})
    ratio = float(POTASSIUM.rate(0.4, 50e-6, fast)) / float(POTASSIUM.rate(0.4, 50e-3, slow))
    assert ratio == pytest.approx(1e6, rel=1e-12)
