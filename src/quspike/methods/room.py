"""Does a run fit: its Fock space into the machine's memory, its steps into what is filtered or binned?

Asked before anything is computed. Sizes were measured at the peak of a solve, to some tens of per cent.
"""

from __future__ import annotations

import os

import numpy as np

from quspike.errors import InputError
from quspike.kernel.grid import GridPlan
from quspike.kernel.moving_edge import cells_of
from quspike.methods.method import Params, Setup
from quspike.quantize.numbers.zero_point import resonator_mode

SHARE = 0.5  # of the machine's memory that a run may take
NUMBER = 8.0  # bytes
STATES = 40  # density matrices that one step holds, beside itself
BATCH = 128  # density matrices side by side, of measured ensembles
KETS = 20  # matrices of a pure state's equation
CELLS = 14  # numbers of a table of clicks, for each cell and element
SPARSE, DENSE = 280.0, 68.0  # bytes of a click's superoperators, for each of N³ and, of reset `subtract`, of N⁴


def check_room(method: str, setup: Setup, params: Params, automatic: bool, counted: str) -> None:
    """Refuse a space whose equation does not fit into memory, with its size and what fits."""
    if setup.truncation is None:
        return
    most, needed = SHARE * memory(), room(method, setup, params, setup.truncation)
    if needed <= most:
        return
    low, high = 1, setup.truncation
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if room(method, setup, params, middle) <= most else (low, middle)
    value = f"{'auto, ' if automatic else ''}{setup.truncation} {counted}, {needed / 1e9:.3g} GB"
    raise InputError(
        "[run] truncation",
        value,
        f"must be at most {low} with method {method} on this machine, half of whose memory it takes",
    )


def room(method: str, setup: Setup, params: Params, levels: int) -> float:
    """Bytes of what is solved in a space of so many levels."""
    square = float(levels) ** 2
    if setup.several:
        from quspike.methods.network.frame import frame

        return NUMBER * STATES * square ** len(frame(setup, params).inverse_capacitance)
    if method == "trajectories":
        return NUMBER * square * (KETS + (_click_tables(setup, params, levels) if setup.spike == "escape" else 0.0))
    if setup.spike == "escape":
        return SPARSE * levels**3 + (DENSE * levels**4 if setup.reset == "subtract" else 0.0)
    return NUMBER * STATES * square * (min(BATCH, setup.trajectories) if _measured(setup) else 1)


def _click_tables(setup: Setup, params: Params, levels: int) -> float:
    """Numbers for each element: of Γ at every shift, and of √Γ where a click keeps the state."""
    mode = resonator_mode(setup.one, params["elements"])
    cells = cells_of(levels, float(params["neuron"]["escape_width"]) / float(mode.v_zpf))
    return CELLS * cells * (2.0 if setup.reset == "subtract" else 1.0)


def check_grid(setup: Setup, params: Params, plan: GridPlan) -> None:
    """Refuse a step that is longer than a filter or a bin, and records or states that do not fit."""
    if setup.spike == "coherent":
        from quspike.methods.coherent.checks import check_step

        check_step(params, np.asarray(plan.nodes(setup.inputs.breakpoints(params))))
    elif _measured(setup):
        from quspike.methods.measured.solution import refuse_grid
        from quspike.methods.measured_fock.solution import check_size

        refuse_grid(setup, plan, params)
        if setup.fock:
            check_size(setup, plan)


def _measured(setup: Setup) -> bool:
    return not setup.several and (setup.memory == "measured" or setup.spike == "record")


def memory() -> float:
    """The machine's memory, bytes."""
    return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
