"""The energy of inductors in symbols, mutual inductances included.

one coil       φ_b²/2L
two            (φ₁²/L₁ + φ₂²/L₂ − 2k φ₁φ₂/√(L₁L₂)) / 2(1 − k²),   M: (L₂φ₁² + L₁φ₂² − 2M φ₁φ₂) / 2(L₁L₂ − M²)
more           Σ_i ½ L⁻¹_ii φ_i² + Σ_{i<j} L⁻¹_ij φ_i φ_j,      L⁻¹ as letters, L as their definition
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from quspike.quantize.network import Branch
from quspike.quantize.symbols.branch_flux import branch_flux, branch_of
from quspike.quantize.symbols.capacitance_blocks import coil_groups
from quspike.quantize.symbols.notation import Notation, orientation
from quspike.quantize.symbols.variables import Expr, Term

CURRENT, MUTUAL = "energy of the inductor's current", "mutual inductance of {} and {}"


def coil_terms(n: Notation) -> Iterator[Term]:
    """Every term of the energy, with its coils and couplings; coils that no coordinate moves have none."""
    for group in coil_groups(n.network):
        for a, one in enumerate(group):
            for other in group[a:]:
                fluxes = [coil_flux(n, name) for name in (one, other)]
                factor = inverse_inductance(n, group, one, other)
                if factor == 0 or not any(b.moves for b in _branches(n, one, other)):
                    continue
                if one == other:
                    names, meaning = (one, *(_couplings(n, group) if len(group) > 1 else ())), CURRENT
                    yield Term(names, factor * fluxes[0] ** 2 / 2, meaning)
                else:
                    names = (one, other, *_couplings(n, group))
                    yield Term(names, factor * fluxes[0] * fluxes[1], MUTUAL.format(one, other))


def coil_flux(n: Notation, name: str) -> Expr:
    """φ_b of a coil, in the direction in which it is written."""
    return branch_flux(n, branch_of(n, name, "inductance"))


def inverse_inductance(n: Notation, group: tuple[str, ...], one: str, other: str) -> Expr:
    """L⁻¹ of two coils of a group, for fluxes in the direction in which they are written."""
    own = {name: n.symbol(name, "L") for name in group}
    if len(group) == 1:
        return 1 / own[one]
    signs = sp.Mul(*(orientation(branch_of(n, name, "inductance")) for name in (one, other)))
    if len(group) > 2:
        return signs * n.symbol("Linv", *sorted((one, other), key=group.index))
    (coupling,) = _couplings(n, group)
    first, second = (own[name] for name in group)
    if (coupling, "M") in n.names:
        mutual = n.symbol(coupling, "M")
        above = -signs * mutual if one != other else (second if one == group[0] else first)
        return above / (first * second - mutual**2)
    k = n.symbol(coupling, "k")
    return (-signs * k / sp.sqrt(first * second) if one != other else 1 / own[one]) / (1 - k**2)


def _couplings(n: Notation, group: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name, one, _ in n.network.couplings if one in group)


def _branches(n: Notation, *names: str) -> list[Branch]:
    return [branch_of(n, name, "inductance") for name in names]
