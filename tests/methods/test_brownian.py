"""Quantum Brownian motion against moments, closed forms, and QuTiP's matrices in the laboratory frame."""

import numpy as np
import pytest
import qutip
from scipy.integrate import solve_ivp

import brownian_units as units
import quspike as qs
from brownian_units import Oscillator, central, means_and_spread, memristor, resistor, resonator, sigmoid, solve
from quspike.constants import hbar, phi0
from quspike.errors import InputError

LAW = {"off": 0.02, "on": 0.1, "centre": 0.5, "width": 0.5}


def linear_flow(lines, c):
    """d/dt of ⟨φ⟩, ⟨q⟩ and σ of ħ = C = L = 1 with lines (W, kT), as drift A and diffusion D of a Gaussian."""
    friction = sum(w for w, _ in lines)
    drift = np.array([[0, 1], [-1, -friction]])
    spread = np.diag([sum(2 * c * w / t for w, t in lines), sum(2 * w * t for w, t in lines)])
    return drift, spread


@pytest.mark.parametrize(("diffusion", "c"), [("minimal", 1 / 16), ("next_order", 1 / 12)])
def test_a_linear_circuit_has_the_means_and_the_covariance_of_two_lines_at_two_temperatures(diffusion, c):
    """dσ/dt = Aσ + σAᵀ + D with D_φφ = Σ2cħ²W/kTC², D_qq = Σ2kTW, from a vacuum that is squeezed by nothing.

    Catches: friction of half its size, 1/8 for 1/16, a dissipator at another one's temperature, a chirp's sign.
    """
    lines = [(0.3, 0.6), (0.1, 2.0)]
    circuit = resonator(resistor(*lines[0]), resistor(*lines[1], name="R2"))
    found = means_and_spread(
        solve(
            circuit,
            8.0,
            initial={"state": "coherent", "alpha": 1.5 + 0.5j},
            diffusion=diffusion,
            dt=1 / 48 / units.OMEGA,
        )
    )
    drift, spread = linear_flow(lines, c)

    def flow(t, y):
        mean, sigma = y[:2], y[[2, 3, 3, 4]].reshape(2, 2)
        moved = drift @ sigma + sigma @ drift.T + spread
        return [*(drift @ mean), moved[0, 0], moved[0, 1], moved[1, 1]]

    start = [1.5 * 2**0.5, 0.5 * 2**0.5, 0.5, 0, 0.5]
    exact = solve_ivp(flow, (0, 8), start, "DOP853", np.linspace(0, 8, 61), rtol=1e-11, atol=1e-12).y
    np.testing.assert_allclose(found, exact, atol=1e-8)


def test_a_spiking_baseband_membrane_is_that_of_moments():
    """Mean-field memory: spikes, means and covariance of the adapting neuron, whose flux spreads by 300 quanta.

    Catches: a frame that does not follow the width, a `zero` reset that keeps the charge, a release without a smear.
    """
    circuit = (
        "C1 m 0 100fF\nMEM1 0 m model=sigmoid R_on=10kohm R_off=100kohm phi_c=0.3pWb phi_s=0.4pWb T=20mK\nI1 0 m i"
    )
    settings = {
        "neuron": qs.Neuron("m", v_threshold="20 uV", t_ref="2 ns", v_reset="1 uV"),
        "drives": {"i": qs.Step("1.2 nA", start="2 ns")}, "duration": "25 ns", "save": {"covariance": True},
    }  # fmt: skip
    ours, gauss = (
        qs.compile(qs.Run(circuit=circuit, method=method, classical=False, **settings)).solve()
        for method in ("brownian", "moments")
    )
    count = int(gauss.spike_count[0])
    assert int(ours.spike_count[0]) == count > 2
    np.testing.assert_allclose(ours.spike_time[:count], gauss.spike_time[:count], rtol=1e-9)
    for name in ("voltage", "voltage_std", "flux", "memristance", "memory", "memristor_current"):
        expected = np.asarray(getattr(gauss, name))
        np.testing.assert_allclose(getattr(ours, name), expected, atol=1e-8 * np.abs(expected).max(), err_msg=name)
    for name in ("flux_variance", "flux_charge_covariance", "charge_variance"):
        expected = np.asarray(gauss.extra[name])
        np.testing.assert_allclose(ours.extra[name], expected, atol=1e-8 * np.abs(expected).max(), err_msg=name)


