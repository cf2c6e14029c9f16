"""Spectra against scqubits, run on what was exported with its own cutoffs raised until it stops moving."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.constants import h

import quspike as qs
from export.scqubits_runs import scqubits_levels
from quspike.errors import NotAvailable
from quspike.export.scqubits import scqubits_circuit

GHZ = h * 1e9
TRANSMON = "JJ1 a 0 EJ=20GHz C=65fF\nNG1 a {offset}"
FLUXONIUM = "JJ1 a 0 EJ=4GHz C=19fF\nL1 a 0 163nH\nFLUX1 JJ1 {flux}Phi0"
ISLANDS = """
JJ1 a 0 EJ=4GHz C=19fF
JJ2 a b EJ=6GHz C=3fF
Cg b 0 4fF
JJ3 b 0 EJ=3GHz
NG1 a {offset}
NG2 b -0.1
FLUX1 JJ1 {flux}Phi0
FLUX2 JJ2 0.13Phi0
"""
ZERO_PI = """
JJ1 a 0 EJ=8GHz C=3fF
JJ2 b c EJ=8.2GHz C=3.1fF
L1 0 b 100nH
L2 a c 103nH
C1 a b 30fF
C2 0 c 31fF
NG1 a {offset}
FLUX1 JJ1 {flux}Phi0
"""

DEEP_ZERO_PI = """
JJ1 a 0 EJ=10GHz C=1fF
JJ2 b c EJ=10GHz C=1fF
L1 0 b 900nH
L2 a c 900nH
C1 a b 400fF
C2 0 c 400fF
"""
# Two graphs of four nodes with random values: three junctions and two coils, four junctions and two coils.
FOUR_NODES = """
JJ1 a 0 EJ=12.4GHz C=7.1fF
JJ2 a b EJ=8.3GHz C=5.2fF
L1 b c 8.3nH
C1 c 0 63fF
JJ3 c d EJ=9.6GHz C=6.4fF
L2 d 0 12nH
C2 b d 9.3fF
C3 a 0 36fF
C4 d 0 47fF
C5 b 0 17fF
NG1 a 0.3
FLUX1 JJ3 0.2Phi0
"""
FOUR_MORE = """
JJ1 a b EJ=6.7GHz C=4.4fF
JJ2 b 0 EJ=9.1GHz C=8.2fF
JJ3 c d EJ=5.3GHz C=3.7fF
JJ4 a 0 EJ=4.9GHz C=6.1fF
L1 c 0 11nH
L2 d 0 17nH
C1 a c 11fF
C2 b d 6.8fF
C3 a 0 24fF
C4 c 0 49fF
C5 d 0 61fF
NG1 a 0.37
NG2 b 0.12
FLUX1 JJ3 0.31Phi0
FLUX2 JJ1 0.2Phi0
"""


def agrees(netlists: list[str], cutoffs: list[list[int]], tolerance: float, levels: int = 5) -> None:
    """The last two of scqubits' cutoffs agree to a third of the tolerance, and so does quspike with the last."""
    for netlist, found in zip(netlists, scqubits_levels(netlists, levels, cutoffs), strict=True):
        before, peer = found[-2:, 1:] - found[-2:, :1]
        ours = qs.quantize(netlist).spectrum(levels, tolerance / 30).levels / GHZ
        assert_allclose(before, peer, rtol=tolerance / 3, err_msg="scqubits still moves")
        assert_allclose(ours[1:] - ours[0], peer, rtol=tolerance)


def test_a_transmon_has_the_levels_that_scqubits_finds():
    """At five offset charges. Catches: energies over h in other units, an offset charge that is not handed over."""
    agrees([TRANSMON.format(offset=n) for n in (0.0, 0.3, 0.5, 0.81, -1.7)], [[10], [20], [30]], 1e-8)


def test_a_fluxonium_has_the_levels_that_scqubits_finds():
    """At five fluxes. Catches: a flux in units of φ0."""
    agrees([FLUXONIUM.format(flux=x) for x in (0.0, 0.12, 0.31, 0.5, -0.8)], [[50], [100], [200]], 1e-8)


