"""A run of a neuron that clicks: averages over all that an ensemble of it would do, and its intervals.

Spikes are clicks, and none is drawn: the table of spikes is empty, `spike_count` is the expected number, `spike_rate`
its derivative, `integrating` the share of neurons that are not in their hold. Voltages are means over both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from quspike.errors import ConvergenceError, InputError, NotAvailable
from quspike.kernel.grid import GridPlan
from quspike.memory import mean_field
from quspike.methods import secular
from quspike.methods.escape.choice import check_escape, check_rate, rate_at_rest, state_space
from quspike.methods.escape.detector import detector
from quspike.methods.escape.kept import kept_parts
from quspike.methods.escape.operator_memory import observed, operators
from quspike.methods.escape.register import RELATIVE, Ensemble, register, run_register
from quspike.methods.escape.space import Space
from quspike.methods.escape.statistics import Question, answer
from quspike.methods.method import Params, Setup, Solution
from quspike.quantize.numbers.zero_point import resonator_mode

SIX = 6.0  # standard deviations of a coherent state's number of quanta, which levels have room for
SPARE = 8


def prepare(setup: Setup, params: Params, duration: float) -> Setup:
    """The setup as it is. Raises InputError and NotAvailable: see `check_escape`."""
    for key, asked in (("states", setup.save_states), ("covariance", setup.save_covariance)):
        if asked and not setup.resonator:
            remedy = "must be false with spike escape on a node without an inductor: its σ(V) is kept"
            raise NotAvailable(f"[save] {key}", "true", f"{remedy}, and a resonator's {key}")
    if setup.truncation is not None and not setup.resonator:
        remedy = "must be auto with spike escape on a node without inductor: its equation has no levels"
        raise InputError("[run] truncation", setup.truncation, remedy)
    check_escape(setup, params)
    check_rate(setup, params, duration)
    return setup


def least_levels(setup: Setup, params: Params) -> int:
    """Levels for the largest of the amplitudes at the threshold, after a reset and at the start.

    In the laboratory a tail of the state is what reaches the threshold, and not the mean that a drive lifts there.
    """
    mode, neuron = resonator_mode(setup.one, params["elements"]), params["neuron"]
    unit = 2 * float(mode.v_zpf)
    sizes = [abs(float(neuron[level])) / unit for level in ("v_threshold", "v_reset")]
    size = max(*sizes, float(abs(secular.initial_amplitude(params, mode))))
    warm = max(float(neuron["reset_occupation"]), float(params["initial"]["occupation"]))
    tail = SIX if setup.fock else 0.0
    return int(np.ceil(size**2 + tail * size * np.sqrt(2 * warm + 1) + SPARE * (1 + warm)))


def solver(setup: Setup) -> Callable[..., Solution]:
    """Every run: nothing crosses a threshold here."""
    return solve


def solve(setup: Setup, plan: GridPlan, capacity: int, params: Params, key: Any) -> Solution:
    """The master equation at the saved times, and the statistics of one interval."""
    space = state_space(setup, params)
    times, t_ref = plan.save_times, float(params["neuron"]["t_ref"])
    mode = resonator_mode(setup.one, params["elements"]) if setup.resonator else None
    volts, scale = _voltage(setup, params, mode), detector(params).threshold
    reg = register(space, t_ref, setup.stages, volts, abs(scale) / space.leak)
    found = run_register(reg, times, float(params["initial"]["flux"]))
    return _assemble(setup, params, space, mode, times, found)


def _voltage(setup: Setup, params: Params, mode: Any) -> Callable[[float, np.ndarray], float]:
    """(t, s) → ⟨V⟩ in the laboratory's frame; of a resonator the flux follows from the amplitude, and not from this."""
    return (lambda t, s: 0.0) if mode is not None else (lambda t, s: float(s[0]))


def _assemble(setup: Setup, params: Params, space: Space, mode: Any, times: np.ndarray, found: Ensemble) -> Solution:
    total = found.integrating + found.refractory
    seen = {name: total @ row for name, row in space.seen.items()}
    alive, trace = found.integrating @ space.trace, total @ space.trace
    shown = _resonator_means(seen, mode, times, space) if mode is not None else _baseband_means(seen, found)
    memory, conductances, current = _memories(setup, params, space, mode, times, found, shown["voltage"])
    rim = np.max(found.integrating @ space.edge)
    elements = params["elements"]
    return Solution(
        time=jnp.asarray(times),
        voltage=jnp.asarray(shown["voltage"])[:, None],
        voltage_std=jnp.asarray(shown["std"])[:, None],
        flux=jnp.asarray(shown["flux"])[:, None],
        membrane=jnp.asarray(seen["membrane"])[:, None],
        memristance=jnp.asarray(1 / conductances),
        memory=jnp.asarray(memory),
        memristor_current=jnp.asarray(current),
        input_current=setup.inputs.sampled(params, elements, jnp.asarray(times)),
        spike_time=jnp.zeros(0),
        spike_neuron=jnp.zeros(0, int),
        spike_count=jnp.asarray(found.clicks[-1:]),
        diagnostics={
            "error_estimate": jnp.asarray(RELATIVE),
            "crowded": jnp.asarray(0.0),
            "finite": jnp.asarray(bool(np.all(np.isfinite(total)))),
            "trace_error": jnp.asarray(np.max(np.abs(trace - 1))),
            "top_level_population": jnp.asarray(max(rim, 0.0)),
            "spikes_at_rest": jnp.asarray(rate_at_rest(setup, params)),
        },
        extra={
            "spike_rate": jnp.asarray(found.integrating @ space.rate)[:, None],
            "integrating": jnp.asarray(alive)[:, None],
            **(kept_parts(setup, mode, total, seen, times, space.carrier) if setup.resonator else {}),
            **_intervals(setup, params, float(times[-1])),
        },
    )


