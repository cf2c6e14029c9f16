"""Random circuits with all that symbols can say: mutual inductances, memristors, fluxes and offset charges, drives."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

import quspike as qs
from quantize.random_circuits import CARDS, random_lines
from quspike.circuit import Circuit
from quspike.errors import InputError

OWN = CARDS | {
    "I": lambda r: r.choice(["drive_i", "2nA"]),
    "V": lambda r: r.choice(["drive_v", "3uV"]),
    "JJ": lambda r: f"EJ={r.uniform(1, 30):.6g}GHz" + r.choice(["", f" C={r.uniform(1, 20):.6g}fF"]),
    "TL": lambda r: f"Z0={r.randint(20, 90)}ohm length=inf T=20mK",
    "MEM": lambda r: r.choice(["model=sigmoid x0=0.2pWb T=20mK", "model=hp T=20mK", "model=casquid T=20mK"]),
}  # fmt: skip
CARDS_OF_ALL = "C C C L L JJ R MEM TL I V"


def dressed(seed: int, count: int, largest: int = 5, cards: str = CARDS_OF_ALL) -> Iterator[tuple[list[str], object]]:
    """`count` netlists that can be quantized, as lines and as quantized circuits."""
    r = random.Random(seed)
    while count:
        lines = random_lines(r, cards, r.randint(2, largest), OWN)
        lines = _accepted(lines, r)
        try:
            quantized = qs.quantize("\n".join(lines))
        except InputError:
            continue
        count -= 1
        yield lines, quantized


def _accepted(lines: list[str], r: random.Random) -> list[str]:
    """The lines, and of those that refer to them the ones that a circuit accepts."""
    names = [line.split()[0] for line in lines]
    coils = [name for name in names if name.startswith("L")]
    junctions = [name for name in names if name.startswith("JJ")]
    nodes = sorted({line.split()[1] for line in lines})
    pairs = enumerate(itertools.pairwise(coils))
    strengths = (lambda: f"k={r.uniform(-0.5, 0.5):.3g}", lambda: f"M={r.uniform(-0.09, 0.09):.3g}nH")
    further = [f"K{i} {a} {b} {r.choice(strengths)()}" for i, (a, b) in pairs]
    further += [f"FLUX{name} {name} {r.choice(['drive_f', '0.3Phi0'])}" for name in junctions]
    further += [f"NG{node} {node} {r.choice(['drive_n', '0.2'])}" for node in nodes if r.random() < 0.3]
    kept = list(lines)
    for line in further:
        try:
            Circuit("\n".join([*kept, line]))
        except InputError:
            continue
        kept.append(line)
    return kept