def test_an_operator_memristance_is_that_of_qutip():
    """W(φ̂) through G(φ̂) = ∫√W dφ, driven, beside a resistor: means, covariance, ½⟨{W, V}⟩ and ⟨W⟩.

    Catches: Ġ without its symmetric order, {G, Ġ}/4 left out, W(⟨φ⟩) for ⟨W⟩, a polarity, the current's covariance.
    """
    kT, times = 0.7, np.linspace(0, 12, 25)
    turned = memristor(**LAW, kT=kT).replace("m 0", "0 m")  # x = −φ
    circuit = resonator(turned, resistor(0.03, 1.1))
    ours = solve(
        circuit, 12.0, 24, amplitude=0.3, frequency=0.9, memory="operator", truncation=40,
        initial={"state": "coherent", "alpha": 1.0 + 0.0j}, dt=1 / 32 / units.OMEGA,
    )  # fmt: skip
    o = Oscillator(45)
    law = sigmoid(*LAW.values())

    def conductance(u):
        return law(-u)

    jump, shift = o.line(conductance, kT)
    other, other_shift = o.line(lambda u: 0.03, 1.1)
    free = o.cut((o.p @ o.p + o.x @ o.x) / 2 + shift + other_shift)
    w = o.of_position(conductance)
    hamiltonian = [free, [-o.cut(o.x), lambda t: 0.3 * np.sin(0.9 * t)]]
    found = o.run(
        hamiltonian, [o.cut(jump), o.cut(other)], qutip.coherent_dm(45, 1.0), times,
        [o.cut(w), o.cut((w @ o.p + o.p @ w) / 2)], matrix_form=True,
    )  # fmt: skip
    np.testing.assert_allclose(means_and_spread(ours), central(found), atol=3e-7)
    np.testing.assert_allclose(units.IMPEDANCE / np.asarray(ours.memristance)[:, 0], found[5], atol=1e-7)
    current = -np.asarray(ours.memristor_current)[:, 0] * units.IMPEDANCE / units.VOLTAGE  # counted from n+ to n−
    np.testing.assert_allclose(current, found[6], atol=1e-7)


def test_a_junction_and_a_memory_that_the_mean_drives_are_qutips_with_feedback():
    """cos(φ̂/φ0) kept whole, W(x0 + ⟨φ⟩) fed back by MESolver.ExpectFeedback, from one quantum.

    Catches: the junction's sign, its energy counted twice in L, W at another memory, a Fock state of another parity.
    """
    kT, energy, times = 0.6, 1.2, np.linspace(0, 3, 7)
    eta = units.FLUX / phi0
    junction = f"JJ1 m 0 EJ={energy * hbar * units.OMEGA!r}J"
    ours = solve(
        resonator(memristor(**LAW, kT=kT), junction), 3.0, 6, amplitude=0.5, frequency=1.1, truncation=36,
        initial={"state": "fock", "n": 1}, dt=1 / 64 / units.OMEGA,
    )  # fmt: skip
    o = Oscillator(30)
    line, shift = o.line(lambda u: 1.0, kT)
    x = o.cut(o.x)
    feedback = {"phi": qutip.MESolver.ExpectFeedback(x, default=0.0)}
    conductance = sigmoid(*LAW.values())

    def leak(t, phi):
        return conductance(np.real(phi))

    cosine = o.of_position(lambda u: -energy * np.cos(eta * u))
    free = qutip.liouvillian(o.cut((o.p @ o.p + o.x @ o.x) / 2 + cosine))
    lost = qutip.lindblad_dissipator(o.cut(line)) + qutip.liouvillian(o.cut(shift))
    generator = qutip.QobjEvo(
        [free, [qutip.liouvillian(-x), lambda t: 0.5 * np.sin(1.1 * t)], [lost, leak]], args=feedback
    )
    omega = (1 + energy * eta**2) ** 0.5  # of the mode, whose quantum is the first state
    squeeze = qutip.squeeze(70, 0.5 * np.log(omega)).full()[:30, 1]
    rho = qutip.ket2dm(qutip.Qobj(squeeze))
    found = o.run(generator, [], rho, times)
    np.testing.assert_allclose(means_and_spread(ours), central(found), atol=3e-6)


