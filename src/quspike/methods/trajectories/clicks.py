"""A detector's clicks among the jumps of a trajectory: how often they come, what they cost, and what follows.

    dψ/dt ∋ −½Γ(X̂_ϑ)ψ,      rate ⟨Γ(X̂_ϑ)⟩,      ψ ← U√Γ(X̂_ϑ)ψ,      X̂_ϑ = V_zpf(a e^{−iϑ} + a† e^{iϑ})

    quadrature    ϑ = θ + (ω0 − ω_d)t: it stands still for drives on one carrier ω_d; without a carrier ω_d = ω0
    voltage       ϑ = ω0t + π/2

In the frame D(β) the edge moves: Γ is that of X̂_ϑ + 2V_zpf Re z e^{−iϑ} (`kernel/moving_edge`). U is the reset: a
displacement along ϑ for `subtract`, which keeps √Γψ; for `zero` a coherent state drawn from the thermal one that the
parent's reset leaves. The quadrature's parent `gksl` leaves out what turns at 2ω_d, the other half of the drive, and so
do its trajectories: nothing in their equation turns with the carrier, and no step has to follow it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.constants import hbar
from quspike.errors import NotAvailable
from quspike.kernel.moving_edge import MovingEdge, at_shift, edge_table, root_table
from quspike.kernel.pure_states import followed, square
from quspike.kernel.quantum_jumps import JumpModel
from quspike.methods import secular
from quspike.methods.escape.choice import check_register, check_threshold
from quspike.methods.escape.detector import detector
from quspike.methods.escape.laboratory import refuse_laboratory
from quspike.methods.escape.sources import envelope_of
from quspike.methods.method import Params, Setup
from quspike.methods.trajectories.state import State, seen_by
from quspike.quantize.numbers.zero_point import Mode, resonator_mode

LEVELS = 16  # the fewest of the moving frame: what clicks and their absence leave beside a coherent state
SPREAD = 8  # standard deviations of a number of clicks


class Clicks(NamedTuple):
    """Γ/Γ0, and its root where a reset keeps the state, at every shift; ω0 − ω_d, rad/s."""

    edge: MovingEdge
    root: MovingEdge | None
    detuning: float


def clicking(setup: Setup) -> bool:
    """True for trajectories whose spikes are clicks."""
    return setup.spike == "escape"


def averaged(setup: Setup) -> bool:
    """True where nothing turns with the carrier."""
    whole = bool(setup.one.junctions) and setup.nonlinearity == "full"
    return clicking(setup) and setup.parent == "gksl" and setup.membrane_kind == "quadrature" and not whole


def check_clicks(setup: Setup, params: Params) -> None:
    """Refuse what no detector sees, drives without a carrier where the parent has one, and a neuron that never rests.

    Raises NotAvailable and InputError.
    """
    if setup.parent == "brownian":
        refuse_laboratory(setup)
    if setup.membrane_kind == "envelope":
        remedy = "must be quadrature or voltage with spike escape: |⟨a⟩| is no observable"
        raise NotAvailable("membrane", "envelope", remedy)
    if averaged(setup):
        envelope_of(setup, params, float(resonator_mode(setup.one, params["elements"]).omega))
    check_register(setup, params)
    check_threshold(parent_of(setup), params)


def parent_of(setup: Setup) -> Setup:
    """The setup as the parent has it: `brownian` is not the secular equation of Fock levels."""
    return replace(setup, fock=setup.parent == "gksl")


def fastest(setup: Setup, params: Params) -> float:
    """The rate of clicks far above the threshold, and of what an averaged drive still does, in radians; 1/s."""
    rate = float(params["neuron"]["escape_rate"])
    if not averaged(setup):
        return rate
    scales = [d.envelope_timescale(params["drives"][name]) for name, d in setup.inputs.drives.items()]
    turning = 2 * np.pi / min(scales, default=np.inf) + abs(_detuning(setup, params))
    return max(rate, float(turning))


def with_clicks(setup: Setup, params: Params) -> Params:
    """The numbers with what the detector does at every shift among them, as `clicks`. Numbers have to be concrete."""
    if not clicking(setup):
        return params
    assert setup.truncation is not None
    width = detector(params).width / float(resonator_mode(setup.one, params["elements"]).v_zpf)
    root = root_table(setup.truncation, width) if setup.reset == "subtract" else None
    return {**params, "clicks": Clicks(edge_table(setup.truncation, width), root, _detuning(setup, params))}


def _detuning(setup: Setup, params: Params) -> float:
    """ω0 − ω_d of drives that are on one carrier, rad/s; else 0."""
    omega = float(resonator_mode(setup.one, params["elements"]).omega)
    try:
        return omega - float(envelope_of(setup, params, omega)[1])
    except NotAvailable:
        return 0.0


def angle(setup: Setup, params: Params, mode: Mode, t: Array) -> Array:
    """ϑ."""
    if setup.membrane_kind == "voltage":
        return mode.omega * t + 0.5 * jnp.pi
    return setup.quadrature_phase + params["clicks"].detuning * t


def membrane(setup: Setup, params: Params, mode: Mode, t, y: State, piece) -> Array:
    """⟨X̂_ϑ⟩, V."""
    alpha = seen_by(setup, params, mode, t, y, piece).alpha
    return 2 * mode.v_zpf * jnp.real(alpha * jnp.exp(-1j * angle(setup, params, mode, t)))


def pushed(setup: Setup, params: Params, mode: Mode, t, piece) -> Array:
    """What the sources do to β: all of it, or iφ_zpf e(t)/2ħ of their envelopes; 1/s."""
    if not averaged(setup):
        full: Array = secular.push(setup, params, mode, t, piece)
        return full
    inputs, envelope = setup.inputs, jnp.zeros(())
    for source, own in zip(inputs.membrane.sources, piece, strict=True):
        if source.drive is not None:
            envelope = envelope + source.sign * inputs.drives[source.drive].envelope_value(own[:-1], t)
    return 0.5j * mode.phi_zpf / hbar * envelope * jnp.exp(1j * params["clicks"].detuning * t)


def _applied(setup: Setup, params: Params, mode: Mode, t, y: State, piece, table: MovingEdge) -> Array:
    """The table's operator on ψ (N,)."""
    theta = angle(setup, params, mode, t)
    place = seen_by(setup, params, mode, t, y, piece).place * jnp.exp(-1j * theta)
    threshold = params["neuron"]["v_threshold"] / mode.v_zpf
    turn = jnp.exp(1j * theta * np.arange(y.psi.shape[0]))
    matrix, seen = at_shift(table, threshold - 2 * place.real), turn.conj() * y.psi
    return turn * (matrix @ seen.real + 1j * (matrix @ seen.imag))


