"""The hierarchy against fluctuation–dissipation, the moments of a linear circuit, and QuTiP's own solver."""

from __future__ import annotations

import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import cumulative_trapezoid, trapezoid

import quspike as qs
from heom_neurons import COIL, OMEGA, PHI_ZPF, V_ZPF, C, L, Z, at_depth, josephson, line, linear, memristive, problem
from quspike.baths.noise import flux_variance, voltage_variance
from quspike.bench.hierarchy import AMPLITUDE, FREQUENCY, qutip_hierarchy, seen_of, tone
from quspike.constants import hbar, k_B

TONE = {"input": qs.Sine(f"{AMPLITUDE!r} A", f"{FREQUENCY!r} Hz")}
CORNER = pytest.param(0.3, 10.0, 20e-3, marks=pytest.mark.slow)
BEYOND = pytest.param(0.5, 5.0, 20e-3, marks=pytest.mark.slow)


@pytest.mark.parametrize(("kappa", "cutoff", "temperature"), [(0.1, 5.0, 20e-3), CORNER, BEYOND])
def test_a_thermal_start_obeys_fluctuation_dissipation(kappa, cutoff, temperature):
    """⟨V²⟩ and ⟨φ²⟩ of the exact integrals within 1e-3, and they stay, whatever the mean does.

    Catches: a line's answer {Q̇, ·} of the wrong sign or half as strong, a counter-term that is left in H.
    """
    settings = {"truncation": 14, "initial": {"voltage": "5 uV"}, "duration": "0.2 ns"}
    s = problem(linear(kappa, cutoff, temperature), **settings).solve()
    membrane = C, kappa / Z, cutoff * OMEGA, temperature, L
    np.testing.assert_allclose(s.voltage_std[:, 0] ** 2, voltage_variance(*membrane), rtol=1e-3)
    np.testing.assert_allclose(s.extra["flux_variance"][:, 0], flux_variance(*membrane), rtol=1e-3)
    assert s.diagnostics["smallest_eigenvalue"] > -1e-6


@pytest.mark.slow  # quick: the linear neuron of the agreement report
def test_a_linear_circuit_moves_as_its_moments_do():
    """Means and covariance from the vacuum at κ/ω0 = 0.1, ω_c = 5 ω0, 20 mK: within 1e-3 of the exact moments.

    Catches: a mean that the gauge moves twice, an initial slip of the fluctuations, a wrong pole.
    """
    circuit = linear(0.1, 5.0, 20e-3)
    settings = {"initial": {"state": "vacuum", "voltage": "5 uV"}}
    s = problem(circuit, truncation=14, **settings).solve()
    m = (
        problem(circuit.replace("cutoff", "bath=drude cutoff"), method="moments", **settings)
        .with_setup(poles=60)
        .solve()
    )
    np.testing.assert_allclose(s.voltage, m.voltage, rtol=0, atol=1e-4 * 5e-6)
    np.testing.assert_allclose(s.flux, m.flux, rtol=0, atol=1e-4 * 5e-6 / OMEGA)
    units = {"charge_variance": (C * V_ZPF) ** 2, "flux_variance": PHI_ZPF**2, "flux_charge_covariance": hbar}
    for name, unit in units.items():
        np.testing.assert_allclose(s.extra[name], m.extra[name], rtol=0, atol=1e-3 * unit)


@pytest.mark.slow
def test_two_lines_of_different_temperature_hold_a_circuit_between_them():
    """∫dω/π |Z|² Σ_d ħω coth(ħω/2kT_d) Re Y_d is ⟨V²⟩, over ω² ⟨φ²⟩: 20 and 200 mK, ω_c = 5 and 3 ω0, to 1e-3.

    κ/ω0 = 0.3 together, and no equilibrium. Catches: one line's noise at the other's temperature or cutoff.
    """
    lines = [(0.15, 5.0, 20e-3), (0.15, 3.0, 0.2)]
    circuit = COIL + line(*lines[0]) + "\n" + line(*lines[1], "R2")
    s = problem(circuit, truncation=24, duration="0.02 ns").solve()

    def density(omega, power):
        admittance = [kappa / Z / (1 - 1j * omega / (cutoff * OMEGA)) for kappa, cutoff, _ in lines]
        impedance = 1 / (-1j * omega * C + 1j / (omega * L) + sum(admittance))
        warm = [hbar * omega / np.tanh(hbar * omega / (2 * k_B * t)) for _, _, t in lines]
        currents = sum(w * y.real for w, y in zip(warm, admittance, strict=True))
        return abs(impedance) ** 2 * currents / np.pi / omega**power

    omega = OMEGA * np.geomspace(1e-5, 1e4, 400_001)
    for name, power, scale in (("charge_variance", 0, C**2), ("flux_variance", 2, 1.0)):
        expected = scale * trapezoid(density(omega, power), omega)
        np.testing.assert_allclose(s.extra[name], expected, rtol=1e-3)


