"""A constant that is switched on, and off."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from quspike.drives.drive import SIGNAL, Array, Drive, Physical, known, physical, shown
from quspike.errors import InputError


@dataclass(frozen=True)
class Step(Drive):
    """`s(t) = amplitude` for start ≤ t < stop, 0 elsewhere.

    Parameters
    ----------
    amplitude : height of the step [A, V or Wb].
    start, stop : when it begins and ends [s]; by default at once, and never.
    """

    kind: ClassVar[str] = "step"

    amplitude: Physical = field(metadata=physical(SIGNAL))
    start: Physical = field(default=0.0, metadata=physical("time", minimum=0.0))
    stop: Physical = field(default=math.inf, metadata=physical("time"))

    def check(self) -> None:
        super().check()
        check_interval(self.start, self.stop)

    def breakpoints(self, p: Mapping[str, Any]) -> Array:
        return interval_edges(p)

    def envelope_pieces(self, p: Mapping[str, Any], t_mid: Array) -> Array:
        import jax.numpy as jnp

        return jnp.where(inside_interval(p, t_mid), p["amplitude"], 0.0)[:, None]

    def envelope_value(self, piece: Array, t: Array) -> Array:
        return piece[0]


def check_interval(start: Any, stop: Any) -> None:
    """Refuse an interval that ends before it begins."""
    if known(start, stop) and not stop > start:
        raise InputError("stop", shown(stop, "time"), f"must be later than start, {shown(start, 'time')}")


def interval_edges(p: Mapping[str, Any]) -> Array:
    """`start`, and `stop` if there is one: (1,) or (2,) [s]."""
    import jax.numpy as jnp

    return jnp.stack([jnp.asarray(p[edge], dtype=float) for edge in ("start", "stop") if edge in p])


def inside_interval(p: Mapping[str, Any], t: Array) -> Array:
    """start ≤ t < stop, elementwise."""
    after_start = t >= p["start"]
    return after_start & (t < p["stop"]) if "stop" in p else after_start
