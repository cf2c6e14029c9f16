"""What the sources push with, as plain numbers: a current I(t), or the envelope of one on a carrier."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from quspike.errors import NotAvailable
from quspike.methods.method import Params, Setup
from quspike.quantize.membrane import Source
from quspike.units import format_si

SAMPLES = 256  # of each smooth piece, for the extremes of a current
GOLDEN = 0.5 * (5**0.5 - 1)  # of the piece, from sample to sample: whole periods of no drive fit between even times
STILL = 1e-12  # relative change of one that does not vary


@dataclass(frozen=True)
class Current:
    """I(t) in smooth pieces: edges (K + 1,) s between 0 and ∞, and a function of each."""

    value: Callable
    edges: np.ndarray
    pieces: tuple
    extremes: tuple[float, float]
    constant: tuple[float | None, ...]

    def __call__(self, t: float) -> float:
        """I at t (A); on an edge, the value after it."""
        piece = int(np.clip(np.searchsorted(self.edges, t, side="right") - 1, 0, len(self.constant) - 1))
        return self.within(piece, t)

    def within(self, piece: int, t: float) -> float:
        """I(t) of one smooth piece, on its edges too."""
        known = self.constant[piece]
        return float(self.value(tuple(p[piece] for p in self.pieces), t)) if known is None else known


def current_of(setup: Setup, params: Params) -> Current:
    """The current of all sources of a run."""
    return _sampled(setup, params, setup.inputs.current)


def envelope_of(setup: Setup, params: Params, omega: float) -> tuple[Current, float]:
    """The envelope e(t) of the currents, I = e cos ω_d t, and their carrier ω_d (rad/s); ω0 = omega without a drive.

    Raises NotAvailable: see `carried`.
    """
    sources, carrier = carried(setup, params, omega)

    def envelope(pieces, t):
        every = zip(setup.inputs.membrane.sources, pieces, strict=True)
        parts = [s.sign * setup.inputs.drives[str(s.drive)].envelope_value(p[:-1], t) for s, p in every if s in sources]
        return sum(parts, jnp.zeros(()))

    return _sampled(setup, params, envelope), carrier


def carried(setup: Setup, params: Params, omega: float) -> tuple[list[Source], float]:
    """The sources that deliver anything, and their carrier (rad/s); ω0 = omega where none does.

    Raises NotAvailable for currents that are on no carrier, or on several, and for a voltage source.
    """
    found, carriers = [], set()
    for source in setup.inputs.membrane.sources:
        name = source.drive or ""
        drive, volts = setup.inputs.drives.get(name), source.gate is not None
        if drive is None and not volts and float(params["elements"][source.name]["value"]) == 0:
            continue
        if drive is None or volts or drive.envelope_of is None:
            raise _not_carried(source, drive, params, omega)
        found.append(source)
        carriers.add(float(params["drives"][name]["envelope_of"]))
    if len(carriers) > 1:
        rates = ", ".join(format_si(carrier, "frequency") for carrier in sorted(carriers))
        raise NotAvailable("envelope_of", rates, "must be the same in all drives with spike escape")
    return found, 2 * np.pi * carriers.pop() if carriers else omega


def _not_carried(source: Source, drive: Any, params: Params, omega: float) -> NotAvailable:
    near = format_si(float(f"{omega / (2 * np.pi):.4g}"), "frequency")
    remedy = f"near ω0 ({near}) with spike escape in the frame of a resonator's drive; brownian takes any current"
    if source.gate is not None:
        return NotAvailable(source.name, "a voltage source", f"must be a current source on a carrier {remedy}")
    if drive is None:
        value = format_si(float(params["elements"][source.name]["value"]), "current")
        return NotAvailable(source.name, value, f"must be a drive with envelope_of {remedy}")
    return NotAvailable(f"[drive.{source.drive}] envelope_of", "nothing", f"must be a carrier {remedy}")


def on_its_carrier(envelope: Current) -> Current:
    """The same for who sees the carrier turn: only where there is no drive does nothing change."""
    return replace(envelope, constant=tuple(0.0 if known == 0 else None for known in envelope.constant))


def _sampled(setup: Setup, params: Params, function: Callable) -> Current:
    """A function of the sources' pieces; a smooth piece that does not vary is a plain number."""
    inputs = setup.inputs
    breaks = np.unique(np.asarray(inputs.breakpoints(params), dtype=float))
    inner = breaks[np.isfinite(breaks) & (breaks > 0)]
    edges = np.concatenate([[0.0], inner, [2 * inner[-1] if inner.size else 1.0]])
    pieces = inputs.pieces(params, jnp.asarray(0.5 * (edges[:-1] + edges[1:])))
    places = np.append(np.arange(SAMPLES) * GOLDEN % 1.0, 1.0)
    times = edges[:-1] + places[:, None] * np.diff(edges)
    samples = np.asarray(jax.vmap(jax.vmap(function), in_axes=(None, 0))(pieces, jnp.asarray(times)))
    still = np.ptp(samples, axis=0) <= STILL * np.max(np.abs(samples), axis=0)
    constant = tuple(float(first) if same else None for first, same in zip(samples[0], still, strict=True))
    return Current(jax.jit(function), edges, pieces, (float(samples.min()), float(samples.max())), constant)
