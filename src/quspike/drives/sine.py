"""A sine wave."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from quspike.drives.drive import SIGNAL, Array, Drive, Physical, physical
from quspike.drives.step import check_interval, inside_interval, interval_edges


@dataclass(frozen=True)
class Sine(Drive):
    """`s(t) = offset + amplitude sin(2π frequency (t − start) + phase)` for start ≤ t < stop, 0 elsewhere.

    Parameters
    ----------
    amplitude : peak value [A, V or Wb].
    frequency : plain frequency, not angular [Hz].
    phase : at the start [rad].
    offset : constant part [as the amplitude].
    start, stop : when it begins and ends [s]; by default at once, and never.
    """

    kind: ClassVar[str] = "sine"

    amplitude: Physical = field(metadata=physical(SIGNAL))
    frequency: Physical = field(metadata=physical("frequency", minimum=0.0, exclusive=True))
    phase: Physical = field(default=0.0, metadata=physical("angle"))
    offset: Physical = field(default=0.0, metadata=physical(SIGNAL))
    start: Physical = field(default=0.0, metadata=physical("time", minimum=0.0))
    stop: Physical = field(default=math.inf, metadata=physical("time"))

    def check(self) -> None:
        super().check()
        check_interval(self.start, self.stop)

    def breakpoints(self, p: Mapping[str, Any]) -> Array:
        return interval_edges(p)

    def envelope_pieces(self, p: Mapping[str, Any], t_mid: Array) -> Array:
        import jax.numpy as jnp

        on = inside_interval(p, t_mid)
        columns = (jnp.where(on, p["amplitude"], 0.0), p["frequency"], p["phase"], jnp.where(on, p["offset"], 0.0))
        return jnp.stack([jnp.broadcast_to(jnp.asarray(c), on.shape) for c in (*columns, p["start"])], axis=1)

    def envelope_value(self, piece: Array, t: Array) -> Array:
        import jax.numpy as jnp

        amplitude, frequency, phase, offset, start = piece
        return offset + amplitude * jnp.sin(2 * jnp.pi * frequency * (t - start) + phase)

    def envelope_timescale(self, p: Mapping[str, Any]) -> float:
        return 1.0 / float(p["frequency"])
