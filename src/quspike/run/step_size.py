"""A first guess of dt, and the voltage that errors are measured against; the run's error estimate has the last word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from quspike.memory import mean_field
from quspike.methods.method import Setup
from quspike.quantize.membrane import Dissipator, total_capacitance

STEPS_PER_LEAK = 16  # of the fastest leak time C/W
STEPS_PER_RADIAN = 8  # of a drive
STABLE = 3.0  # steps of the fastest rate of a method's own equations: the explicit scheme holds 3.3 of a decay
STEPS_PER_CUTOFF = 1.5  # of a Drude line's own current, which relaxes within 1/ω_c


def choose_step(setup: Setup, params: Mapping[str, Any], t_ref: float, save_every: float, duration: float) -> float:
    """The shortest of the leak time, oscillation, drive and refractory times, each over its number of steps; s."""
    elements = params["elements"]
    leak = float(total_capacitance(setup.one, elements)) / max(leak_range(setup, params)[1], 1e-300)
    candidates = [
        leak / STEPS_PER_LEAK,
        save_every,
        duration / 50,
    ]
    if not setup.steady:
        candidates.append(setup.inputs.timescale() / (2 * np.pi * STEPS_PER_RADIAN))
    if setup.omega is not None and not setup.steady:
        candidates.append(1 / (setup.steps_per_radian * setup.omega))
    if setup.fastest > 0:
        candidates.append(STABLE / setup.fastest)
    if setup.spiking and t_ref > 0:
        candidates.append(t_ref)
    for name, bath in (setup.baths or {}).items():
        if bath == "drude":
            candidates.append(STEPS_PER_CUTOFF / float(elements[name]["cutoff"]))
    return min(candidates)


def leak_range(setup: Setup, params: Mapping[str, Any]) -> tuple[float, float]:
    """The smallest and largest total conductance that the memories can reach, S."""
    low = high = 0.0
    for d in setup.membrane.dissipators:
        values = conductances_of(d, params)
        low, high = low + min(values), high + max(values)
    return low, high


def conductances_of(d: Dissipator, params: Mapping[str, Any]) -> list[float]:
    """W at the first memory and at the ends of its range, S."""
    p = params["elements"][d.name]
    if d.law is None:
        return [float(1 / p["R"])]
    bounds = d.law.memory_bounds(p) or (-1e6, 1e6)  # far beyond any flux or charge of a circuit, in SI
    memories = (params["initial"]["memory"][d.name], *bounds)
    values = [float(mean_field.conductance(d, x, 0.0, params["elements"])) for x in memories]
    return [v for v in values if np.isfinite(v) and v > 0] or [1e-300]


def voltage_scale(setup: Setup, params: Mapping[str, Any], duration: float) -> float:
    """The threshold, or else the largest voltage that the drives can reach; V."""
    if setup.spiking:
        return abs(float(params["neuron"]["v_threshold"]))
    times = np.linspace(0, duration, 513)
    largest = 0.0
    for s in setup.membrane.sources:
        drive = setup.inputs.drives.get(s.drive) if s.drive is not None else None
        size = np.max(np.abs(np.asarray(drive.at(params["drives"][s.drive], times)))) if drive else abs(s.constant)
        largest = max(largest, float(size) if s.gate is None else 0.0)
    initial = abs(float(params["initial"]["voltage"]))
    capacitance = float(total_capacitance(setup.one, params["elements"]))
    reach = min(1 / max(leak_range(setup, params)[1], 1e-300), duration / capacitance)
    return max(largest * reach, initial, 1e-9)
