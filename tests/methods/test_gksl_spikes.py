"""Spikes of a Fock-space neuron: resets as channels on ρ, levels that grow, derivatives through a density matrix."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import quspike as qs
from quspike.constants import hbar, phi0
from quspike.kernel.fock import pack
from quspike.kernel.fock_states import thermal_state
from quspike.methods.gksl import State, build
from quspike.run import compile as compiling
from quspike.run.compile import compile_run
from quspike.run.simulate import solve_well

C, T = 1e-13, 0.02
OMEGA = 1 / np.sqrt(1e-8 * C)
PHI_ZPF, V_ZPF = np.sqrt(hbar / (2 * OMEGA * C)), np.sqrt(hbar * OMEGA / (2 * C))
LINEAR = "C1 m 0 100fF\nL1 m 0 10nH\nR1 m 0 31.6kohm T=20mK\nI1 0 m tone"
JUNCTION = "C1 m 0 100fF\nL1 m 0 11nH\nJJ1 m 0 Lj=110nH\nR1 m 0 31.6kohm T=300mK\nI1 0 m tone"
TONE = {"tone": qs.Sine("3 nA", frequency=OMEGA / 2 / np.pi)}


def problem(circuit, **settings):
    settings = {"duration": "1 ns", "save_every": "0.1 ns", "drives": TONE, "method": "gksl"} | settings
    return compile_run(qs.Run(circuit=circuit, classical=False, **settings))


def some_state(levels):
    rng = np.random.default_rng(1)
    m = rng.normal(size=(levels, levels)) + 1j * rng.normal(size=(levels, levels))
    return pack(m @ m.conj().T / np.trace(m @ m.conj().T).real)


@pytest.mark.parametrize("membrane", ["envelope", "quadrature"])
def test_a_subtract_reset_displaces_and_keeps_every_fluctuation(membrane):
    """ρ′ is untouched and the membrane falls by v_threshold − v_reset. Catches a reset that cools the mode."""
    neuron = qs.Neuron("m", membrane=membrane, v_threshold="10 uV", v_reset="4 uV", reset="subtract")
    p = problem(LINEAR, neuron=neuron, truncation=6)
    model = build(p.setup, p.params).model
    before = State(jnp.array([10e-6 / (2 * V_ZPF), 0.0]), some_state(6))
    after = model.reset(0.0, before, None)
    np.testing.assert_array_equal(after.packed, before.packed)
    assert float(model.membrane(0.0, after, None)) == pytest.approx(4e-6, rel=1e-12)


def test_a_zero_reset_swaps_the_mode_with_a_thermal_one_and_holds_it():
    """In the hold ρ′ is the thermal state at 300 mK, whatever it was, though the Kerr term goes on; then it moves on.

    Catches a reset to vacuum, a hold that leaks, and a hold in which the drive goes on.
    """
    neuron = qs.Neuron("m", membrane="envelope", v_threshold="10 uV", t_ref="0.1 ns")
    p = problem(
        JUNCTION, neuron=neuron, nonlinearity="kerr", save_every="10 ps", truncation=30,
        initial={"state": "fock", "n": 2}, save={"states": True},
    )  # fmt: skip
    s = p.solve()
    fired = float(s.spike_time[0])
    times, states = np.asarray(s.time), np.asarray(s.extra["states"])
    held = (times > fired) & (times < fired + 0.1e-9)
    assert held.sum() > 3
    quanta = 1 / np.expm1(hbar * float(p.setup.omega) / (1.380649e-23 * 0.3))
    thermal = np.diag(np.diagonal(thermal_state(30, quanta)))
    np.testing.assert_allclose(states[held], np.broadcast_to(thermal, states[held].shape), atol=1e-12)
    np.testing.assert_allclose(np.asarray(s.membrane)[held], 0.0, atol=1e-12)
    later = times > fired + 0.15e-9
    assert np.max(np.abs(states[later] - thermal)) > 1e-4
    assert np.max(np.abs(states[times < fired] - thermal)) > 0.1


def test_levels_grow_until_the_highest_are_empty(monkeypatch):
    """|3⟩ in four levels is solved again with more, and then equals the run with plenty. Catches a silent edge."""
    settings = {"initial": {"state": "fock", "n": 3}, "duration": "0.3 ns"}
    monkeypatch.setattr(compiling, "first_levels", lambda *_: 4)
    heard = []
    grown, solution = solve_well(problem(LINEAR, **settings), heard.append)
    assert grown.setup.truncation > 5
    assert any("once more with" in line for line in heard)
    plenty = problem(LINEAR, truncation=20, **settings).with_step(grown.dt).solve()
    np.testing.assert_allclose(solution.voltage_std, plenty.voltage_std, rtol=1e-6)


@pytest.mark.slow
def test_the_first_spike_has_an_exact_derivative_through_fock_space():
    """dt₁/dI by forward mode against a central difference. Catches a crossing that does not carry its slope."""
    neuron = qs.Neuron("m", membrane="envelope", v_threshold="10 uV")
    p = problem(JUNCTION, neuron=neuron, nonlinearity="kerr", truncation=8, duration="0.9 ns", dt="2 ps")
    amplitude = p.params["drives"]["tone"]["amplitude"]

    def first(value):
        return p.solve(p.params | {"drives": {"tone": p.params["drives"]["tone"] | {"amplitude": value}}}).spike_time[0]

    _, slope = jax.jvp(first, (amplitude,), (jnp.ones_like(amplitude),))
    step = 1e-5 * float(amplitude)
    difference = float(first(amplitude + step) - first(amplitude - step)) / (2 * step)
    assert float(slope) == pytest.approx(difference, rel=1e-6, abs=0)


@pytest.mark.slow
def test_three_readings_of_a_weak_junction_agree_to_their_order():
    """full − secular falls as κ, K ≪ ω0, secular − kerr as η⁶: halving E_J halves both and neither vanishes.

    Catches a Kerr constant off by a factor, and a secular part that forgets the shift of ω0.
    """

    def voltage(nonlinearity, share):
        ratio = 100e-9 / share  # L_J, in parallel with an L that keeps ω0
        inductor = 1 / (1 / 1e-8 - 1 / ratio)
        circuit = f"C1 m 0 100fF\nL1 m 0 {inductor!r}H\nJJ1 m 0 Lj={ratio!r}H\nR1 m 0 31.6kohm T=20mK\nI1 0 m tone"
        p = problem(circuit, nonlinearity=nonlinearity, truncation=18, initial={"state": "coherent", "alpha": 0.8})
        return np.asarray(p.solve().voltage)[:, 0] / V_ZPF

    gaps = {}
    for share in (0.2, 0.1):
        full, secular, kerr = (voltage(name, share) for name in ("full", "secular", "kerr"))
        gaps[share] = np.max(np.abs(full - secular)), np.max(np.abs(secular - kerr))
    for i, largest in enumerate((0.05, 0.02)):
        assert 1e-5 < gaps[0.1][i] < largest
        assert gaps[0.2][i] / gaps[0.1][i] == pytest.approx(2.0, abs=0.3)
    assert PHI_ZPF / phi0 == pytest.approx(0.392, abs=1e-3)
