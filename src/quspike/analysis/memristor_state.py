"""The state of a memristor whose memory is an operator: its Wigner function, and how its memristance is distributed.

    x̂ = x0 + sφ̂,  p̂ = sq̂,  [x̂, p̂] = iħ:      W_x(x, p) = W(φ, q)                s = ±1, the element's polarity
    M̂ = 1/W(x̂):                                P(M) = ∫dφ ⟨φ|ρ|φ⟩ δ(M − 1/W(x0 + sφ))

An ideal flux memristor has no coordinate of its own: it remembers the flux of its node, so that the circuit's state is
its state, and a state of many fluxes is one of many resistances. M̂ is a function of φ̂ alone, and P(M) what an ideal
measurement of the flux, and so of the resistance, would find. 1/⟨W⟩, the `memristance` of a result, is no mean of it.
With a mean-field memory x is a number: there is no distribution, and these functions say so.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from scipy.interpolate import CubicSpline

from quspike.errors import InputError
from quspike.quantize.membrane import Dissipator, element_params, reduce_to_membrane
from quspike.run.load import parse_run
from quspike.run.schema import Run

FINER = 32  # points of a spline through ⟨φ|ρ|φ⟩ for each of the grid's
NOTHING = 1e-9  # of the largest density, below which no bin is needed


class Remembered(NamedTuple):
    """A memristor of a run, the parameters of its law, and its memory at zero flux (of the law's own unit)."""

    element: Dissipator
    params: dict
    offset: float


def memristor_wigner(ds: xr.Dataset, element: str) -> xr.DataArray:
    """W_x(x, p) at the Wigner times: (wigner_time, memory_point, conjugate_point), ∫W_x dx dp = 1.

    Coordinates: `memory` x [Wb], `memory_conjugate` p [C].

    Raises
    ------
    InputError : no such memristor, no Wigner functions in the result, or a memory that is a number.
    """
    known, states = _remembered(ds, element), wigner_of(ds)
    sign = int(known.element.sign)
    turned = slice(None, None, sign)
    w = states.values[:, turned, turned]
    x = (known.offset + sign * states.wigner_flux.values)[:, turned]
    p = (sign * states.wigner_charge.values)[:, turned]
    units = {"units": states.attrs["units"], "long_name": f"Wigner function of the memory of {element}"}
    return xr.DataArray(
        w,
        dims=("wigner_time", "memory_point", "conjugate_point"),
        coords={
            "wigner_time": states.wigner_time,
            "memory": (("wigner_time", "memory_point"), x, {"units": "Wb", "long_name": "memory"}),
            "memory_conjugate": (
                ("wigner_time", "conjugate_point"),
                p,
                {"units": "C", "long_name": "conjugate of the memory"},
            ),
        },
        attrs=units,
    )


def memristance_density(ds: xr.Dataset, element: str, points: int = 201) -> xr.DataArray:
    """P(M) at the Wigner times: (wigner_time, memristance_point) [1/ohm], `memristance` [ohm] the middle of each bin.

    Parameters
    ----------
    points : bins, from the smallest to the largest memristance that the state has; their probabilities are exact.

    Raises
    ------
    InputError : as `memristor_wigner`.
    """
    known, states = _remembered(ds, element), wigner_of(ds)
    found = [_density_at(known, one, points) for one in states]
    middles, densities = (np.array(side) for side in zip(*found, strict=True))
    named = {"units": "ohm", "long_name": f"memristance of {element}"}
    return xr.DataArray(
        densities,
        dims=("wigner_time", "memristance_point"),
        coords={
            "wigner_time": states.wigner_time,
            "memristance": (("wigner_time", "memristance_point"), middles, named),
        },
        attrs={"units": "1/ohm", "long_name": f"probability density of the memristance of {element}"},
    )


def _density_at(known: Remembered, state: xr.DataArray, points: int) -> tuple[np.ndarray, np.ndarray]:
    """Middles of the bins and the density in each: every piece of ⟨φ|ρ|φ⟩dφ lies between the memristances of its ends,
    so that a law that is not monotonic needs no branches.
    """
    phi, q = state.wigner_flux.values, state.wigner_charge.values
    marginal = np.maximum(state.values.sum(axis=1) * (q[1] - q[0]), 0.0)
    finer = np.linspace(phi[0], phi[-1], FINER * (len(phi) - 1) + 1)
    density = np.maximum(CubicSpline(phi, marginal)(finer), 0.0)
    law = known.element.law
    assert law is not None
    x: Any = known.offset + known.element.sign * finer
    m = 1 / np.asarray(law.conductance(x, 0.0, known.params))
    mass = 0.5 * (density[1:] + density[:-1])
    there = mass > NOTHING * mass.max()
    mass, low = mass[there] / mass[there].sum(), np.minimum(m[1:], m[:-1])[there]
    width = np.maximum(np.abs(np.diff(m))[there], 1e-12 * float(np.max(m)))
    edges = np.linspace(low.min(), (low + width).max(), points + 1)
    below = np.clip((edges[:, None] - low) / width, 0.0, 1.0) @ mass
    return 0.5 * (edges[1:] + edges[:-1]), np.diff(below) / np.diff(edges)


def wigner_of(ds: xr.Dataset) -> xr.DataArray:
    """W of the one node (wigner_time, flux_point, charge_point). Raises InputError where the run kept none."""
    if "wigner" not in ds:
        raise InputError("wigner", "none", 'must be in the result: [save] wigner_times = ["1 ns"]')
    return ds.wigner.isel(node=0) if "node" in ds.wigner.dims else ds.wigner


def _remembered(ds: xr.Dataset, element: str) -> Remembered:
    """The memristor, of a run whose memory is an operator, or is closed as one.

    x0 + sφ(0) is the first memory; where the memory goes on with the voltage, so does the flux.
    """
    run = parse_run(ds.attrs["config"], "config of the result")
    membrane, params = reduce_to_membrane(run.circuit), element_params(run.circuit)
    names = [d.name for d in membrane.memristors]
    if element not in names:
        raise InputError("element", element, f"must be a memristor of the result: {', '.join(names) or 'it has none'}")
    d = membrane.memristors[names.index(element)]
    _check_operator(run, d)
    first = ds.isel(time=0, node=0) if "node" in ds.dims else ds.isel(time=0)
    return Remembered(d, params[element], float(first.memory.sel(element=element)) - d.sign * float(first.flux))


def _check_operator(run: Run, d: Dissipator) -> None:
    closed = run.method == "moments" and run.closure == "gaussian"
    if run.memory != "operator" and not closed:
        remedy = "must be operator (or closure gaussian with moments): a mean-field memory is a number, `ds.memory`"
        raise InputError("memory", run.memory, remedy)
    if d.law is None or d.law.control != "flux" or d.senses == "envelope":
        raise InputError(d.name, "no flux", "must be an ideal law of the flux: its memory has no operator otherwise")
