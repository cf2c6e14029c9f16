"""The distribution of one voltage, where it obeys an equation of its own: drift, diffusion, clicks.

    ∂p/∂t = ∂/∂V[(γV − u) p] + D ∂²p/∂V² − Γ(V) p;    `zero`: p⁺ a Gaussian; `subtract`: p⁺(V) = Γp(V + v_th − v_reset)

True of the charge of an RC membrane (`baseband`), and of the quadrature of a linear resonator (`quadrature`). Solved in
spectral elements, short where the detector's edge is and where the voltage is put back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from quspike.kernel.spectral_elements import Line, advection, diffusion, graded_edges, line, masses, shift
from quspike.methods.escape.detector import Detector
from quspike.methods.escape.sources import Current
from quspike.methods.escape.space import Coefficients, Space

SPREADS = 9.0  # standard deviations on either side of where the mean can be: less than rounding is beyond
SURE = 40.0  # clicks of mean rate in a stretch of the line that nobody gets through: e^−40 is rounding
LONGEST = 1.5  # of an element, in standard deviations of the density there: tenth degree leaves 1e-9
EDGE = 1.5  # the same in widths σ of the detector's edge
DEPTH = 3.0  # the same in depths √(D/Γ0) to which fast clicks let anybody in
BENT = 6.0  # widths on either side of the threshold over which the edge bends


@dataclass(frozen=True)
class Diffusion:
    """One voltage's equation.

    std : V, of its equilibrium. begin, begin_std : V, of p(0). back, back_std : V, of what a reset leaves; subtract: by
    how much a reset lowers it instead (V), or None. rests : voltages between which the mean can settle, V.
    leak : the fastest γ, 1/s. push : the largest |u|, V/s.
    integrating, held : (γ, D/std², u/std, 1 or 0) from t, x and s, in 1/s.
    """

    std: float
    begin: float
    begin_std: float
    back: float
    back_std: float
    subtract: float | None
    rests: tuple[float, ...]
    leak: float
    push: float
    integrating: Coefficients
    held: Coefficients


def marginal_space(
    flow: Diffusion,
    edge: Detector,
    current: Current,
    memory: Coefficients,
    first_memory: np.ndarray,
    memory_scales: np.ndarray,
    frozen: bool,
    stiffness: float = 0.0,
) -> Space:
    """The Space of one voltage, in masses over it; seen: `membrane` (V) and its `square` (V²).

    stiffness : J V², of the energy s·(∂√Γ/∂V)² a second that the detector gives away by kicking the conjugate.
    """
    mesh = line(_edges(flow, edge))
    volts, zero = mesh.nodes * flow.std, flow.subtract is None
    clicks = edge.at(volts)
    drift, spread, push = advection(mesh, -mesh.nodes), diffusion(mesh), advection(mesh, np.ones(mesh.size))
    return Space(
        terms=(drift, spread, push, sparse.diags(-clicks).tocsr()),
        coefficients=flow.integrating,
        held=flow.held,
        trace=np.ones(mesh.size),
        rate=clicks,
        signal=volts[None],
        seen={"membrane": volts, "square": volts**2},
        start=_gaussian(mesh, flow.begin / flow.std, flow.begin_std / flow.std),
        detector=edge,
        current=current,
        edge=_rim(mesh),
        memory=memory,
        energy=stiffness * edge.root_slope(volts) ** 2,
        leak=flow.leak,
        after=_gaussian(mesh, flow.back / flow.std, flow.back_std / flow.std) if zero else None,
        reset=None if flow.subtract is None else shift(mesh, flow.subtract / flow.std) @ sparse.diags(clicks),
        first_memory=first_memory,
        memory_scales=memory_scales,
        frozen=frozen,
        stiff=True,
    )


def _edges(flow: Diffusion, edge: Detector) -> np.ndarray:
    """Elements over every voltage that can occur, in units of the equilibrium's spread."""
    unit, zero = flow.std, flow.subtract is None
    threshold, back, begin, width = (v / unit for v in (edge.threshold, flow.back, flow.begin, edge.width))
    narrow = flow.back_std / unit
    margin = SPREADS * max(1.0, narrow if zero else 1.0, flow.begin_std / unit)
    places = [begin, back, *(v / unit for v in flow.rests)]
    depth = DEPTH * np.sqrt(flow.leak / edge.rate)
    speed = flow.push / unit + np.sqrt(edge.rate * flow.leak)
    beyond = max(threshold + BENT * width + SURE * speed / edge.rate, begin, back) + margin
    fine = [(threshold - BENT * width, threshold + BENT * width, EDGE * width)]
    fine.append((threshold - BENT * width, threshold + depth, depth))
    fine.append((begin - BENT, begin + BENT, LONGEST * flow.begin_std / unit))
    if zero:
        fine.append((back - BENT * narrow, back + BENT * narrow, LONGEST * narrow))
    return graded_edges(min(places) - margin, min(max(places) + margin, beyond), fine, LONGEST)


def _rim(mesh: Line) -> np.ndarray:
    """One on the outermost elements, where nobody should be."""
    rim = np.zeros(mesh.size)
    rim[: mesh.degree + 1] = rim[-mesh.degree - 1 :] = 1.0
    return rim


def _gaussian(mesh: Line, mean: float, std: float) -> np.ndarray:
    return masses(mesh, np.exp(-0.5 * ((mesh.nodes - mean) / std) ** 2))
