"""Single spike trains out of the superposition: how likely each is, how coherent two are, what they leave behind.

    p(A) = Tr ρ_AA,    ⟨A|ρ|B⟩ = Tr ρ_AB,      ρ_AB = Σ_k M_k W_A … ρ(0) … W_B† M_k†

Weights are kept as logarithms, so that a thousand bins do not underflow.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quspike.errors import InputError
from quspike.spike_trains.chain import Chain, Histories, begin, move_blocks, moved, traced, weights, written

WIDEST, LONGEST = 4096, 50_000  # prefixes that a search keeps at the most, and those times bins
TOGETHER = 64  # pairs of patterns that are followed at a time


@dataclass(frozen=True, eq=False)
class Likely:
    """The most likely patterns, in order.

    patterns (M, K) of 0 and 1 · probabilities (M,) · bound : no other pattern is more likely than this; where it is at
    most the last of `probabilities`, these are the most likely ones for certain (`certain`).
    """

    patterns: np.ndarray
    probabilities: np.ndarray
    bound: float

    @property
    def certain(self) -> bool:
        """True if no pattern that was left aside can belong here."""
        return bool(self.bound <= self.probabilities[-1] * (1 + 1e-9))


def follow(chain: Chain, ket: np.ndarray, bra: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """ρ_AB of pairs of patterns (B, K), as unit matrices (B, N, N) and the logarithms of what they were (B,)."""
    h, size = begin(chain, len(ket)), np.zeros(len(ket))
    for n in range(chain.bins):
        h = written(chain, n, moved(chain, n, h), ket[:, n], bra[:, n])
        norm = np.sqrt(np.sum(np.abs(h.rho) ** 2, axis=(1, 2)))
        alive = norm > 0
        size = np.where(alive, size + np.log(np.where(alive, norm, 1.0)), -np.inf)
        h = Histories(h.rho / np.where(alive, norm, 1.0)[:, None, None], h.ket, h.bra)
    return moved(chain, chain.bins, h).rho, size


def log_probability(chain: Chain, patterns: np.ndarray) -> np.ndarray:
    """ln p of each pattern (M, K): (M,), −∞ where a spike falls into a rest."""
    parts = [slice(i, i + TOGETHER) for i in range(0, len(patterns), TOGETHER)]
    found = [follow(chain, patterns[part], patterns[part]) for part in parts]
    with np.errstate(divide="ignore"):
        return np.concatenate([size + np.log(np.maximum(weights(rho).real, 0.0)) for rho, size in found])


def coherence(chain: Chain, patterns: np.ndarray) -> np.ndarray:
    """⟨A|ρ|B⟩ between each two of the patterns (M, K), the neuron traced out: (M, M), Hermitian, p on its diagonal."""
    rows, columns = np.triu_indices(len(patterns))
    matrix = np.zeros((len(patterns),) * 2, dtype=complex)
    for i in range(0, len(rows), TOGETHER):
        a, b = rows[i : i + TOGETHER], columns[i : i + TOGETHER]
        rho, size = follow(chain, patterns[a], patterns[b])
        matrix[a, b] = weights(rho) * np.exp(size)
    return matrix + np.conj(np.triu(matrix, 1)).T


def conditional_state(chain: Chain, pattern: np.ndarray) -> np.ndarray:
    """ρ of the neuron at the end (N, N), of unit trace, given that the qubits hold this pattern (K,)."""
    rho, size = follow(chain, pattern[None], pattern[None])
    weight = float(weights(rho)[0].real)
    if not np.isfinite(size[0]) or weight <= 0:
        raise InputError("pattern", "".join(map(str, pattern)), "must be a pattern that can happen: it has no weight")
    return rho[0] / weight


def final_state(chain: Chain) -> np.ndarray:
    """ρ of the neuron at the end (N, N), the qubits traced out."""
    blocks = chain.start[None]
    for _, after in traced(chain):
        blocks = after
    return move_blocks(chain, chain.bins, blocks).sum(axis=0)


def most_likely(chain: Chain, count: int) -> Likely:
    """The `count` most likely patterns: a beam of prefixes, made wider until nothing that it dropped can be likelier.

    A prefix is at least as likely as each of its continuations: the likeliest one dropped bounds all that is missing.
    """
    widest = max(4 * count, min(WIDEST, LONGEST // chain.bins))
    width = 4 * count
    while True:
        found = _beam(chain, count, width)
        if found.certain or width >= widest:
            return found
        width = min(4 * width, widest)


def _beam(chain: Chain, count: int, width: int) -> Likely:
    h, logs, bits = begin(chain, 1), np.zeros(1), np.zeros((1, 0), dtype=np.uint8)
    dropped = -np.inf
    for n in range(chain.bins):
        h = moved(chain, n, h)
        both = Histories(*(np.repeat(part, 2, axis=0) for part in (h.rho, h.ket, h.bra)))
        bit = np.tile([0, 1], len(logs))
        both = written(chain, n, both, bit, bit)
        weight = weights(both.rho).real
        logs = np.repeat(logs, 2) + np.log(np.maximum(weight, 1e-300))
        order = np.argsort(-logs, kind="stable")
        order = order[weight[order] > 1e-300]
        kept, rest = order[:width], order[width:]
        dropped = max(dropped, float(logs[rest[0]])) if len(rest) else dropped
        h = Histories(both.rho[kept] / weight[kept][:, None, None], both.ket[kept], both.bra[kept])
        bits, logs = np.hstack([bits[kept // 2], bit[kept, None].astype(np.uint8)]), logs[kept]
    best = np.argsort(-logs, kind="stable")
    beyond = logs[best[count]] if len(best) > count else -np.inf
    return Likely(bits[best[:count]], np.exp(logs[best[:count]]), float(np.exp(max(dropped, beyond))))
