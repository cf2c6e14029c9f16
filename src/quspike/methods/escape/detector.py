"""The detector: a click with the rate operator Γ(V̂) = Γ0·½erfc((v_threshold − V̂)/√2σ).

In a Gaussian state of mean ⟨V⟩ and variance ΔV² its mean rate is Γ0·½erfc((v_threshold − ⟨V⟩)/√(2(σ² + ΔV²))): an edge
of width σ seen by a state of width ΔV is an edge of both widths together.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import erfc

from quspike.methods.method import Params


class Detector(NamedTuple):
    """Γ0 (1/s), v_threshold and σ (V)."""

    rate: float
    threshold: float
    width: float

    def at(self, voltage):
        """Γ(V) at a voltage, 1/s."""
        return self.rate * 0.5 * erfc((self.threshold - np.asarray(voltage)) / (np.sqrt(2) * self.width))

    def root_slope(self, voltage):
        """∂√Γ/∂V, √(1/s)/V."""
        from scipy.special import erfcx

        u = (self.threshold - np.asarray(voltage)) / (np.sqrt(2) * self.width)
        far = np.maximum(u, -5.0)  # √Γ is flat beyond
        slope = np.exp(-0.5 * far**2) / np.sqrt(0.5 * erfcx(far)) / np.sqrt(8 * np.pi) / self.width
        return np.sqrt(self.rate) * np.where(u < -5.0, 0.0, slope)

    def mean_rate(self, voltage, std):
        """⟨Γ⟩ of a Gaussian state of this mean and standard deviation (V), 1/s."""
        return self._replace(width=np.hypot(self.width, std)).at(voltage)


def detector(params: Params) -> Detector:
    """The neuron's own."""
    neuron = params["neuron"]
    return Detector(*(float(neuron[name]) for name in ("escape_rate", "v_threshold", "escape_width")))
