"""Combs and ladders become the dissipator at the order that they state."""

from __future__ import annotations

import numpy as np
import pytest

from quspike.baths.comb import comb, graded_grid, midpoint_grid
from quspike.baths.ladder import ladder
from quspike.baths.spectral_density import drude_admittance, ohmic_admittance
from quspike.errors import InputError

S = 1j * np.array([0.3, 1.0, 4.0])  # on the imaginary axis, where a dissipator W ω_c/(s + ω_c) is smooth


def slopes(errors: list[float]) -> np.ndarray:
    return np.log2(np.array(errors)[:-1] / np.array(errors)[1:])


def test_equal_cells_err_by_what_lies_above_them():
    """First order in 1/ω_max for W alone, third for Drude's. Catches: 2Δω/π without its 2, a cutoff without square."""
    flat, drude = [], []
    for top in (200.0, 400.0, 800.0):
        grid = midpoint_grid(top, int(20 * top))
        flat.append(np.abs(comb(*grid, lambda w: ohmic_admittance(w, 0.7)).admittance(S) - 0.7).max())
        exact = 0.7 / (1 - 1j * S / 3)
        drude.append(np.abs(comb(*grid, lambda w: drude_admittance(w, 0.7, 3.0)).admittance(S) - exact).max())
    np.testing.assert_allclose(slopes(flat), 1, atol=0.01)
    np.testing.assert_allclose(slopes(drude), 3, atol=0.02)


def test_growing_cells_are_second_order():
    """Six decades in 100, 200, 400 modes. Catches: centres that are not the cells' middles, a first cell left out."""
    exact, errors = 0.7 / (1 - 1j * S / 30), []
    for n in (100, 200, 400):
        modes = comb(*graded_grid(1e-2, 1e5, n), lambda w: drude_admittance(w, 0.7, 30.0))
        errors.append(np.abs(modes.admittance(S) - exact).max())
    np.testing.assert_allclose(slopes(errors), 2, atol=0.1)
    assert errors[-1] < 2e-4


@pytest.mark.parametrize("resonances", [(), ((5.0, 0.1),), ((5.0, 0.1), (40.0, 2.0))])
def test_the_cells_cover_the_axis(resonances):
    """From 0 to ω_max without a gap. Catches: a first edge above 0."""
    centres, widths = graded_grid(0.01, 1e3, 333, resonances)
    assert len(centres) == 333
    assert centres[0] == pytest.approx(widths[0] / 2)
    np.testing.assert_allclose(np.diff(centres), (widths[1:] + widths[:-1]) / 2, rtol=1e-9)
    assert centres[-1] + widths[-1] / 2 == pytest.approx(1e3)


def test_cells_that_narrow_at_a_resonance_carry_a_weakly_damped_mode():
    """κ/ω0 = 1e-3 over three lifetimes with 500 modes; as many equal cells do not damp it at all, for want of a mode.

    Catches: a width of the resonance that is not ω's. A uniform grid would need ~25,000.
    """
    omega_0, kappa, cutoff = 1.0, 1e-3, 100.0
    times = np.linspace(0, 3 / kappa, 400)
    poles = np.roots([1, cutoff, omega_0**2 + kappa * cutoff, omega_0**2 * cutoff])  # of 1/(s + ω0²/s + κω_c/(s + ω_c))
    weights = poles * (poles + cutoff) / np.prod(poles[:, None] - poles + np.eye(3), axis=1)
    exact = (weights @ np.exp(np.outer(poles, times))).real

    def relaxed(grid) -> np.ndarray:
        rows, masses = comb(*grid, lambda w: drude_admittance(w, kappa, cutoff)).springs()
        springs = rows.T @ rows
        springs[0, 0] += omega_0**2
        scale = 1 / np.sqrt(np.concatenate([[1.0], masses]))
        squares, vectors = np.linalg.eigh(scale[:, None] * springs * scale)
        return vectors[0] ** 2 @ np.cos(np.outer(np.sqrt(np.abs(squares)), times))

    errors = [np.abs(relaxed(graded_grid(1e-2, 1e3, n, [(omega_0, kappa)])) - exact).max() for n in (500, 1000)]
    assert errors[0] < 4e-3
    assert errors[1] < errors[0] / 2
    assert np.abs(relaxed(midpoint_grid(1e3, 500)) - exact).max() > 0.3


def test_a_lattice_that_begins_with_half_a_coil_is_second_order():
    """Against W, and against R in series with L_s, over the same length. Catches: a whole coil at the boundary."""
    for cutoff in (np.inf, 3.0):
        exact, errors = 1 / (1.4 - 1.4j * (S / cutoff if np.isfinite(cutoff) else 0 * S)), []
        for n in (2000, 4000, 8000):
            errors.append(np.abs(ladder(1.4, 100.0 / n, n, cutoff).admittance(S) - exact).max())
        np.testing.assert_allclose(slopes(errors), 2, atol=0.01)


def test_springs_and_recursion_say_the_same():
    """Y = [k00 − kᵀ(K − ω²C)⁻¹k]/(−iω) of a ladder and of a comb. Catches: coils numbered from the wrong end."""
    for bath in (ladder(1.4, 0.1, 30, 3.0), comb(*midpoint_grid(20, 40), lambda w: ohmic_admittance(w, 0.7))):
        rows, c = bath.springs()
        k = rows.T @ rows
        for omega in S:
            inner = k[1:, 1:] - omega**2 * np.diag(c)
            pull = k[0, 0] - k[0, 1:] @ np.linalg.solve(inner, k[1:, 0])
            np.testing.assert_allclose(bath.admittance(omega), pull / (-1j * omega), rtol=1e-10)
        assert bath.stiffness == pytest.approx(k[0, 0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: graded_grid(0.0, 1.0, 5), "omega_min must be > 0"),
        (lambda: graded_grid(0.1, 1.0, 5, [(2.0, 0.1)]), "resonances must have a frequency below"),
        (lambda: ladder(0.0, 1.0, 5), "impedance must be > 0"),
        (lambda: ladder(1.0, 1.0, 0), "n_cells must be ≥ 1"),
    ],
)
def test_what_cannot_be_is_refused(call, message: str):
    with pytest.raises(InputError, match=message):
        call()