def test_islands_with_two_offset_charges_and_two_fluxes_agree():
    """Catches: a relative sign of charges or of fluxes, a second flux in one loop lost."""
    settings = ((0.3, 0.31), (0.0, 0.47), (0.5, 0.5))
    agrees([ISLANDS.format(offset=n, flux=x) for n, x in settings], [[8, 8], [12, 12]], 1e-8)


@pytest.mark.parametrize("settings", [((0.2, 0.3),), pytest.param(((0.5, 0.0), (0.0, 0.5)), marks=pytest.mark.slow)])
def test_a_zero_pi_circuit_with_disorder_has_the_levels_that_scqubits_finds(settings: tuple):
    """Catches: a transformation that is not the circuit's.

    An oscillator cut off at n states shows scqubits its last one (n − 1)/2 quanta up, among the levels if n is small.
    """
    agrees([ZERO_PI.format(offset=n, flux=x) for n, x in settings], [[8, 8, 20], [12, 8, 30], [13, 9, 34]], 1e-6)


@pytest.mark.slow
def test_a_level_in_a_well_that_the_mean_field_hides_is_found():
    """Deep in the 0–π regime the level at 0.9303 GHz lives at π, where no function of the ground state's field is.

    Catches: cutoffs raised by what the levels found so far need, from a beginning that cannot see this one.
    """
    netlist = DEEP_ZERO_PI
    peer = scqubits_levels([netlist], 6, [[20, 14, 100]])[0, 0]
    ours = qs.quantize(netlist).spectrum(5, 1e-7).levels / GHZ
    assert_allclose(ours[1:] - ours[0], peer[1:5] - peer[0], rtol=1e-5)


@pytest.mark.slow
@pytest.mark.target
@pytest.mark.parametrize(
    ("netlist", "cutoffs"),
    [(FOUR_NODES, [[7, 8, 11, 8], [8, 9, 12, 9]]), (FOUR_MORE, [[6, 5, 11, 11], [7, 6, 12, 12]])],
)
def test_random_circuits_of_four_nodes_have_the_levels_that_scqubits_finds(netlist: str, cutoffs: list[list[int]]):
    """With offset charges and fluxes. Catches: a coupling between two compact, or two extended, coordinates lost."""
    agrees([netlist], cutoffs, 1e-6)


def test_gate_voltages_are_handed_over_as_offset_charges():
    """(q + C_g V)²/2C, hence C_g V/2e on the gate's plus. Catches: the sign of a gate."""
    exported = scqubits_circuit("JJ1 a 0 EJ=5GHz C=4fF\nCg a g 2fF\nVg g 0 20uV\nNG1 a 0.15")
    assert exported.charges == {1: pytest.approx(0.15 - 2e-15 * 20e-6 / (2 * 1.602176634e-19))}


def test_what_dissipates_is_left_out_by_name_and_what_scqubits_lacks_is_refused():
    exported = scqubits_circuit("JJ1 a 0 EJ=5GHz C=4fF\nR1 a 0 1kohm T=1K\nI1 0 a input")
    assert exported.left_out == ("R1", "I1")
    assert exported.yaml.startswith("# left out: R1, I1\nbranches:\n- [JJ, 0, 1, ")
    with pytest.raises(NotAvailable, match="K1 must be absent: scqubits"):
        scqubits_circuit("C1 a 0 1pF\nC2 b 0 1pF\nL1 a 0 1nH\nL2 b 0 4nH\nK1 L1 L2 k=0.5")
    with pytest.raises(NotAvailable, match="I1 must be absent: scqubits has no current sources"):
        scqubits_circuit("JJ1 a 0 EJ=5GHz C=4fF\nL1 a 0 9nH\nI1 0 a 1nA")


def test_the_text_is_what_scqubits_reads():
    """`to_scqubits()` is the description; with `script=True` what sets fluxes and charges as well."""
    circuit = qs.quantize(FLUXONIUM.format(flux=0.31))
    assert "- [L, 0, 1, " in circuit.to_scqubits()
    assert "FLUXES = {0: 0.31}" in circuit.to_scqubits(script=True)
    energies = [float(n) for n in circuit.to_scqubits().split("[JJ, 0, 1, ")[1].split("]")[0].split(", ")]
    np.testing.assert_allclose(energies, [4.0, 1.01948575], rtol=1e-8)
