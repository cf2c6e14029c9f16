"""Entanglement of past and future where something is lost: negativity and mutual information over a window of qubits.

    𝒩 = (‖ρ^{T_past}‖₁ − 1)/2,      I = S(past) + S(future) − S(both)

The past is the last qubits before a cut, with all earlier ones traced out; the future is the neuron as it stands
there, or the next qubits alone. A wider window never entangles less. The past is kept in the basis of its own density
matrix, apart for each rest, so that only what has weight is carried along. Vidal & Werner, Phys. Rev. A 65, 032314
(2002).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quspike.errors import InputError
from quspike.spike_trains.chain import Chain, Histories, moved, traced, weights, written
from quspike.spike_trains.meeting import futures
from quspike.spike_trains.purity import entropy
from quspike.spike_trains.stages import FREE, HELD, RESTING, SILENT, SPIKE

FAINT, SMALL = 1e-14, 1e-12  # weights below which a past is not carried along, and below which a side is left out in
# the end: an error of at most their root in the negativity
LARGEST, WIDEST = 2048, 4096  # rows of a density matrix whose spectrum is taken, and of one that is kept


@dataclass(frozen=True, eq=False)
class Past:
    """ρ_xy of an orthonormal basis x of the window's qubits (X, X, N, N), and the rest that belongs to each x (X,)."""

    rho: np.ndarray
    rest: np.ndarray


def density(chain: Chain, cut: int, past: int, future: int | None) -> np.ndarray:
    """ρ of past and future (X, Y, X, Y): X of the `past` qubits before the cut, Y of the neuron, or of `future` qubits.

    cut : how many qubits come before it. Raises InputError for a window that the train has not got, or that is too
    wide to be diagonalised.
    """
    _check(chain, cut, past, future)
    windows = _pasts(chain, cut, past)
    if future is None:
        return np.sum([window.rho for window in windows], axis=0).transpose(0, 2, 1, 3)
    return np.sum([_with_qubits(chain, window, cut, future) for window in windows], axis=0)


def negativity(rho: np.ndarray) -> float:
    """(‖ρ^{T_past}‖₁ − 1)/2 of a density matrix (X, Y, X, Y) of unit trace."""
    rho = _without_faint(rho)
    size = rho.shape[0] * rho.shape[1]
    _check_size(size)
    values = np.linalg.eigvalsh(rho.transpose(2, 1, 0, 3).reshape(size, size))
    return float(max(0.5 * (np.sum(np.abs(values)) - np.sum(values)), 0.0))


def mutual_information(rho: np.ndarray) -> float:
    """S(past) + S(future) − S(both), nats."""
    rho = _without_faint(rho)
    size = rho.shape[0] * rho.shape[1]
    _check_size(size)
    parts = np.einsum("xyzy->xz", rho), np.einsum("xyxz->yz", rho), rho.reshape(size, size)
    one, other, both = (entropy(np.linalg.eigvalsh(part)) for part in parts)
    return one + other - both


def _check(chain: Chain, cut: int, past: int, future: int | None) -> None:
    if not 1 <= cut <= chain.bins:
        raise InputError("cut", f"{cut}", f"must have 1 … {chain.bins} qubits before it")
    if not 1 <= past <= cut:
        raise InputError("past", f"{past}", f"must be 1 … {cut} qubits, those before the cut")
    if future is not None and not 1 <= future <= chain.bins - cut:
        raise InputError("future", f"{future}", f"must be 1 … {chain.bins - cut} qubits, those behind the cut, or None")
    if future is not None:
        _check_size(2**future)


def _check_size(size: int, largest: int = LARGEST) -> None:
    if size > largest:
        gigabytes = 16 * size**2 / 1e9
        remedy = f"must have at most {largest}: take fewer qubits, or let none be lost and read `entropies`"
        raise InputError("window", f"a density matrix of {size} rows, {gigabytes:.2g} GB", remedy)


def _pasts(chain: Chain, cut: int, past: int) -> list[Past]:
    """The window's qubits, one after another; one for each rest that it may begin with, which earlier qubits tell.

    Where there is one alone it is brought to the basis that matters; several share the basis of patterns.
    """
    blocks = np.zeros((1 + chain.rest, *chain.start.shape), dtype=complex)
    blocks[0] = chain.start
    for n, (_, after) in enumerate(traced(chain)):
        if n == cut - past:
            break
        blocks = after
    begun = np.flatnonzero(weights(blocks).real > 0)
    if len(begun) > 1:
        _check_size(2**past)
    found = []
    for rest in begun:
        window = Past(blocks[rest][None, None], np.array([rest]))
        for n in range(cut - past, cut):
            window = _written(chain, n, window)
            window = _compressed(window) if len(begun) == 1 else window
        found.append(window)
    return found


