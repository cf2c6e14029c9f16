"""Between two looks at the record: the secular GKSL equation over a time h, its parts each exact, and the looks.

    dρ/dt = −(i/ħ)[H_nl − I(t)φ̂, ρ] + κ(n̄+1) 𝓓[a]ρ + κn̄ 𝓓[a†]ρ,     κ = ΣW/C        (`methods/gksl.py`)

Damping is an attenuator and an amplifier, a junction's cosine a phase between the eigenvalues of φ̂, the drive two
points of Gauss. Every step is a Kraus map: ρ stays positive. A look reads V̂ = −iV_zpf(ae^{−iω0t} − h.c.) as the
carrier turns it: nothing is averaged.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from quspike.constants import hbar, phi0
from quspike.kernel.diffusive import kick, measure, relax
from quspike.kernel.dopri5 import dopri5
from quspike.methods import gksl, secular
from quspike.methods.measured import record
from quspike.methods.measured.drift import GAUSS
from quspike.methods.measured_fock.state import Model, State, described


def drift(model: Model, t: Any, h: Any, y: State, w: Sequence[Any], piece: Any, driven: Any, leaking: Any, last: bool):
    """The state a time h later; w : W of each dissipator, S; driven, leaking : shares of the input and of the leak.

    last : whether the non-linearity acts at the end, so that two drifts with a look between them are a palindrome.
    """
    if last:
        return _turn(model, t, h, _leak(model, t, h, y, w, piece, driven, leaking))
    return _leak(model, t, h, _turn(model, t, h, y), w, piece, driven, leaking)


def _leak(model: Model, t, h, y: State, w, piece, driven, leaking) -> State:
    setup, mode = model.setup, model.mode
    kappa = leaking * sum(w) / mode.capacitance
    up = leaking * sum(g * n for g, n in zip(w, model.given.occupation, strict=True)) / mode.capacitance
    alpha = y.alpha * jnp.exp(-0.5 * kappa * h)
    for point in GAUSS:
        at, left = t + point * h, (1 - point) * h
        gate = secular.kinetic(setup, model.params, mode, at, 0.0, piece)
        slow = driven * secular.rest_amplitude(setup, mode, at, piece)
        rate = driven * secular.push(setup, model.params, mode, at, piece) - 0.5 * kappa * (gate - slow)
        alpha = alpha + 0.5 * h * rate * jnp.exp(-0.5 * kappa * left)
    return y._replace(alpha=alpha, packed=relax(y.packed, kappa + up, up, h))


def _turn(model: Model, t, h, y: State) -> State:
    """What junctions do beyond their part of 1/L, at the middle of the step."""
    setup, names = model.setup, model.setup.one.junctions
    if not names:
        return y
    if setup.nonlinearity != "full":
        return _number_conserving(model, t, h, y)
    energy = sum(model.params["elements"][name]["EJ"] for name in names) / hbar
    eta, angle = model.mode.phi_zpf / phi0, model.given.omega * (t + 0.5 * h)
    centre = 2 * jnp.real(y.alpha * jnp.exp(-1j * angle))

    def phase(x):
        return -energy * h * (jnp.cos(eta * (x + centre)) + 0.5 * eta**2 * (x + centre) ** 2)

    def force(x):
        return energy * h * eta * (jnp.sin(eta * (x + centre)) - eta * (x + centre))

    moved = kick(y.packed, angle, phase, force)
    return y._replace(alpha=y.alpha + moved.shift, packed=moved.packed)


def _number_conserving(model: Model, t, h, y: State) -> State:
    """The cosine's secular part, or its Kerr term: commutators, to fifth order in the step."""
    turn = gksl.displaced_junctions(model.setup, model.params, model.mode)
    assert turn is not None

    def flow(s, pair):
        moved = turn(s, pair[0], pair[1])
        return moved.drift, moved.packed

    alpha, packed = dopri5(flow, t, h, (y.alpha, y.packed)).end
    return y._replace(alpha=alpha, packed=packed / jnp.trace(packed))


def look(model: Model, t: Any, h: Any, y: State, piece: Any, normal: Any) -> State:
    """The state after a look of length h about the time t; normal : a standard normal number."""
    mode, k = model.mode, model.params["measurement"]["strength"]
    angle = model.given.omega * t + 0.5 * np.pi
    seen = measure(y.packed, angle, k * mode.v_zpf**2, model.params["measurement"]["efficiency"], h, normal)
    centre = secular.kinetic(model.setup, model.params, mode, t, y.alpha, piece) * jnp.exp(-1j * angle)
    told = mode.v_zpf * (seen.record + 2 * jnp.real(centre) * h)
    given = record.remember(model.given, t, y.given, told)
    return described(model, t, State(given, y.alpha + seen.shift, seen.packed), piece)
