"""A tabulated admittance as a sum of sections, each of them positive real: passive and causal by construction.

    Y(s) = Σ_k g_k N_k(s)/D_k(s),     g_k ≥ 0,     s = −iω

    1     γ/(s + γ)     s/(s + γ)     (a s² + b s + c)/(s² + Γ s + ω0²),  bΓ ≥ (√a ω0 − √c)²

The first is a resistor, the second one behind a coil (Drude), the third one behind a capacitor, the last a resonance,
peak or dip. Poles come from AAA on the table, those of the right half plane left out, and from a coarse logarithmic
grid that reaches a decade and a half beyond it; weights from least squares without negative ones. The cone of
resonances is spanned by its edge, bΓ = (√a ω0 − √c)², at a few ratios of a ω0² to c, by the peak, and by what AAA found
of the pair itself, with as much of a resistor beside it as makes it passive.

Vector fitting would find the poles as well, but makes its result passive only afterwards, by a perturbation, and not as
a sum of sections that dissipate one by one. Nakatsukasa, Sète & Trefethen, SIAM J. Sci. Comput. 40, A1494 (2018);
Brune, J. Math. Phys. 10, 191 (1931).
"""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np

Array = Any

MARGIN = 30.0  # how far the grid of poles reaches beyond the table
PER_DECADE = 2  # poles of the grid
EDGE = np.linspace(0, np.pi / 2, 9)  # tan² of it is c/aω0²
TERMS = 30  # of AAA at most
TOLERANCES = (0.1, 0.03, 1e-2, 1e-3, 1e-4, 1e-6)  # of AAA: a tight one follows the noise of a measurement
ROUNDING = 1e-12  # relative: weights below it are none, and sections on the edge of passivity are kept away from it
FLOOR = 1e-3  # of the largest |Y|: errors below it do not count as relative


class PositiveReal(NamedTuple):
    """Y(s) = Σ N_k/D_k, weights counted in. numerators [S × …], denominators : (K, 3), highest power of s first.

    error : the largest |fit − table| over |Y| (or over a thousandth of the largest |Y|, where that is more).
    """

    numerators: Array
    denominators: Array
    error: float

    def __call__(self, omega: Array) -> Array:
        """Y(ω) [S] at ω [rad/s], real or in the upper half plane."""
        s = -1j * np.asarray(omega)[..., None]
        above, below = ((p[:, 0] * s + p[:, 1]) * s + p[:, 2] for p in (self.numerators, self.denominators))
        return np.sum(above / below, axis=-1)

    @property
    def at_infinity(self) -> float:
        """Re Y above all frequencies [S]: a dissipator with some of it has no cutoff."""
        first = np.argmax(self.denominators != 0, axis=1)
        rows = np.arange(len(first))
        return float(np.sum(self.numerators[rows, first] / self.denominators[rows, first]))


def fit_positive_real(omega: Array, admittance: Array) -> PositiveReal:
    """The fit of Y(ω) [S] at ω ≥ 0 [rad/s], (n,) each: the closest of several that start from other poles."""
    unit = float(omega.max())
    fits = [_fit(omega / unit, admittance, tolerance) for tolerance in TOLERANCES]
    best = min(fits, key=lambda fit: fit.error)
    powers = unit ** -np.array([2.0, 1.0, 0.0])
    return PositiveReal(best.numerators * powers, best.denominators * powers, best.error)


def _fit(omega: Array, admittance: Array, tolerance: float) -> PositiveReal:
    rates, pairs, shares = poles(omega, admittance, tolerance)
    found = [found_section(*share) for share in shares]
    found_tops, found_bottoms = (np.array([pair[i] for pair in found]).reshape(-1, 3) for i in (0, 1))
    tops, bottoms = sections(rates, pairs)
    return _weighted(omega, admittance, np.vstack([tops, found_tops]), np.vstack([bottoms, found_bottoms]))


