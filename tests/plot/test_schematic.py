"""Drawings of circuits: the netlist can be read off them, and nothing lies on top of anything else."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest

import quspike as qs
from quantize.random_circuits import random_circuits
from quspike.circuit.connected import Connected
from quspike.cli.program import run_program
from quspike.errors import InputError
from quspike.plot.schematic import draw_circuit, text_width
from quspike.plot.schematic_labels import label_of
from quspike.plot.schematic_layout import DROP, LINE, Layout, lay_out
from quspike.plot.schematic_order import ends_between, in_series, node_order

CARDS = "C C L JJ R I V"
LINES = """
V1   s 0 push
R0   s n1 50ohm
C1   n1 0 100fF
TL1  n1 0 n2 0 Z0=50ohm v=1e8m/s length=5mm
TL2  n2 0 Z0=75ohm length=inf
MEM1 n3 n2 model=vteam window=kvatinsky
L1   n3 0 2nH
L2   n1 0 3nH
K1   L1 L2 k=-0.4
JJ1  n3 n1 Ic=30nA C=5fF
FLUX1 JJ1 0.25Phi0
C3   n3 0 40fF
NG1  n3 0.5
"""
Box = tuple[float, float, float, float]


def circuits() -> Iterator[qs.Circuit]:
    """Random ones, one with every kind of symbol, and one with a long name between two elements in series."""
    yield qs.Circuit(LINES)
    yield qs.Circuit("C1 m 0 1pF\nI1 0 m a_drive\nR1 battery_of_potassium m 1kohm\nV1 battery_of_potassium 0 -12uV")
    yield from (circuit for _, circuit in random_circuits(5, 70, CARDS, largest=7))


def segments(layout: Layout) -> list[tuple]:
    return [tuple(sorted(wire)) for wire in layout.wires]


def touches(point: tuple, segment: tuple) -> bool:
    (x0, y0), (x1, y1) = segment
    near = 1e-9
    return x0 - near <= point[0] <= x1 + near and y0 - near <= point[1] <= y1 + near


def nets(layout: Layout) -> Connected:
    """Which points the wires join: an end of a wire on another wire is a joint, a crossing is none."""
    joined, wires = Connected(), segments(layout)
    for i, wire in enumerate(wires):
        joined.join((f"wire {i}", f"wire {i}"))
        for j, other in enumerate(wires):
            if i != j and any(touches(end, other) for end in wire):
                joined.join((f"wire {i}", f"wire {j}"))
    points = [p for e in layout.elements for p in (e.start, e.end)] + [layout.ground]
    for point in points:
        for i, wire in enumerate(wires):
            if touches(point, wire):
                joined.join((str(point), f"wire {i}"))
    return joined


def test_the_netlist_can_be_read_off_the_drawing():
    """Ends of symbols are joined by wires where nodes are the same, and nowhere else; n+ is where a symbol begins.

    Catches: a wire on top of another node's, a symbol that is not connected, a polarity turned round.
    """
    for circuit in circuits():
        layout = lay_out(circuit, text_width)
        joined = nets(layout)
        drawn = {e.element.name for e in layout.elements}
        assert drawn == {e.name for e in circuit.elements if len(e.nodes) > 1}
        node_of: dict[str, str] = {joined.root(str(layout.ground)): "0"}
        for placed in layout.elements:
            for node, point in zip(ends_between(placed.element), (placed.start, placed.end), strict=True):
                assert node_of.setdefault(joined.root(str(point)), node) == node, circuit.netlist()
        assert sorted(node_of.values()) == sorted({"0", *circuit.nodes}), circuit.netlist()


def labels(layout: Layout) -> list[tuple[str, Box]]:
    found = []
    for placed in layout.elements:
        width = max(map(text_width, placed.label.lines))
        left = placed.at[0] - (width / 2 if placed.centred else 0)
        found.append((placed.element.name, _box(left, width, placed.at[1], len(placed.label.lines))))
    for mark in layout.nodes:
        width = max(map(text_width, mark.label.lines))
        found.append((mark.label.lines[-1], _box(mark.at[0] - width, width, mark.at[1], len(mark.label.lines))))
    return found


def _box(left: float, width: float, first: float, lines: int) -> Box:
    return left, first - (lines - 1) * LINE - 0.06, left + width, first + 0.7 * LINE


def symbols(layout: Layout) -> list[tuple[str, Box]]:
    found = []
    for placed in layout.elements:
        (x0, y0), (x1, y1) = placed.start, placed.end
        x, y, card = (x0 + x1) / 2, (y0 + y1) / 2, placed.element.card
        along, beside = (1.2 if card == "TL" else 0.5), (0.5 if card in "IV" else 0.3 if card == "TL" else 0.4)
        half = (beside, along) if x0 == x1 else (along, beside)
        found.append((placed.element.name, (x - half[0], y - half[1], x + half[0], y + half[1])))
    return found


def overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] - 1e-9 and b[0] < a[2] - 1e-9 and a[1] < b[3] - 1e-9 and b[1] < a[3] - 1e-9


def test_labels_symbols_and_wires_keep_clear_of_each_other():
    """Catches: a column narrower than its label, a symbol on the wire of a node that rises past it."""
    for circuit in circuits():
        layout = lay_out(circuit, text_width)
        boxes = [*labels(layout), *symbols(layout)]
        for (one, a), (other, b) in combinations(boxes, 2):
            assert not overlap(a, b), f"{one} on {other} in\n{circuit.netlist()}"
        for one, a in boxes:
            for (x0, y0), (x1, y1) in segments(layout):
                assert not overlap(a, (x0, y0, x1, y1)), f"a wire through {one} in\n{circuit.netlist()}"


def test_a_drawing_does_not_depend_on_the_order_of_the_lines():
    """Catches: columns in the order of the netlist."""
    shuffle = random.Random(3).shuffle
    for lines, circuit in random_circuits(6, 25, CARDS, largest=9):
        shuffle(lines)
        one, other = lay_out(circuit, text_width), lay_out(qs.Circuit("\n".join(lines)), text_width)
        assert one == other


def test_a_voltage_source_hangs_below_what_it_feeds():
    """A channel above its battery, whose node is not on the rail; a loop of four elements is left on the rail."""
    circuit = qs.Circuit("C1 m 0 1pF\nI1 0 m 1nA\nR1 k m 1kohm\nV1 0 k 2mV\nL1 m 0 1nH")
    assert in_series(circuit)["k"].elements == (circuit.element("R1"), circuit.element("V1"))
    assert node_order(circuit) == ("m",)
    found = {e.element.name: e for e in lay_out(circuit, text_width).elements}
    assert found["R1"].start == found["V1"].end  # n+ of R1 and n− of V1 are k
    assert found["R1"].end[1] == 0.0
    assert not in_series(qs.Circuit("V1 s 0 1mV\nR1 s a 1kohm\nL1 a b 1nH\nC1 b 0 1pF"))


@pytest.mark.parametrize("count", [6, 30])
def test_a_ladder_is_drawn_from_end_to_end(count: int):
    """Its nodes in order, all on one rail, whether all orders are tried or the graph's slowest vector is asked."""
    lines = [f"L{i} n{i} n{i + 1} 1nH\nC{i} n{i} 0 1fF" for i in range(count)]
    circuit = qs.Circuit("\n".join([*reversed(lines), f"C{count} n{count} 0 1fF"]))
    assert node_order(circuit) == tuple(f"n{i}" for i in range(count + 1))
    assert {y for e in lay_out(circuit, text_width).elements for _, y in (e.start, e.end)} == {0.0, -DROP}


