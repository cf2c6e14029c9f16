"""Spike trains drawn from |⟨s|Ψ⟩|², exactly: qubit after qubit, each from its probability given those before it.

A pure state of the neuron is followed for each train; what the loss takes is drawn as well and forgotten, which leaves
the qubits' distribution as it is. Ferris & Vidal, Phys. Rev. B 85, 165146 (2012).
"""

from __future__ import annotations

import numpy as np

from quspike.errors import InputError
from quspike.spike_trains.chain import Chain
from quspike.spike_trains.stages import FREE, HELD, RESTING, SILENT, SPIKE, Ladder, Stage

TOGETHER = 512  # trains that are drawn at a time


def sample(chain: Chain, count: int, seed: int) -> np.ndarray:
    """`count` trains (count, K) of 0 and 1; the same for the same seed, however many are drawn at a time."""
    if count < 1:
        raise InputError("count", f"{count}", "must be ≥ 1 train")
    numbers = [np.random.default_rng([seed, i]) for i in range(-(-count // TOGETHER))]
    drawn = [_draw(chain, TOGETHER, rng) for rng in numbers]
    return np.concatenate(drawn)[:count]


def _draw(chain: Chain, count: int, rng: np.random.Generator) -> np.ndarray:
    weights, states = np.linalg.eigh(chain.start)
    psi = states.T[rng.choice(len(weights), count, p=np.maximum(weights, 0) / np.maximum(weights, 0).sum())]
    rest, bits = np.zeros(count, dtype=int), np.zeros((count, chain.bins), dtype=np.uint8)
    for n in range(chain.bins):
        for stage in chain.moves[n]:
            psi = _moved(stage, psi, np.where(rest > 0, HELD, FREE), rng)
        write, ready = chain.writes[n], rest == 0
        silent, spike = write.operators[SILENT], write.operators[SPIKE]
        chance = np.sum(np.abs(psi @ spike.T) ** 2, axis=1) / np.sum(np.abs(psi) ** 2, axis=1)
        fires = ready & (rng.random(count) < chance)
        ket = np.where(fires, SPIKE, np.where(ready, SILENT, RESTING))
        if write.fresh is None:
            after = np.where(fires[:, None], psi @ spike.T, np.where(ready[:, None], psi @ silent.T, psi))
        else:
            after = _branch(psi, ket, {int(kind): write.kraus(kind) for kind in np.unique(ket)}, rng)
        psi = after / np.linalg.norm(after, axis=1, keepdims=True)
        rest = np.where(fires, chain.rest, np.maximum(rest - 1, 0))
        bits[:, n] = fires
    return bits


def _moved(stage: Stage, psi: np.ndarray, kinds: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Each state (B, N) after a stage, one of its Kraus operators drawn where there are several."""
    if isinstance(stage, Ladder):
        return _lost(stage, psi, kinds, rng)
    return _branch(psi, kinds, {int(kind): stage.kraus(kind) for kind in np.unique(kinds)}, rng)


def _lost(stage: Ladder, psi: np.ndarray, kinds: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """So many quanta lost or gained in each state; their chances need populations alone."""
    weights = stage.weights[kinds]
    chances = np.cumsum(np.einsum("bkn,bn->bk", weights**2, np.abs(psi) ** 2), axis=1)
    chosen = np.sum(chances < rng.random(len(psi))[:, None] * chances[:, -1:], axis=1)
    moved, result = weights[np.arange(len(psi)), chosen] * psi, np.zeros_like(psi)
    for k in np.unique(chosen):
        mine = chosen == k
        source, target = (slice(k, None), slice(None, psi.shape[1] - k)) if stage.step < 0 else (
            slice(None, psi.shape[1] - k), slice(k, None))  # fmt: skip
        result[mine, target] = moved[mine, source]
    return result / np.linalg.norm(result, axis=1, keepdims=True)


def _branch(
    psi: np.ndarray, kinds: np.ndarray, operators: dict[int, np.ndarray], rng: np.random.Generator
) -> np.ndarray:
    """One Kraus operator for each state (B, N), by its weight."""
    result, draws = np.empty_like(psi), rng.random(len(psi))
    for kind, kraus in operators.items():
        mine = np.flatnonzero(kinds == kind)
        if not len(mine):
            continue
        branches = np.einsum("kmn,bn->bkm", kraus, psi[mine], optimize=True)
        weight = np.cumsum(np.sum(np.abs(branches) ** 2, axis=2), axis=1)
        chosen = np.sum(weight < draws[mine, None] * weight[:, -1:], axis=1)
        result[mine] = branches[np.arange(len(mine)), np.minimum(chosen, len(kraus) - 1)]
    return result / np.linalg.norm(result, axis=1, keepdims=True)
