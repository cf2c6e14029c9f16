"""Circuits of several nodes: one node as a special case, Kirchhoff by scipy, covariances in closed form, spikes that
reach their neighbours."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.linalg import expm, solve_continuous_lyapunov

import quspike as qs
from quspike.constants import hbar, k_B, phi0
from quspike.quantize import system as systems
from quspike.quantize.membrane import reduce_to_membrane
from quspike.run import compile as compiling
from quspike.run.compile import compile_run

T = 0.02
PAIR = """
Ca a 0 100fF
Cb b 0 60fF
Cc a b 20fF
MEMa a 0 model=sigmoid R_on=10kohm R_off=100kohm phi_c=0.15pWb phi_s=0.04pWb T=20mK
Rb b 0 30kohm T=20mK
Rc b a 50kohm T=20mK
Ia 0 a first
Ib 0 b second
"""
DRIVES = {"first": qs.Step("0.6 nA", start="1 ns"), "second": qs.Sine("1 nA", frequency="50 MHz")}


def problem(circuit, method="classical", **settings):
    settings = {"duration": "20 ns", "save_every": "0.5 ns", "save": {"covariance": method != "classical"}} | settings
    return compile_run(qs.Run(circuit=circuit, method=method, classical=False, **settings))


def as_network(monkeypatch, circuit, **settings):
    """The same run with its one node taken for a circuit of several."""
    monkeypatch.setattr(compiling, "reduce_circuit", lambda given, nodes: systems._system(given, nodes))
    return problem(circuit, **settings)


ONE_NODE = {
    "adapting": (
        "C1 m 0 100fF\nI1 0 m input\n"
        "MEM1 0 m model=sigmoid R_on=100kohm R_off=10kohm phi_c=-0.2pWb phi_s=0.05pWb T=20mK",
        {"neuron": qs.Neuron("m", v_threshold="20 uV", t_ref="0.7 ns"), "drives": {"input": qs.Step("1.8 nA")}},
    ),
    "subtract, gate": (
        "C1 m 0 90fF\nCg m g 10fF\nV1 g 0 gate\nR1 m 0 50kohm T=20mK\nMEM1 m 0 model=hp T=20mK\nI1 0 m input",
        {
            "neuron": qs.Neuron("m", v_threshold="10 uV", v_reset="2 uV", t_ref="0.3 ns", reset="subtract"),
            "drives": {"input": qs.Step("2 nA"), "gate": qs.Sine("20 uV", frequency="300 MHz")},
        },
    ),
    "zero, gate": (
        "C1 m 0 90fF\nCg m g 10fF\nV1 g 0 gate\nR1 m 0 50kohm T=20mK\nI1 0 m input",
        {
            "neuron": qs.Neuron("m", v_threshold="10 uV", v_reset="-2 uV", t_ref="0.3 ns", reset_std="0.5 uV"),
            "drives": {"input": qs.Step("0.9 nA"), "gate": qs.Sine("20 uV", frequency="300 MHz")},
        },
    ),
}


@pytest.mark.parametrize("method", ["classical", "moments"])
@pytest.mark.parametrize("name", ONE_NODE)
def test_one_node_is_a_circuit_of_several(monkeypatch, name, method):
    """Two implementations, one physics: voltages, memory, spikes, covariance. Catches the sign of a gate or of a
    reversed memristor, a hold that leaks, flux noise that the release forgets, kT/C of the node's own capacitor alone.
    """
    circuit, settings = ONE_NODE[name]
    own = problem(circuit, method=method, **settings)
    general = as_network(monkeypatch, circuit, method=method, dt=own.dt, **settings)
    assert general.setup.several
    one, many = own.solve(), general.solve()
    count = int(one.spike_count[0])
    assert count == int(many.spike_count[0]) > 3
    np.testing.assert_allclose(many.spike_time[:count], one.spike_time[:count], rtol=1e-10)
    names = ["voltage", "flux", "membrane", "memory", "memristance", "memristor_current", "input_current"]
    for field in [*names, "voltage_std"]:
        expected, found = np.asarray(getattr(one, field)), np.asarray(getattr(many, field))
        scale = np.max(np.abs(expected), initial=0.0)
        np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-9 * scale, err_msg=field)
    if method == "moments":
        for field in ("flux_variance", "flux_charge_covariance", "charge_variance"):
            expected = np.asarray(one.extra[field])
            np.testing.assert_allclose(
                many.extra[field], expected, rtol=1e-8, atol=1e-9 * np.max(np.abs(expected)), err_msg=field
            )


def test_currents_of_a_circuit_obey_kirchhoffs_laws():
    """Three nodes, coils with mutual inductance, a junction, a gate and a memristor between nodes, against scipy on the
    node equations written out. Catches a mutual inductance in 1/L, a junction's sign, a gate's charge.
    """
    circuit = """
    Ca a 0 100fF
    Cb b 0 60fF
    Cc c 0 80fF
    Cab a b 20fF
    Cg c g 15fF
    V1 g 0 gate
    La a 0 20nH
    Lb b 0 30nH
    K1 La Lb k=0.4
    JJ1 b c Ic=10nA C=5fF
    MEM1 c a model=sigmoid R_on=2kohm R_off=20kohm phi_c=0.05fWb phi_s=0.1fWb
    Ra a 0 5kohm
    I1 0 a input
    """
    drives = {"input": qs.Sine("8 nA", frequency="1 GHz"), "gate": qs.Sine("50 uV", frequency="0.7 GHz")}
    s = problem(circuit, drives=drives, duration="4 ns", save_every="0.1 ns").solve()
    c = np.array([[120.0, -20, 0], [-20, 85, -5], [0, -5, 100]]) * 1e-15
    mutual = 0.4 * np.sqrt(20e-9 * 30e-9)
    stiffness = np.zeros((3, 3))
    stiffness[:2, :2] = np.linalg.inv([[20e-9, mutual], [mutual, 30e-9]])

    def conductance(x):
        return 1 / 20e3 + (1 / 2e3 - 1 / 20e3) / (1 + np.exp(-(x - 0.05e-15) / 0.1e-15))

    def flow(t, y):
        flux, v, x = y[:3] * 1e-15, y[3:6] * 1e-6, y[6] * 1e-15
        through = conductance(x) * (v[2] - v[0])
        tunnelled = 10e-9 * np.sin((flux[1] - flux[2]) / phi0)
        arriving = -stiffness @ flux
        arriving += [8e-9 * np.sin(2e9 * np.pi * t) - v[0] / 5e3 + through, -tunnelled, tunnelled - through]
        arriving[2] += 15e-15 * 50e-6 * 1.4e9 * np.pi * np.cos(1.4e9 * np.pi * t)
        return np.concatenate([v * 1e15, np.linalg.solve(c, arriving) * 1e6, [(v[2] - v[0]) * 1e15]])

    times = np.asarray(s.time)
    exact = solve_ivp(flow, (0, times[-1]), np.zeros(7), "DOP853", times, rtol=1e-10, atol=1e-10, max_step=2e-11).y
    v, phi = np.asarray(s.voltage).T * 1e6, np.asarray(s.flux).T * 1e15
    assert np.ptp(exact[6]) > 0.3  # the memristor moves
    np.testing.assert_allclose(v, exact[3:6], rtol=0, atol=2e-7 * np.max(np.abs(exact[3:6])))
    np.testing.assert_allclose(phi, exact[:3], rtol=0, atol=2e-7 * np.max(np.abs(exact[:3])))


def linear(temperatures=(0.02, 0.1)):
    """Two RC nodes that a capacitor and a resistor couple; C, G, heat and netlist."""
    netlist = (
        f"Ca a 0 100fF\nCb b 0 60fF\nCc a b 20fF\nRa a 0 20kohm T={temperatures[0]}K\n"
        f"Rb b 0 30kohm T={temperatures[1]}K\nRc a b 40kohm T={temperatures[1]}K"
    )
    c = np.array([[120.0, -20], [-20, 80]]) * 1e-15
    g = [1 / 20e3, 1 / 30e3, 1 / 40e3]
    branches = [np.array([1.0, 0]), np.array([0, 1.0]), np.array([1.0, -1.0])]
    heat = [temperatures[0], temperatures[1], temperatures[1]]
    leak = sum(w * np.outer(b, b) for w, b in zip(g, branches, strict=True))
    noise = sum(2 * k_B * t * w * np.outer(b, b) for t, w, b in zip(heat, g, branches, strict=True))
    return netlist, c, leak, noise


def test_equilibrium_noise_of_coupled_nodes_is_kt_over_c():
    """⟨VVᵀ⟩ = kT C⁻¹ if all is at one temperature, whatever the resistors. Catches noise without its correlations."""
    netlist, c, _, _ = linear((T, T))
    s = problem(netlist, method="moments").solve()
    expected = np.sqrt(k_B * T * np.diag(np.linalg.inv(c)))
    np.testing.assert_allclose(np.asarray(s.voltage_std), np.tile(expected, (len(s.time), 1)), rtol=1e-9)


def test_noise_of_two_temperatures_settles_where_lyapunov_says():
    """From kT C⁻¹ at the hotter one, along e^{At}, to the steady state that heat flows through. Catches the hotter
    temperature for all, a factor 2 in a bridge's noise, noise that relaxes at half the rate.
    """
    netlist, c, leak, noise = linear()
    s = problem(netlist, method="moments", duration="8 ns").solve()
    drift = -leak @ np.linalg.inv(c)
    steady, start = solve_continuous_lyapunov(drift, -noise), k_B * 0.1 * c
    inverse = np.linalg.inv(c)
    for t, found in zip(np.asarray(s.time), np.asarray(s.voltage_std), strict=True):
        turn = expm(drift * t)
        charges = steady + turn @ (start - steady) @ turn.T
        np.testing.assert_allclose(found**2, np.diag(inverse @ charges @ inverse), rtol=1e-8)
    assert np.all(found**2 < 0.98 * k_B * 0.1 * np.diag(inverse))
    assert found[0] ** 2 < 0.6 * k_B * 0.1 * inverse[0, 0]


def test_flux_noise_of_coupled_nodes_keeps_the_uncertainty_relation():
    """d²Var φ/dt² and the ħ²W/8kT term: σ_φφ(t) against a matrix exponential of the whole (φ, q) system."""
    netlist, c, leak, noise = linear()
    s = problem(netlist, method="moments", duration="8 ns").solve()
    inverse, zero = np.linalg.inv(c), np.zeros((2, 2))
    heat = {"a": 0.02, "b": 0.1}
    g = [(1 / 20e3, heat["a"], [1, 0]), (1 / 30e3, heat["b"], [0, 1]), (1 / 40e3, heat["b"], [1, -1])]
    kicks = sum(hbar**2 * w / (8 * k_B * t) * inverse @ np.outer(b, b) @ inverse for w, t, b in g)
    drift = np.block([[zero, inverse], [zero, -leak @ inverse]])
    source = np.block([[kicks, zero], [zero, noise]])
    start = np.block([[hbar**2 / (4 * k_B * 0.1) * inverse, zero], [zero, k_B * 0.1 * c]])
    van_loan = np.block([[-drift, source], [np.zeros((4, 4)), drift.T]])
    unit = np.concatenate([np.full(2, 1e-15), np.full(2, 1e-18)])
    scale = np.outer(unit, unit)
    for t, found in zip(np.asarray(s.time)[1:], np.asarray(s.extra["flux_variance"])[1:], strict=True):
        both = np.concatenate([unit, 1 / unit])
        big = expm(van_loan / both[:, None] * both[None, :] * t)
        turn = big[4:, 4:].T
        expected = (turn @ (start / scale) @ turn.T + turn @ big[:4, 4:]) * scale
        np.testing.assert_allclose(found, np.diag(expected)[:2], rtol=1e-7)
    assert float(s.diagnostics["uncertainty_deficit"]) < 1e-9


def test_coupled_oscillators_begin_in_their_thermal_state():
    """⟨V²⟩ and ⟨φ²⟩ of two modes at ħω ~ kT, by normal modes written out here. Catches kT in place of ½ħω coth."""
    netlist = "Ca a 0 100fF\nCb b 0 50fF\nCc a b 30fF\nLa a 0 10nH\nLb b 0 20nH\nRa a 0 1Mohm T=100mK"
    c = np.array([[130.0, -30], [-30, 80]]) * 1e-15
    k = np.diag([1 / 10e-9, 1 / 20e-9])
    s = problem(netlist, method="moments", duration="1 ps", save_every="1 ps").solve()
    root = np.linalg.cholesky(np.linalg.inv(c))
    squares, vectors = np.linalg.eigh(root.T @ k @ root)
    omega, shapes = np.sqrt(squares), root @ vectors
    energy = 0.5 * hbar * omega / np.tanh(hbar * omega / (2 * k_B * 0.1))
    volts = np.linalg.inv(c) @ (c @ shapes * energy @ (c @ shapes).T) @ np.linalg.inv(c)
    fluxes = shapes * (energy / squares) @ shapes.T
    np.testing.assert_allclose(np.asarray(s.voltage_std)[0] ** 2, np.diag(volts), rtol=1e-9)
    np.testing.assert_allclose(np.asarray(s.extra["flux_variance"])[0], np.diag(fluxes), rtol=1e-9)


def test_brownian_oscillators_settle_at_kt_per_quadratic_term():
    """Far above ħω, two coupled modes at rest have ⟨φφᵀ⟩ = kT K⁻¹ to (ħω/kT)²/12. Catches half the damping."""
    netlist = "Ca a 0 1pF\nCb b 0 2pF\nCc a b 1pF\nLa a 0 20nH\nLb b 0 20nH\nRa a 0 50ohm T=0.5K\nRb b 0 50ohm T=0.5K"
    s = problem(netlist, method="moments", duration="3 ns", save_every="0.5 ns").solve()
    np.testing.assert_allclose(np.asarray(s.extra["flux_variance"])[-1], k_B * 0.5 * 20e-9, rtol=5e-3)


def test_the_mean_of_a_linear_circuit_is_the_classical_one():
    """Ehrenfest: spikes of both neurons included. Catches a covariance that acts back."""
    neurons = {
        "a": qs.Neuron("a", v_threshold="8 uV", t_ref="0.5 ns"),
        "b": qs.Neuron("b", v_threshold="7 uV", t_ref="0.4 ns", reset="subtract"),
    }
    quantum, classical = (
        problem(PAIR, method=m, neurons=neurons, drives=DRIVES).solve() for m in ("moments", "classical")
    )
    assert np.all(np.asarray(quantum.spike_count) > 2)
    np.testing.assert_array_equal(quantum.spike_neuron, classical.spike_neuron)
    np.testing.assert_allclose(quantum.spike_time, classical.spike_time, rtol=1e-12)
    np.testing.assert_allclose(quantum.voltage, classical.voltage, rtol=0, atol=1e-17)


def clamped_pair(duration):
    """PAIR with both neurons, event by event: while a is held it is a voltage source at v_reset."""
    c = np.array([[120.0, -20], [-20, 80]]) * 1e-15
    levels, rests, holds = np.array([8e-6, 7e-6]), np.array([1e-6, 0.0]), np.array([0.5e-9, 0.4e-9])

    def conductance(x):
        return 1e-5 + 9e-5 / (1 + np.exp(-(x - 0.15e-12) / 0.04e-12))

    def flow(t, y, held):
        v, x = y[:2] * 1e-6, y[2] * 1e-12
        bridge = (v[1] - v[0]) / 50e3
        first = 0.6e-9 * (t > 1e-9) * (not held[0])
        second = 1e-9 * np.sin(1e8 * np.pi * t) * (not held[1])
        arriving = np.array([first - conductance(x) * v[0] + bridge, second - v[1] / 30e3 - bridge])
        slope = np.array([0.0, arriving[1] / c[1, 1]]) if held[0] else np.linalg.solve(c, arriving)
        return np.array([slope[0] * 1e6, slope[1] * 1e6, y[0] * 1e6])

    t, y, ends, spikes = 0.0, np.zeros(3), np.zeros(2), [[], []]
    while t < duration * (1 - 1e-12):
        held = ends > t * (1 + 1e-12)
        stop = min([duration, *ends[held], *([1e-9] if t < 1e-9 * (1 - 1e-12) else [])])
        free = [k for k in range(2) if not held[k]]
        events = [lambda t, y, held, k=k: y[k] - levels[k] * 1e6 for k in free]
        for event in events:
            event.terminal, event.direction = True, 1.0
        found = solve_ivp(flow, (t, stop), y, "DOP853", args=(held,), events=events or None, rtol=1e-11, atol=1e-11,
                          max_step=5e-11)  # fmt: skip
        t, y = found.t[-1], found.y[:, -1].copy()
        for k in [k for k, at in zip(free, found.t_events or [], strict=False) if len(at)]:
            spikes[k].append(t)
            ends[k] = t + holds[k]
            if k == 0:  # charge leaves node a until it is at rest; its neighbour moves with it, unless it is held
                charge = c @ y[:2]
                shift = (rests[0] * 1e6 - y[0]) / np.linalg.inv(c)[0, 0]
                y[:2] = np.linalg.solve(c, [charge[0] + shift, charge[1]])
            elif held[0]:  # the clamp of a holds against the kick of b
                y[1] -= (levels[1] - rests[1]) * 1e6 / np.linalg.inv(c)[1, 1] / c[1, 1]
            else:
                shift = (rests[1] - levels[1]) * 1e6 / np.linalg.inv(c)[1, 1]
                y[:2] += np.linalg.inv(c)[:, 1] * shift
    return spikes


def test_a_spike_is_felt_through_what_couples_the_neurons():
    """Two neurons with a `zero` and a `subtract` reset, coupled by C, R and a common memory, against an event-driven
    solution. Catches a clamp that its neighbours do not feel, a reset that moves V and not the charge.
    """
    neurons = {
        "a": qs.Neuron("a", v_threshold="8 uV", v_reset="1 uV", t_ref="0.5 ns"),
        "b": qs.Neuron("b", v_threshold="7 uV", t_ref="0.4 ns", reset="subtract"),
    }
    s = problem(PAIR, neurons=neurons, drives=DRIVES).solve()
    expected = clamped_pair(20e-9)
    for k in range(2):
        found = np.asarray(s.spike_time)[np.asarray(s.spike_neuron) == k]
        assert len(found) == len(expected[k]) > 2
        np.testing.assert_allclose(found, expected[k], rtol=2e-6)


def test_a_zero_reset_leaves_its_node_uncorrelated_and_the_state_physical():
    """Through spikes of both neurons the hold shows reset_std, and no symplectic eigenvalue falls below ħ/2."""
    neurons = {
        "a": qs.Neuron("a", v_threshold="8 uV", t_ref="0.5 ns", reset_std="0.7 uV"),
        "b": qs.Neuron("b", v_threshold="7 uV", t_ref="0.8 ns", reset_std="0.6 uV"),
    }
    s = problem(PAIR, method="moments", neurons=neurons, drives=DRIVES, save_every="20 ps").solve()
    t, deficit = np.asarray(s.time), float(s.diagnostics["uncertainty_deficit"])
    assert deficit < 1e-7
    for k, (hold, std) in enumerate(((0.5e-9, 0.7e-6), (0.8e-9, 0.6e-6))):
        train = np.asarray(s.spike_time)[np.asarray(s.spike_neuron) == k]
        held = np.any((t[:, None] > train + 1e-12) & (t[:, None] < train + hold - 1e-12), axis=1)
        assert held.sum() > 50
        np.testing.assert_allclose(np.asarray(s.voltage_std)[held, k], std, rtol=1e-6)


@pytest.mark.slow
def test_a_spike_time_has_its_derivative_with_respect_to_the_coupling():
    """d t_s/dC of the capacitor between the neurons, through the other neuron's spikes, within 1e-6."""
    neurons = {
        "a": qs.Neuron("a", v_threshold="8 uV", t_ref="0.5 ns"),
        "b": qs.Neuron("b", v_threshold="7 uV", t_ref="0.4 ns"),
    }
    p = problem(PAIR, neurons=neurons, drives=DRIVES)

    def last(c):
        elements = dict(p.params["elements"]) | {"Cc": {"C": c}}
        return jnp.nanmax(p.solve(dict(p.params) | {"elements": elements}).spike_time)

    step = 20e-15 * 1e-5
    slope = float(jax.grad(last)(20e-15))
    numeric = float(last(20e-15 + step) - last(20e-15 - step)) / (2 * step)
    assert slope * 20e-15 > 1e-12
    assert slope == pytest.approx(numeric, rel=1e-6)


