"""Modes and their damping, against closed forms and against the roots of det D(ω)."""

from __future__ import annotations

import time

import numpy as np
import pytest
from scipy.linalg import eigvals

import quspike as qs
from quantize.nodal_analysis import NodalAnalysis
from quantize.random_circuits import random_line_circuits
from quspike.circuit.netlist import write_element
from quspike.quantize.numbers.admittance import linear_response
from quspike.quantize.numbers.normal_modes import normal_modes


def frequencies(netlist: str) -> np.ndarray:
    return np.array([mode.frequency for mode in normal_modes(netlist)])


def test_a_damped_resonator_has_its_complex_frequency():
    """ω² + iω/RC − ω0² = 0, for an underdamped and an overdamped one. Catches: κ for κ/2, 1/L for L."""
    for resistance in (1e3, 20.0):
        c, inductance = 1e-12, 1e-9
        exact = np.roots([1, 1j / (resistance * c), -1 / (inductance * c)])
        found = frequencies(f"C1 a 0 1pF\nL1 a 0 1nH\nR1 a 0 {resistance}ohm")
        expected = sorted((w for w in exact if w.real >= -1), key=abs)
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-2)


def test_a_membrane_only_leaks():
    """V falls at 1/RC: ω = −i/RC, no mode of mere flux beside it. Catches: the shift of φ left in."""
    (mode,) = normal_modes("C1 m 0 100fF\nR1 m 0 20kohm")
    assert mode.frequency == pytest.approx(-1j / 2e-9, rel=1e-12)
    assert mode.quality == pytest.approx(0.5)
    assert mode.participation == {"C1": pytest.approx(1)}
    assert mode.loss == {"R1": pytest.approx(1)}


def test_a_cutoff_adds_the_inductance_of_its_resistor():
    """C, R and L_s = R/ω_c in a ring: ω² + iω_c ω − ω_c/RC = 0. Catches: a cutoff that is not seen."""
    found = frequencies("C1 a 0 1pF\nR1 a 0 1kohm cutoff=5e9rad/s")
    exact = np.roots([1, 5e9j, -5e9 / 1e-9])
    np.testing.assert_allclose(found, sorted((w for w in exact if w.real > -1), key=abs), rtol=1e-12)


def test_a_ladder_has_the_band_of_its_cells():
    """ω_k = (2/√LC) sin(kπ/2(N+1)) of N nodes between grounded ends. Catches: modes out of order."""
    n = 40
    lines = [f"L0 0 n1 1nH\nL{n} n{n} 0 1nH", *(f"C{i} n{i} 0 1pF" for i in range(1, n + 1))]
    lines += [f"L{i} n{i} n{i + 1} 1nH" for i in range(1, n)]
    expected = 2 / np.sqrt(1e-21) * np.sin(np.arange(1, n + 1) * np.pi / (2 * (n + 1)))
    found = normal_modes("\n".join(lines))
    np.testing.assert_allclose([m.frequency for m in found], expected, rtol=1e-11)
    assert all(m.damping == 0 and m.quality == np.inf and not m.loss for m in found)


def test_the_modes_are_the_roots_of_nodal_analysis():
    """For random circuits with lines without end, coupled coils, cutoffs and massless nodes, neither more nor less.

    Catches: a massless node's currents that do not add up to zero, a mutual inductance of the other sign.
    """
    compared, massless = 0, 0
    for circuit in random_line_circuits(21, 500, largest=4):
        if any(len(e.nodes) == 4 for e in circuit.elements):
            continue  # nodal analysis has the line itself, and not its modes
        if not linear_response(circuit).matrices.dissipators.any(axis=0).all():
            continue  # what decays between two voltage sources is no mode
        expected = sorted(roots(circuit), key=order)
        found = sorted((m.frequency for m in normal_modes(circuit) if window(m.frequency)), key=order)
        np.testing.assert_allclose(found, expected, rtol=1e-5, err_msg=circuit.netlist())
        massless += bool(len(linear_response(circuit).matrices.massless))
        compared += len(found)
    assert compared > 300
    assert massless > 30


def order(omega: complex) -> tuple[float, float]:
    return round(np.log(abs(omega)), 5), omega.real


def window(omega: complex) -> bool:
    """Between 1e5 and 1e15 rad/s, where neither rounding nor what is no mode is found."""
    return 1e5 < abs(omega) < 1e15


