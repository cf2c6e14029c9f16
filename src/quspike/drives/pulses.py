"""A train of rectangular pulses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, ClassVar

from quspike.drives.drive import SIGNAL, Array, Drive, Physical, known, physical, shown
from quspike.errors import InputError


@dataclass(frozen=True)
class Pulses(Drive):
    """`s(t) = amplitude` for t_n ≤ t < t_n + width, 0 elsewhere; `t_n = start + n period`, or `start + times[n]`.

    Parameters
    ----------
    amplitude : height of the pulses [A, V or Wb].
    width : length of each [s].
    period, count : from one pulse to the next [s], and how many there are; or else
    times : when each pulse begins, counted from `start` [s].
    start : when the train begins [s].
    """

    kind: ClassVar[str] = "pulses"

    amplitude: Physical = field(metadata=physical(SIGNAL))
    width: Physical = field(metadata=physical("time", minimum=0.0, exclusive=True))
    period: Physical = field(default=None, metadata=physical("time", minimum=0.0, exclusive=True))
    count: int | None = None
    times: Physical = field(default=None, metadata=physical("time", minimum=0.0, many=True))
    start: Physical = field(default=0.0, metadata=physical("time", minimum=0.0))

    def check(self) -> None:
        super().check()
        if self.times is None:
            self._check_count()
        elif self.count is not None or self.period is not None:
            raise InputError(
                "times", "period or count beside it", "must stand alone: either times, or period and count"
            )
        elif isinstance(self.times, tuple):
            self._check_times(self.times)

    def _check_count(self) -> None:
        if not isinstance(self.count, int) or isinstance(self.count, bool) or self.count < 1:
            raise InputError("count", self.count, "must be a whole number ≥ 1 (or give times instead)")
        if self.period is None and self.count > 1:
            raise InputError("period", "none", f"must be given for {self.count} pulses")
        if known(self.period, self.width) and self.width > self.period:
            raise InputError("width", shown(self.width, "time"), f"must be ≤ period, {shown(self.period, 'time')}")

    def _check_times(self, times: tuple[Any, ...]) -> None:
        if not times:
            raise InputError("times", "an empty list", "must hold at least one time")
        for earlier, later in pairwise(times):
            if known(earlier, later, self.width) and later < earlier + self.width * (1 - 1e-12):
                both = f"{shown(earlier, 'time')} and {shown(later, 'time')}"
                raise InputError("times", both, f"must ascend by at least width, {shown(self.width, 'time')}")

    def breakpoints(self, p: Mapping[str, Any]) -> Array:
        """On and off edges in turn: (2 count,) [s]; a pulse ends where the next begins, if not before."""
        import jax.numpy as jnp

        on = p["start"] + self._delays(p)
        off = jnp.minimum(on + p["width"], jnp.append(on[1:], jnp.inf))
        return jnp.stack([on, off], axis=1).ravel()

    def _delays(self, p: Mapping[str, Any]) -> Array:
        import jax.numpy as jnp

        if self.count is None:
            return jnp.asarray(p["times"], dtype=float)
        return jnp.arange(self.count, dtype=float) * p.get("period", 0.0)

    def envelope_pieces(self, p: Mapping[str, Any], t_mid: Array) -> Array:
        import jax.numpy as jnp

        edges_passed = jnp.searchsorted(self.breakpoints(p), t_mid, side="right")
        return jnp.where(edges_passed % 2 == 1, p["amplitude"], 0.0)[:, None]

    def envelope_value(self, piece: Array, t: Array) -> Array:
        return piece[0]
