"""The numbers that say whether a result can be believed, each with its bound and a verdict.

    κ/ω0 · |Ṁ/M|/κ · |Ṁ/M|/ω0 · ħω/kT · ħκ/kT · ω_c against all of them · memory activity · quantumness · numerics

Computed by every run from its own arrays, stored with it; a bound that is passed warns, or with `strict` raises.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from quspike.errors import ValidityError, ValidityWarning
from quspike.methods.method import Setup, Solution
from quspike.validity.common import TOP_LEVEL, memory_checks, numerics_checks
from quspike.validity.membrane import membrane_checks
from quspike.validity.network import network_checks
from quspike.validity.spiking import spiking_checks
from quspike.verdict import Check

__all__ = ["TOP_LEVEL", "Check", "announce", "assess"]


def assess(setup: Setup, method: str, params: Mapping[str, Any], solution: Solution) -> list[Check]:
    """Every validity number of this run, in the order in which a reader wants them."""
    judge = network_checks if setup.several else membrane_checks
    method = setup.parent if method == "trajectories" else method  # whose equation they average to
    checks = judge(setup, method, params, solution)
    own = [] if setup.several else spiking_checks(setup, params, solution)
    return [*checks, *own, *memory_checks(setup, solution), *numerics_checks(solution)]


def announce(checks: list[Check], strict: bool) -> None:
    """Say every passed bound out loud: a ValidityWarning, or with strict a ValidityError."""
    passed = [c for c in checks if c.verdict == "warn"]
    if passed and strict:
        raise ValidityError("; ".join(f"{c.name} = {c.value:.3g} ({c.text})" for c in passed))
    for c in passed:
        warnings.warn(f"{c.name} = {c.value:.3g}: {c.text}", ValidityWarning, stacklevel=3)
