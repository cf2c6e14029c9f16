"""Levels of circuits with junctions at nodes without capacitance, against potentials minimised point by point."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.special import jv

import quspike as qs
from quspike.constants import e_charge, hbar, phi0, planck
from quspike.errors import ConvergenceError, NotAvailable
from quspike.quantize.network import Branch
from quspike.quantize.spectrum.harmonics import harmonics

PAIR = 2 * e_charge
GHZ = planck * 1e9


def momentum_squared(points: np.ndarray) -> np.ndarray:
    """−d²/dφ² between sinc functions on these points."""
    apart = np.subtract.outer(np.arange(len(points)), np.arange(len(points)))
    far = np.where(apart == 0, 1, apart)
    return np.where(apart == 0, np.pi**2 / 3, 2 * (-1.0) ** apart / far**2) / (points[1] - points[0]) ** 2


def on_a_grid(points: np.ndarray, potential: np.ndarray, capacitance: float) -> tuple[np.ndarray, np.ndarray]:
    """Levels and states of `q²/2C + U(φ)` [J]."""
    return np.linalg.eigh(hbar**2 / (2 * capacitance) * momentum_squared(points) + np.diag(potential))


def root(rising: Callable[[np.ndarray], np.ndarray], middle: np.ndarray, reach: float) -> np.ndarray:
    """Where a function that rises is zero, by bisection."""
    low, high = middle - reach, middle + reach
    for _ in range(60):
        half = (low + high) / 2
        below = rising(half) < 0
        low, high = np.where(below, half, low), np.where(below, high, half)
    return (low + high) / 2


def test_the_harmonics_of_a_junction_behind_an_inductor_are_keplers():
    """E_k = (−1)^{k+1} E_J 2 J_k(kβ)/(k²β), by Bessel functions. Catches: Λ for Λ/2, a sum over k and −k both."""
    branch = Branch("JJ1", "junction", (1,))
    for beta in (0.01, 0.3, 0.8, 0.95):
        found = harmonics([branch], np.array([2.0]), np.array([0.3]), np.array([[beta / 2]]))
        k = found.multiples[:, 0]
        np.testing.assert_allclose(found.energies, (-1) ** (k + 1) * 4 * jv(k, k * beta) / (k**2 * beta), atol=1e-14)
        np.testing.assert_allclose(found.offsets, 0.3 * k)
        total = found.constant - found.energies @ np.cos(found.offsets * 0)
        assert total == pytest.approx(-2.0, rel=1e-11)  # nothing flows at u = 0


def test_a_series_that_falls_too_slowly_is_said():
    """β within 1e-9 of one. Catches: levels of a potential that was cut off."""
    with pytest.raises(ConvergenceError, match=r"JJ7 needs a capacitance .*, or less inductance in series"):
        harmonics([Branch("JJ7", "junction", (1,))], np.ones(1), np.zeros(1), np.array([[1 - 1e-9]]))


def test_levels_and_operators_behind_an_inductor_are_those_of_the_minimised_potential():
    """E, ⟨φ_x⟩, ⟨V_x⟩ and ⟨sin δ⟩ of a flux-biased circuit against a grid on which φ_x is found by bisection.

    Catches: an external flux outside of the constraint, a current source that leaves the node where it was, φ_x of
    inductors alone, V_x without the junction's part.
    """
    c, l1, l2, energy, bias, current = 8e-15, 2e-9, 6e-9, 30 * GHZ, 0.2 * 2 * np.pi, 20e-9
    spectrum = qs.quantize(
        f"C1 a 0 {c}F\nL1 a x {l1}H\nL2 a 0 {l2}H\nJJ1 x 0 EJ={energy}J\nFLUX1 JJ1 0.2Phi0\nI1 0 x {current}A"
    ).spectrum(5, tolerance=1e-8)
    phi = phi0 * np.linspace(-19, 19, 501)
    x = root(lambda x: (x - phi) / l1 + energy / phi0 * np.sin(x / phi0 + bias) - current, phi, 10 * phi0)
    potential = phi**2 / 2 / l2 + (phi - x) ** 2 / 2 / l1 - energy * np.cos(x / phi0 + bias) - current * x
    levels, states = on_a_grid(phi, potential, c)
    np.testing.assert_allclose(spectrum.levels / GHZ, levels[:5] / GHZ, atol=1e-7)
    states = states[:, :5]

    def between(values: np.ndarray) -> np.ndarray:
        return np.abs(states.T @ (values[:, None] * states))

    np.testing.assert_allclose(np.abs(spectrum.flux("x")) / phi0, between(x) / phi0, atol=1e-7)
    np.testing.assert_allclose(np.abs(spectrum.flux("a", "x")) / phi0, between(phi - x) / phi0, atol=1e-7)
    phase = spectrum.junction("JJ1")
    np.testing.assert_allclose(np.abs(phase - phase.conj().T) / 2, between(np.sin(x / phi0 + bias)), atol=1e-7)
    speed = np.abs(np.subtract.outer(levels[:5], levels[:5])) / hbar * between(x)
    np.testing.assert_allclose(np.abs(spectrum.voltage("x")) * 1e6, speed * 1e6, atol=1e-6)


def test_two_islands_that_share_a_node_without_capacitance():
    """JJ1 and JJ2 from two islands to one node on L: levels against charges on a lattice, the node by bisection.

    Catches: harmonics of one junction at a time, the flux of a junction that is written the other way round, charges of
    islands spread over fractions, offset charges lost.
    """
    spectrum = qs.quantize("""
