"""`compile(run)`: a checked run becomes a Problem, a pure function of its parameters.

    problem = quspike.compile(run);   solution = problem.solve(problem.params, key)

`params` holds every number of the run in SI; change a leaf and solve again, differentiate or batch: nothing compiles
twice. The time grid is laid out once, from the run's own numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from quspike.errors import InputError
from quspike.kernel.grid import GridPlan, plan_grid, save_times, with_times
from quspike.methods.inputs import Inputs, fastest_drive
from quspike.methods.method import Setup, Solution
from quspike.methods.network import coloured as network_coloured
from quspike.methods.phase_space import check as check_wigner
from quspike.methods.registry import METHODS, Method, check_kept, check_legal
from quspike.methods.room import check_grid, check_room
from quspike.methods.solve import solve
from quspike.precision import enable_x64
from quspike.quantize.membrane import Membrane, element_params, total_capacitance
from quspike.quantize.numbers.finite_line_modes import with_modes
from quspike.quantize.numbers.zero_point import resonator_mode
from quspike.quantize.system import System, reduce_circuit
from quspike.quantize.tables import with_tables
from quspike.run.coloured import with_coloured_noise
from quspike.run.coloured_network import with_network_noise
from quspike.run.fock_space import first_levels, state_choice
from quspike.run.load import load
from quspike.run.massless import check_massless
from quspike.run.network import choose_system_step, system_params, system_setup, with_scales
from quspike.run.schema import Run
from quspike.run.starting_point import initial_params, measurement_params, neuron_params, reset_params
from quspike.run.step_size import choose_step, voltage_scale
from quspike.units import QUANTITIES


@dataclass(frozen=True)
class Problem:
    """A run made ready to solve. Static shapes inside, numbers in `params` (a pytree of SI floats)."""

    run: Run
    method: Method
    setup: Setup
    plan: GridPlan
    dt: float
    params: Mapping[str, Any] = field(repr=False)
    inputs_read: tuple[Mapping[str, Any], ...] = ()

    @property
    def nodes(self) -> tuple[str, ...]:
        """Names along the `node` dimension."""
        return self.setup.membrane.nodes

    @property
    def elements(self) -> tuple[str, ...]:
        """Names along the `element` dimension: the memristors."""
        return tuple(d.name for d in self.setup.membrane.memristors)

    @property
    def sources(self) -> tuple[str, ...]:
        """Names along the `source` dimension."""
        return tuple(s.name for s in self.setup.membrane.sources)

    @property
    def neurons(self) -> tuple[str, ...]:
        """Names along the `neuron` dimension."""
        return tuple(self.run.neurons)

    @property
    def memory_units(self) -> tuple[str, ...]:
        """The SI unit of each memristor's memory."""
        laws = [d.law for d in self.setup.membrane.memristors]
        return tuple(QUANTITIES[law.memory_quantity].unit or "1" for law in laws if law is not None)

    @property
    def capacity(self) -> int:
        """The most spikes that can happen: of each neuron one a step, and one a refractory time."""
        rests = [neuron.t_ref for neuron in self.run.neurons.values()]
        by_time = [int(self.run.duration / t_ref) + 2 if t_ref > 0 else self.plan.steps for t_ref in rests]
        return sum(min(self.plan.steps, most) for most in by_time)

    @cached_property
    def _compiled(self):
        def run(gap, fraction, params, key):
            plan = replace(self.plan, gap=gap, fraction=fraction)  # arguments: as constants, they would slow compiling
            return solve(self.method, self.setup, plan, self.capacity, params, key)

        own = self.method.solver(self.setup)
        if own is not None:
            return lambda gap, fraction, params, key: own(self.setup, self.plan, self.capacity, params, key)
        return jax.jit(run)

    def solve(self, params: Mapping[str, Any] | None = None, key=None) -> Solution:
        """Solve for these parameters (the run's own by default); key: a `jax.random.key` for methods with noise."""
        if key is None and self.setup.johnson:
            key = jax.random.key(self.run.seed)
        numbers = self.params if params is None else jax.tree.map(_plain, params)
        return self._compiled(self.plan.gap, self.plan.fraction, numbers, key)

    def with_step(self, dt: float) -> Problem:
        """The same problem on a grid of steps not longer than dt (s)."""
        breakpoints = np.asarray(self.setup.inputs.breakpoints(self.params))
        kept = self.plan.save_times[self.plan.kept]
        return replace(self, dt=dt, plan=plan_grid(self.plan.save_times, breakpoints, dt, kept))

    def with_setup(self, **changes: Any) -> Problem:
        """The same problem with other static choices (a larger Fock space, more poles)."""
        return replace(self, setup=replace(self.setup, **changes))


