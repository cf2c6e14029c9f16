"""What the letters of fluxes stand for: the share of a branch in an external flux, the flux of a voltage source.

    w = o_static + b·g,      g_i = −Σ_j C⁻¹_ij (B C o_static)_j,      Φ_V = ∫V dt

You, Sauls & Koch, Phys. Rev. B 99, 174512 (2019).
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from quspike.quantize.symbols.branch_flux import source_flux_definitions
from quspike.quantize.symbols.charging import capacitance, capacitor, inverse_entry, written_capacitance
from quspike.quantize.symbols.frozen import signed, tidy
from quspike.quantize.symbols.notation import Notation
from quspike.quantize.symbols.variables import Expr


def flux_definitions(n: Notation) -> Iterator[tuple[Expr, Expr]]:
    """`w = …` by capacitances for each branch that shares a flux that moves; `dΦ/dt = V` of voltage sources."""
    for row, flux in n.sharing.shared():
        yield n.symbol("w", row, flux), _share(n, row, flux)
    yield from source_flux_definitions(n)


def _share(n: Notation, row: int, flux: str) -> Expr:
    branch = n.network.branches[row]
    static = int(n.sharing.static[row, n.sharing.fluxes.index(flux)])
    alone = [i for i in n.moving if branch.vector[i]]
    if len(alone) == 1 and (alone[0],) in n.blocks:
        i = alone[0]
        above = static * written_capacitance(n, i, i) - branch.vector[i] * _carried(n, i, flux)
        return signed(sp.expand(above), capacitance(n, i, i))
    moved = (weight * _shift(n, i, flux) for i, weight in enumerate(branch.vector) if weight and i in n.moving)
    return tidy(static + sp.Add(*moved))


def _shift(n: Notation, i: int, flux: str) -> Expr:
    """g_i of one coordinate."""
    block = next(block for block in n.blocks if i in block)
    return -sp.Add(*(inverse_entry(n, i, j) * _carried(n, j, flux) for j in block))


def _carried(n: Notation, j: int, flux: str) -> Expr:
    """`(B C o_static)_j`, capacitors by their letters."""
    column = n.sharing.static[:, n.sharing.fluxes.index(flux)]
    carriers = ((b, int(o)) for b, o in zip(n.network.branches, column, strict=True) if b.role == "capacitance" and o)
    return sp.Add(*(o * b.vector[j] * capacitor(n, b) for b, o in carriers))
