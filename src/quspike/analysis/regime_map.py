"""Where each method can be believed: its error against the best reference, along what decides it.

    κ/ω0        how strongly the line is coupled            ħω0/kT   how far from classical the line's noise is
    |Ṁ/M|/ω0    how fast the memristance moves              ω_c/ω0   how fast the line itself answers

One resonator, driven at its frequency, whose memristor falls to half its resistance as the envelope's flux passes a
level. Its memory is mean-field, so that the circuit is linear given M(t), and `moments` with `bath=drude` is exact but
for its Padé poles (fluctuation–dissipation to 1e-3): that is the reference. Each axis is a cut through one base point,
where every method is good.

    error of ⟨V⟩   max_t |⟨V⟩ − ⟨V⟩_ref| / max |⟨V⟩_ref|        error of σ   max_t |σ − σ_ref| / max σ_ref
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr

from quspike.analysis.rungs import Rung, rung
from quspike.constants import hbar, k_B
from quspike.errors import QuspikeError
from quspike.result.provenance import attributes, to_json
from quspike.run.initial import Initial
from quspike.run.schema import Run
from quspike.run.simulate import quiet_run

INDUCTANCE, CAPACITANCE = 10e-9, 100e-15
OMEGA = (INDUCTANCE * CAPACITANCE) ** -0.5  # rad/s
IMPEDANCE = (INDUCTANCE / CAPACITANCE) ** 0.5  # ohm
AMPLITUDE = 20e-6  # V
DURATION = 100.0  # 1/ω0
PASSING = 0.3  # of the duration: when the envelope's flux passes the memristor's level
SAVED = 1000
REFERENCE = "moments:drude"
METHODS = ("classical", "moments:markov", "brownian:mean_field", "heom:mean_field")
"""`gksl` on a linear circuit is `moments:markov`, to rounding."""


@dataclass(frozen=True)
class Point:
    """One neuron: κ/ω0 at first, largest |Ṁ/M|/ω0, ħω0/kT, ω_c/ω0."""

    coupling: float = 0.01
    drift: float = 0.003
    quanta: float = 0.5
    cutoff: float = 100.0

    @property
    def temperature(self) -> float:
        """K."""
        return hbar * OMEGA / (k_B * self.quanta)

    def run(self) -> Run:
        """The run of this neuron, with the reference's method."""
        resistance = IMPEDANCE / self.coupling
        # W = (1 + s)/R, s a sigmoid in x, x′ = V_A: |Ṁ/M| is largest, V_A/6φ_s, in the middle
        width = AMPLITUDE / (6 * self.drift * OMEGA)
        level = AMPLITUDE * PASSING * DURATION / OMEGA
        circuit = f"""
C1   m 0 {CAPACITANCE}F
L1   m 0 {INDUCTANCE}H
MEM1 m 0 model=sigmoid R_on={resistance / 2}ohm R_off={resistance}ohm phi_c={level}Wb phi_s={width}Wb \
senses=envelope T={self.temperature}K cutoff={self.cutoff * OMEGA}rad/s bath=drude
I1   0 m input
"""
        return Run(
            circuit=circuit,
            drives={"input": _resonant(AMPLITUDE / resistance)},
            initial=Initial(voltage=AMPLITUDE),
            duration=DURATION / OMEGA,
            save_every=DURATION / OMEGA / SAVED,
            method="moments",
            classical=False,
        )


BASE = Point()
CUTS: dict[str, tuple[float, ...]] = {
    "coupling": (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0),
    "drift": (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0),
    "quanta": (0.1, 0.2, 0.5, 1.0, 2.0, 5.0),
    "cutoff": (3.0, 10.0, 30.0, 100.0),
}
NAMES = {"coupling": "κ/ω₀", "drift": "|Ṁ/M|/ω₀", "quanta": "ħω₀/kT", "cutoff": "ω_c/ω₀"}


def regime_map(
    methods: Sequence[str] = METHODS,
    cuts: dict[str, tuple[float, ...]] | None = None,
    *,
    progress: Callable[[str], None] | None = None,
) -> xr.Dataset:
    """Errors of each method along each cut.

    methods : rungs as `compare` names them. cuts : values by the field of `Point` that they vary.

    Returns
    -------
    xarray.Dataset : `voltage_error`, `noise_error`, `wall_seconds` (point, rung), nan where a method came to no
        result (`failures` tells why); the coordinates of each point, the cut it belongs to, and `drift_found`.
    """
    say = progress or (lambda message: None)
    ladder = [rung(name) for name in methods]
    points = [(axis, replace(BASE, **{axis: v})) for axis, values in (cuts or CUTS).items() for v in values]
    names = ("voltage_error", "noise_error", "wall_seconds")
    found = {name: np.full((len(points), len(ladder)), np.nan) for name in names}
    drifts, failures = np.zeros(len(points)), {}
    for i, (axis, point) in enumerate(points):
        run = point.run()
        reference = quiet_run(run)
        drifts[i] = _drift(reference)
        for j, one in enumerate(ladder):
            say(f"{one.label} at {NAMES[axis]} = {getattr(point, axis):g}")
            outcome = _attempt(one, run, reference)
            if isinstance(outcome, str):
                failures[f"{one.label}, {NAMES[axis]} = {getattr(point, axis):g}"] = outcome
            else:
                for name, value in zip(found, outcome, strict=True):
                    found[name][i, j] = value
    return _dataset(points, [one.label for one in ladder], found, drifts, failures)


