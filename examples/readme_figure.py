"""The picture that opens the README, and the numbers of its caption: `make figures`.

python examples/readme_figure.py out/quantum_spike.nc docs/images/quantum_spike.png
"""

import io
import sys
from pathlib import Path

import numpy as np
import xarray as xr
from PIL import Image

from quspike.analysis.wigner import wigner_minimum
from quspike.plot.wigner_panels import plot_wigner_flight
from quspike.result.store import read

NAMES = ("at rest", "on its way", "about to spike", "after the reset")
DPI, COLOURS = 220, 256


def moments_shown(ds: xr.Dataset) -> list[float]:
    """Rest, three quarters of the way to the first spike, the last saved time before it, the refractory time."""
    first, step = float(ds.spike_time[0]), float(ds.time[1] - ds.time[0])
    return [0.0, 0.75 * first, step * np.floor(first / step), first + 0.4e-9]


def caption(ds: xr.Dataset, times: list[float]) -> str:
    """What the figure shows, in numbers."""
    lowest = wigner_minimum(ds)
    before = ds.sel(time=times[2], method="nearest")
    levels = np.arange(ds.level.size)
    about = float((np.diagonal(before.states_real) * levels).sum())
    quanta = about + float(before.amplitude_real[0]) ** 2 + float(before.amplitude_imag[0]) ** 2
    early = ds.time.values < float(ds.classical_spike_time[0])
    quantum, classical = ds.membrane.values[early, 0], ds.classical_membrane.values[early, 0]
    return "\n".join(
        [
            f"spikes (ns)       {np.round(ds.spike_time.values * 1e9, 3)}",
            f"classical (ns)    {np.round(ds.classical_spike_time.values * 1e9, 3)}",
            f"min W             {lowest.min():.3f} in the run, at {ds.time.values[lowest.argmin()] * 1e9:.2f} ns",
            f"about to spike    min W {lowest[ds.indexes['time'].get_loc(float(before.time))]:.3f}, ⟨a†a⟩ {quanta:.2f}",
            f"before a spike    ⟨membrane⟩ {100 * (quantum[-1] / classical[-1] - 1):.1f} % from the classical one",
        ]
    )


def main(result: str, picture: str) -> None:
    """Draw, and write as a PNG of few colours: a page should load it at once."""
    ds = read(result)
    times = moments_shown(ds)
    drawn = io.BytesIO()
    plot_wigner_flight(ds, times, NAMES).savefig(drawn, dpi=DPI)
    Path(picture).parent.mkdir(parents=True, exist_ok=True)
    Image.open(drawn).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(picture, optimize=True)
    print(caption(ds, times))


if __name__ == "__main__":
    main(*sys.argv[1:])
