"""The laws, their parameters and their windows as Markdown, for the documentation."""

from __future__ import annotations

from collections.abc import Iterable
from inspect import cleandoc

from quspike.memristors.law import Law, Parameter
from quspike.memristors.registry import LAWS
from quspike.memristors.windows import WINDOWS
from quspike.units import format_si

HEADER = "| parameter | default | bounds | meaning |\n|---|---|---|---|"


def law_table_markdown() -> str:
    """A section for each law (equation, memory, options, parameters, source), then one for the windows."""
    sections = [_law_section(law) for law in LAWS.values()]
    return "\n\n".join([*sections, _window_section()]) + "\n"


def _law_section(law: Law) -> str:
    facts = [f"Control: {law.control}. Memory x: {law.memory_meaning}{_start(law)}."]
    facts += [f"`{o.name}` = {', '.join(f'`{choice}`' for choice in o.choices)}: {o.description}." for o in law.options]
    table = "\n".join([HEADER, *_rows(law.own_parameters)])
    return "\n\n".join(
        [f"### `model={law.name}`", cleandoc(law.__doc__ or ""), " ".join(facts), table, f"Source: {law.source}."]
    )


def _start(law: Law) -> str:
    return f"; x0 = {format_si(law.default_memory(law.defaults()), law.memory_quantity)} unless given"


def _window_section() -> str:
    blocks = ["### Windows"]
    for window in WINDOWS.values():
        equation = (window.function.__doc__ or "").strip().removesuffix(".").replace("|", r"\|")
        blocks.append(f"`window={window.name}`: {equation}. Source: {window.source}.")
        if window.parameters:
            blocks.append("\n".join([HEADER, *_rows(window.parameters)]))
    return "\n\n".join(blocks)


def _rows(parameters: Iterable[Parameter]) -> list[str]:
    return [f"| `{p.name}` | {_default(p)} | {p.bounds} | {p.description} |" for p in parameters]


def _default(parameter: Parameter) -> str:
    return "required" if parameter.default is None else format_si(parameter.default, parameter.quantity)
