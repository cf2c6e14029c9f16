"""Energy levels against closed forms, normal modes, and Hamiltonians written out by hand in other bases."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.constants import e, h, hbar
from scipy.linalg import block_diag, eigh, eigh_tridiagonal, expm
from scipy.special import mathieu_a, mathieu_b

import quspike as qs
from quspike.errors import ConvergenceError, InputError
from quspike.quantize.spectrum.davidson import lowest
from quspike.quantize.spectrum.spectrum import Spectrum, spectrum

GHZ = h * 1e9
PHI0 = hbar / (2 * e)
FLUXONIUM = "JJ1 a 0 EJ=4GHz C=19fF\nL1 a 0 163nH\nFLUX1 JJ1 {flux}Phi0"
ZERO_PI = """
JJ1 a 0 EJ=6GHz C=1fF
JJ2 b c EJ=6.3GHz C=1.1fF
L1 0 b 200nH
L2 a c 205nH
C1 a b 40fF
C2 0 c 41fF
NG1 a 0.2
"""


def levels(netlist: str, count: int = 6, **options) -> np.ndarray:
    """In h·GHz."""
    return spectrum(qs.Circuit(netlist), count, **options).levels / GHZ


def charging(capacitance: float) -> float:
    """E_C = e²/2C in h·GHz."""
    return e**2 / (2 * capacitance) / GHZ


def test_a_transmon_without_offset_has_mathieus_characteristic_values():
    """E_{2m} = E_C a_{2m}(−E_J/2E_C), E_{2m−1} = E_C b_{2m}; at n_g = ½ the odd orders. Catches: e²/C for e²/2C."""
    ec, q = charging(65e-15), -20 / charging(65e-15) / 2
    at_zero = ec * np.array([mathieu_a(0, q), mathieu_b(2, q), mathieu_a(2, q), mathieu_b(4, q), mathieu_a(4, q)])
    assert_allclose(levels("JJ1 a 0 EJ=20GHz C=65fF", 5), np.sort(at_zero), rtol=1e-10)
    ec, q = charging(5e-15), -3 / charging(5e-15) / 2
    at_half = ec * np.array([f(m, q) for m in (1, 3) for f in (mathieu_a, mathieu_b)])
    assert_allclose(levels("JJ1 a 0 EJ=3GHz C=5fF\nNG1 a 0.5", 4), np.sort(at_half), rtol=1e-10)


@pytest.mark.parametrize("offset", [0.0, 0.1, 0.37, 0.5, 0.93, -1.2])
def test_a_charge_qubit_at_any_offset_is_a_chain_of_charges(offset: float):
    """4E_C(N − n_g)² beside −E_J/2, written out. Catches: n_g in e, not in 2e; a window of N that n_g leaves."""
    n = np.arange(-30, 31)
    chain = eigh_tridiagonal(4 * charging(5e-15) * (n - offset) ** 2, np.full(60, -1.5), eigvals_only=True)[:4]
    assert_allclose(levels(f"JJ1 a 0 EJ=3GHz C=5fF\nNG1 a {offset}", 4), chain, atol=1e-10)


def test_an_oscillator_is_a_ladder():
    """ħω(n + ½), exactly. Catches: a zero-point energy lost."""
    ladder = (np.arange(6) + 0.5) / np.sqrt(2e-9 * 3e-13) / (2 * np.pi) / 1e9
    assert_allclose(levels("C1 a 0 0.3pF\nL1 a 0 2nH"), ladder, rtol=1e-12)


def test_coupled_oscillators_have_sums_of_their_normal_modes():
    """Three oscillators coupled by a capacitor, a coil and a mutual inductance, against det(K − ω²C) = 0."""
    netlist = "C1 a 0 1pF\nL1 a 0 1nH\nC2 b 0 2pF\nL2 b 0 2nH\nC3 c 0 1.5pF\nL3 c 0 3nH\nCab a b 0.2pF\nLbc b c 5nH\n"
    c = np.array([[1.2, -0.2, 0], [-0.2, 2.2, 0], [0, 0, 1.5]]) * 1e-12
    mutual = 0.3 * np.sqrt(1 * 2) * 1e-9
    coils = np.array([[1e-9, mutual, 0, 0], [mutual, 2e-9, 0, 0], [0, 0, 3e-9, 0], [0, 0, 0, 5e-9]])
    b = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, -1]]).T
    omega = np.sqrt(eigh(b @ np.linalg.inv(coils) @ b.T, c, eigvals_only=True)) / (2 * np.pi) / 1e9
    sums = sorted(omega @ (np.array(n) + 0.5) for n in itertools.product(range(7), repeat=3))[:8]
    assert_allclose(levels(netlist + "K1 L1 L2 k=0.3", 8), sums, rtol=1e-11)


def oscillator_basis(ec: float, el: float, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """N, ϑ and 4E_C N² + ½E_L ϑ² in the oscillator's own levels, of a much larger basis."""
    lower = np.diag(np.sqrt(np.arange(1, size)), 1)
    length = (2 * ec / el) ** 0.25
    phase, charge = length * (lower + lower.T), 1j / (2 * length) * (lower.T - lower)
    return charge, phase, np.diag(np.sqrt(8 * ec * el) * (np.arange(size) + 0.5))


