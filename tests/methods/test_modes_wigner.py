"""Truncated Wigner: ensembles of a membrane and its lines where something is not linear."""

from __future__ import annotations

import numpy as np
import pytest

import quspike as qs
from quspike.baths.line_modes import LineModes
from quspike.constants import hbar, phi0
from quspike.errors import InputError, NotAvailable
from quspike.kernel.boundary_scan import Columns
from quspike.methods.modes.path import first_mean, follow
from quspike.methods.modes.wigner import ensemble_flow, first_ensemble
from quspike.run.compile import compile_run
from quspike.run.schema import Run

pytestmark = pytest.mark.slow

TANK = "C1 m 0 100fF\nL1 m 0 10nH\nI1 0 m 2nA\n"
RESISTOR = TANK + "R1 m 0 2kohm T=20mK cutoff=1e12rad/s"
CONSTANT = TANK + "MEM1 m 0 model=sigmoid R_on=2.0001kohm R_off=2kohm phi_c=1fWb phi_s=1fWb T=20mK cutoff=1e12rad/s"
STRONG = (
    "C1 m 0 100fF\nL1 m 0 10nH\nI1 0 m 20nA\n"
    "MEM1 m 0 model=sigmoid R_on=3kohm R_off=30kohm phi_c=2e-16Wb phi_s=1e-16Wb T=50mK cutoff=1e12rad/s"
)
SHORT = {"duration": "0.2ns", "save_every": "20ps", "dt": "4ps"}


def compiled(circuit, **settings):
    return compile_run(Run(circuit=circuit, method="modes", save={"covariance": True}, **settings))


def test_an_ensemble_of_a_linear_circuit_has_its_exact_moments():
    """A memristor that is a resistor, drawn 4000 times: within four standard errors. Catches: kT for θ, 1/N for 1/(N−1)
    of few, a line that starts around φ = 0."""
    exact = compiled(RESISTOR, **SHORT).solve()
    drawn = compiled(CONSTANT, memory="operator", trajectories=4000, **SHORT).solve()
    mean = (drawn.voltage - exact.voltage) / drawn.extra["voltage_error"]
    std = (drawn.voltage_std - exact.voltage_std) / drawn.extra["voltage_std_error"]
    flux = (drawn.extra["flux_variance"] / exact.extra["flux_variance"] - 1) / (2 / 4000) ** 0.5
    for score in (mean, std, flux):
        assert np.max(np.abs(np.asarray(score))) < 4.0
    assert np.allclose(drawn.extra["voltage_error"] * 4000**0.5, drawn.voltage_std)


def test_trajectories_without_noise_are_the_mean_of_a_flux_memory():
    """F(φ) as a boundary draws W(φ)V, without λ̇ or a feedback. Catches: F″ in the wrong row, F without its start."""
    problem = compiled(STRONG, memory="operator", duration="0.2ns", save_every="20ps", dt="2ps")
    setup, params = problem.setup, problem.params
    nodes = np.asarray(problem.plan.nodes(setup.inputs.breakpoints(params)))
    phi, charge = first_mean(setup, params)
    lines = np.zeros((1, 2 * setup.lines.omega.shape[1], 2))
    alone = follow(
        setup, params, nodes, ensemble_flow(setup, params), Columns(np.full(2, phi), np.full(2, charge), lines)
    )
    mean = follow(setup, params, nodes)
    assert np.max(mean.seen.conductance) > 3 * np.min(mean.seen.conductance)
    for name in ("voltage", "current", "conductance"):
        a, b = getattr(alone.seen, name), getattr(mean.seen, name)
        assert np.max(np.abs(a - b)) < 1e-5 * np.max(np.abs(b))


def test_one_seed_is_one_ensemble():
    """The same numbers bit for bit, others for another seed."""

    def drawn(seed):
        problem = compiled(CONSTANT, seed=seed, memory="operator", trajectories=50, **SHORT)
        return first_ensemble(problem.setup, problem.params, 0.0, 0.0)

    first, again, other = (drawn(seed) for seed in (3, 3, 4))
    for a, b, c in zip(first, again, other, strict=True):
        assert np.array_equal(a, b)
        assert not np.any(a == c)


@pytest.mark.slow
def test_a_reset_leaves_its_own_width_in_every_trajectory():
    """A baseband membrane spikes; its charge is drawn anew, its flux is not. Catches: one draw for all."""
    circuit = "C1 m 0 100fF\nI1 0 m 2nA\n" + STRONG.split("\n")[-1].replace("2e-16", "60e-15").replace(
        "1e-16", "20e-15"
    )
    neuron = qs.Neuron("m", v_threshold="20 uV", t_ref="0.3 ns", reset_std="1 uV")
    problem = compiled(circuit, memory="operator", trajectories=2000, duration="2ns", save_every="0.1ns", neuron=neuron)
    solution = problem.solve()
    assert int(solution.spike_count[0]) >= 1
    spike = float(solution.spike_time[0])
    held = (solution.time > spike) & (solution.time < spike + 0.3e-9)
    std = np.asarray(solution.voltage_std)[held, 0]
    np.testing.assert_allclose(std, 1e-6, rtol=4 / 4000**0.5)
    np.testing.assert_allclose(np.asarray(solution.voltage)[held, 0], 0.0, atol=4e-6 / 2000**0.5)


