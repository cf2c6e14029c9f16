"""Coupled oscillators in Fock space: one node as a special case, two against QuTiP's operators in the lab frame."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import qutip
from scipy.integrate import solve_ivp

import quspike as qs
from quspike.constants import hbar, k_B, phi0
from quspike.kernel import coupled_fock as fock
from quspike.quantize import system as systems
from quspike.run import compile as compiling
from quspike.run.compile import compile_run

OMEGA = 1 / np.sqrt(1e-8 * 1e-13)
TONE = {"tone": qs.Sine("12 nA", frequency=OMEGA / 2 / np.pi)}
JUNCTION = "C1 m 0 100fF\nL1 m 0 13.333333333333334nH\nJJ1 m 0 Lj=40nH\n{leak}\nI1 0 m tone"
MEMRISTOR = "MEM1 m 0 model=sigmoid R_on=3kohm R_off=30kohm phi_c=4fWb phi_s=1fWb senses=envelope T=150mK"


def problem(circuit, **settings):
    settings = {"duration": "0.5 ns", "save_every": "50 ps", "drives": TONE, "save": {"covariance": True}} | settings
    return compile_run(qs.Run(circuit=circuit, method="gksl", classical=False, **settings))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("leak", "neuron"),
    [
        ("R1 m 0 20kohm T=150mK", {"membrane": "envelope", "reset": "zero"}),
        (MEMRISTOR, {"membrane": "quadrature", "quadrature_phase": 3.0, "reset": "subtract"}),
    ],
)
def test_one_oscillator_is_a_circuit_of_several(monkeypatch, leak, neuron):
    """The complex algebra of products against the packed one of a single mode: spikes, memory, ⟨V⟩, σ_V.

    Catches a junction's force counted twice, n̄ for n̄ + 1, a swap that forgets the displacement.
    """
    neuron = qs.Neuron("m", v_threshold="5 uV", t_ref="40 ps", **neuron)
    own = problem(JUNCTION.format(leak=leak), neuron=neuron)
    monkeypatch.setattr(compiling, "reduce_circuit", lambda given, nodes: systems._system(given, nodes))
    settings = {"neuron": neuron, "truncation": own.setup.truncation, "dt": own.dt}
    general = problem(JUNCTION.format(leak=leak), **settings)
    assert general.setup.several
    one, many = own.solve(), general.solve()
    count = int(one.spike_count[0])
    assert count == int(many.spike_count[0]) > 1
    np.testing.assert_allclose(many.spike_time[:count], one.spike_time[:count], rtol=1e-9)
    for name in ("voltage", "voltage_std", "flux", "membrane", "memristance", "memory"):
        expected, found = np.asarray(getattr(one, name)), np.asarray(getattr(many, name))
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-8 * np.max(np.abs(expected), initial=0.0))


C = np.array([[110.0, -12, 0], [-12, 95, 0], [0, 0, 1]])[:2, :2] * 1e-15
L_A, L_B, L_J = 10e-9, 13e-9, 50e-9
PAIR = """
Ca a 0 98fF
Cb b 0 83fF
Cc a b 9fF
La a 0 10nH
Lb b 0 13nH
JJ1 a b Lj=50nH C=3fF
Ra a 0 4kohm T=50mK
Rc b a 12kohm T=60mK
MEM1 b 0 model=sigmoid R_on=3kohm R_off=20kohm phi_c=0.1fWb phi_s=0.03fWb senses=envelope T=50mK
I1 0 a tone
"""
LINEAR_PAIR = PAIR.replace("JJ1 a b Lj=50nH C=3fF\n", "")


def in_the_lab(levels, times):
    """The same in one fixed product space, without any frame: QuTiP's operators, scipy at 1e-9; ⟨V⟩, ⟨V²⟩ and x."""
    inverse = np.linalg.inv(C)
    bridge = np.array([[1.0, -1], [-1, 1]])
    stiffness = np.diag([1 / L_A, 1 / L_B]) + bridge / L_J
    omega = np.sqrt(np.diag(inverse) * np.diag(stiffness))
    phi_zpf = np.sqrt(hbar * np.diag(inverse) / (2 * omega))
    one, unit = qutip.destroy(levels), qutip.qeye(levels)
    a = [qutip.tensor(one, unit).full(), qutip.tensor(unit, one).full()]  # arrays: a Qobj drops what is below 1e-12
    phi = [z * (o + o.T) for z, o in zip(phi_zpf, a, strict=True)]
    q = [-1j * hbar / (2 * z) * (o - o.T) for z, o in zip(phi_zpf, a, strict=True)]
    wide = qutip.destroy(levels + 40)
    waves = [
        (1j * sign * z / phi0 * (wide + wide.dag())).expm().full()[:levels, :levels]
        for sign, z in zip((1, -1), phi_zpf, strict=True)
    ]
    wave = np.kron(*waves)
    angle = (phi[0] - phi[1]) / phi0
    energy = phi0**2 / L_J
    h = sum(hbar * w * o.T @ o for w, o in zip(omega, a, strict=True))
    h = h + inverse[0, 1] * q[0] @ q[1] + stiffness[0, 1] * phi[0] @ phi[1]
    h = (h - energy * (0.5 * (wave + wave.conj().T) + 0.5 * angle @ angle)) / hbar
    drive = -4e-9 * phi[0] / hbar
    lower = a
    branches, temperatures = [(1, 0), (-1, 1), (0, 1)], [0.05, 0.06, 0.05]
    quanta = [1 / np.expm1(hbar * omega / (k_B * t)) for t in temperatures]

    def jumps(w):
        for b, n, g in zip(branches, quanta, w, strict=True):
            size = np.array(b) * np.sqrt(g * np.diag(inverse))
            yield sum(s * np.sqrt(m + 1) * o for s, m, o in zip(size, n, lower, strict=True))
            yield sum(s * np.sqrt(m) * o.conj().T for s, m, o in zip(size, n, lower, strict=True))

    def memristance(x):
        return 1 / 20e3 + (1 / 3e3 - 1 / 20e3) / (1 + np.exp(-(x - 0.1e-15) / 0.03e-15))

    q_zpf = hbar / (2 * phi_zpf)

    def flow(t, y):
        rho, x = y[:-1].reshape(levels**2, levels**2), y[-1].real
        half = -1j * (h + np.sin(OMEGA * t) * drive) @ rho
        for jump in jumps([1 / 4e3, 1 / 12e3, memristance(x)]):
            half = half + 0.5 * jump @ rho @ jump.conj().T - 0.5 * jump.conj().T @ (jump @ rho)
        amplitudes = np.array([np.sum(rho.T * o) for o in lower])
        rate = 2 * abs(inverse[1] @ (q_zpf * amplitudes))
        return np.append((half + half.conj().T).ravel(), rate)

    warm = [1 / np.expm1(hbar * w / (k_B * 0.06)) for w in omega]
    start = qutip.tensor(*(qutip.thermal_dm(levels, n) for n in warm)).full()
    y0 = np.append(start.ravel(), 0.0).astype(complex)
    found = solve_ivp(flow, (0, times[-1]), y0, "DOP853", times, rtol=1e-7, atol=1e-9).y
    volts = [sum(inverse[k, m] * q[m] for m in range(2)) for k in range(2)]
    states = [column.reshape(levels**2, -1) for column in found[:-1].T]
    first = np.array([[np.sum(s.T * v).real for v in volts] for s in states])
    second = np.array([[np.sum(s.T * (v @ v)).real for v in volts] for s in states])
    return first, second, found[-1].real