@pytest.mark.parametrize("flux", [0.0, 0.21, 0.5, 0.77, -1.3])
def test_a_fluxonium_at_any_flux_is_what_its_oscillator_basis_gives(flux: float):
    """300 levels of the LC part with cos(ϑ + 2πΦ/Φ0) by matrix exponential. Catches: Φ/φ0 with Φ0 in the place of φ0,
    a flux grid too coarse or too short.
    """
    ec, el = charging(19e-15), PHI0**2 / 163e-9 / GHZ
    _, phase, bare = oscillator_basis(ec, el, 300)
    turn = expm(1j * phase) * np.exp(2j * np.pi * flux)
    expected = np.linalg.eigvalsh(bare - 2.0 * (turn + turn.conj().T))[:6]
    assert_allclose(levels(FLUXONIUM.format(flux=flux)), expected, rtol=1e-9)


def test_a_stiff_loop_in_its_fock_basis_is_what_a_flux_grid_gives():
    """One well: E_J < E_L, against a plane-wave grid of 600 points. Catches: the curvature of the junction in ω counted
    twice, or not taken out of `own`.
    """
    netlist = "JJ1 a 0 EJ=20GHz C=10fF\nL1 a 0 3nH\nFLUX1 JJ1 0.4Phi0"
    found = spectrum(qs.Circuit(netlist))
    assert found.representations[0].basis == "Fock"
    points, width = 600, 30.0
    x = (np.arange(points) - points / 2) * width / points
    k = 2 * np.pi * np.fft.fftfreq(points, width / points)
    wave = np.exp(1j * np.outer(x, k)) / np.sqrt(points)
    potential = 0.5 * PHI0**2 / 3e-9 / GHZ * x**2 - 20 * np.cos(x + 2 * np.pi * 0.4)
    expected = np.linalg.eigvalsh((wave * (4 * charging(10e-15) * k**2)) @ wave.conj().T + np.diag(potential))[:6]
    assert_allclose(found.levels / GHZ, expected, rtol=1e-10)


def test_a_transmon_and_its_readout_resonator_in_coordinates_as_they_are():
    """The capacitive coupling kept as q_p q_x, in charges times oscillator levels. Catches: a sign of the frame in
    which it is gone, an offset charge that the resonator does not let through.
    """
    netlist = "JJ1 a 0 EJ=9GHz C=20fF\nCg a r 8fF\nCr r 0 60fF\nLr r 0 6nH\nNG1 a 0.31"
    inverse = np.linalg.inv(np.array([[28, -8], [-8, 68]]) * 1e-15) * (2 * e) ** 2 / GHZ
    el = PHI0**2 / 6e-9 / GHZ
    n = np.arange(-14, 15)
    charge, _, bare = oscillator_basis(inverse[1, 1] / 8, el, 40)
    hop = np.eye(29, k=1)
    own = np.diag(0.5 * inverse[0, 0] * (n - 0.31) ** 2) - 4.5 * (hop + hop.T)
    whole = np.kron(own, np.eye(40)) + np.kron(np.eye(29), bare) + inverse[0, 1] * np.kron(np.diag(n - 0.31), charge)
    assert_allclose(levels(netlist), np.linalg.eigvalsh(whole)[:6], rtol=1e-9)


