"""A comb of oscillators is a resistor: a membrane on it relaxes, an ideal memristor obeys Chua's law."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from quspike.baths.comb import Comb, comb, midpoint_grid
from quspike.baths.spectral_density import drude_admittance, ohmic_admittance
from quspike.errors import InputError


def relaxation(modes: Comb, times: np.ndarray, capacitance: float = 1.0) -> np.ndarray:
    """V(t)/V(0) of a charged capacitor on the comb, from the normal modes of the closed circuit."""
    masses = np.concatenate([[capacitance], modes.capacitance])
    springs = np.diag(np.concatenate([[modes.stiffness], 1 / modes.inductance]))
    springs[0, 1:] = springs[1:, 0] = -1 / modes.inductance
    scale = 1 / np.sqrt(masses)
    squares, vectors = np.linalg.eigh(scale[:, None] * springs * scale)
    return vectors[0] ** 2 @ np.cos(np.outer(np.sqrt(np.abs(squares)), times))


def ohmic(omega: np.ndarray) -> np.ndarray:
    return ohmic_admittance(omega, 1.0)


def largest_error(omega_max: float, times: np.ndarray) -> float:
    modes = comb(*midpoint_grid(omega_max, round(2 * omega_max)), ohmic)
    return float(np.max(np.abs(relaxation(modes, times) - np.exp(-times))))


def test_a_membrane_on_the_midpoint_comb_relaxes_exponentially():
    """C = R = 1, sharp cutoff 200: 2.9e-3 once the cutoff's own transient (ω_c t ≲ 20) is over, 4.3e-3 within it.

    Catches: 2Δω/πω_m → Δω/πω_m (a resistor twice too large).
    """
    assert largest_error(200.0, np.linspace(0.1, 5, 2000)) < 2.9e-3
    assert largest_error(200.0, np.linspace(0, 5, 10001)) < 4.3e-3


def test_the_error_of_the_comb_falls_as_the_inverse_cutoff():
    """At the same ω_c t, twice the cutoff halves the error. Catches: a comb that misses a constant part of J."""
    errors = [largest_error(omega_max, np.linspace(0, 5, 50 * round(omega_max) + 1)) for omega_max in (100.0, 200.0)]
    assert errors[0] / errors[1] == pytest.approx(2.0, rel=0.02)


def test_the_grid_without_its_first_half_cell_does_not_relax():
    """ω_m = mΔω without an element at ω = 0 is wrong by several percent, whatever the cutoff.

    Catches: a midpoint grid that is built as mΔω.
    """
    times = np.linspace(0, 3, 301)
    for omega_max in (100.0, 200.0):
        _, width = midpoint_grid(omega_max, round(5 * omega_max))
        naive = comb(np.arange(1, len(width) + 1) * width, width, ohmic)
        midpoint = comb(*midpoint_grid(omega_max, round(5 * omega_max)), ohmic)
        assert np.max(np.abs(relaxation(naive, times) - np.exp(-times))) > 0.04
        assert np.max(np.abs(relaxation(midpoint, times) - np.exp(-times))) < 0.01


def test_the_comb_recurs_after_the_period_of_its_spacing():
    """Equal cells of Δω = 0.5 bring the charge back, inverted, at 2π/Δω. Catches: a spacing that is not ω_max/N."""
    modes = comb(*midpoint_grid(100.0, 200), ohmic)
    times = np.linspace(4.0, 2 * np.pi / 0.5 + 2.0, 4001)
    voltage = relaxation(modes, times)
    first = times[np.argmax(np.abs(voltage) > 0.2)]
    assert first == pytest.approx(2 * np.pi / 0.5, rel=0.02)


def test_a_comb_of_the_drude_line_is_a_resistor_in_series_with_an_inductance():
    """R = 2, ω_c = 5: V(t) of C, R and L_s = R/ω_c in a loop, a damped two-pole circuit solved by hand.

    Catches: ω_c²/(ω² + ω_c²) without its square, C_m and L_m exchanged.
    """
    resistance, cutoff = 2.0, 5.0
    modes = comb(*midpoint_grid(30 * cutoff, 600), lambda omega: drude_admittance(omega, 1 / resistance, cutoff))
    times = np.linspace(0, 6, 301)
    # C V̇ = −I, L_s İ = V − R I: s² + ω_c s + ω_c/RC = 0
    roots = np.roots([1.0, cutoff, cutoff / resistance])
    weights = np.linalg.solve([[1.0, 1.0], roots], [1.0, 0.0])
    exact = (weights[:, None] * np.exp(np.outer(roots, times))).sum(axis=0).real
    assert np.max(np.abs(relaxation(modes, times) - exact)) < 1e-3


def test_the_counter_term_is_the_integral_of_the_admittance():
    """Σ 1/L_m → (2/π)∫ Re Y dω: W ω_c for a Drude line; for an ohmic one it grows with the comb, as 2W ω_max/π.

    Catches: a factor π/2 in L_m, and a Drude density without its cutoff.
    """
    grid = midpoint_grid(4000.0, 40000)
    drude = comb(*grid, lambda omega: drude_admittance(omega, 0.5, 4.0))
    assert drude.stiffness == pytest.approx(0.5 * 4.0, rel=1e-3)
    for omega_max in (100.0, 200.0):
        flat = comb(*midpoint_grid(omega_max, 500), lambda omega: ohmic_admittance(omega, 0.5))
        assert flat.stiffness == pytest.approx(2 * 0.5 * omega_max / np.pi, rel=1e-12)


def boundary_voltage(modes: Comb, coupling, times: np.ndarray) -> np.ndarray:
    """V(t) of C = 1 driven by sin t, on a comb at the boundary flux and slope `coupling(t, φ)` gives; φ_m(0) = 0."""

    def motion(t, state):
        phi, q, bath_phi, bath_q = state[0], state[1], state[2:][: modes.omega.size], state[2 + modes.omega.size :]
        flux, slope, force = coupling(t, phi)
        pull = (flux - bath_phi) / modes.inductance
        return np.concatenate([[q, np.sin(t) - slope * pull.sum() + force], bath_q / modes.capacitance, pull])

    start = np.zeros(2 + 2 * modes.omega.size)
    return solve_ivp(motion, (0, times[-1]), start, method="DOP853", t_eval=times, rtol=1e-9, atol=1e-11).y[1]


def conductance(phi):
    """W(φ) = 0.5 + 0.4 tanh φ: an ideal memristor that is easy to differentiate."""
    return 0.5 + 0.4 * np.tanh(phi)


@pytest.fixture(scope="module")
def memristor_voltage() -> tuple[np.ndarray, np.ndarray]:
    """C V̇ = sin t − W(φ)V by itself."""
    times = np.linspace(0, 8, 161)
    solved = solve_ivp(
        lambda t, y: [y[1], np.sin(t) - conductance(y[0]) * y[1]],
        (0, 8), [0.0, 0.0], method="DOP853", t_eval=times, rtol=1e-10, atol=1e-12,
    )  # fmt: skip
    return times, solved.y[1]


def test_a_comb_tied_to_the_boundary_flux_is_chuas_memristor(memristor_voltage):
    """Coupled by F(φ), F′² = W, the closed circuit follows the memristor's law, better the higher the cutoff.

    Catches: the comb tied to φ with a fixed coupling, and F′ left out of the force on φ.
    """
    times, expected = memristor_voltage
    table = np.linspace(-5, 5, 20001)
    integral = np.concatenate([[0], np.cumsum(np.sqrt(conductance((table[1:] + table[:-1]) / 2)) * np.diff(table))])

    def coupling(t, phi):
        flux = np.interp(phi, table, integral) - np.interp(0.0, table, integral)
        return flux, np.sqrt(conductance(phi)), 0.0

    errors = []
    for omega_max in (20.0, 40.0):
        modes = comb(*midpoint_grid(omega_max, round(3 * omega_max)), ohmic)
        errors.append(np.max(np.abs(boundary_voltage(modes, coupling, times) - expected)))
    assert errors[1] < 0.02
    assert errors[0] / errors[1] > 1.6


def test_a_moving_coupling_needs_its_counter_term():
    """λ(t)φ draws λλ̇φ/Z0 too; −(λλ̇/2Z0)φ² in H takes it out, up to λ̇/λω_c.

    Catches: the counter-term with the wrong sign, or without its factor ½.
    """
    times = np.linspace(0, 8, 161)

    def of_time(t):
        strength = 0.5 + 0.4 * np.sin(2 * t)  # W(t) = λ², Z0 = 1
        return strength, 0.4 * np.cos(2 * t)  # λλ̇ = Ẇ/2

    def expected(t, y):
        return [y[1], np.sin(t) - of_time(t)[0] * y[1]]

    solved = solve_ivp(expected, (0, 8), [0.0, 0.0], method="DOP853", t_eval=times, rtol=1e-10, atol=1e-12).y[1]
    modes = comb(*midpoint_grid(60.0, 180), ohmic)

    def departure(counter: float) -> float:
        def coupling(t, phi):
            strength, product = of_time(t)
            return np.sqrt(strength) * phi, np.sqrt(strength), counter * product * phi

        return float(np.max(np.abs(boundary_voltage(modes, coupling, times) - solved)))

    assert departure(1.0) < 0.03
    assert departure(0.0) > 0.2


@pytest.mark.parametrize(("omega_max", "n_modes"), [(0.0, 5), (float("inf"), 5), (1.0, 0)])
def test_a_comb_that_cannot_be_is_refused(omega_max: float, n_modes: int):
    with pytest.raises(InputError, match="must be"):
        midpoint_grid(omega_max, n_modes)
