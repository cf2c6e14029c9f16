"""A driven ensemble of classical neurons on Drude lines, without Monte Carlo, and the least that ħ does to it.

In L = C = kT = 1, with F′ = f = √W, the current I(t) and the line's current √ω_c z,

    φ̇ = q,   q̇ = I − φ − √ω_c f z,   ż = √ω_c f q − ω_c z + √(2ω_c) ξ(t),        I_M = √ω_c f z

leaves φ, q, z normal in equilibrium, whatever W. P = e^{−(φ²+q²+z²)/2} Σ c_lmn h_l(φ) h_m(q) h_n(z), h orthonormal
Hermite polynomials with b, a, d lowering them (∂_q → −a†, q → a + a†):

    ċ = [b†a − a†b + I a† − ω_c d†d + √ω_c f (a d† − a†d)] c

ħ enters twice, here with h = ħω0/kT. Moyal's product adds, from V‴ of the line's oscillators,

    h² [(√ω_c f″ (d + d†) + 3ω_c f f′) a†³/24 + √ω_c³ f′ d†a†²/8],

and the noise beyond white, of the spectrum 2ω_c² ω²/(ω² + ω_c²) Σ 2η/(ω² + ν²) for poles ν = ξ/h, is a sum of
exponentials, Σ_k c_k e^{−ν_k t}: f a† Σ_k c_k g_k with ġ_k = (L − ν_k) g_k + f a† c.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sparse

SIZES = (16, 11, 8)  # Hermite polynomials of φ, q, z: (18, 12, 9) change the opening by 3e-6 of itself


@dataclass(frozen=True)
class Sigmoid:
    """W(φ) = off + (on − off) s(φ/width), centred; W in √(C/L), φ in √(LkT)."""

    off: float
    on: float
    width: float

    def roots(self, phi: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """√W and its first two derivatives."""
        s = 1 / (1 + np.exp(-phi / self.width))
        w = self.off + (self.on - self.off) * s
        slope = (self.on - self.off) * s * (1 - s) / self.width
        bend = slope * (1 - 2 * s) / self.width
        f = np.sqrt(w)
        return f, slope / (2 * f), bend / (2 * f) - slope**2 / (4 * f**3)


@dataclass(frozen=True)
class Generators:
    """L without drive, Moyal's part over h², f a†, the drive's a†, and f's first row (SIZES[0],)."""

    classical: Any
    moyal: Any
    kick: Any
    push: Any
    row: np.ndarray


@dataclass(frozen=True)
class Noise:
    """Σ c_k e^{−ν_k t}, the line's noise beyond its classical one: rates ν_k and c_k (K,)."""

    rates: np.ndarray
    weights: np.ndarray


def generators(law: Sigmoid, cutoff: float) -> Generators:
    """Everything that acts on c, as sparse matrices. cutoff : ω_c/ω0."""
    b = _lowering(SIZES[0])
    a, d = (sparse.csr_matrix(_lowering(size)) for size in SIZES[1:])
    points, vectors = np.linalg.eigh(b + b.T)
    f, slope, bend = ((vectors * values) @ vectors.T for values in law.roots(points))
    one = [sparse.identity(size, format="csr") for size in SIZES]

    def product(flux: Any, charge: Any, line: Any) -> Any:
        return sparse.kron(sparse.kron(sparse.csr_matrix(flux), charge), line, format="csr")

    root, up, cubed = cutoff**0.5, a.T, a.T @ a.T @ a.T
    classical = product(b.T, a, one[2]) - product(b, up, one[2]) - cutoff * product(one[0], one[1], d.T @ d)
    classical = classical + root * (product(f, a, d.T) - product(f, up, d))
    moyal = (root * product(bend, cubed, d + d.T) + 3 * cutoff * product(f @ slope, cubed, one[2])) / 24
    moyal = moyal + root**3 / 8 * product(slope, up @ up, d.T)
    return Generators(classical, moyal, product(f, up, one[2]), product(one[0], up, one[2]), f[0])


def _lowering(levels: int) -> np.ndarray:
    """a: √n above the diagonal."""
    return np.diag(np.sqrt(np.arange(1.0, levels)), 1)