def _attempt(one: Rung, run: Run, reference: xr.Dataset) -> tuple[float, float, float] | str:
    """Errors of ⟨V⟩ and σ(V), and the time it took; or why there is none."""
    try:
        ds = quiet_run(one.of(run))
    except QuspikeError as error:
        return str(error)
    noise = _relative(ds.voltage_std, reference.voltage_std) if bool((ds.voltage_std > 0).any()) else np.nan
    return _relative(ds.voltage, reference.voltage), noise, ds.attrs["wall_seconds"]


def _relative(a: xr.DataArray, b: xr.DataArray) -> float:
    return float(np.abs(a.values - b.values).max() / np.abs(b.values).max())


def _drift(ds: xr.Dataset) -> float:
    """max |Ṁ/M|/ω0 of a result."""
    slope = np.gradient(np.log(ds.memristance.values[:, 0]), ds.time.values)
    return float(np.abs(slope).max() / OMEGA)


def _dataset(
    points: list[tuple[str, Point]],
    labels: list[str],
    found: dict[str, np.ndarray],
    drifts: np.ndarray,
    failures: dict[str, str],
) -> xr.Dataset:
    texts = {
        "voltage_error": ("1", "largest error of ⟨V⟩ over the largest |⟨V⟩|"),
        "noise_error": ("1", "largest error of σ(V) over the largest σ(V)"),
        "wall_seconds": ("s", "wall time, compiling included"),
    }
    variables: dict[str, Any] = {
        name: (("point", "rung"), values, dict(zip(("units", "long_name"), texts[name], strict=True)))
        for name, values in found.items()
    }
    variables["drift_found"] = ("point", drifts, {"units": "1", "long_name": "largest |Ṁ/M|/ω0 of the reference"})
    coordinates: dict[str, Any] = {"rung": np.array(labels, dtype=np.str_)}
    coordinates["cut"] = ("point", np.array([axis for axis, _ in points], dtype=np.str_))
    for axis, name in NAMES.items():
        coordinates[axis] = ("point", [getattr(point, axis) for _, point in points], {"units": "1", "long_name": name})
    ds = xr.Dataset(variables, coordinates)
    seconds = float(np.nansum(found["wall_seconds"]))
    ds.attrs = attributes(BASE.run(), validity=[], diagnostics={}, wall_seconds=seconds, inputs=[])
    ds.attrs |= {"reference": REFERENCE, "failures": to_json(failures)}
    return ds


def _resonant(amplitude: float) -> Any:
    from quspike.drives import Sine

    return Sine(amplitude, frequency=OMEGA / (2 * np.pi), phase=np.pi / 2)


def reach(ds: xr.Dataset, method: str, cut: str, error: float = 0.01, variable: str = "voltage_error") -> float:
    """The last value along a cut, from the base point outwards, at which the error is still below `error`.

    Interpolated between points on logarithms; nan if it is never exceeded. Outwards means to stronger coupling, faster
    memory, colder, and to a slower line.
    """
    here = ds.isel(point=np.flatnonzero(ds.cut.values == cut))
    x = here.drift_found.values if cut == "drift" else here[cut].values
    y = here[variable].sel(rung=method).values
    order = np.argsort(-x if cut == "cutoff" else x)
    x, y = x[order], y[order]
    above = np.flatnonzero(y > error)
    above = above[above > 0]
    if not len(above):
        return float("nan")
    k = above[0]
    share = np.log(error / y[k - 1]) / np.log(y[k] / y[k - 1])
    return float(x[k - 1] * (x[k] / x[k - 1]) ** np.clip(share, 0.0, 1.0))


def regime_text(ds: xr.Dataset) -> str:
    """How far each method holds to 1 %, along each cut."""
    lines = ["error of ⟨V⟩ (of σ(V)) passes 1 % at"]
    for method in ds.rung.values:
        for cut in dict.fromkeys(ds.cut.values.tolist()):
            reaches = [reach(ds, str(method), cut, variable=name) for name in ("voltage_error", "noise_error")]
            texts = ["never" if np.isnan(value) else f"{value:.2g}" for value in reaches]
            lines.append(f"  {method:<12} {NAMES[cut]:<10} {texts[0]:>8}  ({texts[1]})")
    return "\n".join(lines)