@pytest.mark.slow
def test_two_coupled_nodes_are_those_of_qutip_in_the_lab_frame():
    """A junction and a resistor between two driven oscillators, a memristor driven by the state: ⟨V⟩, ⟨V²⟩ of both
    nodes and x within 1e-5. Catches a rotating-wave coupling, independent damping by a shared resistor, E_kl for C_kl.
    """
    tone = {"tone": qs.Sine("4 nA", frequency=OMEGA / 2 / np.pi)}
    s = problem(PAIR, duration="0.3 ns", save_every="50 ps", truncation=7, drives=tone).solve()
    first, second, x = in_the_lab(9, np.asarray(s.time))
    v = np.asarray(s.voltage)
    power = v**2 + np.asarray(s.voltage_std) ** 2
    assert np.max(np.abs(v[:, 1])) > 0.05 * np.max(np.abs(v[:, 0]))
    assert np.max(np.abs(np.asarray(s.memory)[:, 0] - x)) < 1e-5 * np.max(x)
    np.testing.assert_allclose(v, first, rtol=0, atol=1e-5 * np.max(np.abs(first)))
    np.testing.assert_allclose(power, second, rtol=0, atol=1e-5 * np.max(second))


def test_a_swap_with_a_thermal_oscillator_is_a_partial_trace():
    """Of three entangled oscillators the middle one is replaced: QuTiP's ptrace, then a tensor product."""
    rho = qutip.rand_dm([3, 3, 3], seed=1)
    fresh = qutip.Qobj(np.diag(np.array([1.0, 0.3, 0.09]) / 1.39))
    rest = rho.ptrace([0, 2])
    expected = qutip.tensor(rest, fresh).permute([0, 2, 1]).full()
    found = fock.replaced(jnp.asarray(rho.full()), 1, 3, jnp.asarray(0.3 / 0.7))
    np.testing.assert_allclose(found, expected, atol=1e-14)


