"""Means and covariance of a linear circuit of several nodes: Brownian, white noise, exact for any M(t).

    d⟨·⟩/dt as in `frame`;   σ over (φ, q):   dσ/dt = Aσ + σAᵀ + D
    A = [[0, E], [−K, −B W Bᵀ E]],   D_qq = B 2kTW Bᵀ,   D_φφ = E B (ħ²W/8kT) BᵀE

B holds the dissipators' branches, E = C⁻¹. D_φφ makes the Caldeira–Leggett equation completely positive, so that no
symplectic eigenvalue of σ falls below ħ/2. A clamped node has no fluctuating voltage: E there is that of the circuit
with the node on ground. A `zero` reset replaces the charge of its node by one of variance reset_std², and its release
adds the flux noise that this channel owes to the uncertainty relation. With a Gaussian closure of the memories W and
the stiffness are averages over σ (`closure`). Caldeira & Leggett, Physica A 121, 587 (1983).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.constants import hbar, k_B
from quspike.kernel.small_matrix import small_product
from quspike.kernel.spiking_scan import SpikingModel
from quspike.methods.method import Machine, Params, Setup
from quspike.methods.network import classical
from quspike.methods.network import closure as network_closure
from quspike.methods.network import frame as net


class State(NamedTuple):
    """means: y of `frame`. spread: σ over (φ, q) (2m, 2m), SI."""

    means: Array
    spread: Array


def build(setup: Setup, params: Params) -> Machine:
    """Records: those of `classical`, then σ (4m²)."""
    f = net.frame(setup, params)
    means_error = classical.error_norm(setup, params, f)
    gaussian = setup.closure == "gaussian"

    def flow(t, y: State, piece, free):
        rates, seen = net.mean_rates(setup, params, f, t, y.means, piece)
        held = net.split(setup, f, y.means).held
        if not gaussian:
            return State(rates, spread_rate(setup, params, f, seen.conductance, held, y.spread))
        own = _closed(setup, params, f, y, seen)
        stiff, rates = network_closure.stiffened(f, own), network_closure.rates(setup, f, rates, seen, own)
        return State(rates, spread_rate(setup, params, stiff, own.conductance, held, y.spread))

    def observe(t, y: State, piece, free):
        columns = classical.observe(setup, params, f, t, y.means, piece)
        if gaussian:
            own = _closed(setup, params, f, y, net.look(setup, params, f, t, y.means, piece))
            columns = network_closure.shown(setup, columns, own)
        return jnp.concatenate([columns, y.spread.ravel()])

    def membrane(t, y: State, piece):
        return net.membrane_values(setup, params, f, t, y.means, piece)

    def reset(t, y: State, piece, which):
        return State(net.reset_means(setup, params, f, t, y.means, piece, which), _replaced(setup, params, f, y, which))

    def release(t, y: State, piece, which):
        spread = _replaced(setup, params, f, y, which) + owed(params, f, which)
        return State(net.release_means(setup, params, f, t, y.means, piece, which), spread)

    model = SpikingModel(
        rolled=True,
        flow=flow,
        membrane=membrane,
        reset=reset,
        release=release,
        observe=observe,
        error=lambda e, y: means_error(e.means, y.means),
    )
    begin = State(classical.start(setup, params, f), jnp.asarray(params["initial"]["spread"]))
    return Machine(model, begin, lambda records: _read(setup, f, records))


def _closed(setup: Setup, params: Params, f: net.Frame, y: State, seen: net.Seen) -> network_closure.Closed:
    """Averages over σ in place of the values at the means."""
    _, inverse = clamped(setup, f, net.split(setup, f, y.means).held)
    return network_closure.closed(setup, params, f, inverse, y.means, seen, y.spread)


def spread_rate(setup: Setup, params: Params, f: net.Frame, w: Array, held: Array, spread: Array) -> Array:
    """dσ/dt (2m, 2m), block by block."""
    m = len(f.stiffness)
    projector, inverse = clamped(setup, f, held)
    branches, pulled = small_product(projector, f.dissipators), small_product(inverse, f.dissipators)
    temperature = jnp.stack(
        [jnp.asarray(params["elements"][d.name]["T"], dtype=float) for d in setup.membrane.dissipators]
    )
    fluxes, mixed, charges = spread[:m, :m], spread[:m, m:], spread[m:, m:]
    restoring, damping = small_product(projector, f.stiffness), small_product(branches * w, pulled.T)
    growing = small_product(inverse, mixed.T)
    kicks = small_product(pulled * (hbar**2 * w / (8 * k_B * temperature)), pulled.T)
    exchange = small_product(inverse, charges) - small_product(fluxes, restoring.T) - small_product(mixed, damping.T)
    falling = small_product(restoring, mixed) + small_product(damping, charges)
    heating = small_product(branches * (2 * k_B * temperature * w), branches.T)
    return jnp.block([[growing + growing.T + kicks, exchange], [exchange.T, heating - falling - falling.T]])


def clamped(setup: Setup, f: net.Frame, held: Array) -> tuple[Array, Array]:
    """Π = 1 − U (UᵀEU)⁻¹UᵀE over the clamped nodes, and EΠ: the inverse capacitances with these nodes on ground."""
    if not setup.neuron_nodes or "zero" not in setup.resets:
        return jnp.eye(len(f.stiffness)), f.inverse_capacitance
    which, response = net.clamp_response(f, held)
    pins = f.neurons * which
    pulled = small_product(pins.T, f.inverse_capacitance)
    projector = jnp.eye(len(f.stiffness)) - small_product(pins, small_product(response, pulled))
    return projector, small_product(f.inverse_capacitance, projector)


def _replaced(setup: Setup, params: Params, f: net.Frame, y: State, which: Array) -> Array:
    """σ after the charges of clamped nodes were replaced."""
    pinned = jnp.maximum(which.astype(float), net.split(setup, f, y.means).held)
    keep, fresh = replacement(setup, params, f, pinned)
    return keep @ y.spread @ keep.T + fresh


def replacement(setup: Setup, params: Params, f: net.Frame, pinned: Array) -> tuple[Array, Array]:
    """What a `zero` reset keeps and adds, q → Πq + U(UᵀEU)⁻¹β with ⟨β²⟩ = reset_std²: (2m, 2m) each."""
    projector, _ = clamped(setup, f, pinned)
    which, response = net.clamp_response(f, pinned)
    fresh = (f.neurons * which) @ response * (which * params["neuron"]["reset_std"])
    keep = jax.scipy.linalg.block_diag(jnp.eye(len(projector)), projector)
    return keep, jax.scipy.linalg.block_diag(jnp.zeros_like(projector), fresh @ fresh.T)


def owed(params: Params, f: net.Frame, which: Array) -> Array:
    """The flux noise of a replaced charge: E U α with ⟨α²⟩ = (ħ/2 reset_std)²."""
    released = which.astype(float) * f.clamps
    kick = f.inverse_capacitance @ f.neurons * (released * hbar / (2 * params["neuron"]["reset_std"]))
    return jax.scipy.linalg.block_diag(kick @ kick.T, jnp.zeros_like(f.stiffness))


def uncertainty_deficit(spread: Array) -> Array:
    """`1 − 2ν/ħ`, ν the least symplectic eigenvalue of σ: eigenvalues of i LᵀΩL are ±ν where σ = LLᵀ."""
    m = len(spread) // 2
    flux, charge = jnp.sqrt(jnp.diagonal(spread)[:m]), jnp.sqrt(jnp.diagonal(spread)[m:])
    unit = jnp.concatenate([jnp.sqrt(hbar * flux / charge), jnp.sqrt(hbar * charge / flux)])
    lower = jnp.linalg.cholesky(spread / jnp.outer(unit, unit))
    form = jnp.block([[jnp.zeros((m, m)), jnp.eye(m)], [-jnp.eye(m), jnp.zeros((m, m))]])
    values = jnp.linalg.eigvalsh(1j * lower.T @ form @ lower)
    return 1 - 2 * values[m]


def _read(setup: Setup, f: net.Frame, records: Array) -> dict[str, Any]:
    """The means, and of every node Var V, Var φ, Var q and their covariance."""
    m = len(f.stiffness)
    named = classical.read(setup, records[:, : -4 * m * m])
    return named | spread_of_nodes(f, records[:, -4 * m * m :].reshape(-1, 2 * m, 2 * m))


def spread_of_nodes(f: net.Frame, spread: Array) -> dict[str, Any]:
    """Of σ over (φ, q) (T, 2m, 2m) the columns of every node (T, n), and how far it is from what ħ allows."""
    m = len(f.stiffness)
    massive = np.setdiff1d(np.arange(m), f.massless)  # pairs with a charge
    both = np.concatenate([massive, m + massive])
    fluxes, mixed, charges = spread[:, :m, :m], spread[:, :m, m:], spread[:, m:, m:]

    def of_nodes(left: Array, block: Array, right: Array) -> Array:
        return jnp.einsum("ni,tij,nj->tn", left, block, right)

    volts = f.nodes @ f.inverse_capacitance
    return {
        "voltage_std": jnp.sqrt(jnp.maximum(of_nodes(volts, charges, volts), 0.0)),
        "flux_variance": of_nodes(f.nodes, fluxes, f.nodes),
        "flux_charge_covariance": of_nodes(f.nodes, mixed, f.node_charges),
        "charge_variance": of_nodes(f.node_charges, charges, f.node_charges),
        "diagnostics": {"uncertainty_deficit": jnp.max(jax.vmap(uncertainty_deficit)(spread[:, both][:, :, both]))},
    }
