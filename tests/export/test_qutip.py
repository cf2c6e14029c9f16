"""What is exported to QuTiP, run by QuTiP: against quspike's own methods, and against Hamiltonians by hand."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import qutip
from numpy.testing import assert_allclose
from scipy.constants import e, hbar, k

import quspike as qs
from quspike.errors import InputError, NotAvailable
from quspike.export.qutip import to_qutip

ISLANDS = "JJ1 a 0 EJ=6GHz C=20fF\nJJ2 b 0 EJ=5GHz C=18fF\nJJ3 a b EJ=4GHz C=3fF\nNG1 a 0.21\n"
RESONATOR = "C1 m 0 100fF\nL1 m 0 10nH\nR1 m 0 20kohm T=50mK\nI1 0 m input"
OMEGA = 1 / np.sqrt(1e-13 * 1e-8)
KAPPA = 1 / (2e4 * 1e-13)
PHI0 = hbar / (2 * e)


def test_eigenenergies_that_qutip_finds_are_the_spectrum():
    """A transmon with its readout resonator. Catches: H in J or in Hz, not in rad/s."""
    circuit = qs.Circuit("JJ1 a 0 EJ=9GHz C=20fF\nCg a r 8fF\nCr r 0 60fF\nLr r 0 6nH\nNG1 a 0.31")
    exported = to_qutip(circuit, levels=6)
    own = qs.quantize(circuit).spectrum(6).levels
    assert_allclose(exported.hamiltonian.eigenenergies(), (own - own[0]) / hbar, rtol=1e-12)


def test_fluxes_and_voltages_survive_qutips_tidying():
    """Webers of a fluxonium, also multiplied and as means.

    Catches: sparse operators, of which QuTiP drops all below 1e-14.
    """
    exported = to_qutip("JJ1 a 0 EJ=4GHz C=19fF\nL1 a 0 163nH\nFLUX1 JJ1 0.31Phi0", levels=4)
    flux = exported.spectrum.flux("a")
    assert np.max(np.abs(flux)) > 1e-17
    assert_allclose((2 * exported.fluxes["a"]).full(), 2 * flux, rtol=1e-12)
    assert qutip.expect(exported.fluxes["a"], qutip.basis(4, 1)) == pytest.approx(flux[1, 1].real, rel=1e-12)
    assert_allclose(exported.voltages["a"].full(), exported.spectrum.voltage("a"), rtol=1e-12)


def test_a_driven_damped_resonator_runs_in_qutip_as_in_quspike():
    """⟨V⟩(t) of `mesolve` on what was exported, against `moments` in the rotating frame. Catches: κ for κ/2, √2 in a
    jump, the sign of a current.
    """
    drive = qs.Sine("2 nA", frequency=f"{OMEGA / 2 / np.pi} Hz")
    exported = to_qutip(RESONATOR, levels=24, drives={"input": drive})
    times = np.linspace(0, 2e-9, 9)
    energies = exported.spectrum.levels - exported.spectrum.levels[0]
    weights = np.exp(-energies / (k * 0.05))
    start = qutip.Qobj(np.diag(weights / weights.sum()))
    options = {"method": "vern7", "atol": 1e-9, "rtol": 1e-7, "nsteps": 100_000}
    found = qutip.mesolve(
        exported.hamiltonian, start, times, exported.jump_operators, e_ops=[exported.voltages["m"]], options=options
    ).expect[0]
    ours = qs.simulate(
        circuit=RESONATOR, drives={"input": drive}, duration=2e-9, save_every=0.25e-9, method="moments", classical=False
    )
    expected = ours.voltage.sel(node="m").values
    assert np.max(np.abs(expected)) > 5e-6
    assert_allclose(found, expected, atol=1e-5 * np.max(np.abs(expected)))


def test_a_resonators_jumps_are_its_ladder_operators():
    """√κ(n̄+1) a and √κn̄ a†, up to a phase: one jump downwards, one upwards. Catches: one jump for each transition,
    which would leave the amplitude undamped.
    """
    down, up = to_qutip(RESONATOR, levels=5).jumps["R1"][::-1]
    if abs(down.full()[0, 1]) == 0:
        down, up = up, down
    occupation = 1 / np.expm1(hbar * OMEGA / (k * 0.05))
    ladder = np.sqrt(np.arange(1, 5))
    assert_allclose(np.abs(np.diagonal(down.full(), 1)), np.sqrt(KAPPA * (occupation + 1)) * ladder, rtol=1e-9)
    assert_allclose(np.abs(np.diagonal(up.full(), -1)), np.sqrt(KAPPA * occupation) * ladder, rtol=1e-9)
    assert len(to_qutip(RESONATOR, levels=5).jump_operators) == 2


def test_jumps_bring_the_levels_to_the_temperature_of_their_bath():
    """A fluxonium with a resistor across it: Boltzmann's populations. Catches: n̄ at the wrong sign of ω."""
    exported = to_qutip("JJ1 a 0 EJ=4GHz C=19fF\nL1 a 0 163nH\nFLUX1 JJ1 0.31Phi0\nR1 a 0 10Mohm T=60mK", levels=4)
    steady = qutip.steadystate(exported.hamiltonian, exported.jump_operators, method="direct")
    energies = exported.spectrum.levels - exported.spectrum.levels[0]
    weights = np.exp(-energies / (k * 0.06))
    assert_allclose(np.diagonal(steady.full()).real, weights / weights.sum(), rtol=1e-6)


