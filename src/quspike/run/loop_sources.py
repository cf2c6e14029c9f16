"""What sources in loops ask of a run: fluxes that move steadily, steps that resolve alternating Josephson currents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from quspike.errors import InputError
from quspike.methods.method import Setup
from quspike.methods.network.frame import frame
from quspike.methods.network.oscillators import oscillators
from quspike.quantize.membrane import Source
from quspike.quantize.symbols.external_flux import flux_weights
from quspike.quantize.system import System

NOTICEABLE = 1e-9  # a share of an external flux


def check_fluxes(setup: Setup, params: Mapping[str, Any], duration: float) -> None:
    """Refuse a flux that jumps where a dissipator feels Φ̇: its current would have no end."""
    system = setup.membrane
    assert isinstance(system, System)
    weights = flux_weights(system.network, params["elements"])
    felt = np.abs(np.asarray(weights.of("dissipator"))) > NOTICEABLE
    names = [b.element for b in system.network.of("dissipator")]
    for source in system.fluxes:
        touched = [name for name, one in zip(names, felt[:, weights.fluxes.index(source.name)], strict=True) if one]
        if touched and setup.inputs.jumps(source, params, duration):
            remedy = f"must be continuous: a jump of it would be an infinite voltage across {touched[0]}"
            raise InputError(f"[drive.{source.drive}]", f"a flux that jumps ({source.name})", remedy)


def across_junctions(setup: Setup, params: Mapping[str, Any], duration: float) -> list[float]:
    """The largest voltages of sources in loops with junctions, whose currents swing at V/φ0."""
    system, times = setup.membrane, np.linspace(0, duration, 513)
    assert isinstance(system, System)
    return [peak(setup, s, params, times) for s in system.integrated] if system.junctions else []


def lowest_oscillator(setup: Setup, params: Mapping[str, Any]) -> float:
    """The lowest ω of the oscillators at the fluxes of t = 0, rad/s. Raises InputError where they have no rest."""
    found = oscillators(frame(setup, params))
    held = np.all(np.isfinite(found.stiffness)) and np.linalg.eigvalsh(found.stiffness)[0] > 0
    if not held:
        names = ", ".join(s.name for s in setup.membrane.fluxes) or "circuit"
        remedy = "must leave a minimum of the potential that follows from that without flux: start elsewhere, or at 0"
        raise InputError(names, "no rest at t = 0", remedy)
    return float(np.min(found.omega))


def peak(setup: Setup, source: Source, params: Mapping[str, Any], times: np.ndarray) -> float:
    """The largest value of a source at these times, in its own unit."""
    drive = setup.inputs.drives.get(source.drive) if source.drive is not None else None
    return float(np.max(np.abs(drive.at(params["drives"][source.drive], times)))) if drive else abs(source.constant)
