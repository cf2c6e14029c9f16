"""Drives as SPICE sources: sines as SIN, trains that outlast the run as PULSE, all else as straight lines (PWL).

A jump becomes a ramp of a thousandth of a step, centred on it, so that no charge is lost. A carrier, or a sine that
begins late, is no source of SPICE: it is an expression of `time`, times an envelope that is one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from quspike.drives import Drive
from quspike.drives.pulses import Pulses
from quspike.drives.sine import Sine
from quspike.export.spice_names import number

RAMP = 1e-3  # of a time step
Points = list[tuple[float, float]]


@dataclass(frozen=True)
class Waveform:
    """`source` : what an independent source is given. `start` : the signal's value at t = 0, SI.

    `factor` : the expression of `time` by which the source is multiplied.
    """

    source: str
    start: float
    factor: str | None = None


def constant(value: float) -> Waveform:
    """A value that never changes."""
    return Waveform(f"DC {number(value)}", value)


def waveform(drive: Drive, duration: float, step: float) -> Waveform:
    """The drive, realised, from 0 to `duration` [s]."""
    from quspike.precision import enable_x64

    enable_x64()
    p = drive.params()
    start = float(drive.at(p, [0.0])[0])
    factors = [] if drive.envelope_of is None else [f"cos({number(2 * math.pi * p['envelope_of'])}*time)"]
    if isinstance(drive, Sine):
        if not factors and p["start"] == 0 and "stop" not in p:
            return Waveform(_sine(p), start)
        factors.append(_late_sine(p))
        source = _lines(_gate(p, duration), step)
    elif isinstance(drive, Pulses) and _outlasts(drive, p, duration, step):
        source = _pulse(p, RAMP * step)
    else:
        source = _lines(pieces(drive, p, duration), step)
    return Waveform(source, start, "*".join(factors) or None)


def pieces(drive: Drive, p: dict[str, Any], duration: float) -> np.ndarray:
    """(start, end, value at the start, value at the end) of each straight piece of the envelope (n, 4)."""
    import jax
    import jax.numpy as jnp

    inner = np.unique(np.asarray(drive.breakpoints(p), dtype=float))
    edges = np.array([0.0, *inner[(inner > 0) & (inner < duration)], duration])
    starts, ends = edges[:-1], edges[1:]
    found = drive.envelope_pieces(p, jnp.asarray((starts + ends) / 2))
    value = jax.vmap(drive.envelope_value)
    return np.stack([starts, ends, value(found, jnp.asarray(starts)), value(found, jnp.asarray(ends))], axis=1)


def _gate(p: dict[str, Any], duration: float) -> np.ndarray:
    """One while a sine lasts, else zero, as pieces."""
    edges = sorted({0.0, min(p["start"], duration), min(p.get("stop", duration), duration), duration})
    on = [float(p["start"] <= t < p.get("stop", math.inf)) for t in edges[:-1]]
    return np.array([(a, b, v, v) for a, b, v in zip(edges[:-1], edges[1:], on, strict=True)])


def _sine(p: dict[str, Any]) -> str:
    degrees = math.degrees(p["phase"])
    return f"SIN({number(p['offset'])} {number(p['amplitude'])} {number(p['frequency'])} 0 0 {number(degrees)})"


def _late_sine(p: dict[str, Any]) -> str:
    turn = f"{number(2 * math.pi * p['frequency'])}*(time - {number(p['start'])}) + {number(p['phase'])}"
    return f"({number(p['offset'])} + {number(p['amplitude'])}*sin({turn}))"


def _outlasts(drive: Pulses, p: dict[str, Any], duration: float, step: float) -> bool:
    """Whether the train is periodic, with room for its ramps, for as long as the run."""
    if drive.count is None or "period" not in p or p["start"] <= RAMP * step:
        return False
    return p["start"] + drive.count * p["period"] >= duration and p["period"] - p["width"] > 2 * RAMP * step


def _pulse(p: dict[str, Any], ramp: float) -> str:
    shape = (0.0, p["amplitude"], p["start"] - ramp / 2, ramp, ramp, p["width"] - ramp, p["period"])
    return f"PULSE({' '.join(number(v) for v in shape)})"


def _lines(pieces: np.ndarray, step: float) -> str:
    points = _joined(pieces, step)
    if len({value for _, value in points}) == 1:
        return f"DC {number(points[0][1])}"
    return f"PWL({' '.join(f'{number(t)} {number(v)}' for t, v in points)})"


def _joined(pieces: np.ndarray, step: float) -> Points:
    """Corners of the line through all pieces, each jump a ramp that fits between its neighbours."""
    ramp = min(RAMP * step, float(np.min(pieces[:, 1] - pieces[:, 0])) / 2)
    points = [(pieces[0, 0], pieces[0, 2])]
    for (_, t, _, before), (_, _, after, _) in pairwise(pieces):
        if before == after:
            points.append((t, after))
        else:
            points += [(t - ramp / 2, before), (t + ramp / 2, after)]
    points.append((pieces[-1, 1], pieces[-1, 3]))
    return [(float(t), float(v)) for t, v in points]
