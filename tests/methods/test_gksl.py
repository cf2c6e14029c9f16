"""The secular GKSL neuron against QuTiP's operators in the lab frame, and against moments where it is Gaussian."""

from dataclasses import replace

import numpy as np
import pytest
import qutip
from scipy.integrate import solve_ivp

import quspike as qs
from quspike.bench.peers.qutip_fock import fock
from quspike.bench.problems import K
from quspike.bench.rivals import observed
from quspike.constants import hbar, k_B, phi0
from quspike.run.compile import compile_run

C, L_EFFECTIVE, T = 1e-13, 1e-8, 0.02
OMEGA = 1 / np.sqrt(L_EFFECTIVE * C)
PHI_ZPF, V_ZPF = np.sqrt(hbar / (2 * OMEGA * C)), np.sqrt(hbar * OMEGA / (2 * C))
LINEAR = "C1 m 0 100fF\nL1 m 0 10nH\nR1 m 0 31.6kohm T=20mK\nI1 0 m tone"
JUNCTION = "C1 m 0 100fF\nL1 m 0 13.333333333333334nH\nJJ1 m 0 Lj=40nH\n{leak}\nI1 0 m tone"
TONE = {"tone": qs.Sine("3 nA", frequency=OMEGA / 2 / np.pi)}


def solved(circuit, method="gksl", **settings):
    settings = {"duration": "1 ns", "save_every": "0.1 ns", "drives": TONE} | settings
    return compile_run(qs.Run(circuit=circuit, method=method, classical=False, **settings)).solve()


def spread(solution):
    return np.asarray(solution.voltage_std)[:, 0]


def in_the_lab(levels, energy, conductance, memory, rate, start, times):
    """dρ/dt = −i[H(t), ρ]/ħ + κ(x)(…) with QuTiP's superoperators, dx/dt = rate(⟨a⟩): scipy, tolerance 1e-10.

    Lab frame, fixed Fock space, cosine taken in a space three times as large. Returns ⟨V⟩, ⟨V²⟩ and x at `times`.
    """
    a = qutip.destroy(levels)
    wide = qutip.destroy(3 * levels)
    phase = PHI_ZPF / phi0 * (wide + wide.dag())
    cosine = (-energy / hbar * (phase.cosm() + phase**2 / 2)).full()[:levels, :levels]
    free = qutip.liouvillian(OMEGA * a.dag() * a + qutip.Qobj(cosine)).full()
    drive = qutip.liouvillian(-PHI_ZPF / hbar * (a + a.dag())).full()
    quanta = 1 / np.expm1(hbar * OMEGA / (k_B * T))
    loss = ((quanta + 1) * qutip.lindblad_dissipator(a) + quanta * qutip.lindblad_dissipator(a.dag())).full() / C
    mean = qutip.operator_to_vector(a.dag()).full().ravel().conj()

    def flow(t, y):
        current = 3e-9 * np.sin(OMEGA * t)
        rho = y[:-1]
        d_rho = free @ rho + current * (drive @ rho) + conductance(y[-1].real) * (loss @ rho)
        return np.append(d_rho, rate(mean @ rho))

    begin = np.append(qutip.operator_to_vector(start(levels)).full().ravel(), memory)
    found = solve_ivp(flow, (0, times[-1]), begin.astype(complex), "DOP853", times, rtol=1e-9, atol=1e-11).y
    voltage = -1j * V_ZPF * (a - a.dag())
    states = [qutip.vector_to_operator(qutip.Qobj(r[:, None], dims=[a.dims, [1]])) for r in found[:-1].T]
    first, second = (np.array([qutip.expect(o, s) for s in states]).real for o in (voltage, voltage * voltage))
    return first, second, found[-1].real


def compared(solution, first, second):
    """Relative errors of ⟨V⟩ and ⟨V²⟩, of their own largest values."""
    v = np.asarray(solution.voltage)[:, 0]
    power = v**2 + spread(solution) ** 2
    return np.max(np.abs(v - first)) / np.max(np.abs(first)), np.max(np.abs(power - second)) / np.max(second)


def test_a_linear_neuron_has_the_moments_of_its_gaussian_state():
    """⟨V⟩, σ_V, spikes and the thermal swap of a `zero` reset: Fock space against closed moments."""
    neuron = qs.Neuron("m", membrane="envelope", v_threshold="12 uV", t_ref="0.15 ns")
    fock, gauss = (solved(LINEAR, method, neuron=neuron) for method in ("gksl", "moments"))
    count = int(gauss.spike_count[0])
    assert count >= 1
    assert int(fock.spike_count[0]) == count
    np.testing.assert_allclose(fock.spike_time[:count], gauss.spike_time[:count], rtol=1e-7)
    np.testing.assert_allclose(fock.voltage, gauss.voltage, atol=1e-6 * 12e-6)
    np.testing.assert_allclose(spread(fock), spread(gauss), rtol=1e-6)