def quantum_noise(quanta: float, cutoff: float, xi: np.ndarray, eta: np.ndarray) -> Noise:
    """The noise of poles ξ_k, η_k of (x/2) coth(x/2) = 1 + Σ 2η x²/(x² + ξ²), at h = ħω0/kT."""
    nu = np.asarray(xi) / quanta
    shared = 4 * np.asarray(eta) * cutoff**2 / (nu**2 - cutoff**2)
    return Noise(np.append(cutoff, nu), np.append(-np.sum(shared) * cutoff / 2, shared * nu / 2))


def equilibrium(g: Generators, quanta: float, noise: Noise) -> np.ndarray:
    """Rows c, its quantum correction and the g_k (2 + K, size), at rest."""
    still = g.classical.toarray()
    c = np.zeros(len(still))
    c[0] = 1.0
    companions = [np.linalg.solve(still - rate * np.eye(len(still)), -(g.kick @ c)) for rate in noise.rates]
    source = quanta**2 * (g.moyal @ c) + g.kick @ (noise.weights @ np.array(companions))
    change = np.zeros_like(c)
    change[1:] = np.linalg.solve(still[1:, 1:], -source[1:])
    return np.stack([c, change, *companions])


def moments(rows: np.ndarray) -> tuple[float, float, float]:
    """What ħ adds to ⟨φ⟩, ⟨φ²⟩ and ⟨V²⟩ in equilibrium, in thermal units."""
    change = rows[1].reshape(SIZES)
    return float(change[1, 0, 0]), float(2**0.5 * change[2, 0, 0]), float(2**0.5 * change[0, 2, 0])


def driven(
    law: Sigmoid,
    cutoff: float,
    quanta: float,
    noise: Noise,
    frequency: float,
    amplitude: float,
    periods: int,
    steps: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """⟨V⟩ and ⟨I_M⟩ over the last period (steps + 1,), both ends included, and what ħ adds to each.

    From equilibrium, held at φ = 0 until the current amplitude·sin(frequency·t) begins; `steps` Runge–Kutta steps in
    a period.
    """
    g = generators(law, cutoff)
    rows = equilibrium(g, quanta, noise)
    rows[1, SIZES[1] * SIZES[2]] = 0.0  # the flux is held
    count, size = rows.shape
    blocks: list[list[Any]] = [[None] * count for _ in range(count)]
    for k, rate in enumerate([0.0, 0.0, *noise.rates]):
        blocks[k][k] = g.classical - rate * sparse.identity(size)
    blocks[1][0] = quanta**2 * g.moyal
    for k, weight in enumerate(noise.weights, start=2):
        blocks[k][0], blocks[1][k] = g.kick, weight * g.kick
    flow = sparse.bmat(blocks, format="csr")
    push = sparse.block_diag([g.push] * count, format="csr")
    h, y, seen = 2 * np.pi / (frequency * steps), rows.ravel(), []

    def change(t: float, y: np.ndarray) -> np.ndarray:
        return flow @ y + amplitude * np.sin(frequency * t) * (push @ y)

    for n in range(periods * steps):
        seen.append(_observed(g, cutoff, noise, y.reshape(count, *SIZES)))
        t = n * h
        k1 = change(t, y)
        k2 = change(t + h / 2, y + h / 2 * k1)
        k3 = change(t + h / 2, y + h / 2 * k2)
        k4 = change(t + h, y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    seen.append(_observed(g, cutoff, noise, y.reshape(count, *SIZES)))
    v, i, dv, di = np.array(seen[-steps - 1 :]).T
    return v, i, dv, di


def _observed(g: Generators, cutoff: float, noise: Noise, rows: np.ndarray) -> tuple[float, ...]:
    """⟨V⟩ and ⟨I_M⟩ of c, then of its correction; the noise's own current is −⟨f Σ c_k g_k⟩."""
    current = cutoff**0.5 * rows[:2, :, 0, 1] @ g.row
    answer = noise.weights @ (rows[2:, :, 0, 0] @ g.row)
    return rows[0, 0, 1, 0], current[0], rows[1, 0, 1, 0], current[1] - answer