def test_a_junction_between_a_compact_and_an_extended_phase_in_coordinates_as_they_are():
    """An island joined to a coil by a junction: cos(ϑ_a − ϑ_r + f), a capacitive coupling, an offset charge and a flux,
    brute force in charges times a plane-wave grid. Catches: A with the wrong sign in b + A m.
    """
    netlist = "JJ1 a 0 EJ=7GHz C=12fF\nJJ2 a r EJ=5GHz C=6fF\nCr r 0 20fF\nLr r 0 20nH\nNG1 a 0.31\nFLUX1 JJ2 0.15Phi0"
    inverse = np.linalg.inv(np.array([[18, -6], [-6, 26]]) * 1e-15) * (2 * e) ** 2 / GHZ
    points, width, n = 96, 8 * np.pi, np.arange(-9, 10)
    x = (np.arange(points) - points / 2) * width / points
    k = 2 * np.pi * np.fft.fftfreq(points, width / points)
    wave = np.exp(1j * np.outer(x, k)) / np.sqrt(points)
    momentum, squared = (wave * k) @ wave.conj().T, (wave * k**2) @ wave.conj().T
    one, every = np.eye(len(n)), np.eye(points)
    hop = np.eye(len(n), k=-1)
    junction = 2.5 * np.kron(hop, np.diag(np.exp(1j * (2 * np.pi * 0.15 - x))))
    whole = np.kron(np.diag(0.5 * inverse[0, 0] * (n - 0.31) ** 2) - 3.5 * (hop + hop.T), every)
    whole = whole + np.kron(one, 0.5 * inverse[1, 1] * squared + np.diag(0.5 * PHI0**2 / 20e-9 / GHZ * x**2))
    whole = whole + inverse[0, 1] * np.kron(np.diag(n - 0.31), momentum) - junction - junction.conj().T
    expected = eigh(whole, eigvals_only=True, subset_by_index=[0, 5])
    assert_allclose(levels(netlist), expected, rtol=1e-8)


def test_coupled_islands_in_charges_as_they_are():
    """Two charge qubits and a junction between them with a flux through their loop. Catches: U and its transpose
    exchanged where charges are counted anew, a flux that a phase of the basis takes away.
    """
    netlist = (
        "JJ1 a 0 EJ=6GHz C=4fF\nJJ2 b 0 EJ=5GHz C=3fF\nJJ3 a b EJ=4GHz C=9fF\nNG1 a 0.3\nNG2 b -0.1\nFLUX1 JJ3 0.2Phi0"
    )
    inverse = np.linalg.inv(np.array([[13, -9], [-9, 12]]) * 1e-15) * (2 * e) ** 2 / GHZ
    n = np.arange(-16, 17)
    a, b = (m.ravel() for m in np.meshgrid(n - 0.3, n + 0.1, indexing="ij"))
    hop, one = np.eye(33, k=-1), np.eye(33)
    jumps = -3.0 * np.kron(hop, one) - 2.5 * np.kron(one, hop)
    jumps = jumps - 2.0 * np.exp(2j * np.pi * 0.2) * np.kron(hop, hop.T)
    diagonal = 0.5 * (inverse[0, 0] * a**2 + inverse[1, 1] * b**2) + inverse[0, 1] * a * b
    expected = eigh(np.diag(diagonal) + jumps + jumps.conj().T, eigvals_only=True, subset_by_index=[0, 5])
    assert_allclose(levels(netlist), expected, rtol=1e-9)


def test_the_charge_of_a_floating_island_is_conserved():
    """A floating transmon: N_a = −N_b = k, each with its offset. Catches: the offset of the whole island lost."""
    netlist = "JJ1 a b EJ=5GHz C=2fF\nC1 a 0 9fF\nC2 b 0 5fF\nNG1 a 0.4\nNG2 b 0.15"
    inverse = np.linalg.inv(np.array([[11, -2], [-2, 7]]) * 1e-15) * (2 * e) ** 2 / GHZ
    k = np.arange(-20, 21)
    w = np.stack([k - 0.4, -k - 0.15])
    energies = 0.5 * np.einsum("ik,ij,jk->k", w, inverse, w)
    assert_allclose(levels(netlist), eigh_tridiagonal(energies, np.full(40, -2.5))[0][:6], rtol=1e-10)


