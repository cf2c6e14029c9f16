"""The circuits that everybody knows, as examples: their levels and linewidths against a few lines of numpy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import cosm
from scipy.optimize import newton

import quspike as qs
from quspike.constants import e_charge, phi0, planck


def example(name: str):
    """The quantized circuit of a netlist in `examples`."""
    return qs.quantize(qs.Circuit.from_file(f"examples/{name}.cir"))


def charging(capacitance: float) -> float:
    """E_C/h = e²/2Ch [GHz]."""
    return e_charge**2 / (2 * capacitance * planck) * 1e-9


def transitions(hamiltonian: np.ndarray, count: int) -> np.ndarray:
    """(E_k − E_0)/h."""
    levels = np.linalg.eigvalsh(hamiltonian)[:count]
    return levels[1:] - levels[0]


def test_a_transmon_in_its_charges():
    """`4E_C (n − n_g)² − E_J cos φ` on 61 charges. Catches: E_C of one electron for a pair, C of the junction lost."""
    n, ec = np.arange(-30, 31), charging(77.5e-15)
    hamiltonian = np.diag(4 * ec * (n - 0.25) ** 2) - 7.5 * (np.eye(61, k=1) + np.eye(61, k=-1))
    q = example("transmon")
    assert [c.kind for c in q.coordinates] == ["periodic"]
    found = q.spectrum(5).transition_frequencies[1:] * 1e-9
    np.testing.assert_allclose(found, transitions(hamiltonian, 5), rtol=1e-8)


def test_a_fluxonium_in_oscillator_states():
    """`4E_C n² + ½E_L φ² − E_J cos(φ − π)` in 150 states of its LC. Catches: E_L twice too large, the flux lost."""
    ec, el = charging(19.37e-15), phi0**2 / 163.5e-9 / planck * 1e-9
    ladder = np.diag(np.sqrt(np.arange(1, 150)), 1)
    phase = (2 * ec / el) ** 0.25 * (ladder + ladder.T)
    hamiltonian = np.sqrt(8 * ec * el) * np.diag(np.arange(150) + 0.5) + 4 * cosm(phase)
    q = example("fluxonium")
    assert [c.kind for c in q.coordinates] == ["extended"]
    found = q.spectrum(5).transition_frequencies[1:] * 1e-9
    np.testing.assert_allclose(found, transitions(hamiltonian, 5), rtol=1e-7)


def test_a_zero_pi_in_its_two_phases():
    """`H = 4E_Cθ n_θ² + 4E_Cφ n_φ² − 2E_J cos θ cos φ + E_L φ²` beside a mode of inductors and large capacitors.

    θ periodic, φ extended; C_θ = 2(C_J + C), C_φ = 2C_J. Catches: the harmonic mode mixed in, a factor of two.
    """
    small, large, henry = 1e-15, 100e-15, 160e-9
    el = phi0**2 / henry / planck * 1e-9
    theta, phi = charging(2 * (small + large)), charging(2 * small)
    n = np.arange(-24, 25)
    ladder = np.diag(np.sqrt(np.arange(1, 45)), 1)
    phase = (phi / el) ** 0.25 * (ladder + ladder.T)  # 4E_Cφ n² + E_L φ²
    oscillator = 4 * np.sqrt(phi * el) * np.diag(np.arange(45) + 0.5)
    hop = 0.5 * (np.eye(49, k=1) + np.eye(49, k=-1))
    hamiltonian = np.kron(np.diag(4 * theta * n**2), np.eye(45)) + np.kron(np.eye(49), oscillator)
    hamiltonian -= 12 * np.kron(hop, cosm(phase))
    own = np.linalg.eigvalsh(hamiltonian)[:8]
    harmonic = 1 / (2 * np.pi * np.sqrt(henry * large)) * 1e-9
    both = np.sort(np.add.outer(own - own[0], harmonic * np.arange(8)).ravel())
    q = example("zero_pi")
    assert sorted(c.kind for c in q.coordinates) == ["extended", "extended", "periodic"]
    found = q.spectrum(3, tolerance=1e-6).transition_frequencies[1:] * 1e-9
    np.testing.assert_allclose(found, both[1:3], rtol=1e-5)


def test_a_readout_resonator_decays_into_its_line():
    """`−iωC + i/ωL + 1/(Z0 + i/ωC_c) = 0`, its complex root. Catches: κ/2 for κ, a coupling that does not shift."""

    def admittance(w):
        return -1j * w * 400e-15 + 1j / (w * 1.5e-9) + 1 / (50 + 1j / (w * 8e-15))

    root = newton(admittance, 4.0e10 - 1e7j, tol=1.0)
    mode = example("readout").modes[0]
    assert abs(mode.frequency - root) < 1e-9 * abs(root)
    assert mode.damping == pytest.approx(root.real**2 * 8e-15**2 * 50 / 408e-15, rel=0.02)
