"""Equilibrium fluctuations of circuits of several nodes, against quadrature over Re Z, the table, and closed forms."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.linalg import solve_continuous_lyapunov

from quantize.circuits import near
from quantize.nodal_analysis import NodalAnalysis
from quspike import Circuit
from quspike.baths.noise import flux_variance, voltage_variance
from quspike.constants import hbar, k_B
from quspike.errors import InputError
from quspike.quantize.numbers.equilibrium import fluctuations

TWO_NODES = """
C1 a 0 100fF
L1 a b 2nH
C2 b 0 150fF
L2 b 0 9nH
R1 a x 2000ohm cutoff=4e11rad/s T=20mK
R2 x 0 3000ohm cutoff=6e11rad/s T=20mK
R3 b 0 400ohm cutoff=5e11rad/s T=20mK
"""


@pytest.mark.parametrize("temperature", [0.0, 0.005, 0.02, 4.0])
def test_one_node_is_the_closed_form(temperature: float):
    """Digamma functions, logarithms at T = 0. Catches: f(N)/2 left out, ħ/2π for ħ/π at T = 0."""
    netlist = "C1 m 0 100fF\nL1 m 0 10nH\nR1 m 0 2kohm cutoff=1e12rad/s"
    found = fluctuations(netlist, [("m", "0")], temperature=temperature)
    assert found.voltage[0, 0] == near(voltage_variance(1e-13, 5e-4, 1e12, temperature, 1e-8), 1e-9)
    assert found.flux[0, 0] == near(flux_variance(1e-13, 5e-4, 1e12, temperature, 1e-8), 1e-9)
    membrane = fluctuations("C1 m 0 100fF\nR1 m 0 20kohm cutoff=1e11rad/s", [("m", "0")], temperature=temperature)
    assert membrane.voltage[0, 0] == near(voltage_variance(1e-13, 5e-5, 1e11, temperature), 1e-9)
    assert membrane.flux[0, 0] == np.inf


def test_two_nodes_and_their_covariance_are_the_integral_over_the_impedance():
    """⟨V_a²⟩, ⟨V_aV_b⟩, ⟨φ_aφ_b⟩ from ∫ dω/π ħω coth Re Z, Z by nodal analysis.

    Catches: a port's sign, a massless node's currents.
    """
    circuit, temperature = Circuit(TWO_NODES), 0.02
    found = fluctuations(circuit, [("a", "0"), ("b", "0")])

    def impedance(w: float, i: int, j: int) -> float:
        ports = [("a", "0"), ("b", "0"), ("a", "b")]
        whole = NodalAnalysis(circuit, w)
        own = [whole.impedance(*p).real for p in ports]
        return own[i] if i == j else (own[0] + own[1] - own[2]) / 2

    def integral(i: int, j: int, power: int) -> float:
        def density(log: float) -> float:
            w = np.exp(log)
            return w ** (2 - power) * hbar / np.tanh(hbar * w / (2 * k_B * temperature)) * impedance(w, i, j) / np.pi

        edges = np.log([1e3, 1e9, 2e10, 3e10, 5e10, 6e10, 9e10, 1.2e11, 3e11, 1e13, 1e17])
        return sum(quad(density, a, b, epsabs=0, epsrel=1e-8, limit=200)[0] for a, b in itertools.pairwise(edges))

    for i, j in ((0, 0), (0, 1), (1, 1)):
        assert found.voltage[i, j] == near(integral(i, j, 0), 1e-6)
        assert found.flux[i, j] == near(integral(i, j, 2), 1e-6)


def test_at_high_temperature_energy_is_shared_equally():
    """⟨VVᵀ⟩ = kT C⁻¹, ⟨φφᵀ⟩ = kT K⁻¹, whatever dissipates. Catches: the term n = 0 counted twice."""
    found = fluctuations(TWO_NODES, [("a", "0"), ("b", "0")], temperature=1e4)
    kt = k_B * 1e4
    np.testing.assert_allclose(
        found.voltage, kt * np.diag([1 / 100e-15, 1 / 150e-15]), rtol=1e-4, atol=1e-4 * kt / 1e-13
    )
    np.testing.assert_allclose(found.flux, kt * np.array([[11e-9, 9e-9], [9e-9, 9e-9]]), rtol=1e-5)


def test_without_loss_each_mode_has_its_own_thermal_energy():
    """⟨φ²⟩ = φ_zpf² coth(ħω/2kT): no dissipator is needed. Catches: a resonance that quadrature would miss."""
    found = fluctuations("C1 a 0 100fF\nL1 a 0 10nH", [("a", "0")], temperature=0.02)
    omega = 1 / np.sqrt(1e-21)
    assert found.flux[0, 0] == near(hbar / 2 / (1e-13 * omega) / np.tanh(hbar * omega / (2 * k_B * 0.02)), 1e-9)


def test_islands_and_what_only_a_current_source_charges_keep_their_charge():
    """They fluctuate as their neighbours make them. Catches: kT/C of a charge that nothing exchanges."""
    netlist = "C1 a 0 90fF\nL1 a 0 2nH\nR1 a 0 1kohm cutoff=1e12rad/s T=1K\nC2 a i 20fF\nC3 i 0 20fF"
    for source in ("", "\nI1 0 i 1nA"):
        found = fluctuations(netlist + source, [("a", "0"), ("i", "0")])
        np.testing.assert_allclose(found.voltage, found.voltage[0, 0] * np.array([[1, 0.5], [0.5, 0.25]]), rtol=1e-12)


HEATED = """
C1 a 0 100fF
L1 a b 2nH
C2 b 0 150fF
L2 b 0 9nH
R1 a 0 2000ohm cutoff=4e11rad/s T={hot}K
R2 b 0 400ohm cutoff=5e11rad/s T={cold}K
"""


def test_two_temperatures_in_the_classical_limit_are_lyapunovs_equation():
    """R in series with L_s and its own white noise 2kTR: A P + P Aᵀ + D = 0 of (φ, V, i), classical at 100 K and 500 K.

    Catches: Re Z for |Z|² Re Y, a reference temperature counted twice, the factor 2 of coth − coth = 2(n − n').
    """
    found = fluctuations(HEATED.format(hot=5000, cold=1000), [("a", "0"), ("b", "0")])
    c, coil = np.diag([1e-13, 1.5e-13]), np.array([2e-9, 9e-9])
    k = np.array([[1 / coil[0], -1 / coil[0]], [-1 / coil[0], sum(1 / coil)]])
    r, cutoff, t = np.array([2000.0, 400.0]), np.array([4e11, 5e11]), np.array([5000.0, 1000.0])
    own, zero, one = r / cutoff, np.zeros((2, 2)), np.eye(2)
    speed, volt = 1e11, 1e-3  # units: 1/s, and V for all of V, φ·speed and i·√(L_s/C)
    current = np.sqrt(1e-13 / own)
    a = np.block([
        [zero, one * speed, zero],
        [-np.linalg.solve(c, k) / speed, zero, -np.linalg.solve(c, np.diag(current))],
        [zero, np.diag(1 / own / current), -np.diag(cutoff)],
    ])  # fmt: skip
    noise = np.diag([0, 0, 0, 0, *(2 * k_B * t * r / own**2 / current**2 / volt**2)])
    p = solve_continuous_lyapunov(a, -noise) * volt**2
    np.testing.assert_allclose(found.voltage, p[2:4, 2:4], rtol=1e-4, atol=1e-5 * p[2, 2])
    np.testing.assert_allclose(found.flux * speed**2, p[:2, :2], rtol=1e-4, atol=1e-5 * p[0, 0])


@pytest.mark.parametrize(("hot", "cold"), [(0.3, 0.02), (0.05, 0.0)])
def test_two_temperatures_in_the_quantum_regime_are_each_dissipators_own_noise(hot: float, cold: float):
    """⟨V_a²⟩ = Σ_d ∫ dω/π ħω coth(ħω/2kT_d) Re Y_d |z_d|², transfer impedances by nodal analysis.

    Catches: the hotter taken for the colder, T = 0 as a division.
    """
    circuit = Circuit(HEATED.format(hot=hot, cold=cold))
    found = fluctuations(circuit, [("a", "0")])

    def density(log: float) -> float:
        w, total = np.exp(log), 0.0
        whole = NodalAnalysis(circuit, w)
        z = {p: whole.impedance(*p) for p in (("a", "0"), ("b", "0"), ("a", "b"))}
        transfer = {"a": z["a", "0"], "b": (z["a", "0"] + z["b", "0"] - z["a", "b"]) / 2}
        for node, r, cutoff, t in (("a", 2000, 4e11, hot), ("b", 400, 5e11, cold)):
            coth = 1 / np.tanh(hbar * w / (2 * k_B * t)) if t else 1.0
            total += abs(transfer[node]) ** 2 * (1 / (r * (1 - 1j * w / cutoff))).real * hbar * w * coth
        return w * total / np.pi

    edges = np.log([1e3, 1e9, 2e10, 3e10, 5e10, 6e10, 9e10, 1.2e11, 3e11, 1e13, 1e17])
    exact = sum(quad(density, a, b, epsabs=0, epsrel=1e-8, limit=200)[0] for a, b in itertools.pairwise(edges))
    assert found.voltage[0, 0] == near(exact, 1e-6)


@pytest.mark.parametrize(
    ("netlist", "ports", "message"),
    [
        ("C1 a 0 1pF\nR1 a 0 1ohm T=1K", ("a", "0"), "R1 cutoff must be given"),
        ("C1 a 0 1pF\nR1 a 0 1ohm cutoff=1e12rad/s", ("a", "0"), "temperature must be given for every dissipator"),
        (TWO_NODES, ("x", "0"), "port must be at nodes with a capacitance"),
    ],
)
def test_what_has_no_equilibrium_is_refused(netlist: str, ports: tuple[str, str], message: str):
    with pytest.raises(InputError, match=message):
        fluctuations(netlist, [ports])
