"""What later bins make of two histories that rest differently: a neuron that is awake tells by what it writes.

    O_ab = Σ_s K_s^b† … K_s^a,      Tr O_ab ρ_AB = ⟨A|ρ|B⟩ of all qubits so far, with every later one traced out

a, b: the bins that A and B still rest. O_aa = 1; two that differ have met once neither rests.
"""

from __future__ import annotations

import numpy as np

from quspike.spike_trains.chain import Chain
from quspike.spike_trains.stages import FREE, HELD, RESTING, SILENT, SPIKE


def futures(chain: Chain, first: int, last: int) -> list[np.ndarray]:
    """O behind `first`, first + 1 … `last` qubits, each (1 + rest, 1 + rest, N, N) by the rests of ket and bra.

    Exact for what no longer rests `last − first` bins later, and for all where the train ends at `last`.
    """
    size, levels = 1 + chain.rest, chain.levels
    ket, bra = np.divmod(np.arange(size**2), size)
    effect = np.broadcast_to(np.eye(levels, dtype=complex), (size**2, levels, levels))
    if last == chain.bins:
        effect = _moved_back(chain, last, ket, bra, effect)
    found = [effect]
    lower = np.maximum(ket - 1, 0) * size + np.maximum(bra - 1, 0)
    left, right = (np.where(rest > 0, RESTING, SILENT) for rest in (ket, bra))
    spike = np.full(1, SPIKE)
    for n in range(last - 1, first - 1, -1):
        after = chain.writes[n].back(left, right, effect[lower])
        after[:1] += chain.writes[n].back(spike, spike, effect[-1:])
        effect = _moved_back(chain, n, ket, bra, after)
        found.append(effect)
    return [effect.reshape(size, size, levels, levels) for effect in found[::-1]]


def _moved_back(chain: Chain, n: int, ket: np.ndarray, bra: np.ndarray, effect: np.ndarray) -> np.ndarray:
    left, right = (np.where(rest > 0, HELD, FREE) for rest in (ket, bra))
    for stage in chain.moves[n][::-1]:
        effect = stage.back(left, right, effect)
    return effect
