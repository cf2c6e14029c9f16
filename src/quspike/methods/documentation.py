"""The ladder of methods as Markdown, for the documentation."""

from __future__ import annotations

from quspike.methods.registry import METHODS


def method_table_markdown() -> str:
    """Two tables: what each method solves and where it holds, and which choices it may be combined with."""
    ladder = [f"| `{m.name}` | {m.equation} | {m.valid_for} |" for m in METHODS.values()]
    legal = [
        f"| `{m.name}` | {_listed(m.circuits)} | {'yes' if m.junctions else 'no'} | {_listed(m.memories)} "
        f"| {_listed(m.spikes)} | {_listed(m.baths)} |"
        for m in METHODS.values()
    ]
    return "\n".join(
        [
            "| method | equation | valid for |",
            "|---|---|---|",
            *ladder,
            "",
            "| method | circuits | junctions | `memory` | `spike` | `bath`, the default first |",
            "|---|---|---|---|---|---|",
            *legal,
            "",
        ]
    )


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