def test_the_spectrum_does_not_depend_on_which_junction_of_the_loop_carries_the_flux():
    """An island between two junctions whose loop a flux threads, and a coil beyond. Catches: a flux on a junction whose
    orientation is not asked for.
    """
    lines = "JJ1 a 0 EJ=7GHz C=3fF\nJJ2 b a EJ=5GHz C=2fF\nL1 b 0 20nH\nC1 b 0 9fF\nNG1 a 0.3\n"
    one = levels(lines + "FLUX1 JJ1 0.2Phi0")
    assert_allclose(levels(lines + "FLUX1 JJ2 0.2Phi0"), one, rtol=1e-8)  # 0 ← a ← b, and back through the coil
    turned = lines.replace("JJ2 b a", "JJ2 a b")
    assert_allclose(levels(turned + "FLUX1 JJ2 -0.2Phi0"), one, rtol=1e-8)
    assert np.max(np.abs(levels(lines + "FLUX1 JJ1 0.1Phi0") - one)) > 0.01


def test_the_spectrum_does_not_depend_on_the_order_of_lines_or_the_names_of_nodes():
    expected = levels(ZERO_PI, 4, tolerance=1e-8)
    lines = ZERO_PI.split("\n")[1:-1]
    random.Random(3).shuffle(lines)
    assert_allclose(levels("\n".join(lines), 4, tolerance=1e-8), expected, rtol=1e-7)
    renamed = ZERO_PI.translate(str.maketrans({"a": "z", "b": "x", "c": "y"}))
    assert_allclose(levels(renamed, 4, tolerance=1e-8), expected, rtol=1e-7)


def test_the_spectrum_does_not_depend_on_which_node_is_ground():
    """Without offset charges: 0–π seen from a, b and c. Catches: a compact phase taken for an extended one."""
    bare = ZERO_PI.replace("NG1 a 0.2", "FLUX1 JJ1 0.3Phi0")
    expected = levels(bare, 4, tolerance=1e-8)
    for ground in "abc":
        turned = bare.translate(str.maketrans({ground: "0", " 0 "[1]: ground}))
        turned = "\n".join(
            _units_restored(old, new) for old, new in zip(bare.split("\n"), turned.split("\n"), strict=True)
        )
        assert_allclose(levels(turned, 4, tolerance=1e-8), expected, rtol=1e-7)


def _units_restored(old: str, new: str) -> str:
    """Nodes of the new line, everything else of the old one."""
    words, turned = old.split(), new.split()
    if not words or words[0].startswith("FLUX"):
        return old
    return " ".join([words[0], *turned[1:3], *words[3:]])


def test_a_constant_current_is_the_flux_that_it_drives_through_the_coil():
    """H with I θ is H with the flux shifted by L I, and a constant −L I²/2. Catches: the sign of a current source."""
    biased = "JJ1 a 0 EJ=4GHz C=19fF\nL1 a 0 163nH\nI1 0 a 5nA"
    flux = 163e-9 * 5e-9
    shifted = levels(f"JJ1 a 0 EJ=4GHz C=19fF\nL1 a 0 163nH\nFLUX1 JJ1 {flux}Wb") - 0.5 * 163e-9 * (5e-9) ** 2 / GHZ
    assert_allclose(levels(biased), shifted, rtol=1e-9)


def test_a_gate_voltage_is_an_offset_charge():
    """(q + C_g V)²/2C, hence n_g = −C_g V/2e beside the island's own. Catches: the sign of G against that of NG."""
    volts = 0.3 * 2 * e / 2e-15
    gated = levels(f"JJ1 a 0 EJ=5GHz C=4fF\nCg a g 2fF\nVg g 0 {volts}V\nNG1 a 0.15")
    assert_allclose(gated, levels("JJ1 a 0 EJ=5GHz C=6fF\nNG1 a -0.15"), rtol=1e-10)


