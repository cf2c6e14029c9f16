"""How a Wigner function is looked at: where it lies on a figure, in which units, and in which colours.

resonator    V_x + iV_y = 2V_zpf a in the frame that rotates at ω0, in V_zpf (in the laboratory's where the threshold
             sees the voltage itself). Colour: πħW, between −1 and 1 in any state, and alike at all times
baseband     flux about its mean in its own width, which grows from 10⁻¹⁶ to 10⁻¹² Wb, against V in √(kT/C). Colour: W
             over its largest value
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from matplotlib.patches import Circle
from matplotlib.ticker import MaxNLocator
from scipy.ndimage import map_coordinates

from quspike.analysis.memristor_state import wigner_of
from quspike.constants import hbar, k_B
from quspike.plot.panels import DOTTED
from quspike.plot.style import INK, QUIET
from quspike.plot.wigner_panels import SIGNED
from quspike.quantize.membrane import element_params, reduce_to_membrane, total_capacitance
from quspike.quantize.numbers.zero_point import resonator_mode
from quspike.result.engineering import human
from quspike.run.load import parse_run

POINTS = 201  # of a side of the picture
ACROSS = 4.2  # widths of the flux to either side, of a membrane without a carrier
ROOM = 1.06  # about what is to be seen
FAINT = 0.01  # of the largest W: what is less is not seen
PALEST = 0.35  # of the largest W at the end of the colours


@dataclass(frozen=True)
class PhaseSpace:
    """The Wigner functions of a result, ready to be drawn on one square of fixed axes."""

    ds: xr.Dataset

    @cached_property
    def states(self) -> xr.DataArray:
        """W (wigner_time, flux_point, charge_point)."""
        return wigner_of(self.ds)

    @cached_property
    def membrane(self) -> Any:
        """The one node of the run, with its numbers."""
        run = parse_run(self.ds.attrs["config"], "config of the result")
        return reduce_to_membrane(run.circuit), element_params(run.circuit)

    @property
    def resonates(self) -> bool:
        """True for an LC mode."""
        return bool(self.membrane[0].kind == "resonator")

    @property
    def rotates(self) -> bool:
        """True where the picture turns with the mode."""
        seen = [str(kind) for kind in np.atleast_1d(self.ds.neuron_membrane.values)]
        return self.resonates and "voltage" not in seen

    @cached_property
    def unit(self) -> tuple[float, float]:
        """What one on the axes is: φ_zpf, V_zpf; or, in baseband, nothing fixed and √(kT/C)."""
        one, elements = self.membrane
        if self.resonates:
            mode = resonator_mode(one, elements)
            return float(mode.phi_zpf), float(mode.v_zpf)
        hottest = max(float(elements[d.name]["T"]) for d in one.dissipators)
        return 1.0, (k_B * hottest / float(total_capacitance(one, elements))) ** 0.5

    @cached_property
    def limits(self) -> tuple[float, float, float, float]:
        """Left, right, bottom, top of the axes, which hold every state and the threshold."""
        volts = self.states.wigner_voltage.values[:, None, :] / self.unit[1]
        seen = np.abs(self.states.values) > FAINT * np.abs(self.states.values).max(axis=(1, 2), keepdims=True)
        if not self.resonates:
            shown = np.broadcast_to(volts, seen.shape)[seen]
            low, high = min(shown.min(), self.threshold), max(shown.max(), self.threshold)
            room = (ROOM - 1) * (high - low)
            return -ACROSS, ACROSS, float(low - room), float(high + room)
        flux = self.states.wigner_flux.values[:, :, None] / self.unit[0]
        far = np.hypot(flux, volts) if self.rotates else np.maximum(np.abs(flux), np.abs(volts))
        reach = ROOM * max(float(far[seen].max()), self.threshold)
        return -reach, reach, -reach, reach

    @property
    def threshold(self) -> float:
        """In units of the axes; 0 without a neuron."""
        return float(self.ds.v_threshold.values[0]) / self.unit[1] if self.ds.neuron.size else 0.0

    @cached_property
    def depth(self) -> float:
        """Where the colours end, alike on both sides of zero: twice the deepest, so that what is negative is seen."""
        if not self.resonates:
            return 1.0
        lowest, highest = (np.pi * hbar * float(f(self.states.values)) for f in (np.min, np.max))
        return min(max(-2 * lowest, PALEST * highest), max(highest, -lowest))

    @property
    def darkest(self) -> bool:
        """True where W rises beyond the end of the colours."""
        return self.resonates and np.pi * hbar * float(self.states.values.max()) > self.depth

    def picture(self, index: int) -> np.ndarray:
        """W on the axes' own points (y, x), in the units of the colours."""
        state, (left, right, bottom, top) = self.states.isel(wigner_time=index), self.limits
        x, y = np.linspace(left, right, POINTS), np.linspace(bottom, top, POINTS)[:, None]
        phi, volts = state.wigner_flux.values, state.wigner_voltage.values
        if self.resonates:
            turn = -self._omega * float(state.wigner_time) if self.rotates else 0.0
            lab = (x + 1j * y) * np.exp(1j * turn)
            at_flux, at_volts, size = lab.real * self.unit[0], lab.imag * self.unit[1], np.pi * hbar
        else:
            mean, std = self._flux(state)
            at_flux, at_volts = mean + std * x + 0 * y, y * self.unit[1] + 0 * x
            size = 1 / np.abs(state.values).max()
        rows = (at_flux - phi[0]) / (phi[1] - phi[0]), (at_volts - volts[0]) / (volts[1] - volts[0])
        return size * map_coordinates(state.values, np.stack(rows), order=3, mode="constant")

    @cached_property
    def _omega(self) -> float:
        return float(resonator_mode(*self.membrane).omega)

    def _flux(self, state: xr.DataArray) -> tuple[float, float]:
        """Mean and standard deviation of the flux, Wb."""
        phi, weight = state.wigner_flux.values, state.values.sum(axis=1) / state.values.sum()
        mean = float(phi @ weight)
        return mean, float((phi - mean) ** 2 @ weight) ** 0.5

    def mean(self, index: int) -> complex:
        """The mean, on the axes."""
        state = self.states.isel(wigner_time=index)
        weight = state.values.sum(axis=0) / state.values.sum()
        volts = float(state.wigner_voltage.values @ weight) / self.unit[1]
        if not self.resonates:
            return complex(0.0, volts)
        lab = complex(self._flux(state)[0] / self.unit[0], volts)
        return lab * complex(np.exp(1j * self._omega * float(state.wigner_time))) if self.rotates else lab

    @property
    def names(self) -> tuple[str, str, str]:
        """Of both axes and of the colours."""
        if not self.resonates:
            return r"$(\varphi - \langle\varphi\rangle)\,/\,\sigma_\varphi$", "V / $V_T$", "W / max W"
        if self.rotates:
            return "$V_x$ / $V_{zpf}$", "$V_y$ / $V_{zpf}$", r"$\pi\hbar W$"
        return r"$\varphi$ / $\varphi_{zpf}$", "V / $V_{zpf}$", r"$\pi\hbar W$"

    @property
    def units(self) -> str:
        """What one on the axes is in SI."""
        volts = human(self.unit[1], "V", 3)
        if not self.resonates:
            return f"$V_T$ = (kT/C)$^{{1/2}}$ = {volts}"
        flux = "" if self.rotates else rf"$\varphi_{{zpf}}$ = {human(self.unit[0], 'Wb', 3)},  "
        return f"{flux}$V_{{zpf}}$ = {volts}"

    def width(self, index: int) -> str:
        """σ_φ of a membrane without a carrier, as text."""
        return f"σ$_φ$ = {human(self._flux(self.states.isel(wigner_time=index))[1], 'Wb', 3)}"


