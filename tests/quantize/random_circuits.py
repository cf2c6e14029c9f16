"""Random netlists, for claims that hold of every circuit."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping

from quspike.circuit import Circuit
from quspike.errors import InputError

CARDS = {
    "C": lambda r: f"{r.uniform(1, 300):.6g}fF",
    "L": lambda r: f"{r.uniform(0.1, 30):.6g}nH",
    "JJ": lambda r: f"EJ={r.uniform(1, 30):.6g}GHz C={r.uniform(1, 20):.6g}fF",
    "R": lambda r: f"{r.uniform(0.05, 50):.6g}kohm T={r.uniform(10, 300):.6g}mK",
    "I": lambda r: f"{r.uniform(0.1, 9):.6g}nA",
    "V": lambda r: f"{r.uniform(0.1, 9):.6g}uV",
}


def random_lines(
    r: random.Random, cards: str, nodes: int, values: Mapping[str, Callable[[random.Random], str]] = CARDS
) -> list[str]:
    """A line or three for each node, to some other one."""
    names, lines = [f"n{i}" for i in range(nodes)], []
    for name in names:
        for _ in range(r.randint(1, 3)):
            card = r.choice(cards.split())
            other = r.choice([n for n in ("0", *names) if n != name])
            lines.append(f"{card}{len(lines)} {name} {other} {values[card](r)}")
    return lines


def random_circuits(seed: int, count: int, cards: str, largest: int = 5) -> Iterator[tuple[list[str], Circuit]]:
    """`count` netlists that are circuits, as lines and as a Circuit."""
    r = random.Random(seed)
    while count:
        lines = random_lines(r, cards, r.randint(1, largest))
        try:
            circuit = Circuit("\n".join(lines))
        except InputError:
            continue
        count -= 1
        yield lines, circuit


def random_lines_and_coils(r: random.Random, nodes: int) -> list[str]:
    """Coils (some coupled), resistors, capacitors, lines with and without end; many nodes lack a capacitance."""
    names, lines, coils = [f"n{i}" for i in range(nodes)], [], []
    for name in names:
        for _ in range(r.randint(1, 3)):
            other, i = r.choice([n for n in ("0", *names) if n != name]), len(lines)
            card = r.choice(["C", "C", "L", "L", "L", "L", "R", "V", "TL", "TWO"])
            if card == "TL":
                lines.append(f"TL{i} {name} {other} Z0={r.uniform(10, 500):.6g}ohm length=inf")
            elif card == "TWO":
                back = r.choice([n for n in ("0", "0", *names) if n not in (name, other)] or ["0"])
                ends = f"{name} {back} {other} {back}"
                size = f"Z0={r.uniform(10, 500):.6g}ohm v=1e8m/s length={r.uniform(0.2, 30):.6g}mm"
                lines.append(f"TL{i} {ends} {size} modes={r.randint(1, 4)} bath={r.choice(['comb', 'ladder'])}")
            else:
                cutoff = f" cutoff={r.uniform(0.1, 9):.6g}e11rad/s" if card == "R" and r.random() < 0.5 else ""
                lines.append(f"{card}{i} {name} {other} {CARDS[card](r)}{cutoff}")
                coils += [f"L{i}"] if card == "L" else []
    r.shuffle(coils)
    lines += [
        f"K{i} {a} {b} k={r.uniform(-0.9, 0.9):.6g}"
        for i, (a, b) in enumerate(zip(coils[::2], coils[1::2], strict=False))
    ]
    return lines


def random_line_circuits(seed: int, count: int, largest: int = 6) -> Iterator[Circuit]:
    """`count` of them that are circuits."""
    r = random.Random(seed)
    while count:
        try:
            circuit = Circuit("\n".join(random_lines_and_coils(r, r.randint(1, largest))))
        except InputError:
            continue
        count -= 1
        yield circuit
