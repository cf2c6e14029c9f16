"""How many Padé poles several nodes with Drude lines need, and the grid on which their covariance moves.

    ⟨V V'⟩ = kT [1/C_∞ + Σ_k 2η_k (1/C_∞ − ν_k Z(iν_k))],     ⟨φ φ'⟩ = kT [K⁻¹ + Σ_k 2η_k Z(iν_k)/ν_k]

of the poles, against the sum over Matsubara's frequencies, which is exact (`quantize/numbers/equilibrium`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from quspike.baths.coloured import fewest_poles
from quspike.baths.pade import pade_coth
from quspike.constants import hbar, k_B
from quspike.errors import InputError
from quspike.kernel.grid import plan_grid
from quspike.methods.method import Setup
from quspike.quantize.numbers.admittance import LinearResponse, linear_response
from quspike.quantize.numbers.equilibrium import Held, matsubara
from quspike.quantize.system import System
from quspike.run.network import scales_of
from quspike.run.step_size import conductances_of

STEPS_PER_LEAK = 20  # of the fastest leak, over which a memristance may move


def with_network_noise(
    setup: Setup, params: Mapping[str, Any], times: np.ndarray, base_dir: str | Path | None
) -> Setup:
    """The setup with its poles (none in white noise), their error, and the covariance's grid.

    Raises InputError for lines of which some are white, and some are not or have no cutoff; ConvergenceError if no
    number of poles will do.
    """
    system = setup.membrane
    assert isinstance(system, System)
    if setup.coloured:
        _check_lines(setup, params)
        responses = _responses(setup, params, base_dir)
        coldest = min(float(params["elements"][d.name]["T"]) for d in system.dissipators)
        poles, error = fewest_poles(
            lambda n: max(e for r in responses for e in [_error(r, coldest, n)]), f"at {coldest:g} K in this circuit"
        )
        setup = replace(setup, poles=poles, noise_error=error)
    step = 1 / (STEPS_PER_LEAK * scales_of(setup, params).decay) if system.memristors else times[-1]
    plan = plan_grid(times, np.zeros(0), step)
    return replace(setup, noise_grid=np.asarray(plan.nodes(np.zeros(0))), noise_save_index=plan.save_index)


def _check_lines(setup: Setup, params: Mapping[str, Any]) -> None:
    for d in setup.membrane.dissipators:
        bath = (setup.baths or {}).get(d.name, "markov")
        if bath != "drude":
            raise InputError(f"{d.name} bath", bath, "must be drude where other dissipators are: one noise for all")
        if d.states is not None and d.states.direct > 0:
            remedy = "must not conduct at any frequency with bath=drude: let its last rows fall off"
            raise InputError(d.name, f"{d.states.direct:.3g} S above all frequencies", remedy)
        if d.states is None and "cutoff" not in params["elements"][d.name]:
            raise InputError(f"{d.name} cutoff", "nothing", "must be given with bath=drude (cutoff=1e12rad/s)")


def _responses(setup: Setup, params: Mapping[str, Any], base_dir: str | Path | None) -> Sequence[LinearResponse]:
    """The circuit at the least and the largest conductances of its memristors."""
    system = setup.membrane
    assert isinstance(system, System)
    numbers = {name: {k: float(v) for k, v in own.items()} for name, own in params["elements"].items()}
    response = linear_response(system.network, numbers, lines="modes", base_dir=base_dir)
    ends = {d.name: conductances_of(d, params) for d in system.dissipators}
    names = response.leaks.elements
    found = [
        replace(response, leaks=replace(response.leaks, conductance=np.array([pick(ends[name]) for name in names])))
        for pick in (min, max)
    ]
    return found if system.memristors else found[:1]


def _error(response: LinearResponse, temperature: float, n_poles: int) -> float:
    """The largest relative error of a node's ⟨V²⟩, and of ⟨φ²⟩ where it is held."""
    m = response.matrices
    nodes = [n for n in m.network.nodes if np.any(m.port(n)) and not np.any(m.port(n)[m.massless])]
    held = Held.of(response, [(n, "0") for n in nodes if not np.any(m.network.port(n)[m.followers])])
    xi, eta = pade_coth(n_poles)
    nu, errors = xi * k_B * temperature / hbar, []
    for term, rest in ((held.voltage_term, held.voltage_at_rest()), (held.flux_term, held.flux_at_rest())):
        known = np.isfinite(np.diag(rest))
        exact = np.diag(matsubara(term, np.where(np.isinf(rest), 0.0, rest), temperature))
        found = k_B * temperature * np.diag(rest + np.tensordot(2 * eta, term(nu), axes=1))
        errors.append(np.max(np.abs(found / np.where(exact == 0, 1, exact) - 1)[known], initial=0.0))
    return float(max(errors))
