"""Conditional states in Fock space: on the noise of Gaussian ones and of QuTiP's, and what has to hold on average."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import qutip

import lab_oscillator as lab
import quspike as qs
from quspike.constants import hbar, phi0
from quspike.kernel.fock import unpack
from quspike.methods.measured import solution as gaussian
from quspike.methods.measured_fock import solution as fock
from quspike.quantize.numbers.zero_point import resonator_mode
from quspike.run.compile import compile_run

TONE = {"tone": qs.Sine("2 nA", frequency="5.03 GHz")}
LINEAR = """C1 m 0 100fF
L1 m 0 10nH
MEM1 m 0 model=sigmoid R_on=10kohm R_off=40kohm phi_c={} phi_s={} senses={} T=100mK
I1 0 m tone"""
ENVELOPE, RECORD = LINEAR.format("0.1pWb", "0.03pWb", "envelope"), LINEAR.format("1fWb", "0.5fWb", "voltage")
JUNCTION = """C1 m 0 100fF
L1 m 0 13.333nH
JJ1 m 0 Lj=40nH
MEM1 m 0 model=sigmoid R_on=20kohm R_off=20kohm T=100mK
I1 0 m tone"""


def problem(circuit, method="gksl", **settings):
    """k V_zpf² = 2e9/s, η = 0.7 unless given."""
    measurement = {"strength": "2e9/s", "efficiency": 0.7} | settings.pop("measurement", {})
    settings = {"duration": "1 ns", "save_every": "0.1 ns", "memory": "measured", "trajectories": 4} | settings
    settings.setdefault("drives", TONE)
    return compile_run(qs.Run(circuit=circuit, method=method, measurement=measurement, classical=False, **settings))


def path(found, steps, normals, follow=fock.follow, duration=1e-9):
    nodes = jnp.linspace(0, duration, steps + 1)
    return jax.jit(lambda z: follow(found.setup, found.params, nodes, z))(jnp.asarray(normals))


@pytest.mark.parametrize("circuit", [ENVELOPE, pytest.param(RECORD, marks=pytest.mark.slow)])
def test_a_linear_circuit_has_its_gaussian_moments_on_the_same_noise(circuit):
    """Means, covariance, memory and lock-in of 400 steps, to the accuracy of the levels kept.

    Two codes without a line of measurement in common. Catches k or η off by a factor of two, V at the wrong phase of
    the carrier, a frame that loses what it takes over, an occupation that heats the wrong quadrature.
    """
    normals = np.random.default_rng(0).normal(size=400)
    mine = path(problem(circuit, truncation=40), 400, normals).given
    theirs = path(problem(circuit, "moments"), 400, normals, gaussian.follow)
    for name in ("voltage", "flux", "v_v", "phi_v", "phi_phi", "memory"):
        ours, exact = np.asarray(getattr(mine, name)), np.asarray(getattr(theirs, name))
        assert np.max(np.abs(ours - exact)) < 1e-6 * np.max(np.abs(exact)), name
    assert np.ptp(np.asarray(theirs.memory)) > 0


def in_units(found):
    """ω0, η = φ_zpf/φ0 and E_J/ħω0 of a junction's resonator."""
    mode = resonator_mode(found.setup.one, found.params["elements"])
    energy = float(found.params["elements"]["JJ1"]["EJ"]) / hbar / mode.omega
    return float(mode.omega), float(mode.phi_zpf / phi0), energy, mode


def cosine(levels, eta, energy):
    """−E_J[cos ηX + ½(ηX)²] in units of ħω0."""
    return qutip.Qobj(lab.function_of_position(levels, lambda u: -energy * (np.cos(u) + 0.5 * u**2), eta))