@pytest.mark.parametrize(
    ("initial", "start"),
    [
        ({"state": "vacuum"}, lambda n: qutip.fock_dm(n, 0)),
        ({"state": "fock", "n": 1}, lambda n: qutip.fock_dm(n, 1)),
        (
            {"state": "cat", "alpha": 1.2, "parity": "odd"},
            lambda n: (
                (qutip.coherent(n, 1.2, method="analytic") - qutip.coherent(n, -1.2, method="analytic")).unit().proj()
            ),
        ),
    ],
)
def test_a_driven_junction_is_that_of_qutip_in_the_lab_frame(initial, start):
    """⟨V⟩ and ⟨V²⟩ within 1e-5. Catches a rotating-wave approximation, and a displaced cosine with a wrong phase."""
    s = solved(JUNCTION.format(leak="R1 m 0 20kohm T=20mK"), initial=initial, duration="0.6 ns", save_every="50 ps")
    energy = phi0**2 / 40e-9
    first, second, _ = in_the_lab(26, energy, lambda x: 5e-5, 0.0, lambda a: 0.0, start, np.asarray(s.time))
    assert max(compared(s, first, second)) < 1e-5


def test_a_memory_driven_by_the_state_follows_it():
    """A memristor that senses the envelope, dx/dt = 2|⟨a⟩|V_zpf: x, ⟨V⟩ and ⟨V²⟩ with state feedback within 1e-5.

    Catches a memory that moves the leak a step late, and κ = W/2C.
    """
    leak = "MEM1 m 0 model=sigmoid R_on=3kohm R_off=30kohm phi_c=2fWb phi_s=0.5fWb senses=envelope T=20mK"
    s = solved(JUNCTION.format(leak=leak), initial={"state": "vacuum"}, duration="0.8 ns", save_every="50 ps")
    low, high = 1 / 30e3, 1 / 3e3

    def conductance(x):
        return low + (high - low) / (1 + np.exp(-(x - 2e-15) / 0.5e-15))

    def rate(mean):
        return 2 * abs(mean) * V_ZPF

    energy, times = phi0**2 / 40e-9, np.asarray(s.time)
    vacuum = qutip.fock_dm(26, 0)
    first, second, x = in_the_lab(26, energy, conductance, 0.0, rate, lambda n: vacuum, times)
    assert conductance(x[-1]) > 3 * low
    assert np.max(np.abs(np.asarray(s.memory)[:, 0] - x)) < 1e-5 * np.max(x)
    assert max(compared(s, first, second)) < 1e-5


def test_a_memory_driven_by_the_state_is_that_of_qutips_own_feedback():
    """A Kerr neuron from a displaced cat against QuTiP's MESolver.ExpectFeedback: ⟨a⟩, ⟨a²⟩, ⟨a†a⟩ and x within 1e-5.

    QuTiP carries x as the population of a level beside the oscillator's. Catches a memory that sees ⟨a⟩ a step late.
    """
    small = replace(K.shortened(0.1), displacement=0.1 * K.displacement, cat=0.4 * K.cat, amplitude=0.1 * K.amplitude)
    problem = replace(small, phi_c=0.02 * K.phi_c, phi_s=0.02 * K.phi_s)
    peer = fock(problem.scaled(), levels=24, frame="rotating", solver="adams", rtol=1e-9)()
    found = observed(problem, compile_run(problem.run()).solve())
    assert problem.scaled().kappa(peer.memory[-1]) > 1.5 * problem.scaled().kappa(peer.memory[0])
    assert found.error(peer) < 1e-5


def test_a_truncation_that_is_too_small_is_refused_or_grown():
    """Four levels cannot hold an odd cat of α = 2: given by hand it is an error, left to itself it grows."""
    circuit = JUNCTION.format(leak="R1 m 0 20kohm T=20mK")
    common = {
        "circuit": circuit,
        "drives": TONE,
        "method": "gksl",
        "duration": "20 ps",
        "save_every": "10 ps",
        "initial": {"state": "cat", "alpha": 2.0, "parity": "odd"},
        "classical": False,
    }
    with pytest.raises(qs.ConvergenceError, match="truncation = 4"):
        qs.run(qs.Run(truncation=4, **common))


def test_a_gksl_result_says_how_healthy_its_state_is():
    """Trace, positivity and top-level population are measured along the run."""
    s = solved(JUNCTION.format(leak="R1 m 0 20kohm T=20mK"), duration="0.3 ns")
    assert abs(float(s.diagnostics["trace_error"])) < 1e-9
    assert float(s.diagnostics["smallest_eigenvalue"]) > -1e-9
    assert float(s.diagnostics["top_level_population"]) < 1e-6
