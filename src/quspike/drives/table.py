"""A drive given by points, with straight lines between them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, ClassVar

from quspike.drives.drive import SIGNAL, Array, Drive, Physical, known, physical, shown
from quspike.errors import InputError

OUTSIDE = ("hold", "zero")


class Sampled(Drive):
    """`s(t) = s_n + (s_{n+1} − s_n)(t − t_n)/(t_{n+1} − t_n)` for t_n ≤ t < t_{n+1}, from `points`."""

    outside: str = "hold"

    @abstractmethod
    def points(self, p: Mapping[str, Any]) -> tuple[Array, Array]:
        """Times, ascending, and the values there: (n,) each, n ≥ 2."""

    def breakpoints(self, p: Mapping[str, Any]) -> Array:
        return self.points(p)[0]

    def envelope_pieces(self, p: Mapping[str, Any], t_mid: Array) -> Array:
        return line_pieces(*self.points(p), t_mid, self.outside)

    def envelope_value(self, piece: Array, t: Array) -> Array:
        """s_n + slope (t − t_n)."""
        start, level, slope = piece
        return level + slope * (t - start)


@dataclass(frozen=True)
class Table(Sampled):
    """Straight lines through the points (times[n], values[n]).

    Parameters
    ----------
    times : ascending, (n,) with n ≥ 2 [s].
    values : at those times, (n,) [A, V or Wb].
    outside : "hold" (the first and last values go on) or "zero".
    """

    kind: ClassVar[str] = "table"

    times: Physical = field(metadata=physical("time", many=True))
    values: Physical = field(metadata=physical(SIGNAL, many=True))
    outside: str = "hold"

    def check(self) -> None:
        super().check()
        if self.outside not in OUTSIDE:
            raise InputError("outside", repr(self.outside), "must be 'hold' or 'zero'")
        if len(self.times) < 2:
            raise InputError("times", f"{len(self.times)}", "must hold at least 2 times")
        if len(self.times) != len(self.values):
            raise InputError("values", f"{len(self.values)}", f"must be as many as times, {len(self.times)}")
        for earlier, later in pairwise(self.times) if isinstance(self.times, tuple) else ():
            if known(earlier, later) and not later > earlier:
                raise InputError("times", f"{shown(earlier, 'time')}, then {shown(later, 'time')}", "must ascend")

    def points(self, p: Mapping[str, Any]) -> tuple[Array, Array]:
        import jax.numpy as jnp

        return jnp.asarray(p["times"], dtype=float), jnp.asarray(p["values"], dtype=float)


def line_pieces(times: Array, values: Array, t_mid: Array, outside: str) -> Array:
    """(t_n, s_n, slope) of the line that holds around each `t_mid` (N,): (N, 3)."""
    import jax.numpy as jnp

    n = jnp.clip(jnp.searchsorted(times, t_mid, side="right") - 1, 0, times.shape[0] - 2)
    before, after = t_mid < times[0], t_mid >= times[-1]
    slope = jnp.where(before | after, 0.0, (values[n + 1] - values[n]) / (times[n + 1] - times[n]))
    level = jnp.where(after, values[-1], values[n])
    if outside == "zero":
        level = jnp.where(before | after, 0.0, level)
    return jnp.stack([times[n], level, slope], axis=1)
