"""What every method of the ladder is given, and what it hands to the spiking kernel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.kernel.dopri5 import State
from quspike.kernel.spiking_scan import SpikingModel, Track
from quspike.methods.inputs import Inputs
from quspike.quantize.membrane import Membrane
from quspike.quantize.system import System

Params = Mapping[str, Any]


@dataclass(frozen=True)
class Setup:
    """The static side of a run: the circuit's shape and the choices that select equations.

    membrane_kind : "voltage" | "envelope" | "quadrature". reset : "zero" | "subtract". spiking : is there a neuron?
    memory : what drives the memristors. spike : what the neuron's spikes are; stages : of an escape's refractory
    register, 0: a delay. parent, unravelling : of `trajectories`. baths : how each dissipator is represented, by name.
    scale : V, the voltage that errors are measured against.
    diffusion : of the flux in `brownian`. steps_per_radian : of a resonator, at the least.
    omega : ω0 as a plain number, for static choices (rad/s); None in baseband. poles, noise_error, noise_grid (s),
    noise_save_index : the coloured noise of `bath=drude` and the grid of its covariance. lines, recurrence,
    settling_error : the modes of each line in `modes`, how far they come back in the run, their noise after a reset.
    trajectories, seed : of an ensemble; save_record : keep its filtered records.
    neuron_nodes, resets, slowest_leak (1/s), oscillation (rad/s) : of a circuit of several nodes; the scales of its
    memories and fluxes. hierarchy : of `heom`. jumps : the most quanta of one jump in `gksl` with an operator memory.
    fastest : rate of a method's own equations, 1/s. steady : nothing in them turns with the carrier.
    """

    membrane: Membrane | System
    inputs: Inputs
    membrane_kind: str = "voltage"
    quadrature_phase: float = 0.0
    reset: str = "zero"
    spiking: bool = False
    memory: str = "mean_field"
    spike: str = "expectation"
    stages: int = 0
    parent: str = "gksl"
    unravelling: str = "jump"
    save_record: bool = False
    closure: str = "none"
    johnson: bool = False
    scale: float = 1e-6
    baths: Mapping[str, str] | None = None
    state: Mapping[str, Any] | None = None
    truncation: int | None = None
    fock: bool = False
    initial_state: str = "thermal"
    poles: int = 0
    noise_error: float = 0.0
    noise_grid: np.ndarray | None = None
    noise_save_index: np.ndarray | None = None
    nonlinearity: str = "full"
    diffusion: str = "minimal"
    steps_per_radian: int = 8
    save_states: bool = False
    save_covariance: bool = False
    omega: float | None = None
    neuron_nodes: tuple[str, ...] = ()
    resets: tuple[str, ...] = ()
    membranes: tuple[str, ...] = ()
    phases: tuple[float, ...] = ()
    slowest_leak: float = 1.0
    oscillation: float = 0.0
    lines: Any = None
    recurrence: float = 0.0
    settling_error: float = 0.0
    trajectories: int = 1000
    seed: int = 0
    hierarchy: Any = None
    jumps: int = 0
    fastest: float = 0.0
    steady: bool = False

    @property
    def several(self) -> bool:
        """True for a circuit of several nodes, whose neurons are `neuron_nodes` with their `resets`."""
        return isinstance(self.membrane, System)

    @property
    def one(self) -> Membrane:
        """The membrane of a circuit that has one node."""
        assert isinstance(self.membrane, Membrane)
        return self.membrane

    @property
    def resonator(self) -> bool:
        """True if the membrane is the envelope or quadrature of an LC mode."""
        return self.membrane.kind == "resonator"

    @property
    def coloured(self) -> bool:
        """True if the lines keep their own memory (`bath=drude`)."""
        return self.hierarchy is not None or "drude" in (self.baths or {}).values()

    @property
    def quantum_lines(self) -> bool:
        """True if the lines' noise is quantum below their cutoff: `bath=drude`, or modes."""
        return self.coloured or self.lines is not None


@dataclass(frozen=True)
class Machine:
    """A method made ready for given parameters: the kernel's model, its first state, and how to read its records.

    read(records) maps (T, k) records to the named arrays of a Solution, time first.
    after(track, nodes, spike_time) adds or replaces those that need the whole run.
    whole(t, y) names what a state has beyond its means and covariance, at an instant; None where it has nothing.
    """

    model: SpikingModel
    start: State
    read: Callable[[Array], dict[str, Any]]
    after: Callable[[Track, Array, Array], dict[str, Any]] | None = None
    whole: Callable[[Array, State], dict[str, Any]] | None = None


class Solution(eqx.Module):
    """Everything a method computes, as JAX arrays in SI; shapes in contract order, time first.

    time (T,) · voltage, voltage_std, flux (T, node) · membrane (T, neuron) · memristance, memory, memristor_current
    (T, element) · input_current (T, source) · spike_time, spike_neuron (S,) nan-padded · spike_count (neuron,)
    diagnostics: scalars · extra: method-specific arrays, time first.
    """

    time: Array
    voltage: Array
    voltage_std: Array
    flux: Array
    membrane: Array
    memristance: Array
    memory: Array
    memristor_current: Array
    input_current: Array
    spike_time: Array
    spike_neuron: Array
    spike_count: Array
    diagnostics: dict[str, Array]
    extra: dict[str, Array]


def initial_memories(setup: Setup, params: Params) -> list:
    """x(0) of each memristor, as `params["initial"]["memory"]` has them."""
    return [params["initial"]["memory"][d.name] for d in setup.membrane.memristors]


def memory_scales(setup: Setup, params: Params, voltage: float, duration_scale: float) -> list:
    """A yardstick for the error of each x: the width of its bounds, or the flux or charge of one leak time."""
    scales: list = []
    for d in setup.membrane.memristors:
        assert d.law is not None
        bounds = d.law.memory_bounds(params["elements"][d.name])
        if bounds is not None and np.all(np.isfinite([float(b) for b in bounds if not hasattr(b, "aval")])):
            scales.append(jnp.abs(bounds[1] - bounds[0]))
        else:
            scales.append(jnp.asarray(voltage * duration_scale))
    return scales
