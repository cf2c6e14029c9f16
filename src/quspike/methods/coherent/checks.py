"""What a chain of qubits cannot be made of: refused by name, before anything is computed."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from quspike.errors import InputError, NotAvailable
from quspike.memory.operator import check_operator
from quspike.methods.method import Params, Setup
from quspike.methods.room import memory
from quspike.methods.secular import occupations
from quspike.quantize.numbers.zero_point import resonator_mode
from quspike.units import format_si

WHOLE = 1e-6  # of a bin that a duration or a refractory time may be off a whole number of them
FEWEST = 2
RADIANS = 0.5  # of the carrier within a bin whose qubit reads the voltage itself
SAMPLES = np.linspace(-8.0, 8.0, 2001)  # standard deviations of a Gaussian state
MOST_WORK = 1e10  # of N³ (1 + rest) bins: an hour
SHARE = 0.25  # of the machine's memory that the neuron's blocks may take


def check(setup: Setup, params: Params, duration: float) -> None:
    """Refuse circuits, memories, membranes and bins that no chain of qubits stands for.

    Raises InputError or NotAvailable, naming the key, the value and what would do.
    """
    _check_circuit(setup)
    _check_bins(params, duration)
    _check_membrane(setup, params)
    _check_rest(setup, params)
    _check_bond(setup, params, duration)


def check_step(params: Params, nodes: np.ndarray) -> None:
    """Refuse a bin that is shorter than a step of the drive's grid."""
    width, step = float(params["neuron"]["bin"]), float(np.max(np.diff(nodes)))
    if width < step * (1 - 1e-9):
        remedy = f"must be at least a step, {format_si(step, 'time')}: take a longer bin, or a shorter dt"
        raise InputError("[neuron] coherent.bin", format_si(width, "time"), remedy)


def _check_circuit(setup: Setup) -> None:
    membrane = setup.one
    if membrane.memristors and setup.memory != "operator":
        name = membrane.memristors[0].name
        remedy = (
            f"must be expectation with the memristor {name} and memory {setup.memory}: a memory that follows "
            "expectations is one and the same in all superposed spike trains, which it is not; take memory operator, "
            "put a resistor R = 1/W(x) in its place for a memory that is held, or count clicks (spike escape)"
        )
        raise InputError("spike", "coherent", remedy)
    for d in membrane.memristors:
        check_operator(d)
    if membrane.gates:
        remedy = "must be expectation with a voltage source: drive superposed spike trains by a current so far"
        raise NotAvailable("spike", "coherent", remedy)
    if membrane.junctions and setup.nonlinearity == "full":
        name = membrane.junctions[0]
        remedy = f"must be secular or kerr with spike coherent: the whole cosine of {name} turns with the carrier"
        raise NotAvailable("nonlinearity", "full", remedy)
    slow = [s.name for s in membrane.sources if s.gate is None and setup.inputs.is_slow(s, setup.omega or 0.0)]
    if membrane.memristors and slow:
        remedy = (
            f"must be expectation with a bias beside memory operator, and {slow[0]} is slow: drive it near ω0 so far"
        )
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
        _check_rate(params, spread)
        return
    width = float(np.hypot(spread, float(neuron["escape_width"])))
    rate = float(neuron["escape_rate"]) * float(ndtr(-above / width))
    remedy = (
        f"must be more than {format_si(spread, 'voltage')} above v_reset, the spread of the state there: the neuron "
        f"would spike at rest, at {format_si(rate, 'rate')}"
    )
    raise InputError("[neuron] v_threshold", format_si(float(neuron["v_threshold"]), "voltage"), remedy)


def _check_rate(params: Params, spread: float) -> None:
    """Refuse a rate with which a bin at v_reset + ΔV clicks as likely as not: Γ0Δ shifts the edge far below itself."""
    neuron = params["neuron"]
    above = float(neuron["v_threshold"] - neuron["v_reset"]) - spread
    most = float(np.log(2) / (neuron["bin"] * ndtr(-above / float(neuron["escape_width"]))))
    if float(neuron["escape_rate"]) <= most:
        return
    remedy = (
        f"must be ≤ {format_si(float(f'{most:.3g}'), 'rate')}: beyond, a bin clicks at rest as likely as not, however "
        "high v_threshold is; a smaller escape width, or a shorter bin, bears more"
    )
    raise InputError("[neuron] coherent.rate", format_si(float(neuron["escape_rate"]), "rate"), remedy)


def rate_at_rest(setup: Setup, params: Params) -> float:
    """Spikes of the undriven neuron, 1/s: ⟨E⟩/Δ of its thermal state about 0, with the rest after each."""
    neuron, mode = params["neuron"], resonator_mode(setup.one, params["elements"])
    quanta = max(float(n) for n in occupations(setup, params, mode))
    spread, width = float(mode.v_zpf) * (2 * quanta + 1) ** 0.5, float(neuron["bin"])
    voltages, weights = spread * SAMPLES, np.exp(-(SAMPLES**2) / 2)
    share = ndtr((voltages - float(neuron["v_threshold"])) / float(neuron["escape_width"]))
    clicks = -np.expm1(-float(neuron["escape_rate"]) * width * share)
    rate = float(weights @ clicks / np.sum(weights)) / width
    return rate / (1 + rate * float(neuron["t_ref"]))


def _check_bond(setup: Setup, params: Params, duration: float) -> None:
    """Refuse what takes more memory, or hours: displacements of every bin and all rests, N³ of a loss in each."""
    assert setup.truncation is not None
    levels, width = setup.truncation, float(params["neuron"]["bin"])
    rest, bins = round(float(params["neuron"]["t_ref"]) / width), round(duration / width)
    size = 16.0 * levels**2 * (4 * (1 + rest) + 5 * (1 + bins))
    work = float(levels) ** 3 * (1 + rest) * bins
    value = f"{levels} levels × {1 + rest} states of rest × {bins} bins"
    remedy = "take fewer levels ([run] truncation), a longer bin, or a shorter t_ref or duration"
    if size > SHARE * memory():
        raise InputError("[run] truncation", f"{value}, {size / 1e9:.3g} GB", f"must fit in memory: {remedy}")
    if work > MOST_WORK:
        raise InputError(
            "[run] truncation", f"{value}, {work:.2g} products", f"must stay below {MOST_WORK:.0e} products: {remedy}"
        )
