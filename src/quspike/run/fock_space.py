"""How many Fock levels a run begins with, when it leaves that to quspike. The run grows them if they do not suffice.

The levels are those of the co-moving frame, so a coherent displacement costs none.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from quspike.run.initial import Initial

TAIL = 1e-9  # of a thermal state's population that may lie beyond the last level
SPARE = 4  # levels above the state, which the run watches
JUNCTION = 24  # the fewest with a junction, which spreads the state about its mean
SPREAD = 1.5  # by a junction, of a state that is already wide


def first_levels(initial: Initial, occupation: float, junctions: bool) -> int:
    """Levels for the initial state and a thermal one of `occupation`, with room for what a junction does to them."""
    needed = max(_thermal_levels(occupation), state_levels(initial)) + SPARE
    return max(math.ceil(SPREAD * needed), JUNCTION) if junctions else needed


def state_choice(initial: Initial) -> Mapping[str, Any]:
    """What tells one state of a kind from another and is no number to differentiate: n, parity."""
    return {"n": initial.n, "parity": initial.parity}


def _thermal_levels(occupation: float) -> int:
    """N with (n̄/(1 + n̄))^N < TAIL."""
    return 2 if occupation <= 0 else 2 + math.ceil(math.log(TAIL) / math.log(occupation / (1 + occupation)))


def state_levels(initial: Initial) -> int:
    """Levels that the state itself fills: n + 1, or the mean and six standard deviations of a cat's number."""
    if initial.state == "fock":
        return (initial.n or 0) + 1
    if initial.state == "cat":
        size = abs(initial.alpha or 0.0)
        return math.ceil(size**2 + 6 * size) + 2
    return 1
