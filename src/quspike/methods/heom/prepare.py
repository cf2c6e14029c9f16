"""The static choices of a hierarchy: its lines, the poles of their noise, its depth, the fastest rate it has."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from quspike.baths.drude_exponents import assert_positive, choose_few_poles, drude_exponents
from quspike.errors import InputError
from quspike.kernel.hierarchy import require_qutip
from quspike.memory import mean_field
from quspike.memory.operator import check_operator, is_operator
from quspike.methods.heom import lines as heom_lines
from quspike.methods.heom.lines import SharedLine
from quspike.methods.method import Params, Setup
from quspike.quantize.membrane import Dissipator, total_capacitance
from quspike.quantize.numbers.zero_point import resonator_mode

NOISE = 5e-4  # of ⟨V²⟩ and ⟨φ²⟩, that the poles of the noise may be off fluctuation–dissipation
FIRST_DEPTH = 2  # exact for means and covariance of a linear circuit
BENT_DEPTH = 3  # of one that is not, until a rehearsal has found how many it needs
MOST_DEPTH = 6
SETTLING = 8.0  # of the leak time, before a thermal start


@dataclass(frozen=True)
class Hierarchy:
    """Lines and their poles, depth; `fastest` rate (1/s) and `settling` time of a thermal start (s).

    error : what one tier more would change, as a rehearsal found; 0 for a linear node, nan where there was none.
    """

    lines: tuple[SharedLine, ...]
    depth: int
    fastest: float
    settling: float
    error: float = math.nan


def prepare(setup: Setup, params: Params, duration: float) -> Setup:
    """The setup with its `hierarchy`, refused before anything is computed where it cannot be."""
    require_qutip()
    _check_lines(setup, params)
    lines, errors = zip(*(_line(setup, params, members) for members in heom_lines.shared_lines(setup, params)),
                        strict=True)  # fmt: skip
    leak = sum(min(_reach(d, params)) for d in setup.one.dissipators) / float(_capacitance(setup, params))
    settling = SETTLING / leak if setup.initial_state == "thermal" else 0.0
    linear = is_linear(setup)
    depth, error = (FIRST_DEPTH, 0.0) if linear else (BENT_DEPTH, math.nan)
    chosen = Hierarchy(lines, depth, 0.0, settling, error)
    poles = max(len(line.xi) for line in lines)
    return with_depth(replace(setup, hierarchy=chosen, poles=poles, noise_error=max(errors)), params, chosen.depth)


def with_depth(setup: Setup, params: Params, depth: int) -> Setup:
    """The same with another depth, and its fastest rate."""
    chosen = replace(setup.hierarchy, depth=depth)
    fastest = fastest_rate(replace(setup, hierarchy=chosen), params)
    return replace(setup, hierarchy=replace(chosen, fastest=fastest), fastest=fastest)


def resized(setup: Setup, params: Params) -> Setup:
    """The same with the fastest rate of its present Fock space."""
    return with_depth(setup, params, setup.hierarchy.depth)


def is_linear(setup: Setup) -> bool:
    """True for a node without junctions, whose memristances are numbers."""
    return not setup.one.junctions and not any(is_operator(setup.memory, d) for d in setup.one.dissipators)


def _check_lines(setup: Setup, params: Params) -> None:
    for d in setup.one.dissipators:
        if "cutoff" not in params["elements"][d.name]:
            raise InputError(f"{d.name} cutoff", "nothing", "must be given with method heom (cutoff=1e11rad/s)")
        if is_operator(setup.memory, d):
            check_operator(d)


def _line(setup: Setup, params: Params, members: tuple[int, ...]) -> tuple[SharedLine, float]:
    elements = params["elements"]
    chosen = [setup.one.dissipators[i] for i in members]
    first = elements[chosen[0].name]
    low, high = (sum(pick(_reach(d, params)) for d in chosen) for pick in (min, max))
    membrane = float(_capacitance(setup, params)), np.array(sorted({low, high}))
    inductance = 1 / _stiffness(setup, params)
    xi, eta, error = choose_few_poles(*membrane, float(first["cutoff"]), float(first["T"]), inductance, NOISE)
    line = SharedLine(members, high, tuple(map(float, xi)), tuple(map(float, eta)))
    mode = resonator_mode(setup.one, elements)
    assert_positive(drude_exponents(*heom_lines.bath_of(setup, params, mode, line), line.xi, line.eta))
    return line, error


def _reach(d: Dissipator, params: Params) -> list[float]:
    """W at the first memory and at the ends of its range, S."""
    p = params["elements"][d.name]
    if d.law is None:
        return [float(1 / p["R"])]
    bounds = d.law.memory_bounds(p) or (-1e6, 1e6)
    memories = (params["initial"]["memory"][d.name], *bounds)
    found = [float(mean_field.conductance(d, x, 0.0, params["elements"])) for x in memories]
    return [w for w in found if math.isfinite(w) and w > 0]


def _capacitance(setup: Setup, params: Params) -> Any:
    return total_capacitance(setup.one, params["elements"])


def _stiffness(setup: Setup, params: Params) -> float:
    """1/L with the junctions' own at zero flux."""
    mode = resonator_mode(setup.one, params["elements"])
    return float(mode.omega) ** 2 * float(mode.capacitance)


def fastest_rate(setup: Setup, params: Params) -> float:
    """An upper guess of the largest eigenvalue of the hierarchy's equations, 1/s."""
    chosen = setup.hierarchy
    assert setup.truncation is not None
    mode = resonator_mode(setup.one, params["elements"])
    reach = 2 * math.sqrt(setup.truncation)
    decay, turning = 0.0, float(mode.omega) * setup.truncation
    for line in chosen.lines:
        bath = heom_lines.bath_of(setup, params, mode, line)
        rates, noise = (np.asarray(values) for values in drude_exponents(*bath, line.xi, line.eta))
        decay = max(decay, float(np.max(rates)) * chosen.depth)
        turning += 2 * reach * float(np.sqrt(np.sum(np.abs(noise)))) * math.sqrt(chosen.depth)
        turning += float(bath.coupling * mode.omega) / abs(noise[0]) ** 0.5 * reach * math.sqrt(chosen.depth)
    return math.hypot(decay, turning)