C1 a 0 40fF
C2 b 0 50fF
Cc a b 5fF
JJ1 a x EJ=12GHz
JJ2 x b EJ=9GHz
JJ3 b x EJ=3GHz
FLUX1 JJ3 0.3Phi0
JJ4 b 0 EJ=5GHz
FLUX2 JJ4 0.15Phi0
L1 x 0 1.5nH
NG1 a 0.3
NG2 b -0.15
""").spectrum(4, tolerance=1e-7)
    n, stiffness, bias = 32, phi0**2 / 1.5e-9 / GHZ, 0.3 * 2 * np.pi
    a, b = np.meshgrid(*[2 * np.pi * np.arange(n) / n] * 2, indexing="ij")
    x = root(lambda x: stiffness * x - 12 * np.sin(a - x) + 9 * np.sin(x - b) - 3 * np.sin(b - x + bias), 0 * a, 2.0)
    grid = stiffness * x**2 / 2 - 12 * np.cos(a - x) - 9 * np.cos(x - b) - 3 * np.cos(b - x + bias)
    grid = grid - 5 * np.cos(b + 0.15 * 2 * np.pi)
    wave = np.fft.fft2(grid) / n**2
    reach = np.arange(-9, 10)
    pairs = np.array([(i, j) for i in reach for j in reach])
    apart = pairs[:, None, :] - pairs[None, :, :]
    near = np.all(np.abs(apart) < n // 2, axis=2)
    h = np.where(near, wave[apart[..., 0] % n, apart[..., 1] % n], 0)
    charging = PAIR**2 / 2 * np.linalg.inv(np.array([[45e-15, -5e-15], [-5e-15, 55e-15]])) / GHZ
    offset = pairs - np.array([0.3, -0.15])
    levels = np.linalg.eigvalsh(h + np.diag(np.einsum("ki,ij,kj->k", offset, charging, offset)))
    np.testing.assert_allclose(spectrum.levels / GHZ, levels[:4], atol=2e-6)


def test_the_limit_of_a_small_capacitance_is_another_circuit_in_quantum_mechanics():
    """E1 − E0 at C_ε on the node: towards the constraint's 28.2 GHz at first, then down to 20.5 GHz without a junction.

    The zero-point energy of the fast mode, found for every φ_a on a grid (Born and Oppenheimer), explains it to 1 %.
    Rymarz & DiVincenzo, Phys. Rev. X 13, 021017 (2023). Catches: a claim that C_ε → 0 leads to the constraint.
    """
    netlist = "C1 a 0 60fF\nL1 a 0 1nH\nL2 a x 0.3nH\nJJ1 x 0 EJ=200GHz"
    linear = "C1 a 0 60fF\nL1 a 0 1nH"
    constrained, alone = (qs.quantize(n).spectrum(2).transition_frequencies[1] / 1e9 for n in (netlist, linear))
    found = {c: qs.quantize(f"{netlist} C={c}fF").spectrum(2).transition_frequencies[1] / 1e9 for c in (30, 1, 0.01)}
    assert (constrained, alone) == (pytest.approx(28.224, abs=1e-3), pytest.approx(20.547, abs=1e-3))
    assert found[30] < found[1] < constrained
    assert alone < found[0.01] < found[1]
    phi = phi0 * np.linspace(-2.5, 2.5, 41)
    x = phi0 * np.linspace(-16, 16, 151)
    for c in (1, 0.01):
        wide = x if c < 0.1 else x / 4  # as far as the fast mode reaches
        energies = [
            on_a_grid(wide, (f - wide) ** 2 / 0.6e-9 - 200 * GHZ * np.cos(wide / phi0), c * 1e-15)[0][0] for f in phi
        ]
        levels, _ = on_a_grid(phi, phi**2 / 2e-9 + np.array(energies), 60e-15)
        assert (levels[1] - levels[0]) / GHZ == pytest.approx(found[c], rel=1e-2)


def test_the_output_warns_of_the_zero_point_energy_that_is_left_out():
    """½ħ(ω(0) − ω(πφ0)) at 1 fF, ω² = (1/L ± E_J/φ0²)/C, by hand; nothing is said of a circuit without a constraint.

    Catches: ħω for ½ħω, the two ends exchanged.
    """
    netlist, e_l = "C1 a 0 60fF\nL1 a x 0.3nH\nJJ1 x 0 EJ=200GHz", phi0**2 / 0.3e-9 / planck
    plus, minus = (np.sqrt((e_l + s * 200e9) * planck / phi0**2 / 1e-15) for s in (1, -1))
    shift = hbar * (plus - minus) / 2 / GHZ
    assert f"h · {shift:.3g} GHz · (1 fF/C)^½" in str(qs.quantize(netlist).spectrum(2))
    assert "caution" not in str(qs.quantize(netlist + " C=1fF").spectrum(2))


def test_drives_that_move_such_a_junction_are_refused_by_name():
    """H is not linear in them. Catches: levels driven by the first order of a potential that bends."""
    netlist = "C1 a 0 60fF\nL1 a x 0.3nH\nJJ1 x 0 EJ=100GHz\nL2 a 0 1nH\nI1 0 {} pump\nFLUX1 JJ1 {}"
    for current, flux, name in (("x", "0.1Phi0", "I1"), ("a", "pump_flux", "FLUX1")):
        drive = {"I1": {"pump": lambda t: 1e-9}, "FLUX1": {"pump_flux": lambda t: 1e-17}}[name]
        with pytest.raises(NotAvailable, match=f"{name} must not move JJ1 at nodes without capacitance"):
            qs.quantize(netlist.format(current, flux)).to_qutip(3, drive)
    qs.quantize(netlist.format("a", "0.1Phi0")).to_qutip(3, {"pump": lambda t: 1e-9})
