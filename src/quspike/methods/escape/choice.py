"""Which equation a neuron that clicks obeys, and what cannot click at all."""

from __future__ import annotations

import numpy as np

from quspike.constants import k_B
from quspike.errors import InputError, NotAvailable
from quspike.methods.escape.baseband import FLAT, baseband_space, leak_range, refuse_baseband
from quspike.methods.escape.detector import Detector, detector
from quspike.methods.escape.fock import fock_space, refuse_fock
from quspike.methods.escape.laboratory import laboratory_space, refuse_laboratory, voltage_spread
from quspike.methods.escape.operator_memory import operators
from quspike.methods.escape.quadrature import has_marginal, quadrature_space
from quspike.methods.escape.sources import carried
from quspike.methods.escape.space import Space
from quspike.methods.method import Params, Setup
from quspike.methods.secular import occupations
from quspike.quantize.membrane import total_capacitance
from quspike.quantize.numbers.zero_point import resonator_mode
from quspike.units import format_si

FASTEST = 1e6  # leak rates that Γ0 may have: a thousand times as sharp as the membrane is, and thousands of points
MOST_CLICKS = 1e6  # Γ0 t of a run in Fock space, whose explicit steps they count: minutes
INSIDE = 1.0  # standard deviations of the reset state and the edge together, within which a threshold is at rest


def interval_space(setup: Setup, params: Params) -> Space:
    """The smallest equation that has every interval: of one voltage where that is closed, else of ρ in Fock space."""
    if not (setup.resonator and setup.fock):
        return state_space(setup, params)
    refuse_fock(setup)
    return quadrature_space(setup, params) if has_marginal(setup, params) else fock_space(setup, params)


def state_space(setup: Setup, params: Params) -> Space:
    """The equation that also has the means of everything that a run shows.

    `setup.fock` tells the secular equation, whose frame may turn, from brownian's, which stays in the laboratory.
    """
    if not setup.resonator:
        return baseband_space(setup, params)
    return fock_space(setup, params) if setup.fock else laboratory_space(setup, params)


def refuse(setup: Setup) -> None:
    """What has no place in the equation of this neuron, by name."""
    if not setup.resonator:
        refuse_baseband(setup)
    elif setup.fock:
        refuse_fock(setup)
    else:
        refuse_laboratory(setup)


def check_escape(setup: Setup, params: Params) -> None:
    """Refuse a neuron that has no such equation, a drive without its carrier, an Erlang register without a hold, and
    one that would fire at rest.
    """
    refuse(setup)
    if setup.resonator and setup.fock:
        carried(setup, params, float(resonator_mode(setup.one, params["elements"]).omega))
    check_register(setup, params)
    t_ref = float(params["neuron"]["t_ref"])
    if setup.reset == "subtract" and not setup.stages and t_ref > 0 and _remembers(setup, params):
        remedy = "must be a number of stages, such as 20, with reset subtract and a memory that moves in the hold"
        raise NotAvailable("[neuron] escape.stages", "auto", remedy)
    check_threshold(setup, params)


def check_register(setup: Setup, params: Params) -> None:
    """Refuse an Erlang register without a hold."""
    if setup.stages and not float(params["neuron"]["t_ref"]) > 0:
        remedy = "must be auto where t_ref is 0 s: a register of no time has no states"
        raise InputError("[neuron] escape.stages", setup.stages, remedy)


def check_threshold(setup: Setup, params: Params) -> None:
    """Refuse a neuron that would fire at rest."""
    neuron, edge = params["neuron"], detector(params)
    spread = reset_spread(setup, params)
    total = float(np.hypot(spread, edge.width))
    if edge.threshold - float(neuron["v_reset"]) < INSIDE * total:
        remedy = _at_rest(edge, float(neuron["v_reset"]), spread, total)
        raise InputError("[neuron] v_threshold", format_si(edge.threshold, "voltage"), remedy)


def check_rate(setup: Setup, params: Params, duration: float) -> None:
    """Refuse clicks so fast that the equation would take hours: of a voltage 𝓞(√(Γ0/γ)) points, of ρ Γ0 t steps."""
    rate, leak = float(params["neuron"]["escape_rate"]), _leak(setup, params)
    most, why = FASTEST * leak, f"{FASTEST:.0e} times the leak rate"
    if setup.resonator and MOST_CLICKS / duration < most:
        most, why = MOST_CLICKS / duration, f"{MOST_CLICKS:.0e} in the run"
    if rate > most:
        remedy = f"must be ≤ {format_si(float(f'{most:.3g}'), 'rate')}, {why}: by then a click is sure at the edge"
        raise InputError("[neuron] escape.rate", format_si(rate, "rate"), remedy)


def _leak(setup: Setup, params: Params) -> float:
    """The fastest leak rate ΣW/C, 1/s."""
    return leak_range(setup, params)[1] / float(total_capacitance(setup.one, params["elements"]))


def rate_at_rest(setup: Setup, params: Params) -> float:
    """Clicks of the undriven membrane, 1/s: ⟨Γ⟩ of its thermal state about 0, with the hold after each.

    Clicks faster than the leak deplete the state's tail: then this is the most that there can be.
    """
    elements, dissipators = params["elements"], setup.one.dissipators
    if setup.resonator and not setup.fock:
        std = voltage_spread(setup, params)
    elif setup.resonator:
        mode = resonator_mode(setup.one, elements)
        quanta = max(float(n) for n in occupations(setup, params, mode))
        std = float(mode.v_zpf) * float(np.sqrt(2 * quanta + 1))
    else:
        hottest = max(float(elements[d.name]["T"]) for d in dissipators)
        std = float(np.sqrt(k_B * hottest / float(total_capacitance(setup.one, elements))))
    rate = float(detector(params).mean_rate(0.0, std))
    return rate / (1 + rate * float(params["neuron"]["t_ref"]))


def _remembers(setup: Setup, params: Params) -> bool:
    """True if some memristance can move."""
    if not setup.one.memristors or operators(setup):
        return False
    low, high = leak_range(setup, params)
    return setup.resonator or high > low * (1 + FLAT)


def reset_spread(setup: Setup, params: Params) -> float:
    """The membrane's standard deviation in the state that a reset leaves, or at rest if it keeps the state; V."""
    neuron = params["neuron"]
    if not setup.resonator:
        return float(neuron["reset_std"])
    if setup.reset == "subtract" and not setup.fock:
        return voltage_spread(setup, params)
    v_zpf = float(resonator_mode(setup.one, params["elements"]).v_zpf)
    return v_zpf * float(np.sqrt(2 * float(neuron["reset_occupation"]) + 1))


def _at_rest(edge: Detector, back: float, spread: float, total: float) -> str:
    least = format_si(float(f"{back + INSIDE * total:.3g}"), "voltage")
    rate = format_si(float(f"{float(edge.mean_rate(back, spread)):.3g}"), "rate")
    return (
        f"must be ≥ {least}, above v_reset by the reset state's own spread and the detector's width: this neuron would "
        f"spike at rest, at the rate {rate}"
    )
