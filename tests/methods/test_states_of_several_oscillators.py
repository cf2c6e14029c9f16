"""First states in circuits of several oscillators: one node as a special case, exchange in closed form, whose it is."""

import numpy as np
import pytest
from scipy.linalg import expm

import quspike as qs
from quspike.constants import hbar, k_B
from quspike.quantize import system as systems
from quspike.run import compile as compiling
from quspike.run.compile import compile_run

pytestmark = pytest.mark.slow

NODE = "C1 m 0 100fF\nL1 m 0 10nH\nR1 m 0 20kohm T=50mK"
STATES = {
    "coherent": {"state": "coherent", "alpha": 0.8 - 0.3j},
    "fock": {"state": "fock", "n": 2, "displacement": 0.5j},
    "cat": {"state": "cat", "alpha": 0.7 + 0.4j, "parity": "odd"},
}
NEURON = qs.Neuron("b", membrane="envelope", v_threshold="1 V")
PAIR = "Ca a 0 90fF\nCb b 0 80fF\nCc a b 20fF\nLa a 0 10nH\nLb b 0 11nH\nRa a 0 1Gohm T=40mK\nRb b 0 1Gohm T=40mK"


def problem(circuit, method="gksl", **settings):
    settings = {"duration": "0.2 ns", "save_every": "20 ps", "save": {"covariance": method != "classical"}} | settings
    return compile_run(qs.Run(circuit=circuit, method=method, classical=False, **settings))


@pytest.mark.parametrize("name", STATES)
def test_a_state_of_one_oscillator_is_one_of_several(monkeypatch, name):
    """The product's algebra against the packed one. Catches: a mean counted twice, a cat without its parity."""
    settings = {"initial": STATES[name], "truncation": 12}
    own = problem(NODE, **settings)
    monkeypatch.setattr(compiling, "reduce_circuit", lambda given, nodes: systems._system(given, nodes))
    general = problem(NODE, dt=own.dt, **settings)
    assert general.setup.several
    one, many = own.solve(), general.solve()
    for field in ("voltage", "voltage_std", "flux"):
        expected = np.asarray(getattr(one, field))
        np.testing.assert_allclose(
            getattr(many, field), expected, rtol=0, atol=1e-8 * np.max(np.abs(expected), initial=1e-9)
        )


def moved(charge, flux, spread, times):
    """⟨V⟩ and σ_V of both nodes (T, 2) of coupled oscillators without loss, by the matrix exponential."""
    inverse = np.linalg.inv(np.array([[110.0, -20], [-20, 100]]) * 1e-15)
    stiffness = np.diag([1 / 10e-9, 1 / 11e-9])
    zero = np.zeros((2, 2))
    flow = np.block([[zero, inverse], [-stiffness, zero]])
    maps = [expm(flow * t) for t in times]
    means = np.array([inverse @ (m @ np.concatenate([flux, charge]))[2:] for m in maps])
    stds = np.array([np.sqrt(np.diag(inverse @ (m @ spread @ m.T)[2:, 2:] @ inverse)) for m in maps])
    return means, stds


def test_a_quantum_passes_from_the_neurons_oscillator_to_its_neighbour():
    """|1⟩ displaced on b, a thermal: means and variances of both against exp(At). Catches: the state on the other node,
    a displacement of the wrong quadrature, a neighbour in the vacuum of its own frequency's n̄.
    """
    initial = {"state": "fock", "n": 1, "displacement": 0.2 + 0.15j}
    p = problem(PAIR, neuron=NEURON, initial=initial, truncation=7, duration="0.3 ns", save_every="50 ps")
    s = p.solve()
    inverse = np.linalg.inv(np.array([[110.0, -20], [-20, 100]]) * 1e-15)
    omega = np.sqrt(np.diag(inverse) / np.array([10e-9, 11e-9]))
    zpf = np.sqrt(hbar * np.diag(inverse) / (2 * omega))
    quanta = np.array([1 / np.expm1(hbar * omega[0] / (k_B * 0.04)), 1.0])
    spread = np.diag(np.concatenate([(2 * quanta + 1) * zpf**2, (2 * quanta + 1) * (hbar / (2 * zpf)) ** 2]))
    charge, flux = np.array([0, hbar / zpf[1] * 0.15]), np.array([0, 2 * zpf[1] * 0.2])
    means, stds = moved(charge, flux, spread, np.asarray(s.time))
    assert np.max(stds[:, 0]) > 1.2 * stds[0, 0]
    np.testing.assert_allclose(s.voltage, means, rtol=0, atol=1e-5 * np.max(np.abs(means)))
    np.testing.assert_allclose(s.voltage_std, stds, rtol=1e-4)


def test_every_method_begins_a_coherent_state_at_the_same_means():
    """`classical`, `moments` and `gksl`: ⟨V⟩ of both nodes alike, as leaks vanish. Catches: α read by one of them."""
    initial = {"state": "coherent", "alpha": 0.4 + 0.3j}
    own = {"gksl": {"neuron": NEURON, "truncation": 4}, "moments": {}, "classical": {}}
    still = qs.Neuron("b", v_threshold="1 V")
    found = [
        np.asarray(
            problem(PAIR, method=m, initial=initial, duration="0.1 ns", **({"neuron": still} | extra)).solve().voltage
        )
        for m, extra in own.items()
    ]
    assert np.max(np.abs(found[0])) > 1e-6
    for other in found[1:]:
        np.testing.assert_allclose(other, found[0], rtol=0, atol=1e-4 * np.max(np.abs(found[0])))


def test_a_state_must_say_whose_it_is():
    """Two neurons, or none, could own it. Catches: the first one, silently."""
    both = {"a": qs.Neuron("a", membrane="envelope", v_threshold="1 V"), "b": NEURON}
    for settings in ({}, {"neurons": both}):
        with pytest.raises(qs.InputError, match=r"state must be thermal or vacuum, or belong to the node of the one"):
            problem(PAIR, initial=STATES["fock"], **settings)
