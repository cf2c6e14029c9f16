"""How many spikes: mean, variance and the whole distribution of the count, without a single pattern.

    ρ^(0) = Σ_n ρ_n,  ρ^(1) = Σ_n n ρ_n,  ρ^(2) = Σ_n n² ρ_n;      a spike takes n to n + 1

ρ_n is the neuron with n spikes behind it. Mean and variance need three of these sums, whatever the number of bins; the
distribution needs ρ_n itself, up to where its tail ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quspike.errors import InputError
from quspike.spike_trains.chain import Chain, move_blocks, traced, write_blocks

TAIL = 12.0  # standard deviations above the mean that a distribution reaches, where nobody asks for less


@dataclass(frozen=True)
class Count:
    """Mean and variance of the number of spikes."""

    mean: float
    variance: float

    @property
    def fano(self) -> float:
        """F = variance/mean; nan where there are no spikes."""
        return self.variance / self.mean if self.mean > 0 else float("nan")


def spike_probability(chain: Chain) -> np.ndarray:
    """The probability that qubit n holds a spike, whatever the others hold (K,)."""
    found = []
    for n, (before, _) in enumerate(traced(chain)):
        _, spike = write_blocks(chain, n, before)
        found.append(_weight(spike))
    return np.array(found)


def count(chain: Chain) -> Count:
    """Mean and variance of the count, exactly."""
    sums = np.zeros((3, 1 + chain.rest, *chain.start.shape), dtype=complex)
    sums[0, 0] = chain.start
    for n in range(chain.bins):
        silent, spike = write_blocks(chain, n, move_blocks(chain, n, sums))
        sums = silent + spike
        sums[1] += spike[0]
        sums[2] += spike[0] + 2 * spike[1]
    mean, square = _weight(sums[1]), _weight(sums[2])
    return Count(mean, max(square - mean**2, 0.0))


def count_distribution(chain: Chain, most: int | None = None) -> np.ndarray:
    """p(n spikes), n = 0 … most (most + 1,); what is beyond is missing from its sum. most : None: all but rounding."""
    if most is None:
        moments = count(chain)
        most = int(np.ceil(moments.mean + TAIL * np.sqrt(moments.variance) + TAIL))
    if most < 0:
        raise InputError("most", f"{most}", "must be ≥ 0 spikes")
    most = min(most, chain.bins)
    blocks = np.zeros((most + 1, 1 + chain.rest, *chain.start.shape), dtype=complex)
    blocks[0, 0] = chain.start
    for n in range(chain.bins):
        silent, spike = write_blocks(chain, n, move_blocks(chain, n, blocks))
        blocks = silent
        blocks[1:] += spike[:-1]
    return np.einsum("nrii->n", blocks).real


def _weight(blocks: np.ndarray) -> float:
    return float(np.einsum("rii->", blocks).real)
