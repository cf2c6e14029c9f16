"""A spike train as a sequentially generated matrix-product state: the neuron is its bond, each bin of time a qubit.

    |Ψ⟩ = Σ_s  M_K W_s_K … M_1 W_s_1 M_0 |ψ_0⟩ ⊗ |s_1 … s_K⟩,      Σ_s W_s†W_s = 1

Between two qubits the neuron moves (M: drive, and loss as Kraus operators, one leg a bin); at each one it writes
whether it spikes (W). After a spike it rests for `rest` bins, counted by a register that multiplies the bond by
1 + rest: its input is off, and it writes silence. The register is a function of the qubits of the last `rest` bins, and
nothing beside them. Schön, Solano, Verstraete, Cirac & Wolf, Phys. Rev. Lett. 95, 110503 (2005).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from quspike.spike_trains.stages import FREE, HELD, RESTING, SILENT, SPIKE, Stage, Write


@dataclass(frozen=True, eq=False)
class Chain:
    """Everything that generates one train.

    start : ρ(0) (N, N). moves : what happens before the first qubit, between two, and after the last (K + 1). writes :
    one a bin (K). rest : bins of rest after a spike. bin : Δ [s].
    """

    start: np.ndarray
    moves: tuple[tuple[Stage, ...], ...]
    writes: tuple[Write, ...]
    rest: int
    bin: float

    @property
    def bins(self) -> int:
        """K, the number of qubits."""
        return len(self.writes)

    @property
    def levels(self) -> int:
        """N of the neuron."""
        return len(self.start)

    @property
    def bond(self) -> int:
        """The bond's dimension, N (1 + rest)."""
        return self.levels * (1 + self.rest)

    @property
    def middles(self) -> np.ndarray:
        """The time of each qubit (K,), s: the middle of its bin."""
        return (np.arange(self.bins) + 0.5) * self.bin


@dataclass(frozen=True, eq=False)
class Histories:
    """A batch of ρ_AB = √weights of two histories A and B each, with the bins that either still rests.

    rho (B, N, N) · ket, bra : bins of rest left (B,).
    """

    rho: np.ndarray
    ket: np.ndarray
    bra: np.ndarray


def begin(chain: Chain, count: int) -> Histories:
    """So many histories that have not begun."""
    none = np.zeros(count, dtype=int)
    return Histories(np.broadcast_to(chain.start, (count, *chain.start.shape)).astype(complex), none, none)


def moved(chain: Chain, n: int, h: Histories) -> Histories:
    """After the move before qubit n (n = K: after the last)."""
    return through(chain.moves[n], h)


def through(stages: tuple[Stage, ...], h: Histories) -> Histories:
    """After these stages, one after another."""
    ket, bra = (np.where(rest > 0, HELD, FREE) for rest in (h.ket, h.bra))
    rho = h.rho
    for stage in stages:
        rho = stage.act(ket, bra, rho)
    return Histories(rho, h.ket, h.bra)


def written(chain: Chain, n: int, h: Histories, ket: np.ndarray, bra: np.ndarray) -> Histories:
    """After qubit n, with these bits (B,) on either side; a spike of a neuron that rests has no weight."""
    sides = _choice(ket, h.ket), _choice(bra, h.bra)
    rho = chain.writes[n].act(sides[0], sides[1], h.rho)
    possible = ~(((ket == 1) & (h.ket > 0)) | ((bra == 1) & (h.bra > 0)))
    after = [np.where(side == SPIKE, chain.rest, np.maximum(rest - 1, 0))
             for side, rest in zip(sides, (h.ket, h.bra), strict=True)]  # fmt: skip
    return Histories(np.where(possible[:, None, None], rho, 0.0), *after)


def _choice(bits: np.ndarray, rest: np.ndarray) -> np.ndarray:
    return np.where(rest > 0, RESTING, np.where(bits == 1, SPIKE, SILENT))


def weights(rho: np.ndarray) -> np.ndarray:
    """Tr ρ of a batch (B,)."""
    return np.trace(rho, axis1=-2, axis2=-1)


def traced(chain: Chain) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The neuron with its qubits traced out, qubit after qubit: before it and after it, (1 + rest, N, N) by its rest.

    The register tells histories of different rest apart, so that nothing is left between them.
    """
    blocks = np.zeros((1 + chain.rest, *chain.start.shape), dtype=complex)
    blocks[0] = chain.start
    for n in range(chain.bins):
        before = move_blocks(chain, n, blocks)
        silent, spike = write_blocks(chain, n, before)
        blocks = silent + spike
        yield before, blocks


def move_blocks(chain: Chain, n: int, blocks: np.ndarray) -> np.ndarray:
    """Blocks (1 + rest, N, N), or batches of them in front (…, 1 + rest, N, N), after the move before qubit n."""
    batch = blocks.reshape(-1, *blocks.shape[-2:])
    rests = np.tile(np.arange(blocks.shape[-3]), len(batch) // blocks.shape[-3])
    return moved(chain, n, Histories(batch, rests, rests)).rho.reshape(blocks.shape)


def write_blocks(chain: Chain, n: int, blocks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What is left of them (…, 1 + rest, N, N) after a silent qubit n, and after a spike."""
    ready = blocks[..., 0, :, :].reshape(-1, *blocks.shape[-2:])
    shape, write = blocks.shape[:-3] + blocks.shape[-2:], chain.writes[n]
    kinds = [np.full(len(ready), kind) for kind in (SILENT, SPIKE)]
    silent, spike = np.zeros_like(blocks), np.zeros_like(blocks)
    silent[..., :-1, :, :] = blocks[..., 1:, :, :]
    silent[..., 0, :, :] += write.act(kinds[0], kinds[0], ready).reshape(shape)
    spike[..., chain.rest, :, :] = write.act(kinds[1], kinds[1], ready).reshape(shape)
    return silent, spike
