"""What a chain of qubits cannot be made of: refused by name, before anything is computed."""

from __future__ import annotations

import os

import numpy as np

from quspike.errors import InputError, NotAvailable
from quspike.methods.method import Params, Setup
from quspike.quantize.numbers.zero_point import resonator_mode
from quspike.units import format_si

WHOLE = 1e-6  # of a bin that a duration or a refractory time may be off a whole number of them
FEWEST = 2
RADIANS = 0.5  # of the carrier within a bin whose qubit reads the voltage itself
SHARE = 0.25  # of the machine's memory that the neuron's blocks may take


def check(setup: Setup, params: Params, duration: float) -> None:
    """Refuse circuits, memories, membranes and bins that no chain of qubits stands for.

    Raises InputError or NotAvailable, naming the key, the value and what would do.
    """
    _check_circuit(setup)
    _check_bins(params, duration)
    _check_membrane(setup, params)
    _check_rest(setup, params)
    _check_bond(setup, params)


def check_step(params: Params, nodes: np.ndarray) -> None:
    """Refuse a bin that is shorter than a step of the drive's grid."""
    width, step = float(params["neuron"]["bin"]), float(np.max(np.diff(nodes)))
    if width < step * (1 - 1e-9):
        remedy = f"must be at least a step, {format_si(step, 'time')}: take a longer bin, or a shorter dt"
        raise InputError("[neuron] coherent.bin", format_si(width, "time"), remedy)


def _check_circuit(setup: Setup) -> None:
    membrane = setup.one
    if membrane.memristors:
        name = membrane.memristors[0].name
        remedy = (
            f"must be expectation with the memristor {name}: a memory that follows expectations is one and the same in "
            "all superposed spike trains, which it is not; put a resistor R = 1/W(x) in its place for a memory that is "
            "held, or count clicks (spike escape)"
        )
        raise InputError("spike", "coherent", remedy)
    if membrane.gates:
        remedy = "must be expectation with a voltage source: drive superposed spike trains by a current so far"
        raise NotAvailable("spike", "coherent", remedy)
    if membrane.junctions:
        remedy = f"must be expectation or escape with the junction {membrane.junctions[0]}: linear resonators so far"
        raise NotAvailable("spike", "coherent", remedy)


def _check_bins(params: Params, duration: float) -> None:
    neuron = params["neuron"]
    width, t_ref = float(neuron["bin"]), float(neuron["t_ref"])
    for key, value in (("duration", duration), ("[neuron] t_ref", t_ref)):
        count = value / width
        if abs(count - round(count)) > WHOLE:
            near = format_si(max(round(count), 1) * width, "time")
            remedy = f"must be a whole number of bins of {format_si(width, 'time')}, which {near} is"
            raise InputError(key, format_si(value, "time"), remedy)
    if round(duration / width) < FEWEST:
        remedy = f"must be at most {format_si(duration / FEWEST, 'time')}: a train needs {FEWEST} bins or more"
        raise InputError("[neuron] coherent.bin", format_si(width, "time"), remedy)


def _check_membrane(setup: Setup, params: Params) -> None:
    if setup.membrane_kind == "envelope":
        remedy = "must be quadrature or voltage with spike coherent: |⟨a⟩| is no observable"
        raise InputError("[neuron] membrane", "envelope", remedy)
    mode = resonator_mode(setup.one, params["elements"])
    width = float(params["neuron"]["bin"])
    if setup.membrane_kind == "voltage" and float(mode.omega) * width > RADIANS:
        remedy = (
            f"must be at most {format_si(RADIANS / float(mode.omega), 'time')}, {RADIANS} rad of the carrier, where a "
            "qubit reads the voltage itself; membrane quadrature stands still in the rotating frame"
        )
        raise InputError("[neuron] coherent.bin", format_si(width, "time"), remedy)


def _check_rest(setup: Setup, params: Params) -> None:
    """A threshold within the spread of the state that a spike leaves is crossed without any drive."""
    neuron, mode = params["neuron"], resonator_mode(setup.one, params["elements"])
    spread = float(mode.v_zpf) * (2 * float(neuron["reset_occupation"]) + 1) ** 0.5
    above = float(neuron["v_threshold"] - neuron["v_reset"])
    if above > spread:
        return
    from quspike.kernel.detector import click_share

    width = float(np.hypot(spread, float(neuron["escape_width"])))
    rate = float(neuron["escape_rate"] * click_share(float(neuron["v_reset"]), float(neuron["v_threshold"]), width))
    remedy = (
        f"must be more than {format_si(spread, 'voltage')} above v_reset, the spread of the state there: the neuron "
        f"would spike at rest, at {format_si(rate, 'rate')}"
    )
    raise InputError("v_threshold", format_si(float(neuron["v_threshold"]), "voltage"), remedy)


def _check_bond(setup: Setup, params: Params) -> None:
    assert setup.truncation is not None
    rest = round(float(params["neuron"]["t_ref"]) / float(params["neuron"]["bin"]))
    size = 4 * 16 * (1 + rest) * setup.truncation**2
    if size > SHARE * _memory():
        value = f"{setup.truncation} levels × {1 + rest} states of rest, {size / 1e9:.3g} GB"
        raise InputError("bond", value, "must fit in memory: take a longer bin, or a shorter t_ref")


def _memory() -> float:
    """The machine's memory, bytes."""
    return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
