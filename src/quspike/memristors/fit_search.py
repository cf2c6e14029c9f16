"""The search behind `fit_law`: the law's current along a trace, its least squares, and what the trace cannot see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from quspike.errors import ConvergenceError
from quspike.memristors.iv_trace import IVTrace
from quspike.memristors.law import Law, Parameter, confine

if TYPE_CHECKING:
    import jax

MOST_SUBSTEPS = 64
MOST_EVALUATIONS = 300
TOLERANCE = 1e-9  # relative change of the squares, the parameters and the gradient at which the search stops
CLOUD, STARTS = 150, 6  # starts looked at, and those searched from
SEARCH_RANGE = np.log(1e6)  # a parameter of known sign is sought within six decades of its start on either side
STEP_BIAS = 0.1  # how far the integration's error may move a parameter, in units of its sigma
STEP_FLOOR = 1e-6  # error of the integration, relative to the rms current, that is let pass in any case
BLIND = 1e-7  # relative singular value below which the trace cannot see a combination of parameters


@dataclass(frozen=True)
class Coordinate:
    """How a parameter is varied: by its logarithm (of its magnitude) where its sign is known, else as it is."""

    name: str
    sign: int  # +1, −1: value = sign·e^u; 0: value = u
    low: float
    high: float

    @classmethod
    def of(cls, parameter: Parameter, start: float) -> Coordinate:
        low = -np.inf if parameter.minimum is None else parameter.minimum
        high = np.inf if parameter.maximum is None else parameter.maximum
        if parameter.name == "x0" or low < 0 < high or start == 0:
            return cls(parameter.name, 0, low, high)
        sign, least, most = (1, low, high) if low >= 0 else (-1, -high, -low)
        around = np.log(abs(start))
        bottom = max(around - SEARCH_RANGE, np.log(least) if least > 0 else -np.inf)
        return cls(parameter.name, sign, bottom, min(around + SEARCH_RANGE, np.log(most)))

    def spread(self, start: float) -> float:
        """How far around its start the search looks: half a decade, or a fifth of the range."""
        if self.sign:
            return 0.5 * np.log(10.0)
        return 0.2 * (self.high - self.low) if np.isfinite(self.high - self.low) else 0.3 * abs(start)

    def value(self, u: Any) -> Any:
        import jax.numpy as jnp

        return self.sign * jnp.exp(u) if self.sign else u

    def position(self, value: float) -> float:
        return float(np.log(abs(value))) if self.sign else value

    def sigma(self, value: float, sigma_u: float) -> float:
        return abs(value) * sigma_u if self.sign else sigma_u


@dataclass(frozen=True, eq=False)
class Minimum:
    """Where the squares are least: the coordinates u, and there the residuals (N,) and their Jacobian (N, k).

    Residuals are in units of the rms measured current.
    """

    u: np.ndarray
    residual: np.ndarray
    jacobian: np.ndarray
    substeps: int


def search(law: Law, coordinates: tuple[Coordinate, ...], start: Mapping[str, float], trace: IVTrace) -> Minimum:
    """The least of several minima, found again with twice the substeps until the integration's error is harmless."""
    residual, jacobian = _compiled(law, coordinates)
    data, substeps = (dict(start), trace.time, trace.voltage, trace.current), 1
    starts = _starts(residual, coordinates, start, data)
    while substeps <= MOST_SUBSTEPS:
        minima = [_minimise(residual, jacobian, u, coordinates, (*data, substeps)) for u in starts]
        best = min((m for m in minima if m is not None), key=lambda m: m.cost, default=None)
        if best is None:
            raise ConvergenceError(f"no minimum within {MOST_EVALUATIONS} evaluations: give other `initial` values")
        here, finer = (np.asarray(residual(best.x, *data, n)) for n in (substeps, 2 * substeps))
        noise = np.linalg.norm(here) / np.sqrt(here.size)
        if np.linalg.norm(finer - here) <= max(STEP_BIAS * noise, STEP_FLOOR * np.sqrt(here.size)):
            return Minimum(best.x, here, np.asarray(jacobian(best.x, *data, substeps)), substeps)
        starts, substeps = [best.x], 2 * substeps
    raise ConvergenceError(
        f"{law.name} moves too fast for the samples: {MOST_SUBSTEPS} substeps between them still change the current"
    )


