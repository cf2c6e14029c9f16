"""How many modes a run needs, and where: few enough to be quick, so many that nothing comes back within it.

    recurrence  max_t |V(t)/V(0) with the modes − with lines without end|
    noise       |⟨V²⟩ of the modes/the fluctuation–dissipation integral − 1|, in equilibrium
    settling    max_t |⟨V²⟩(t) − with very many modes|/⟨V²⟩ of a membrane without noise at t = 0, as after a reset

at the least and the largest conductance that the memories can reach. `modes=` on a card is taken as it is, and refused
where the recurrence passes 1 %.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from quspike.baths.line_modes import (
    Band,
    LineModes,
    Membrane,
    comb_modes,
    ladder_modes,
    recurrence,
    run_grid,
    settling,
)
from quspike.errors import InputError, NotAvailable
from quspike.methods.method import Params, Setup
from quspike.quantize.membrane import Dissipator, total_capacitance
from quspike.quantize.numbers.equilibrium import matsubara
from quspike.quantize.numbers.memristance_range import conductance_range

RECURS = 1e-2  # more than that within the run is refused
GOALS = {"steady": (3e-4, 1e-3), "carried": (1e-3, 5e-3)}  # of recurrence and settling, for a number of modes by itself
FEWEST, MOST = 96, {"steady": 4096, "carried": 1700}  # modes; `carried`: every column of a propagator is
ABOVE = 30.0  # how far a comb reaches beyond the cutoff and the circuit
CELLS = 10.0  # of a ladder within a radian of the fastest
GROWTH = 1.25, 4.0  # from one number of modes that is tried to the next: errors fall faster than its inverse
REFERENCE = 8192  # modes of a line to which settling is compared
MOMENTS = 60  # times at which it is
SAMPLES = (2000, 8000)  # of a ring-down, at least and at most


def choose_lines(setup: Setup, params: Params, duration: float) -> Setup:
    """The setup with `lines`, and their `recurrence`, `noise_error` and `settling_error`.

    Raises InputError for a dissipator without a cutoff, and for modes that come back within the run.
    """
    elements = params["elements"]
    for d in setup.one.dissipators:
        if "cutoff" not in elements[d.name]:
            remedy = "must be given with method modes (cutoff=1e12rad/s): the line's modes have to end somewhere"
            raise InputError(f"{d.name} cutoff", "nothing", remedy)
    _refuse_temperatures(setup, params)
    cutoffs = np.array([float(elements[d.name]["cutoff"]) for d in setup.one.dissipators])
    capacitance = float(total_capacitance(setup.one, elements))
    membrane = Membrane(capacitance, capacitance * (setup.omega or 0.0) ** 2, cutoffs)
    leaks = np.array([leak_range(d, params) for d in setup.one.dissipators])
    return _chosen(setup, params, membrane, leaks, duration)


def _refuse_temperatures(setup: Setup, params: Params) -> None:
    """A joint equilibrium needs one temperature."""
    given = {d.name: float(params["elements"][d.name]["T"]) for d in setup.one.dissipators}
    first = next(iter(given.values()))
    for name, t in given.items():
        if t != first and setup.initial_state == "thermal":
            raise NotAvailable(f"{name} T", f"{t:g} K", f"must be {first:g} K, as of the others, in a thermal state")


def leak_range(d: Dissipator, params: Params) -> tuple[float, float]:
    """Least and largest W that a dissipator can have [S]."""
    p = {key: float(value) for key, value in params["elements"][d.name].items()}
    if d.law is None:
        return 1 / p["R"], 1 / p["R"]
    x0 = float(params["initial"]["memory"][d.name])
    low, high = conductance_range(d.law, p, x0)
    now = float(d.law.conductance(x0, 0.0, p))
    return (low if low > 0 else now), (high if math.isfinite(high) else now)


def _chosen(setup: Setup, params: Params, membrane: Membrane, leaks: np.ndarray, duration: float) -> Setup:
    """Try numbers of modes until they are enough; a number given by hand is tried alone."""
    given = {d.name: params["elements"][d.name].get("modes") for d in setup.one.dissipators}
    asked = {name: int(n) for name, n in given.items() if n is not None}
    kind = "carried" if carries(setup) else "steady"
    most, count = MOST[kind] // len(given), FEWEST
    judge = _judge(setup, params, membrane, leaks, duration)
    while True:
        lines = make_lines(setup, membrane, leaks, duration, count, asked)
        ring, settles = judge(lines)
        excess = max(float(np.max(ring)) / GOALS[kind][0], settles / GOALS[kind][1])
        if excess <= 1 or count >= most or not searches(setup, asked):
            break
        count = min(most, math.ceil(count * float(np.clip(1.1 * excess ** (2 / 3), *GROWTH))))
    if np.max(ring) > RECURS:
        _refuse(setup, lines, ring, duration, asked, most)
    noise = max(noise_error(lines, membrane, w, params, setup) for w in np.unique(leaks.T, axis=0))
    return replace(setup, lines=lines, recurrence=float(np.max(ring)), noise_error=noise, settling_error=settles)


def _judge(setup: Setup, params: Params, membrane: Membrane, leaks: np.ndarray, duration: float) -> Any:
    """judge(lines): how far a ring-down is from that of lines without end (samples,), and the settling's error."""
    ends = np.unique(leaks.T, axis=0)
    temperature = np.array([float(params["elements"][d.name]["T"]) for d in setup.one.dissipators])
    times = np.geomspace(0.1 / np.max(membrane.cutoffs), duration, MOMENTS)
    settles = setup.initial_state != "thermal" or (setup.spiking and setup.reset == "zero")
    exact = []
    if settles:
        many = make_lines(setup, membrane, leaks, duration, REFERENCE, {}, combs=True)
        exact = [settling(many, membrane, w, temperature, times) for w in ends]

    def judge(lines: LineModes) -> tuple[np.ndarray, float]:
        ring = max((ring_error(lines, membrane, w, duration) for w in ends), key=np.max)
        found = [settling(lines, membrane, w, temperature, times) for w in ends] if settles else []
        errors = [np.max(np.abs(a - b)) / np.max(b) for a, b in zip(found, exact, strict=True)]
        return ring, float(max(errors, default=0.0))

    return judge


