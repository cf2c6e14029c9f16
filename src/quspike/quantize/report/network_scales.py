"""The numbers of a circuit of several coordinates before it is run: how fast it leaks, and whether to believe methods.

κ_k = Σ_d 2 W_d ω_k (b_d·φ_zpf,k)²/ħ  to first order in W, over the range of each memristance
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from quspike.constants import hbar, phi0
from quspike.quantize.network import Network
from quspike.quantize.numbers.line_boundary import Bath
from quspike.quantize.numbers.matrices import Elements, matrices
from quspike.quantize.numbers.memristance_range import Range
from quspike.quantize.numbers.normal_modes import NormalMode
from quspike.quantize.numbers.zero_point_scales import ZeroPointScales
from quspike.quantize.report.scales import quantum_over_thermal
from quspike.verdict import SMALL, Check, bounded, info

Modes = Callable[[], tuple[NormalMode, ...]]  # found if they are asked for
ROUNDING = 1e-9  # of a share: half of the energy in R/ω_c, half in a capacitor


def damping_ranges(zero: ZeroPointScales, baths: tuple[Bath, ...]) -> tuple[Range, ...]:
    """κ of each oscillating mode at the least and the largest conductances [1/s]; of a table Re Y(ω) counts."""
    per_siemens = 2 * zero.omega * zero.dissipator_flux**2 / hbar
    low, high = (np.zeros(len(zero.omega)), np.zeros(len(zero.omega)))
    for bath in baths:
        row = per_siemens[zero.dissipators.index(bath.element)]
        ends = bath.conductance if bath.kind != "table" else (bath.line_admittance(zero.omega),) * 2
        low, high = low + ends[0] * row, high + ends[1] * row
    return tuple((float(a), float(b)) for a, b in zip(low, high, strict=True))


def leak_range_of(network: Network, elements: Elements, baths: tuple[Bath, ...]) -> Range:
    """The fastest rate at which a voltage leaks, the largest eigenvalue of C⁻¹G, at both ends of conductance [1/s]."""
    return _fastest(network, elements, baths, 0), _fastest(network, elements, baths, 1)


def _fastest(network: Network, elements: Elements, baths: tuple[Bath, ...], end: int) -> float:
    m = matrices(network, elements)
    w = np.array([_conductances(baths, end).get(b.element, 0.0) for b in network.of("dissipator")])
    if not w.any():
        return 0.0
    if not np.isfinite(w).all():
        return math.inf
    g = (m.dissipators * w) @ m.dissipators.T
    x = np.setdiff1d(np.arange(m.size), m.massless)
    y = m.massless
    if len(y):
        g = g[np.ix_(x, x)] - g[np.ix_(x, y)] @ np.linalg.pinv(g[np.ix_(y, y)], hermitian=True) @ g[np.ix_(y, x)]
    lower = np.linalg.cholesky(m.capacitance[np.ix_(x, x)])
    return max(0.0, *map(float, np.linalg.eigvalsh(np.linalg.solve(lower, np.linalg.solve(lower, g).T))))


def own_modes(modes: tuple[NormalMode, ...], baths: tuple[Bath, ...]) -> list[NormalMode]:
    """Those of the circuit itself: what goes on in the lines, and charges that stay, are none."""
    lines = {bath.element for bath in baths}
    found = []
    for mode in modes:
        outside = sum(part for name, part in mode.participation.items() if name in lines)
        if outside <= 0.5 + ROUNDING and abs(mode.frequency) > 0:
            found.append(mode)
    return found


def network_verdicts(
    zero: ZeroPointScales, baths: tuple[Bath, ...], leak: Range, modes: Modes = tuple
) -> Iterator[Check]:
    """Worst case over modes and memristances; numbers without a bound only inform. modes : with their true damping."""
    damping = damping_ranges(zero, baths)
    if len(zero.omega) and baths:
        worst = max(kappa[1] / omega for kappa, omega in zip(damping, zero.omega, strict=True))
        yield bounded("kappa/omega0", float(worst), SMALL, "weak coupling of every mode, for secular methods")
        if worst > SMALL:
            yield from _nearly_shorts(zero, baths, modes())
    temperatures = [bath.temperature for bath in baths if bath.temperature is not None]
    if temperatures:
        coldest = min(temperatures)
        if len(zero.omega):
            ratio = quantum_over_thermal(float(max(zero.omega)), coldest)
            yield info("hbar omega0/kT", ratio, "quantum noise of the fastest mode if ≳ 1")
        yield info("hbar kappa/kT", quantum_over_thermal(leak[1], coldest), "quantum noise over the leak if ≳ 1")
    cutoffs = [bath.cutoff for bath in baths if bath.cutoff is not None]
    if cutoffs:
        fastest = max([leak[1], *map(float, zero.omega)])
        which = "; the fastest is a leak, no mode" if len(zero.omega) and leak[1] == fastest else ""
        yield bounded("fastest rate/cutoff", fastest / min(cutoffs), SMALL, f"below it the lines are resistors{which}")
    yield from _nonlinearity(zero, baths)


def _nearly_shorts(zero: ZeroPointScales, baths: tuple[Bath, ...], modes: tuple[NormalMode, ...]) -> Iterator[Check]:
    """κ/ω0 as it is, where first order takes a short for an open end: 50 ohm behind a small capacitor damp little."""
    ratios = [mode.damping / mode.frequency.real for mode in own_modes(modes, baths) if mode.frequency.real > 0]
    if not ratios or max(ratios) > SMALL:
        return
    strong = []
    for bath in baths:
        rates = damping_ranges(zero, (bath,))
        if any(kappa[1] > SMALL * omega for kappa, omega in zip(rates, zero.omega, strict=True)):
            strong.append(bath.element)
    verb = "is nearly a short" if len(strong) == 1 else "are nearly shorts"
    text = f"of the modes above: {', '.join(strong)} {verb}, which first order takes for open"
    yield info("kappa/omega0, exact", max(ratios), text)


def _nonlinearity(zero: ZeroPointScales, baths: tuple[Bath, ...]) -> Iterator[Check]:
    """How non-linear the vacuum finds memristors and junctions: all modes together."""
    across = dict(zip(zero.dissipators, np.linalg.norm(zero.dissipator_flux, axis=1), strict=True))
    for bath in baths:
        if bath.kind == "flux" and "phi_s" in bath.params and across[bath.element] > 0:
            ratio = float(across[bath.element] / bath.params["phi_s"])
            yield info(f"phi_zpf/phi_s ({bath.element})", ratio, "the memristance is an operator if ≳ 1")
    for name, flux in zip(zero.junctions, np.linalg.norm(zero.junction_flux, axis=1), strict=True):
        if flux > 0:
            yield info(f"phi_zpf/phi0 ({name})", float(flux) / phi0, "non-linearity of one quantum")


def _conductances(baths: tuple[Bath, ...], end: int) -> dict[str, float]:
    return {bath.element: float(bath.conductance[end]) for bath in baths}
