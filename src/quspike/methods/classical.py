"""The classical neuron, ħ → 0: Kirchhoff's laws, with Johnson noise (`johnson.py`) if asked for.

C dV/dt = I_in − Σ W(x, V) V − φ/L − I_c sin(φ/φ0),   dx/dt = f(x, V)
"""

from __future__ import annotations

import jax.numpy as jnp
from jax import Array

from quspike.kernel.spiking_scan import SpikingModel
from quspike.methods import johnson, lab_frame
from quspike.methods.method import Machine, Params, Setup, initial_memories, memory_scales
from quspike.methods.network import classical as network_classical


def build(setup: Setup, params: Params) -> Machine:
    """y = [q, φ, x …]; records [V, φ, membrane, x …, W …]; several nodes have a machine of their own."""
    if setup.several:
        return network_classical.build(setup, params)
    numbers = lab_frame.circuit_numbers(setup, params)
    count = len(setup.one.memristors)

    def flow(t, y, piece, free):
        rates, v = lab_frame.mean_flow(setup, params, numbers, t, y, piece, free)
        if setup.johnson:
            extra = johnson.drift(setup, params, numbers, v, lab_frame.memory_states(setup, y))
            loud = 1.0 if setup.reset == "subtract" else free
            rates = [r + loud * e for r, e in zip(rates, extra, strict=True)]
        return jnp.stack(rates)

    def observe(t, y, piece, free):
        v = lab_frame.clamped_voltage(setup, params, numbers, t, y, piece, free)
        x = lab_frame.memory_states(setup, y)
        w = _memristor_conductances(setup, params, v, x)
        return jnp.stack([v, y[1], lab_frame.shown_membrane(setup, params, numbers, t, y, piece, free), *x, *w])

    model = SpikingModel(
        flow=flow,
        membrane=lambda t, y, piece: lab_frame.membrane_value(setup, params, numbers, t, y, piece),
        reset=lambda t, y, piece: lab_frame.reset_means(setup, params, numbers, t, y, piece),
        release=lambda t, y, piece: lab_frame.release_means(setup, params, numbers, t, y, piece),
        observe=observe,
        error=error_norm(setup, params, numbers),
        **(_noise(setup, params, numbers) if setup.johnson else {}),
    )
    start = jnp.stack([*start_means(setup, params, numbers), *initial_memories(setup, params)])
    return Machine(model, start, lambda records: read_means(records, count))


def start_means(setup: Setup, params: Params, numbers: lab_frame.Circuit) -> list:
    """q(0) = C V(0) − Q_g(0) and φ(0)."""
    first = setup.inputs.pieces(params, jnp.zeros(1))
    gate = setup.inputs.gate_charge(params["elements"], tuple(p[0] for p in first), jnp.zeros(()))
    initial = params["initial"]
    return [numbers.capacitance * initial["voltage"] - gate, jnp.asarray(initial["flux"], dtype=float)]


def error_norm(setup: Setup, params: Params, numbers: lab_frame.Circuit):
    """max over (|δq|/C, ω0|δφ|, |δx|/x's scale) relative to max(|V|, the voltage scale): a max norm, never an RMS."""
    leak = sum(lab_frame.conductances(setup, params, 0.0, initial_memories(setup, params)), 1e-300)
    scales = memory_scales(setup, params, setup.scale, numbers.capacitance / leak)

    def error(e: Array, y: Array):
        v = jnp.abs(e[0]) / numbers.capacitance
        v = jnp.maximum(v, numbers.omega * jnp.abs(e[1]))
        parts = [v / jnp.maximum(jnp.abs(y[0]) / numbers.capacitance, setup.scale)]
        parts += [jnp.abs(e[2 + i]) / jnp.maximum(scale, 1e-300) for i, scale in enumerate(scales)]
        return jnp.max(jnp.stack(parts))

    return error


def read_means(records: Array, count: int) -> dict[str, Array]:
    """Name the columns [V, φ, membrane, x …, W …] of the records (T, k)."""
    v, x, w = records[:, 0], records[:, 3 : 3 + count], records[:, 3 + count : 3 + 2 * count]
    return {
        "voltage": v[:, None],
        "voltage_std": jnp.zeros_like(v)[:, None],
        "flux": records[:, 1:2],
        "membrane": records[:, 2:3],
        "memory": x,
        "memristance": 1 / w,
        "memristor_current": w * v[:, None],
    }


def _memristor_conductances(setup: Setup, params: Params, v, x: list) -> list:
    every = lab_frame.conductances(setup, params, v, x)
    return [w for d, w in zip(setup.one.dissipators, every, strict=True) if d.law is not None]


def _noise(setup: Setup, params: Params, numbers: lab_frame.Circuit) -> dict:
    """The kernel's noise functions."""

    def free_voltage(y, piece):
        return lab_frame.voltage(setup, params, numbers, jnp.zeros(()), y, piece)

    return {
        "kick": lambda y, h, normal, piece, free: johnson.kick(
            setup, params, y, free_voltage(y, piece), h, normal, 1.0 if setup.reset == "subtract" else free
        ),
        "noise_dimension": len(setup.one.dissipators),
    }
