"""What comes in: currents, voltages and fluxes as functions of time, one kind a file."""

from quspike.drives.csv import Csv
from quspike.drives.drive import Drive
from quspike.drives.noise import Noise
from quspike.drives.pulses import Pulses
from quspike.drives.registry import KINDS, drive_from_dict
from quspike.drives.sine import Sine
from quspike.drives.step import Step
from quspike.drives.table import Table
from quspike.drives.wav import Wav

__all__ = ["KINDS", "Csv", "Drive", "Noise", "Pulses", "Sine", "Step", "Table", "Wav", "drive_from_dict"]