def _written(chain: Chain, n: int, window: Past) -> Past:
    size, levels = len(window.rest), chain.levels
    h = moved(chain, n, _histories(window))
    parts = np.empty((size, 2, size, 2, levels, levels), dtype=complex)
    rests = np.empty((size, 2), dtype=int)
    for s in (0, 1):
        for z in (0, 1):
            after = written(chain, n, h, np.full(size**2, s), np.full(size**2, z))
            parts[:, s, :, z] = after.rho.reshape(size, size, levels, levels)
            rests[:, s] = after.ket.reshape(size, size)[:, 0]
    return Past(parts.reshape(2 * size, 2 * size, levels, levels), rests.ravel())


def _histories(window: Past) -> Histories:
    size = len(window.rest)
    ket, bra = np.repeat(window.rest, size), np.tile(window.rest, size)
    return Histories(window.rho.reshape(-1, *window.rho.shape[2:]), ket, bra)


def _compressed(window: Past) -> Past:
    """In the eigenvectors of each rest's own density matrix, without the faint ones."""
    reduced = np.einsum("xyii->xy", window.rho)
    columns, rests = [], []
    for rest in np.unique(window.rest):
        mine = np.flatnonzero(window.rest == rest)
        values, vectors = np.linalg.eigh(reduced[np.ix_(mine, mine)])
        for vector in vectors.T[values > FAINT]:
            column = np.zeros(len(window.rest), dtype=complex)
            column[mine] = vector
            columns.append(column)
            rests.append(rest)
    basis = np.array(columns).T
    _check_size(len(rests) * window.rho.shape[-1], WIDEST)
    rho = np.einsum("xa,xymn,yb->abmn", basis.conj(), window.rho, basis, optimize=True)
    return Past(rho, np.array(rests))


def _with_qubits(chain: Chain, window: Past, cut: int, future: int) -> np.ndarray:
    """ρ_(xF)(yG) = Tr O_FG ρ_xy, the effects O of two patterns F and G of the future run back to the cut."""
    size, patterns = len(window.rest), 2**future
    result = np.zeros((size, patterns, size, patterns), dtype=complex)
    for ket in np.unique(window.rest):
        for bra in np.unique(window.rest):
            x, y = np.flatnonzero(window.rest == ket), np.flatnonzero(window.rest == bra)
            effects = _effects(chain, cut, future, int(ket), int(bra))
            part = np.einsum("fgnm,xymn->xfyg", effects, window.rho[np.ix_(x, y)], optimize=True)
            result[np.ix_(x, range(patterns), y, range(patterns))] = part
    return result


def _effects(chain: Chain, cut: int, future: int, ket: int, bra: int) -> np.ndarray:
    """O_FG (2^f, 2^f, N, N) of histories that rest so many bins at the cut; zero where a spike falls into a rest."""
    patterns = (np.arange(2**future)[:, None] >> np.arange(future)[::-1]) & 1
    rests = [_rests(chain, patterns, rest) for rest in (ket, bra)]
    f, g = np.divmod(np.arange(4**future), 2**future)
    end = cut + future
    effect = futures(chain, end, min(end + chain.rest, chain.bins))[0][rests[0][f, -1], rests[1][g, -1]]
    for n in range(future - 1, -1, -1):
        left, right = (_kinds(patterns[i, n], rest[i, n]) for i, rest in zip((f, g), rests, strict=True))
        effect = chain.writes[cut + n].back(left, right, effect)
        left, right = (np.where(rest[i, n] > 0, HELD, FREE) for i, rest in zip((f, g), rests, strict=True))
        for stage in chain.moves[cut + n][::-1]:
            effect = stage.back(left, right, effect)
    allowed = [np.all((patterns == 0) | (rest[:, :-1] == 0), axis=1) for rest in rests]
    effect = np.where((allowed[0][f] & allowed[1][g])[:, None, None], effect, 0.0)
    return effect.reshape(2**future, 2**future, *effect.shape[1:])


def _rests(chain: Chain, patterns: np.ndarray, rest: int) -> np.ndarray:
    """The bins of rest left before each qubit of each pattern, and after the last (P, f + 1)."""
    found = [np.full(len(patterns), rest)]
    for bits in patterns.T:
        found.append(np.where((bits == 1) & (found[-1] == 0), chain.rest, np.maximum(found[-1] - 1, 0)))
    return np.array(found).T


def _kinds(bits: np.ndarray, rest: np.ndarray) -> np.ndarray:
    return np.where(rest > 0, RESTING, np.where(bits == 1, SPIKE, SILENT))


def _without_faint(rho: np.ndarray) -> np.ndarray:
    """Each side in the eigenvectors of its own density matrix, without the faint ones: a local change of basis."""
    past = _kept(np.einsum("xyzy->xz", rho))
    future = _kept(np.einsum("xyxz->yz", rho))
    return np.einsum("xa,yb,xyzw,zc,wd->abcd", past.conj(), future.conj(), rho, past, future, optimize=True)


def _kept(density: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(density)
    return vectors[:, values > SMALL]