def quantum(energy, stiffness, capacitance, lines, slope, alpha, times):
    """⟨V⟩ of the circuit with these few modes at T = 0, by QuTiP: from |α⟩, and lines in their ground state at λφ̂."""
    import qutip

    omega0 = (stiffness / capacitance) ** 0.5
    unit = hbar * omega0  # QuTiP drops what is below 1e-12
    phi_zpf = (hbar / (2 * capacitance * omega0)) ** 0.5
    sizes = [24, *(7 for _ in lines.omega[0])]
    one = [qutip.qeye(n) for n in sizes]
    lower = [qutip.tensor(*one[:i], qutip.destroy(n), *one[i + 1 :]) for i, n in enumerate(sizes)]
    x, p = lower[0] + lower[0].dag(), -1j * (lower[0] - lower[0].dag())
    turn = phi_zpf / phi0 * (qutip.destroy(sizes[0]) + qutip.create(sizes[0]))
    cosine = qutip.tensor(turn.cosm(), *one[1:])
    h = p**2 / 4 + x**2 * (phi_zpf**2 / 2 * (stiffness - energy / phi0**2) / unit) - cosine * (energy / unit)
    state = qutip.tensor(qutip.coherent(sizes[0], alpha), *[qutip.basis(n, 0) for n in sizes[1:]])
    for a, omega, weight in zip(lower[1:], lines.omega[0], lines.weight[0], strict=True):
        zpf = (hbar / (2 * weight)) ** 0.5
        own, momentum, pull = a + a.dag(), -1j * (a - a.dag()), slope * phi_zpf / zpf
        h = h + (omega / omega0 / 4) * (momentum**2 + (pull * x - own) ** 2)
        state = (-0.5j * pull * x * momentum).expm() * state
    v_zpf = hbar / (2 * phi_zpf) / capacitance
    found = qutip.sesolve(h, state, np.asarray(times) * omega0, e_ops=[p], options={"nsteps": 100000})
    return v_zpf * np.asarray(found.expect[0])


@pytest.mark.slow
def test_a_junction_with_two_modes_is_that_of_quantum_mechanics():
    """⟨V⟩ of a weakly non-linear circuit, 24 × 7 × 7 levels by QuTiP; a linear one is ten times further away.

    Catches: the junction's force at one node of a step only, −cos for cos.
    """
    circuit = "C1 m 0 100fF\nL1 m 0 13.333nH\nJJ1 m 0 Lj=40nH\nR1 m 0 2kohm T=1mK cutoff=1e12rad/s"
    initial = {"state": "coherent", "alpha": 1.2 + 0.5j}
    settings = {"duration": "0.3ns", "save_every": "20ps", "dt": "4ps", "trajectories": 20000, "initial": initial}
    problem = compiled(circuit, **settings)
    omega0 = problem.setup.omega
    lines = LineModes(np.array([[0.8, 1.3]]) * omega0, np.array([[0.3, 0.2]]))
    drawn = problem.with_setup(lines=lines).solve()
    energy = float(problem.params["elements"]["JJ1"]["EJ"])
    numbers = 100e-15 * omega0**2, 100e-15, lines, (1 / 2e3) ** 0.5, 1.2 + 0.5j, problem.plan.save_times
    exact, harmonic = quantum(energy, *numbers), quantum(0.0, *numbers)
    error = np.abs(np.asarray(drawn.voltage)[:, 0] - exact)
    stated = 4 * np.asarray(drawn.extra["voltage_error"])[:, 0] + 0.01 * np.max(np.abs(exact))
    assert np.all(error < stated)
    assert np.max(np.abs(harmonic - exact)) > 3 * np.max(stated)


def test_what_has_no_hamiltonian_is_refused_by_name():
    """Which memory or method would do."""
    hp = "C1 m 0 100fF\nL1 m 0 10nH\nMEM1 m 0 model=hp T=20mK cutoff=1e12rad/s"
    with pytest.raises(InputError, match="MEM1 model"):
        compiled(hp, memory="operator", **SHORT)
    with pytest.raises(InputError, match="state"):
        compiled(CONSTANT, memory="operator", initial={"state": "fock", "n": 1}, **SHORT)
    with pytest.raises(NotAvailable, match="memory"):
        compiled(STRONG + "\nJJ1 m 0 Lj=40nH", **SHORT)
    with pytest.raises(InputError, match="trajectories"):
        compiled(CONSTANT, memory="operator", trajectories=1_000_000, **SHORT).solve()