def _weighted(omega: Array, admittance: Array, tops: Array, bottoms: Array) -> PositiveReal:
    """The sections' weights, by least squares of relative errors."""
    from scipy.optimize import nnls

    s = -1j * omega[:, None]
    above, below = ((p[:, 0] * s + p[:, 1]) * s + p[:, 2] for p in (tops, bottoms))
    scale = 1 / np.maximum(np.abs(admittance), FLOOR * np.abs(admittance).max())
    columns, target = above / below * scale[:, None], admittance * scale
    size = np.abs(columns).max(axis=0)
    columns = columns / size
    weights, _ = nnls(np.vstack([columns.real, columns.imag]), np.concatenate([target.real, target.imag]))
    used = weights > ROUNDING * weights.max()
    error = float(np.abs(columns @ weights - target).max())
    return PositiveReal((weights / size)[used, None] * tops[used], bottoms[used], error)


def poles(omega: Array, admittance: Array, tolerance: float) -> tuple[Array, Array, Array]:
    """Rates γ > 0 of real poles of AAA and of the grid; (Γ, ω0) of its pairs (…, 2); (Γ, ω0, β, γ) of what is above
    them, and above two real poles whose residues have different signs (…, 4).
    """
    from scipy.interpolate import AAA

    s = -1j * omega[omega > 0]
    y = admittance[omega > 0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # it says that it stops at TERMS, which is what they are for
        aaa = AAA(np.concatenate([s, s.conj()]), np.concatenate([y, y.conj()]), rtol=tolerance, max_terms=TERMS)
    found = aaa.poles()
    real = np.abs(found.imag) < 1e-6 * np.abs(found)
    residues, paired = aaa.residues(), ~real & (found.imag > 0) & (found.real < 0)
    pairs, decaying = found[paired], real & (found.real < 0)
    ends = [(p, p.conj(), r, r.conj()) for p, r in zip(pairs, residues[paired], strict=True)]
    ends += [
        (found[i].real, found[j].real, residues[i].real, residues[j].real)
        for i in np.flatnonzero(decaying & (residues.real < 0))
        for j in np.flatnonzero(decaying & (residues.real > 0))
    ]
    shares = np.array([((-p - q), (p * q) ** 0.5, a + b, -(a * q + b * p)) for p, q, a, b in ends]).real.reshape(-1, 4)
    low, high = omega[omega > 0].min() / MARGIN, omega.max() * MARGIN
    grid = np.geomspace(low, high, int(np.ceil(PER_DECADE * np.log10(high / low))) + 1)
    rates = np.concatenate([np.abs(found[real & (found != 0)].real), grid])
    return rates, np.stack([-2 * pairs.real, np.abs(pairs)], axis=1), shares


def found_section(width: float, centre: float, slope: float, level: float) -> tuple[list[float], list[float]]:
    """`(β s + γ)/(s² + Γ s + ω0²) + a` with the least a ≥ 0 that leaves Re ≥ 0 at every frequency.

    Re is a ratio in x = ω², `((βΓ − γ) x + γω0²)/(x² + (Γ² − 2ω0²) x + ω0⁴)`, least at x = 0 or at a root of its
    derivative.
    """
    above, below = [slope * width - level, level * centre**2], [1.0, width**2 - 2 * centre**2, centre**4]
    turns = np.roots([-above[0], -2 * above[1], above[0] * below[2] - above[1] * below[1]])
    x = np.concatenate([[0.0, centre**2], turns[np.isreal(turns) & (turns.real > 0)].real])
    real: Array = np.polyval(above, x) / np.polyval(below, x)
    a = -float(real.min()) * (1 + ROUNDING) if real.min() < -ROUNDING * np.abs(real).max() else 0.0
    return [a, max(slope + a * width, 0.0), max(level + a * centre**2, 0.0)], [1.0, width, centre**2]


def sections(rates: Array, pairs: Array) -> tuple[Array, Array]:
    """Numerators and denominators (K, 3) of all sections with these poles."""
    tops, bottoms = [[0.0, 0.0, 1.0]], [[0.0, 0.0, 1.0]]
    for rate in rates:
        tops += [[0.0, 0.0, rate], [0.0, 1.0, 0.0]]
        bottoms += 2 * [[0.0, 1.0, rate]]
    for width, centre in pairs:
        tops.append([0.0, width, 0.0])
        tops += [
            [np.cos(t) ** 2, centre**2 * (np.cos(t) - np.sin(t)) ** 2 / width, (centre * np.sin(t)) ** 2] for t in EDGE
        ]
        bottoms += (1 + len(EDGE)) * [[1.0, width, centre**2]]
    return np.array(tops), np.array(bottoms)
