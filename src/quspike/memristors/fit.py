"""A memristor law fitted to a measured I–V trace."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from quspike.errors import InputError, ValidityWarning
from quspike.memristors.fit_search import Coordinate, Minimum, search, uncertainty
from quspike.memristors.iv_trace import IVTrace, iv_trace
from quspike.memristors.law import Law, Parameter, nearest
from quspike.memristors.registry import get_law
from quspike.units import exact_si, format_si

POOR_FIT = 0.1  # residual, relative to the rms current, above which a fit describes no device


@dataclass(frozen=True)
class LawFit:
    """The law that fits a trace, its parameters in SI, and how well each is known.

    values : every parameter and `x0`. uncertainty : one sigma of each fitted one; inf where the trace does not
    determine it (listed in `undetermined`). residual_rms : A. current : the fitted law's I at the samples, A.
    """

    law: Law
    values: Mapping[str, float]
    uncertainty: Mapping[str, float]
    residual_rms: float
    substeps: int
    undetermined: tuple[str, ...] = ()
    current: np.ndarray = field(default_factory=lambda: np.zeros(0), repr=False, compare=False)

    @property
    def model(self) -> str:
        return self.law.name

    @property
    def parameters(self) -> dict[str, tuple[float, float]]:
        """name → (value, one sigma), SI; sigma is 0 where the value was fixed."""
        return {name: (value, self.uncertainty.get(name, 0.0)) for name, value in self.values.items()}

    def netlist(self, name: str, plus: str, minus: str) -> str:
        """The element as a netlist line, exact to the last bit: `MEM1 a b model=hp R_on=100.0ohm … x0=0.1`."""
        choices = [f"{o.name}={getattr(self.law, o.name)}" for o in self.law.options]
        quantities = {p.name: p.quantity for p in _fittable(self.law)}
        numbers = [f"{key}={exact_si(value, quantities[key], sep='')}" for key, value in self.values.items()]
        return " ".join([name, plus, minus, f"model={self.model}", *choices, *numbers])

    def __str__(self) -> str:
        quantities = {p.name: p.quantity for p in _fittable(self.law)}
        lines = [f"{self.model}: residual {format_si(self.residual_rms, 'current')} rms"]
        for name, (value, sigma) in self.parameters.items():
            known = "fixed" if name not in self.uncertainty else f"± {format_si(sigma, quantities[name])}"
            lines.append(f"  {name} = {format_si(value, quantities[name])} {known}")
        return "\n".join(lines)


def fit_law(
    source: Any,
    model: str,
    *,
    window: str | None = None,
    initial: Mapping[str, Any] | None = None,
    free: Sequence[str] | None = None,
    fixed: Mapping[str, Any] | None = None,
    columns: Mapping[str, str] | Sequence[str] | None = None,
    **options: str,
) -> LawFit:
    """Least squares of `Σ_n [W(x_n, V_n) V_n − I_n]²` with `dx/dt = f(x, V(t))` driven by the measured voltage.

    The memory is integrated through the samples by fourth-order Runge–Kutta, V linear between them, in as many
    substeps as make the step's error small against the residual. Parameters of known sign are varied by their
    logarithm. Uncertainties come from the Jacobian at the best fit, for a current noise that is white and equal at
    all samples: σ² (JᵀJ)⁻¹ with σ² = RSS/(N − k).

    Parameters
    ----------
    source : path of a CSV file, or arrays (time, voltage, current); see `iv_trace`, also for `columns`.
    model, window, options : the law, as in a netlist.
    initial : where the search starts, by name, SI or text with a unit; the law's defaults for the rest.
    free : names to fit; default all but `fixed`, with x0 where the memory has bounds.
    fixed : values that are known.

    The search starts at `initial` and at the best of a fixed cloud around it, and keeps the least minimum.

    Raises InputError for a bad trace, name or value; ConvergenceError if no minimum is found. Warns (ValidityWarning)
    of parameters that the trace does not determine (their uncertainty is inf), and of a fit that misses a tenth of
    the rms current.
    """
    trace = iv_trace(source, columns)
    law = get_law(model, window, **options)
    start = _start(law, initial or {}, fixed or {})
    names = _free_names(law, free, fixed or {})
    if len(trace.time) <= len(names):
        raise InputError(
            "free", f"{len(names)} names", f"must be fewer than the {len(trace.time)} samples", trace.where
        )
    known = {p.name: p for p in _fittable(law)}
    coordinates = tuple(Coordinate.of(known[name], start[name]) for name in names)
    return _report(law, coordinates, start, search(law, coordinates, start, trace), trace)


def _fittable(law: Law) -> tuple[Parameter, ...]:
    bounds = (0.0, 1.0) if law.memory_quantity == "dimensionless" else (None, None)
    return (*law.parameters, Parameter("x0", None, law.memory_quantity, law.memory_meaning, *bounds))


def _start(law: Law, initial: Mapping[str, Any], fixed: Mapping[str, Any]) -> dict[str, float]:
    given = {**initial, **fixed}
    p = law.resolve({name: value for name, value in given.items() if name != "x0"})
    return {**p, "x0": float(law.resolve_memory(given.get("x0"), p))}


def _free_names(law: Law, free: Sequence[str] | None, fixed: Mapping[str, Any]) -> tuple[str, ...]:
    known = {p.name: p for p in _fittable(law)}
    if free is None:
        bounded = law.memory_bounds(law.defaults()) is not None
        free = [n for n, p in known.items() if n not in fixed and not p.discrete and (n != "x0" or bounded)]
    for name in free:
        if name not in known:
            raise InputError("free", name, f"must name parameters of model={law.name}{nearest(name, known)}")
        if name in fixed or known[name].discrete:
            raise InputError("free", name, "must not be fixed, nor a choice between discrete values")
    if not free:
        raise InputError("free", "nothing", "must name at least one parameter to fit")
    return tuple(free)


def _report(
    law: Law, coordinates: tuple[Coordinate, ...], start: Mapping[str, float], found: Minimum, trace: IVTrace
) -> LawFit:
    values = {**start, **{c.name: float(c.value(found.u[i])) for i, c in enumerate(coordinates)}}
    sigma_u, blind, rank = uncertainty(found)
    undetermined = tuple(c.name for c, is_blind in zip(coordinates, blind, strict=True) if is_blind)
    if undetermined:
        _warn(
            f"the trace determines {rank} combinations of the {len(coordinates)} fitted parameters: "
            f"{', '.join(undetermined)} can trade off against each other, or do nothing; fix some of them"
        )
    misfit = float(np.sqrt(np.mean(found.residual**2)))
    if misfit > POOR_FIT:
        _warn(f"{law.name} misses {misfit:.0%} of the rms current: give other `initial` values, or another model")
    rms = float(np.sqrt(np.mean(trace.current**2)))
    return LawFit(
        law=law,
        values=values,
        uncertainty={c.name: float(c.sigma(values[c.name], s)) for c, s in zip(coordinates, sigma_u, strict=True)},
        residual_rms=misfit * rms,
        substeps=found.substeps,
        undetermined=undetermined,
        current=trace.current + found.residual * rms,
    )


def _warn(message: str) -> None:
    warnings.warn(message, ValidityWarning, stacklevel=4)
