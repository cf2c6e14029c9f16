"""A drive given by points, with straight lines between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, ClassVar

from quspike.drives.drive import SIGNAL, Array, Drive, Physical, known, physical, shown
from quspike.errors import InputError

OUTSIDE = ("hold", "zero")


@dataclass(frozen=True)
class Table(Drive):
    """`s(t) = s_n + (s_{n+1} − s_n)(t − t_n)/(t_{n+1} − t_n)` for t_n ≤ t < t_{n+1}.

    Parameters
    ----------
    times : ascending, (n,) with n ≥ 2 [s].
    values : at those times, (n,) [A, V or Wb].
    outside : "hold" (the first and last values go on) or "zero".
    """

    kind: ClassVar[str] = "table"

    times: Physical = field(metadata=physical("time"))
    values: Physical = field(metadata=physical(SIGNAL))
    outside: str = "hold"

    def __post_init__(self) -> None:
        for name in ("times", "values"):
            if type(getattr(self, name)).__module__ == "numpy":
                self._store(name, tuple(getattr(self, name).tolist()))
        super().__post_init__()

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

    def breakpoints(self, p: Mapping[str, Any]) -> Array:
        import jax.numpy as jnp

        return jnp.asarray(p["times"], dtype=float)

    def envelope_pieces(self, p: Mapping[str, Any], t_mid: Array) -> Array:
        return line_pieces(self.breakpoints(p), p["values"], t_mid, self.outside)

    def envelope_value(self, piece: Array, t: Array) -> Array:
        return line_value(piece, t)


def line_pieces(times: Array, values: Array, t_mid: Array, outside: str) -> Array:
    """(t_n, s_n, slope) of the line that holds around each `t_mid` (N,): (N, 3)."""
    import jax.numpy as jnp

    times, values = jnp.asarray(times, dtype=float), jnp.asarray(values, dtype=float)
    n = jnp.clip(jnp.searchsorted(times, t_mid, side="right") - 1, 0, times.shape[0] - 2)
    before, after = t_mid < times[0], t_mid >= times[-1]
    slope = jnp.where(before | after, 0.0, (values[n + 1] - values[n]) / (times[n + 1] - times[n]))
    level = jnp.where(after, values[-1], values[n])
    if outside == "zero":
        level = jnp.where(before | after, 0.0, level)
    return jnp.stack([times[n], level, slope], axis=1)


def line_value(piece: Array, t: Array) -> Array:
    """s_n + slope (t − t_n)."""
    return piece[1] + piece[2] * (t - piece[0])
