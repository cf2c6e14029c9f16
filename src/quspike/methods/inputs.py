"""What the sources do to a membrane: currents into the node, charge on its gates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from quspike.constants import e_charge
from quspike.drives.drive import Drive
from quspike.quantize.membrane import Membrane, Source
from quspike.quantize.system import System

ROUNDING = 1e-9  # of a drive's largest value: a smaller change at a kink is no jump


@dataclass(frozen=True)
class Inputs:
    """I(t) = Σ s u(t) over current sources, Q_g(t) = Σ s C_g u(t) over gates less Σ 2e u(t) over offset charges.

    u is the source's drive or constant; a constant offset charge moves nothing where charge is no whole number.

    `drives` are realised: files read, noise drawn.
    """

    membrane: Membrane | System
    drives: Mapping[str, Drive]

    def breakpoints(self, params: Mapping[str, Any]):
        """Every time at which some source is not smooth (B,), s."""
        found = [drive.breakpoints(params["drives"][name]) for name, drive in self.drives.items()]
        return jnp.concatenate(found) if found else jnp.zeros(0)

    def pieces(self, params: Mapping[str, Any], t_mid):
        """The smooth piece of each source around each t_mid: one (N, k) array a source."""
        return tuple(self._pieces_of(s, params, t_mid) for s in self.membrane.sources)

    def _pieces_of(self, source: Source, params: Mapping[str, Any], t_mid):
        if source.drive is None:
            return jnp.broadcast_to(jnp.asarray(params["elements"][source.name]["value"]), (len(t_mid), 1))
        return self.drives[source.drive].pieces(params["drives"][source.drive], t_mid)

    def value(self, source: Source, piece, t):
        """u(t) of one source, A or V."""
        return piece[0] if source.drive is None else self.drives[source.drive].value(piece, t)

    def current(self, pieces, t):
        """I(t) into the node, A."""
        return sum(
            (
                s.sign * self.value(s, p, t)
                for s, p in zip(self.membrane.sources, pieces, strict=True)
                if s.gate is None
            ),
            jnp.zeros(()),
        )

    def gate_charge(self, elements: Mapping[str, Any], pieces, t):
        """Q_g(t) = Σ ± C_g V_g(t) − Σ 2e n_g(t), C."""
        return sum(
            (
                s.sign * (-2 * e_charge if s.card == "NG" else elements[str(s.gate)]["C"]) * self.value(s, p, t)
                for s, p in zip(self.membrane.sources, pieces, strict=True)
                if s.card == "V" or (s.card == "NG" and s.drive is not None)
            ),
            jnp.zeros(()),
        )

    def slow_current(self, pieces, t, omega0: float):
        """The part of I(t) far below ω0, which shifts the resonator's rest flux instead of ringing it."""
        return sum(
            (
                s.sign * self.value(s, p, t)
                for s, p in zip(self.membrane.sources, pieces, strict=True)
                if s.gate is None and self.is_slow(s, omega0)
            ),
            jnp.zeros(()),
        )

    def is_slow(self, source: Source, omega0: float) -> bool:
        """True for a source that varies, between its jumps, ten times slower than the mode."""
        if source.drive is None:
            return True
        drive = self.drives[source.drive]
        return 2 * np.pi / drive.timescale(drive.params()) < 0.1 * omega0

    def sampled(self, params: Mapping[str, Any], elements: Mapping[str, Any], t):
        """The current that each source delivers at times t (T,): (T, S), A.

        A voltage V_g delivers C_g dV_g/dt, an offset charge −2e dn_g/dt; a flux delivers none.
        """
        columns = []
        pieces = self.pieces(params, t)
        for s, piece in zip(self.membrane.sources, pieces, strict=True):
            if s.gate is None:
                columns.append(jax.vmap(lambda p, x, s=s: self.value(s, p, x))(piece, t))
            elif s.card == "FLUX":
                columns.append(jnp.zeros_like(t))
            else:
                slope = jax.vmap(lambda p, x, s=s: jax.jvp(lambda u: self.value(s, p, u), (x,), (jnp.ones_like(x),))[1])
                columns.append(self._behind(s, elements) * slope(piece, t))
        return jnp.stack(columns, axis=1) if columns else jnp.zeros((len(t), 0))

    def _behind(self, source: Source, elements: Mapping[str, Any]):
        """C of the capacitors behind a voltage source, F; −2e of an offset charge, C."""
        if source.card == "NG":
            return -2 * e_charge
        return sum(elements[name]["C"] for name in self.membrane.gate_capacitors(source))

    def jumps(self, source: Source, params: Mapping[str, Any], duration: float) -> bool:
        """True for a source whose value changes at once, somewhere between 0 and `duration` (s)."""
        if source.drive is None:
            return False
        drive, own = self.drives[source.drive], params["drives"][source.drive]
        inner = np.unique(np.asarray(drive.breakpoints(own), dtype=float))
        inner = inner[(inner > 0) & (inner < duration)]
        edges = np.concatenate([[0.0], inner, [duration]])
        pieces = drive.pieces(own, jnp.asarray((edges[:-1] + edges[1:]) / 2))
        before, after = (jax.vmap(drive.value)(p, jnp.asarray(inner)) for p in (pieces[:-1], pieces[1:]))
        size = max(float(jnp.max(jnp.abs(before), initial=0.0)), float(jnp.max(jnp.abs(after), initial=0.0)))
        return bool(jnp.any(jnp.abs(after - before) > ROUNDING * size))

    def timescale(self) -> float:
        """The shortest time that any drive asks to be resolved, s."""
        return min((d.timescale(d.params()) for d in self.drives.values()), default=np.inf)


def fastest_drive(drives: Iterable[Drive]) -> float:
    """2π over the shortest time that any of them asks to be resolved, rad/s."""
    return 2 * np.pi / min((d.timescale(d.params()) for d in drives), default=np.inf)