@pytest.mark.parametrize("reset", ["zero", "subtract"])
def test_a_resonator_spikes_like_the_classical_neuron_and_is_left_thermal_or_displaced(reset):
    """A linear circuit's means are classical; `zero` leaves σ_V = V_zpf√(2n̄ + 1), `subtract` leaves it as it was.

    Catches: a swap with the vacuum, a loss that goes on in the hold, a displacement of ρ′ beside that of the mean.
    """
    circuit = resonator(resistor(0.1, 0.8), "I1 0 m tone")
    neuron = qs.Neuron(
        "m", v_threshold=f"{0.8 * units.VOLTAGE!r} V", v_reset=f"{0.1 * units.VOLTAGE!r} V",
        t_ref=f"{0.5 / units.OMEGA!r} s", reset=reset,
    )  # fmt: skip
    tone = qs.Sine(f"{0.5 * units.CHARGE * units.OMEGA!r} A", frequency=units.OMEGA / 2 / np.pi)
    ours, exact = (
        qs.compile(
            qs.Run(circuit=circuit, method=method, neuron=neuron, drives={"tone": tone}, classical=False,
                   duration=12 / units.OMEGA, save_every=0.25 / units.OMEGA, dt=1 / 40 / units.OMEGA,
                   initial={"state": "coherent", "alpha": 0.1 + 0.0j} if method == "brownian" else
                   {"flux": 0.2 / 2**0.5 * units.FLUX})
        ).solve()
        for method in ("brownian", "classical")
    )  # fmt: skip
    count = int(exact.spike_count[0])
    assert int(ours.spike_count[0]) == count >= 1
    np.testing.assert_allclose(ours.spike_time[:count], exact.spike_time[:count], rtol=1e-8)
    np.testing.assert_allclose(ours.voltage, exact.voltage, atol=1e-8 * units.VOLTAGE)
    variance = (np.asarray(ours.voltage_std)[:, 0] / units.VOLTAGE) ** 2
    after = np.searchsorted(np.asarray(ours.time), float(exact.spike_time[0]))
    thermal = 0.5 / np.tanh(0.5 / 0.8)
    assert (variance[after] == pytest.approx(thermal, rel=1e-9)) == (reset == "zero")
    assert 0.5 < variance[after] <= thermal * (1 + 1e-9)


def test_a_saved_state_is_the_fock_state_that_it_was_told_to_be_and_turns_with_the_mode():
    """D(α)|2⟩ without a leak to speak of: ρ = |2⟩⟨2| about its mean in the frame at ω0, and ⟨a⟩ stands still.

    Catches: a state in the laboratory frame, ℓ = φ_zpf for √2 φ_zpf, amplitudes of another sign of ω0.
    """
    start = {"state": "fock", "n": 2, "displacement": 0.6 - 0.3j}
    found = solve(resonator(resistor(1e-9, 1.0)), 2.0, 4, initial=start, save={"states": True}, truncation=26)
    expected = np.zeros((40, 40))
    expected[2, 2] = 1
    np.testing.assert_allclose(found.extra["states"], np.broadcast_to(expected, (5, 40, 40)), atol=1e-6)
    np.testing.assert_allclose(found.extra["amplitude"], np.full((5, 1), 0.6 - 0.3j), atol=1e-6)


@pytest.mark.parametrize(
    ("leak", "words"),
    [
        ("MEM1 m 0 model=hp T=50mK", "no function of the flux .*sigmoid"),
        ("MEM1 m 0 model=sigmoid T=50mK senses=envelope", "senses must be voltage"),
    ],
)
def test_an_operator_memory_is_refused_where_no_function_of_the_flux_is_the_coupling(leak, words):
    """Catches: an operator memory that is quietly a mean field."""
    with pytest.raises(InputError, match=words):
        qs.compile(qs.Run(circuit=resonator(leak), method="brownian", memory="operator", duration="1 ns"))