@pytest.mark.slow
def test_a_memory_that_the_mean_drives_moves_as_in_the_moments():
    """W(t) of ⟨φ⟩ swings between 1/31.6 kΩ and 1/3.16 kΩ: V, M and ⟨V²⟩ within 1e-3 of the reference line of `moments`.

    Catches: a coupling √W φ in the place of √W V, whose derivative draws a current that no memristor does.
    """
    circuit = memristive(20e-3)
    settings = {"initial": {"state": "vacuum"}, "drives": {"input": qs.Sine("20 nA", frequency="5.03 GHz")}}
    s = problem(circuit, truncation=14, **settings).solve()
    m = (
        problem(circuit.replace("cutoff", "bath=drude cutoff"), method="moments", **settings)
        .with_setup(poles=60)
        .solve()
    )
    assert np.ptp(np.asarray(m.memristance)) > 5e3
    scale = np.max(np.abs(m.voltage))
    np.testing.assert_allclose(s.voltage, m.voltage, rtol=0, atol=1e-4 * scale)
    np.testing.assert_allclose(s.memristance, m.memristance, rtol=1e-3)
    np.testing.assert_allclose(s.voltage_std[:, 0] ** 2, m.voltage_std[:, 0] ** 2, rtol=1e-3)


def test_an_operator_memristance_agrees_with_qutips_hierarchy():
    """F(φ̂) at kT = 0.8 ħω0, driven: ⟨φ⟩, ⟨V⟩ and ⟨V²⟩ of QuTiP's HEOMSolver with the same exponents, depth 4, to 1e-6.

    QuTiP counts the usual hierarchy, which begins polarised where the line follows F. Catches: the Gaussian part of F
    in the place of F (2e-3), an answer to the mean flux instead of the mean of F (1e-4), the line that [Q, [Q, H]]
    adds left out (8e-6).
    """
    settings = {"initial": {"state": "vacuum", "flux": 2e-16, "voltage": "3 uV"}, "memory": "operator", "dt": "0.5 ps"}
    p = problem(memristive(0.2, cutoff=3.0), truncation=18, duration="0.1 ns", drives=TONE, **settings)
    p = at_depth(p, 3)
    peer = qutip_hierarchy(p, 20, 4, "vern7", 1e-7, tone)()
    assert seen_of(p, p.solve()).error(peer) < 1e-6


TWO = COIL + line(0.05, 3.0, 0.2) + "\n" + line(0.05, 6.0, 0.1, "R2") + "\nI1 0 m input"
BOTH = memristive(0.2, cutoff=3.0, width=1.0) + "\n" + line(0.05, 6.0, 0.1, "R2")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("circuit", "memory", "levels", "depths", "error"),
    [
        (josephson(0.1, 3.0, 0.2, 0.5), "mean_field", 24, (3, 4), 1e-6),
        (josephson(0.3, 3.0, 0.2, 4.0), "mean_field", 24, (4, 5), 3e-5),
        (TWO, "mean_field", 18, (2, 4), 1e-5),
        (BOTH, "operator", 16, (3, 4), 1e-6),
    ],
    ids=["junction", "strong junction", "two lines", "operator memristor and a resistor"],
)
def test_junctions_and_several_lines_agree_with_qutips_hierarchy(circuit, memory, levels, depths, error):
    """From a displaced vacuum, driven, each line with its own temperature and cutoff; the error is of QuTiP's tiers.

    Catches: the junction's stiffness counted twice, a line with the exponents of another, the product of two slopes
    once instead of twice (8e-6).
    """
    settings = {"initial": {"state": "vacuum", "voltage": "3 uV"}, "memory": memory, "dt": "0.4 ps"}
    p = at_depth(problem(circuit, truncation=levels, duration="0.05 ns", drives=TONE, **settings), depths[0])
    peer = qutip_hierarchy(p, levels, depths[1], "vern7", 1e-6, tone)()
    assert seen_of(p, p.solve()).error(peer) < error


