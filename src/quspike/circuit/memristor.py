"""Memristors: their keys come from the law that `model=` names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from quspike.circuit.keys import Key, Value
from quspike.errors import InputError

if TYPE_CHECKING:
    from quspike.circuit.element import Element
    from quspike.memristors.law import Law

KEYS: tuple[Key, ...] = (
    Key("model", "the law: I = W(x, V)·V, dx/dt = f(x, V)"),
    Key("senses", "what drives its memory", choices=("voltage", "envelope"), default="voltage"),
)


def law_of(element: Element) -> Law:
    """The law of a MEM element, with its window and every other static choice made."""
    return _law(element.params)


def law_keys(written: Mapping[str, str]) -> tuple[Key, ...]:
    """`x0`, the static choices and the parameters of the law that is written, with their defaults."""
    if "model" not in written:
        return ()
    law = _law(written)
    choices = [
        Key(option.name, option.description, choices=option.choices, default=getattr(law, option.name))
        for option in law.options
    ]
    numbers = [
        Key(p.name, p.description, p.quantity, p.minimum, p.maximum, p.exclusive, default=p.default)
        for p in law.parameters
    ]
    return (Key("x0", f"memory at t = 0: {law.memory_meaning}", law.memory_quantity), *choices, *numbers)


def complete(nodes: tuple[str, ...], given: dict[str, Value]) -> dict[str, Value]:
    """Let the law check its parameters against each other, and the initial memory against its bounds."""
    law = _law(given)
    names = [parameter.name for parameter in law.parameters]
    resolved = law.resolve({name: given[name] for name in names if name in given})
    if "x0" in given:
        law.resolve_memory(given["x0"], resolved)
    return {**given, **resolved}


def _law(given: Mapping[str, Value]) -> Law:
    from quspike.memristors.registry import LAWS, get_law

    model = str(given["model"])
    options = LAWS[model].options if model in LAWS else ()
    if "window" in given and model in LAWS and all(option.name != "window" for option in options):
        raise InputError("window", given["window"], f"must be left out: model={model} has no window")
    return get_law(model, **{option.name: str(given[option.name]) for option in options if option.name in given})
