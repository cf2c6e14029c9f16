"""A film of the membrane's Wigner function, from input to spike to reset, beside what the threshold sees of it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.layout_engine import ConstrainedLayoutEngine

from quspike.errors import InputError, NotAvailable
from quspike.plot.phase_space import PhaseSpace, draw_phase_space
from quspike.plot.style import CLASSICAL, INK, QUANTUM, QUIET, RunFigure, styled
from quspike.plot.wigner_figure import draw_colours, draw_trace, trace_at, volts_of
from quspike.plot.wigner_panels import SIGNED
from quspike.result.atomic import check_writable, whole_file
from quspike.result.engineering import scale
from quspike.result.twin import split

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = (".gif", ".mp4")
SIZE, DPI = (6.6, 2.75), 110  # inch; a film is looked at on a screen
HEIGHT = 2.2  # inch, of the membrane's panel
PACE, SLOWEST, FASTEST = 12.0, 0.1, 60.0  # frames a second
SHADES, MIXES = 160, 24  # of a GIF's colours: of the Wigner function, and of each other colour with white
PAUSE = 1.2  # seconds that the last frame stays


def check_film_path(path: str | Path, *, force: bool = False, key: str = "plot") -> Path:
    """Refuse a destination that `animate` would refuse, before anything is drawn."""
    path = Path(path)
    if path.suffix.lower() not in FORMATS:
        raise InputError(key, path, f"must end in {' or '.join(FORMATS)}")
    if path.suffix.lower() == ".mp4" and shutil.which("ffmpeg") is None:
        raise NotAvailable(key, path, "must end in .gif, or the program ffmpeg has to be installed")
    return check_writable(path, force=force, key=key)


def animate(ds: xr.Dataset, path: str | Path, *, pace: float = PACE, force: bool = False, key: str = "plot") -> Path:
    """Write the film: one frame for each of the result's Wigner times.

    Parameters
    ----------
    path : .gif, or .mp4 where ffmpeg is installed.
    pace : frames a second.

    Raises
    ------
    InputError : a result without Wigner functions, another suffix, a file that cannot be written.
    """
    path = check_film_path(path, force=force, key=key)
    if not SLOWEST <= pace <= FASTEST:
        raise InputError("pace", pace, f"must be from {SLOWEST:g} to {FASTEST:g} frames a second")
    with styled():
        film = Film(ds)
        with whole_file(path, force=force, key=key) as partial:
            (_write_gif if path.suffix.lower() == ".gif" else _write_mp4)(film, partial, pace)
    return path


class Film:
    """The figure of the film, turned from one Wigner time to the next by `show`."""

    def __init__(self, ds: xr.Dataset) -> None:
        self.root, twin = split(ds)
        self.space = PhaseSpace(self.root)
        self.times = self.space.states.wigner_time.values
        layout = ConstrainedLayoutEngine(h_pad=0.03, w_pad=0.04, wspace=0.03)
        self.figure = RunFigure(figsize=SIZE, dpi=DPI, layout=layout)
        self.canvas = FigureCanvasAgg(self.figure)
        left, self.right = self.figure.subplots(1, 2, width_ratios=[1, 1.5])
        self.image = draw_phase_space(left, self.space, 0)
        self.dot = left.lines[-1]
        horizontal, vertical, _ = self.space.names
        left.set_xlabel(f"{horizontal}\n{self.space.units}", labelpad=1)
        left.set_ylabel(vertical, labelpad=1)
        left.set_title(" ", loc="left", pad=3)
        self.left: Axes = left
        draw_colours(self.figure, [left], self.image, self.space)
        draw_trace(self.right, self.root, twin, HEIGHT)
        (self.factor, self.unit), self.volts = scale(self.root.time.values, "s"), volts_of(self.root)[0]
        self.marker = self._marker()
        self.show(0)
        self.figure.draw_without_rendering()
        self.figure.set_layout_engine("none")  # or every frame would settle a little differently

    def _marker(self) -> tuple[Any, Any]:
        """The line and the dot that stand at the frame's time."""
        line = self.right.axvline(0.0, color=INK, linewidth=0.5, alpha=0.5)
        (dot,) = self.right.plot([], [], "o", color=INK, markersize=4, markeredgewidth=0, clip_on=False, zorder=6)
        return line, dot

    def __len__(self) -> int:
        return len(self.times)

    def show(self, index: int) -> list[Artist]:
        """Turn to one Wigner time."""
        time, level = self.times[index] * self.factor, float(trace_at(self.root, self.times[index])) * self.volts
        self.image.set_data(self.space.picture(index))
        mean = self.space.mean(index)
        self.dot.set_data([mean.real], [mean.imag])
        line, dot = self.marker
        line.set_xdata([time, time])
        dot.set_data([time], [level])
        width = "" if self.space.resonates else f",  {self.space.width(index)}"
        self.left.set_title(f"{time:.2f} {self.unit}{width}{self._event(index)}", loc="left", pad=3)
        return [self.image, self.dot, line, dot]

    def _event(self, index: int) -> str:
        """What has happened since the frame before."""
        spikes = self.root.spike_time.values
        before = self.times[index - 1] if index else -np.inf
        return ",  spike and reset" if np.any((spikes > before) & (spikes <= self.times[index])) else ""

    def frame(self, index: int) -> Image:
        """The picture of one time."""
        from PIL import Image as image

        self.show(index)
        self.canvas.draw()
        return image.fromarray(np.asarray(self.canvas.buffer_rgba())[..., :3].copy())


def _write_gif(film: Film, path: Path, pace: float) -> None:
    """With one palette, made of the colours that are drawn with: one for each frame would flicker."""
    from PIL import Image as image

    palette = image.new("P", (1, 1))
    palette.putpalette(_palette())
    frames = (film.frame(index) for index in range(len(film)))
    drawn = [frame.quantize(palette=palette, dither=image.Dither.NONE) for frame in frames]
    step = 1000 / pace
    stays = [round(step)] * (len(drawn) - 1) + [round(step + 1000 * PAUSE)]
    drawn[0].save(path, format="GIF", save_all=True, append_images=drawn[1:], duration=stays, loop=0, optimize=False)


def _palette() -> list[int]:
    """At most 256 colours, red, green, blue, from 0 to 255."""
    wigner = SIGNED(np.linspace(0, 1, SHADES))[:, :3]
    share = np.linspace(0, 1, MIXES)[:, None]
    mixes = [share * np.array(to_rgb(colour)) + 1 - share for colour in (INK, QUIET, QUANTUM, CLASSICAL)]
    return [int(level) for level in np.concatenate([wigner, *mixes]).ravel() * 255 + 0.5]


def _write_mp4(film: Film, path: Path, pace: float) -> None:
    from matplotlib.animation import FFMpegWriter

    writer = FFMpegWriter(fps=round(pace))
    with writer.saving(film.figure, str(path), DPI):
        for index in range(len(film)):
            film.show(index)
            writer.grab_frame()
