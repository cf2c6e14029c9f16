"""The potential of junctions at nodes without capacitance, as harmonics of the phases that inductors alone would leave.

    g(u) = min_w [ ½ (u − w)ᵀΛ⁻¹(u − w) − Σ E_J cos w ] = constant − Σ_k E_k cos(k·u + f_k),      k whole numbers
    e^{iw_J} = Σ_k d_k e^{ik·u}

u is where inductors alone would hold the junction (`constraint`), and g has its period in each u, so that charges stay
whole. One junction behind L has, with β = L E_J/φ0² < 1, by Kepler's equation and Bessel's functions,

    E_k = (−1)^{k+1} E_J 2 J_k(kβ)/(k²β).

All are found by a Fourier transform on a grid. Units of E0 and φ0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse.csgraph import connected_components

from quspike.errors import ConvergenceError
from quspike.quantize.network import Branch
from quspike.quantize.numbers.constraint import phase_drops

LEFT_OUT = 1e-12  # of the energies of a group: what harmonics that are not kept have together
FIRST, LARGEST = 16, 2**16  # points of the grid: in each direction at first, in all at most


@dataclass(frozen=True)
class Series:
    """`Σ_t c_t e^{i(k_t·u + f_t)}`: coefficients (T,), multiples k (T, J), offsets f (T,)."""

    coefficients: np.ndarray
    multiples: np.ndarray
    offsets: np.ndarray


@dataclass(frozen=True)
class Harmonics:
    """`constant − Σ_t E_t cos(k_t·u + f_t)`: energies (T,), multiples (T, J), offsets (T,).

    phases : by junction, e^{iw} as a series.
    """

    energies: np.ndarray
    multiples: np.ndarray
    offsets: np.ndarray
    constant: float
    phases: tuple[Series, ...]


@dataclass(frozen=True)
class Member:
    """One of several junctions in parallel. sign : +1 or −1 as it is written along the first of them or against it."""

    junction: int
    sign: int


def harmonics(branches: Sequence[Branch], energies: np.ndarray, offsets: np.ndarray, behind: np.ndarray) -> Harmonics:
    """Of junctions with these energies (J,), offsets f of their phases (J,), behind Λ (J, J) [φ0²/E0].

    Raises ConvergenceError, naming junctions, where too many harmonics count.
    """
    unit = np.eye(len(branches))
    alone = np.flatnonzero(np.diag(behind) == 0)
    parts = [(energies[alone], unit[alone], offsets[alone], 0.0)]
    phases = {int(j): Series(np.ones(1), unit[[j]], offsets[[j]]) for j in alone}
    for group in _groups(behind):
        *own, series = _group(branches, energies, offsets, behind, _parallel(branches, group))
        parts.append(tuple(own))
        phases |= series
    found, multiples, shifts, constants = zip(*parts, strict=True)
    return Harmonics(
        np.concatenate(found),
        np.concatenate(multiples),
        np.concatenate(shifts),
        float(sum(constants)),
        tuple(phases[j] for j in range(len(branches))),
    )


def _groups(behind: np.ndarray) -> list[np.ndarray]:
    """The sets of junctions that share inductances."""
    count, part = connected_components(behind != 0)
    sets = [np.flatnonzero(part == k) for k in range(count)]
    return [own for own in sets if np.any(behind[np.ix_(own, own)])]


def _parallel(branches: Sequence[Branch], group: np.ndarray) -> list[list[Member]]:
    """The group's junctions, those between the same two nodes together."""
    found: dict[tuple[int, ...], list[Member]] = {}
    for j in map(int, group):
        vector = branches[j].vector
        sign = next(1 if w > 0 else -1 for w in vector if w)
        found.setdefault(tuple(sign * w for w in vector), []).append(Member(j, sign))
    return [[Member(m.junction, m.sign * own[0].sign) for m in own] for own in found.values()]


def _group(
    branches: Sequence[Branch],
    energies: np.ndarray,
    offsets: np.ndarray,
    behind: np.ndarray,
    sets: list[list[Member]],
):
    """Energies, multiples, offsets and constant of one group, and the series of its junctions."""
    first = [own[0].junction for own in sets]
    sums = np.array(
        [sum(energies[m.junction] * np.exp(1j * m.sign * offsets[m.junction]) for m in own) for own in sets]
    )
    together, angles = np.abs(sums), np.angle(sums)
    own_behind = behind[np.ix_(first, first)]
    least = LEFT_OUT * float(np.sum(together))
    names = ", ".join(branches[m.junction].element for own in sets for m in own)
    w, energy = _settled(own_behind, together, least, names)
    unit = np.eye(len(branches))[first]
    c, k = _coefficients(energy, least)
    half = np.array([next((x for x in row if x), 0) > 0 for row in k])  # of k and −k one
    constant = float(c[~np.any(k, axis=1)].real.sum())
    series = {}
    for place, own in enumerate(sets):
        d, n = _coefficients(np.exp(1j * w[..., place]), LEFT_OUT)
        for m in own:
            d_m, n_m = (d, n) if m.sign > 0 else (d.conj(), -n)
            turned = d_m * np.exp(1j * (offsets[m.junction] - m.sign * angles[place]))
            series[m.junction] = Series(turned, n_m @ unit, n_m @ angles)
    return -2 * c[half].real, k[half] @ unit, k[half] @ angles, constant, series


def _settled(behind: np.ndarray, energies: np.ndarray, least: float, names: str) -> tuple[np.ndarray, np.ndarray]:
    """w and g on a grid of u that is fine enough: (n, …, n, B) and (n, …, n)."""
    count, points = len(energies), FIRST
    while points**count <= LARGEST:
        u = np.stack(np.meshgrid(*[2 * np.pi * np.arange(points) / points] * count, indexing="ij"), axis=-1)
        w = u - phase_drops(behind * energies, u)
        current = energies * np.sin(w)
        energy = 0.5 * np.sum(current * (current @ behind), axis=-1) - np.cos(w) @ energies
        whole = np.abs(np.fft.fftn(energy)) / energy.size
        outer = np.abs(np.fft.fftfreq(points, 1 / points)) >= points / 4
        beyond = np.any(np.stack(np.meshgrid(*[outer] * count, indexing="ij")), axis=0)
        if np.sum(whole[beyond]) < least:
            return w, energy
        points *= 2
    remedy = "needs a capacitance (C=), or less inductance in series: its potential has too many harmonics"
    raise ConvergenceError(f"{names} {remedy}; tried {points // 2} points in each of {count} phases")


def _coefficients(values: np.ndarray, least: float) -> tuple[np.ndarray, np.ndarray]:
    """c_k (T,) and k (T, B) of a function on the grid; the smallest left out, `least` of them together."""
    c = np.fft.fftn(values) / values.size
    order = np.argsort(np.abs(c), axis=None)
    kept = np.sort(order[np.cumsum(np.abs(c).ravel()[order]) > least])
    whole = [np.rint(np.fft.fftfreq(n, 1 / n)) for n in values.shape]
    places = np.unravel_index(kept, values.shape)
    return c[places], np.stack([own[at] for own, at in zip(whole, places, strict=True)], axis=-1)
