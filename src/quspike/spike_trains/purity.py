"""Entanglement of past and future in a train that loses nothing: the Schmidt spectrum of every cut of a pure state.

    |Ψ⟩ = Σ_p |p⟩ ⊗ V_r(p) |ψ_p⟩,      λ_cut = spectrum of √L R √L,   L = Σ_p |r, ψ_p⟩⟨r, ψ_p|,  R_r′r = V_r′† V_r

p: what the qubits before the cut hold; V_r: what writes all later ones, from r bins of rest. Each V_r is an isometry,
so R_rr = 1; without rest the cut's entropy is that of the neuron as it stands there.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from quspike.errors import InputError
from quspike.spike_trains.chain import Chain, traced
from quspike.spike_trains.meeting import futures
from quspike.spike_trains.stages import FREE, square_root

PURE = 1e-9  # of the weight that a pure state's other eigenvectors may have: loss of less in a whole run is none


def impurity(chain: Chain) -> float:
    """1 − Tr ρ² of all qubits and the neuron, as a sum of what each piece of the chain loses at the most."""
    rest = 1 - float(np.linalg.eigvalsh(chain.start)[-1])
    for stages in chain.moves:
        for stage in stages:
            kraus = stage.kraus(FREE)
            rest += float(sum(np.max(np.abs(k)) ** 2 for k in kraus[1:]))
    swapped = sum(write.fresh is not None for write in chain.writes)
    return rest + swapped


def schmidt_spectra(chain: Chain) -> Iterator[np.ndarray]:
    """Eigenvalues of each cut behind qubit n = 1 … K, the neuron on the future's side, from the largest down.

    Raises InputError where the train is mixed: past and future are then entangled less than this, and `negativity` says
    how much at the least.
    """
    lost = impurity(chain)
    if lost > PURE:
        remedy = f"must be read where nothing is lost, and this train loses {lost:.2g}: use negativity"
        raise InputError("entropy", "of a mixed state", remedy)
    if chain.rest == 0:
        for _, blocks in traced(chain):
            yield np.linalg.eigvalsh(blocks[0])[::-1]
        return
    right = futures(chain, 0, chain.bins)
    for n, (_, blocks) in enumerate(traced(chain)):
        root = np.array([square_root(block) for block in blocks])
        gram = root[:, None] @ right[n + 1].swapaxes(0, 1) @ root[None]
        size = chain.bond
        yield np.linalg.eigvalsh(gram.transpose(0, 2, 1, 3).reshape(size, size))[::-1]


def entropy(spectrum: np.ndarray) -> float:
    """−Σ λ ln λ, nats."""
    kept = spectrum[spectrum > 0]
    return float(max(-np.sum(kept * np.log(kept)), 0.0))
