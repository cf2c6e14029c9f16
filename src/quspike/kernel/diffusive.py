"""A quadrature of an oscillator under continuous measurement: steps of any length that keep ρ positive.

    dρ = −k[X_θ,[X_θ,ρ]]dt + √(2kη)({X_θ,ρ} − 2⟨X_θ⟩ρ)dW,   dy = ⟨X_θ⟩dt + dW/√(8kη),   X_θ = ae^{−iθ} + a†e^{iθ}

Between the eigenvalues x, x′ of X_θ a step h that has the record y is solved by

    ρ(x,x′) → ρ(x,x′) w(x) w(x′) e^{−k(1−η)h(x−x′)²}/Tr,    w(x) = exp(−2kηh x² + 4kη x y):

a Kraus map for η = 1, times a positive kernel else (Schur): positive, and exact while X_θ stands still. The record of a
step is y = ⟨X⟩h + √(1 + 8kηh Var X) ΔW/√(8kη): given ΔW alone its error is of strong order 1, and its mean and variance
are those of the true mixture, so that splittings keep weak order 2. Wiseman & Milburn, Quantum Measurement and
Control (2010), ch. 4; Rouchon & Ralph, Phys. Rev. A 91, 012118 (2015). ρ is packed (`fock.py`); k in 1/s.
"""

from __future__ import annotations

from collections.abc import Callable
from math import factorial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from quspike.kernel.fock import lowering, moments, once
from quspike.kernel.hermite_grid import hermite_grid
from quspike.kernel.secular_jumps import turned

QUANTA = 4  # lost or gained in one step, at the most: what is left out is (κhN)⁵/5! of the top level


class Measured(NamedTuple):
    """The state after a step, of unit trace; ∫dy over it; and what the frame takes over, α → α + shift (complex)."""

    packed: Array
    record: Array
    shift: Array


class Kicked(NamedTuple):
    """The state after a kick, and what the frame takes over, α → α + shift (complex)."""

    packed: Array
    shift: Array


def points(levels: int) -> np.ndarray:
    """The eigenvalues x (N,) of a + a† in the levels kept."""
    return np.sqrt(2) * hermite_grid(levels).points


def measure(packed: Array, angle, strength, efficiency, h, normal) -> Measured:
    """One step of the measurement of X_θ; its record counts from the frame, whose own 2Re(αe^{−iθ})h comes on top.

    angle : θ. strength : k, 1/s. efficiency : η. normal : ΔW/√h. The shift removes the mean that ρ had in the
    quadrature beside X_θ, which costs nothing here; as the carrier turns θ, each has its turn.
    """
    x = points(packed.shape[0])
    across = moments(packed).a * jnp.exp(-1j * angle)
    seen = _to_points(once(turned(packed, angle)))
    weights = jnp.diagonal(seen)
    mean = jnp.sum(weights * x)
    about = x - mean
    informed = efficiency * strength
    noise = normal * jnp.sqrt(h / (8 * informed) + h**2 * jnp.sum(weights * about**2))
    exponent = about * (4 * informed * noise - 2 * informed * h * about)
    kraus = once(jnp.exp(exponent - jnp.max(exponent)))
    kraus = once(kraus / jnp.sqrt(jnp.sum(weights * kraus**2)))
    lost = once(jnp.exp(-(1 - efficiency) * strength * h * np.subtract.outer(x, x) ** 2))
    seen = _phased(once(seen * (kraus[:, None] * kraus) * lost), -across.imag * x)
    back = once(turned(_to_levels(seen), -angle))
    return Measured(back, mean * h + noise, 1j * across.imag * jnp.exp(1j * angle))


def told(packed: Array, angle, strength, efficiency, h, wave: Array, sign=1.0) -> Array:
    """One step of ρ(x), x a number that the record moves, dx = ±dy: what all trajectories do together.

        ρ(v,v′;x) → e^{−kh(v−v′)²} ∫ρ(v,v′;x∓y) N(y; ½(v+v′)h, h/8kη) dy

    packed : (X, N, N) over equal steps of x that are periodic; its traces are the density of x. wave : their
    wavenumbers (X//2 + 1,), as `rfft` has them.
    """
    levels = packed.shape[-1]
    v = points(levels)
    seen = jax.vmap(lambda rho: _to_points(turned(rho, angle)))(packed)
    moved = 0.5 * sign * h * np.add.outer(v, v)
    factor = jnp.exp(-1j * wave[:, None, None] * moved - h / (16 * strength * efficiency) * wave[:, None, None] ** 2)
    seen = jnp.fft.irfft(jnp.fft.rfft(seen, axis=0) * factor, n=packed.shape[0], axis=0)
    seen = seen * jnp.exp(-strength * h * np.subtract.outer(v, v) ** 2)
    return jax.vmap(lambda rho: turned(_to_levels(rho), -angle))(seen)


