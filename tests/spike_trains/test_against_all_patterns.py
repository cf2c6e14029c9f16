"""Spike trains as matrix-product states against one dense vector of twelve qubits and the neuron, and its loss."""

from types import SimpleNamespace

import numpy as np
import pytest

import dense_neuron as dense
from quspike.errors import InputError
from quspike.spike_trains.asked import as_patterns
from quspike.spike_trains.state import SpikeTrainState

ALL = (np.arange(4096)[:, None] >> np.arange(12)[::-1]) & 1
CHOSEN = np.random.default_rng(1).permutation(4096)[:40]


@pytest.fixture(scope="module", params=[0, 2], ids=["no rest", "two bins of rest"])
def pair(request):
    """The chain and the dense vector, nothing lost."""
    return SpikeTrainState(dense.chain(rest=request.param)), dense.pure_state(rest=request.param)


def test_every_pattern_of_twelve_bins_has_its_probability(pair):
    """All 4,096, to 1e-10, and they sum to one.

    Catches: K1 = √E U in place of U√E, a qubit at its bin's end, a drive that goes on in a rest, a rest one bin long.
    """
    train, psi = pair
    exact = np.sum(np.abs(psi) ** 2, axis=1)
    found = train.probability(ALL)
    assert np.abs(found - exact).max() < 1e-10
    assert found.sum() == pytest.approx(1, abs=1e-12)


ASKED = [
    (lambda train: train.probability("00000000000x"), "pattern", "'x'"),
    (lambda train: train.probability(17), "pattern", "row of 12 bins"),
    (lambda train: train.probability([0, 2] * 6), "pattern", "got 2"),
    (lambda train: train.probability([0.5] * 12), "pattern", "got 0.5"),
    (lambda train: train.probability([ALL[0], [0, 1]]), "pattern", "12 bins, one a qubit, but got 2 bins"),
    (lambda train: train.coherence([[None] * 12]), "pattern", "got None"),
    (lambda train: train.negativity(2.5), "cut", "integer ≥ 1"),
    (lambda train: train.mutual_information(4, past="two"), "past", "integer ≥ 1"),
    (lambda train: train.negativity(4, future=True), "future", "integer ≥ 1"),
    (lambda train: train.most_likely(2.5), "count", "integer ≥ 1"),
    (lambda train: train.sample("a"), "count", "integer ≥ 1"),
    (lambda train: train.sample(3, seed=-1), "seed", "integer ≥ 0"),
    (lambda train: train.count_distribution("all"), "most", "integer ≥ 0"),
    (lambda train: train.field_correlation(0.5), "first", "integer ≥ 0"),
]


@pytest.mark.parametrize(("ask", "key", "words"), ASKED)
def test_what_is_no_question_is_refused_by_its_key(ask, key, words):
    """Catches: Python's own errors; a half that is rounded to a bit; True for one qubit."""
    train = SpikeTrainState(SimpleNamespace(bins=12))
    with pytest.raises(InputError, match=words) as caught:
        ask(train)
    assert caught.value.key == key


def test_patterns_are_texts_lists_and_arrays_alike():
    """One row, or several. Catches: a row of bits that is taken for twelve patterns; a list of texts for one."""
    one = as_patterns(3, "010")
    assert one.tolist() == as_patterns(3, [0, True, 0.0]).tolist() == as_patterns(3, np.array([0, 1, 0])).tolist()
    assert as_patterns(3, ["010", "111"]).tolist() == as_patterns(3, [[0, 1, 0], [1, 1, 1]]).tolist()
    assert as_patterns(3, []).shape == (0, 3)


def test_coherences_between_spike_trains_are_those_of_the_dense_state(pair):
    """40 patterns at random and the ten likeliest, each with each. Catches: the conjugate, a Kraus leg on one side."""
    train, psi = pair
    chosen = np.concatenate([CHOSEN, np.argsort(-np.sum(np.abs(psi) ** 2, axis=1))[:10]])
    exact = psi[chosen] @ psi[chosen].conj().T
    assert np.abs(train.coherence(ALL[chosen]) - exact).max() < 1e-10


def test_the_likeliest_patterns_are_found_for_certain(pair):
    """Catches: a beam that is not widened, a bound that misses what was dropped."""
    train, psi = pair
    exact = np.sort(np.sum(np.abs(psi) ** 2, axis=1))[::-1]
    likely = train.most_likely(10)
    assert likely.certain
    assert likely.probabilities == pytest.approx(exact[:10], abs=1e-12)
    assert train.probability(likely.patterns) == pytest.approx(likely.probabilities, abs=1e-12)
    assert likely.bound <= exact[9] + 1e-12


def test_entanglement_of_past_and_future_is_that_of_the_dense_state(pair):
    """Every cut, by singular values of |Ψ⟩ as a matrix. Catches: the register taken for a thing beside the qubits."""
    train, psi = pair
    exact = []
    for cut in range(1, 13):
        values = np.linalg.svd(psi.reshape(2**cut, -1), compute_uv=False) ** 2
        exact.append(-np.sum(values[values > 1e-15] * np.log(values[values > 1e-15])))
    assert train.entropies() == pytest.approx(exact, abs=1e-9)


