"""The spike train of a neuron that nobody observes: one object, from which every question about it is answered."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from quspike.spike_trains import counting, patterns, purity, sampling, tensors, windows
from quspike.spike_trains.asked import as_patterns, whole
from quspike.spike_trains.chain import Chain, traced
from quspike.spike_trains.counting import Count
from quspike.spike_trains.field import field_correlation
from quspike.spike_trains.patterns import Likely


@dataclass(frozen=True, eq=False)
class SpikeTrainState:
    """`|Ψ⟩ = Σ_s M_K W_s_K … M_1 W_s_1 M_0|ψ⟩ ⊗ |s_1 … s_K⟩`: a matrix-product state whose bond is the neuron.

    Patterns are rows of 0 (silent) and 1 (spike), one a bin, as arrays, lists or texts ("0010"). Every answer but those
    about windows of qubits costs a time linear in the number of bins.

    Parameters
    ----------
    chain : what generates it.
    """

    chain: Chain

    @property
    def bins(self) -> int:
        """K, the number of qubits."""
        return self.chain.bins

    @property
    def bond(self) -> int:
        """The bond's dimension: the neuron's levels, times 1 + t_ref/Δ."""
        return self.chain.bond

    @property
    def times(self) -> np.ndarray:
        """The middle of each bin (K,), s."""
        return self.chain.middles

    def probability(self, pattern: Any) -> np.ndarray:
        """The probability of each of these patterns (M,)."""
        return np.exp(self.log_probability(pattern))

    def log_probability(self, pattern: Any) -> np.ndarray:
        """Its logarithm (M,), which a thousand bins do not round to nothing."""
        return patterns.log_probability(self.chain, as_patterns(self.bins, pattern))

    def most_likely(self, count: int = 10) -> Likely:
        """The most likely patterns with their probabilities, and the bound that nothing else is likelier than."""
        return patterns.most_likely(self.chain, whole("count", count, 1, "patterns"))

    def coherence(self, pattern: Any) -> np.ndarray:
        """`⟨A|ρ|B⟩` between each two of these patterns, the neuron traced out (M, M); the diagonal is p."""
        return patterns.coherence(self.chain, as_patterns(self.bins, pattern))

    def sample(self, count: int, seed: int = 0) -> np.ndarray:
        """`count` trains drawn from their exact distribution (count, K); the same for the same seed."""
        return sampling.sample(self.chain, whole("count", count, 1, "trains"), whole("seed", seed, 0, "of the draw"))

    @cached_property
    def spike_probability(self) -> np.ndarray:
        """The probability of a spike in each bin (K,), whatever the others hold."""
        return counting.spike_probability(self.chain)

    @cached_property
    def count(self) -> Count:
        """Mean, variance and Fano factor of the number of spikes."""
        return counting.count(self.chain)

    def count_distribution(self, most: int | None = None) -> np.ndarray:
        """p(n spikes) for n = 0 … most; as far as there is weight where `most` is left out."""
        return counting.count_distribution(self.chain, None if most is None else whole("most", most, 0, "spikes"))

    def entropies(self) -> np.ndarray:
        """The von Neumann entropy (nats) of the cut behind each qubit (K,), the neuron with the future.

        Raises InputError where something is lost: the state is mixed, and entropy no measure of its entanglement.
        """
        return np.array([purity.entropy(spectrum) for spectrum in purity.schmidt_spectra(self.chain)])

    def neuron_entropies(self) -> np.ndarray:
        """The von Neumann entropy (nats) of the neuron itself after each qubit (K,), all qubits traced out."""
        states = (blocks.sum(axis=0) for _, blocks in traced(self.chain))
        return np.array([purity.entropy(np.linalg.eigvalsh(rho)) for rho in states])

    def negativity(self, cut: int, past: int | None = None, future: int | None = None) -> float:
        """Negativity between the `past` qubits before a cut (all of them, if left out) and what comes after.

        future : that many qubits behind the cut; None: the neuron as it stands there, through which alone they are
        entangled.
        """
        return windows.negativity(windows.density(self.chain, *_window(cut, past, future)))

    def mutual_information(self, cut: int, past: int | None = None, future: int | None = None) -> float:
        """S(past) + S(future) − S(both), nats, of the same qubits."""
        return windows.mutual_information(windows.density(self.chain, *_window(cut, past, future)))

    def neuron_state(self, pattern: Any = None) -> np.ndarray:
        """The neuron at the end (N, N), of unit trace, in the frame that rotates at ω0: given a pattern, or none."""
        if pattern is None:
            return patterns.final_state(self.chain)
        return patterns.conditional_state(self.chain, as_patterns(self.bins, pattern)[0])

    def wigner(self, beta: np.ndarray, pattern: Any = None) -> np.ndarray:
        """Its Wigner function at complex points β = φ/2φ_zpf + iq/2q_zpf of any shape."""
        from quspike.kernel.wigner import fock_wigner

        return fock_wigner(self.neuron_state(pattern), beta)

    def field_correlation(self, first: int) -> np.ndarray:
        """`⟨L†(t)L(t′)⟩` of the spike field between the bin `first` and each one from it on, 1/s."""
        return field_correlation(self.chain, whole("first", first, 0, "a bin"))

    def to_quimb(self) -> Any:
        """The state as quimb's MatrixProductState, the neuron its last site; with loss a TensorNetwork with a Kraus leg
        a site. Needs `pip install quspike[coherent]`."""
        return tensors.to_quimb(self.chain)


def _window(cut: int, past: int | None, future: int | None) -> tuple[int, int, int | None]:
    """Whole numbers of qubits; all before the cut, where `past` is left out."""
    cut = whole("cut", cut, 1, "qubits before it")
    before = cut if past is None else whole("past", past, 1, "qubits before the cut")
    return cut, before, None if future is None else whole("future", future, 1, "qubits behind the cut")
