"""What the README says is so: its notebook runs, and what it calls not available yet is what the code refuses."""

import re
from pathlib import Path

import pytest

from quspike.cli.program import COMMANDS
from quspike.methods.registry import METHODS
from quspike.run.fields import Choice
from quspike.run.neuron import Neuron
from quspike.run.schema import Run

README = (Path(__file__).resolve().parents[1] / "README.md").read_text()


def later(table, key, arrived=None):
    """Words of a key whose work has not arrived: reserved, or in no method's row."""
    (choice,) = (item for item in table.model_fields[key].metadata if isinstance(item, Choice))
    return [word for word in choice.words if arrived is not None and word not in arrived] + list(choice.later)


EXPECTED = {
    "`method`": later(Run, "method", METHODS),
    "`memory`": later(Run, "memory", {word for m in METHODS.values() for word in m.memories}),
    "`spike`": later(Neuron, "spike", {word for m in METHODS.values() for word in m.spikes}),
    "`frame`": later(Run, "frame"),
    "command": [name for name, module in COMMANDS.items() if module is None],
}


@pytest.mark.parametrize("key", EXPECTED)
def test_what_is_not_available_is_said(key):
    """Catches: a method that has arrived and is still called absent, or one that the README promises too early."""
    section = README.partition("## What is not there yet")[2]
    rows = re.findall(rf"^\| {re.escape(key)} \| (.*) \|$", section, re.MULTILINE)
    assert [word for row in rows for word in re.findall(r"`(\w+)`", row)] == EXPECTED[key]


def test_the_notebook_runs_as_printed():
    """Its spikes and memristance are those of the text below it. Catches: an example that a renamed argument broke."""
    (block,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    names = {}
    exec(block, names)
    ds = names["ds"]
    assert f"fires {ds.spike_time.size} times" in README
    first, last = ds.spike_time.values[[0, -1]] * 1e9
    assert f"from {first:.2f} ns to {last:.1f} ns" in README.replace("\n", " ")
    before, after = ds.memristance.values[[0, -1], 0] / 1e3
    assert f"from {before:.1f} kΩ to {after:.1f} kΩ" in README.replace("\n", " ")


def test_files_that_it_points_to_exist():
    """Catches: a page that moved."""
    linked = [target for target in re.findall(r"\]\(([^)]+)\)", README) if "://" not in target]
    assert linked
    for target in linked:
        assert (Path(__file__).resolve().parents[1] / target).is_file(), target
