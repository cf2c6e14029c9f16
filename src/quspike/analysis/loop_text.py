"""The measures of a loop, and of its collapse with frequency, as a few lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quspike.result.engineering import human

if TYPE_CHECKING:
    from quspike.analysis.frequency_sweep import FrequencySweep
    from quspike.analysis.hysteresis import Hysteresis
    from quspike.analysis.loop import LoopMeasures

TURNS = {1: "counter-clockwise", -1: "clockwise", 0: "a line"}


def loop_text(loop: Hysteresis) -> str:
    """Element, frequency and period; the settled loop's measures; the first loop's."""
    return "\n".join(
        [
            f"{loop.element}, {human(loop.frequency, 'Hz')}, period {loop.periods} of {loop.periods}",
            *(f"  {line}" for line in _measure_lines(loop.settled)),
            f"  in the first period: areas/V₀I₀ {_areas(loop.first)}, form factor {loop.first.form_factor:.5f}",
        ]
    )


def sweep_text(sweep: FrequencySweep) -> str:
    """A row a frequency, and the law by which the area falls at the end."""
    rows = [
        f"{human(loop.frequency, 'Hz'):<14}  {loop.settled.scaled_area:<11.5g}  {loop.settled.form_factor:.5f}"
        for loop in sweep.loops
    ]
    law = f"at the end, area/V₀I₀ ∝ f^{sweep.exponent:.3f}"
    return "\n".join(["frequency       area/V₀I₀    form factor", *rows, law])


def _measure_lines(m: LoopMeasures) -> list[str]:
    lobes = ", ".join(f"V {'>' if lobe.side > 0 else '<'} 0 {TURNS[lobe.circulation]}" for lobe in m.lobes)
    pinch = "V never vanishes" if m.pinch_residual is None else f"{m.pinch_residual:.2g} of the current's swing"
    return [
        f"axes            V₀ = {human(m.voltage_scale, 'V')}, I₀ = {human(m.current_scale, 'A')} (the peaks)",
        f"areas/V₀I₀      {_areas(m)}, together {m.scaled_area:.6g}",
        f"form factor     {m.form_factor:.5f}",
        f"pinch residual  {pinch}",
        f"circulation     {lobes}: {m.crossing}",
    ]


def _areas(m: LoopMeasures) -> str:
    return " + ".join(f"{lobe.scaled_area:.5g}" for lobe in m.lobes)
