"""The hierarchy against fluctuation–dissipation, the moments of a linear circuit, and QuTiP's own solver."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from scipy.integrate import cumulative_trapezoid

import quspike as qs
from heom_neurons import OMEGA, PHI_ZPF, V_ZPF, C, L, Z, at_depth, linear, memristive, problem
from quspike.baths.noise import flux_variance, voltage_variance
from quspike.constants import hbar
from quspike.methods.heom import machine as heom
from quspike.run.compile import Problem

CORNER = pytest.param(0.3, 10.0, 20e-3, marks=pytest.mark.slow)


@pytest.mark.parametrize(("kappa", "cutoff", "temperature"), [(0.1, 5.0, 20e-3), CORNER])
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
    """F(φ̂) at kT = 0.8 ħω0, driven: ⟨φ⟩, ⟨V⟩ and ⟨V²⟩ of QuTiP's HEOMSolver with the same exponents, depth 4.

    QuTiP counts the usual hierarchy, which begins polarised where the line follows F. Catches: the Gaussian part of
    F in the place of F, an answer to the mean flux instead of the mean of F, a force I_e of the wrong sign.
    """
    settings = {"initial": {"state": "vacuum", "flux": 2e-16, "voltage": "3 uV"}, "memory": "operator", "dt": "0.25 ps"}
    drives = {"input": qs.Sine("10 nA", frequency="5.03 GHz")}
    p = at_depth(problem(memristive(0.2, cutoff=3.0), truncation=18, duration="0.1 ns", drives=drives, **settings), 3)
    s = p.solve()
    found = qutip_means(p, levels=22, depth=4)
    np.testing.assert_allclose(np.asarray(s.flux)[:, 0] / PHI_ZPF, found[0], atol=2e-3)
    np.testing.assert_allclose(np.asarray(s.voltage)[:, 0] / V_ZPF, found[1], atol=2e-3)
    second = (np.asarray(s.voltage)[:, 0] ** 2 + np.asarray(s.voltage_std)[:, 0] ** 2) / V_ZPF**2
    np.testing.assert_allclose(second, found[2], atol=1e-2)


def qutip_means(p: Problem, levels: int, depth: int) -> list:
    """⟨X⟩, ⟨P⟩, ⟨P²⟩ of QuTiP's own hierarchy in the laboratory frame, in zero-point units and 1/ω0."""
    import qutip
    from qutip.solver.heom import Bath, BathExponent, HEOMSolver

    parts = heom.parts_of(p.setup, p.params)
    law, numbers = p.setup.one.memristors[0].law, p.params["elements"]["MEM1"]
    (line,), (bath,), (exponents,) = p.setup.hierarchy.lines, parts.baths, parts.exponents
    a = qutip.destroy(levels)
    x, momentum = a + a.dag(), -1j * (a - a.dag())
    points, vectors = np.linalg.eigh(x.full())
    start = 2e-16, 3e-6
    values = [float(law.coupling(PHI_ZPF * u, numbers) - law.coupling(start[0], numbers)) for u in points]
    q = qutip.Qobj(vectors @ np.diag(np.array(values) / (PHI_ZPF * line.reference**0.5)) @ vectors.conj().T)
    coupling, rates, noise = (
        float(bath.coupling) / OMEGA,
        np.asarray(exponents.rates) / OMEGA,
        np.asarray(exponents.noise) / OMEGA**2,
    )
    first = BathExponent("RI", None, q, noise[0], rates[0], ck2=-coupling * rates[0])
    others = [BathExponent("R", None, q, c, v) for c, v in zip(noise[1:], rates[1:], strict=True)]
    push = 10e-9 * PHI_ZPF / hbar / OMEGA
    drive = [-push * x, lambda t: np.sin(2 * np.pi * 5.03e9 * t / OMEGA)]
    h = qutip.QobjEvo([a.dag() * a + coupling * q * q, drive])
    solver = HEOMSolver(h, Bath([first, *others]), depth, options={"progress_bar": "", "rtol": 1e-7, "atol": 1e-9})
    alpha = start[0] / (2 * PHI_ZPF) + 1j * start[1] / (2 * V_ZPF)
    state = qutip.ket2dm(qutip.coherent(levels, alpha))
    ados = np.zeros((len(solver.ados.labels), levels, levels), dtype=complex)
    for i, label in enumerate(solver.ados.labels):
        if sum(label) == label[0]:
            companion = state
            for _ in range(label[0]):
                companion = -coupling * (q * companion + companion * q)
            ados[i] = companion.full().T  # QuTiP stacks columns
    result = solver.run(ados, np.asarray(p.plan.save_times) * OMEGA, e_ops=[x, momentum, momentum * momentum])
    return [np.real(values) for values in result.expect]


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


def test_what_the_hierarchy_cannot_hold_is_refused_by_name():
    """A line without cutoff, a general memristor as an operator. Catches: a Markovian line, a law without F(φ)."""
    with pytest.raises(qs.InputError, match="R1 cutoff must be given with method heom"):
        problem(f"C1 m 0 100fF\nL1 m 0 10nH\nR1 m 0 {Z / 0.1}ohm T=20mK")
    with pytest.raises(qs.InputError, match="no function of the flux"):
        problem("C1 m 0 100fF\nL1 m 0 10nH\nMEM1 m 0 model=vteam T=20mK cutoff=1e11rad/s", memory="operator")
