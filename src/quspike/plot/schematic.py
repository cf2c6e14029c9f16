"""A circuit drawn as in a textbook, by schemdraw's symbols on a Matplotlib figure."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from quspike.circuit import Circuit
from quspike.plot.saving import save
from quspike.plot.schematic_layout import LINE, MARGIN, Layout, Placed, Point, lay_out
from quspike.plot.style import INK, QUANTUM, RC, SCREEN_DPI, RunFigure, styled

UNIT = 0.4  # inch
SIZE = 7.5  # points of a label
STROKE = 0.9
POINTS_PER_INCH = 72
LONGEST = 80  # inch; a wider drawing is made smaller as a whole


def draw_circuit(circuit: Circuit | str, path: str | Path | None = None, *, force: bool = False) -> RunFigure:
    """The circuit's schematic, which a notebook shows; with a path, written as PNG, SVG or PDF too.

    Raises
    ------
    InputError : a path that ends in something else, cannot be written, or exists, without `force`.
    """
    circuit = Circuit(circuit) if isinstance(circuit, str) else circuit
    layout = lay_out(circuit, text_width)
    low, high = _extent(layout)
    scale = min(1.0, LONGEST / UNIT / (high[0] - low[0]))
    inches = UNIT * scale
    with styled():
        figure = RunFigure(figsize=((high[0] - low[0]) * inches, (high[1] - low[1]) * inches), dpi=SCREEN_DPI)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        _symbols(axes, layout, {str(k.params[key]) for k in circuit.of("K") for key in ("L1", "L2")}, STROKE * scale)
        _texts(axes, layout, SIZE * scale)
        axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="auto")
    if path is not None:
        save(figure, path, force=force, key="draw")
    return figure


@lru_cache(maxsize=4096)
def text_width(text: str) -> float:
    """Width of one line of a label, in units of the drawing."""
    if not text:
        return 0.0
    font = FontProperties(family=RC["font.family"], size=SIZE)
    return float(TextPath((0, 0), text, prop=font).get_extents().width) / POINTS_PER_INCH / UNIT


def _symbols(axes: Axes, layout: Layout, coupled: set[str], stroke: float) -> None:
    """Elements, wires, joints and ground."""
    import schemdraw
    from schemdraw import elements as elm

    drawing = schemdraw.Drawing(canvas=axes, show=False, lw=stroke, color=INK)
    for placed in layout.elements:
        drawing.add(_symbol(placed))
    for start, end in layout.wires:
        drawing.add(elm.Line().endpoints(start, end))
    for x, y in layout.joints:
        drawing.add(elm.Dot(radius=0.06).at((x, y)))
    drawing.add(elm.Ground().at(layout.ground))
    drawing.draw(show=False)
    for artist in (*axes.lines, *axes.patches):
        artist.set_snap(False)  # or straight wires are moved to the nearest pixel, and symbols are not
    for placed in layout.elements:
        if placed.element.name in coupled:
            axes.plot(*_coil_dot(placed), "o", color=INK, markersize=2.4 * stroke, clip_on=False)


def _symbol(placed: Placed) -> Any:
    """schemdraw's symbol, from n+ to n−; a memristor's bar is at n−, a source's + at n+."""
    from schemdraw import elements as elm

    e, start, end = placed.element, placed.start, placed.end
    if e.card in ("MEM", "V"):  # their symbols point the other way
        return (elm.Memristor if e.card == "MEM" else elm.SourceV)().endpoints(end, start)
    if e.card == "JJ":
        return elm.Josephson(box="C" in e.params).endpoints(start, end)
    if e.card == "TL":
        return elm.Coax(length=2.4, leadlen=0.3, radius=0.24).endpoints(start, end)
    plain = {
        "C": elm.Capacitor,
        "L": elm.Inductor2,
        "R": elm.Resistor,
        "I": elm.SourceI,
        "V": elm.SourceV,
        "Y": elm.RBox,
    }
    return plain[e.card]().endpoints(start, end)


def _coil_dot(placed: Placed) -> Point:
    """Beside the n+ end of a coil, where current that enters makes flux of the same sign."""
    (x0, y0), (x1, y1) = placed.start, placed.end
    length = max(abs(x1 - x0), abs(y1 - y0))
    share = 0.5 - 0.62 / length
    x, y = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
    return (x - 0.25, y) if x0 == x1 else (x, y - 0.25)


def _texts(axes: Axes, layout: Layout, size: float) -> None:
    labels = [(p.label, p.at, "center" if p.centred else "left", INK) for p in layout.elements]
    labels += [(mark.label, mark.at, "right", QUANTUM) for mark in layout.nodes]
    for label, (x, y), align, colour in labels:
        for i, line in enumerate(label.lines):
            axes.text(x, y - i * LINE, line, fontsize=size, ha=align, va="baseline", color=colour)


def _extent(layout: Layout) -> tuple[Point, Point]:
    """Corners of a page that holds everything."""
    xs, ys = [layout.ground[0] - 0.6, layout.ground[0] + 0.6], [layout.ground[1] - 0.7, 0.8]
    for placed in layout.elements:
        width = max(map(text_width, placed.label.lines))
        left = placed.at[0] - (width / 2 if placed.centred else 0)
        xs += [placed.start[0] - 0.6, placed.end[0] + 0.6, left, left + width]
        ys += [placed.start[1], placed.end[1], placed.at[1] + LINE]
    for mark in layout.nodes:
        xs.append(mark.at[0] - max(map(text_width, mark.label.lines)))
        ys.append(mark.at[1] + LINE)
    return (min(xs) - MARGIN, min(ys) - MARGIN), (max(xs) + MARGIN, max(ys) + MARGIN)