def test_what_the_memristor_draws_is_what_the_node_loses():
    """C dV/dt = I − I_M − φ/L, F(φ̂) included, by integrating the records. Catches: a current half left to the gauge."""
    settings = {"initial": {"state": "vacuum", "voltage": "6 uV"}, "memory": "operator", "save_every": "0.5 ps"}
    s = problem(
        memristive(20e-3),
        truncation=14,
        duration="0.1 ns",
        drives={"input": qs.Sine("10 nA", frequency="5 GHz")},
        **settings,
    ).solve()
    t = np.asarray(s.time)
    lost = np.asarray(s.input_current - s.memristor_current - s.flux / L)[:, 0]
    gained = C * np.asarray(s.voltage)[:, 0]
    np.testing.assert_allclose(
        gained - gained[0], cumulative_trapezoid(lost, t, initial=0), rtol=0, atol=2e-4 * np.ptp(gained)
    )


@pytest.mark.slow
@pytest.mark.parametrize("reset", ["zero", "subtract"])
def test_spikes_of_a_linear_circuit_are_those_of_its_moments(reset):
    """Spike times within a femtosecond, ⟨V²⟩ within 1e-3 after it. Catches: a reset that moves F, or forgets ρ."""
    circuit = linear(0.1, 5.0, 20e-3) + "\nI1 0 m input"
    neuron = qs.Neuron("m", v_threshold="4 uV", t_ref="50 ps", reset=reset)
    settings = {
        "neuron": neuron,
        "drives": {"input": qs.Sine("20 nA", frequency="5.03 GHz")},
        "initial": {"state": "vacuum"},
    }
    s = problem(circuit, truncation=14, **settings).solve()
    m = (
        problem(circuit.replace("cutoff", "bath=drude cutoff"), method="moments", **settings)
        .with_setup(poles=60)
        .solve()
    )
    count = int(m.spike_count[0])
    assert count >= 2
    np.testing.assert_allclose(s.spike_time[:count], m.spike_time[:count], rtol=0, atol=1e-15)
    np.testing.assert_allclose(s.voltage_std[:, 0] ** 2, m.voltage_std[:, 0] ** 2, rtol=1e-3)


def test_without_qutip_the_method_says_what_to_install(monkeypatch):
    """Catches: an ImportError that names a module of somebody else's."""
    monkeypatch.setitem(sys.modules, "qutip.solver.heom", None)
    with pytest.raises(qs.InputError, match=r"pip install quspike\[heom\]"):
        problem(linear(0.1, 5.0, 20e-3))


def test_a_line_whose_noise_no_poles_have_is_refused():
    """κ/ω0 = 2. Catches: a number with noise that misses fluctuation–dissipation."""
    with pytest.raises(qs.ConvergenceError, match=r"up to 8 poles .* weaken the coupling"):
        problem(linear(2.0, 5.0, 20e-3))


def test_what_the_hierarchy_cannot_hold_is_refused_by_name():
    """A line without cutoff, a general memristor as an operator. Catches: a Markovian line, a law without F(φ)."""
    with pytest.raises(qs.InputError, match="R1 cutoff must be given with method heom"):
        problem(f"C1 m 0 100fF\nL1 m 0 10nH\nR1 m 0 {Z / 0.1}ohm T=20mK")
    with pytest.raises(qs.InputError, match="no function of the flux"):
        problem("C1 m 0 100fF\nL1 m 0 10nH\nMEM1 m 0 model=vteam T=20mK cutoff=1e11rad/s", memory="operator")


@pytest.mark.slow
def test_gradients_pass_through_the_hierarchy():
    """d⟨V²⟩/d ln(parameter) at the end, of an operator memristance, by jax.grad and by differences, to 1e-5.

    Catches: a number of the lines (λ, c_k, γ) that is taken from the run and not from the parameters.
    """
    settings = {"initial": {"state": "vacuum", "voltage": "5 uV"}, "memory": "operator", "dt": "0.5 ps"}
    p = problem(memristive(0.2, cutoff=3.0), truncation=12, duration="0.05 ns", drives=TONE, **settings)
    p = at_depth(p, 2)
    named = [("C1", "C"), ("MEM1", "R_on"), ("MEM1", "phi_s"), ("MEM1", "T"), ("MEM1", "cutoff")]

    def square(logs):
        elements = {name: dict(own) for name, own in p.params["elements"].items()}
        for (name, key), log in zip(named, logs, strict=True):
            elements[name][key] = elements[name][key] * jnp.exp(log)
        s = p.solve({**p.params, "elements": elements})
        return (s.voltage[-1, 0] ** 2 + s.voltage_std[-1, 0] ** 2) / V_ZPF**2

    found = np.asarray(jax.grad(square)(jnp.zeros(len(named))))
    steps = 1e-4 * np.eye(len(named))
    expected = np.array([(square(jnp.asarray(e)) - square(jnp.asarray(-e))) / 2e-4 for e in steps])
    assert np.all(np.abs(expected) > 1e-4)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5 * np.max(np.abs(expected)))
