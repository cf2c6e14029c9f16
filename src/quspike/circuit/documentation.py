"""The table of cards as Markdown, for the documentation."""

from __future__ import annotations

from quspike.circuit.cards import CARDS, DISSIPATION
from quspike.circuit.keys import Key
from quspike.units import quantity_of


def card_table_markdown() -> str:
    """Two tables: every card with its form and an example, and every key with its unit and range."""
    cards = [f"| `{c.prefix}` | {c.element} | `{_escaped(c.form)}` | `{c.example}` |" for c in CARDS.values()]
    keys = [_row(c.prefix, key) for c in CARDS.values() for key in c.keys if key not in DISSIPATION]
    dissipators = ", ".join(c.prefix for c in CARDS.values() if DISSIPATION[0] in c.keys)
    shared = [_row(dissipators, key) for key in DISSIPATION]
    return "\n".join(
        [
            "| card | element | written | example |",
            "|---|---|---|---|",
            *cards,
            "",
            "| card | key | value | meaning |",
            "|---|---|---|---|",
            *keys,
            *shared,
            "",
            "`MEM` also takes `x0`, and the choices and parameters of the law that `model` names.",
            "",
        ]
    )


def _row(card: str, key: Key) -> str:
    return f"| {card} | `{key.name}` | {_escaped(_value(key))} | {_escaped(key.meaning)} |"


def _value(key: Key) -> str:
    if key.choices:
        return " or ".join(f"`{choice}`" for choice in key.choices)
    if key.quantity is None:
        return "a name"
    unit = quantity_of(key.quantity)
    units = ", ".join(f"`{name}`" for name in (unit.unit, *unit.also) if name) or "a number"
    return ", ".join(
        filter(None, [units, key.bounds, "or `inf`" if key.infinite else "", "whole" if key.whole else ""])
    )


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")
