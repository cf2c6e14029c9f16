"""Method `modes`: a membrane and its transmission lines as one closed system."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import expm

import quspike as qs
from quspike.baths.bound_modes import thermal_energy
from quspike.baths.noise import voltage_variance
from quspike.constants import hbar
from quspike.errors import InputError, NotAvailable
from quspike.methods.modes.covariance import carried, circuit_of, resting, spread
from quspike.methods.modes.path import follow
from quspike.run.compile import compile_run
from quspike.run.schema import Run

C, T = 100e-15, 20e-3
RESONATOR = "C1 m 0 100fF\nL1 m 0 10nH\nR1 m 0 2kohm T=20mK cutoff=1e12rad/s bath={}"
BASEBAND = "C1 m 0 100fF\nR1 m 0 50kohm T=20mK cutoff=1e12rad/s bath={}\nI1 0 m 0.6nA"
NEURON = qs.Neuron("m", v_threshold="20 uV", t_ref="2 ns")
COVARIANCES = ("flux_variance", "flux_charge_covariance", "charge_variance")


def compiled(circuit, method="modes", bath="comb", **settings):
    run = Run(circuit=circuit.format(bath), method=method, save={"covariance": True}, **settings)
    return compile_run(run)


def relative(a, b):
    """Largest difference over the largest value."""
    return np.max(np.abs(np.asarray(a) - np.asarray(b))) / np.max(np.abs(np.asarray(b)))


def brute_force(problem, times, thermal):
    """σ over (φ, q) of the whole circuit with its few modes, (T, 2, 2), by diagonalising and exponentiating it."""
    omega, weight = problem.setup.lines.omega[0], problem.setup.lines.weight[0]
    capacitances = np.append(C, weight / omega)
    slope = (1 / 2e3) ** 0.5
    k = np.diag(np.append(1 / 10e-9 + slope**2 * np.sum(weight * omega), weight * omega))
    k[0, 1:] = k[1:, 0] = -slope * weight * omega
    root = np.sqrt(capacitances)
    reduced = k / np.outer(root, root)  # over √C φ and q/√C
    if thermal:
        squares, shapes = np.linalg.eigh(reduced)
        energy = thermal_energy(np.sqrt(squares), T)
        sigma = np.block([[shapes * (energy / squares) @ shapes.T, np.zeros_like(k)],
                          [np.zeros_like(k), shapes * energy @ shapes.T]])  # fmt: skip
    else:
        sigma = factorised(omega, weight, slope, root)
    nothing, one = np.zeros_like(k), np.eye(len(k))
    a = np.block([[nothing, one], [-reduced, nothing]])
    found = []
    for t in times:
        u = expm(a * t)
        s = (u @ sigma @ u.T)[np.ix_([0, len(k)], [0, len(k)])]
        found.append(s * np.outer([1 / root[0], root[0]], [1 / root[0], root[0]]))
    return np.array(found)


def factorised(omega, weight, slope, root):
    """The resonator's ground state; lines in equilibrium around φ_m = λφ."""
    n = len(omega)
    energy, own = thermal_energy(omega, T), hbar / 2 * (1 / np.sqrt(10e-9 * C))
    follow_own = slope * root[1:] / root[0]  # √C_m φ_m per √C φ
    sigma = np.zeros((2 * n + 2, 2 * n + 2))
    flux = own * 10e-9 * C
    sigma[0, 0], sigma[n + 1, n + 1] = flux, own
    sigma[0, 1 : n + 1] = sigma[1 : n + 1, 0] = flux * follow_own
    sigma[1 : n + 1, 1 : n + 1] = flux * np.outer(follow_own, follow_own) + np.diag(energy / omega**2)
    sigma[n + 2 :, n + 2 :] = np.diag(energy)
    return sigma


