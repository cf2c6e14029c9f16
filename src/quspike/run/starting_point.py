"""The numbers of the initial state, of the neuron and of its reset, in SI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quspike.constants import k_B
from quspike.errors import InputError
from quspike.quantize.membrane import Membrane, total_capacitance
from quspike.quantize.numbers.zero_point import resonator_mode, thermal_occupation
from quspike.quantize.system import System
from quspike.run.measurement import Measurement
from quspike.run.neuron import Neuron
from quspike.run.schema import Run
from quspike.units import format_si


def neuron_params(neuron: Neuron) -> dict[str, Any]:
    """v_threshold and v_reset (V), t_ref (s), and the numbers of its detector (SI)."""
    levels = {"v_threshold": neuron.v_threshold, "v_reset": neuron.v_reset, "t_ref": neuron.t_ref}
    if neuron.record is not None:
        return levels | {"record_filter": neuron.record.filter}
    if neuron.escape is not None:
        return levels | {"escape_rate": neuron.escape.rate, "escape_width": neuron.escape.width}
    if neuron.coherent is not None:
        rate = 1 / neuron.coherent.bin if neuron.coherent.rate is None else neuron.coherent.rate
        return levels | {"bin": neuron.coherent.bin, "escape_rate": rate, "escape_width": neuron.coherent.width}
    return levels


def measurement_params(measurement: Measurement, membrane: Membrane, elements: Mapping[str, Any]) -> dict[str, Any]:
    """k = strength/V_ref² [1/(V² s)], η, and a filter (s) that was given; V_ref is V_zpf, √(kT/C) without inductor."""
    if membrane.kind == "resonator":
        reference = resonator_mode(membrane, elements).v_zpf
    else:
        reference = (k_B * hottest(membrane, elements) / total_capacitance(membrane, elements)) ** 0.5
    given = {} if measurement.filter is None else {"filter": measurement.filter}
    return {"strength": measurement.strength / reference**2, "efficiency": measurement.efficiency, **given}


def reset_params(neuron: Neuron, membrane: Membrane, elements: Mapping[str, Any]) -> dict[str, Any]:
    """The state that a `zero` reset leaves: σ_V = √(kT/C) unless given; of a resonator n̄, 2n̄ + 1 = (σ_V/V_zpf)².

    Raises InputError for a resonator's state that is narrower than its ground state.
    """
    temperature, std = hottest(membrane, elements), neuron.reset_std
    if membrane.kind != "resonator":
        thermal = (k_B * temperature / total_capacitance(membrane, elements)) ** 0.5
        return {"reset_std": thermal if std is None else std, "reset_occupation": 0.0}
    mode = resonator_mode(membrane, elements)
    if std is None:
        occupation = thermal_occupation(mode.omega, temperature)
        return {"reset_std": mode.v_zpf * (2 * occupation + 1) ** 0.5, "reset_occupation": occupation}
    if std < mode.v_zpf * (1 - 1e-9):
        least = format_si(float(mode.v_zpf), "voltage")
        remedy = f"must be at least {least}, the zero-point width V_zpf of the mode that a zero reset leaves"
        raise InputError("[neuron] reset_std", format_si(std, "voltage"), remedy)
    return {"reset_std": std, "reset_occupation": max(0.5 * ((std / mode.v_zpf) ** 2 - 1), 0.0)}


def initial_params(run: Run, membrane: Membrane, elements: Mapping[str, Any]) -> dict[str, Any]:
    """Means (a displacement α counted in), thermal occupation, a cat's own α, and each memristor's x(0)."""
    initial = run.initial
    alpha = initial.alpha if initial.state == "coherent" else initial.displacement
    voltage, flux, occupation = initial.voltage, initial.flux, 0.0
    if membrane.kind == "resonator":
        mode = resonator_mode(membrane, elements)
        if alpha is not None:
            voltage, flux = voltage + 2 * mode.v_zpf * alpha.imag, flux + 2 * mode.phi_zpf * alpha.real
        if initial.state == "thermal":
            occupation = thermal_occupation(mode.omega, hottest(membrane, elements))
    cat = complex(initial.alpha or 0.0) if initial.state == "cat" else 0j
    return {
        "voltage": voltage,
        "flux": flux,
        "cat_re": cat.real,
        "cat_im": cat.imag,
        "occupation": occupation,
        "memory": {d.name: memory_of(run, d, elements) for d in membrane.memristors},
    }


def hottest(membrane: Membrane | System, elements: Mapping[str, Any]) -> float:
    """The highest temperature among the dissipators, K: that of the initial state."""
    return max((float(elements[d.name].get("T", 0.0)) for d in membrane.dissipators), default=0.0)


def memory_of(run: Run, d: Any, elements: Mapping[str, Any]) -> float:
    """x(0) of a memristor: the run's, the netlist's, or the law's own."""
    if d.name in run.initial.memory:
        return run.initial.memory[d.name]
    return d.law.default_memory(elements[d.name]) if d.x0 is None else d.x0
