"""The co-moving frame: ρ = D(α) ρ′ D†(α) with α = ⟨a⟩, so that Tr aρ′ = 0 at all times. An exact change of frame.

    dρ′/dt = −i[H_nl(a+α), ρ′] − [g a† − g* a, ρ′] + κ↓ 𝓓[a]ρ′ + κ↑ 𝓓[a†]ρ′,   g = −i⟨[a, H_nl(a+α)]⟩
    dα/dt  = g − ½(κ↓ − κ↑) α + p(t)

with the mode in the frame that rotates at ω0 (exact: every carrier phase is kept), H_nl in units of ħ and p(t) the
push of the sources. Damping and drive move α only; what is left for ρ′ is what the non-linearity does about the mean,
and that needs a few levels however large ⟨a†a⟩ is. Displaced non-linearities are closed forms, not truncated products.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.kernel.fock import (
    Band,
    banded_commutator,
    damping,
    dense_commutator,
    expectation,
    lowering,
    moments,
    once,
)
from quspike.kernel.fock_states import displacement_elements

PHASES = 48  # of the carrier average, more than the levels: exact to rounding while 2η|α| < levels + 2·PHASES − 20


class Turn(NamedTuple):
    """g = −i⟨[a, H_nl]⟩, complex, and −i[H_nl, ρ′] − [g a† − g* a, ρ′], packed (N, N); both in 1/s."""

    drift: Any
    packed: Array


NonLinearity = Callable[[Array, Array, Array], Turn]  # (t, α, packed ρ′) → Turn


def co_moving_flow(nonlinearity: NonLinearity | None, t, alpha, packed: Array, down, up, push) -> tuple[Array, Array]:
    """(dα/dt, dρ′/dt packed) in 1/s. down, up: κ↓ = Σκ(n̄+1), κ↑ = Σκn̄. push: p(t), complex."""
    decay = push - 0.5 * (down - up) * alpha
    relaxation = damping(down, up, packed)
    if nonlinearity is None:
        return decay, relaxation
    turn = nonlinearity(t, alpha, packed)
    return decay + turn.drift, relaxation + turn.packed


def kerr(levels: int, strength, detuning=0.0) -> NonLinearity:
    """H_nl = δ a†a + (K/2) a†²a², in 1/s; displaced it is a band of width 2, applied by shifts.

    δ a†a + (K/2)[a†²a² + 4|α|²a†a + (2α a†²a + α² a†² + h.c.)] + linear terms, which the frame takes away.
    """
    m = np.arange(levels, dtype=float)
    once, twice = lowering(levels), lowering(levels, 2)

    def turn(t, alpha, packed):
        state = moments(packed)
        size = alpha.real**2 + alpha.imag**2
        cubic = state.adaa + 2 * alpha * state.number + alpha.conj() * state.aa
        cubic = cubic + 2 * size * state.a + alpha**2 * state.a.conj()
        linear = -strength * cubic - detuning * state.a
        drift = -1j * (detuning * (alpha + state.a) + strength * (cubic + size * alpha))
        diagonal = 0.5 * strength * m * (m - 1) + (detuning + 2 * strength * size) * m
        first = (linear.real + strength * alpha.real * m) * once, (linear.imag + strength * alpha.imag * m) * once
        square = 0.5 * strength * alpha**2
        second = square.real * twice, square.imag * twice
        return Turn(drift, banded_commutator(diagonal, (Band(*first), Band(*second)), packed))

    return turn


def junction(levels: int, energy, eta, omega) -> NonLinearity:
    """H_nl = −E_J[cos x + ½x²], x = η(a e^{−iω0t} + h.c.): the junction's own cosine, no rotating-wave approximation.

    energy : E_J/ħ, 1/s. eta : φ_zpf/φ0. omega : ω0, rad/s. With X = a + a†, displaced by θ = 2η Re(α e^{−iω0t}):
    cos(ηX + θ) = cosθ cos ηX − sinθ sin ηX, two constant matrices, and ⟨[a, H_nl]⟩ = E_J η⟨sin(ηX+θ) − ηX − θ⟩.
    """
    cosine, sine = trigonometric_elements(levels, eta)
    position, square = position_elements(levels), position_square(levels)

    def turn(t, alpha, packed):
        carrier = jnp.exp(1j * omega * t)
        theta = 2 * eta * jnp.real(alpha * carrier.conj())
        c, s = jnp.cos(theta), jnp.sin(theta)
        even, odd = phase_table(levels, omega * t)
        seen = packed * (even + odd)
        current = expectation(seen, c * sine + s * cosine - eta * position) - theta * jnp.trace(packed)
        force = once(energy * eta * current)
        potential = c * cosine - s * sine + 0.5 * eta**2 * square + eta * theta * position
        lab = -energy * potential - force * position
        return Turn(-1j * carrier * force, dense_commutator(lab * even, lab * odd, packed))

    return turn


def secular_junction(levels: int, energy, eta) -> NonLinearity:
    """The number-conserving part of the same: H_nl averaged over the carrier's phase, diagonal in a†a to all orders.

    −E_J[e^{−η²/2} L_n(η²) + η²(n + ½)] on |n⟩. Displaced by α = |α|e^{iβ} the average of the displaced junction is
    ⟨m|cos ηX|n⟩ cos(kπ/2) J_k(2η|α|) e^{ikβ}, k = m − n (sines likewise), the Bessel functions from a trapezoid sum.
    """
    cosine, sine = trigonometric_elements(levels, eta)
    position, number = position_elements(levels), np.arange(levels, dtype=float)
    gap = np.subtract.outer(np.arange(levels), np.arange(levels))
    root = lowering(levels)[:-1]
    antisymmetric = np.diag(root, -1) - np.diag(root, 1)

    def turn(t, alpha, packed):
        size = jnp.sqrt(alpha.real**2 + alpha.imag**2 + 1e-300)
        even, odd = phase_table(levels, jnp.angle(alpha + 1e-300))
        bessel = carrier_averages(levels + 1, 2 * eta * size)
        same, next_one = once((bessel[np.abs(gap)], bessel[np.abs(gap + 1)]))
        seen = packed * even - packed.T * odd  # ρ′ in the frame where α is real
        pulling = (cosine + sine) * next_one
        in_phase = 0.5 * expectation(seen, pulling + pulling.T - eta * position) - eta * size * jnp.trace(packed)
        quadrature = -0.5 * expectation(seen, pulling - pulling.T + eta * antisymmetric)
        force = once(energy * eta * (in_phase + 1j * quadrature))
        potential = (cosine - sine) * same + eta**2 * (np.diag(number + 0.5) + size * position)
        real, imag = -energy * potential - force.real * position, -force.imag * antisymmetric
        drift = -1j * alpha / size * force
        return Turn(drift, dense_commutator(real * even - imag * odd, real * odd + imag * even, packed))

    return turn


def trigonometric_elements(levels: int, eta) -> tuple[Array, Array]:
    """⟨m|cos η(a+a†)|n⟩ and ⟨m|sin η(a+a†)|n⟩, exact: Re and Im of ⟨m|D(iη)|n⟩; each (N, N), real and symmetric."""
    gap = np.abs(np.subtract.outer(np.arange(levels), np.arange(levels)))
    elements = displacement_elements(levels, eta)
    return elements * np.array([1, 0, -1, 0])[gap % 4], elements * np.array([0, 1, 0, -1])[gap % 4]


def carrier_averages(count: int, z) -> Array:
    """cos(kπ/2) J_k(z) for even k, sin(kπ/2) J_k(z) for odd k: averages of cos kψ cos(z cosψ) or cos kψ sin(z cosψ)."""
    points = count + PHASES
    psi = (np.arange(points) + 0.5) * np.pi / points
    k = np.arange(count)
    waves = np.cos(np.outer(k, psi)) / points
    phase = z * np.cos(psi)
    both = jnp.stack([jnp.cos(phase), jnp.sin(phase)], axis=1)
    return once((waves @ both)[k, k % 2])


def phase_table(levels: int, angle) -> tuple[Array, Array]:
    """cos(m−n)φ and sin(m−n)φ; each (N, N)."""
    turns = jnp.arange(levels) * angle
    c, s = once((jnp.cos(turns), jnp.sin(turns)))
    return once((jnp.outer(c, c) + jnp.outer(s, s), jnp.outer(s, c) - jnp.outer(c, s)))


def position_elements(levels: int) -> np.ndarray:
    """X = a + a† (N, N)."""
    root = lowering(levels)[:-1]
    return np.diag(root, 1) + np.diag(root, -1)


def position_square(levels: int) -> np.ndarray:
    """X² (N, N), its own matrix elements and not the square of the truncated X."""
    pairs = lowering(levels, 2)[:-2]
    return np.diag(2 * np.arange(levels) + 1.0) + np.diag(pairs, 2) + np.diag(pairs, -2)
