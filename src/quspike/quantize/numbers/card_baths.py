"""The bath of each dissipator as its card asks: `bath=comb|ladder`, `modes=`, with a grid that fits the circuit.

    comb     cells that grow from ω_slow/30 to 100 max(ω_c, ω_fast), and narrow at every mode with κ < ω/10
    ladder   spacing τ = 1/20 max(ω_c, ω_fast); what has left comes back after 2·modes·τ

ω_slow, ω_fast and κ are those of the circuit's own modes (a table as its conductance at rest). A dissipator needs a
cutoff, as a comb without one is a resistor with a sharp edge wherever it happens to end; a table has its last row.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from quspike.baths.comb import Comb, comb, graded_grid
from quspike.baths.ladder import Ladder, ladder
from quspike.errors import InputError
from quspike.quantize.numbers.admittance import LinearResponse
from quspike.quantize.numbers.first_order import first_order
from quspike.quantize.numbers.leaks import Leaks

Grid = tuple[np.ndarray, np.ndarray]

MODES = 400
BELOW, ABOVE = 30.0, 100.0  # how far a comb reaches beyond the circuit's slowest and fastest rates
CELLS = 20.0  # of a ladder in a radian of the fastest
SHARP = 0.1  # κ/ω below which a mode needs cells of its own


def card_baths(response: LinearResponse) -> dict[str, Comb | Ladder]:
    """A comb or a ladder for each dissipator, in the order of the network.

    Raises InputError, by element, for one without a cutoff, and for `bath=markov` and `bath=drude`: they have no modes.
    """
    leaks, plain = response.leaks, replace(response, leaks=replace(response.leaks, tables={}))
    rates = np.linalg.eigvals(first_order(plain).generator)
    rates = rates[np.abs(rates) > 0]
    found: dict[str, Comb | Ladder] = {}
    for i, name in enumerate(leaks.elements):
        params = response.matrices.network.circuit.element(name).params
        form, modes, cutoff = str(params.get("bath", "comb")), int(params.get("modes", MODES)), float(leaks.cutoff[i])
        cutoff = float(leaks.tables[i].omega[-1]) if i in leaks.tables else cutoff
        if form not in ("comb", "ladder") or (form == "ladder" and i in leaks.tables):
            remedy = "must be comb or, of R, MEM and TL, ladder: a closed system is made of modes"
            raise InputError(f"{name} bath", form, remedy)
        if np.isinf(cutoff):
            raise InputError(f"{name} cutoff", "none", "must be given where the bath's modes are not")
        fastest = max(cutoff, np.abs(rates).max(initial=0.0))
        if form == "ladder":
            found[name] = ladder(1 / float(leaks.conductance[i]), 1 / (CELLS * fastest), modes, cutoff)
        else:
            grid = graded_grid(np.abs(rates).min(initial=cutoff) / BELOW, ABOVE * fastest, modes, resonances(rates))
            found[name] = comb_of(leaks, i, grid)
    return found


def comb_of(leaks: Leaks, i: int, grid: Grid) -> Comb:
    """The comb of one dissipator's Re Y(ω) on these centres and widths."""
    return comb(*grid, lambda omega: np.real(leaks.admittance(omega)[:, i]))


def resonances(rates: np.ndarray) -> list[tuple[float, float]]:
    """(ω, κ) of the modes that are sharp, κ > 0; rates λ of e^{λt} [1/s]."""
    omega, kappa = np.abs(rates.imag), -2 * rates.real
    sharp = (rates.imag > 0) & (kappa > 0) & (kappa < SHARP * omega)
    return list(zip(omega[sharp].tolist(), kappa[sharp].tolist(), strict=True))
