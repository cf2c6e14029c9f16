"""How wrong a train may be whose neuron moves in parts: its moves beside the same in parts twice as long.

    ‖ρ − ρ′‖₁ ≤ Σ_n ‖(𝓜_n − 𝓜_n′) ⊗ 1 |√ρ_n⟩⟩⟨⟨√ρ_n|‖₁,      𝓜 of second order: ⅓ of what two of them differ by

ρ is the state of all qubits and the neuron together, ρ_n the neuron's before its n-th move: whatever it is entangled
with purifies it, and no later move makes the two easier to tell apart. So neither the probability of a pattern nor any
coherence of two is further off. Every move has its own term: a drive may be on in a few of them only.
"""

from __future__ import annotations

import numpy as np

from quspike.methods.coherent.neuron import Neuron, moves_between
from quspike.spike_trains.chain import Chain, Histories, through, traced
from quspike.spike_trains.stages import Stage

WIDEST = 12  # parts of √ρ_n at the most, the heaviest ones
LIGHT = 1e-4  # of ρ_n, what the parts beyond them may hold where that takes fewer
ORDER = 3.0  # 2² − 1


def train_error(neuron: Neuron, chain: Chain, step: float) -> float:
    """The bound, an estimate as its moves are; zero where a neuron moves exactly. step : the chain's own, s."""
    if neuron.between is None:
        return 0.0
    edges = np.concatenate([[0.0], chain.middles, [chain.bins * chain.bin]])
    coarse = moves_between(neuron, edges[:-1], edges[1:], step, coarse=True)
    first = np.zeros((1 + chain.rest, *chain.start.shape), dtype=complex)
    first[0] = chain.start
    states = [first, *(after for _, after in traced(chain))]
    return sum(distance(*term) for term in zip(chain.moves, coarse, states, strict=True)) / ORDER


def distance(one: tuple[Stage, ...], other: tuple[Stage, ...], blocks: np.ndarray) -> float:
    """‖(𝓜 − 𝓜′) ⊗ 1‖₁ on the purified neuron, whose blocks (1 + rest, N, N) are told apart by their rest."""
    weights, states = np.linalg.eigh(blocks)
    falling = np.argsort(-weights, axis=None)
    held = np.cumsum(np.sort(weights, axis=None)[::-1])
    enough = 1 + int(np.searchsorted(held, (1 - LIGHT) * held[-1]))
    rest, which = np.unravel_index(falling[: min(WIDEST, enough)], weights.shape)
    vectors = states[rest, :, which] * np.sqrt(np.maximum(weights[rest, which], 0.0))[:, None]
    pairs = Histories((vectors[:, None, :, None] * vectors[None, :, None, :].conj()).reshape(-1, *blocks.shape[1:]),
                      np.repeat(rest, len(rest)), np.tile(rest, len(rest)))  # fmt: skip
    apart = through(one, pairs).rho - through(other, pairs).rho
    count, levels = len(rest), blocks.shape[1]
    matrix = apart.reshape(count, count, levels, levels).transpose(0, 2, 1, 3).reshape(count * levels, -1)
    return float(np.sum(np.abs(np.linalg.eigvalsh(matrix))))
