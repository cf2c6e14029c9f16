"""The conditional state of one trajectory in Fock space, in the frame that follows its own mean: ρ = D(α)ρ′D†(α).

α follows ⟨a⟩ to within what one look at the record moves it beside the measured quadrature, and ⟨a⟩ = α + Tr aρ′ is
exact at all times. All turn with the frame at ω0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax.numpy as jnp
from jax import Array

from quspike.kernel.fock import moments
from quspike.methods import gksl, secular
from quspike.methods.measured import numbers
from quspike.methods.measured import state as gaussian
from quspike.methods.method import Params, Setup
from quspike.quantize.numbers.zero_point import Mode


class State(NamedTuple):
    """given : means, covariance, memories, filters and clock, as a Gaussian trajectory has them; alpha : the frame's
    displacement (complex); packed : ρ′ (N, N)."""

    given: gaussian.State
    alpha: Array
    packed: Array


@dataclass(frozen=True)
class Model:
    """`given` : what a Gaussian run computes with. levels : N."""

    given: numbers.Model
    levels: int

    @property
    def mode(self) -> Mode:
        """The resonator's mode."""
        assert self.given.mode is not None
        return self.given.mode

    @property
    def setup(self) -> Setup:
        return self.given.setup

    @property
    def params(self) -> Params:
        return self.given.params


def model_of(setup: Setup, params: Params) -> Model:
    """The numbers of a run."""
    assert setup.truncation is not None
    return Model(numbers.model_of(setup, params), setup.truncation)


def start(model: Model) -> State:
    """The run's first state."""
    alpha = jnp.asarray(secular.initial_amplitude(model.params, model.mode), dtype=complex)
    packed = gksl.initial_state(model.setup, model.params)
    given = gaussian.start(model.given)
    first = tuple(p[0] for p in model.setup.inputs.pieces(model.params, jnp.zeros(1)))
    return described(model, jnp.zeros(()), State(given, alpha, packed), first)


def described(model: Model, t: Any, y: State, piece: Any) -> State:
    """The same state with means and covariance that are those of ρ at the time t."""
    mode, turn = model.mode, jnp.exp(-1j * model.given.omega * t)
    seen = moments(y.packed)
    lab = secular.kinetic(model.setup, model.params, mode, t, y.alpha + seen.a, piece) * turn
    s = (seen.aa - seen.a**2) * turn**2
    n = seen.number - jnp.abs(seen.a) ** 2
    return State(with_moments(y.given, mode, lab, n, s), y.alpha, y.packed)


def with_moments(given: gaussian.State, mode: Mode, lab: Array, n: Array, s: Array) -> gaussian.State:
    """A trajectory of these means and this covariance: of ⟨a⟩, ⟨δa†δa⟩ and ⟨δaδa⟩ in the laboratory."""
    return given._replace(
        voltage=2 * mode.v_zpf * lab.imag,
        flux=2 * mode.phi_zpf * lab.real,
        v_v=mode.v_zpf**2 * (2 * n + 1 - 2 * s.real),
        phi_v=mode.v_zpf * mode.phi_zpf * 2 * s.imag,
        phi_phi=mode.phi_zpf**2 * (2 * n + 1 + 2 * s.real),
    )
