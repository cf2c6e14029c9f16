"""The ladder of methods as Markdown, for the documentation."""

from __future__ import annotations

from quspike.methods.registry import METHODS, Method, legal_spikes

CIRCUITS = ("baseband", "resonator", "network")


def method_table_markdown() -> str:
    """Three tables: what each method solves and where it holds, its circuits and baths, its memories with spikes."""
    ladder = [f"| `{m.name}` | {m.equation} | {m.valid_for} |" for m in METHODS.values()]
    legal = [
        f"| `{m.name}` | {_listed(m.circuits)} | {'yes' if m.junctions else 'no'} | {_listed(m.baths)} |"
        for m in METHODS.values()
    ]
    pairs = [_pairs(m, memory) for m in METHODS.values() for memory in m.memories]
    return "\n".join(
        [
            "| method | equation | valid for |",
            "|---|---|---|",
            *ladder,
            "",
            "| method | circuits | junctions | `bath`, the default first |",
            "|---|---|---|---|",
            *legal,
            "",
            "| method | `memory` | `spike` in baseband | `spike` of a resonator | `spike` in a network |",
            "|---|---|---|---|---|",
            *pairs,
            "",
        ]
    )


def _pairs(m: Method, memory: str) -> str:
    """The row of one memory: the spikes that it may be combined with, for each kind of circuit."""
    cells = " | ".join(_listed(legal_spikes(m, memory, kind)) or "—" for kind in CIRCUITS)
    return f"| `{m.name}` | `{memory}` | {cells} |"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
