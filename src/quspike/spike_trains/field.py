"""The field of spikes: what the detector emits, and how long it keeps its phase.

    ⟨L†(t_i) L(t_j)⟩ = ⟨σ⁺_i σ⁻_j⟩/Δ,      σ⁻ = |silent⟩⟨spike| of a qubit,  L = U_reset √Γ

By quantum regression it is Tr[L e^{𝓛τ}(ρ L†)] as Δ → 0. On its diagonal stand the rates p_i/Δ.
"""

from __future__ import annotations

import numpy as np

from quspike.errors import InputError
from quspike.spike_trains.chain import Chain, Histories, moved, traced, write_blocks, written


def field_correlation(chain: Chain, first: int) -> np.ndarray:
    """⟨L†(t_first) L(t_j)⟩ for j = first … K − 1, 1/s, complex."""
    if not 0 <= first < chain.bins:
        raise InputError("bin", f"{first}", f"must be one of 0 … {chain.bins - 1}")
    before = next(blocks for n, (blocks, _) in enumerate(traced(chain)) if n == first)
    _, spike = write_blocks(chain, first, before)
    found = [complex(np.einsum("rii->", spike))]
    pairs = _part(chain, first, before)  # the bra has spiked here, and the ket has not
    for n in range(first + 1, chain.bins):
        pairs = _moved(chain, n, pairs)
        found.append(_fired(chain, n, pairs))
        pairs = _forgotten(chain, n, pairs)
    return np.array(found) / chain.bin


def _part(chain: Chain, n: int, blocks: np.ndarray) -> np.ndarray:
    """Blocks by the rests of ket and bra (1 + rest, 1 + rest, N, N) after |silent⟩⟨spike| of qubit n."""
    size = 1 + chain.rest
    pairs = np.zeros((size, size, *blocks.shape[1:]), dtype=complex)
    ready, one = blocks[:1], np.zeros(1, dtype=int)
    pairs[0, chain.rest] = chain.writes[n].act(one, one + 1, ready)[0]
    return pairs


def _histories(pairs: np.ndarray) -> Histories:
    size = len(pairs)
    ket, bra = np.divmod(np.arange(size**2), size)
    return Histories(pairs.reshape(-1, *pairs.shape[2:]), ket, bra)


def _moved(chain: Chain, n: int, pairs: np.ndarray) -> np.ndarray:
    return moved(chain, n, _histories(pairs)).rho.reshape(pairs.shape)


def _fired(chain: Chain, n: int, pairs: np.ndarray) -> complex:
    """Tr σ⁻ on the ket's side: the ket spikes and the bra does not, and both run on until neither rests."""
    h, later = _histories(pairs), np.zeros_like(pairs)
    after = written(chain, n, h, np.ones(len(h.ket), dtype=int), np.zeros(len(h.ket), dtype=int))
    np.add.at(later, (after.ket, after.bra), after.rho)
    for m in range(n + 1, min(n + 1 + chain.rest, chain.bins)):
        later = _forgotten(chain, m, _moved(chain, m, later))
    if n + chain.rest >= chain.bins:
        later = _moved(chain, chain.bins, later)
    return complex(np.einsum("abii->", later))


def _forgotten(chain: Chain, n: int, pairs: np.ndarray) -> np.ndarray:
    """Qubit n traced out: both silent, or both a spike."""
    h, result = _histories(pairs), np.zeros_like(pairs)
    for bit in (0, 1):
        bits = np.full(len(h.ket), bit)
        after = written(chain, n, h, bits, bits)
        np.add.at(result, (after.ket, after.bra), after.rho)
    return result
