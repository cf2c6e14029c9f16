"""Fits of tabulated admittances: exact where the table is a circuit's, passive always."""

from __future__ import annotations

import numpy as np
import pytest

from quspike.baths.positive_real import PositiveReal, fit_positive_real, found_section, sections

OMEGA = np.geomspace(1e9, 1e12, 200)
S = -1j * OMEGA

# admittances by hand: a Drude line; a dip (tank in series) and a peak; a resistor behind a capacitor, with one beside
CIRCUITS = {
    "drude": lambda s: 2e-3 / (1 + s / 5e10),
    "tank in series": lambda s: 1 / (5 + 1 / (1 / 200 + s * 1e-13 + 1 / (s * 1e-9))),
    "resonance": lambda s: 1 / (20 + s * 2e-9 + 1 / (s * 5e-14)),
    "RC": lambda s: 1e-4 + s * 1e-13 / (1 + s * 1e-13 * 300),
    "several": lambda s: 1e-3 / (1 + s / 3e10) + 1 / (50 + s * 5e-9 + 1 / (s * 2e-13)) + 1 / (900 + 1 / (s * 1e-14)),
}


@pytest.mark.parametrize("name", list(CIRCUITS))
def test_the_table_of_a_circuit_is_found_again(name: str):
    """To 1e-3 in the table, and between its points. Catches: s for −s, a conjugate pole lost, a dip with no section."""
    table = CIRCUITS[name](S)
    fit = fit_positive_real(OMEGA, table)
    assert fit.error < (1e-6 if name in ("tank in series", "resonance") else 1e-3)
    between = np.sqrt(OMEGA[1:] * OMEGA[:-1])
    exact = CIRCUITS[name](-1j * between)
    assert np.abs(fit(between) - exact).max() < 2e-3 * np.abs(exact).max()


def test_a_fit_is_passive_at_every_frequency():
    """Re Y ≥ 0 in the whole upper half plane, for random tables that are of nothing passive at all.

    Catches: a section beyond the edge of its cone, a negative weight.
    """
    r = np.random.default_rng(3)
    for _ in range(20):
        table = r.uniform(0, 1, 60) + 1j * r.normal(0, 1, 60)
        fit = fit_positive_real(np.sort(r.uniform(1e9, 1e11, 60)), table)
        where = np.geomspace(1e6, 1e14, 4000) * np.exp(1j * r.uniform(0, np.pi / 2, 4000) * r.integers(0, 2, 4000))
        assert fit(where).real.min() > -1e-9 * np.abs(fit(where)).max()


def test_a_stray_capacitor_and_a_stray_coil_are_taken_in():
    """Below 30 times the band they are what they are. Catches: a grid of poles that ends with the table."""
    table = 1e-3 - 1j * OMEGA * 1e-15 + 1j / (OMEGA * 1e-6)
    assert fit_positive_real(OMEGA, table).error < 5e-3


def test_noise_on_the_table_is_not_followed_into_the_negative():
    """1 % noise on a Drude line: a fit within 2 % of what was below it. Catches: the tightest poles taken, whatever."""
    r = np.random.default_rng(1)
    clean = CIRCUITS["drude"](S)
    fit = fit_positive_real(OMEGA, clean * (1 + 0.01 * (r.normal(size=200) + 1j * r.normal(size=200))))
    assert np.abs(fit(OMEGA) / clean - 1).max() < 0.02


def test_what_is_left_above_all_frequencies():
    fit = fit_positive_real(OMEGA, CIRCUITS["RC"](S))
    assert fit.at_infinity == pytest.approx(1e-4 + 1 / 300, rel=0.05)
    one = PositiveReal(np.array([[0.0, 0.0, 5.0]]), np.array([[0.0, 1.0, 5.0]]), 0.0)
    assert one.at_infinity == 0.0


def test_sections_touch_the_edge_of_passivity_and_do_not_cross_it():
    """Re of each is ≥ 0 on the axis, and 0 somewhere for a dip. Catches: b = (√a ω0 + √c)²/Γ, or none."""
    tops, bottoms = sections(np.array([1.0]), np.array([[0.1, 2.0]]))
    w = np.linspace(0, 10, 100001)
    s = -1j * w
    for top, bottom in zip(tops, bottoms, strict=True):
        real = (np.polyval(top, s) / np.polyval(bottom, s)).real
        assert real.min() > -1e-12
        if top[0] > 1e-9:
            assert real.min() < 1e-3


def test_what_was_found_of_a_pair_is_made_passive_by_as_little_as_will_do():
    """Re ≥ 0 on the axis, and 0 somewhere if anything was added. Catches: the minimum at x = 0 alone."""
    r = np.random.default_rng(7)
    w = np.concatenate([[0.0], np.geomspace(1e-3, 1e3, 200001)])
    added = 0
    for _ in range(60):
        width, centre, slope, level = r.uniform(0.01, 3), r.uniform(0.3, 3), r.normal(), r.normal()
        top, bottom = found_section(width, centre, slope, level)
        real = (np.polyval(top, -1j * w) / np.polyval(bottom, -1j * w)).real
        assert real.min() > -1e-9 * np.abs(real).max()
        if top[0]:
            assert real.min() < 1e-4 * np.abs(real).max()
            added += 1
    assert 20 < added < 60
