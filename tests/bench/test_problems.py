"""The contestants solve the same problem: each equation against another, written independently."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import quspike as qs
from quspike.bench.membrane import SpikeTimes, spike_reference
from quspike.bench.observed import Observed
from quspike.bench.peers.qutip_displaced import displaced
from quspike.bench.peers.qutip_fock import fock
from quspike.bench.problems import PROBLEMS, G, K, ResonatorProblem, Scaled
from quspike.bench.reference import moment_equations, reference
from quspike.bench.rivals import resonator_rivals
from quspike.run.template import TEMPLATE

ADAPTING = Path(__file__).resolve().parents[2] / "examples" / "adapting.toml"


def few_quanta(problem: ResonatorProblem) -> ResonatorProblem:
    """The problem with a tenth of its span, begun near the vacuum and with a memory that moves at once."""
    small = replace(problem.shortened(0.1), displacement=0.1 * problem.displacement, cat=0.4 * problem.cat)
    quick = {"phi_c": 0.02 * problem.phi_c, "phi_s": 0.02 * problem.phi_s}
    return replace(small, amplitude=0.1 * problem.amplitude, **quick)


def gaussian_closure(numbers: Scaled) -> Observed:
    """The moment equations of K with every third cumulant 0 and every fourth moment factorised: the best Gaussian."""
    times = np.linspace(0, numbers.duration, numbers.samples + 1)

    def flow(tau: float, y: np.ndarray) -> list[complex]:
        a, n, m, x = y
        kappa, kerr = numbers.kappa(x.real), numbers.kerr
        shift = numbers.detuning * a + kerr * (abs(a) ** 2 * a + 2 * n * a + m * np.conj(a))
        turn, squeeze = numbers.detuning + 2 * kerr * (abs(a) ** 2 + n), kerr * (a**2 + m)
        return [
            -1j * shift - kappa / 2 * a + 1j * numbers.force(tau) * np.exp(1j * tau),
            2 * (squeeze * np.conj(m)).imag - kappa * (n - numbers.occupation),
            -2j * turn * m - 1j * squeeze * (2 * n + 1) - kappa * m,
            numbers.x_rate * abs(a),
        ]

    size = numbers.cat**2
    start = np.array([numbers.displacement, size * np.tanh(size), -size, 0], dtype=complex)
    a, n, m, x = solve_ivp(flow, (0, times[-1]), start, "DOP853", times, rtol=1e-9, atol=1e-11).y
    return Observed.of(a, a**2 + m, np.abs(a) ** 2 + n.real, x)


@pytest.mark.parametrize("frame", ["lab", "rotating"])
@pytest.mark.parametrize("name", ["G", "G-frozen", "K", "K-frozen"])
def test_the_peers_full_fock_space_and_the_reference_agree(name: str, frame: str):
    """Catches: a sign of the push, Kerr shift without its 2, κ in place of κ/2, a memory that is not fed back."""
    problem = few_quanta(PROBLEMS[name])
    peer = fock(problem.scaled(), levels=24, frame=frame, solver="adams", rtol=1e-9)()
    right = reference(problem)
    assert peer.error(right) < 2e-6
    if not problem.frozen:
        kappas = [problem.scaled().kappa(x) for x in right.memory]
        assert kappas[-1] > 1.5 * kappas[0]


@pytest.mark.parametrize("problem", [K, K.frozen_twin], ids=["K", "K-frozen"])
def test_no_gaussian_answers_the_kerr_problem(problem: ResonatorProblem):
    """The best one is off by more than 1e−2, from a coherent state of the same problem by less than 1e−4.

    Catches a K so weak, or so well begun, that `moments` would do; the coherent state shows that the closure is right.
    """
    assert gaussian_closure(problem.scaled()).error(reference(problem)) > 1e-2
    coherent = replace(problem, cat=0.0)
    assert gaussian_closure(coherent.scaled()).error(reference(coherent)) < 1e-4


def test_the_displaced_equation_holds_far_from_the_vacuum():
    """Catches: α² without its conjugate, a linear term left over, K in place of K/2 in a†²."""
    problem = replace(K.shortened(0.15), junction=3 * K.junction)
    numbers = problem.scaled()
    full = fock(numbers, levels=120, frame="rotating", solver="tsit5", rtol=1e-7)()
    assert full.error(displaced(numbers, levels=44, solver="adams", rtol=1e-9)()) < 2e-5


@pytest.mark.parametrize("name", ["G", pytest.param("K", marks=pytest.mark.slow)])
def test_quspike_solves_the_peers_problem(name: str):
    """Catches: another circuit, drive or first state than the peers', moments that are read wrongly from a Solution."""
    problem = PROBLEMS[name].shortened(0.2)
    with ExitStack() as stack:
        tuned = resonator_rivals(problem, lab=False)[0].begin(stack)
        assert tuned.solve().found.error(reference(problem)) < 1e-4


def test_the_moment_equations_ring_down_as_a_damped_coherent_state():
    """Catches: the amplitude leaking at κ."""
    numbers = replace(G.frozen_twin, amplitude=1e-30, displacement=3.0).scaled()
    alpha = moment_equations(numbers, 1e-10)().a
    times = np.linspace(0, numbers.duration, numbers.samples + 1)
    np.testing.assert_allclose(alpha, 3 * np.exp(-0.5 * numbers.kappa_off * times), rtol=0, atol=1e-8)


def test_the_problems_are_as_large_as_they_say():
    """Catches: a title that promises quanta or oscillations which the numbers do not give."""
    for problem, quanta in ((G, 83), (K, 80), (K.frozen_twin, 82)):
        assert np.max(reference(problem).number) == pytest.approx(quanta, abs=1)
    assert G.scaled().duration / (2 * np.pi) == pytest.approx(100, rel=0.01)
    assert K.scaled().duration / (2 * np.pi) == pytest.approx(60, rel=0.02)


def test_the_error_is_the_worst_of_all_observables():
    """Catches: a memory or a second moment that nobody compares."""
    right = Observed.of([1.0, 2.0], [1.0, 4.0], [1.0, 4.0], [0.0, 0.5])
    assert right.error(right) == 0
    assert Observed.of([1.0, 2.0], [1.0, 4.0], [1.0, 4.0], [0.0, 0.6]).error(right) == pytest.approx(0.2)
    assert Observed.of([1.0, 2.0], [1.0, 4.4], [1.0, 4.0], [0.0, 0.5]).error(right) == pytest.approx(0.1)


def test_the_membranes_reference_adapts_until_it_stops():
    """Catches: a reset of the memory, a refractory time that is left out."""
    times = spike_reference().times
    assert len(times) == 16
    assert times[[0, -1]] == pytest.approx([9.2785e-9, 115.542e-9], rel=1e-5)


def test_a_missing_spike_is_no_small_error():
    """Catches: comparing only the spikes that both have."""
    assert SpikeTimes(np.array([1.0, 2.0])).error(SpikeTimes(np.array([1.0, 2.0, 3.0]))) == np.inf
    assert SpikeTimes(np.array([1.0, 2.2])).error(SpikeTimes(np.array([1.0, 2.0]))) == pytest.approx(0.1)


def test_the_timed_membrane_is_the_example(tmp_path: Path):
    """Catches: a template that drifts away from examples/adapting.toml."""
    (tmp_path / "adapting.toml").write_text(TEMPLATE.format(name="adapting.toml"), encoding="utf-8")
    timed, example = qs.load(tmp_path / "adapting.toml"), qs.load(ADAPTING)
    assert timed.to_toml() == example.to_toml()
