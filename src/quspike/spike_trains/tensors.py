"""The train as tensors, for a library of tensor networks.

    A^n[left, right, s, k]      left, right: the neuron times its rest (N (1 + rest)); s: the qubit; k: what is lost

One Kraus leg a site, cut to what it needs: the state is locally purified. The last site is the neuron itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from quspike.errors import InputError, NotAvailable
from quspike.spike_trains.chain import Chain
from quspike.spike_trains.stages import FREE, HELD, RESTING, SILENT, SPIKE

FAINT = 1e-15  # of the weight of a Kraus leg: directions below it, relative to the largest, are left out
LARGEST = 2e9  # bytes of all tensors together


def site_tensors(chain: Chain) -> list[np.ndarray]:
    """A of each qubit (left, right, 2, K_n), the first with left = 1, and last the neuron's (left, N, 1, K_n)."""
    levels, size = chain.levels, 1 + chain.rest
    _check_size(chain)
    weights, states = np.linalg.eigh(chain.start)
    kept = weights > 1e-18
    left = np.zeros((size, levels, int(kept.sum())), dtype=complex)
    left[0] = states[:, kept] * np.sqrt(weights[kept])
    found = []
    for n in range(chain.bins):
        site = _site(chain, n)
        if n == 0:
            site = np.einsum("rmi,rmqnsk->qnsik", left, site)
        found.append(_cut(site.reshape(size * levels if n else 1, size * levels, 2, -1)))
    last = _moves(chain, chain.bins)[_kinds(chain)]
    last = last.transpose(0, 3, 2, 1).reshape(size * levels, levels, 1, -1)
    return [*found, _cut(last)]


def to_quimb(chain: Chain) -> Any:
    """quimb's MatrixProductState where nothing is lost, or a TensorNetwork with Kraus legs `e0`, `e1` …

    Qubits are `k0` … `k{K−1}`, the neuron `k{K}`. Raises NotAvailable without quimb.
    """
    try:
        import quimb.tensor as qtn
    except ImportError as error:
        raise NotAvailable("to_quimb()", "no quimb", "needs quimb: pip install quspike[coherent]") from error
    sites = site_tensors(chain)
    if all(site.shape[3] == 1 for site in sites):
        arrays = [site[..., 0] for site in sites]
        arrays = [arrays[0][0], *arrays[1:-1], arrays[-1][..., 0]]
        return qtn.MatrixProductState(arrays, shape="lrp")
    end = chain.bins
    first = qtn.Tensor(sites[0][0], ("b1", "k0", "e0"), tags={"I0"})
    middle = [
        qtn.Tensor(site, (f"b{n}", f"b{n + 1}", f"k{n}", f"e{n}"), tags={f"I{n}"})
        for n, site in enumerate(sites[1:-1], start=1)
    ]
    last = qtn.Tensor(sites[-1][:, :, 0], (f"b{end}", f"k{end}", f"e{end}"), tags={f"I{end}"})
    return qtn.TensorNetwork([first, *middle, last])


def _check_size(chain: Chain) -> None:
    size = 2 * 16 * chain.bond**2 * chain.bins
    if size > LARGEST:
        remedy = f"must have less than {LARGEST / 1e9:g} GB: take fewer levels, a longer bin, or a shorter t_ref"
        value = f"{chain.bins} tensors of bond {chain.bond}, {size / 1e9:.2g} GB a Kraus operator"
        raise InputError("bond", value, remedy)


def _kinds(chain: Chain) -> list[int]:
    return [HELD if rest else FREE for rest in range(1 + chain.rest)]


def _site(chain: Chain, n: int) -> np.ndarray:
    """A^n by the rests before and after (1 + rest, N, 1 + rest, N, 2, K), the levels before and after in that order."""
    moves = _moves(chain, n)
    write = {kind: chain.writes[n].kraus(kind) for kind in (SILENT, SPIKE, RESTING)}
    levels, size = chain.levels, 1 + chain.rest
    legs = len(moves[FREE]) * len(write[SILENT])
    site = np.zeros((size, levels, size, levels, 2, legs), dtype=complex)
    for rest, kind in enumerate(_kinds(chain)):
        ready = rest == 0
        silent = np.einsum("wij,kjl->wkil", write[SILENT if ready else RESTING], moves[kind])
        site[rest, :, max(rest - 1, 0), :, 0] = silent.reshape(legs, levels, levels).transpose(2, 1, 0)
        if ready:
            spike = np.einsum("wij,kjl->wkil", write[SPIKE], moves[kind])
            site[rest, :, chain.rest, :, 1] = spike.reshape(legs, levels, levels).transpose(2, 1, 0)
    return site


def _moves(chain: Chain, n: int) -> np.ndarray:
    """Kraus operators of all stages of a move, free and held (2, R, N, N), a leg the same for both."""
    total = np.broadcast_to(np.eye(chain.levels, dtype=complex), (2, 1, chain.levels, chain.levels))
    for stage in chain.moves[n]:
        kraus = np.stack([stage.kraus(kind) for kind in (FREE, HELD)])
        both = np.einsum("kaij,kbjl->kabil", kraus, total).reshape(2, -1, chain.levels, chain.levels)
        total = _cut(both.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2) if both.shape[1] > 1 else both
    return total


def _cut(site: np.ndarray) -> np.ndarray:
    """The same with as few legs as its operators span: a unitary of the environment."""
    flat = site.reshape(-1, site.shape[-1])
    wide = flat.shape[1] > flat.shape[0]
    values, vectors = np.linalg.eigh(flat @ flat.conj().T if wide else flat.conj().T @ flat)
    kept = values > FAINT * values[-1]
    cut = vectors[:, kept] * np.sqrt(values[kept]) if wide else flat @ vectors[:, kept]
    return cut.reshape(*site.shape[:-1], -1)
