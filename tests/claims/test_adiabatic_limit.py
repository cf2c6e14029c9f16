"""The formulas of the limit's thresholds: their leading orders, and how a threshold is read off a sweep."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from quspike.claims import adiabatic_limit_fails as limit
from quspike.claims.adiabatic_limit_fails import crossing, drift_of, leak_error, spike_error, voltage_error


def test_the_secular_voltage_errs_by_half_of_the_coupling() -> None:
    """max |ΔV|/V0 → κ/2ω0. Catches: a factor of two, a phase that turns at ω."""
    assert voltage_error(1e-3) == pytest.approx(0.5e-3, rel=2e-3)


def test_the_error_of_a_spike_is_that_of_integrated_equations() -> None:
    """Circuit and secular equation by an ODE solver, κ = 0.1 ω0. Catches: a counter-rotating drive left out."""
    ratio = 0.1
    t = np.linspace(0, 40, 20_001)

    def both(t: float, y: np.ndarray) -> list[float]:
        v, x, sv, sx = y
        push = ratio * np.sin(t)
        return [push - ratio * v - x, v, push - 0.5 * ratio * sv - sx, sv - 0.5 * ratio * sx]

    y = solve_ivp(both, (0, 40), np.zeros(4), t_eval=t, rtol=1e-10, atol=1e-12).y
    measured = limit.mean_shift(t, np.hypot(y[2], y[3]), np.hypot(y[0], y[1]))
    assert spike_error(ratio) == pytest.approx(measured, rel=1e-3)


def test_a_slow_memory_leaks_as_it_should() -> None:
    """Error A²|W″|/8W − … → 0 as the square of A. Catches: sin² for cos², a mean that is not over a cycle."""
    small = 0.02
    s = 1 / (1 + np.exp(limit.CENTRE))
    step = limit.ON - limit.OFF
    bend = step * s * (1 - s) * (1 - 2 * s)
    w = limit.OFF + step * s
    assert leak_error(small) == pytest.approx(small**2 * bend / (8 * w), rel=5e-3)
    assert drift_of(small) == pytest.approx(small * step * s * (1 - s) / w, rel=2e-2)


def test_a_threshold_is_where_the_error_passes_it() -> None:
    """Exact on a power law; nan where the sweep does not reach it."""
    x = np.array([0.1, 0.3, 0.9])
    assert crossing(x, 0.5 * x**2, 0.01) == pytest.approx(0.02**0.5, rel=1e-12)
    assert np.isnan(crossing(x, 0.5 * x**2, 1.0))
    assert np.isnan(crossing(x, 0.5 * x**2, 1e-4))