def test_a_resistor_a_memristor_and_a_drive_do_not_enter_and_are_named():
    bare = levels("JJ1 a 0 EJ=5GHz C=4fF")
    open_ = "JJ1 a 0 EJ=5GHz C=4fF\nR1 a 0 1kohm T=1K\nR2 a x 1kohm T=1K\nCx x 0 1fF\nI1 0 a input\nNG1 a gate"
    found = spectrum(qs.Circuit(open_))
    assert_allclose(found.levels / GHZ, bare, rtol=1e-10)
    assert found.left_out == ("R1", "R2", "Cx", "I1", "NG1")


def test_a_shorted_line_loads_a_resonator_with_its_coupling_capacitor():
    """1/√(L(C + C_k)) with the line shorted, 1/√(LC) with it open; a source of that name is no dissipator."""
    circuit = qs.Circuit("C1 r 0 400fF\nL1 r 0 1.2nH\nCk r p 10fF\nTL1 p 0 Z0=50ohm length=inf T=20mK")
    for shorted, capacitance in (((), 400e-15), (("TL1",), 410e-15)):
        omega = 1 / np.sqrt(1.2e-9 * capacitance)
        found = spectrum(circuit, 2, shorted=shorted)
        assert found.transition_frequencies[1] == pytest.approx(omega / (2 * np.pi), rel=1e-9)
        assert "TL1" in found.left_out
    with pytest.raises(InputError, match="shorted must name dissipators"):
        spectrum(circuit, shorted=("Ck",))


def test_a_line_of_finite_length_enters_by_its_modes():
    """Its lowest transition is the circuit's lowest normal mode. Catches: a line taken for a dissipator."""
    line = "C1 a 0 50fF\nL1 a 0 3nH\nTL1 a 0 b 0 Z0=50ohm length=5mm v=1e8m/s modes=2\nL2 b 0 2nH"
    lowest_mode = min(mode.frequency.real for mode in qs.quantize(line).modes)
    found = spectrum(qs.Circuit(line), 2)
    assert found.transition_frequencies[1] == pytest.approx(lowest_mode / (2 * np.pi), rel=1e-9)
    with pytest.raises(InputError, match="TL1 must end in what conserves energy"):
        spectrum(qs.Circuit(line.replace("L2 b 0 2nH", "R1 b 0 50ohm T=1K")))


def test_matrix_elements_of_an_oscillator_are_its_zero_point_scales():
    """⟨0|φ|1⟩² = ħ/2Cω, ⟨0|V|1⟩² = ħω/2C. Catches: q for V, a lost φ0."""
    found = spectrum(qs.Circuit("C1 a 0 0.3pF\nL1 a 0 2nH"))
    omega = 1 / np.sqrt(2e-9 * 3e-13)
    assert abs(found.flux("a")[0, 1]) ** 2 == pytest.approx(hbar / (2 * 3e-13 * omega), rel=1e-10)
    assert abs(found.voltage("a")[1, 2]) ** 2 == pytest.approx(2 * hbar * omega / (2 * 3e-13), rel=1e-10)


def test_voltages_are_rates_of_fluxes():
    """⟨i|V|j⟩ = iω_ij⟨i|φ|j⟩ of a node that shares a mode with a compact one. Catches: A lost on the way back."""
    found = spectrum(qs.Circuit("JJ1 a 0 EJ=9GHz C=20fF\nCg a r 8fF\nCr r 0 60fF\nLr r 0 6nH\nNG1 a 0.31"), 5)
    omega = np.subtract.outer(found.levels, found.levels) / hbar
    assert_allclose(found.voltage("r"), 1j * omega * found.flux("r"), atol=1e-6 * np.max(np.abs(found.voltage("r"))))


def test_the_voltage_of_an_island_is_the_slope_of_its_levels():
    """⟨k|V|k⟩ = −(1/2e) ∂E_k/∂n_g by Hellmann and Feynman, transmon and resonator. Catches: an offset counted twice."""
    netlist = "JJ1 a 0 EJ=3GHz C=6fF\nCg a r 8fF\nCr r 0 60fF\nLr r 0 6nH\nNG1 a {}"
    step = 1e-4
    up, down = (spectrum(qs.Circuit(netlist.format(0.31 + s)), 3, 1e-11).levels for s in (step, -step))
    slope = -(up - down) / (2 * step) / (2 * e)
    found = spectrum(qs.Circuit(netlist.format(0.31)), 3).voltage("a")
    assert_allclose(np.diagonal(found).real, slope, rtol=1e-5)