def roots(circuit: qs.Circuit) -> list[complex]:
    """ω where the nodal equations are singular: they are a matrix pencil once each cutoff is a coil of its own."""
    lines = []
    for e in circuit.elements:
        line = circuit_line(e)
        lines += line if e.card == "R" and "cutoff" in e.params else [line]
    plain = qs.Circuit("\n".join(lines))
    unit = 1e10
    at_rest = NodalAnalysis(plain, 0).matrix
    slope = NodalAnalysis(plain, unit).matrix - at_rest
    size = np.abs(at_rest) + np.abs(slope)
    for axis in (1, 0, 1, 0):
        at_rest, slope = (m / np.sqrt(size.max(axis=axis, keepdims=True)) for m in (at_rest, slope))
        size = np.abs(at_rest) + np.abs(slope)
    found = eigvals(at_rest, -slope)
    found = found[np.isfinite(found)] * unit
    return [complex(max(w.real, 0), w.imag) for w in found if w.real > -1e-6 * abs(w) and window(w)]


def circuit_line(e) -> str | list[str]:
    line = write_element(e)
    if not (e.card == "R" and "cutoff" in e.params):
        return line
    n, r, name = e.nodes, e.params["R"], e.name
    return [f"{name} {n[0]} {name}x {r}ohm", f"L{name} {name}x {n[1]} {r / e.params['cutoff']}H"]


def test_energy_and_loss_add_up():
    """Shares of stored energy and of loss are 1 in all, and κ = loss/energy of each mode.

    Catches: energy of coupled coils counted once, the inductance behind a cutoff forgotten.
    """
    for circuit in random_line_circuits(23, 150, largest=4):
        for mode in normal_modes(circuit):
            assert sum(mode.participation.values()) == pytest.approx(1, rel=1e-6), circuit.netlist()
            if mode.loss:
                assert sum(mode.loss.values()) == pytest.approx(1, rel=1e-9)


def test_participation_of_two_coupled_resonators():
    """Equal LC coupled by C_c: half of each mode's energy is capacitive, and the even mode leaves C_c alone."""
    even, odd = sorted(
        normal_modes("C1 a 0 1pF\nL1 a 0 1nH\nC2 b 0 1pF\nL2 b 0 1nH\nC3 a b 0.2pF"), key=lambda m: -m.frequency.real
    )
    assert even.frequency == pytest.approx(1 / np.sqrt(1e-21), rel=1e-12)
    assert even.participation["C1"] == pytest.approx(0.25)
    assert even.participation.get("C3", 0.0) == pytest.approx(0, abs=1e-20)
    assert odd.frequency == pytest.approx(1 / np.sqrt(1.4e-21), rel=1e-12)
    assert odd.participation["C3"] == pytest.approx(0.5 * 0.4 / 1.4, rel=1e-12)
    assert odd.voltages["a"] == pytest.approx(-odd.voltages["b"])


def test_an_island_keeps_its_charge_and_is_no_mode():
    """Two islands and a junction between: one mode, of the junction. Catches: its zero among the modes."""
    (mode,) = normal_modes("C1 a 0 1fF\nC2 b 0 1fF\nJJ1 a b EJ=9GHz C=1fF")
    energy = 9e9 * 6.62607015e-34
    assert mode.frequency == pytest.approx(np.sqrt(energy / 3.29105976e-16**2 / 1.5e-15), rel=1e-8)
    assert mode.voltages["a"] == pytest.approx(-mode.voltages["b"])


def test_modes_of_a_shorted_line_are_multiples_of_its_own():
    """ω_j = jπv/ℓ between two large capacitors. Catches: cells of a comb at half the spacing."""
    found = frequencies("TL1 a 0 b 0 Z0=50ohm v=1e8m/s length=5mm modes=3\nC1 a 0 1uF\nC2 b 0 1uF\nR1 a 0 1Mohm")
    np.testing.assert_allclose(found[-3:].real, np.arange(1, 4) * np.pi * 1e8 / 5e-3, rtol=1e-5)


def test_three_hundred_nodes_take_less_than_a_second():
    """Netlist to modes, CPU time on one thread: an LC ladder with four junctions, 0.3 s when this was written.

    Catches: products of whole matrices for each mode (26 s), integer matrices inverted.
    """
    lines = [f"C{i} n{i} 0 100fF\nL{i} n{i} {f'n{i + 1}' if i < 299 else 0} 1nH" for i in range(300)]
    lines += [f"JJ{i} n{i} 0 EJ=10GHz C=2fF" for i in (0, 80, 160, 240)]
    spent = []
    for _ in range(2):
        start = time.process_time()
        found = normal_modes("\n".join(lines))
        spent.append(time.process_time() - start)
    assert len(found) == 300
    assert min(spent) < 1.0
