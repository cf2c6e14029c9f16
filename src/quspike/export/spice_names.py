"""Names for SPICE: it does not tell `C1` from `c1`, takes the card from the first letter, and reads `gnd` as ground."""

from __future__ import annotations

import re
from collections.abc import Iterable

GROUND = "0"
RESERVED = frozenset({"gnd", "time", "temper", "hertz"})  # ground, and what behavioural expressions read as variables


class Names:
    """One name for each node and element, plain letters and digits, all different whatever their case."""

    def __init__(self, nodes: Iterable[str]) -> None:
        self._taken = set(RESERVED)
        self.nodes = {GROUND: GROUND} | {node: self.fresh(node) for node in nodes}

    def fresh(self, wanted: str) -> str:
        """A name like `wanted` that nothing has yet."""
        plain = re.sub(r"[^A-Za-z0-9_]", "_", wanted)
        name, count = plain, 2
        while name.lower() in self._taken or name == GROUND:
            name, count = f"{plain}_{count}", count + 1
        self._taken.add(name.lower())
        return name

    def element(self, letter: str, name: str) -> str:
        """The name of an element, which has to begin with the letter of its card."""
        return self.fresh(name if name.upper().startswith(letter) else f"{letter}{name}")

    @property
    def renamed(self) -> dict[str, str]:
        """The nodes whose names had to change."""
        return {node: name for node, name in self.nodes.items() if node != name}


def number(value: float) -> str:
    """The shortest text that reads back as the same float, in brackets if it is negative."""
    text = repr(float(value))
    return f"({text})" if text.startswith("-") else text


def scaled(factor: float, expression: str) -> str:
    """factor·expression, where the factor is not one."""
    return expression if factor == 1.0 else f"{number(factor)}*{expression}"
