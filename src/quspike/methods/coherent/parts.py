"""What happens between two qubits where it is more than a loss and a displacement, in parts: junctions, resistances in
superposition, and histories of which one rests while the drive makes the other one radiate.

    dρ/dt = −i[H_nl + i(p a† − p* a), ρ] + Σ_j 𝓓[L_j]ρ,      frame rotating at ω0
    e^{𝓛Δ} = U_m 𝓔 U_{m−1} … 𝓔 U_0,      𝓔 = e^{iH_nl τ/2} e^{(𝓛_loss − i[H_nl, ·])τ} e^{iH_nl τ/2},  τ = Δ/m

H_nl is diagonal in |n⟩ (secular or Kerr), L_j are the losses of resistors and the secular jumps of operator memories,
each of which moves all levels by so many at once. U is drive and H_nl together, without loss: unitary, by symmetric
products extrapolated after Richardson. 𝓔 is loss with H_nl beside it, exactly (`spike_trains/bands.py`), in the middle
of each part τ. Between two of them the drive is weighed by e^{κ(t − t_n)/2}, t_n where parts meet, so that a linear
neuron moves exactly, too, and so does one that rests. What is left is of second order in τ and vanishes with the loss:
the train of a neuron that loses nothing is pure. Without H_nl all of U is one displacement and its phase.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from quspike.methods.coherent.drive import displacements, in_a_row, kinks, pieces_of, short_pushes
from quspike.methods.method import Params, Setup
from quspike.quantize.numbers.zero_point import Mode
from quspike.spike_trains.bands import bands_of
from quspike.spike_trains.stages import Stage, Turn, damping

LONG = 64  # steps of the drive in a part, at the most
LOSSLESS = 1e-15  # expected jumps of the highest level in a move


class Span(NamedTuple):
    """A time in which nothing has a kink (s), the drive's weight e^{κ(t − about)/2} there, and in how many kicks."""

    begin: float
    end: float
    about: float
    kicks: int


