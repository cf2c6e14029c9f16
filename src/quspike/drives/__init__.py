"""What comes in: currents, voltages and fluxes as functions of time, one kind a file."""

from quspike.drives.drive import Drive
from quspike.drives.pulses import Pulses
from quspike.drives.registry import KINDS, drive_from_dict
from quspike.drives.sine import Sine
from quspike.drives.step import Step
from quspike.drives.table import Table

__all__ = ["KINDS", "Drive", "Pulses", "Sine", "Step", "Table", "drive_from_dict"]