def searches(setup: Setup, asked: Mapping[str, int]) -> bool:
    """True if some line's number of modes is free: that of a comb without `modes=`."""
    kinds = setup.baths or {}
    return any(d.name not in asked and kinds.get(d.name, "comb") == "comb" for d in setup.one.dissipators)


def carries(setup: Setup) -> bool:
    """True where every column of the propagator may have to be carried."""
    return bool(setup.one.memristors or setup.one.junctions) or (setup.spiking and setup.reset == "zero")


def ring_error(lines: LineModes, membrane: Membrane, conductances: np.ndarray, duration: float) -> np.ndarray:
    """|difference of the ring-downs| over the run."""
    fastest = math.sqrt(membrane.stiffness / membrane.capacitance) + np.sum(conductances) / membrane.capacitance
    samples = int(np.clip(4 * fastest * duration, *SAMPLES))
    return recurrence(lines, membrane, conductances, duration, samples)


def make_lines(
    setup: Setup,
    membrane: Membrane,
    leaks: np.ndarray,
    duration: float,
    count: int,
    asked: Mapping[str, int],
    combs: bool = False,
) -> LineModes:
    """The modes of each line; no two lines have the same number, so that no two modes fall together."""
    omega = math.sqrt(membrane.stiffness / membrane.capacitance)
    low, high = leaks.sum(axis=0) / membrane.capacitance
    fastest = max(float(np.max(membrane.cutoffs)), omega, high)
    band = Band(omega, low, ABOVE * fastest, duration)
    found = []
    for e, (d, cutoff) in enumerate(zip(setup.one.dissipators, membrane.cutoffs.tolist(), strict=True)):
        n = asked.get(d.name, count) + e
        if (setup.baths or {}).get(d.name, "comb") == "ladder" and not combs:
            found.append(_ladder(d, asked, fastest, cutoff, duration))
        else:
            found.append(comb_modes(run_grid(band, n), cutoff))
    longest = max(len(omega) for omega, _ in found)
    ends = [(0, longest - len(omega)) for omega, _ in found]
    return LineModes(
        np.array([np.pad(omega, end, mode="edge") for (omega, _), end in zip(found, ends, strict=True)]),
        np.array([np.pad(weight, end) for (_, weight), end in zip(found, ends, strict=True)]),
    )


def _ladder(d: Dissipator, asked: Mapping[str, int], fastest: float, cutoff: float, duration: float):
    """A lattice whose far end is felt after the run."""
    step = 1 / (CELLS * fastest)
    needed = math.ceil(1.05 * duration / (2 * step)) + 1
    n = asked.get(d.name, needed)
    if n > MOST["steady"]:
        remedy = f"must be comb: a lattice as fine as its cutoff asks needs {needed} cells for {duration:g} s"
        raise InputError(f"{d.name} bath", "ladder", remedy)
    return ladder_modes(step, n, cutoff)


def _refuse(setup: Setup, lines: LineModes, worst: np.ndarray, duration: float, asked: Mapping[str, int], most: int):
    """Say what comes back, when, and how many modes would do."""
    modes = lines.omega.shape[1]
    needed = math.ceil(modes * (np.max(worst) / RECURS) ** (2 / 3) / 10) * 10 + 10
    when = np.argmax(worst > RECURS) / len(worst) * duration
    name = next(iter(asked), setup.one.dissipators[0].name)
    what = f"what the line took comes back after {when:.3g} s ({np.max(worst):.1%} of the voltage)"
    linear = setup.memory == "mean_field" and not setup.membrane.junctions
    able = "moments with bath=drude" if linear else "heom, or brownian where kT ≳ ħω/3"
    if asked:
        raise InputError(f"{name} modes", asked[name], f"must be about {needed} for {duration:g} s: {what}")
    raise InputError(
        f"{name} modes", f"auto, at most {most}", f"must be about {needed} for {duration:g} s: {what}; take a "
        f"shorter run, a smaller cutoff, or method {able}"
    )  # fmt: skip


def noise_error(lines: LineModes, membrane: Membrane, conductances: np.ndarray, params: Params, setup: Setup) -> float:
    """Relative error of ⟨V²⟩ in equilibrium, against the fluctuation–dissipation integral, at the highest T."""
    t = max(float(params["elements"][d.name]["T"]) for d in setup.one.dissipators)
    bound = lines.bound(membrane.capacitance, membrane.stiffness, conductances)
    c = membrane.capacitance

    def term(nu: np.ndarray) -> np.ndarray:
        leak = np.sum(conductances * membrane.cutoffs / (nu[:, None] + membrane.cutoffs), axis=1)
        return (leak + membrane.stiffness / nu) / (nu * c + membrane.stiffness / nu + leak) / c

    exact = float(matsubara(term, np.array(1 / c), t))
    return abs(float(np.sum(bound.shape * bound.energies(t))) / exact - 1)