def test_the_stated_error_bounds_the_distance_to_a_tighter_tolerance():
    """Catches: an estimate that is not in joules, or of one level only."""
    loose, tight = (spectrum(qs.Circuit(ZERO_PI), 6, tolerance) for tolerance in (1e-5, 1e-10))
    distance = np.max(np.abs(loose.levels - tight.levels))
    assert distance < max(loose.error, 1e-5 * (tight.levels[-1] - tight.levels[0]))
    assert tight.error < 1e-10 * (tight.levels[-1] - tight.levels[0])


def test_independent_parts_add_up():
    """Two transmons that share a ground: sums of their levels, the degenerate ones twice. Catches: a doublet lost."""
    one = levels("JJ1 a 0 EJ=9GHz C=20fF", 4)
    two = levels("JJ1 a 0 EJ=9GHz C=20fF\nJJ2 b 0 EJ=9GHz C=20fF", 6)
    assert_allclose(two, np.sort(np.add.outer(one, one), axis=None)[:6], rtol=1e-10)


def test_a_level_that_no_guess_sees_is_found_and_multiplets_are_whole():
    """A block of high diagonal that its coupling makes the lowest, beside a degenerate pair of low ones.

    Catches: guesses without a little of everything, a block that holds one vector of a pair.
    """
    size = 300
    low = np.diag(np.arange(size, dtype=float)) + 0.1 * (np.eye(size, k=1) + np.eye(size, k=-1))
    hidden = np.diag(8.0 + np.arange(size)) + 0.0
    hidden[:12, :12] -= 3.0 * (1 - np.eye(12))
    matrix = block_diag(low, low, hidden)
    found, vectors = lowest(lambda psi: psi @ matrix.T, np.diagonal(matrix), 6, 1e-6)
    assert_allclose(found, np.linalg.eigvalsh(matrix)[:6], atol=1e-10)
    assert_allclose(vectors @ vectors.T, np.eye(6), atol=1e-10)


def test_representations_are_chosen_by_class_and_said():
    found = spectrum(qs.Circuit(ZERO_PI), 4)
    assert [(r.kind, r.basis) for r in found.representations] == [
        ("periodic", "charge"), ("extended", "Fock"), ("extended", "flux grid"),
    ]  # fmt: skip
    assert found.representations[0].coordinate == "a + c"
    assert "functions of a charge basis" in str(found)


@pytest.mark.parametrize(
    ("netlist", "message"),
    [
        ("JJ1 a 0 EJ=4GHz C=19fF\nI1 0 a 1nA", "I1 must flow through inductors"),
        ("C1 a 0 1pF\nL1 a g 1nH\nV1 g 0 1mV", "V1 must stand behind a capacitor"),
        ("C1 m 0 1pF\nC2 m 0 1pF\nR1 m 0 1kohm T=1K", "circuit must have an inductor or a junction"),
        ("R1 m 0 1kohm T=1K\nI1 0 m drive", "circuit must have an inductor or a junction"),
    ],
)
def test_what_has_no_stationary_states_is_refused_by_name(netlist: str, message: str):
    with pytest.raises(InputError, match=message):
        spectrum(qs.Circuit(netlist))


def test_bad_options_are_refused():
    circuit = qs.Circuit("JJ1 a 0 EJ=4GHz C=19fF")
    with pytest.raises(InputError, match="levels must be a whole number"):
        spectrum(circuit, 0)
    with pytest.raises(InputError, match="tolerance must be"):
        spectrum(circuit, 3, tolerance=2.0)


def test_what_does_not_settle_says_what_was_tried():
    with pytest.raises(ConvergenceError, match=r"6 levels over 3 coordinates .* tried \d+ × \d+ × \d+; "):
        spectrum(qs.Circuit(ZERO_PI), largest=2000)


def test_a_spectrum_is_a_frozen_value():
    found = spectrum(qs.Circuit("JJ1 a 0 EJ=4GHz C=19fF"), 3)
    assert isinstance(found, Spectrum)
    assert found.transition_frequencies[0] == 0.0
    with pytest.raises(AttributeError):
        found.levels = np.zeros(3)
