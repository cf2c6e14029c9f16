"""The lowest levels of one part of a circuit: cutoffs are raised until the levels stop moving.

Each coordinate has a cutoff of its own. One is too low where the wanted states still live in its last functions: their
weight there, times the energy of those, is what the cutoff costs. Once that is below the tolerance for every
coordinate, all are raised together with their primitive bases, and what the levels move by is their error's estimate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from quspike.errors import ConvergenceError
from quspike.quantize.spectrum.functions import Functions, axes_of, mean_field, terms_of
from quspike.quantize.spectrum.phases import DECOUPLED, Phases
from quspike.quantize.spectrum.product import Product, act_all, product

FIRST, FEWEST, ROOM = 10, 4, 60  # functions of each coordinate at first, at least and at most
REACH = {
    "charge": 1.0,
    "Fock": 0.0,
    "flux grid": 4.0,
}  # in tops: an angle has few wells, a flux many, an oscillator one
SPARE = 4  # how many times more products may be needed in the end
EDGE = 2  # last functions; two, as a symmetry may forbid every other one
AIM = 0.3  # of the tolerance: what a cutoff may cost
SOLVED = 0.03  # of the tolerance: what is left to the solver
MARGIN = 1.5  # of the primitive bases at first
ROUNDS = 24


@dataclass(frozen=True)
class Attempt:
    """One set of cutoffs. functions : by coordinate. moved : how much farther the levels went, in the span of those
    wanted; infinite for the first.
    """

    functions: tuple[int, ...]
    moved: float

    def __str__(self) -> str:
        moved = f", moved by {self.moved:.1e}" if np.isfinite(self.moved) else ""
        return " × ".join(map(str, self.functions)) + moved


@dataclass(frozen=True)
class Levels:
    """Levels of a part: energies (n,) [E0], vectors (n, F) over products; tried : all cutoffs, those used last."""

    phases: Phases
    functions: tuple[Functions, ...]
    product: Product
    energies: np.ndarray
    vectors: np.ndarray
    tried: tuple[Attempt, ...] = ()

    @property
    def span(self) -> float:
        """From the lowest to the highest [E0]."""
        return float(self.energies[-1] - self.energies[0])

    @property
    def error(self) -> float:
        """How far the levels moved in the end [E0]."""
        return self.tried[-1].moved * self.span

    def between(self, factors: Mapping[int, np.ndarray]) -> np.ndarray:
        """⟨i|Π_k O_k|j⟩ of operators over the primitive bases (n, n)."""
        own = {k: self.functions[k].of(operator) for k, operator in factors.items()}
        tensor = self.vectors.reshape(-1, *self.product.shape)
        return self.vectors.conj() @ act_all(own, tensor).reshape(self.vectors.shape).T


def lowest_levels(h: Phases, levels: int, tolerance: float, largest: int) -> Levels:
    """The lowest levels of a part of a circuit, within `tolerance` of their span.

    largest : products of functions that may be taken. Raises ConvergenceError, saying what was tried.
    """
    axes = len(h.axes)
    counts = _first(h, levels, largest)
    margin, tried, everywhere = MARGIN, list[Attempt](), False
    before: tuple[Levels, np.ndarray] | None = None
    while len(tried) < ROUNDS and np.prod(np.array(counts, dtype=float)) <= largest:
        found = _solved(h, counts, margin, levels, tolerance, before[0] if before else None)
        tried.append(Attempt(found.product.shape, _moved(before[0] if before else None, found)))
        if everywhere and tried[-1].moved < tolerance:
            return Levels(h, found.functions, found.product, found.energies, found.vectors, tuple(tried))
        costs, shape = _costs(found), found.product.shape
        everywhere = bool(np.all(costs <= AIM * tolerance)) and len(found.energies) == levels
        counts = _raised(before and (before[0].product.shape, before[1]), shape, costs, AIM * tolerance)
        margin += 0.5 if everywhere else 0.0
        before = found, costs
    attempts = "; ".join(map(str, tried)) or "nothing"
    raise ConvergenceError(
        f"{levels} levels over {axes} coordinates did not settle to {tolerance:g} of their span with {largest} "
        f"products of functions at most; tried {attempts}. "
        "Ask for fewer levels, or allow tolerance= or largest= to be larger"
    )


def _first(h: Phases, levels: int, largest: int) -> list[int]:
    """Functions of each coordinate at first: all below the tops of the junctions, so that no well is left out.

    What cutoffs cost is told by the states that are found; one that lives in a well which the mean field of the lowest
    state hides has to be within reach from the beginning, or it is never missed.
    """
    if len(h.axes) == 1:
        return [levels + 2 * EDGE]
    room = [ROOM] * len(h.axes)
    axes = axes_of(h, room, MARGIN)
    found = mean_field(axes, terms_of(h, axes), room)
    tops = 2 * h.energies @ (np.abs(np.hstack([h.periodic, h.extended])) > DECOUPLED)
    reach = [REACH[f.axis.basis] * top for f, top in zip(found, tops, strict=True)]
    below = [np.sum(f.energies - f.energies[0] < top) + EDGE for f, top in zip(found, reach, strict=True)]
    counts = np.clip(below, FIRST, ROOM)
    while np.prod(counts.astype(float)) > largest / SPARE and counts.max() > FEWEST:
        counts = np.maximum(FEWEST, counts * 9 // 10)
    return [int(n) for n in counts]


def _solved(
    h: Phases, counts: Sequence[int], margin: float, levels: int, tolerance: float, before: Levels | None
) -> Levels:
    axes = axes_of(h, counts, margin)
    terms = terms_of(h, axes)
    functions = mean_field(axes, terms, counts)
    made = product(functions, terms)
    accuracy = SOLVED * tolerance * (before.span if before else 1.0)
    energies, vectors = made.lowest(levels, accuracy, None if before is None else _embedded(before, made))
    return Levels(h, tuple(functions), made, energies, vectors)


def _embedded(before: Levels, made: Product) -> np.ndarray:
    """The vectors found before, as guesses: functions change little when there are more of them."""
    guess: np.ndarray = np.zeros((len(before.vectors), *made.shape), dtype=made.kind)
    old = before.vectors.reshape(-1, *before.product.shape)
    window = tuple(slice(min(n, m)) for n, m in zip(old.shape, guess.shape, strict=True))
    guess[window] = old[window] if made.kind is complex else old[window].real
    return guess.reshape(len(guess), -1)


def _moved(before: Levels | None, found: Levels) -> float:
    """In spans of the levels."""
    if before is None or len(before.energies) != len(found.energies):
        return np.inf
    return float(np.max(np.abs(found.energies - before.energies))) / found.span


def _costs(found: Levels) -> np.ndarray:
    """By coordinate: the largest weight of a level in the last functions, times their energy, in spans."""
    weights = np.abs(found.vectors.reshape(-1, *found.product.shape)) ** 2
    costs = []
    for k, f in enumerate(found.functions):
        last = np.moveaxis(weights, k + 1, 1)[:, -EDGE:]
        weight = last.reshape(len(last), -1).sum(axis=1).max() if len(found.functions) > 1 else 0.0
        costs.append(weight * float(f.energies[-1] - f.energies[0]) / found.span)
    return np.array(costs)


def _raised(before: tuple[Sequence[int], np.ndarray] | None, shape: Sequence[int], costs: np.ndarray, aim: float):
    """More functions where they cost more than `aim`; where none does, two more of each.

    Costs fall exponentially: how fast, the last two attempts tell, if there were two.
    """
    if np.all(costs <= aim):
        return [n + EDGE for n in shape]
    counts = []
    for k, (n, cost) in enumerate(zip(shape, costs, strict=True)):
        slope = 0.0
        if before is not None and before[0][k] < n and cost < before[1][k]:
            slope = np.log(before[1][k] / cost) / (n - before[0][k])
        needed = np.log(cost / aim) / slope if slope else n / 3
        counts.append(n if cost <= aim else n + int(np.clip(np.ceil(needed), 2, 1 + n / 2)))
    return counts