@pytest.mark.slow
def test_a_kerr_cat_follows_qutips_trajectory_on_the_same_noise():
    """A cat in a Kerr resonator, driven and measured: ⟨V⟩ and σ(V) against SMESolver, Rouchon's scheme.

    QuTiP has it in the rotating frame, whose V turns. Catches a Kerr term of the wrong sign, √2 between their
    c = √(2k)V and our k, η on the wrong channel, a tone that the frame drops.
    """
    levels, steps = 22, 1000
    tone, cat = {"tone": qs.Sine("0.3 nA", frequency="5.03 GHz")}, {"state": "cat", "alpha": 1.0, "parity": "odd"}
    measurement = {"strength": "4e8/s"}
    found = problem(JUNCTION, initial=cat, truncation=levels, drives=tone, measurement=measurement, nonlinearity="kerr")
    omega, eta, energy, mode = in_units(found)
    normals = np.random.default_rng(0).normal(size=steps)
    times = np.linspace(0, 0.25e-9 * omega, steps + 1)
    a, k, kappa = lab.ladder(levels), 4e8 / omega, float(1 / (2e4 * mode.capacitance)) / omega
    quanta = float(gaussian.model_of(found.setup, found.params).occupation[0])
    push, shift = float(mode.phi_zpf) * 0.3e-9 / hbar / omega, -0.5 * energy * eta**4

    def carrier(t):
        return np.exp(-1j * t)

    def pushed(t):
        return -push * np.sin(2 * np.pi * 5.03e9 / omega * t) * np.exp(-1j * t)

    static = shift * a.dag() * a + 0.5 * shift * a.dag() ** 2 * a**2
    hamiltonian = qutip.QobjEvo([static, [a, pushed], [a.dag(), lambda t: np.conj(pushed(t))]])
    v = qutip.QobjEvo([[-1j * a, carrier], [1j * a.dag(), lambda t: np.conj(carrier(t))]])
    lost = [np.sqrt(kappa * (quanta + 1)) * a, np.sqrt(kappa * quanta) * a.dag(), np.sqrt(0.3 * 2 * k) * v]
    options = {"method": "rouchon", "dt": times[1], "progress_bar": "", "store_states": False}
    solver = qutip.SMESolver(hamiltonian, [np.sqrt(0.7 * 2 * k) * v], c_ops=lost, options=options, heterodyne=False)
    rho = qutip.ket2dm(lab.cat(1.0, levels, sign=-1))
    theirs = solver.run_from_experiment(rho, times, normals[None] * np.sqrt(times[1]), e_ops=[a, a.dag() * a, a * a])
    amplitude, number, square = (np.asarray(e) for e in theirs.expect)
    turn = carrier(times)
    mean = 2 * np.imag(amplitude * turn)
    spread = np.sqrt(2 * np.real(number) + 1 - 2 * np.real(square * turn**2) - mean**2)
    mine, v_zpf = path(found, steps, normals, duration=0.25e-9).given, float(mode.v_zpf)
    assert np.max(np.abs(np.asarray(mine.voltage) / v_zpf - mean)) < 0.01 * np.max(np.abs(mean))
    assert np.max(np.abs(np.sqrt(np.asarray(mine.v_v)) / v_zpf - spread)) < 0.01 * np.max(spread)


def lindbladian(found, levels, drop=()):
    """The unconditional equation in the lab frame, units of ω0, as a matrix (N², N²), rows first; no drive."""
    omega, eta, energy, mode = in_units(found)
    a = lab.ladder(levels)
    v = -1j * (a - a.dag())
    kappa = float(1 / (2e4 * mode.capacitance)) / omega
    quanta = float(gaussian.model_of(found.setup, found.params).occupation[0])
    k = float(found.params["measurement"]["strength"]) * float(mode.v_zpf) ** 2 / omega
    lost = [np.sqrt(kappa * (quanta + 1)) * a, np.sqrt(kappa * quanta) * a.dag(), np.sqrt(2 * k) * v]
    return qutip.liouvillian(a.dag() * a + cosine(levels, eta, energy), lost).full()


@pytest.mark.slow
def test_averaged_over_the_record_it_is_the_master_equation_to_second_order():
    """A cat in a Josephson resonator over one and two steps, all 7^n noises with their weights, against e^{𝓛t}.

    The whole cosine, lab frame, nothing averaged: weak order 2, a fourth of the error at half the step. Catches a kick
    of the wrong sign or at the wrong phase of the carrier, k or η of twice the size, steps that are no palindrome.
    """
    levels, amplitude = 20, 0.5 + 0.3j
    cat = {"state": "cat", "alpha": amplitude, "parity": "odd", "voltage": 1.6e-6, "flux": 1e-16}
    quiet, strong = {"tone": qs.Sine("0 nA", frequency="5 GHz")}, {"strength": "1e9/s", "efficiency": 0.5}
    found = problem(JUNCTION, initial=cat, truncation=levels, drives=quiet, measurement=strong)
    omega, *_, mode = in_units(found)
    end, away = 0.2 / omega, complex(1e-16 / (2 * mode.phi_zpf), 1.6e-6 / (2 * mode.v_zpf))
    psi = lab.displaced(lab.cat(amplitude, levels, sign=-1), away, 2 * levels)
    exact = unconditional(found, psi, 0.2)
    wanted = lab_moments(exact[None], np.zeros(1), np.ones(1), 1.0)
    points, weights = np.polynomial.hermite_e.hermegauss(7)
    weights = weights / weights.sum()
    errors = []
    for steps in (1, 2):
        index = np.indices((7,) * steps).reshape(steps, -1)
        run = jax.jit(jax.vmap(lambda z, n=steps: ends(found, jnp.linspace(0, end, n + 1), z)))
        rho, alpha = (np.asarray(leaf) for leaf in run(jnp.asarray(points[index].T)))
        got = lab_moments(rho, alpha, np.prod(weights[index], axis=0), np.exp(-1j * omega * end))
        errors.append(np.abs(got - wanted))
    assert np.all(errors[1] < 1e-3 * np.abs(wanted))
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.1)