def _baseband_means(seen: dict[str, np.ndarray], found: Ensemble) -> dict[str, np.ndarray]:
    voltage = seen["membrane"]
    return {"voltage": voltage, "std": np.sqrt(np.maximum(seen["square"] - voltage**2, 0.0)), "flux": found.flux}


def _resonator_means(seen: dict[str, np.ndarray], mode: Any, times: np.ndarray, space: Space) -> dict[str, np.ndarray]:
    """V = 2V_zpf Im ⟨a⟩e^{−iωt}, φ = 2φ_zpf Re ⟨a⟩e^{−iωt}; ⟨V²⟩ = V_zpf²(2⟨a†a⟩ + 1 − 2Re⟨a²⟩e^{−2iωt})."""
    turn, v_zpf = np.exp(-1j * space.carrier * times), float(mode.v_zpf)
    alpha = (seen["re"] + 1j * seen["im"]) * turn
    square = (seen["square_re"] + 1j * seen["square_im"]) * turn**2
    voltage = 2 * v_zpf * alpha.imag
    variance = v_zpf**2 * (2 * seen["number"] + 1 - 2 * square.real) - voltage**2
    return {"voltage": voltage, "std": np.sqrt(np.maximum(variance, 0.0)), "flux": 2 * float(mode.phi_zpf) * alpha.real}


def _memories(
    setup: Setup, params: Params, space: Space, mode: Any, times: np.ndarray, found: Ensemble, voltage: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x, W (S) and the current (A) of each memristor at the saved times, (T, E) each."""
    signs, total = np.array([d.sign for d in setup.membrane.memristors]), found.integrating + found.refractory
    if operators(setup):
        memory, conductances, current = observed(setup, params, mode, total, space.carrier * times)
        return memory, conductances, current * signs
    if space.shown is not None:
        memory, conductances, current = space.shown(found.memory, total)
        return memory, conductances, current * signs
    conductances = _conductances(setup, params, mode, found.memory, total @ space.signal.T)
    return found.memory, conductances, conductances * voltage[:, None] * signs


def _conductances(setup: Setup, params: Params, mode: Any, memory: np.ndarray, signal: np.ndarray) -> np.ndarray:
    """W of each memristor at the saved times (T, E), S."""
    remember = [i for i, d in enumerate(setup.one.dissipators) if d.law is not None]
    rows = []
    for x, s in zip(memory if remember else [], signal, strict=False):
        if mode is not None:
            size = float(np.hypot(*s))
            swing = (jnp.zeros(()), 2 * mode.phi_zpf * size, 2 * mode.v_zpf * size)
            rates = secular.loss_rates(setup, params, mode, jnp.asarray(x), swing)
            rows.append([float(rates[i] * mode.capacitance) for i in remember])
        else:
            pairs = zip(setup.one.memristors, x, strict=True)
            rows.append([float(mean_field.conductance(d, m, s[0], params["elements"])) for d, m in pairs])
    return np.array(rows).reshape(len(signal), len(remember))


def _intervals(setup: Setup, params: Params, duration: float) -> dict[str, Any]:
    """The stationary interval's density where there is one, else the next one's, else the first one's.

    Where its numbers cannot be had, the reason: the run's own averages stand without them.
    """
    why = ""
    for kind in ("stationary", "next", "first"):
        try:
            found = answer(setup, params, duration, Question(kind, None, None))
            break
        except InputError as refusal:
            why = str(refusal)
        except ConvergenceError as failure:
            return {"isi_missing": f"{kind}: {failure}"}
    else:
        return {"isi_missing": why}
    return {
        "interval": jnp.asarray(found.interval),
        "isi_density": jnp.asarray(found.density)[:, None],
        "survival": jnp.asarray(found.survival)[:, None],
        "isi_kind": kind,
        "spikes_within": jnp.asarray([1 - found.survival[-1]]),
        **({"isi_truncation": jnp.asarray(found.notes["truncation"])} if "truncation" in found.notes else {}),
        **({"click_energy": jnp.asarray([found.notes["click_energy"]])} if "click_energy" in found.notes else {}),
    }
