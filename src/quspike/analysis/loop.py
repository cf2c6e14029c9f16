"""The measures of one hysteresis loop.

    area         A = Σ |A_lobe|, cut at V = 0 and wherever the curve crosses itself: lobes do not cancel
    form factor  4π A/P², A and the perimeter P on axes V/V₀ and I/I₀ (1 for a circle, ½ for two equal ones)
    pinch        max |I(V = 0)| / (max I − min I): 0 for a memristor
    circulation  +1 counter-clockwise in the (V, I) plane, −1 clockwise, lobe by lobe

Opposite circulations make a loop that crosses itself in the origin, equal ones a loop that only touches there.
Chua, Proc. IEEE 91, 1830 (2003); Salmilehto et al., Sci. Rep. 7, 42044 (2017) for the form factor.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from quspike.analysis.simple_loops import FLAT, enclosed_area, signed_area
from quspike.errors import InputError


@dataclass(frozen=True)
class Lobe:
    """The part of a loop on one side of V = 0: its side (sign of V), area [V·A], area/V₀I₀, and circulation."""

    side: int
    area: float
    scaled_area: float
    circulation: int


@dataclass(frozen=True)
class LoopMeasures:
    """The measures of one loop; V₀ [V] and I₀ [A] are the axis scaling that `scaled_area` and `form_factor` go by.

    `pinch_residual` is None where V never vanishes. `gap`: distance between the ends of the trace, on the scaled axes.
    """

    area: float
    scaled_area: float
    form_factor: float
    pinch_residual: float | None
    gap: float
    voltage_scale: float
    current_scale: float
    lobes: tuple[Lobe, ...]

    @property
    def crossing(self) -> str:
        """How the lobes meet: "transversal" (∞), "tangential", or "none"."""
        turns = {lobe.circulation for lobe in self.lobes}
        sides = {lobe.side for lobe in self.lobes}
        if len(sides) < 2 or 0 in turns:
            return "none"
        return "transversal" if len(turns) == 2 else "tangential"

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers, lists and text, SI."""
        return asdict(self) | {"lobes": [asdict(lobe) for lobe in self.lobes], "crossing": self.crossing}


def measure_loop(
    voltage: Any, current: Any, *, voltage_scale: float | None = None, current_scale: float | None = None
) -> LoopMeasures:
    """The measures of one loop, sampled at V (N,) [V] and I (N,) [A] in the order of time.

    The scales are max |V| and max |I| unless given. The perimeter is that of the trace as sampled: a gap between its
    ends is told, and not closed. Raises InputError for a trace without extent.
    """
    voltage, current = (np.asarray(values, dtype=float) for values in (voltage, current))
    v0, i0 = (
        _scale(name, given, values)
        for name, given, values in (("voltage", voltage_scale, voltage), ("current", current_scale, current))
    )
    trace = with_zeros(np.stack([voltage / v0, current / i0], axis=1))
    perimeter = float(np.sum(np.hypot(*np.diff(trace, axis=0).T)))
    lobes = tuple(_measure_lobe(corners, v0 * i0) for corners in cut_lobes(trace))
    scaled = sum(lobe.scaled_area for lobe in lobes)
    at_zero = np.abs(trace[trace[:, 0] == 0, 1])
    return LoopMeasures(
        area=scaled * v0 * i0,
        scaled_area=scaled,
        form_factor=4 * np.pi * scaled / perimeter**2,
        pinch_residual=float(at_zero.max() / np.ptp(trace[:, 1])) if len(at_zero) else None,
        gap=float(np.hypot(*(trace[-1] - trace[0]))),
        voltage_scale=v0,
        current_scale=i0,
        lobes=lobes,
    )


def with_zeros(trace: np.ndarray) -> np.ndarray:
    """The trace (N, 2) with a point wherever its straight sides pass V = 0."""
    v, i = trace.T
    (before,) = np.nonzero(v[:-1] * v[1:] < 0)
    fraction = v[before] / (v[before] - v[before + 1])
    crossing = np.stack([np.zeros(len(before)), i[before] + fraction * (i[before + 1] - i[before])], axis=1)
    return np.insert(trace, before + 1, crossing, axis=0)


def cut_lobes(trace: np.ndarray) -> list[np.ndarray]:
    """The pieces between zeros of V; a trace that begins within a lobe has it joined from its two ends."""
    (zeros,) = np.nonzero(trace[:, 0] == 0)
    edges = np.unique(np.concatenate([[0], zeros, [len(trace) - 1]]))
    pieces = [trace[a : b + 1] for a, b in pairwise(edges)]
    pieces = [piece for piece in pieces if np.any(piece[:, 0] != 0)]
    if len(pieces) > 2 and trace[0, 0] * trace[-1, 0] > 0:
        pieces = [np.concatenate([pieces[-1], pieces[0]]), *pieces[1:-1]]
    return pieces


def _measure_lobe(corners: np.ndarray, unit: float) -> Lobe:
    scaled, turn = enclosed_area(corners), signed_area(corners)
    circulation = 0 if scaled < FLAT or abs(turn) < FLAT else int(np.sign(turn))
    return Lobe(int(np.sign(np.sum(corners[:, 0]))), scaled * unit, scaled, circulation)


def _scale(name: str, given: float | None, values: np.ndarray) -> float:
    scale = float(np.max(np.abs(values))) if given is None else float(given)
    if not (np.isfinite(scale) and scale > 0):
        raise InputError(name, f"{scale:g} at most", "must be finite and move, for a loop to have a shape")
    return scale
