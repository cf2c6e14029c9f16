"""The claims, in the order of the paper's own key results; what limits them comes last."""

from __future__ import annotations

import importlib
from difflib import get_close_matches

from quspike.claims.claim import Claim
from quspike.errors import InputError

MODULES = {
    "quantum-to-classical": "quspike.claims.quantum_to_classical",
    "pinched-hysteresis": "quspike.claims.pinched_hysteresis",
    "memory": "quspike.claims.memory",
    "threshold-and-refractory": "quspike.claims.threshold_and_refractory",
    "fluctuation-dissipation": "quspike.claims.fluctuation_dissipation",
    "weak-coupling": "quspike.claims.weak_coupling",
    "adiabatic-limit-fails": "quspike.claims.adiabatic_limit_fails",
    "non-markovian-leak": "quspike.claims.non_markovian_leak",
    "zero-point-force": "quspike.claims.zero_point_force",
    "quantum-opening": "quspike.claims.quantum_opening",
    "quantum-threshold": "quspike.claims.quantum_threshold",
    "measured-hysteresis": "quspike.claims.measured_hysteresis",
    "spike-train-entanglement": "quspike.claims.spike_train_entanglement",
}
"""Name → the file that defines its `CLAIM`."""


def get_claim(name: str) -> Claim:
    """The claim of that name. Raises InputError, with the nearest name, if there is none."""
    if name not in MODULES:
        close = "".join(f" (did you mean {near}?)" for near in get_close_matches(name, MODULES, n=1))
        raise InputError("claim", name, f"must be {', '.join(MODULES)}{close}")
    claim: Claim = importlib.import_module(MODULES[name]).CLAIM
    return claim


def choose(names: list[str] | None) -> list[Claim]:
    """The claims of these names, or all of them."""
    return [get_claim(name) for name in names or MODULES]
