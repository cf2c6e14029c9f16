"""Averages of measured trajectories without a trajectory: closed forms for a frozen memory, trajectories for others."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.linalg import expm
from scipy.special import factorial

import quspike as qs
from quspike.analysis.measured_average import measured_average
from quspike.constants import hbar, k_B
from quspike.methods.measured_fock import closed
from quspike.methods.measured_fock.state import model_of
from quspike.run.compile import compile_run
from quspike.run.simulate import quiet_run

T, C, L, R = 0.1, 1e-13, 1e-8, 2e4
OMEGA = 1 / np.sqrt(L * C)
V_ZPF = np.sqrt(hbar * OMEGA * C / 2) / C
RATE, EFFICIENCY = 5e8, 0.6
FROZEN = "C1 m 0 100fF\nL1 m 0 10nH\nMEM1 m 0 model=sigmoid R_on=20kohm R_off=20kohm T=100mK\nI1 0 m tone"
MOVING = """C1 m 0 100fF
L1 m 0 13.333nH
JJ1 m 0 Lj=40nH
MEM1 m 0 model=sigmoid R_on=3kohm R_off=60kohm phi_c=1fWb phi_s=1fWb T=100mK
I1 0 m tone"""


def measured_run(circuit, amplitude="0.3 nA", **settings):
    settings = {"duration": "0.2 ns", "save_every": "0.05 ns"} | settings
    return qs.Run(
        circuit=circuit,
        drives={"tone": qs.Sine(amplitude, frequency="5 GHz")},
        method="gksl",
        memory="measured",
        measurement={"strength": f"{RATE:g}/s", "efficiency": EFFICIENCY},
        classical=False,
        **settings,
    )


@pytest.mark.slow
def test_a_frozen_memristance_leaves_the_covariance_of_a_linear_circuit_and_its_record():
    """Variances of V and of x = ∫dy, mean of both, against Van Loan's exponential of (ω0φ, V, x).

    Catches a factor of two in the back-action 2k or in the record's 1/8kη, a record that does not follow V, a drive
    that acts on the wrong quadrature. To the steps' second order.
    """
    ds = measured_average(measured_run(FROZEN, truncation=24), values=96)
    quanta = 1 / np.tanh(hbar * OMEGA / (2 * k_B * T))
    kappa, t = 1 / (R * C), 0.2e-9
    a = np.array([[-kappa / 2, OMEGA, 0], [-OMEGA, -kappa / 2, 0], [0, 1, 0]])
    heat = kappa * V_ZPF**2 * quanta
    noise = np.diag([heat + 8 * RATE * V_ZPF**2, heat, V_ZPF**2 / (8 * RATE * EFFICIENCY)])
    start = np.diag([V_ZPF**2 * quanta, V_ZPF**2 * quanta, 0.0])
    block = expm(np.block([[-a, noise], [np.zeros((3, 3)), a.T]]) * t)
    forward = block[3:, 3:].T
    exact = forward @ start @ forward.T + forward @ block[:3, 3:]
    tone = np.block([[a, np.array([[0, 0], [0.3e-9 / C, 0], [0, 0]])],
                     [np.zeros((2, 3)), np.array([[0, 2 * np.pi * 5e9], [-2 * np.pi * 5e9, 0]])]])  # fmt: skip
    mean = (expm(tone * t) @ [0, 0, 0, 0, 1])[:3]
    x = ds.memory.values
    weight = ds.density.values[-1] * (x[1] - x[0])
    centre = weight @ x
    assert weight.sum() == pytest.approx(1, abs=1e-6)
    assert ds.voltage_std.values[-1] / np.sqrt(exact[1, 1]) == pytest.approx(1, rel=2e-3)
    assert weight @ (x - centre) ** 2 / exact[2, 2] == pytest.approx(1, rel=2e-3)
    assert np.array([ds.voltage.values[-1], centre]) / mean[1:] == pytest.approx([1, 1], rel=2e-3)


@pytest.mark.slow
def test_trajectories_with_feedback_average_to_it():
    """1,000 trajectories of a junction's cat whose memristor switches with its record: within 4 standard errors.

    ⟨V⟩, ⟨V²⟩, mean and variance of the memory, mean conductance, at each saved time. Catches a memristor that follows
    the mean record in either code, κ(x) at the wrong side of a look, a lost ½ in ½{V, ρ}.
    """
    cat = {"state": "cat", "alpha": 0.7, "parity": "odd", "voltage": 2e-6}
    run = measured_run(MOVING, initial=cat, trajectories=1000, truncation=26)
    ds, many = measured_average(run.replace(truncation=34), values=128), quiet_run(run)
    x, step = ds.memory.values, float(ds.memory[1] - ds.memory[0])
    v, x_of, w = (many[name].values[..., 0] for name in ("voltage", "memory", "memristance"))
    mean = ds.density.values @ x * step
    pairs = [
        (v, ds.voltage.values),
        (v**2 + many.voltage_std.values[..., 0] ** 2, ds.voltage.values**2 + ds.voltage_std.values**2),
        (x_of, mean),
        ((x_of - mean) ** 2, ds.density.values @ x**2 * step - mean**2),
        (1 / w, ds.conductance.values),
    ]
    for drawn, exact in pairs:
        error = drawn[:, 1:].std(axis=0) / np.sqrt(len(drawn))
        assert np.max(np.abs(drawn[:, 1:].mean(axis=0) - exact[1:]) / error) < 4


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"memory": "mean_field", "measurement": None}, "memory"),
        ({"neuron": qs.Neuron("m", membrane="envelope", v_threshold="30 uV")}, "neuron"),
        ({"circuit": FROZEN.replace("20kohm T", "20kohm senses=envelope T")}, "MEM1"),
    ],
)
def test_what_has_no_equation_of_its_own_is_refused(changes, key):
    """Catches an average that is silently of something else."""
    with pytest.raises(qs.InputError, match=key):
        measured_average(measured_run(FROZEN).replace(**changes))


@pytest.mark.parametrize(("quanta", "refused"), [(9.0, True), (0.05, False)])
def test_a_carrier_that_swings_across_the_law_is_refused(quanta, refused, monkeypatch):
    """|⟨W cos 2θ⟩|/⟨W⟩ of a coherent state at one memory, by quadrature; beyond a tenth there is no average.

    Catches: an amplitude of half the size; cos θ for cos 2θ; a share that is computed and not asked for.
    """
    law = "R_on=3kohm R_off=60kohm phi_c=1fWb phi_s=0.2fWb"
    run = measured_run(FROZEN.replace("R_on=20kohm R_off=20kohm", law), truncation=30)
    n, x = np.arange(30), np.linspace(-1.6e-15, 1.6e-15, 17)
    psi = np.exp(-quanta / 2) * np.sqrt(quanta) ** n / np.sqrt(factorial(n))
    at, swing = x[12], 2 * np.sqrt(hbar / (2 * OMEGA * C)) * np.sqrt(quanta)

    def w(theta):
        return 1 / 60e3 + (1 / 3e3 - 1 / 60e3) / (1 + np.exp(-(at + swing * np.cos(theta) - 1e-15) / 0.2e-15))

    exact = abs(quad(lambda u: w(u) * np.cos(2 * u), 0, np.pi)[0]) / quad(w, 0, np.pi)[0]
    times = 5  # saved
    density = np.tile(np.eye(17)[12] / (x[1] - x[0]), (times, 1))
    found = closed.Averages(*map(jnp.asarray, (x, density, np.tile(np.outer(psi, psi), (times, 1, 1)), np.ones(times))))
    problem = compile_run(run)
    assert closed.carrier_share(model_of(problem.setup, problem.params), found) == pytest.approx(exact, rel=1e-6)
    assert (exact > 0.1) is refused
    monkeypatch.setattr(closed, "averages", lambda *numbers: found)
    if refused:
        with pytest.raises(qs.InputError, match="wider than the carrier's swing"):
            measured_average(run)
    else:
        assert measured_average(run).attrs["carrier_share"] == pytest.approx(exact, rel=1e-6)
