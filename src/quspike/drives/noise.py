"""Coloured noise: an Ornstein–Uhlenbeck process."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

from quspike.drives.drive import REALISED, SIGNAL, Array, Drive, Physical, known, physical, shown
from quspike.drives.table import Sampled
from quspike.errors import InputError, QuspikeError

SPACING = 0.1  # grid spacing over tau
MAX_SAMPLES = 10_000_000


@dataclass(frozen=True)
class Noise(Sampled):
    """`⟨s⟩ = mean`, `⟨δs(t) δs(t′)⟩ = std² e^{−|t − t′|/tau}`: stationary Ornstein–Uhlenbeck noise.

    `realise` draws it on a grid of spacing Δ = tau/10 by the exact update
    `s_{n+1} − mean = e^{−Δ/tau}(s_n − mean) + std √(1 − e^{−2Δ/tau}) ξ_n`, so that mean, variance and autocovariance
    are exact at the grid points; between them the drive is a straight line, whose variance falls to
    (1 + e^{−Δ/tau})/2 = 0.95 std² half way. The path is drawn in units of std and tau: the same seed gives the same
    path when they change, so the drive is differentiable by all three.

    Parameters
    ----------
    std : stationary standard deviation [A, V or Wb].
    tau : correlation time [s].
    mean : [as std].

    Reference: Gillespie, Phys. Rev. E 54, 2084 (1996).
    """

    kind: ClassVar[str] = "noise"

    std: Physical = field(metadata=physical(SIGNAL, minimum=0.0))
    tau: Physical = field(metadata=physical("time", minimum=0.0, exclusive=True))
    mean: Physical = field(default=0.0, metadata=physical(SIGNAL))
    path: Any = field(default=None, kw_only=True, repr=False, compare=False, metadata=REALISED)

    def params(self) -> dict[str, Any]:
        return super().params() | ({} if self.path is None else {"path": self.path})

    def points(self, p: Mapping[str, Any]) -> tuple[Array, Array]:
        import jax.numpy as jnp

        if "path" not in p:
            raise QuspikeError("noise has no values before it is drawn: call realise(duration, seed)")
        path = jnp.asarray(p["path"])
        return p["tau"] * SPACING * jnp.arange(path.shape[0]), p["mean"] + p["std"] * path

    def realise(self, duration: float, seed: int = 0, base_dir: str | Path | None = None, name: str = "") -> Drive:
        """The noise drawn for [0, duration]; drives of different names are independent, for the same seed."""
        if not known(self.tau):
            raise QuspikeError("tau must be a number when noise is drawn; differentiate by p['tau'] afterwards")
        samples = math.ceil(duration / (SPACING * self.tau)) + 2
        if samples > MAX_SAMPLES:
            shortest = shown(duration / (SPACING * MAX_SAMPLES), "time")
            raise InputError("tau", shown(self.tau, "time"), f"must be ≥ {shortest} for so long a run")
        return replace(self, path=unit_path(samples, seed, name))


def unit_path(samples: int, seed: int, name: str) -> Array:
    """The process with mean 0, std 1, tau 1 at times n·SPACING: (samples,)."""
    import numpy as np

    words = np.frombuffer(hashlib.sha256(name.encode()).digest(), dtype="<u4")
    seeds = np.random.SeedSequence(seed, spawn_key=tuple(words.tolist()))
    return coloured(np.random.Generator(np.random.PCG64(seeds)).standard_normal(samples))


def coloured(kicks: Array) -> Array:
    """`u_0 = ξ_0, u_{n+1} = e^{−SPACING} u_n + √(1 − e^{−2 SPACING}) ξ_{n+1}` along the first axis."""
    import numpy as np
    from scipy.signal import lfilter

    weights = np.full(kicks.shape[0], math.sqrt(-math.expm1(-2 * SPACING)))
    weights[0] = 1.0
    return lfilter([1.0], [1.0, -math.exp(-SPACING)], (weights * kicks.T).T, axis=0)