@pytest.mark.parametrize("state", ["thermal", "vacuum"])
def test_covariance_with_thirty_modes_is_that_of_the_whole_matrix(state):
    """To 1e-9, by two columns and by all. Catches: φ_m(0) = 0 for F(φ(0)), a transposed propagator, Re b as φ_m."""
    settings = {"duration": "20ps", "save_every": "2ps", "dt": "0.05ps", "initial": {"state": state}}
    problem = compiled(RESONATOR.replace("cutoff", "modes=30 cutoff"), **settings)
    exact = brute_force(problem, problem.plan.save_times, state == "thermal")
    solution = problem.solve()
    nodes = np.asarray(problem.plan.nodes(np.zeros(0)))
    path = follow(problem.setup, problem.params, nodes)
    circuit = circuit_of(problem.setup, problem.params, path)
    rows = carried(problem.setup, problem.params, circuit, path, problem.plan.save_index)
    for values, (i, j), found in zip(COVARIANCES, ((0, 0), (0, 1), (1, 1)), rows, strict=True):
        size = np.sqrt(exact[:, i, i] * exact[:, j, j]).max()
        assert np.max(np.abs(solution.extra[values][:, 0] - exact[:, i, j])) < 1e-9 * size
        assert np.max(np.abs(found - exact[:, i, j])) < 1e-9 * size


@pytest.mark.slow
@pytest.mark.parametrize("state", ["thermal", "coherent"])
def test_transients_of_a_resonator_are_those_of_moments(state):
    """Means and covariance, the Padé noise with many poles. Catches: a mean that starts with a slip."""
    initial = {"state": state, **({"alpha": 2 + 1j} if state == "coherent" else {})}
    settings = {"duration": "0.5ns", "save_every": "2ps", "initial": initial}
    ours = compiled(RESONATOR, **settings).solve()
    theirs = compiled(RESONATOR, "moments", "drude", dt="0.5ps", **settings).with_setup(poles=100).solve()
    if state == "coherent":
        assert relative(ours.voltage, theirs.voltage) < 1e-4
    for name in ("flux_variance", "charge_variance"):
        assert relative(ours.extra[name], theirs.extra[name]) < 1e-3


@pytest.mark.slow
def test_an_interrupted_leaky_integrator_is_that_of_moments():
    """Spike times, and the covariance that a `zero` reset leaves. Catches: a hold whose lines stand still as well."""
    settings = {"duration": "14ns", "save_every": "0.1ns", "neuron": NEURON}
    ours = compiled(BASEBAND, **settings).solve()
    theirs = compiled(BASEBAND, "moments", "drude", **settings).with_setup(poles=60).solve()
    assert int(ours.spike_count[0]) == 2
    spikes = ours.spike_time[:2], theirs.spike_time[:2]
    np.testing.assert_allclose(*spikes, atol=5e-12)
    assert relative(ours.voltage, theirs.voltage) < 2e-3
    for name in ("flux_variance", "charge_variance"):
        assert relative(ours.extra[name], theirs.extra[name]) < 1e-2


@pytest.mark.slow
def test_a_memristance_that_moves_is_that_of_moments():
    """Means, current and covariance while M falls by a factor of eight. Catches: λλ̇φ not taken out (2 % of σ_φq)."""
    memristor = (
        "C1 m 0 100fF\nMEM1 m 0 model=sigmoid R_on=10kohm R_off=80kohm phi_c=30fWb phi_s=10fWb "
        "T=20mK cutoff=1e12rad/s bath={} modes=300\nI1 0 m 0.6nA"
    )
    settings = {"duration": "6ns", "save_every": "0.1ns"}
    ours = compiled(memristor, **settings).solve()
    theirs = compiled(memristor, "moments", "drude", dt="1ps", **settings).with_setup(poles=60).solve()
    assert float(ours.memristance[-1, 0] / ours.memristance[0, 0]) < 0.5
    assert relative(ours.voltage, theirs.voltage) < 1e-3
    assert relative(ours.memristor_current, theirs.memristor_current) < 2e-3
    for name in COVARIANCES:
        assert relative(ours.extra[name], theirs.extra[name]) < 3e-3


