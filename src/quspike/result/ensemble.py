"""What the trajectories of an ensemble say together: means with standard errors, and the two parts of the noise.

Var V = ⟨σ²⟩ + Var ⟨V⟩        of each state, and between the states' means (the law of total variance)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr

from quspike.result.schema import BATCH


class Estimate(NamedTuple):
    """A mean over trajectories and its standard error; nan where there is nothing to take a mean of."""

    mean: float
    error: float


def estimate(values: Sequence[float] | np.ndarray) -> Estimate:
    """Of one number a trajectory: s/√B. Trajectories without the number (nan) do not count."""
    values = np.asarray(values, dtype=float)
    values = values[np.isfinite(values)]
    if not len(values):
        return Estimate(float("nan"), float("nan"))
    error = float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("nan")
    return Estimate(float(np.mean(values)), error)


def mean_interval(trains: Sequence[np.ndarray]) -> Estimate:
    """m = Σ S_b/Σ n_b of all intervals; its error treats a trajectory, whose intervals depend on each other, as one.

    δm² = B/(B − 1) Σ (S_b − m n_b)²/(Σ n_b)²,    S_b the sum of the n_b intervals of trajectory b
    """
    sums = np.array([train[-1] - train[0] if len(train) > 1 else 0.0 for train in trains])
    counts = np.array([max(len(train) - 1, 0) for train in trains])
    whole, size = float(counts.sum()), len(trains)
    if not whole:
        return Estimate(float("nan"), float("nan"))
    mean = float(sums.sum()) / whole
    if size < 2:
        return Estimate(mean, float("nan"))
    variance = size / (size - 1) * float(np.sum((sums - mean * counts) ** 2)) / whole**2
    return Estimate(mean, variance**0.5)


def within(ds: xr.Dataset) -> xr.DataArray:
    """√⟨σ²⟩ of the voltage: the width of each trajectory's state, (time, node)."""
    return np.sqrt((ds.voltage_std**2).mean(BATCH)) if BATCH in ds.voltage_std.dims else ds.voltage_std


def between(variable: xr.DataArray) -> xr.DataArray:
    """√Var over trajectories of an expectation: how far they are from each other; zero for a single run."""
    return variable.std(BATCH) if BATCH in variable.dims else xr.zeros_like(variable)
