"""The Gaussian closure of a memory between nodes: one node as a special case, an ensemble, Kirchhoff's currents."""

import jax
import numpy as np
import pytest

import quspike as qs
from quspike.quantize import system as systems
from quspike.run import compile as compiling
from quspike.run.compile import compile_run

pytestmark = pytest.mark.slow

LAW = "model=sigmoid R_on=2kohm R_off=20kohm phi_c=6fWb phi_s=4fWb T=20mK"
DRIVES = {"input": qs.Step("0.3 nA")}


def problem(circuit, method="moments", **settings):
    settings = {
        "duration": "4 ns",
        "save_every": "0.5 ns",
        "drives": DRIVES,
        "save": {"covariance": method != "classical"},
    } | settings
    return compile_run(qs.Run(circuit=circuit, method=method, classical=False, **settings))


@pytest.mark.parametrize(
    "memristor",
    [f"MEM1 0 m {LAW.replace('phi_c=6', 'phi_c=-6')}", "MEM1 m 0 model=vteam R_on=2kohm R_off=20kohm T=20mK"],
)
def test_a_closed_memory_of_one_node_is_one_of_several(monkeypatch, memristor):
    """Two implementations, spikes and holds included. Catches: ⟨W′⟩ of the wrong sign for a reversed memristor, ⟨W′V⟩
    that is not in the covariance, a memory driven by the mean alone, averages over the node's V in a hold.
    """
    circuit = f"C1 m 0 100fF\n{memristor}\nI1 0 m input"
    neuron = qs.Neuron("m", v_threshold="1.5 uV", t_ref="0.2 ns")
    settings = {"closure": "gaussian", "drives": {"input": qs.Step("1.2 nA")}, "neuron": neuron}
    own = problem(circuit, **settings)
    monkeypatch.setattr(compiling, "reduce_circuit", lambda given, nodes: systems._system(given, nodes))
    general = problem(circuit, dt=own.dt, **settings)
    assert general.setup.several
    one, many = own.solve(), general.solve()
    assert int(one.spike_count[0]) == int(many.spike_count[0]) > 2
    for field in ("voltage", "flux", "memory", "memristance", "memristor_current", "voltage_std"):
        expected = np.asarray(getattr(one, field))
        np.testing.assert_allclose(
            getattr(many, field), expected, rtol=1e-8, atol=1e-9 * np.max(np.abs(expected)), err_msg=field
        )
    for field in ("flux_variance", "charge_variance"):
        np.testing.assert_allclose(many.extra[field], one.extra[field], rtol=1e-7, err_msg=field)


BETWEEN = f"C1 a 0 100fF\nC2 b 0 80fF\nMEM1 a b {LAW}\nR2 b 0 3kohm T=20mK\nI1 0 a input"


def test_the_closure_of_a_memristor_between_nodes_meets_a_langevin_ensemble():
    """Flux through it, and the spread of both voltages, of 6,000 trajectories of two noisy nodes from rest: the closure
    is at most 4 standard errors off, mean field more than 6. Catches: Cov(φ, v) of a node for the branch, its sign.
    """
    common = {"duration": "6 ns", "save_every": "6 ns"}
    noisy = problem(BETWEEN, method="classical", johnson_noise=True, **common).with_step(1.5e-11)
    keys = jax.random.split(jax.random.key(3), 6000)
    ends = jax.lax.map(lambda key: (lambda s: (s.memory[-1, 0], s.voltage[-1]))(noisy.solve(noisy.params, key)), keys)
    paths, volts = (np.asarray(found) for found in ends)
    error, expected = paths.std() / np.sqrt(len(paths)), paths.mean()

    def moments(closure):
        p = problem(BETWEEN, closure=closure, **common)
        initial = dict(p.params["initial"]) | {"spread": 1e-6 * p.params["initial"]["spread"]}  # a point, as the paths'
        return p.solve(dict(p.params) | {"initial": initial})

    closed, mean_field = moments("gaussian"), moments("none")
    assert abs(float(closed.memory[-1, 0]) - expected) < 4 * error
    assert abs(float(mean_field.memory[-1, 0]) - expected) > 6 * error
    spread = volts.std(axis=0)
    assert np.all(np.abs(np.asarray(closed.voltage_std)[-1] - spread) < 4 * spread / np.sqrt(2 * len(volts)))


def test_closed_currents_obey_kirchhoffs_law():
    """I_M = I_in − C d⟨V_a⟩/dt from the record, within 1e-6. Catches: a current ⟨W⟩⟨v⟩ without the covariance."""
    s = problem(BETWEEN, closure="gaussian", save_every="10 ps").solve()
    current, v = np.asarray(s.memristor_current)[:, 0], np.asarray(s.voltage)
    eighth = np.array([1 / 280, -4 / 105, 1 / 5, -4 / 5, 0, 4 / 5, -1 / 5, 4 / 105, -1 / 280]) / -1e-11
    slope = np.convolve(v[:, 0], eighth, "valid")
    np.testing.assert_allclose(current[4:-4], 3e-10 - 100e-15 * slope, rtol=0, atol=1e-6 * np.max(np.abs(current)))
    plain = (v[:, 0] - v[:, 1]) / np.asarray(s.memristance)[:, 0]
    assert np.max(np.abs(current - plain)) > 1e-3 * np.max(np.abs(current))


@pytest.mark.parametrize(
    "circuit",
    [
        BETWEEN.replace("T=20mK", "T=20mK bath=drude cutoff=1e12rad/s"),
        f"C1 a 0 100fF\nMEM1 a 0 {LAW} bath=drude cutoff=1e12rad/s\nI1 0 a input",
        f"C1 a 0 100fF\nL1 a 0 1nH\nMEM1 a 0 {LAW}\nI1 0 a input",
    ],
)
def test_a_closure_that_has_not_arrived_is_refused(circuit):
    """Catches: a closure that is ignored, as it was with a resonator and with a line that remembers."""
    with pytest.raises(qs.InputError, match="closure must be none"):
        problem(circuit, closure="gaussian").solve()