@dataclass(frozen=True, eq=False)
class Between:
    """kappa : at which the mean leaks, 1/s. levels : H_nl/ħ on |n⟩ (N,), 1/s. jumps : L_j (J, N, N), 1/√s. held_too :
    whether a held neuron is damped. rates : κ↓ and κ↑ (1/s) where they are all that there is."""

    setup: Setup
    params: Params
    mode: Mode
    kappa: float
    levels: np.ndarray
    jumps: np.ndarray
    held_too: bool
    rates: tuple[float, float] | None = None

    def moves(self, begin: np.ndarray, end: np.ndarray, step: float, coarse: bool) -> tuple[tuple[Stage, ...], ...]:
        """From each begin to its end (M,), s. step : of the drive, s. coarse : with steps and parts twice as long."""
        plans = [self._plan(a, b, step, coarse) for a, b in zip(begin, end, strict=True)]
        spans = [span for plan in plans for turn, _ in plan for span in turn]
        betas = iter(self._displaced(spans))
        losses: dict[float, tuple[Stage, ...]] = {}
        return tuple(self._move(plan, betas, losses) for plan in plans)

    def _plan(self, begin: float, end: float, step: float, coarse: bool) -> list[tuple[list[Span], float]]:
        """Spans of U, and the time whose loss comes after each (s), zero after the last."""
        edges = pieces_of(begin, end, kinks(self.setup, self.params), LONG * step)
        if not coarse:
            edges = np.append(np.stack([edges[:-1], 0.5 * (edges[1:] + edges[:-1])], axis=1).ravel(), edges[-1])
        fastest = float(np.max(np.sum(np.abs(self.jumps) ** 2, axis=(0, 1)), initial=0.0))
        longest = step * (2 if coarse else 1)
        if fastest * (end - begin) < LOSSLESS:
            return [(_spans(edges, begin, longest), 0.0)]
        last, plan = begin, []
        for edge, part in zip(edges[:-1], np.diff(edges), strict=True):
            middle = edge + 0.5 * part
            plan.append((_spans(np.unique([last, edge, middle]), edge, longest), float(part)))
            last = middle
        return [*plan, (_spans(np.array([last, end]), end, longest), 0.0)]

    def _displaced(self, spans: list[Span]) -> list[np.ndarray]:
        """∫ p dt and ϑ of each kick of each span (2, …): 2K of them fine, and K rough where H_nl is between them."""
        grids = [[np.linspace(s.begin, s.end, n + 1) for n in ((s.kicks,) if self.rates else (2 * s.kicks, s.kicks))]
                 for s in spans]  # fmt: skip
        counts = [sum(len(grid) - 1 for grid in row) for row in grids]
        about = np.repeat([s.about for s in spans], counts)
        left, right = (np.concatenate([np.zeros(0), *(grid[part] for row in grids for grid in row)])
                       for part in (slice(None, -1), slice(1, None)))  # fmt: skip
        found = np.stack(short_pushes(self.setup, self.params, self.mode, self.kappa, left, right, about))
        return np.split(found, np.cumsum(counts)[:-1], axis=1) if spans else []

    def _move(
        self, plan: list[tuple[list[Span], float]], betas: Iterator[np.ndarray], losses: dict[float, tuple[Stage, ...]]
    ) -> tuple[Stage, ...]:
        stages: list[Stage] = []
        for spans, part in plan:
            stages.append(self._turn([(span, next(betas)) for span in spans]))
            key = float(f"{part:.12e}")
            if part and key not in losses:
                losses[key] = self._lost(key)
            stages += losses[key] if part else ()
        return tuple(stages)

    def _lost(self, duration: float) -> tuple[Stage, ...]:
        """𝓔 of a part: of resistors alone loss and then gain, which have fewer legs, unless one that rests has neither;
        what it shares with a free one has had no jump, and is no such product."""
        if self.rates is None or (self.rates[1] > 0 and not self.held_too):
            return (bands_of(self.levels, self.jumps, duration, self.held_too),)
        return damping(len(self.levels), *self.rates, duration, self.held_too)

    def _turn(self, pushed: list[tuple[Span, np.ndarray]]) -> Turn:
        """Drive and H_nl over all of these spans, free and held."""
        free, duration = np.eye(len(self.levels), dtype=complex), 0.0
        for span, push in pushed:
            free, duration = self._driven(span, push) @ free, duration + span.end - span.begin
        return Turn(np.stack([free, np.diag(np.exp(-1j * self.levels * duration))]))

    def _driven(self, span: Span, push: np.ndarray) -> np.ndarray:
        """U of one span (N, N)."""
        if self.rates:
            beta, phase = in_a_row(*push)
            return np.exp(1j * phase) * displacements(len(self.levels), np.array([beta]))[0]
        fine, rough = (self._product(span, part) for part in np.split(push[0], [2 * span.kicks]))
        return _unitary(fine + (fine - rough) / 3)

    def _product(self, span: Span, push: np.ndarray) -> np.ndarray:
        """Π e^{−iH_nl δ/2} D(∫p dt) e^{−iH_nl δ/2}, so many in a row (N, N)."""
        half = np.exp(-0.5j * self.levels * (span.end - span.begin) / len(push))
        matrices = half[:, None] * displacements(len(self.levels), push) * half
        while len(matrices) > 1:
            pairs = matrices[1::2] @ matrices[: len(matrices) // 2 * 2 : 2]
            matrices = np.concatenate([pairs, matrices[-1:]]) if len(matrices) % 2 else pairs
        return matrices[0]


def _spans(times: np.ndarray, about: float, longest: float) -> list[Span]:
    """Between each two of these times, in kicks no longer than that (s)."""
    found = [Span(a, b, about, max(1, int(np.ceil((b - a) / longest * (1 - 1e-9))))) for a, b in pairwise(times)]
    return [span for span in found if span.end > span.begin]


def _unitary(matrix: np.ndarray) -> np.ndarray:
    """The unitary next to it."""
    left, _, right = np.linalg.svd(matrix)
    return left @ right