def test_a_lattice_and_a_comb_are_the_same_line():
    """Means and noise with `bath=ladder`. Catches: a half cell at the boundary lost, Z0 in place of 1 ohm."""
    circuit = "C1 m 0 100fF\nR1 m 0 20kohm T=200mK cutoff=1e11rad/s bath={}\nI1 0 m 1nA"
    settings = {"duration": "1ns", "save_every": "20ps"}
    comb, lattice = (compiled(circuit, bath=bath, **settings).solve() for bath in ("comb", "ladder"))
    assert relative(lattice.voltage, comb.voltage) < 1e-3
    assert relative(lattice.extra["flux_variance"], comb.extra["flux_variance"]) < 2e-3


def test_noise_is_the_fluctuation_dissipation_integral_from_the_start_to_the_end():
    """A thermal membrane, with and without an inductor. Catches: white noise, kT/C."""
    solution = compiled(BASEBAND, duration="3ns", save_every="0.1ns").solve()
    exact = voltage_variance(C, 1 / 50e3, 1e12, T)
    np.testing.assert_allclose(np.asarray(solution.voltage_std) ** 2, exact, rtol=1e-3)


def test_two_lines_add_up_to_one():
    """Two resistors in parallel are one. Catches: lines that share their modes, a current counted once."""
    two = BASEBAND.replace("50kohm", "100kohm").replace("I1", "R2 m 0 100kohm T=20mK cutoff=1e12rad/s\nI1")
    settings = {"duration": "5ns", "save_every": "0.1ns"}
    single, pair = compiled(BASEBAND, **settings).solve(), compiled(two, **settings).solve()
    assert relative(pair.voltage, single.voltage) < 1e-3
    assert relative(pair.extra["flux_variance"], single.extra["flux_variance"]) < 1e-3


def test_what_would_come_back_within_the_run_is_refused():
    """With a number that does. Catches: a silent recurrence."""
    few = BASEBAND.replace("cutoff", "modes={} cutoff")
    with pytest.raises(InputError, match="modes must be about") as refused:
        compiled(few.format(40, "comb"), duration="50ns", save_every="1ns")
    enough = int(str(refused.value).split("about ")[1].split()[0])
    assert compiled(few.format(enough, "comb"), duration="50ns", save_every="1ns").setup.recurrence < 1e-2


def test_what_the_lines_cannot_be_is_refused_by_name():
    with pytest.raises(InputError, match="R1 cutoff"):
        compiled("C1 m 0 100fF\nR1 m 0 50kohm T=20mK", duration="1ns")
    with pytest.raises(InputError, match="R1 bath"):
        compiled(BASEBAND, bath="ladder", duration="400ns")
    with pytest.raises(InputError, match="R1 bath"):
        compiled(BASEBAND, bath="drude", duration="1ns")
    with pytest.raises(NotAvailable, match="R2 T"):
        compiled(BASEBAND.format("comb") + "\nR2 m 0 1kohm T=50mK cutoff=1e12rad/s", duration="1ns")


def test_a_result_of_modes_says_how_far_it_can_be_believed():
    """The validity numbers of the lines; a dataset as of any method."""
    ds = qs.simulate(BASEBAND.format("comb"), duration="2ns", save_every="0.1ns", method="modes")
    for name in ("recurrence", "noise error"):
        assert name in str(ds.qs.validity)
    assert ds.attrs["method"] == "modes"


def test_resting_and_spread_agree_where_nothing_moves():
    """A thermal run needs no propagation. Catches: phases taken at the wrong time."""
    problem = compiled(BASEBAND, duration="2ns", save_every="0.1ns")
    nodes = np.asarray(problem.plan.nodes(np.zeros(0)))
    path = follow(problem.setup, problem.params, nodes)
    circuit = circuit_of(problem.setup, problem.params, path)
    save = problem.plan.save_index
    quick = resting(problem.setup, circuit, nodes[save])
    rows = carried(problem.setup, problem.params, circuit, path, save)
    for a, b in zip(quick, rows, strict=True):
        assert np.max(np.abs(a - b)) < 3e-5 * np.max(np.abs(a))  # the steps do not resolve the lines
    assert np.array_equal(spread(problem.setup, problem.params, path, nodes, save).flux, quick.flux)