def turn_by(packed: Array, angle, phase: Callable[[Array], Array]) -> Array:
    """exp(−iΦ(X_θ)) in a frame that stands still; phase : Φ at the points x (N,)."""
    x = jnp.asarray(points(packed.shape[-1]))
    seen = _to_points(once(turned(packed, angle)))
    return turned(_to_levels(_phased(seen, -phase(x))), -angle)


def kick(packed: Array, angle, phase: Callable[[Array], Array], force: Callable[[Array], Array]) -> Kicked:
    """exp(−iΦ(X_θ)), less its mean force and the mean beside X_θ, which the frame takes over.

    phase, force : Φ and Φ′ at the points x (N,).
    """
    x = jnp.asarray(points(packed.shape[0]))
    across = moments(packed).a * jnp.exp(-1j * angle)
    seen = _to_points(once(turned(packed, angle)))
    weights = jnp.diagonal(seen)
    pull = once(jnp.sum(weights * force(x)) / jnp.sum(weights))
    moved = _phased(seen, -phase(x) + (pull - across.imag) * x)
    return Kicked(once(turned(_to_levels(moved), -angle)), 1j * (across.imag - pull) * jnp.exp(1j * angle))


def relax(packed: Array, down, up, h) -> Array:
    """exp(h(κ↓𝓓[a] + κ↑𝓓[a†])), of unit trace."""
    damped = damp(packed, down, up, h)
    return damped / jnp.trace(damped)


def damp(packed: Array, down, up, h) -> Array:
    """The same of any trace: an attenuator and then an amplifier, each by its Kraus operators.

    Transmissivity T/G and gain G = 1 + κ↑(1 − T)/(κ↓ − κ↑), T = e^{−(κ↓−κ↑)h}. Nothing turns negative, and of the
    series in quanta per step what is left out is (κhN)⁵/5!.
    """
    net = down - up
    lost = -jnp.expm1(-net * h)
    gain = 1 + up * jnp.where(net > 0, lost / jnp.where(net > 0, net, 1.0), h)
    transmitted = (1 - lost) / gain
    n = np.arange(packed.shape[0])
    kept = once((transmitted / gain) ** (0.5 * n))
    fallen = sum(_fallen(packed, q) * ((1 - transmitted) ** q / factorial(q)) for q in range(QUANTA + 1))
    fallen = once(fallen * jnp.outer(kept, kept))
    risen = sum(_risen(fallen, q) * ((1 - 1 / gain) ** q / factorial(q)) for q in range(QUANTA + 1))
    return once(risen / gain)


def _fallen(packed: Array, quanta: int) -> Array:
    """aᑫ ρ a†ᑫ."""
    if quanta == 0:
        return packed
    band = jnp.asarray(lowering(packed.shape[0], quanta))
    shifted = jnp.pad(packed[quanta:, quanta:], ((0, quanta), (0, quanta)))
    return jnp.outer(band, band) * shifted


def _risen(packed: Array, quanta: int) -> Array:
    """a†ᑫ ρ aᑫ."""
    if quanta == 0:
        return packed
    band = jnp.asarray(lowering(packed.shape[0], quanta))
    return jnp.pad((jnp.outer(band, band) * packed)[:-quanta, :-quanta], ((quanta, 0), (quanta, 0)))


def _to_points(packed: Array) -> Array:
    """From levels to the eigenvalues of a + a†."""
    return _both_sides(packed, hermite_grid(packed.shape[0]).transform.T)


def _to_levels(seen: Array) -> Array:
    return _both_sides(seen, hermite_grid(seen.shape[0]).transform)


def _both_sides(matrix: Array, basis: np.ndarray) -> Array:
    """Bᵀ M B, whose products are of many rows with one small matrix when there are many trajectories."""
    right = once(jnp.asarray(basis))
    return once(once(once(matrix @ right).T @ right).T)


def _phased(seen: Array, phase: Array) -> Array:
    """ρ(x,x′) e^{i(f(x) − f(x′))}, packed."""
    c, s = once((jnp.cos(phase), jnp.sin(phase)))
    even, odd = once((jnp.outer(c, c) + jnp.outer(s, s), jnp.outer(s, c) - jnp.outer(c, s)))
    return once(seen * even + seen.T * odd)
