"""What is kept of a trajectory, and how many of them become a Solution: the columns of `secular.observe`."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from jax import Array

from quspike.kernel.fock import pack
from quspike.kernel.pure_states import inner, lower, square
from quspike.methods import lab_frame, operator_jumps, secular
from quspike.methods.method import Params, Setup
from quspike.methods.trajectories import clicks, operators
from quspike.methods.trajectories.losses import lab_means
from quspike.methods.trajectories.state import State, seen_by
from quspike.quantize.numbers.zero_point import Mode


def membrane(setup: Setup, params: Params, mode: Mode, t, y: State, piece) -> Array:
    """What the threshold, or the detector, sees of this trajectory, V."""
    if clicks.clicking(setup):
        return clicks.membrane(setup, params, mode, t, y, piece)
    alpha = secular.kinetic(setup, params, mode, t, y.alpha, piece)
    if setup.parent != "gksl" and setup.membrane_kind == "voltage":
        return 2 * mode.v_zpf * jnp.imag(alpha * jnp.exp(-1j * mode.omega * t))
    return secular.membrane_value(setup, mode, alpha)


def observe(setup: Setup, params: Params, mode: Mode, t, y: State, piece, free=1.0) -> Array:
    """Means, memories and the covariance of ψ alone, in the columns of `secular.observe`; of operators two more.

    free : 0.0 in a hold, whose input is off, and with it the rest flux that memristors see.
    """
    down, size = lower(y.psi), square(y.psi)
    mean = inner(y.psi, down) / size
    occupation = square(down) / size - jnp.abs(mean) ** 2
    anomalous = inner(y.psi, lower(down)) / size - mean**2
    alpha = y.beta + mean
    first = jnp.concatenate([jnp.stack([alpha.real, alpha.imag]), y.memory])
    spread = jnp.stack([occupation, anomalous.real, anomalous.imag])
    driven = secular.free_drive(setup, jnp.asarray(free))
    columns = secular.observe(setup, params, mode, t, jnp.concatenate([first, spread]), piece, driven)
    columns = columns.at[2].set(membrane(setup, params, mode, t, y, piece))
    if operators.wanted(setup):
        return _of_operators(setup, params, mode, t, y, piece, driven, columns)
    return columns if setup.parent == "gksl" else _in_the_lab(setup, params, mode, t, y, piece, columns)


def _in_the_lab(setup: Setup, params: Params, mode: Mode, t, y: State, piece, columns: Array) -> Array:
    """The same with the membrane, x and W of `brownian`, which averages over no carrier."""
    count = len(setup.one.memristors)
    _, v, x = lab_means(setup, t, y, seen_by(setup, params, mode, t, y, piece))
    conductances = lab_frame.conductances(setup, params, v, x)
    w = [g for d, g in zip(setup.one.dissipators, conductances, strict=True) if d.law is not None]
    own = jnp.stack([jnp.asarray(value, float) for value in (membrane(setup, params, mode, t, y, piece), *x, *w)])
    return jnp.concatenate([columns[:2], own, columns[3 + 2 * count :]])


def _of_operators(setup: Setup, params: Params, mode: Mode, t, y: State, piece, driven, columns: Array) -> Array:
    """The same with x and W of operators; then their currents (E,), and the share of their last jumps (1,)."""
    count, seen = len(setup.one.memristors), seen_by(setup, params, mode, t, y, piece)
    rho = jnp.outer(y.psi, y.psi.conj()) / square(y.psi)
    found = operator_jumps.observed(setup, params, mode, t, seen.place, y.memory, pack(rho))
    conductances, currents = jnp.stack(found[1]), jnp.stack(found[2])
    phi = 2 * mode.phi_zpf * jnp.real(seen.alpha * jnp.exp(-1j * mode.omega * t))
    memories = y.memory + jnp.asarray([d.sign for d in setup.one.memristors]) * phi
    rare = jnp.zeros(())
    if setup.parent == "gksl":
        swing = operator_jumps.swing_of(setup, params, mode, t, seen.place, piece, driven)
        rare = operator_jumps.left_out(setup, params, mode, swing, y.memory, pack(rho))
    shown = jnp.reshape(membrane(setup, params, mode, t, y, piece), 1)
    return jnp.concatenate(
        [columns[:2], shown, memories, conductances, columns[3 + 2 * count :], currents, jnp.reshape(rare, 1)]
    )


def read(setup: Setup, mode: Mode, records: Array) -> dict[str, Any]:
    """Name the columns of `observe`; of an operator the current is a mean of its own, and not ⟨W⟩⟨V⟩."""
    if not operators.wanted(setup):
        return secular.read(setup, mode, records)
    own = len(setup.one.memristors) + 1
    return secular.read(setup, mode, records[:, :-own]) | {"memristor_current": records[:, -own:-1]}