def draw_phase_space(panel: Axes, space: PhaseSpace, index: int) -> AxesImage:
    """W of one time on fixed axes: the mean a dot, the threshold dotted."""
    image = panel.imshow(
        space.picture(index), origin="lower", extent=space.limits, cmap=SIGNED, vmin=-space.depth, vmax=space.depth,
        interpolation="bilinear", aspect="equal" if space.resonates else "auto",
    )  # fmt: skip
    draw_threshold(panel, space)
    mean = space.mean(index)
    panel.plot(
        [mean.real], [mean.imag], "o", color="white", markersize=2.6, markeredgecolor=INK, markeredgewidth=0.5, zorder=3
    )
    for axis in (panel.xaxis, panel.yaxis):
        axis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 5, 10]))
    for side in ("top", "right"):
        panel.spines[side].set_visible(True)
    return image


def draw_threshold(panel: Axes, space: PhaseSpace) -> None:
    """A circle for an envelope, a line for a quadrature or a voltage."""
    if not space.threshold:
        return
    line: dict[str, Any] = {"color": QUIET, "linewidth": 0.8, "linestyle": DOTTED}
    seen = str(space.ds.neuron_membrane.values[0])
    if seen == "envelope":
        panel.add_patch(Circle((0, 0), space.threshold, fill=False, **line))
    elif seen == "quadrature":
        run = parse_run(space.ds.attrs["config"], "config of the result")
        theta = float(next(iter(run.neurons.values())).quadrature_phase)
        foot = space.threshold * np.array([np.cos(theta), np.sin(theta)])
        panel.axline(tuple(foot), tuple(foot + np.array([-np.sin(theta), np.cos(theta)])), **line)
    else:
        panel.axhline(space.threshold, **line)
