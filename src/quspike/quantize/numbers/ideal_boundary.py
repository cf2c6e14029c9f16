"""The boundary flux of any ideal memristor, by quadrature, also of one whose memory is its charge.

    F(φ) = ∫ √(Z0 W) dφ = ∫ √(Z0 M(q)) dq,     φ(q) = ∫ M dq,     F′(φ) = √(Z0 W)

A law whose memory moves with its current, dx/dt = g(x) I, has M(x(q)); as M > 0, φ(q) can be inverted, and without
noise it is W(φ) as well. F is kept as a cubic with exact slopes through points that are equally far apart in φ or q,
and as a straight line beyond them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from quspike.errors import InputError
from quspike.memristors.law import Law

POINTS = 4001
IDEAL = 1e-9  # relative: how much dx/dq may depend on the current that carries the charge


@dataclass(frozen=True)
class IdealBoundary:
    """F and F′ [√(Z0 S) Wb, √(Z0 S)] from a table: flux φ [Wb], F and slope, (n,) each, φ ascending."""

    flux: np.ndarray = field(repr=False)
    boundary: np.ndarray = field(repr=False)
    slope: np.ndarray = field(repr=False)

    def __call__(self, phi: np.ndarray | float) -> tuple[np.ndarray, np.ndarray]:
        """F(φ), F′(φ)."""
        inside = np.clip(phi, self.flux[0], self.flux[-1])
        slope = self._slopes(inside)
        return self._spline(inside) + slope * (np.asarray(phi) - inside), slope

    @cached_property
    def _spline(self) -> Any:
        from scipy.interpolate import CubicHermiteSpline

        return CubicHermiteSpline(self.flux, self.boundary, self.slope)

    @cached_property
    def _slopes(self) -> Any:
        return self._spline.derivative()


def ideal_boundary(law: Law, params: Mapping[str, Any], x0: float, impedance: float, reach: float) -> IdealBoundary:
    """The table of a law whose memory starts at x0, F(0) = 0.

    reach : how far to go to both sides, in the law's own control, flux [Wb] or charge [C].
    Raises InputError for a law that is not ideal: its memory must move with the flux, or with the charge alone.
    """
    from quspike.precision import enable_x64

    enable_x64()
    path = np.linspace(-reach, reach, POINTS)
    if law.control == "flux":
        slope = np.sqrt(impedance * _conductance(law, params, x0 + path))
        return IdealBoundary(path, _from_middle(path, slope), slope)
    memristance = 1 / _conductance(law, params, _memory_at_charge(law, params, x0, path))
    boundary = _from_middle(path, np.sqrt(impedance * memristance))
    return IdealBoundary(_from_middle(path, memristance), boundary, np.sqrt(impedance / memristance))


def _conductance(law: Law, params: Mapping[str, Any], memory: Any) -> np.ndarray:
    return np.broadcast_to(np.asarray(law.conductance(memory, 0.0, params)), memory.shape)


def _from_middle(path: np.ndarray, values: np.ndarray) -> np.ndarray:
    """∫ from 0, where the path has its middle."""
    from scipy.interpolate import CubicSpline

    integral = CubicSpline(path, values).antiderivative()
    return integral(path) - integral(0.0)


def _memory_at_charge(law: Law, params: Mapping[str, Any], x0: float, charges: np.ndarray) -> np.ndarray:
    """x(q) of dx/dq = (dx/dt)/I, forwards and backwards from x0."""
    from scipy.integrate import solve_ivp

    def per_charge(x: Any, v: float = 1.0) -> np.ndarray:
        return np.asarray(law.rate(x, v, params)) / (np.asarray(law.conductance(x, v, params)) * v)

    if abs(per_charge(x0, -0.3) - per_charge(x0)) > IDEAL * abs(per_charge(x0)):
        remedy = "must have a memory that moves with its flux or its charge to be the end of a line"
        raise InputError("model", f"{law.name} with window={law.window}", remedy)
    halves = [charges[charges <= 0][::-1], charges[charges > 0]]
    found = [
        solve_ivp(lambda _, x: per_charge(x), (0.0, half[-1]), [x0], "DOP853", half, rtol=1e-12, atol=1e-14).y[0]
        for half in halves
    ]
    return np.concatenate([found[0][::-1], found[1]])