def test_labels_tell_names_values_and_drives():
    """By hand. Catches: E_J in joules, a coupling without its sign, an offset charge that is not shown."""
    circuit = qs.Circuit(LINES)
    assert label_of(circuit, circuit.element("C1")).lines == ("C1", "100 fF")
    assert label_of(circuit, circuit.element("V1")).lines == ("V1", "push")
    assert label_of(circuit, circuit.element("L1")).lines == ("L1", "2 nH", "$k$ = −0.4 with L2")
    junction = ("JJ1", "$E_J/h$ = 14.9 GHz", "5 fF", "$\\Phi$ = 0.25 $\\Phi_0$")
    assert label_of(circuit, circuit.element("JJ1")).lines == junction
    assert label_of(circuit, circuit.element("TL1")).lines == ("TL1", "50 Ω, 5 mm")
    assert label_of(circuit, circuit.element("MEM1")).lines == ("MEM1", "vteam", "window kvatinsky")
    node = next(mark for mark in lay_out(circuit, text_width).nodes if "n3" in mark.label.lines)
    assert node.label.lines == ("$n_g$ = 0.5", "n3")


@pytest.mark.parametrize(("suffix", "first"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_a_drawing_is_written_in_the_format_of_its_name(suffix: str, first: bytes, tmp_path: Path):
    path = tmp_path / f"circuit.{suffix}"
    draw_circuit(LINES, path)
    assert path.read_bytes().startswith(first)
    with pytest.raises(InputError, match="must not exist yet"):
        draw_circuit(LINES, path)


def test_the_same_circuit_gives_the_same_svg(tmp_path: Path):
    """Catches: random identifiers, dates."""
    for name in ("a.svg", "b.svg"):
        draw_circuit(LINES, tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_the_command_draws_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """The drawing beside the text; an existing file needs --force, and nothing is written for a bad circuit."""
    netlist, drawing = tmp_path / "neuron.cir", tmp_path / "neuron.svg"
    netlist.write_text("C1 m 0 100fF\nMEM1 m 0 model=sigmoid T=20mK\nI1 0 m input\n")
    words = ["quantize", str(netlist), "--draw", str(drawing)]
    assert run_program(words) == 0
    assert "MEM1" in capsys.readouterr().out
    assert b"MEM1" in drawing.read_bytes()
    assert run_program(words) == 2
    assert "draw must not exist yet" in capsys.readouterr().err
    assert run_program([*words, "--force"]) == 0
    drawing.unlink()
    netlist.write_text("C1 m 0 100fF\n")
    assert run_program(words) == 2
    assert not drawing.exists()
