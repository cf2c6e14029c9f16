"""What superposed spike trains become: clicks as the bins grow short, frequencies of patterns as they are drawn."""

import numpy as np
import pytest
import qutip
from scipy.constants import e, hbar
from scipy.linalg import sqrtm
from scipy.stats import chi2

import dense_neuron as dense
from quspike.spike_trains.patterns import final_state
from quspike.spike_trains.state import SpikeTrainState

RATE, KAPPA, LONG, ALPHA = 1e9, 2e8, 4e-9, 0.6 + 1.2j  # Γ0 and κ in 1/s; a neuron let go above its threshold, at 5 mK


def of_bins(bins, **changes):
    return dense.chain(
        bins=bins,
        bin=LONG / bins,
        state="coherent",
        alpha=ALPHA,
        rate=RATE,
        amplitude=0.0,
        **({"R": "50kohm", "T": "5mK"} | changes),
    )


@pytest.fixture(scope="module")
def click():
    """L = U√Γ, with Γ0 in 1/ns."""
    return dense.kick() @ sqrtm(dense.edge_matrix(lambda share: share)) * (RATE * 1e-9) ** 0.5


def first_state():
    psi = dense.displaced(ALPHA)[:, 0]
    return np.outer(psi, psi.conj())


def test_without_their_qubits_short_bins_are_a_click_at_first_order(click):
    """QuTiP's master equation with the jumps √κ a and U√Γ: half the bin, half the distance of ρ at the end.

    Catches: a K0 that loses Γ/4, a kick on the other side of √Γ.
    """
    jumps = [qutip.Qobj((KAPPA * 1e-9) ** 0.5 * dense.lowering()), qutip.Qobj(click)]
    options = {"atol": 1e-11, "rtol": 1e-9}
    zero = qutip.qzero(dense.LEVELS)
    exact = qutip.mesolve(zero, qutip.Qobj(first_state()), [0, LONG * 1e9], jumps, options=options).states[-1].full()
    found = [np.linalg.norm(final_state(of_bins(bins)) - exact, "nuc") for bins in (16, 32, 64)]
    assert np.array(found[:-1]) / found[1:] == pytest.approx(2, abs=0.1)
    assert found[-1] < 0.02


JUNCTION = {"circuit": dense.JUNCTION, "nonlinearity": "kerr"}


def kerr():
    """−E_J x⁴/24 averaged over the carrier, 1/ns: −(E_J η⁴/4ħ)(n² + n)."""
    n, eta = np.arange(dense.LEVELS), dense.PHI_ZPF * 2 * e / hbar
    return qutip.Qobj(np.diag(-dense.EJ * eta**4 / 4 / hbar * 1e-9 * (n**2 + n)))


@pytest.mark.slow
@pytest.mark.target
def test_with_a_junction_short_bins_are_a_click_at_first_order_too(click):
    """The same with H_nl of 0.3/ns a quantum. Catches: a junction that a qubit's reset forgets."""
    jumps = [qutip.Qobj((KAPPA * 1e-9) ** 0.5 * dense.lowering()), qutip.Qobj(click)]
    options = {"atol": 1e-11, "rtol": 1e-9}
    exact = qutip.mesolve(kerr(), qutip.Qobj(first_state()), [0, LONG * 1e9], jumps, options=options).states[-1].full()
    found = [np.linalg.norm(final_state(of_bins(bins, **JUNCTION)) - exact, "nuc") for bins in (32, 64)]
    assert found[0] / found[1] == pytest.approx(2, abs=0.1)
    assert found[1] < 0.02


@pytest.mark.slow
@pytest.mark.target
def test_beside_an_operator_memory_short_bins_are_a_click_at_first_order_too(click):
    """With the secular jumps of W(φ̂), written out by hand. Catches: a memory whose jumps stop at a qubit."""
    jumps = [*operator_jumps(0.1, dense.LEVELS - 1), qutip.Qobj(click)]
    options = {"atol": 1e-11, "rtol": 1e-9}
    zero = qutip.qzero(dense.LEVELS)
    exact = qutip.mesolve(zero, qutip.Qobj(first_state()), [0, LONG * 1e9], jumps, options=options).states[-1].full()
    changes = {"circuit": dense.MEMRISTOR, "memory": "operator", "T": "0.1K"}
    found = [np.linalg.norm(final_state(of_bins(bins, **changes)) - exact, "nuc") for bins in (32, 64)]
    assert found[0] / found[1] == pytest.approx(2, abs=0.1)
    assert found[1] < 0.03


def operator_jumps(temperature, most):
    return [qutip.Qobj(jump * 10**-4.5) for jump in dense.golden_rule(temperature, most)]


