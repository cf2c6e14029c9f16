"""What is exported to QuTiP over charges, Fock states and points of flux, run by QuTiP: the same circuit in each."""

from __future__ import annotations

import numpy as np
import pytest
import qutip
from numpy.testing import assert_allclose
from scipy.constants import e, h, hbar

import quspike as qs
from quspike.errors import ConvergenceError, InputError
from quspike.export.qutip import to_qutip

RESONATOR = "C1 m 0 100fF\nL1 m 0 10nH\nR1 m 0 20kohm T=50mK\nI1 0 m input"
OMEGA, KAPPA = 1 / np.sqrt(1e-13 * 1e-8), 1 / (2e4 * 1e-13)
TRANSMON = "JJ1 q 0 EJ=12GHz C=40fF\nNG1 q 0.31"
FLUXONIUM = "JJ1 a 0 EJ=4GHz C=19fF\nL1 a 0 163nH\nFLUX1 JJ1 0.43Phi0"
READOUT = "JJ1 a 0 EJ=9GHz C=20fF\nCg a r 8fF\nCr r 0 60fF\nLr r 0 6nH\nNG1 a 0.31"
ISLANDS = "JJ1 a 0 EJ=6GHz C=20fF\nJJ2 b 0 EJ=5GHz C=18fF\nJJ3 a b EJ=4GHz C=3fF\nNG1 a 0.21"


@pytest.mark.parametrize(
    ("netlist", "basis"),
    [
        (TRANSMON, "charge"),
        (ISLANDS, "charge"),
        (FLUXONIUM, "fock"),
        (FLUXONIUM, "flux"),
        (READOUT, "fock"),
        ("C1 m 0 100fF\nL1 m 0 10nH", "flux"),
    ],
)
def test_eigenenergies_that_qutip_finds_are_the_spectrum_in_every_basis(netlist: str, basis: str):
    """Six levels, and that what is exported as their kets has these energies. Catches: a basis too small, the gate's
    charge lost, E_0 left in one basis and not in the other, kets in the wrong order of factors.
    """
    exported = to_qutip(netlist, levels=6, basis=basis)
    own = exported.spectrum.levels
    large = exported.hamiltonian.shape[0] > 100
    found = exported.hamiltonian.eigenenergies(sparse=large, eigvals=6 if large else 0)[:6]
    assert_allclose(found, (own - own[0]) / hbar, rtol=1e-8, atol=1e-8 * found[-1])
    energies = [qutip.expect(exported.hamiltonian, ket) for ket in exported.states]
    assert_allclose(energies, found, rtol=1e-8, atol=1e-8 * found[-1])
    assert len(exported.coordinates) == len(exported.hamiltonian.dims[0])


@pytest.mark.parametrize("offset", [0.31, 0.5])
def test_the_charge_basis_is_that_of_the_textbook(offset: float):
    """4 E_C (N − n_g)² on the diagonal, −E_J/2 beside it, V = 2e (N − n_g)/C. Catches: sums and differences of charges
    for the charges themselves, the sign of n_g.
    """
    exported = to_qutip(TRANSMON.replace("0.31", str(offset)), levels=5, basis="charge")
    matrix = exported.hamiltonian.full() * hbar / h
    charging = e**2 / (2 * 40e-15) / h
    voltages = np.diagonal(exported.voltages["q"].full()).real
    numbers = voltages * 40e-15 / (2 * e) + offset
    assert_allclose(numbers, np.rint(numbers), atol=1e-9)
    assert_allclose(np.diff(numbers), 1.0, rtol=1e-9)
    steps = np.diagonal(matrix).real - 4 * charging * (numbers - offset) ** 2
    assert_allclose(steps, steps[0], atol=1e-6 * 12e9)
    assert_allclose(np.diagonal(matrix, 1), -6e9, rtol=1e-12)
    assert np.max(np.abs(np.triu(matrix, 2))) == 0


def test_the_fock_basis_has_ladder_operators():
    """√κ(n̄+1) a of a resonator, φ = φ_zpf (a + a†). Catches: another oscillator's states, jumps left among levels."""
    exported = to_qutip(RESONATOR, levels=8, basis="fock")
    size = exported.hamiltonian.shape[0]
    flux = exported.fluxes["m"].full()
    ladder = np.sqrt(np.arange(1, size))
    assert_allclose(np.abs(np.diagonal(flux, 1)), np.sqrt(hbar * np.sqrt(1e5) / 2) * ladder, rtol=1e-9)
    down = max(exported.jump_operators, key=lambda jump: np.abs(jump.full()[0, 1]))
    found = np.abs(np.diagonal(down.full(), 1))[:7]
    occupation = 1 / np.expm1(hbar * OMEGA / (1.380649e-23 * 0.05))
    assert_allclose(found, np.sqrt(KAPPA * (occupation + 1)) * ladder[:7], rtol=1e-9)
    number = qutip.num(size)
    assert_allclose(exported.hamiltonian.full(), OMEGA * number.full(), atol=1e-9 * OMEGA * size)


def test_the_flux_basis_is_diagonal_in_the_flux():
    """And spaced evenly. Catches: a flux in another basis than the Hamiltonian."""
    flux = to_qutip(FLUXONIUM, levels=5, basis="flux").fluxes["a"].full()
    assert np.max(np.abs(flux - np.diag(np.diagonal(flux)))) == 0
    steps = np.diff(np.diagonal(flux).real)
    assert_allclose(steps, steps[0], rtol=1e-9)


@pytest.mark.parametrize("basis", ["energy", "fock", pytest.param("flux", marks=pytest.mark.slow)])
def test_a_driven_damped_resonator_runs_in_every_basis_as_in_gksl(basis: str):
    """⟨V⟩(t) of QuTiP's `mesolve` from the vacuum, against `method="gksl"`.

    Catches: κ for κ/2, a drive in another basis than the jumps, a start that is not the circuit's lowest state.
    """
    drive = qs.Sine("0.25 nA", frequency=f"{OMEGA / 2 / np.pi} Hz")
    cold = RESONATOR.replace("50mK", "20mK")
    exported = to_qutip(cold, levels=5, drives={"input": drive}, tolerance=1e-6, basis=basis)
    times = np.linspace(0, 1e-9, 5)
    options = {"method": "vern7", "atol": 1e-9, "rtol": 1e-7, "nsteps": 100_000}
    found = qutip.mesolve(
        exported.hamiltonian,
        exported.states[0],
        times,
        exported.jump_operators,
        e_ops=[exported.voltages["m"]],
        options=options,
    ).expect[0]
    ours = qs.simulate(
        circuit=cold, drives={"input": drive}, duration=1e-9, save_every=0.25e-9, method="gksl", classical=False
    )
    expected = ours.voltage.sel(node="m").values
    assert np.max(np.abs(expected)) > 4e-7
    assert_allclose(found, expected, atol=1e-4 * np.max(np.abs(expected)))


@pytest.mark.parametrize(
    ("netlist", "basis", "error", "message"),
    [
        (TRANSMON, "fock", InputError, "basis must be charge, or energy, as q is periodic"),
        (READOUT, "charge", InputError, "basis must be fock or flux, as r is extended"),
        (TRANSMON, "Fock", InputError, "basis must be one of energy, charge, fock, flux"),
        (READOUT + "\nCh r s 5fF\nCs s 0 60fF\nLs s 0 5nH", "flux", ConvergenceError, "Ask for fewer levels"),
    ],
)
def test_a_basis_that_a_circuit_does_not_have_is_refused(netlist: str, basis, error: type, message: str):
    with pytest.raises(error, match=message):
        to_qutip(netlist, levels=6, basis=basis)
