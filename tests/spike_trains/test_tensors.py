"""The train handed to quimb, which then says the same of it."""

import sys

import numpy as np
import pytest
import quimb.tensor  # noqa: F401  # the oracle: without it these tests fail, and are not left out

import dense_neuron as dense
from quspike.errors import InputError, NotAvailable
from quspike.spike_trains import tensors
from quspike.spike_trains.state import SpikeTrainState


@pytest.mark.parametrize("rest", [0, 2])
def test_quimb_finds_the_same_entropies_and_probabilities(rest):
    """Of a train that loses nothing, by quimb's own canonical form. Catches: a bond whose register is left open."""
    train = SpikeTrainState(dense.chain(bins=6, rest=rest))
    state = train.to_quimb()
    assert state.H @ state == pytest.approx(1, abs=1e-12)
    found = [state.entropy(cut) * np.log(2) for cut in range(1, 7)]
    assert train.entropies() == pytest.approx(found, abs=1e-9)
    pattern = train.most_likely(3).patterns[1]
    left = state.isel({f"k{n}": int(bit) for n, bit in enumerate(pattern)}).contract().data
    assert train.probability(pattern)[0] == pytest.approx(np.sum(np.abs(left) ** 2), abs=1e-12)


@pytest.mark.parametrize("reset", ["subtract", pytest.param("zero", marks=pytest.mark.slow)])
def test_quimb_contracts_a_lossy_train_to_the_same_coherences(reset):
    """One Kraus leg a site, traced by quimb. Catches: a leg that is not shared by silence and spike."""
    train = SpikeTrainState(dense.chain(bins=5, R="20kohm", T="100mK", reset=reset, rest=1))
    network = train.to_quimb()
    patterns = np.array([[0, 0, 0, 0, 0], [0, 0, 1, 0, 0], [0, 1, 0, 0, 1], [1, 0, 0, 1, 0]])
    sides = [network.isel({f"k{n}": int(bit) for n, bit in enumerate(p)}) for p in patterns]
    found = [[_overlap(ket, bra) for bra in sides] for ket in sides]
    assert np.abs(train.coherence(patterns) - np.array(found)).max() < 1e-12


@pytest.mark.slow
def test_quimb_contracts_a_lossy_junctions_train_to_the_same_coherences():
    """Many stages in a move, one Kraus leg a site. Catches: legs of a free and of a held neuron that are cut apart."""
    train = SpikeTrainState(
        dense.chain(levels=5, bins=3, R="20kohm", T="100mK", rest=1, circuit=dense.JUNCTION, nonlinearity="kerr")
    )
    network = train.to_quimb()
    patterns = np.array([[0, 0, 0], [0, 1, 0], [1, 0, 1]])
    sides = [network.isel({f"k{n}": int(bit) for n, bit in enumerate(p)}) for p in patterns]
    found = [[_overlap(ket, bra) for bra in sides] for ket in sides]
    assert np.abs(train.coherence(patterns) - np.array(found)).max() < 1e-10


def _overlap(ket, bra):
    other = bra.conj()
    other.mangle_inner_()
    return complex((ket | other).contract())


def test_a_bond_that_does_not_fit_is_refused_with_its_size():
    """Catches: memory that runs out in place of a sentence."""
    chain = dense.chain(bins=4, rest=20, levels=20)
    with pytest.raises(InputError, match=r"bond must have less than .* but got 4 tensors of bond 420, 0\.023 GB"):
        _with_limit(chain, 0.01e9)


def test_without_quimb_the_error_says_what_to_install(monkeypatch):
    """Catches: an import error that names a module."""
    monkeypatch.setitem(sys.modules, "quimb", None)
    monkeypatch.setitem(sys.modules, "quimb.tensor", None)
    with pytest.raises(NotAvailable, match=r"to_quimb\(\) needs quimb: pip install quspike\[coherent\]"):
        SpikeTrainState(dense.chain(bins=2)).to_quimb()


def _with_limit(chain, bytes_):
    before = tensors.LARGEST
    tensors.LARGEST = bytes_
    try:
        tensors.site_tensors(chain)
    finally:
        tensors.LARGEST = before
