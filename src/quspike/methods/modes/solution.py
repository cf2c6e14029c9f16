"""The transmission lines themselves as oscillators: one closed system, at any coupling, until what left comes back.

    H = q²/2C + φ²/2L − I(t)φ + Σ_e Σ_m [ q_m²/2C_m + (F_e − φ_m)²/2L_m ],     ω_m C_m = 1/ω_m L_m = y_m

Linear circuits: means (`means`, `path`) and the covariance of the circuit's own φ and q
(`covariance`). The number of modes and their frequencies fit the run (`lines`).
Caldeira & Leggett, Ann. Phys. 149, 374 (1983).
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from quspike.kernel.boundary_scan import Columns
from quspike.kernel.grid import GridPlan, plan_grid
from quspike.methods.covariance import covariance_of
from quspike.methods.method import Params, Setup, Solution
from quspike.methods.modes.covariance import Spread, spread
from quspike.methods.modes.lines import choose_lines
from quspike.methods.modes.means import MeanFlow, mean_flow
from quspike.methods.modes.path import Path, first_mean, follow
from quspike.methods.modes.wigner import check, ensemble_flow, first_ensemble, needed

RICHARDSON = 15.0  # 2⁴ − 1: a step of fourth order, halved
HALVINGS, ENOUGH = 4, 1e-5  # how often a step is halved, until the means are as exact as that


def prepare(setup: Setup, params: Params, duration: float) -> Setup:
    """The setup with its lines' modes, how far they recur within the run, and their error in ⟨V²⟩."""
    check(setup)
    return choose_lines(setup, params, duration)


def solver(setup: Setup) -> Any:
    """Every run: closed systems have steps of their own."""
    return solve


def solve(setup: Setup, plan: GridPlan, capacity: int, params: Params, key: Any) -> Solution:
    """Means on the grid, halved until they move no more; the covariance along longer steps, which are exact enough."""
    breakpoints = setup.inputs.breakpoints(params)
    nodes = np.asarray(plan.nodes(breakpoints))
    ensemble = needed(setup)
    flow = ensemble_flow(setup, params) if ensemble else mean_flow(setup, params)
    start = first_ensemble(setup, params, *first_mean(setup, params)) if ensemble else None
    path, save, error = refined(setup, params, nodes, plan.save_index, flow, start)
    if ensemble:
        moments = Spread(*path.seen.spread[path.node[save]].T)
    else:
        longer = plan_grid(plan.save_times, np.asarray(breakpoints), 2 * float(np.max(np.diff(nodes))))
        nodes = np.asarray(longer.nodes(breakpoints))
        moments = spread(setup, params, follow(setup, params, nodes, flow), nodes, longer.save_index)
    return _assemble(setup, plan, capacity, params, path, save, moments, error)


def refined(
    setup: Setup, params: Params, nodes: np.ndarray, save: np.ndarray, flow: MeanFlow, start: Columns | None
) -> tuple[Path, np.ndarray, float]:
    """The means on the grid halved at least once: the path, where it is saved, and its error by Richardson."""
    path, error = follow(setup, params, nodes, flow, start), float("inf")
    for _ in range(HALVINGS):
        nodes = np.sort(np.concatenate([nodes, 0.5 * (nodes[1:] + nodes[:-1])]))
        before, path = path, follow(setup, params, nodes, flow, start)
        error, save = means_error(setup, before, path, save) / RICHARDSON, 2 * save
        if error <= ENOUGH:
            break
    return path, save, error


def means_error(setup: Setup, coarse: Path, fine: Path, save: np.ndarray) -> float:
    """Largest difference of V at saved times on which as many spikes came before, relative to V or its scale."""
    steps = coarse.node[save], fine.node[2 * save]
    voltages = [path.seen.voltage[i] for path, i in zip((coarse, fine), steps, strict=True)]
    before = [np.cumsum(np.append(False, path.fires))[i] for path, i in zip((coarse, fine), steps, strict=True)]
    if len(coarse.spikes) != len(fine.spikes):
        return float("inf")
    alike = before[0] == before[1]
    largest = np.maximum(np.abs(voltages[1]), setup.scale)
    return float(np.max(np.abs(voltages[0] - voltages[1])[alike] / largest[alike], initial=0.0))


def _assemble(
    setup: Setup, plan: GridPlan, capacity: int, params: Params, path: Path, save, moments, error
) -> Solution:
    at = path.node[save]
    seen = path.seen
    remember = [i for i, d in enumerate(setup.one.dissipators) if d.law is not None]
    capacitance = float(path_capacitance(setup, params))
    covariance: dict[str, Any] = covariance_of(*(jnp.asarray(m)[:, None] for m in moments))
    diagnostics = covariance.pop("diagnostics")
    signs = np.array([d.sign for d in setup.membrane.memristors])
    spikes = np.full(capacity, np.nan)
    spikes[: len(path.spikes)] = path.spikes[:capacity]
    times = jnp.asarray(plan.save_times)
    return Solution(
        time=times,
        voltage=jnp.asarray(seen.voltage[at])[:, None],
        voltage_std=jnp.sqrt(jnp.asarray(moments.charge))[:, None] / capacitance,
        flux=jnp.asarray(seen.phi[at])[:, None],
        membrane=jnp.asarray(seen.membrane[at])[:, None][:, : int(setup.spiking)],
        memristance=jnp.asarray(1 / seen.conductance[at][:, remember]),
        memory=jnp.asarray(memories(setup, seen.memory[at], seen.phi[at])),
        memristor_current=jnp.asarray(seen.current[at][:, remember] * signs),
        input_current=setup.inputs.sampled(params, params["elements"], times),
        spike_time=jnp.asarray(spikes),
        spike_neuron=jnp.where(jnp.isfinite(spikes), 0, -1),
        spike_count=jnp.full(int(setup.spiking), len(path.spikes)),
        diagnostics={
            "error_estimate": jnp.asarray(error),
            "crowded": jnp.asarray(float(path.crowded)),
            "finite": jnp.asarray(bool(np.all(np.isfinite(seen.voltage)) and np.all(np.isfinite(moments.charge)))),
            **diagnostics,
        },
        extra=(covariance if setup.save_covariance else {}) | ensemble_errors(setup, moments, capacitance),
    )


def ensemble_errors(setup: Setup, moments: Spread, capacitance: float) -> dict[str, Any]:
    """Standard errors of ⟨V⟩ and of its standard deviation, σ/√N and σ/√2(N − 1), where they come from an ensemble."""
    if not needed(setup):
        return {}
    std = jnp.sqrt(jnp.asarray(moments.charge))[:, None] / capacitance
    count = setup.trajectories
    return {"voltage_error": std / count**0.5, "voltage_std_error": std / (2 * (count - 1)) ** 0.5}


def path_capacitance(setup: Setup, params: Params):
    """C_Σ [F]."""
    from quspike.quantize.membrane import total_capacitance

    return total_capacitance(setup.one, params["elements"])


def memories(setup: Setup, x: np.ndarray, phi: np.ndarray) -> np.ndarray:
    """x of each memristor (T, X); in a resonator x0 + φ where it is the inductor's flux."""
    from quspike.memory.mean_field import follows_inductor

    found = np.array(x)
    for i, d in enumerate(setup.membrane.memristors):
        if needed(setup) or (setup.resonator and follows_inductor(d)):
            found[:, i] = found[:, i] + d.sign * phi
    return found
