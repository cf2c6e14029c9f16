"""A line tied to F(φ) is Chua's memristor, for laws of flux and of charge; tied to λ(t)φ it is not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp

from quspike.baths.driven_ladder import drive_ladder
from quspike.baths.ladder import Ladder, ladder
from quspike.errors import InputError
from quspike.memristors import get_law
from quspike.memristors.hp import memristance_at_flux
from quspike.quantize.numbers.ideal_boundary import IdealBoundary, ideal_boundary

DURATION, LENGTH = 8.0, 5.0  # s: the line is longer than what it hears of within the run

# name: law, numbers, memory at t = 0, reach of the table (in Wb or C); C = 1 F, Z0 = 1 Ω, I = 0.3 sin t A
HP = {"R_on": 0.5, "R_off": 4.0, "D": 1.0, "mu": 2.6}
LAWS = {
    "sigmoid": (get_law("sigmoid"), {"R_on": 0.8, "R_off": 6.0, "phi_c": 0.4, "phi_s": 0.2}, 0.0, 4.0),
    "hp": (get_law("hp"), HP, 0.3, 0.5),
    "hp_joglekar": (get_law("hp", window="joglekar"), HP | {"mu": 4.0, "p": 1.0}, 0.3, 2.0),
}


def drive(t):
    return 0.3 * np.sin(t)


def chua(name: str, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """V(t) and W(t) of `C V̇ = I − W(x)V, ẋ = f(x, V)`, the law as it is written, with no F anywhere."""
    law, p, x0, _ = LAWS[name]

    def motion(t, y):
        return [drive(t) - float(law.conductance(y[1], y[0], p)) * y[0], float(law.rate(y[1], y[0], p))]

    y = solve_ivp(motion, (0, DURATION), [0.0, x0], method="DOP853", t_eval=times, rtol=1e-8, atol=1e-10).y
    return y[0], np.asarray(law.conductance(y[1], y[0], p))


def on_the_line(line: Ladder, coupling) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return drive_ladder(line, 1.0, coupling, drive, DURATION)


@pytest.mark.parametrize("name", list(LAWS))
def test_a_lattice_at_the_boundary_flux_is_chuas_law(name: str):
    """Second order in the spacing for three laws: W(φ) in closed form, and two whose memory is the charge.

    Begun with a whole coil the lattice is first order: 2, 1, ½ % of the swing at τ = RC/20, RC/40, RC/80.
    Catches: F′ left out of the force, √W for W, M(q) taken at q for φ.
    """
    law, p, x0, reach = LAWS[name]
    boundary = ideal_boundary(law, p, x0, 1.0, reach)
    errors, whole = [], []
    for n in (50, 100):
        line = ladder(1.0, LENGTH / n, n)
        times, _, voltage = on_the_line(line, lambda _, phi: boundary(phi))
        expected, _ = chua(name, times[::8])
        errors.append(np.abs(voltage[::8] - expected).max() / np.ptp(expected))
        longer = Ladder(np.concatenate([line.inductance[1:2], line.inductance[1:]]), line.capacitance)
        whole.append(
            np.abs(on_the_line(longer, lambda _, phi: boundary(phi))[2][::8] - expected).max() / np.ptp(expected)
        )
    assert errors[1] < 1e-3
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2, abs=0.15)
    assert np.log2(whole[0] / whole[1]) == pytest.approx(1, abs=0.15)
    assert whole[1] > 10 * errors[1]


@pytest.mark.parametrize("name", list(LAWS))
def test_a_coupling_that_moves_in_time_is_not(name: str):
    """λ(t)φ with λ² = Z0 W(t) along the true course of W draws λλ̇φ/Z0 too: off by tens of percent of the swing, and
    no finer lattice helps.

    Catches: a naive coupling that would do.
    """
    clock = np.linspace(0, DURATION, 2001)
    _, conductance = chua(name, clock)
    errors = []
    for n in (50, 100):
        times, _, voltage = on_the_line(
            ladder(1.0, LENGTH / n, n),
            lambda t, phi: (root := np.sqrt(np.interp(t, clock, conductance))) and (root * phi, root),
        )
        expected, _ = chua(name, times[::8])
        errors.append(np.abs(voltage[::8] - expected).max() / np.ptp(expected))
    assert min(errors) > 0.1, errors
    assert errors[0] == pytest.approx(errors[1], rel=0.05)


def test_the_table_is_the_closed_form_of_laws_that_have_one():
    """Sigmoid's own F, and ∫ M^{−½} dφ of HP by quadrature of M(φ) = √(R0² − 2ΔRkφ). Catches: ∫√M dφ."""
    law, p, x0, reach = LAWS["sigmoid"]
    boundary = ideal_boundary(law, p, x0, 7.0, reach)
    phi = np.linspace(-3.9, 3.9, 101)
    np.testing.assert_allclose(boundary(phi)[0], np.sqrt(7.0) * np.asarray(law.coupling(phi, p)), atol=1e-10)
    law, p, x0, reach = LAWS["hp"]
    boundary = ideal_boundary(law, p, x0, 7.0, reach)
    for flux in (-0.4, 0.3, 0.8):
        exact = quad(lambda f: np.sqrt(7.0 / float(memristance_at_flux(f, x0, p))), 0, flux, epsabs=1e-12)[0]
        assert boundary(flux)[0] == pytest.approx(exact, abs=1e-9)


def test_beyond_its_table_a_boundary_is_a_straight_line():
    table = IdealBoundary(np.array([-1.0, 0.0, 2.0]), np.array([-1.0, 0.0, 2.0]), np.ones(3))
    assert table(5.0) == (pytest.approx(5.0), pytest.approx(1.0))


def test_a_general_memory_is_the_end_of_no_line():
    """A window that looks at the sign of the current, or a law of the voltage, has no F."""
    for law in (get_law("hp", window="biolek"), get_law("vteam")):
        p = law.resolve({})
        with pytest.raises(InputError, match="model must have a memory that moves with its flux or its charge"):
            ideal_boundary(law, p, float(law.default_memory(p)), 1.0, 1e-6)
