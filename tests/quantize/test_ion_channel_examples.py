"""Hodgkin and Huxley's neuron in a superconducting circuit: the examples quantize, and fire as their equations say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import quspike as qs
from export.ngspice_runs import run_ngspice
from quspike.run.compile import compile_run

SINGLE, TRIPLE = "examples/potassium_channel.toml", "examples/action_potential.toml"


@pytest.mark.parametrize(("path", "channels"), [(SINGLE, {"MEM1"}), (TRIPLE, {"MEM_K", "MEM_Na"})])
def test_the_examples_quantize(path: str, channels: set[str]):
    """One membrane coordinate; each channel a line whose coupling its gates move; batteries held, no coordinates.

    Catches: a battery that becomes a degree of freedom, a channel that is tied to the membrane without its battery.
    """
    run = qs.load(path)
    q = qs.quantize(run.circuit)
    assert [c.name for c in q.coordinates] == ["m"]
    assert {bath.element for bath in q.baths if bath.kind == "mean_field"} == channels
    charging = q.terms[0].expression.subs(q.values)
    (charge,) = charging.free_symbols
    assert float(charging.subs(charge, 1e-18)) == pytest.approx(1e-36 / 2e-13, rel=1e-12, abs=0)


def by_hand(times: np.ndarray, current: float, start: float) -> np.ndarray:
    """u(t) of the paper's equations in mV, ms, µA/cm², m settled; chloride and the rest 0.3 mS/cm² to 10.6 mV."""

    def rates(t, y, i):
        u, n, h = y
        opening, shutting = 0.01 * (10 - u) / np.expm1((10 - u) / 10), 0.125 * np.exp(-u / 80)
        fast, slow = 0.1 * (25 - u) / np.expm1((25 - u) / 10), 4 * np.exp(-u / 18)
        recovering, inactivating = 0.07 * np.exp(-u / 20), 1 / (np.exp((30 - u) / 10) + 1)
        sodium = 120 * (fast / (fast + slow)) ** 3 * h * (u - 115)
        leak = 10 / 33.333 * (u - 10.6)
        return [
            i - 36 * n**4 * (u + 12) - sodium - leak,
            opening * (1 - n) - shutting * n,
            recovering * (1 - h) - inactivating * h,
        ]

    def solved(begin, end, y, i):
        return solve_ivp(rates, (begin, end), y, "DOP853", args=(i,), dense_output=True, rtol=1e-11, atol=1e-11)

    before = solved(0.0, start, [0.0, 0.3176769140606974, 0.5961207535084603], 0.0)
    after = solved(start, times[-1], before.y[:, -1], current)
    return np.where(times < start, before.sol(np.minimum(times, start))[0], after.sol(np.maximum(times, start))[0])


def test_the_three_channels_fire_in_ngspice_as_in_the_papers_equations(tmp_path: Path):
    """Two action potentials of 110 µV within 3e-3 of their height: half a picosecond's trapezoidal rule.

    Catches: a battery turned round, m for m³, a microvolt that is no millivolt, a memory that starts elsewhere.
    """
    run = qs.load(TRIPLE)
    deck = qs.quantize(run.circuit).to_ngspice(duration="20 ns", step="0.5 ps", drives=run.drives)
    found = run_ngspice(deck, tmp_path)
    times = np.linspace(0.0, 19.99, 4000)
    expected = by_hand(times, 10.0, 5.0)
    peaks = (expected[1:-1] > expected[:-2]) & (expected[1:-1] > expected[2:]) & (expected[1:-1] > 100)
    assert peaks.sum() == 2
    u = np.interp(times * 1e-9, found["time"], found["v(m)"]) * 1e6
    assert np.max(np.abs(u - expected)) < 3e-3 * np.ptp(expected)


def test_the_three_channels_fire_in_quspike_as_in_the_papers_equations():
    """Seven action potentials in 80 ns within 1e-6 of their height at every saved time.

    Catches: a memory that senses the membrane instead of what is across it, a battery that starts late.
    """
    s = compile_run(qs.load(TRIPLE)).solve()
    times, u = np.asarray(s.time) * 1e9, np.asarray(s.voltage)[:, 0] * 1e6
    expected = by_hand(times, 10.0, 5.0)
    assert np.sum((u[1:-1] > u[:-2]) & (u[1:-1] > u[2:]) & (u[1:-1] > 90)) == 7
    assert np.max(np.abs(u - expected)) < 1e-6 * np.ptp(expected)
