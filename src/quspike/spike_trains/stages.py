"""What happens to a neuron between two qubits, and at one: channels as Kraus operators, of which two may act at once.

    ρ_AB → Σ_k K_k^A ρ_AB K_k^B†        A, B: what the histories that are superposed have the neuron do

Each stage has one set of operators for every thing that a neuron can do there (`free` or `held` between qubits;
`silent`, `spike` or `resting` at one), all on the same environment: that is what leaves coherence between histories.
States are (B, N, N) batches; what each of them does on either side is an array of numbers (B,).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

FREE, HELD = 0, 1
SILENT, SPIKE, RESTING = 0, 1, 2
RARE = 1e-18  # the weight of a Kraus operator that is left out; the others are renormalised


class Stage(Protocol):
    """A channel of the neuron, free or held."""

    def act(self, ket: np.ndarray, bra: np.ndarray, rho: np.ndarray) -> np.ndarray:
        """Σ_k K_k^ket ρ K_k^bra† of a batch (B, N, N); ket, bra : FREE or HELD (B,)."""
        ...

    def back(self, ket: np.ndarray, bra: np.ndarray, effect: np.ndarray) -> np.ndarray:
        """Σ_k K_k^bra† O K_k^ket of a batch of effects (B, N, N): Tr O act(ρ) = Tr back(O) ρ."""
        ...

    def kraus(self, kind: int) -> np.ndarray:
        """K_k of one kind (R, N, N)."""
        ...


@dataclass(frozen=True, eq=False)
class Turn:
    """Unitary evolution: U_free and U_held (2, N, N)."""

    unitaries: np.ndarray

    def act(self, ket: np.ndarray, bra: np.ndarray, rho: np.ndarray) -> np.ndarray:
        """U ρ U†."""
        return self.unitaries[ket] @ rho @ _dagger(self.unitaries[bra])

    def back(self, ket: np.ndarray, bra: np.ndarray, effect: np.ndarray) -> np.ndarray:
        """U† O U."""
        return _dagger(self.unitaries[bra]) @ effect @ self.unitaries[ket]

    def kraus(self, kind: int) -> np.ndarray:
        """U itself (1, N, N)."""
        return self.unitaries[kind][None]


@dataclass(frozen=True, eq=False)
class Ladder:
    """Operators that move every level by k = 0 … R − 1: down (`step` −1, loss) or up (+1, gain).

    K_k|n⟩ = w_kn |n ± k⟩.   weights : w (2, R, N), real, free and held; zero where there is no such level.
    """

    weights: np.ndarray
    step: int

    def act(self, ket: np.ndarray, bra: np.ndarray, rho: np.ndarray) -> np.ndarray:
        """Σ_k K_k ρ K_k†, along the diagonals of ρ."""
        left, right = self.weights[ket], self.weights[bra]
        result = left[:, 0, :, None] * rho * right[:, 0, None, :]
        for k in range(1, self.weights.shape[1]):
            moved = left[:, k, :, None] * rho * right[:, k, None, :]
            if self.step < 0:
                result[:, :-k, :-k] += moved[:, k:, k:]
            else:
                result[:, k:, k:] += moved[:, :-k, :-k]
        return result

    def back(self, ket: np.ndarray, bra: np.ndarray, effect: np.ndarray) -> np.ndarray:
        """Σ_k K_k† O K_k."""
        left, right = self.weights[bra], self.weights[ket]
        result = left[:, 0, :, None] * effect * right[:, 0, None, :]
        for k in range(1, self.weights.shape[1]):
            moved = np.zeros_like(result)
            if self.step < 0:
                moved[:, k:, k:] = effect[:, :-k, :-k]
            else:
                moved[:, :-k, :-k] = effect[:, k:, k:]
            result += left[:, k, :, None] * moved * right[:, k, None, :]
        return result

    def kraus(self, kind: int) -> np.ndarray:
        """K_k (R, N, N)."""
        rows = self.weights[kind]
        return np.array([np.eye(rows.shape[1], k=-self.step * k) * rows[k] for k in range(len(rows))])


def damping(levels: int, down: float, up: float, duration: float, held_too: bool) -> tuple[Ladder, ...]:
    """κ↓ 𝓓[a] + κ↑ 𝓓[a†] for a duration, exactly: loss of transmissivity e^{−κt}/G, then gain G.

        κ = κ↓ − κ↑,  n̄ = κ↑/κ,  G = 1 + n̄(1 − e^{−κt})
        loss  √(n over k) η^{(n−k)/2} (1 − η)^{k/2},      gain  √(n+k over k) G^{−(n+1)/2} (1 − 1/G)^{k/2}

    down, up : 1/s. duration : s. held_too : whether a held neuron is damped as a free one is, or not at all.
    What would rise beyond the last level stays below it. Ivan, Sabapathy & Simon, Phys. Rev. A 84, 042311 (2011).
    """
    kappa = down - up
    if kappa <= 0:
        return ()
    left = np.exp(-kappa * duration)
    lost = -np.expm1(-kappa * duration)
    gain = 1 + up / kappa * lost
    stages = [_ladder(_loss_weights(levels, left / gain, (gain - 1 + lost) / gain), -1, held_too)]
    if up > 0:
        stages.append(_ladder(_gain_weights(levels, gain), +1, held_too))
    return tuple(stages)


def _loss_weights(levels: int, eta: float, lost: float) -> np.ndarray:
    """lost = 1 − η, which a difference would round."""
    weights = np.zeros((levels, levels))
    weights[0] = eta ** (np.arange(levels) / 2)
    for k in range(1, levels):
        n = np.arange(k, levels)
        weights[k, k:] = weights[k - 1, k:] * np.sqrt((n - k + 1) / k * lost / eta)
        if np.max(weights[k]) ** 2 < RARE:
            break
    return weights


def _gain_weights(levels: int, gain: float) -> np.ndarray:
    n = np.arange(levels)
    weights = np.zeros((levels, levels))
    weights[0] = gain ** (-(n + 1) / 2)
    for k in range(1, levels):
        weights[k, : levels - k] = (weights[k - 1] * np.sqrt((n + k) / k * (1 - 1 / gain)))[: levels - k]
        if np.max(weights[k]) ** 2 < RARE:
            break
    return weights


def _ladder(weights: np.ndarray, step: int, held_too: bool) -> Ladder:
    """Without what is rare, and of trace one again."""
    count = max(1, int(np.sum(np.max(weights**2, axis=1) > RARE)))
    kept = weights[:count] / np.sqrt(np.sum(weights[:count] ** 2, axis=0))
    still = np.zeros_like(kept)
    still[0] = 1.0
    return Ladder(np.stack([kept, kept if held_too else still]), step)


@dataclass(frozen=True, eq=False)
class Write:
    """An isometry that writes into a fresh qubit: K0 = √(1 − E) silent, K1 = U_reset √E a spike; resting, 1.

    operators : K0, K1 and 1 (3, N, N). fresh : None, or the state σ (N, N) that a spike swaps in, as a controlled swap
    with a fresh mode, which then keeps what the neuron was: K1 = √E there, and what the mode knows is lost.
    """

    operators: np.ndarray
    fresh: np.ndarray | None = None

    def act(self, ket: np.ndarray, bra: np.ndarray, rho: np.ndarray) -> np.ndarray:
        """K_ket ρ K_bra†; SILENT, SPIKE or RESTING (B,)."""
        moved = self.operators[ket] @ rho @ _dagger(self.operators[bra])
        if self.fresh is None:
            return moved
        left, right = (ket == SPIKE)[:, None, None], (bra == SPIKE)[:, None, None]
        both = np.trace(moved, axis1=1, axis2=2)[:, None, None] * self.fresh
        one = np.where(left, self.fresh @ moved, np.where(right, moved @ self.fresh, moved))
        return np.where(left & right, both, one)

    def back(self, ket: np.ndarray, bra: np.ndarray, effect: np.ndarray) -> np.ndarray:
        """K_bra† O K_ket, so that Tr O act(ρ) = Tr back(O) ρ."""
        if self.fresh is not None:
            left, right = (ket == SPIKE)[:, None, None], (bra == SPIKE)[:, None, None]
            both = np.einsum("bmn,nm->b", effect, self.fresh)[:, None, None] * np.eye(len(self.fresh))
            one = np.where(left, effect @ self.fresh, np.where(right, self.fresh @ effect, effect))
            effect = np.where(left & right, both, one)
        return _dagger(self.operators[bra]) @ effect @ self.operators[ket]

    def kraus(self, kind: int) -> np.ndarray:
        """K^{kind} on one environment for all kinds (R, N, N): of a swap the fresh mode, and what purifies it."""
        if self.fresh is None:
            return self.operators[kind][None]
        weights, states = np.linalg.eigh(self.fresh)
        kept = weights > RARE
        levels, (weights, modes) = len(states), (weights[kept], states[:, kept])
        result = np.zeros((len(weights), levels, levels, levels), dtype=complex)
        places = np.flatnonzero(kept)
        for k, (p, place) in enumerate(zip(weights, places, strict=True)):
            if kind == SPIKE:
                outcome = _dagger(states) @ self.operators[SPIKE]
                result[k] = np.sqrt(p) * modes[:, k][None, :, None] * outcome[:, None, :]
            else:
                result[k, place] = np.sqrt(p) * self.operators[kind]
        return result.reshape(-1, levels, levels)


def square_root(matrix: np.ndarray) -> np.ndarray:
    """√M of a Hermitian matrix whose eigenvalues are ≥ 0 but for rounding."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(values, 0.0))) @ _dagger(vectors)


def _dagger(matrices: np.ndarray) -> np.ndarray:
    return np.conj(np.swapaxes(matrices, -1, -2))
