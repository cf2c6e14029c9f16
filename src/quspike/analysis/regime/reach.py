"""How far a method can be believed: where along a cut of the map its error passes 1 % and 10 %."""

from __future__ import annotations

import math

import numpy as np
import xarray as xr

from quspike.analysis.regime.points import NAMES

PERCENT, TENTH = 0.01, 0.1
ERRORS = {"voltage_error": "⟨V⟩", "noise_error": "σ(V)"}


def along(ds: xr.Dataset, method: str, cut: str, variable: str = "voltage_error") -> tuple[np.ndarray, np.ndarray]:
    """Values of a cut (K,), outwards, and the method's error at each (K,).

    Outwards is to stronger coupling, faster memory, colder, a memristance that bends more, and to a slower line. The
    cut along |Ṁ/M|/ω0 is at the values that the reference found.
    """
    here = ds.isel(point=np.flatnonzero(ds.part.values == cut))
    x = here.drift_found.values if cut == "drift" else here[cut].values
    y = here[variable].sel(rung=method).values
    x, y = x[np.isfinite(y)], y[np.isfinite(y)]
    order = np.argsort(-x if cut == "cutoff" else x)
    return x[order], y[order]


def reach(ds: xr.Dataset, method: str, cut: str, error: float = PERCENT, variable: str = "voltage_error") -> float:
    """The value along a cut at which the error passes `error` for good, read outwards.

    Interpolated between points on logarithms; inf (0 for the cutoff) if the cut ends below it, nan if it begins above.
    """
    x, y = along(ds, method, cut, variable)
    never = 0.0 if cut == "cutoff" else math.inf
    below = np.flatnonzero(y <= error)
    if not len(x) or not len(below):
        return math.nan
    k = below[-1] + 1
    if k == len(x):
        return never
    share = np.log(error / y[k - 1]) / np.log(y[k] / y[k - 1])
    return float(x[k - 1] * (x[k] / x[k - 1]) ** np.clip(share, 0.0, 1.0))


def cuts_of(ds: xr.Dataset) -> list[str]:
    """Cuts of a map, in the order of its axes."""
    return [cut for cut in NAMES if cut in ds.part.values]


def regime_text(ds: xr.Dataset) -> str:
    """How far each method holds, to 1 % and to 10 %, along each cut."""
    lines = [f"{'error of ⟨V⟩, σ(V) passes':<35}{'1 %':>18}{'10 %':>18}"]
    for cut in cuts_of(ds):
        for method in map(str, ds.rung.values):
            if len(along(ds, method, cut)[0]):
                found = [_both(ds, method, cut, error) for error in (PERCENT, TENTH)]
                lines.append(f"  {NAMES[cut]:<10} {method:<22}{found[0]:>18}{found[1]:>18}")
    return "\n".join(lines)


def _both(ds: xr.Dataset, method: str, cut: str, error: float) -> str:
    return ", ".join(_word(reach(ds, method, cut, error, name)) for name in ERRORS)


def _word(value: float) -> str:
    if math.isnan(value):
        return "always"
    return f"{value:.2g}" if 0 < value < math.inf else "never"
