"""A membrane with the modes of its lines: normal modes, fluctuations, and when what has left comes back."""

from __future__ import annotations

import math

import numpy as np
import pytest

from quspike.baths.bound_modes import bound_modes
from quspike.baths.comb import comb, midpoint_grid
from quspike.baths.line_modes import (
    Band,
    LineModes,
    Membrane,
    comb_modes,
    endless_ring,
    ladder_modes,
    recurrence,
    run_grid,
)
from quspike.baths.noise import flux_variance, voltage_variance

C = 100e-15


def dense(omega, weight, capacitance, stiffness):
    """Ω² and the coordinate's share of each mode, by diagonalising the whole matrix."""
    held = omega * weight  # 1/L_m
    k = np.diag(np.append(0.0, omega**2))
    k[0, 0] = (stiffness + held.sum()) / capacitance
    k[0, 1:] = k[1:, 0] = -held / np.sqrt(capacitance * weight / omega)
    squares, shapes = np.linalg.eigh(k)
    return squares, shapes[0] ** 2


@pytest.mark.parametrize("stiffness", [0.0, 1.7])
def test_normal_modes_are_those_of_the_whole_matrix(stiffness):
    """Catches: a root between two modes left out, the shape without the line's own part, ω³ taken for ω²."""
    omega, weight = np.array([0.3, 1.0, 1.3, 4.0, 9.0]), np.array([0.2, 0.6, 0.1, 0.3, 0.05])
    found = bound_modes(omega, weight, 0.8, stiffness)
    squares, shares = dense(omega, weight, 0.8, stiffness)
    np.testing.assert_allclose(found.frequencies**2, squares, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(found.shape * 0.8, shares, rtol=1e-10)


def test_modes_that_fall_together_are_one_bright_and_one_dark():
    """Two lines with a common frequency. Catches: a division by the gap of a pair."""
    omega, weight = np.array([1.0, 2.0, 2.0, 3.0]), np.array([0.5, 0.2, 0.3, 0.4])
    found = bound_modes(omega, weight, 1.0, 1.0)
    squares, shares = dense(np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.5, 0.4]), 1.0, 1.0)
    bright = found.shape > 1e-6
    np.testing.assert_allclose(found.frequencies[bright] ** 2, squares, rtol=1e-7)
    np.testing.assert_allclose(found.shape[bright], shares, rtol=1e-6)


@pytest.mark.parametrize("temperature", [5e-3, 20e-3, 200e-3])
@pytest.mark.parametrize("ratio", [1e-3, 0.03, 1.0])
def test_modes_fluctuate_as_the_fluctuation_dissipation_integral(temperature, ratio):
    """⟨V²⟩ and ⟨φ²⟩ to 1e-3, κ/ω0 from 1e-3 to 1. Catches: kT for the zero-point energy, a resonance not refined."""
    inductance, cutoff = 10e-9, 1e12
    omega = 1 / math.sqrt(inductance * C)
    w = ratio * omega * C
    modes = comb_modes(run_grid(Band(omega, ratio * omega, 30 * cutoff, 5e-9), 400), cutoff)
    bound = bound_modes(modes[0], w * modes[1], C, 1 / inductance)
    energy = bound.shape * bound.energies(temperature)
    flux = np.sum(energy / bound.frequencies**2)
    assert np.sum(energy) == pytest.approx(voltage_variance(C, w, cutoff, temperature, inductance), rel=1e-3)
    assert flux == pytest.approx(flux_variance(C, w, cutoff, temperature, inductance), rel=1e-3)


def test_equal_cells_come_back_after_the_period_of_one():
    """2π/Δω, and not before. Catches: a membrane whose grid starts half a cell too high."""
    top, n, cutoff = 2e12, 400, 1e11
    grid = comb(*midpoint_grid(top, n), lambda w: 1 / (1 + (w / cutoff) ** 2))
    lines = LineModes(grid.omega[None], (grid.omega * grid.capacitance)[None])
    membrane, period = Membrane(C, 0.0, np.array([cutoff])), 2 * np.pi * n / top
    error = recurrence(lines, membrane, np.array([1e-4]), 2 * period, 2001)
    assert np.max(error[:950]) < 1e-3
    assert np.argmax(error > 0.01) / 2000 * 2 == pytest.approx(1.0, abs=0.02)


def test_a_lattice_comes_back_from_its_far_end():
    """After 2Nτ; until then it is the line. Catches: shapes of the far end taken for those of the near one."""
    step, n, cutoff = 1e-12, 500, 1e11
    omega, weight = ladder_modes(step, n, cutoff)
    lines, membrane = LineModes(omega[None], weight[None]), Membrane(C, 0.0, np.array([cutoff]))
    error = recurrence(lines, membrane, np.array([1e-4]), 1.5 * 2 * n * step, 3001)
    assert np.max(error[:1950]) < 2e-5
    assert np.argmax(error > 0.01) / 2000 == pytest.approx(1.0, abs=0.03)


def test_a_membrane_leaks_exponentially_up_to_its_cutoff():
    """|V − e^{−t/RC}| ≤ 1/ω_c RC, largest near ω_c t ≈ 2 for Drude's line: 4.25e-3 at ω_c RC = 200."""
    membrane = Membrane(1.0, 0.0, np.array([200.0]))
    times = np.linspace(0, 5, 20001)
    error = np.abs(endless_ring(membrane, np.array([1.0]), times) - np.exp(-times))
    modes = comb_modes(run_grid(Band(0.0, 1.0, 6000.0, 5.0), 400), 200.0)
    found = bound_modes(*modes, 1.0).ring(times[::10])
    assert np.max(np.abs(found - np.exp(-times[::10]))) == pytest.approx(np.max(error), rel=0.25)
    assert 3.5e-3 < np.max(error) < 5e-3