@pytest.mark.slow
def test_johnson_noise_of_coupled_nodes_has_their_equilibrium():
    """⟨V_aV_b⟩ of 4,000 trajectories against kT C⁻¹, to four standard errors. Catches noise that forgets a node."""
    netlist, c, _, _ = linear((T, T))
    p = problem(netlist, johnson_noise=True, duration="20 ns", save_every="20 ns").with_step(1e-10)
    keys = jax.random.split(jax.random.key(5), 4000)
    v = np.asarray(jax.lax.map(lambda key: p.solve(p.params, key).voltage[-1], keys))
    found, expected = v.T @ v / len(v), k_B * T * np.linalg.inv(c)
    errors = np.sqrt((expected**2 + np.outer(np.diag(expected), np.diag(expected))) / len(v))
    assert np.all(np.abs(found - expected) < 4 * errors)
    assert expected[0, 1] > 6 * errors[0, 1]


def test_a_line_without_end_is_a_resistor():
    """TL with length=inf draws V/Z0, in one node and in several."""
    drives = {"first": qs.Step("1 nA"), "second": qs.Step("0 A")}
    line = PAIR.replace("Rb b 0 30kohm T=20mK", "TL1 b 0 Z0=30kohm length=inf T=20mK")
    resistor, tied = (problem(c, drives=drives, method="moments").solve() for c in (PAIR, line))
    np.testing.assert_array_equal(resistor.voltage, tied.voltage)
    assert reduce_to_membrane(qs.Circuit("C1 m 0 1pF\nTL1 m 0 Z0=50ohm length=inf")).dissipators[0].name == "TL1"


