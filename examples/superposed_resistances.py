"""A superposition of resistances loses its coherence: two memories, six separations, and what each predicts; minutes.

python examples/superposed_resistances.py docs/images/superposed_resistances.svg
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
from scipy.integrate import quad

import quspike as qs
import quspike.plot.style as style
from quspike.analysis.flux_coherence import flux_coherence
from quspike.constants import hbar, k_B
from quspike.memristors import get_law
from quspike.quantize.membrane import element_params, reduce_to_membrane
from quspike.quantize.numbers.zero_point import resonator_mode
from quspike.run.simulate import quiet_run

RUN = qs.load(Path(__file__).with_suffix(".toml"))
ELEMENTS = element_params(RUN.circuit)
MODE = resonator_mode(reduce_to_membrane(RUN.circuit), ELEMENTS)
SEPARATIONS = np.arange(1.0, 3.6, 0.5)
NAMES = {"operator": "operator", "mean_field": "mean field"}
COLOURS = {"operator": style.QUANTUM, "mean_field": style.CLASSICAL}


def conductance(phi: float) -> float:
    """W(φ) of the memristor, S."""
    return float(get_law("sigmoid").conductance(phi, 0.0, ELEMENTS["MEM1"]))


def predicted(memory: str, alpha: float) -> float:
    """(kT/ħ²Z0)[F(φ1) − F(φ2)]², or kTW(0)(φ1 − φ2)²/ħ², 1/s."""
    far = 2 * alpha * MODE.phi_zpf
    unit = 1e-16  # Wb: SciPy's integrals want numbers of order one
    couplings = quad(lambda u: conductance(u * unit) ** 0.5, -far / unit, far / unit)[0] * unit
    square = couplings**2 if memory == "operator" else conductance(0.0) * (2 * far) ** 2
    return k_B * ELEMENTS["MEM1"]["T"] * square / hbar**2


def seen(memory: str, alpha: float) -> tuple[np.ndarray, np.ndarray]:
    """Times and the coherence of the two halves, which swing with the mode."""
    initial = qs.Initial(state="cat", alpha=alpha + 0j, parity="even")
    ds = quiet_run(RUN.replace(memory=memory, initial=initial))  # a mean field stands still, and would say so
    place = 2 * alpha * MODE.phi_zpf * np.cos(MODE.omega * ds.time.values)
    return ds.time.values, flux_coherence(ds, place, -place)


def rate(times: np.ndarray, coherence: np.ndarray) -> float:
    """−d ln c/dt at the start, from a parabola through ln c, 1/s."""
    return float(-np.polyfit(times, np.log(coherence), 2)[1])


def draw(found: dict[str, dict[float, tuple[np.ndarray, np.ndarray]]]) -> Any:
    """Left: coherence over time at |α| = 3. Right: its rate over the separation. Lines are predictions."""
    with style.styled():
        figure = style.RunFigure(figsize=(2 * style.COLUMN, 2.2), layout="constrained")
        left, right = figure.subplots(1, 2)
        alphas = np.linspace(SEPARATIONS[0], SEPARATIONS[-1], 60)
        for memory, runs in found.items():
            times, coherence = runs[3.0]
            look = {"color": COLOURS[memory]}
            left.plot(times * 1e12, np.exp(-predicted(memory, 3.0) * times), **look)
            left.plot(times * 1e12, coherence, "o", ms=3, mfc="white", label=NAMES[memory], **look)
            right.plot(4 * alphas, [predicted(memory, a) / 1e9 for a in alphas], **look)
            measured = [rate(*run) / 1e9 for run in runs.values()]
            right.plot(4 * np.array(list(runs)), measured, "o", ms=3, mfc="white", **look)
        left.set(xlabel="time (ps)", ylabel="coherence of the two fluxes", ylim=(0, 1.02))
        right.set(xlabel="distance of the fluxes (φ_zpf)", ylabel="rate (1/ns)", ylim=(0, None))
        left.legend(title="memory", frameon=False)
        figure.draw_without_rendering()
    return figure


def main(picture: str) -> None:
    """Run, print measured over predicted, draw."""
    found = {memory: {float(a): seen(memory, float(a)) for a in SEPARATIONS} for memory in NAMES}
    for memory, runs in found.items():
        for alpha, run in runs.items():
            print(f"{memory:11s} alpha {alpha:3.1f}  rate {rate(*run) / 1e9:8.3f} /ns"
                  f"  predicted {predicted(memory, alpha) / 1e9:8.3f} /ns")  # fmt: skip
    draw(found).savefig(picture)


if __name__ == "__main__":
    main(*sys.argv[1:])
