"""The classical neurons of several nodes: Kirchhoff's laws of the whole circuit (`frame`), with Johnson noise.

A dissipator's thermal current runs along its branch: dq ∋ −b √(2kTW) dB, and of a conductance that depends on its own
voltage dq ∋ b kT (bᵀEb) ∂W/∂v dt (Klimontovich), as in `johnson`; a charge-controlled memory moves with the charge.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.constants import k_B
from quspike.kernel.spiking_scan import SpikingModel
from quspike.memory import mean_field
from quspike.methods import johnson
from quspike.methods.method import Machine, Params, Setup, initial_memories, memory_scales
from quspike.methods.network import frame as net
from quspike.methods.network.oscillators import displacement
from quspike.methods.network.sources import first_pieces
from quspike.methods.network.stores import channel_owners, instant
from quspike.quantize.numbers.massless import giving


def build(setup: Setup, params: Params) -> Machine:
    """y = [q, φ, x, h]; records [V (n), φ (n), membrane (K), x, W, I (memristors)]."""
    f = net.frame(setup, params)

    def flow(t, y, piece, free):
        rates, seen = net.mean_rates(setup, params, f, t, y, piece)
        return rates + _noise_drift(setup, params, f, y, seen) if setup.johnson else rates

    def membrane(t, y, piece):
        return net.membrane_values(setup, params, f, t, y, piece)

    kick = None
    if setup.johnson:

        def kick(y, h, normal, piece, free):
            return _kick(setup, params, f, y, h, normal, piece)

    model = SpikingModel(
        rolled=True,
        flow=flow,
        membrane=membrane,
        reset=lambda t, y, piece, fires: net.reset_means(setup, params, f, t, y, piece, fires),
        release=lambda t, y, piece, released: net.release_means(setup, params, f, t, y, piece, released),
        observe=lambda t, y, piece, free: observe(setup, params, f, t, y, piece),
        error=error_norm(setup, params, f),
        kick=kick,
        noise_dimension=len(setup.membrane.dissipators) + len(channel_owners(setup)),
    )
    return Machine(model, start(setup, params, f), lambda records: read(setup, records))


def start(setup: Setup, params: Params, f: net.Frame) -> Array:
    """q(0) = C θ̇(0) + G u(0) and φ(0), from the initial node of the first neuron; memories; nobody held."""
    volts = net.source_voltages(setup, first_pieces(setup, params), jnp.zeros(()))
    initial = params["initial"]
    place = f.neurons[:, 0] if setup.neuron_nodes else f.nodes[0]
    velocity = initial["voltage"] * place / (place @ place)
    kicked, moved = displacement(setup, params, f)
    charge = f.capacitance @ velocity + f.gates @ volts + kicked
    memories = [jnp.asarray(x, dtype=float) for x in initial_memories(setup, params)]
    flux = initial["flux"] * place / (place @ place) + moved
    rest = jnp.zeros(len(net.system_of(setup).integrated) + len(f.stores.decay))
    return jnp.concatenate([charge, flux, jnp.array(memories) if memories else jnp.zeros(0), rest, 0.0 * f.clamps])


def observe(setup: Setup, params: Params, f: net.Frame, t, y: Array, piece) -> Array:
    """What is recorded at each node of the grid."""
    s, seen = net.split(setup, f, y), net.look(setup, params, f, t, y, piece)
    voltage, flux = net.node_values(setup, f, t, s, seen, piece)
    membrane = f.neurons.T @ seen.velocity + f.neuron_sources @ seen.volts
    chosen = net.remembering(setup)
    return jnp.concatenate([voltage, flux, membrane, s.memory, seen.conductance[chosen], seen.current[chosen]])


def read(setup: Setup, records: Array) -> dict[str, Array]:
    """Name the columns of `observe`."""
    n, k, d = len(net.system_of(setup).nodes), len(setup.neuron_nodes), len(setup.membrane.memristors)
    ends = np.cumsum([n, n, k, d, d])
    v, phi, seen, x, w, current = jnp.split(records, ends, axis=1)
    return {
        "voltage": v,
        "voltage_std": jnp.zeros_like(v),
        "flux": phi,
        "membrane": seen,
        "memory": x,
        "memristance": 1 / w,
        "memristor_current": current,
    }


def error_norm(setup: Setup, params: Params, f: net.Frame):
    """max over the nodes of |δV| and ω|δφ|, and over |δx|, relative to their scales: a max norm."""
    scales = memory_scales(setup, params, setup.scale, 1 / setup.slowest_leak)

    def error(e: Array, y: Array):
        off, here = net.split(setup, f, e), net.split(setup, f, y)
        volts = jnp.abs(f.nodes @ (f.inverse_capacitance @ off.charge))
        volts = jnp.maximum(volts, setup.oscillation * jnp.abs(f.nodes @ off.flux))
        size = jnp.maximum(jnp.max(jnp.abs(f.nodes @ (f.inverse_capacitance @ here.charge))), setup.scale)
        parts = [jnp.max(volts) / size]
        parts += [jnp.abs(off.memory[i]) / jnp.maximum(scale, 1e-300) for i, scale in enumerate(scales)]
        return jnp.max(jnp.stack(parts))

    return error


def _noise_drift(setup: Setup, params: Params, f: net.Frame, y: Array, seen: net.Seen) -> Array:
    """What the noise adds to dy/dt on average."""
    s = net.split(setup, f, y)
    charge, memory = jnp.zeros_like(s.charge), jnp.zeros_like(s.memory)
    for i, (d, j) in enumerate(zip(setup.membrane.memristors, net.remembering(setup), strict=True)):
        heat = k_B * johnson.temperature(d, params)
        along = f.dissipators[:, j]
        if d.law is not None and d.law.control == "charge":
            gain, slope = johnson.charge_response(d, params, s.memory[i])
            charge, memory = charge - along * heat * slope, memory.at[i].add(gain * heat * slope)
        else:
            slope = jax.grad(lambda v, d=d, i=i: mean_field.conductance(d, s.memory[i], v, params["elements"]))(
                seen.branch[j]
            )
            charge = charge + along * heat * slope * (along @ f.inverse_capacitance @ along)
    still = [jnp.zeros_like(part) for part in (s.driven, s.stored, s.held)]
    return jnp.concatenate([charge, jnp.zeros_like(s.flux), memory, *still])


def _kick(setup: Setup, params: Params, f: net.Frame, y: Array, h, normal: Array, piece) -> Array:
    """Half a step's noise: a charge of variance kTWh crosses each dissipator, from n+ to n−, and kTh each channel."""
    seen, m = net.look(setup, params, f, jnp.zeros(()), y, piece), len(f.stiffness)
    heat = jnp.stack([jnp.asarray(k_B * johnson.temperature(d, params)) for d in setup.membrane.dissipators])
    crossing = jnp.sqrt(heat * f.stores.white * seen.conductance * h) * normal[: len(heat)]
    channels = jnp.sqrt(heat[channel_owners(setup)] * h) * normal[len(heat) :]
    charge = -f.dissipators @ (crossing + f.stores.feed @ channels)
    if len(f.massless):
        leak = (f.dissipators * instant(f.stores, seen.conductance)) @ f.dissipators.T
        settled = giving(leak, f.massless) @ charge  # what arrives at a node without a capacitance leaves at once
        y, charge = y.at[m : 2 * m].add(settled), charge - leak @ settled
    y = y.at[:m].add(charge)
    end = len(y) - len(setup.neuron_nodes)
    y = y.at[end - len(f.stores.decay) : end].add(-f.stores.channels @ channels)
    for i, (d, j) in enumerate(zip(setup.membrane.memristors, net.remembering(setup), strict=True)):
        if d.law is not None and d.law.control == "charge":
            gain, _ = johnson.charge_response(d, params, y[2 * m + i])
            low, high = d.law.memory_bounds(params["elements"][d.name]) or (-jnp.inf, jnp.inf)
            y = y.at[2 * m + i].set(jnp.clip(y[2 * m + i] + gain * crossing[j], low, high))
    return y