def _plain(number: Any) -> jax.Array:
    """An array with a type of its own: a Python float in place of one would be compiled for again."""
    return jnp.asarray(number, jnp.result_type(number))


def compile_run(run: Run | str | Path, method: str | None = None) -> Problem:
    """Check that a method can run this circuit, gather the numbers, lay out the grid.

    run : a `Run`, or a run file. method : another one than the run's.

    Raises InputError or NotAvailable before anything is computed.
    """
    enable_x64()
    run = run if isinstance(run, Run) else load(run)
    chosen = method or run.method
    drives = {name: d.realise(run.duration, run.seed, run.base_dir, name) for name, d in run.drives.items()}
    reduced, elements, tables = _reduced(run, drives)
    kept = np.asarray(run.save.wigner_times if chosen == run.method else (), dtype=float)
    setup, rung = _checked(run, reduced, Inputs(reduced, drives), elements, chosen, bool(kept.size))
    params = {"elements": elements, "drives": {name: drive.params() for name, drive in drives.items()}}
    times = with_times(save_times(run.duration, run.save_every), kept)
    if isinstance(reduced, System):
        params |= system_params(run, reduced, elements, rung.quantum)
        setup = with_scales(setup, params, run.duration)
        if chosen == "moments" and network_coloured.needed(setup):
            setup = with_network_noise(setup, params, times, run.base_dir)
        dt = run.dt or choose_system_step(setup, params, run)
    else:
        params |= _membrane_params(run, reduced, elements, rung)
        setup = replace(setup, scale=voltage_scale(setup, params, run.duration))
        setup = _with_levels(run, reduced, setup, params, rung)
        setup = with_coloured_noise(setup, params, times) if setup.coloured and rung.poles else setup
        dt = run.dt or 0.0  # 0: to be chosen when the method has had its say
    params = jax.tree.map(lambda leaf: jnp.asarray(leaf, dtype=float), params)
    check_room(chosen, setup, params, run.truncation is None, rung.counted(setup))
    setup = rung.prepare(setup, params, run.duration)
    if not dt:
        t_ref = max((neuron.t_ref for neuron in run.neurons.values()), default=0.0)
        dt = choose_step(setup, params, t_ref, run.save_every, run.duration)
    breakpoints = np.asarray(setup.inputs.breakpoints(params))
    read = tuple(item for drive in drives.values() for item in drive.inputs)
    plan = plan_grid(times, breakpoints, dt, kept)
    check_grid(setup, params, plan)
    return Problem(run, rung, setup, plan, dt, params, (*run.inputs, *read, *tables))


def _reduced(run: Run, drives: Mapping[str, Any]) -> tuple[Membrane | System, dict[str, dict[str, Any]], list]:
    """The circuit as methods see it, the numbers of its elements, and the files that these were read from."""
    elements: dict[str, dict[str, Any]] = element_params(run.circuit)
    circuit = with_modes(run.circuit, elements, fastest_drive(drives.values()), run.base_dir)
    reduced = reduce_circuit(circuit, tuple(neuron.node for neuron in run.neurons.values()))
    if isinstance(reduced, System):
        return with_tables(reduced, elements, run.base_dir)
    return reduced, elements, []


def _checked(
    run: Run, reduced: Membrane | System, inputs: Inputs, elements: Mapping[str, Any], chosen: str, wigner: bool
) -> tuple[Setup, Method]:
    """The static choices and the method that can make them; refuses all others, and what it could not save."""
    if isinstance(reduced, System):
        setup = system_setup(run, reduced, inputs, chosen)
        check_massless(setup, chosen)
    else:
        setup = _setup(run, reduced, inputs, elements, chosen)
    rung = check_legal(chosen, setup)
    if rung.quantum:
        _check_temperatures(reduced, elements)
    if wigner:
        check_wigner(setup, chosen, rung.quantum)
    if chosen == run.method:
        check_kept(chosen, setup, run.save.model_dump())
    return setup, rung