def watched(setup: Setup, params: Params, mode: Mode, t, y: State, piece) -> Array:
    """Γ(X̂_ϑ)ψ (N,), 1/s."""
    return params["neuron"]["escape_rate"] * _applied(setup, params, mode, t, y, piece, params["clicks"].edge)


def click_rate(setup: Setup, params: Params, mode: Mode, t, y: State, piece) -> Array:
    """⟨Γ⟩, 1/s."""
    found = jnp.sum(jnp.real(y.psi.conj() * watched(setup, params, mode, t, y, piece))) / square(y.psi)
    return jnp.maximum(found, 0.0)


def after_click(setup: Setup, params: Params, mode: Mode, t, y: State, piece, key: Array) -> State:
    """The state after a click and its reset."""
    from quspike.methods.trajectories.start import thermal_amplitude

    neuron, turn = params["neuron"], jnp.exp(1j * angle(setup, params, mode, t)) / (2 * mode.v_zpf)
    if setup.reset == "subtract":
        psi = _applied(setup, params, mode, t, y, piece, params["clicks"].root)
        return y._replace(beta=y.beta - (neuron["v_threshold"] - neuron["v_reset"]) * turn, psi=psi)
    moved = y.alpha - seen_by(setup, params, mode, t, y, piece).alpha  # by gates
    drawn = thermal_amplitude(key, neuron["reset_occupation"])
    return y._replace(beta=neuron["v_reset"] * turn + drawn + moved, psi=jnp.zeros_like(y.psi).at[0].set(1.0))


def clicking_model(setup: Setup, params: Params, mode: Mode, bath: JumpModel) -> JumpModel:
    """The model of a trajectory whose detector clicks, from that of its bath: one more kind of jump, the last."""

    def flow(t, y: State, piece, free) -> State:
        lost = -0.5 * free * watched(setup, params, mode, t, y, piece)
        shift, change = followed(y.psi, lost, 0.0)
        rest = bath.flow(t, y, piece, free)
        return rest._replace(beta=rest.beta + shift, psi=rest.psi + change)

    def rates(t, y: State, piece, free) -> Array:
        click = jnp.reshape(free * click_rate(setup, params, mode, t, y, piece), 1)
        return click if diffusive else jnp.concatenate([bath.rates(t, y, piece, free), click])

    def jump(t, y: State, piece, free, kind, key) -> State:
        after = after_click(setup, params, mode, t, y, piece, key)
        if diffusive:
            return after
        lost = bath.jump(t, y, piece, free, kind, key)
        last = len(bath.rates(t, y, piece, free))
        return jax.tree.map(lambda a, b: jnp.where(kind == last, a, b), after, lost)

    diffusive = setup.unravelling == "diffusion"
    return replace(
        bath, flow=flow, rates=rates, jump=jump, membrane=None, clicks=True,
        hold=lambda t_ref, key: hold(setup, t_ref, key),
    )  # fmt: skip


def most_clicks(setup: Setup, capacity: int) -> int:
    """The most spikes of a trajectory, of the most that holds of t_ref leave room for: Erlang's vary."""
    return capacity + int(SPREAD * np.sqrt(capacity)) + SPREAD if setup.stages else capacity


def hold(setup: Setup, t_ref: Any, key: Array) -> Any:
    """How long the hold after a spike lasts: t_ref, or the time that `stages` of an Erlang register take; s."""
    if not setup.stages:
        return t_ref
    return t_ref / setup.stages * jax.random.gamma(key, float(setup.stages))
