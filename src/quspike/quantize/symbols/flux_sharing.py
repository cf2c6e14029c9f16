"""Which branches carry an external flux, in which gauge: whole numbers where the sharing leaves no choice.

A constant flux stands on its junction alone (static gauge). One that moves stands where `B C o = 0` puts it
(irrotational gauge, `external_flux`): o is a ratio of capacitances, and has a letter, unless it is a whole number
whatever they are, as in a loop of one junction and an inductor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from quspike.quantize.network import Network
from quspike.quantize.symbols.capacitance_blocks import Entries, single
from quspike.quantize.symbols.external_flux import flux_names, static_weights


@dataclass(frozen=True)
class FluxSharing:
    """fluxes : the FLUX elements. static : o by branch in the static gauge (B, F). shifts : by flux that moves, by
    coordinate, g of the change of gauge; None where it is no whole number, and coordinates that stay are left out."""

    network: Network
    fluxes: tuple[str, ...]
    static: np.ndarray
    shifts: Mapping[str, Mapping[int, int | None]]

    def offset(self, row: int, flux: str) -> int | None:
        """o of branch number `row`, in the direction of its element; None where it is no whole number."""
        branch, total = self.network.branches[row], int(self.static[row, self.fluxes.index(flux)])
        for i, g in self.shifts.get(flux, {}).items():
            if branch.vector[i]:
                if g is None:
                    return None
                total += branch.vector[i] * g
        return total

    def shared(self) -> tuple[tuple[int, str], ...]:
        """The branches (by number) and fluxes whose offset is no whole number; capacitances have no flux."""
        rows = [i for i, b in enumerate(self.network.branches) if b.role in ("inductance", "junction", "dissipator")]
        return tuple((i, flux) for flux in self.fluxes for i in rows if self.offset(i, flux) is None)


def flux_sharing(network: Network, entries: Entries, blocks: tuple[tuple[int, ...], ...]) -> FluxSharing:
    """Where each external flux stands."""
    fluxes, static = flux_names(network), static_weights(network)
    shifts = {}
    for column, name in enumerate(fluxes):
        if "drive" in network.circuit.element(name).params:
            shifts[name] = _shift(network, entries, blocks, static[:, column])
    return FluxSharing(network, fluxes, static, shifts)


def _shift(
    network: Network, entries: Entries, blocks: tuple[tuple[int, ...], ...], static: np.ndarray
) -> dict[int, int | None]:
    found: dict[int, int | None] = {}
    carriers = [(b, int(o)) for b, o in zip(network.branches, static, strict=True) if b.role == "capacitance" and o]
    for block in blocks:
        acting = [(b, o) for b, o in carriers if any(b.vector[i] for i in block)]
        if not acting:
            continue
        alone = len(block) == 1 and single(network, entries[block[0], block[0]])
        for i in block:
            found[i] = -acting[0][1] * acting[0][0].vector[i] if alone else None
    return found