TWO_NEURONS = {
    "a": qs.Neuron("a", membrane="envelope", v_threshold="10 uV", t_ref="60 ps"),
    "b": qs.Neuron("b", membrane="envelope", v_threshold="30 uV"),
}


def driven_pair(duration):
    return problem(LINEAR_PAIR, neurons=TWO_NEURONS, duration=duration, truncation=5)


def test_a_spike_of_one_oscillator_leaves_the_other_where_it_is():
    """Two neurons, one driven: it fires and is swapped, the neighbour keeps what it was given; ρ stays a state."""
    s = driven_pair("0.4 ns").solve()
    assert int(s.spike_count[0]) > 0
    assert int(s.spike_count[1]) == 0
    assert float(s.diagnostics["smallest_eigenvalue"]) > -1e-8
    assert abs(float(s.diagnostics["trace_error"])) < 1e-9
    after = np.asarray(s.time) > float(s.spike_time[0])
    assert np.min(np.asarray(s.membrane)[after, 1]) > 1e-6


@pytest.mark.slow
def test_a_spike_time_of_coupled_oscillators_has_its_derivative():
    """d t_s/dC of the capacitor between two oscillators against finite differences."""
    p = driven_pair("0.3 ns")

    def fires(c):
        elements = dict(p.params["elements"]) | {"Cc": {"C": c}}
        return p.solve(dict(p.params) | {"elements": elements}).spike_time[0]

    step = 9e-15 * 1e-4
    numeric = float(fires(9e-15 + step) - fires(9e-15 - step)) / (2 * step)
    assert float(jax.grad(fires)(9e-15)) == pytest.approx(numeric, rel=1e-5)


@pytest.mark.parametrize(
    ("change", "settings", "message"),
    [
        (("La a 0 10nH\n", ""), {}, "node . must have an inductor"),
        (None, {"neuron": qs.Neuron("a", v_threshold="1 uV")}, "membrane must be envelope or quadrature"),
        (None, {"nonlinearity": "kerr"}, "nonlinearity must be full"),
        (None, {"save": {"states": True}}, "states must be false"),
    ],
)
def test_what_coupled_oscillators_cannot_do_is_refused_by_name(change, settings, message):
    with pytest.raises(qs.InputError, match=message):
        problem(LINEAR_PAIR.replace(*change) if change else LINEAR_PAIR, **settings)