@pytest.mark.parametrize(
    ("change", "settings", "message"),
    [
        (None, {"method": "gksl"}, "node a must have an inductor"),
        (("T=20mK\nRb", "T=20mK senses=envelope\nRb"), {}, "MEMa senses must be voltage"),
        (
            ("Rc b a 50kohm T=20mK", "Rc b a 50kohm T=20mK bath=drude cutoff=1e12rad/s"),
            {"method": "moments"},
            "MEMa bath must be drude where other",
        ),
        (None, {"initial": {"voltage": "1 uV"}}, "several nodes"),
        (
            None,
            {"neurons": {"a": qs.Neuron("a", v_threshold="1 uV"), "b": qs.Neuron("a", v_threshold="2 uV")}},
            "one neuron",
        ),
    ],
)
def test_what_several_nodes_cannot_do_is_refused_by_name(change, settings, message):
    circuit = PAIR.replace(*change) if change else PAIR
    with pytest.raises(qs.InputError, match=message):
        problem(circuit, **({"drives": DRIVES} | settings)).solve()


def test_a_run_file_with_several_neurons_is_its_python_twin(tmp_path):
    """[neuron.a] and [neuron.b]: the same dataset, and the same run file back."""
    neurons = {
        "a": qs.Neuron("a", v_threshold="8 uV", t_ref="0.5 ns"),
        "b": qs.Neuron("b", v_threshold="7 uV", t_ref="0.4 ns", reset="subtract"),
    }
    run = qs.Run(circuit=PAIR, neurons=neurons, drives=DRIVES, method="classical", duration="10 ns", save_every="1 ns")
    file = tmp_path / "pair.toml"
    file.write_text(run.to_toml(), encoding="utf-8")
    assert "[neuron.b]" in run.to_toml()
    assert qs.load(file).to_toml() == run.to_toml()
    ds = qs.run(run)
    assert list(ds.node.values) == ["a", "b"]
    assert ds.spike_time.size == int(ds.spike_count.sum())
    again = qs.run(file)
    for name in ds.data_vars:
        np.testing.assert_array_equal(ds[name], again[name])
    assert replace(compile_run(run).setup, scale=1.0).several