def _membrane_params(run: Run, membrane: Membrane, elements: Mapping[str, Any], rung: Method) -> dict[str, Any]:
    neuron = next(iter(run.neurons.values()), None)
    numbers = neuron_params(neuron) if neuron else {}
    numbers |= reset_params(neuron, membrane, elements) if neuron and rung.quantum else {}
    measured = {}
    if run.measurement is not None and rung.name == run.method:
        measured = {"measurement": measurement_params(run.measurement, membrane, elements)}
    return {"neuron": numbers, "initial": initial_params(run, membrane, elements), **measured}


def _has_levels(setup: Setup) -> bool:
    """True for a state in Fock space: also that of brownian's resonators, if they click."""
    return setup.fock or (setup.spike == "escape" and setup.resonator)


def _with_levels(run: Run, membrane: Membrane, setup: Setup, params: Mapping[str, Any], rung: Method) -> Setup:
    """A Fock space large enough for the first state, for what a reset leaves, and for what the rung itself asks."""
    if setup.truncation is not None or not _has_levels(setup):
        return setup
    occupation = max(params["initial"]["occupation"], params["neuron"].get("reset_occupation", 0.0))
    levels = first_levels(run.initial, float(occupation), bool(membrane.junctions))
    return replace(setup, truncation=max(levels, rung.least_levels(setup, params)))


def _setup(run: Run, membrane: Membrane, inputs: Inputs, elements: Mapping[str, Any], method: str) -> Setup:
    neuron = next(iter(run.neurons.values()), None)
    for d in membrane.dissipators:
        if d.senses == "envelope" and membrane.kind == "baseband":
            raise InputError(
                f"{d.name} senses", "envelope", "must be voltage: this membrane has no carrier (no inductor)"
            )
    omega = None
    if membrane.kind == "resonator":
        omega = float(resonator_mode(membrane, elements).omega)
    circuit = run.circuit
    named = {d.name: circuit.element(d.name).params.get("bath") for d in membrane.dissipators}
    return Setup(
        membrane=membrane,
        inputs=inputs,
        memory=run.memory if method == run.method else "mean_field",
        spike=neuron.spike if neuron and method == run.method else "expectation",
        stages=neuron.escape.stages or 0 if neuron and neuron.escape else 0,
        parent=run.parent,
        unravelling=run.unravelling,
        save_record=run.save.record,
        membrane_kind=neuron.membrane if neuron else ("envelope" if omega else "voltage"),
        quadrature_phase=neuron.quadrature_phase if neuron else 0.0,
        reset=neuron.reset if neuron else "zero",
        spiking=neuron is not None,
        closure=run.closure if method == "moments" else "none",
        johnson=run.johnson_noise and method == "classical",
        baths={name: str(bath) for name, bath in named.items() if bath is not None} if method == run.method else {},
        initial_state=run.initial.state,
        state=state_choice(run.initial),
        truncation=run.truncation,
        fock=method in METHODS and METHODS[method].fock,
        nonlinearity=run.nonlinearity,
        diffusion=run.diffusion,
        save_states=run.save.states and method == run.method,
        save_covariance=(run.save.covariance or bool(run.save.wigner_times)) and method == run.method,
        omega=omega,
        trajectories=run.trajectories,
        seed=run.seed,
    )


def _check_temperatures(membrane: Membrane | System, elements: Mapping[str, Any]) -> None:
    if not membrane.dissipators:
        raise InputError(
            "circuit", "no dissipator", "needs a leak (R or MEM) in a quantum method: nothing sets its noise"
        )
    for d in membrane.dissipators:
        if not elements[d.name].get("T", 0.0) > 0:
            given = elements[d.name].get("T", "nothing")
            raise InputError(f"{d.name} T", given, "must be given and > 0 K in a quantum method (T=20mK)")


def capacitance(problem: Problem) -> float:
    """C_Σ of the membrane, F."""
    return float(total_capacitance(problem.setup.one, problem.params["elements"]))