def test_counts_are_those_of_all_patterns(pair):
    """Mean, Fano factor and distribution. Catches: n² that gains n in place of 2n + 1."""
    train, psi = pair
    probability, spikes = np.sum(np.abs(psi) ** 2, axis=1), ALL.sum(axis=1)
    exact = np.bincount(spikes, probability, 13)
    mean = spikes @ probability
    assert train.count.mean == pytest.approx(mean, abs=1e-11)
    assert train.count.fano == pytest.approx((spikes**2 @ probability - mean**2) / mean, abs=1e-10)
    assert train.count_distribution(12) == pytest.approx(exact, abs=1e-11)
    assert train.spike_probability == pytest.approx(probability @ ALL, abs=1e-11)


def test_the_field_of_spikes_keeps_its_phase_as_the_dense_state_does(pair):
    """⟨σ⁺_3 σ⁻_j⟩/Δ for all j ≥ 3, every other qubit traced out. Catches: pairs that stop while one of them rests."""
    train, psi = pair
    exact = []
    for j in range(3, 12):
        if j == 3:
            exact.append(np.sum(np.abs(psi[ALL[:, 3] == 1]) ** 2))
            continue
        bra = (ALL[:, 3] == 1) & (ALL[:, j] == 0)
        ket = np.flatnonzero(bra) - 2 ** (11 - 3) + 2 ** (11 - j)
        exact.append(np.sum(psi[bra].conj() * psi[ket]))
    assert train.field_correlation(3) == pytest.approx(np.array(exact) / 0.5e-9, abs=1e-2)  # of 1e8/s


def test_negativity_of_windows_is_that_of_the_dense_state(pair):
    """Qubits 4–6 against 7–9 and against the neuron, all else traced out. Catches: a transpose of both sides."""
    train, psi = pair
    state = psi.reshape(16, 8, 8, 4, -1)
    rho = np.einsum("axyfn,azwfn->xyzw", state, state.conj())
    values = np.linalg.eigvalsh(rho.transpose(2, 1, 0, 3).reshape(64, 64))
    assert train.negativity(7, 3, 3) == pytest.approx(-values[values < 0].sum(), abs=1e-7)
    exact = [
        np.linalg.eigvalsh(m) for m in (np.einsum("xyzy->xz", rho), np.einsum("xyxz->yz", rho), rho.reshape(64, 64))
    ]
    entropies = [-np.sum(v[v > 1e-15] * np.log(v[v > 1e-15])) for v in exact]
    assert train.mutual_information(7, 3, 3) == pytest.approx(entropies[0] + entropies[1] - entropies[2], abs=1e-7)


def test_a_pattern_leaves_its_own_state_behind(pair):
    """The neuron given the likeliest pattern with spikes. Catches: a state before its last half bin."""
    train, psi = pair
    pattern = next(p for p in train.most_likely(5).patterns if p.any())
    left = psi[int("".join(map(str, pattern)), 2)]
    exact = np.outer(left, left.conj()) / np.vdot(left, left).real
    assert np.abs(train.neuron_state(pattern) - exact).max() < 1e-10
    origin = train.wigner(np.zeros(1), pattern)[0]
    parity = (-1.0) ** np.arange(dense.LEVELS)
    assert origin == pytest.approx(2 / np.pi * np.sum(np.abs(left) ** 2 * parity) / np.vdot(left, left).real, abs=1e-10)


@pytest.mark.parametrize("reset", ["subtract", "zero"])
@pytest.mark.parametrize(("temperature", "tolerance"), [(0.005, 1e-10), (0.19, 5e-5)], ids=["cold", "n̄ = 0.39"])
def test_with_loss_probabilities_and_coherences_are_those_of_the_liouvillian(reset, temperature, tolerance):
    """κ = 5e8/s, by exponentials of the whole Liouvillian; a reset to zero by a swap on both modes at once.

    Warm, eight levels are not one state in both: what would rise beyond the last stays below it in different ways, by
    2e-5 here, 5e-6 at 12 levels and 7e-7 at 16.
    Catches: loss and gain in the other order, a swap that keeps no trace of what it took, half the leak.
    """
    from scipy.constants import hbar, k

    kappa = 1 / (20e3 * dense.C)
    occupation = 1 / np.expm1(hbar * dense.OMEGA / (k * temperature))
    chain = dense.chain(bins=4, R="20kohm", T=f"{temperature * 1e3:g}mK", reset=reset)
    fresh = None
    if reset == "zero":
        weights = (occupation / (1 + occupation)) ** np.arange(dense.LEVELS)
        turn = dense.displaced(dense.RESET / (2 * dense.V_ZPF) * np.exp(1j * dense.THETA))
        fresh = turn @ np.diag(weights / weights.sum()) @ turn.conj().T
    train = SpikeTrainState(chain)
    patterns = np.array([[0, 0, 0, 0], [0, 1, 0, 0], [0, 1, 0, 1], [1, 1, 1, 0]])
    found = train.coherence(patterns)
    for i, ket in enumerate(patterns):
        for j, bra in enumerate(patterns):
            exact = dense.mixed_coherence(ket, bra, kappa, occupation, reset=reset, fresh=fresh)
            assert found[i, j] == pytest.approx(exact, abs=tolerance)