def test_a_transmon_decays_at_the_golden_rule_rate_of_its_junction_charge():
    """2 Re Y |⟨0|V|1⟩|²/ħω, with V of a charge chain. Catches: a rate lost for compact phases."""
    exported = to_qutip("JJ1 a 0 EJ=20GHz C=65fF\nR1 a 0 20Mohm T=0K", levels=4)
    n = np.arange(-20, 21)
    ec = e**2 / (2 * 65e-15)
    chain = np.diag(4 * ec * n**2) - 10e9 * 2 * np.pi * hbar * (np.eye(41, k=1) + np.eye(41, k=-1))
    energies, vectors = np.linalg.eigh(chain)
    voltage = 2 * e / 65e-15 * vectors[:, 0] @ (n * vectors[:, 1])
    rate = 2 * voltage**2 / (2e7 * (energies[1] - energies[0]))
    jumps = [jump.full()[0, 1] for jump in exported.jump_operators]
    assert np.sum(np.abs(jumps) ** 2) == pytest.approx(rate, rel=1e-8)


def test_a_driven_flux_moves_levels_as_a_static_one_does():
    """A split coil with a junction, at rest and at 0.03 Φ0: QuTiP's energies of H(t) against the static spectrum, in a
    gauge in which coils and junction share the flux. Catches: a share of the coil lost.
    """
    lines = "JJ1 a 0 EJ=6GHz C=20fF\nL1 a b 100nH\nC1 b 0 20fF\nL2 b 0 150nH\nFLUX1 JJ1 {}"
    exported = to_qutip(lines.format("sweep"), levels=40, drives={"sweep": lambda t: 0.03 * 2 * np.pi * PHI0})
    moved = exported.hamiltonian(0.0).eigenenergies()[:4]
    static = qs.quantize(lines.format("0.03Phi0")).spectrum(4).levels
    assert_allclose(moved - moved[0], (static - static[0]) / hbar, rtol=1e-6)
    still = exported.spectrum.levels[:4]
    assert np.max(np.abs((still - still[0]) - (static - static[0]))) / hbar > 1e7


@pytest.mark.parametrize(
    ("lines", "moved", "value"),
    [
        (ISLANDS + "NG2 b {}", "0.13", 0.13),
        (ISLANDS + "Cg b g 2fF\nVg g 0 {}", "21uV", 21e-6),
        ("JJ1 a 0 EJ=4GHz C=19fF\nL1 a 0 163nH\nI1 0 a {}", "3nA", 3e-9),
    ],
)
def test_a_driven_source_moves_levels_as_a_constant_one_does(lines: str, moved: str, value: float):
    """Catches: the sign of a gate or of a current, 2e for e."""
    exported = to_qutip(lines.format("sweep"), levels=40, drives={"sweep": lambda t: value})
    found = exported.hamiltonian(0.0).eigenenergies()[:3]
    static = qs.quantize(lines.format(moved)).spectrum(3).levels
    assert_allclose(found - found[0], (static - static[0]) / hbar, rtol=1e-6)


@pytest.mark.parametrize(
    ("netlist", "drives", "error", "message"),
    [
        ("JJ1 a 0 EJ=6GHz C=20fF\nI1 0 a pump", {"pump": np.cos}, NotAvailable, "I1 must drive nodes that inductors"),
        ("C1 a 0 1pF\nL1 a g 1nH\nV1 g 0 pump", {"pump": np.cos}, NotAvailable, "V1 must drive through capacitors"),
        ("C1 a 0 1pF\nL1 a 0 1nH\nI1 0 a pump", {"pomp": np.cos}, InputError, "drives must be a drive"),
        ("C1 a 0 1pF\nL1 a 0 1nH\nR1 a 0 1Mohm", {}, InputError, "R1 needs T="),
        ("C1 a 0 1pF\nL1 a 0 1nH\nC2 a x 1fF\nR1 x 0 1Mohm T=1K", {}, NotAvailable, "R1 must stand right across"),
    ],
)
def test_what_cannot_be_exported_is_refused_by_name(netlist: str, drives: dict, error: type, message: str):
    with pytest.raises(error, match=message):
        to_qutip(netlist, levels=4, drives=drives)


def test_without_qutip_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "qutip", None)
    with pytest.raises(NotAvailable, match=r"pip install quspike\[heom\]"):
        to_qutip("C1 a 0 1pF\nL1 a 0 1nH")
