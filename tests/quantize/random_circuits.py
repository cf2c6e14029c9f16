"""Random netlists, for claims that hold of every circuit."""

from __future__ import annotations

import random
from collections.abc import Iterator

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


def random_lines(r: random.Random, cards: str, nodes: int) -> list[str]:
    """A line or three for each node, to some other one."""
    names, lines = [f"n{i}" for i in range(nodes)], []
    for name in names:
        for _ in range(r.randint(1, 3)):
            card = r.choice(cards.split())
            other = r.choice([n for n in ("0", *names) if n != name])
            lines.append(f"{card}{len(lines)} {name} {other} {CARDS[card](r)}")
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