def ends(found, nodes, normals):
    """ρ′ and α at the last node."""
    states = fock.follow(found.setup, found.params, nodes, normals)
    return unpack(states.packed[-1]), states.alpha[-1]


def unconditional(found, psi, duration):
    """ρ after the duration [1/ω0] of what no record is kept of, by QuTiP in the lab frame."""
    omega, eta, energy, mode = in_units(found)
    a = lab.ladder(psi.shape[0])
    kappa = float(1 / (2e4 * mode.capacitance)) / omega
    quanta = float(gaussian.model_of(found.setup, found.params).occupation[0])
    k = float(found.params["measurement"]["strength"]) * float(mode.v_zpf) ** 2 / omega
    lost = [np.sqrt(kappa * (quanta + 1)) * a, np.sqrt(kappa * quanta) * a.dag(), -1j * np.sqrt(2 * k) * (a - a.dag())]
    hamiltonian = a.dag() * a + cosine(psi.shape[0], eta, energy)
    options = {"progress_bar": "", "atol": 1e-11, "rtol": 1e-9, "method": "vern7"}
    return qutip.mesolve(hamiltonian, psi, [0, duration], lost, options=options).states[-1].full()


def lab_moments(rho, alpha, share, turn):
    """⟨V⟩, ⟨V²⟩, ⟨V⁴⟩, ⟨n⟩ of weighted states (K, N, N) about α (K,), turned by e^{−iω0t}; V in units of V_zpf."""
    small = rho.shape[-1]
    levels = small + 8
    a = lab.ladder(levels).full()
    total = np.zeros(4)
    for weight, r, z in zip(share, rho, alpha, strict=True):
        lower = (a + z * np.eye(levels)) * turn
        v = -1j * (lower - lower.conj().T)
        square = v @ v
        seen = [np.trace(op @ np.pad(r, (0, 8))) for op in (v, square, square @ square, lower.conj().T @ lower)]
        total += weight * np.real(seen)
    return total


@pytest.mark.slow
def test_trajectories_on_a_record_spike_where_gaussian_ones_do():
    """A driven linear neuron with spikes on its record: the same seed, the same spikes, to 1e-6 of a refractory time.

    Resets, holds, excursions between nodes and the memory's kicks included. Catches a hold in which the mode leaks, a
    reset that leaves the frame behind, noise that is drawn in another order.
    """
    neuron = qs.Neuron("m", membrane="envelope", v_threshold="30 uV", t_ref="0.3 ns", spike="record",
                       record={"filter": "0.2 ns"})  # fmt: skip
    settings = {"neuron": neuron, "duration": "3 ns", "trajectories": 6, "seed": 3, "dt": "8 ps"}
    drives = {"tone": qs.Sine("8 nA", frequency="5.03 GHz")}
    mine = problem(ENVELOPE, truncation=40, drives=drives, **settings).solve()
    theirs = problem(ENVELOPE, "moments", drives=drives, **settings).solve()
    assert np.sum(np.asarray(theirs.spike_count)) > 10
    assert np.array_equal(np.asarray(mine.spike_count), np.asarray(theirs.spike_count))
    most = int(np.max(np.asarray(theirs.spike_count)))
    times, exact = (np.asarray(s.spike_time)[:, :most] for s in (mine, theirs))
    assert np.nanmax(np.abs(times - exact)) < 0.3e-15
    assert np.asarray(mine.voltage) == pytest.approx(np.asarray(theirs.voltage), abs=1e-10)
    assert float(mine.diagnostics["smallest_eigenvalue"]) > -1e-12


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"memory": "operator", "spike": "record"}, "operator"),
        ({"spike": "escape"}, "escape"),
        ({"save": qs.Save(wigner_times=[1e-10])}, "wigner_times"),
        ({"save": qs.Save(states=True), "trajectories": 100_000, "save_every": "1 ps"}, "states"),
    ],
)
def test_what_has_no_record_in_fock_space_is_refused_by_name(settings, key):
    """Catches a combination that fails far from its cause, or fills the memory."""
    detectors = {"record": {"filter": "1 ns"}, "escape": {"rate": "1e9/s", "width": "2 uV"}}
    if spike := settings.get("spike"):
        neuron = {"membrane": "quadrature", "v_threshold": "60 uV", "spike": spike, spike: detectors[spike]}
        settings = settings | {"neuron": qs.Neuron("m", **neuron)}
    settings = {name: value for name, value in settings.items() if name != "spike"}
    with pytest.raises(qs.InputError, match=key):
        problem(ENVELOPE if key != "operator" else RECORD, **settings).solve()