def _starts(
    residual: Callable, coordinates: tuple[Coordinate, ...], start: Mapping[str, float], data: tuple
) -> list[np.ndarray]:
    """The given start, and the best of a fixed cloud around it: the squares of a switching law have many minima."""
    given = np.array([c.position(start[c.name]) for c in coordinates])
    low, high = np.array([[c.low, c.high] for c in coordinates]).T
    spread = np.array([c.spread(start[c.name]) for c in coordinates])
    cloud = given + spread * np.random.default_rng(0).normal(size=(CLOUD, given.size))
    costs = [float(np.linalg.norm(residual(u, *data, 1))) for u in np.clip(cloud, low, high)]
    order = np.argsort(np.where(np.isfinite(costs), costs, np.inf))[: STARTS - 1]
    return [given, *np.clip(cloud, low, high)[order]]


def _minimise(
    residual: Callable, jacobian: Callable, u: np.ndarray, coordinates: tuple[Coordinate, ...], data: tuple
) -> Any:
    """scipy's result from this start, or None where it ends nowhere."""
    from scipy.optimize import least_squares

    def slopes(u: np.ndarray) -> np.ndarray:
        jac = np.asarray(jacobian(u, *data))
        if not np.all(np.isfinite(jac)):
            raise FloatingPointError
        return jac

    bounds = ([c.low for c in coordinates], [c.high for c in coordinates])
    if not np.all(np.isfinite(residual(u, *data))):
        return None
    try:
        result = least_squares(
            lambda u: np.asarray(residual(u, *data)),
            u,
            slopes,
            bounds,
            x_scale="jac",
            xtol=TOLERANCE,
            ftol=TOLERANCE,
            gtol=TOLERANCE,
            max_nfev=MOST_EVALUATIONS,
        )
    except FloatingPointError:
        return None
    return result if result.status > 0 else None


@cache
def _compiled(law: Law, coordinates: tuple[Coordinate, ...]) -> tuple[Callable, Callable]:
    """(residual, Jacobian) of u, start, time, voltage, current, substeps; residuals in units of the rms current."""
    import jax
    import jax.numpy as jnp

    from quspike.precision import enable_x64

    enable_x64()

    def residual(u: Any, start: dict[str, Any], time: Any, voltage: Any, current: Any, substeps: Any) -> jax.Array:
        p = {**start, **{c.name: c.value(u[i]) for i, c in enumerate(coordinates)}}
        fitted = _current(law, p, time, voltage, substeps)
        return (fitted - current) / jnp.sqrt(jnp.mean(current**2))

    return jax.jit(residual), jax.jit(jax.jacfwd(residual))


def _current(law: Law, p: dict[str, Any], time: Any, voltage: Any, substeps: Any) -> jax.Array:
    """I at the samples: the memory by classical Runge–Kutta from sample to sample, V linear between."""
    import jax
    import jax.numpy as jnp

    low, high = law.memory_bounds(p) or (-jnp.inf, jnp.inf)

    def substep(x: Any, h: Any, v0: Any, v1: Any) -> Any:
        middle = 0.5 * (v0 + v1)
        k1 = law.rate(x, v0, p)
        k2 = law.rate(x + 0.5 * h * k1, middle, p)
        k3 = law.rate(x + 0.5 * h * k2, middle, p)
        k4 = law.rate(x + h * k3, v1, p)
        return confine(x + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4), low, high)

    def interval(x: Any, ends: Any) -> Any:
        h, v0, dv = ends[0] / substeps, ends[1], ends[2] / substeps
        x = jax.lax.fori_loop(0, substeps, lambda n, x: substep(x, h, v0 + n * dv, v0 + (n + 1) * dv), x)
        return x, x

    x0 = confine(jnp.asarray(p["x0"], dtype=float), low, high)
    _, later = jax.lax.scan(interval, x0, (jnp.diff(time), voltage[:-1], jnp.diff(voltage)))
    return law.conductance(jnp.concatenate([x0[None], later]), voltage, p) * voltage


def uncertainty(found: Minimum) -> tuple[np.ndarray, np.ndarray, int]:
    """(one sigma of each u, whether the trace is blind to it, how many combinations it sees).

    The diagonal of `σ² (JᵀJ)⁻¹` by the singular values of J with columns of length one; a parameter that takes part
    in a combination which the trace does not see has sigma = inf.
    """
    length = np.linalg.norm(found.jacobian, axis=0)
    scale = np.where(length > 0, length, 1.0)
    _, singular, directions = np.linalg.svd(found.jacobian / scale, full_matrices=False)
    sees = singular > BLIND * singular[0]
    blind = np.sum(directions[~sees] ** 2, axis=0) > 1e-6
    variance = found.residual @ found.residual / (found.residual.size - found.u.size)
    spread = np.sqrt(variance * np.sum((directions[sees] / singular[sees, None]) ** 2, axis=0))
    return np.where(blind, np.inf, spread / scale), blind, int(np.sum(sees))