@pytest.mark.slow
@pytest.mark.target
def test_the_field_of_spikes_of_a_junction_is_that_of_quantum_regression(click):
    """⟨L†(t)L(t′)⟩ from t = 2 ns on, H_nl beside. Catches: phases of H_nl that turn the other way between spikes."""
    jumps = [qutip.Qobj((KAPPA * 1e-9) ** 0.5 * dense.lowering()), qutip.Qobj(click)]
    errors = []
    for bins in (64, 128):
        train = SpikeTrainState(of_bins(bins, **JUNCTION))
        times = train.times[bins // 2 :] * 1e9
        exact = qutip.correlation_2op_2t(
            kerr(), qutip.Qobj(first_state()), [0.0, times[0]], times - times[0], jumps,
            jumps[1].dag(), jumps[1], options={"atol": 1e-11, "rtol": 1e-9},
        )[1].conj()  # fmt: skip
        errors.append(np.abs(train.field_correlation(bins // 2) * 1e-9 - exact).max() / np.abs(exact).max())
    assert errors[0] / errors[1] == pytest.approx(2, abs=0.15)
    assert errors[1] < 0.03


@pytest.mark.slow
@pytest.mark.target
def test_the_field_of_spikes_is_that_of_quantum_regression(click):
    """⟨L†(t)L(t′)⟩ from t = 2 ns on, against QuTiP's two-time functions, at first order in the bin.

    Catches: L without its kick, a phase that is conjugate, rates p_i in place of p_i/Δ.
    """
    jumps = [qutip.Qobj((KAPPA * 1e-9) ** 0.5 * dense.lowering()), qutip.Qobj(click)]
    errors = []
    for bins in (128, 256):
        train = SpikeTrainState(of_bins(bins))
        times = train.times[bins // 2 :] * 1e9
        exact = qutip.correlation_2op_2t(
            qutip.qzero(dense.LEVELS), qutip.Qobj(first_state()), [0.0, times[0]], times - times[0], jumps,
            jumps[1].dag(), jumps[1], options={"atol": 1e-11, "rtol": 1e-9},
        )[1].conj()  # fmt: skip
        errors.append(np.abs(train.field_correlation(bins // 2) * 1e-9 - exact).max() / np.abs(exact).max())
    assert errors[0] / errors[1] == pytest.approx(2, abs=0.1)
    assert errors[1] < 0.01


@pytest.mark.parametrize("loss", [{}, {"R": "20kohm", "T": "100mK"}, {"R": "20kohm", "T": "5mK", "reset": "zero"}],
                         ids=["nothing lost", "lossy", "zero"])  # fmt: skip
def test_drawn_trains_have_the_frequencies_of_their_patterns(loss):
    """χ² of 4,096 trains of six bins, seed 2, and the same trains for the same seed.

    Catches: qubits drawn apart from each other, Kraus operators drawn with equal weights, a rest that does not end.
    """
    train = SpikeTrainState(dense.chain(bins=6, rest=1, **loss))
    drawn = train.sample(4096, seed=2)
    assert np.array_equal(drawn[:700], train.sample(700, seed=2))
    patterns = (np.arange(64)[:, None] >> np.arange(6)[::-1]) & 1
    expected = 4096 * train.probability(patterns)
    seen = np.bincount(drawn @ (1 << np.arange(6)[::-1]), minlength=64)
    often = expected > 5
    assert seen[expected < 1e-9].sum() == 0
    rest = expected[~often].sum(), seen[~often].sum()
    statistic = np.sum((seen - expected)[often] ** 2 / expected[often]) + (rest[1] - rest[0]) ** 2 / max(rest[0], 1)
    assert chi2.sf(statistic, often.sum()) > 1e-3


def test_loss_disentangles_past_and_future():
    """Negativity of six qubits and the neuron falls with κ. Catches: loss that the qubits' phases do not feel."""
    found = [SpikeTrainState(dense.chain(bins=6, R=R, T="5mK")).negativity(6) for R in ("1e21ohm", "200kohm", "20kohm")]
    assert found[0] > 1.1 * found[1] > 1.1**2 * found[2] > 0


def test_without_loss_the_qubits_are_as_mixed_as_the_neuron():
    """All twelve qubits against the neuron that wrote them: one spectrum. Catches: a state that is not pure."""
    train = SpikeTrainState(dense.chain(bins=12))
    assert train.entropies()[-1] == pytest.approx(train.neuron_entropies()[-1], abs=1e-9)
    assert train.entropies()[-1] > 0.3


@pytest.mark.slow
@pytest.mark.target
def test_a_longer_train_costs_as_many_operations_a_bin():
    """What acts on the neuron is counted: as often for each of 1,000 bins as of 250. Catches: a quadratic cost."""
    counts = {bins: _operations(dense.chain(bins=bins, bin=0.1e-9, R="50kohm", rest=2)) for bins in (250, 1000)}
    assert counts[1000] == pytest.approx(4 * counts[250], rel=1e-2)


def _operations(chain):
    """Kraus operators that were applied to neurons in a probability, a count, and the mean fields of all bins."""
    seen = []

    class Counted:
        def __init__(self, stage):
            self.stage = stage

        def act(self, ket, bra, rho):
            seen.append(len(rho))
            return self.stage.act(ket, bra, rho)

    from dataclasses import replace

    moves = tuple(tuple(Counted(stage) for stage in move) for move in chain.moves)
    train = SpikeTrainState(replace(chain, moves=moves))
    pattern = np.zeros((1, chain.bins), dtype=int)
    pattern[0, ::7] = 1
    assert np.isfinite(train.log_probability(pattern)).all()
    assert train.count.mean == pytest.approx(train.spike_probability.sum(), rel=1e-9)
    return sum(seen)
