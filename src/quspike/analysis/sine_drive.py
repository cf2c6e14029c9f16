"""The one sine that a hysteresis loop is driven by."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

from quspike.drives.sine import Sine
from quspike.errors import InputError, ValidityWarning
from quspike.quantize.membrane import reduce_to_membrane
from quspike.run.schema import Run
from quspike.units import format_si


@dataclass(frozen=True)
class SineDrive:
    """Name of the drive, its frequency [Hz] and the time at which it begins [s]."""

    name: str
    frequency: float
    start: float

    @property
    def period(self) -> float:
        """1/f, s."""
        return 1 / self.frequency


def warn_of_averaging(run: Run) -> None:
    """Warn where a method averages the memristance over the carrier: its loop at ω0 is a line, whatever the memory."""
    membrane = reduce_to_membrane(run.circuit)
    follows = run.method == "classical" or any(e.params.get("bath") == "drude" for e in run.circuit.elements)
    if membrane.kind == "resonator" and not follows:
        text = (
            f"{run.method} is secular: it averages the memristance over the carrier, and a loop at that frequency away"
        )
        warnings.warn(f"{text}; classical, or bath=drude, follows it", ValidityWarning, stacklevel=3)


def sine_drive(run: Run, *, whole_period: bool = True) -> SineDrive:
    """The run's only drive, if it is a sine that lasts; constant sources may stand beside it.

    Raises InputError for another drive, several, one that stops, or (with `whole_period`) a run that is over within its
    first period.
    """
    if len(run.drives) != 1:
        found = ", ".join(f"[drive.{name}]" for name in run.drives) or "none"
        raise InputError("drive", found, "must be one sine, which a loop is measured against")
    ((name, drive),) = run.drives.items()
    if not isinstance(drive, Sine):
        raise InputError(f"[drive.{name}] kind", drive.kind, "must be sine: a loop is measured against its period")
    if drive.envelope_of is not None:
        carrier = format_si(float(drive.envelope_of), "frequency")
        raise InputError(
            f"[drive.{name}] envelope_of", carrier, "must be left out: the loop is that of the sine itself"
        )
    if float(drive.stop) < run.duration:
        raise InputError(
            f"[drive.{name}] stop", format_si(float(drive.stop), "time"), "must not come before the end of the run"
        )
    sine = SineDrive(name, float(drive.frequency), float(drive.start))
    if whole_period and run.duration - sine.start < sine.period * (1 - 1e-9):
        least = format_si(sine.start + sine.period, "time")
        raise InputError(
            "[run] duration", format_si(run.duration, "time"), f"must be ≥ {least}, a whole period of the sine"
        )
    return sine
